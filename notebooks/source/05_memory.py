# %% [markdown] id="promise"
# # 05 · The memory update
#
# **What does a fixed state keep, and what does it forget?**
#
# A recurrent model reads a text word by word.
# All that it keeps is a *state*, a block of numbers whose size does not grow with the text.
#
# After this lesson you can predict how many words a sum of vectors can recall, say what fading costs, mend a published derivation, and write a memory that looks before it writes.
#
# You need dot products, partial derivatives, the variance of a sum, some PyTorch.
# The core path takes about 70 minutes; the end of section 5 is a good place to stop half way.
#
# ## Before you begin
#
# Run the next two cells.

# %% id="start"
import math

import torch
from sympy import Identity, ZeroMatrix, log, sqrt, symbols
from torch.distributions import Normal

import lcutils as lc
from lcutils import tasks, text
from lcutils.memory import decay_memory, delta_rule, linear_attention
from lcutils.proof import MatrixSymbol, dot, half_norm_sq, sign_variance
from lcutils.show import BLUE, GREEN, GREY, ORANGE, RED, label_lines

lc.start("05")

# %% id="05-recall_window" tags=["exercise"]
### BEGIN SOLUTION
answer = "d"
### END SOLUTION
lc.quiz("05.recall_window", answer=answer)

# %% [markdown] id="running-sum"
# ## 1. A running sum
#
# Give each word a vector $x$.
# The state $c$ starts at zero, and each word adds its vector: $c_{t+1} = c_t + x_{t+1}$.
#
# Three words: dog $(1, 0)$, bites $(0, 2)$, man $(3, 1)$.
# One reader reads "dog bites man", another "man bites dog".

# %% id="05-order" tags=["exercise"]
### BEGIN SOLUTION
answer = "same"
### END SOLUTION
lc.predict("05.order", answer=answer)

# %% id="two-sentences" tags=["after-prediction"]
word = {"dog": (1.0, 0.0), "bites": (0.0, 2.0), "man": (3.0, 1.0)}
ends, place = [], {"ha": "center", "va": "center", "textcoords": "offset points"}
beside = {BLUE: {"dog": (0, -12), "bites": (-20, 0), "man": (0, 10)}}
beside[ORANGE] = {"dog": (0, 9), "bites": (20, 0), "man": (12, -9)}
fig, ax = lc.subplots(height=2.8)
for sentence, colour in (("dog bites man", BLUE), ("man bites dog", ORANGE)):
    state, line = torch.zeros(2), {"arrowstyle": "-|>", "color": colour, "lw": 2, "shrinkA": 0}
    for w in sentence.split():
        new = state + torch.tensor(word[w])
        ax.annotate("", new.tolist(), state.tolist(), arrowprops=line | {"shrinkB": 0})
        ax.annotate(w, ((state + new) / 2).tolist(), beside[colour][w], color=colour, **place)
        state = new
    ends.append(state)
ax.set(xlim=(-0.6, 4.6), ylim=(-0.5, 3.5), xticks=range(5), yticks=range(4), aspect="equal")
ax.set(xlabel="first number of the state", ylabel="second number")
picture = lc.figure(fig, "Two routes, one place: both texts end at ({:g}, {:g}).".format(*ends[1]))
said = "Who bites whom is gone, and no reader of the final state can get it back."
lc.reveal("05.order", picture, said, was="same" if torch.equal(*ends) else "different")

# %% [markdown] id="running-sum-seen"
# ### One step
#
# **Exercise 1** (2 minutes). Write one step, for a batch of texts.


# %% id="05-additive_step" tags=["exercise"]
def additive_step(x, state):
    """x: [B, D], state: [B, D] -> the new state: [B, D]"""
    ### BEGIN SOLUTION
    return state + x
    ### END SOLUTION


additive_step = lc.check("05.additive_step", additive_step)

# %% [markdown] id="hints-additive_step"
# {{hints}}
#
# ## 2. Any text
#
# In a network a matrix $W$ has its say first: a word adds $W x$.
# By hand, with two words: $c + W x_1 + W x_2 = c + W x_2 + W x_1$.
# By swaps of neighbours every order of a text turns into every other.

# %% id="symbols"
d, n, T = symbols("d n T", positive=True, integer=True)
W = MatrixSymbol("W", d, n)
x, x1, x2, x3 = (MatrixSymbol(name, n, 1) for name in ("x", "x_1", "x_2", "x_3"))
c0 = MatrixSymbol("c_0", d, 1)
forward = ((c0 + W * x1) + W * x2) + W * x3
backward = ((c0 + W * x3) + W * x2) + W * x1
lc.prove("05.order_lost", forward, backward, reason="three words, last to first")

# %% [markdown] id="reading"
# ## 3. Writing and reading
#
# The order is lost. What is kept?
# For now $W = I$, and each word has a random *key*: a vector $k$ of length 1, without a preferred direction.
# Was the word with key $q$ in the text? Take the *read-out* $q \cdot c$.
#
# By hand, in four numbers: dog is $\frac12 (1, 1, 1, 1)$, man $\frac12 (1, 1, 1, -1)$, their sum $(1, 1, 1, 0)$.
# Dog reads $1\frac12$: from itself $1$, the *signal*, and from man $\frac12$, *cross-talk*.
# Fish, $\frac12 (1, -1, 1, -1)$, was not stored and reads $\frac12$: cross-talk alone.
#
# Now seven words in 32 numbers; move the slider.
# On the right, words told are green, strangers grey; *how sure* is, word after word, the lead over the best stranger.

# %% id="columns"
sentence = "dog bites man and cat bites dog"
lc.watch(sentence.split(), rungs=("additive_memory",), K=32, others=("fish", "tree"))

# %% [markdown] id="cross-talk"
# ## 4. How much cross-talk?
#
# Let each entry of a key be $\pm 1/\sqrt d$, by the toss of a coin.
# By hand: $q \cdot k$ is a sum of $d$ tosses worth $\pm 1/d$, each of variance $1/d^2$; together $1/d$.
# Keys that may point anywhere have the same, $q^\top(\mathbb E\,kk^\top)\,q$: the bracket prefers no direction and has trace $1$, so it is $I/d$.
# With $d = 1024$ the standard deviation is $1/32$: **random keys are nearly at right angles.**
#
# Products with independent keys are uncorrelated: variances add.
# A word that was not stored meets $T$ different keys: it reads $0$ on average, with variance $T/d$.
#
# **Exercise 2** (4 minutes). And a word that *was* stored?
# Write the variance of its read-out in `T` and `d`.

# %% id="05-noise" tags=["exercise"]
### BEGIN SOLUTION
noise = (T - 1) / d
### END SOLUTION
### BEGIN STUDENT
# noise = None  # an expression such as d**2 / (T + 1)
### END STUDENT
lc.check("05.noise", noise)

# %% [markdown] id="hints-noise"
# {{hints}}
#
# ## 5. How many words fit?
#
# Take a word that was stored and one that was not, and call the one with the larger read-out stored.
# How often is that right?


# %% id="read-outs"
def read_outs(d, T, trials, rng):
    """Read-outs of T stored words and of T others: two tensors [trials, T]"""
    keys = tasks.unit_keys(trials, 2 * T, d, rng=rng)
    state = keys[:, :T].sum(dim=1)  # [trials, d]
    scores = torch.einsum("btd,bd->bt", keys, state)
    return scores[:, :T], scores[:, T:]


def measured(d, T, rng):
    """How often a stored word reads above one that was not stored"""
    stored, others = read_outs(d, T, trials=20_000 // T, rng=rng)
    return (stored > others).float().mean().item()


eight, strangers = read_outs(d=16, T=8, trials=4_000, rng=lc.rng("humps"))


# %% id="humps" tags=["hide-input"]
# The figure: two humps, one difference.
look = {"bins": torch.linspace(-3, 4, 36), "histtype": "stepfilled", "alpha": 0.6}
fig, (two, one) = lc.subplots(2, 1, sharex=True, height=4.2)
two.hist(strangers.flatten(), color=GREY, **look)
two.hist(eight.flatten(), color=BLUE, **look)
difference = (eight - strangers).flatten()
one.hist(difference[difference < 0], color=RED, **look)
one.hist(difference[difference >= 0], color=GREEN, **look)
for ax, left, right, colours in (
    (two, "not stored", "stored", (GREY, BLUE)),
    (one, "wrong: below 0", "right", (RED, GREEN)),
):
    ax.text(0.02, 0.85, left, color=colours[0], transform=ax.transAxes)
    ax.text(0.98, 0.85, right, color=colours[1], ha="right", transform=ax.transAxes)
    ax.set(xlabel="read-out" if ax is two else "stored minus not stored", yticks=[])
    ax.tick_params(labelbottom=True)
wrong = (difference < 0).double().mean()
said = "8 words in 16 numbers: the humps overlap; {value:.2f} of the pairs are the wrong way round."
lc.figure(fig, lc.claim("05.humps", said, wrong, between=(0.12, 0.18)))

# %% [markdown] id="how-many"
# The two read-outs are uncorrelated, for the other word's key is independent of $c$ and $0$ on average.
# So their difference has mean $1$, and its variance $s^2$ is the one you found plus $T/d$.
# Wrong is what lies below $0$, at $1/s$ standard deviations from the mean.
# If the difference is nearly normal, the answer is right with probability $\Phi(1/s)$, with $\Phi$ the normal distribution function.
# A value to start from: $\Phi(1.2816) = 0.9$.

# %% id="05-recall" tags=["exercise"]
### BEGIN SOLUTION
answer = 19  # a whole number
### END SOLUTION
lc.predict("05.recall", answer=answer)


# %% id="recall-measured" tags=["after-prediction"]
def expected(d, T):
    return Normal(0, 1).cdf(torch.tensor(float(sqrt(d / (2 * T - 1))))).item()


words, rng = 1, lc.rng("capacity")
while measured(64, words + 1, rng) >= 0.9:
    words += 1
theory = max(T for T in range(1, 65) if expected(64, T) >= 0.9)
said = f"Right nine times in ten: up to {{value:.0f}} words (theory: {theory}; "
said += f"with {theory + 1} it says {expected(64, theory + 1):.4f})."
claim = lc.claim("05.capacity", said, words, between=(18, 21))
by_hand = r"""By hand: a stored word reads with variance $(T-1)/d$, another with $T/d$, so $s^2 = (2T-1)/d$.
Then $1/s \ge 1.2816$ says $T \le \frac12 (64 / 1.2816^2 + 1) = 19.98$. The first variance, exactly:"""
k1, k2, k3 = (MatrixSymbol(name, d, 1) for name in ("k_1", "k_2", "k_3"))
proof = lc.prove("05.noise_exact", sign_variance(dot(k1, k1 + k2 + k3), k1, k2, k3), 2 / d)
stored, _ = read_outs(d=64, T=20, trials=2_000, rng=lc.rng("noise"))
said = "20 words in 64 numbers: a stored word is read with variance {value:.3f}; "
said += f"theory says {19 / 64:.3f}."
noise = lc.claim("05.noise_measured", said, stored.var(), between=(0.28, 0.315))
lc.reveal("05.recall", claim, by_hand, proof, noise, was=words)

# %% id="recall-curves" tags=["after-prediction"]
lengths, rng, gaps = [4, 8, 16, 32, 64, 128], lc.rng("recall"), []
fig, ax = lc.subplots(height=2.6)
for size, colour in {16: ORANGE, 64: BLUE, 256: GREEN}.items():
    theory = [expected(size, length) for length in lengths]
    share = [measured(size, length, rng) for length in lengths]
    ax.plot(lengths, theory, color=colour, label=f"d = {size}")
    ax.plot(lengths, share, "o", color=colour)
    gaps += [abs(a - b) for a, b in zip(theory, share, strict=True)]
ax.axhline(0.5, color=GREY, lw=1)
ax.text(4, 0.51, "chance", color=GREY)
ax.set(xscale="log", xlabel="words stored, T", ylabel="share of right answers", ylim=(0.45, 1.02))
ax.set_xticks(lengths, lengths)
ax.minorticks_off()
label_lines(ax)
sentence = "No measured dot lies further than {value:.3f} from the predicted curve."
claim = lc.claim("05.recall_theory", sentence, max(gaps), between=(0.0, 0.02))
said = r"""No word falls over an edge: every further word blurs all alike.
At nine right in ten there is room for about $0.3\, d$."""
lc.reveal("05.recall", lc.figure(fig, claim), said)

# %% [markdown] id="half-way"
# ### Half way
#
# **A good place to stop.**
#
# ## 6. Forgetting on purpose
#
# A sum only drowns.
# Let the state fade, by a factor $0 < \gamma < 1$ each step: $c_{t+1} = \gamma c_t + W x_{t+1}$.
#
# By hand, from zero, with $W = I$ and $\gamma = \frac12$: $x_1$, then $\frac12 x_1 + x_2$, then $\frac14 x_1 + \frac12 x_2 + x_3$.
# A word of *age* $a$, with $a = 0$ for the newest, weighs $\gamma^a$.

# %% id="fading" tags=["hide-input"]
# The figure: fading bars.
said = "Ann is in Oslo and Bob in Rome".split()
weights = [0.8**age for age in range(len(said))][::-1]
fig, ax = lc.subplots(height=2.5)
for place, weight in enumerate(weights):
    ax.bar(place, weight, color=BLUE, alpha=max(weight, 0.12))
    ax.text(place, weight + 0.02, f"{weight:.2f}", ha="center", color=GREY)
ax.axhline(0.5, color=GREY, lw=1, ls=":")
ax.text(-0.5, 0.52, "half", color=GREY)
ax.set_xticks(range(len(said)), said)
ax.set(ylabel="weight", yticks=[], ylim=(0, 1.2))
older = sum(weight < 0.5 for weight in weights)
lc.figure(
    fig, f"γ = 0.8: of {len(said)} words the newest weighs 1, and {older} weigh less than half."
)

# %% [markdown] id="ages"
# **Exercise 3** (2 minutes). The *half-life* is the age at which the weight is one half.
# How many steps, about, for $\gamma = 0.97$?

# %% id="05-half_life" tags=["exercise"]
### BEGIN SOLUTION
steps = log(2) / -log(0.97)
### END SOLUTION
### BEGIN STUDENT
# steps = None  # a number
### END STUDENT
lc.check("05.half_life", steps)

# %% [markdown] id="hints-half_life"
# {{hints}}
#
# The same with any $\gamma$, any $W$, any state $c_0$ to begin with:

# %% id="decay-weights"
gamma = symbols("gamma", positive=True)
unrolled = gamma * (gamma * (gamma * c0 + W * x1) + W * x2) + W * x3
weights = gamma**3 * c0 + gamma**2 * W * x1 + gamma * W * x2 + W * x3
lc.prove("05.decay_weights", unrolled, weights, reason="three steps")

# %% [markdown] id="noise-sum"
# Order is no longer lost: it has become age.
#
# A word of weight $\gamma^a$ adds cross-talk of variance $\gamma^{2a}/d$, so in place of $T$ stands the *noise sum* $N = 1 + \gamma^2 + \gamma^4 + \dots$
# By hand: $N = 1 + \gamma^2 N$, so $N = 1/(1 - \gamma^2)$.
# For $\gamma = 0.97$ that is at most $17$, however long the text; a sum of 128 words has $128$.
# But a word of age $a$ reads only $\gamma^a$, on average.
# The same trial with 128 words, age by age (curves: $\Phi(\gamma^a / s)$ with $s^2 = (2 N - \gamma^{2a})/d$):


# %% id="by-age"
def faded_read_outs(d, T, gamma, trials, rng):
    """Like read_outs, with decay, and the newest of the stored words first"""
    keys = tasks.unit_keys(trials, 2 * T, d, rng=rng)
    states, _ = decay_memory(keys[:, :T], gamma=gamma)  # [trials, T, d]
    scores = torch.einsum("btd,bd->bt", keys, states[:, -1])
    return scores[:, :T].flip(1), scores[:, T:]


share, rng = {}, lc.rng("by age")
for keep in (1.0, 0.97, 0.9):
    stored, others = faded_read_outs(d=64, T=128, gamma=keep, trials=800, rng=rng)
    share[keep] = (stored > others).float().mean(dim=0)  # [T]


# %% id="by-age-figure" tags=["hide-input"]
# The figure: right answers by age.
def expected_by_age(gamma, age, d=64, T=128):
    noise_sum = sum(gamma ** (2 * a) for a in range(T))
    spread = math.sqrt((2 * noise_sum - gamma ** (2 * age)) / d)
    return Normal(0, 1).cdf(torch.tensor(gamma**age / spread)).item()


fig, ax = lc.subplots(height=2.6)
for keep, colour in {1.0: ORANGE, 0.97: BLUE, 0.9: GREEN}.items():
    curve = [expected_by_age(keep, age) for age in range(128)]
    ax.plot(curve, color=colour, label=f"γ = {keep:g}")
    ax.plot(range(0, 128, 16), share[keep][::16], "o", color=colour)
ax.set(xlabel="age of the word, in steps", ylabel="share of right answers")
label_lines(ax)
gain = share[0.97][:10].mean() - share[1.0][:10].mean()
sentence = "γ = 0.97: right answers for the ten newest words rise by {value:.2f} over the sum."
lc.figure(fig, lc.claim("05.newest", sentence, gain, between=(0.15, 0.25)))

# %% [markdown] id="shortcut"
# ## 7. A loss that asks for nothing
#
# A published derivation of a rule:
#
# 1. Consecutive states should agree: the loss is $L = \tfrac12 \lVert c_t - c_{t+1} \rVert^2$.
# 2. Its gradient is $\partial L / \partial c_t = c_{t+1} - c_t$.
# 3. At the minimum it is zero.
# 4. Hence $c_{t+1} = c_t$: the state stays.
#
# Check line 2 by hand: from $c_t = 1$ to $c_{t+1} = 3$ the loss is $2$; with $c_t = 2$ it is $\tfrac12$.
# It falls as $c_t$ rises; line 2 says $+2$.
#
# **Exercise 4** (3 minutes). This is line 2 as code. Mend it.


# %% id="05-state_gradient" tags=["exercise"]
def state_gradient(state, target):
    """Gradient of 1/2 ||state - target||^2 with respect to state; all [B, D]"""
    ### BEGIN SOLUTION
    return state - target
    ### END SOLUTION
    ### BEGIN STUDENT
    # return target - state
    ### END STUDENT


state_gradient = lc.check("05.state_gradient", state_gradient)

# %% [markdown] id="hints-state_gradient"
# {{hints}}
#
# The sign moves no minimum. Worse: in a sum $c_{t+1}$ is already $c_t + W x$.
# By hand, with $W x = 2$: from $1$ to $3$ the loss is $2$; from $100$ to $102$ it is $2$ again.

# %% id="loss-blind"
c_t = MatrixSymbol("c_t", d, 1)
written_loss = half_norm_sq(c_t - (c_t + W * x))
cancelled = ("the state cancels", lc.grad(half_norm_sq(W * x), c_t))
zero = ("nothing depends on it", ZeroMatrix(d, 1))
lc.derive("05.loss_blind", lc.grad(written_loss, c_t), cancelled, zero)


# %% id="writes-nothing" tags=["hide-input"]
# Two hundred steps on the loss.
def train_on_agreement(W, steps, rng, lr=0.1):
    """Gradient steps on the mean of 1/2 ||W x||^2 over 32 inputs; W: [d, n]"""
    for _ in range(steps):
        x = torch.randn(W.shape[1], 32, generator=rng)  # [n, 32]
        W = W - lr * (W @ x) @ x.T / 32
    return W


rng = lc.rng("writes nothing")
W_before = torch.randn(64, 64, generator=rng) / 8
W_after = train_on_agreement(W_before, 200, rng)
ratio = (W_after.norm() / W_before.norm()).item()
lc.claim(
    "05.writes_nothing",
    "A W of 64 x 64, 32 random inputs a step: after 200 steps its norm is {value:.0e} of what "
    "it was.",
    ratio,
    between=(0.0, 1e-6),
)

# %% [markdown] id="pairs"
# The loss sees only $W$, the matrix that writes: **a sum trained on this loss alone learns to write nothing.**
#
# ## 8. A loss that asks for something
#
# Let a key $k$ bring back a *value* $v$: Ann her city.
# Now the state is a matrix $S$ of size $K \times V$, read as $S^\top k$.
# Two memories:
#
# - the *sum*, or linear attention, adds the column $k$ times the row $v^\top$: $S + k v^\top$;
# - the *delta rule* reads first, and writes what is missing: $S + k\,(v - S^\top k)^\top$.
#
# The keys have length 1 and stand at right angles; a city's $v$ is $1$ in its own place, else $0$.
# Both are told four facts, "Ann: Oslo" first and "Ann: Rome" last.
# The pictures show $S^\top$, a row for each city.

# %% id="05-overwrite" tags=["exercise"]
### BEGIN SOLUTION
answer = [1, 0]
### END SOLUTION
lc.predict("05.overwrite", answer=answer)

# %% id="overwrite-seen" tags=["after-prediction"]
facts = [("Ann", "Oslo"), ("Bob", "Rome"), ("Cy", "Lima"), ("Ann", "Rome")]
seen = lc.watch(facts, K=8, orthogonal=True, ask="Ann", question="where is {}?")
ann = torch.tensor([0.6, 0.8]).expand(1, 2, 1, 2)  # her key, twice: [B, T, H, K]
cities = torch.eye(2)[None, :, None]  # Oslo, then Rome
in_sum, _ = linear_attention(ann, ann, cities, scale=1.0)
in_delta, _ = delta_rule(ann, ann, cities, scale=1.0, beta=torch.ones(1, 2, 1))
sentence = "The sum keeps Oslo and Rome; the delta rule takes Oslo away."
film = seen.film([1, 2, 3, 4], sentence)
was = [in_sum[0, 1, 0, 0].item(), in_delta[0, 1, 0, 0].item()]
lc.reveal("05.overwrite", film, seen, was=was)

# %% [markdown] id="by-hand"
# ### By hand
#
# Let Ann's key be $k = (0.6, 0.8)$, Oslo $(1, 0)$, Rome $(0, 1)$.
# Told Oslo, both memories hold $S = \begin{pmatrix} 0.6 & 0 \\ 0.8 & 0 \end{pmatrix}$ and read $(0.36 + 0.64, 0) = (1, 0)$.
#
# Told Rome, the sum puts $k$ into the second column and reads $(1, 1)$: both.
# The delta rule reads $(1, 0)$ first: $(0, 1) - (1, 0) = (-1, 1)$ is missing.
# So it takes $k$ from the first column, adds it to the second, and reads $(0, 1)$: Rome.
#
# **Exercise 5** (5 minutes). Write one such step of the delta rule, without a batch.


# %% id="05-delta_step" tags=["exercise"]
def delta_step(k, v, state):
    """k: [K], v: [V], state: [K, V] -> the new state: [K, V]"""
    ### BEGIN SOLUTION
    missing = v - k @ state  # [V]
    return state + torch.outer(k, missing)
    ### END SOLUTION


delta_step = lc.check("05.delta_step", delta_step)

# %% [markdown] id="hints-delta_step"
# {{hints}}
#
# ### Two losses, two rules
#
# Reward agreement between what is read and what was wanted: $-v \cdot S^\top k$.
# By hand: that is $-\sum_{ij} k_i S_{ij} v_j$, with derivative $-k_i v_j$ by $S_{ij}$, the entry $ij$ of $-k v^\top$.
# One gradient step of size $1$ subtracts it:

# %% id="agreement-step"
K, V = symbols("K V", positive=True, integer=True)
beta = symbols("beta", positive=True)
S, k, v = MatrixSymbol("S", K, V), MatrixSymbol("k", K, 1), MatrixSymbol("v", V, 1)
lc.prove("05.agreement_step", S - lc.grad(-dot(v, S.T * k), S), S + k * v.T, torch=True)

# %% [markdown] id="agreement-seen"
# The sum! (Kohonen, 1972; with feature maps and a normaliser: Katharopoulos et al., 2020.)
#
# Penalise the error $e = S^\top k - v$ instead: $\tfrac12 \lVert e \rVert^2$.
# By hand: raising $S_{ij}$ raises $e_j$ by $k_i$ times as much, so the derivative is $k_i e_j$, the entry $ij$ of $k e^\top$.
# A step of size $\beta$ (so far $1$) is the delta rule (Widrow and Hoff, 1960; as a layer: Schlag et al., 2021):

# %% id="error-step"
error = half_norm_sq(S.T * k - v)
looked = S + beta * k * (v - S.T * k).T
lc.prove("05.error_step", S - beta * lc.grad(error, S), looked, torch=True)

# %% [markdown] id="one-sentence"
# **Both rules are one gradient step on a stated loss.** To design a memory is to say what it should be asked.
# (Smaller steps, other keys: lesson 11.)
#
# ## Exit question

# %% id="05-exit_sum" tags=["exercise"]
### BEGIN SOLUTION
answer = "b"
### END SOLUTION
lc.quiz("05.exit_sum", answer=answer)

# %% [markdown] id="take-away"
# ## Take away
#
# - A sum has the same state for every order of its words.
# - A sum of $T$ random unit keys in $d$ numbers: signal $1$, noise variance $(T-1)/d$; about $0.3\,d$ words at nine right in ten, against one other.
# - Decay spends old words on new ones: weight $\gamma^a$ at age $a$.
# - A loss that only asks the states of a sum to agree teaches it to write nothing.
# - Sum and delta rule: one gradient step each, on different losses.

# %% [markdown] id="more-time"
# ## If you have more time
#
# - How much one step leaves: a derivation, exercise 6 (6 minutes).
# - Four questions (4 minutes).
# - Proofs that were left out: a text of any length, the gradient's sign, the step on $W$, the sum of all weights (6 minutes).
# - All states at once: exercises 7 and 8 (10 minutes).
# - Real prose, and what a word costs that is written twice: exercises 9 and 10 (15 minutes).
# - Two experiments: the loss of section 7 as a part of a larger one (6 minutes), and keys that lean one way (4 minutes).
#
# ### How much one step leaves
#
# Before a step the key brings back $r = S^\top k$, and the loss is $\tfrac12 \lVert r - v \rVert^2$.
# If the key has length 1, the step moves what it brings back from $r$ to $r - \beta (r - v)$.
# By hand, with $r = 3$, $v = 1$ and $\beta = \frac12$: it moves to $2$, and the loss falls from $2$ to $\frac12$.
#
# **Exercise 6** (4 minutes). Derive the loss after the step: begin with the line below, and end with a number times the loss before it.
# Each line is held against the one before, for vectors of any length.
# One line at least stands between.

# %% id="05-error_left" tags=["exercise"]
r = MatrixSymbol("r", V, 1)  # what the key brings back
### BEGIN SOLUTION
chain = [
    half_norm_sq(r - beta * (r - v) - v),
    half_norm_sq((1 - beta) * (r - v)),
    (1 - beta) ** 2 * half_norm_sq(r - v),
]
### END SOLUTION
### BEGIN STUDENT
# chain = [
#     half_norm_sq(r - beta * (r - v) - v),
#     ...,  # your lines, each with a comma behind it
# ]
### END STUDENT
lc.check("05.error_left", chain)

# %% [markdown] id="hints-error_left"
# {{hints}}
#
# ### Four questions

# %% id="05-recall_collapse" tags=["exercise"]
### BEGIN SOLUTION
answer = "b"
### END SOLUTION
lc.quiz("05.recall_collapse", answer=answer)

# %% id="05-exit_noise" tags=["exercise"]
### BEGIN SOLUTION
answer = "c"
### END SOLUTION
lc.quiz("05.exit_noise", answer=answer)

# %% id="05-exit_loss" tags=["exercise"]
### BEGIN SOLUTION
answer = "d"
### END SOLUTION
lc.quiz("05.exit_loss", answer=answer)

# %% id="05-exit_decay" tags=["exercise"]
### BEGIN SOLUTION
answer = "a"
### END SOLUTION
lc.quiz("05.exit_decay", answer=answer)

# %% [markdown] id="induction-before"
# ### Proofs that were left out
#
# *A text of any length.* Suppose that after $T$ words the state is $c_0 + W s_T$, where $s_T$ is the sum of the vectors so far.
# One more word keeps it in that form, with $s_{T+1} = s_T + x$.
# With no words at all $s_0 = 0$ and the form holds, so it holds for every $T$.

# %% id="any-length"
s_T = MatrixSymbol("s_T", n, 1)
later = (c0 + W * s_T) + W * x
lc.prove("05.any_length", later, c0 + W * (s_T + x), reason="one more word")

# %% [markdown] id="induction-after"
# *The sign of line 2.* By hand, with one number: $\tfrac12 (c - 3)^2$ has the slope $c - 3$, at $c = 1$ that is $-2$.

# %% id="article-sign"
c_next = MatrixSymbol("c_{t+1}", d, 1)
loss = half_norm_sq(c_t - c_next)
lc.refute("05.article_sign", lc.grad(loss, c_t), c_next - c_t)

# %% id="true-sign"
lc.prove("05.true_sign", lc.grad(loss, c_t), c_t - c_next, torch=True)

# %% [markdown] id="writes-less-before"
# *The step on $W$.* A gradient step of size $\eta$ on $\tfrac12 \lVert W x \rVert^2$ takes from $W$ a part of what it would have written for $x$.
# The loss is zero once $W x = 0$ for every input seen, and where the inputs span the space that means $W = 0$.

# %% id="writes-less"
eta = symbols("eta", positive=True)
stepped = ("the gradient", W - eta * W * x * x.T)
factored = ("W to the left", W * (Identity(n) - eta * x * x.T))
lc.derive("05.writes_less", W - eta * lc.grad(half_norm_sq(W * x), W), stepped, factored)

# %% [markdown] id="total-weight-before"
# *The total weight* $1 + \gamma + \gamma^2 + \dots$ counts the $W x$ in a fading state if the same word comes at every step.
# By hand, with $\gamma = \frac12$: $1$, then $1\frac12$, then $1\frac34$, ever nearer to $2$.
# One more word turns the total $G$ of $T$ words into $\gamma G + 1$:

# %% id="total-weight"
G = (1 - gamma**T) / (1 - gamma)
lc.prove("05.total_weight", gamma * G + 1, G.subs(T, T + 1), reason="one more word")

# %% [markdown] id="total-weight-seen"
# With one word $G = 1$, so this form holds for every $T$; as $\gamma^T$ goes to $0$, the total goes to $1/(1-\gamma)$.
# With $\gamma^2$ in place of $\gamma$, it is the noise sum.
#
# ### All states at once
#
# A sum is quick: all states together are one cumulative sum.
#
# **Exercise 7** (5 minutes). Compute every state $c_1, \dots, c_T$ without a loop.


# %% id="05-additive_scan" tags=["exercise"]
def additive_scan(x, initial_state):
    """x: [B, T, D], initial_state: [B, D] -> the states c_1 to c_T: [B, T, D]"""
    ### BEGIN SOLUTION
    return initial_state[:, None, :] + x.cumsum(dim=1)
    ### END SOLUTION


additive_scan = lc.check("05.additive_scan", additive_scan)

# %% [markdown] id="hints-additive_scan"
# {{hints}}
#
# **Exercise 8** (5 minutes). All states of the fading memory. A loop is allowed.


# %% id="05-decay_scan" tags=["exercise"]
def decay_scan(x, initial_state, gamma):
    """x: [B, T, D], initial_state: [B, D], 0 < gamma <= 1 -> all states: [B, T, D]"""
    ### BEGIN SOLUTION
    state, states = initial_state, []
    for t in range(x.shape[1]):
        state = gamma * state + x[:, t]
        states.append(state)
    return torch.stack(states, dim=1)
    ### END SOLUTION


decay_scan = lc.check("05.decay_scan", decay_scan)

# %% [markdown] id="hints-decay_scan"
# {{hints}}
#
# ### On real prose
#
# Real text repeats itself.
# Here are paragraphs from the documentation of PyTorch and SymPy, read from the packages on your machine and cut into passages of equal length.
# Each of the 2,000 most frequent words gets a key.
# Other words are skipped.
# A passage is stored as the sum of its words' keys; then we ask for all 2,000.
# If $n$ different words are in the passage, how many of them are among the $n$ largest read-outs?
# This asks more than section 5 did: a word must now beat nearly all the others, not one.

# %% id="prose-read"
prose = text.paragraphs()
number = text.vocabulary(prose, 2_000)


def share_found(d, length, rng, once=False):
    """Share of a passage's words that are among its largest read-outs"""
    passages = text.passages(prose, number, length)[:400]  # [N, T]
    keys = tasks.unit_keys(2_000, d, rng=rng)
    is_there = torch.zeros(len(passages), 2_000).scatter(1, passages, 1.0)  # [N, 2000]
    state = is_there @ keys if once else keys[passages].sum(dim=1)  # [N, d]
    best_first = (state @ keys.T).argsort(dim=1, descending=True)
    n_different = is_there.sum(dim=1, keepdim=True)
    is_asked = torch.arange(2_000) < n_different  # [N, 2000]
    # of the n best of each passage, how many are really there
    return (is_there.gather(1, best_first) * is_asked).sum() / n_different.sum()


# %% id="prose-found" tags=["hide-input"]
# Words found, in 128 and in 8.
rng = lc.rng("prose")
short, long = (share_found(256, length, rng) for length in (8, 128))
said = "256 numbers give back {value:.2f} of the words of a 128-word passage, "
said += f"and {short:.2f} of an 8-word one."
lc.claim("05.prose_page", said, long, between=(0.24, 0.36))

# %% id="prose-once" tags=["hide-input"]
# Each word of a passage only once.
rng = lc.rng("prose once")
gain = share_found(256, 32, rng, once=True) - share_found(256, 32, rng)
said = "With each word written once, d = 256 and 32 words: {value:.2f} more of them are found."
lc.claim("05.repeats_cost", said, gain, between=(0.1, 0.24))

# %% [markdown] id="repair"
# Repeats are costly.
# A word that comes three times is read as $3$, and its cross-talk has variance $9/d$ where three different words have $3/d$.
# But to write a word only once, the memory must first look whether it is there, and a sum never looks.
#
# **Exercise 9** (2 minutes). These five lines store a text and read it. In which order?
#
# ```
# a      state = state + vectors[word]
# b  state = torch.zeros(d)
# c  read_outs = vectors @ state
# d  for word in words:
# e  vectors = tasks.unit_keys(n_words, d, rng=rng)
# ```

# %% id="05-write_order" tags=["exercise"]
### BEGIN SOLUTION
order = "e b d a c"
### END SOLUTION
### BEGIN STUDENT
# order = None  # letters, such as "a b c d e"
### END STUDENT
lc.check("05.write_order", order)

# %% [markdown] id="hints-write_order"
# {{hints}}
#
# **Exercise 10** (5 minutes). A *membership memory* answers one question: was this word stored?
# A Bloom filter (Bloom, Communications of the ACM, 1970) keeps such a set in a few bits a word; now and then it names a word that was not stored.
# Make one from a sum: name the `n_items` words with the largest read-outs.


# %% id="05-members" tags=["exercise"]
def members(state, keys, n_items):
    """state: [D], keys: [N, D] -> True for the n_items most likely: bool [N]"""
    ### BEGIN SOLUTION
    best = (keys @ state).topk(n_items).indices
    is_member = torch.zeros(len(keys), dtype=torch.bool)
    is_member[best] = True
    return is_member
    ### END SOLUTION


members = lc.check("05.members", members)

# %% [markdown] id="hints-members"
# {{hints}}
#
# ### What if the loss of section 7 is only a part?
#
# Let a task train the memory as well: for each text of 8 words, a read-out matrix $R$ must give the stored words larger read-outs $R k \cdot c$ than 8 others.
# $W$ and $R$ are trained together, on the task's loss plus that of section 7, in equal parts.

# %% id="05-shrink" tags=["exercise"]
### BEGIN SOLUTION
answer = "W shrinks to a half, R grows to compensate, and the recall stays above 0.9"
### END SOLUTION
lc.predict("05.shrink", answer=answer)


# %% id="task-trained"
def train(weight, rng, steps=400):
    """Trains W and R; returns their norms, in units of the first, and the recall"""
    words = tasks.unit_keys(100, 32, rng=rng)
    W, R = (torch.randn(32, 32, generator=rng) / 32**0.5 for _ in range(2))
    W, R = W.requires_grad_(), R.requires_grad_()
    start, shares = torch.stack([W.norm(), R.norm()]).detach(), []
    optimizer = torch.optim.Adam([W, R], lr=0.01)
    for _ in range(steps):
        drawn = torch.rand(64, 100, generator=rng).argsort(dim=1)[:, :16]  # no word twice
        x = words[drawn]  # [B, 16, n], of which the first 8 are stored
        written = x[:, :8] @ W.T  # [B, 8, d]
        scores = torch.einsum("btd,bd->bt", x @ R.T, written.sum(dim=1))
        stored, others = scores[:, :8], scores[:, 8:]
        task = torch.nn.functional.softplus(others - stored).mean()
        agreement = 0.5 * written.square().sum(dim=-1).mean()
        optimizer.zero_grad()
        (task + weight * agreement).backward()
        optimizer.step()
        shares.append((stored > others).float().mean().item())
    return *(torch.stack([W.norm(), R.norm()]).detach() / start), sum(shares[-50:]) / 50


# %% id="task-measured" tags=["after-prediction"]
W_scale, R_scale, recall = train(1.0, lc.rng("task"))
alone = train(0.0, lc.rng("task"))  # the task's loss alone
in_W = f"W ends at {{value:.2f}} of its norm; on the task's loss alone at {alone[0]:.1f}."
in_R = f"R ends at {{value:.1f}} times its norm; on the task's loss alone {alone[1]:.1f}."
right = f"{{value:.2f}} right; on the task's loss alone {alone[2]:.2f}."
a, R, y = symbols("a", positive=True), MatrixSymbol("R", d, n), MatrixSymbol("y", n, 1)
said = """The loss of section 7 is a tax on the scale of $W$; a larger $R$ can make up for it, and in these 400 steps nearly did.
For any positive number $a$, dividing $W$ by $a$ and multiplying $R$ by it leaves every read-out as it was:"""
lc.reveal(
    "05.shrink",
    lc.claim("05.shrink_w", in_W, W_scale, between=(0.4, 0.55)),
    lc.claim("05.shrink_r", in_R, R_scale, between=(5.2, 6.8)),
    lc.claim("05.shrink_recall", right, recall, between=(0.9, 0.96)),
    said,
    lc.prove("05.scale_free", dot(a * R * y, W / a * x), dot(R * y, W * x)),
)

# %% [markdown] id="shared-before"
# ### Keys that share a direction
#
# So far keys pointed anywhere.
# Let all of them lean towards one vector $m$, so that two keys have a mean cosine of about one fifth.
# The state then contains $m$ in proportion to $T$, and each key meets this large part a little differently: more noise.
# What becomes of recall, and can it be mended?


# %% id="shared-mean" tags=["hide-input"]
# Keys as they are.
def right_with_shared_mean(centred, rng, d=256, T=64):
    keys = tasks.unit_keys(200, 2 * T, d, rng=rng) + 0.5 * tasks.unit_keys(d, rng=rng)
    keys = torch.nn.functional.normalize(keys, dim=-1)
    written = keys - keys.mean(dim=(0, 1)) if centred else keys
    state = written[:, :T].sum(dim=1)
    scores = torch.einsum("btd,bd->bt", keys, state)
    return (scores[:, :T] > scores[:, T:]).float().mean()


rng = lc.rng("shared mean")
independent = measured(256, 64, rng)
sentence = f"64 words in 256 numbers: {{value:.2f}} right; independent keys gave {independent:.2f}."
leaning = right_with_shared_mean(False, rng)
lc.claim("05.shared_mean", sentence, leaning, between=(0.63, 0.70))

# %% id="centred" tags=["hide-input"]
# The mean of the keys taken off.
sentence = "With the mean of the keys subtracted before they are written: {value:.2f} right."
lc.claim("05.centred", sentence, right_with_shared_mean(True, rng), between=(0.9, 0.94))

# %% [markdown] id="sources"
# ## Sources
#
# - The article: an introduction to ultra-long context in language models, in Chinese, section 4.2, item 3, the memory; its four lines are the derivation of section 7, retold in our words.
# - Bloom, Space/time trade-offs in hash coding with allowable errors, Communications of the ACM, 1970.
# - Frady, Kleyko and Sommer, A theory of sequence indexing and working memory in recurrent neural networks, Neural Computation, 2018: capacity of sums of random vectors.
# - Katharopoulos, Vyas, Pappas and Fleuret, Transformers are RNNs, ICML 2020.
# - Kohonen, Correlation matrix memories, IEEE Transactions on Computers, 1972.
# - Schlag, Irie and Schmidhuber, Linear transformers are secretly fast weight programmers, ICML 2021.
# - Widrow and Hoff, Adaptive switching circuits, IRE WESCON Convention Record, 1960.

# %% id="report"
lc.report()
