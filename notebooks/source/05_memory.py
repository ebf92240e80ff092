# %% [markdown] id="promise"
# # 05 · The memory update
#
# **What does a fixed state keep, and what does it forget?**
#
# A model that reads a long text word by word carries a *state*: a block of numbers whose size does not grow with the text.
# Whatever it still knows about the first word, it knows through that state.
# This lesson finds out exactly what the simplest state keeps: a running sum.
#
# After this lesson you can name a fact that no sum of word vectors can hold, predict how many words a sum of $d$ numbers can recall, check that prediction by experiment, and derive an update rule from a loss.
# On the way you will mend a published derivation.
#
# You need dot products, partial derivatives, the variance of a sum, some PyTorch.
# The core path takes about 85 minutes.
#
# ## Before you begin
#
# Run the next two cells.
# Then come two questions about lessons 02 and 03; if you have not done these, guess.

# %% id="start"
import math

import torch
from sympy import Identity, ZeroMatrix, log, sqrt, symbols
from torch.distributions import Normal

import lcutils as lc
from lcutils import tasks, text
from lcutils.memory import decay_memory
from lcutils.proof import MatrixSymbol, dot, half_norm_sq

lc.start("05")

# %% id="05-recall_collapse" tags=["exercise"]
### BEGIN SOLUTION
answer = "b"
### END SOLUTION
lc.quiz("05.recall_collapse", answer=answer)

# %% id="05-recall_window" tags=["exercise"]
### BEGIN SOLUTION
answer = "d"
### END SOLUTION
lc.quiz("05.recall_window", answer=answer)

# %% [markdown] id="running-sum"
# ## 1. A running sum
#
# Give each word a vector $x$.
# The state $c$ starts at zero, and each word adds its vector, after a matrix $W$ has had its say:
#
# $$c_{t+1} = c_t + W x_{t+1}$$
#
# Here $c$ has $d$ entries, $x$ has $n$, and $W$ is $d \times n$.
# First take $W = I$ and three words of two numbers each: dog $(1, 0)$, bites $(0, 2)$, man $(3, 1)$.
#
# One reader reads "dog bites man", another "man bites dog".

# %% id="05-order" tags=["exercise"]
### BEGIN SOLUTION
answer = "same"
### END SOLUTION
lc.predict("05.order", answer=answer)

# %% id="two-sentences" tags=["after-prediction"]
word = {"dog": (1.0, 0.0), "bites": (0.0, 2.0), "man": (3.0, 1.0)}


def vectors(sentence):
    return torch.tensor([word[w] for w in sentence.split()])  # [T, d]


one, other = (vectors(text).cumsum(dim=0) for text in ("dog bites man", "man bites dog"))
lc.reveal(
    "05.order",
    f"```\ndog bites man: {one.tolist()}\nman bites dog: {other.tolist()}\n```",
    "The states on the way differ, the last ones do not. "
    "Who bites whom is gone, and no reader of the final state can get it back.",
    was="same" if torch.equal(one[-1], other[-1]) else "different",
)

# %% [markdown] id="running-sum-seen"
# ### One step
#
# **Exercise 1** (3 minutes). Write one step of this memory.
# `x` stands for $W x$, already computed, one row for each text in a batch.


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
# Here is the statement for every $d$ and $n$, every $W$ and all vectors.
# `lc.prove` shows an equation, proves that very equation, and says for which sizes; a false one would stop the notebook.

# %% id="symbols"
d, n, T = symbols("d n T", positive=True, integer=True)
W = MatrixSymbol("W", d, n)
x, x1, x2, x3 = (MatrixSymbol(name, n, 1) for name in ("x", "x_1", "x_2", "x_3"))
c0, s_T = MatrixSymbol("c_0", d, 1), MatrixSymbol("s_T", n, 1)
forward = ((c0 + W * x1) + W * x2) + W * x3
backward = ((c0 + W * x3) + W * x2) + W * x1
lc.prove("05.order_lost", forward, backward, reason="three words, last to first")

# %% [markdown] id="induction-before"
# For a text of any length, suppose that after $T$ words the state is $c_0 + W s_T$, where $s_T$ is the sum of the vectors so far.
# One more word keeps it in that form, with $s_{T+1} = s_T + x$:

# %% id="any-length"
lc.prove("05.any_length", (c0 + W * s_T) + W * x, c0 + W * (s_T + x), reason="one more word")

# %% [markdown] id="induction-after"
# With no words at all $s_0 = 0$ and the form holds, so it holds for every $T$: **the state is $c_0 + W (x_1 + \dots + x_T)$, and a sum has no order.**
#
# A sum is also quick: all states together are one cumulative sum.
#
# **Exercise 2** (5 minutes). Compute every state $c_1, \dots, c_T$ without a loop.


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
# ## 3. A derivation with a mistake in it
#
# The article that this workbook grew from derives how a memory should be updated.
# In our words:
#
# 1. Consecutive states should agree, so the loss is $L = \tfrac12 \lVert c_t - c_{t+1} \rVert^2$.
# 2. Its gradient is $\partial L / \partial c_t = c_{t+1} - c_t$.
# 3. At the minimum the gradient is zero.
# 4. Hence $c_{t+1} = c_t$: the state stays as it is.
#
# Check line 2 with numbers.
# Let $c_t = 1$ and $c_{t+1} = 3$, so $L = 2$.
# Move $c_t$ up to $2$: the loss falls to $\tfrac12$.
# A loss that falls when $c_t$ rises has a negative derivative; line 2 says $+2$.
#
# **Exercise 3** (3 minutes). This is line 2 as code. Mend it.


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
# Now the verdict on line 2, and the line that is true; `lc.grad(L, c)` is the gradient of $L$ with respect to $c$.
# The second is also compared with PyTorch's derivative.

# %% id="article-sign"
c_t, c_next = MatrixSymbol("c_t", d, 1), MatrixSymbol("c_{t+1}", d, 1)
loss = half_norm_sq(c_t - c_next)
lc.refute("05.article_sign", lc.grad(loss, c_t), c_next - c_t)

# %% id="true-sign"
lc.prove("05.true_sign", lc.grad(loss, c_t), c_t - c_next, torch=True)

# %% [markdown] id="line-4"
# A sign is a small slip, and with either sign line 3 gives $c_{t+1} = c_t$.
# The real mistake is that the update rule has already said what $c_{t+1}$ is: $c_t + W x_{t+1}$.
# Put that into the loss, with $x$ for $x_{t+1}$.
# `lc.derive` proves a chain of equations, each step from the one before:

# %% id="loss-blind"
written_loss = half_norm_sq(c_t - (c_t + W * x))
cancelled = ("the state cancels", lc.grad(half_norm_sq(W * x), c_t))
zero = ("nothing depends on it", ZeroMatrix(d, 1))
lc.derive("05.loss_blind", lc.grad(written_loss, c_t), cancelled, zero)

# %% [markdown] id="blind"
# The loss does not see the memory at all.
# What it can still change is $W$, the matrix that writes.
# A gradient step of size $\eta$ takes away from $W$ a part of what it would have written for $x$.
# Here is the step as code, and below it as an equation; then come 200 such steps.


# %% id="writes-less"
def train_on_articles_loss(W, steps, rng, lr=0.1):
    """Gradient steps on the mean of 1/2 ||W x||^2 over 32 inputs; W: [d, n]"""
    for _ in range(steps):
        x = torch.randn(W.shape[1], 32, generator=rng)  # [n, 32]
        W = W - lr * (W @ x) @ x.T / 32
    return W


eta = symbols("eta", positive=True)
stepped = ("the gradient", W - eta * W * x * x.T)
factored = ("W to the left", W * (Identity(n) - eta * x * x.T))
lc.derive("05.writes_less", W - eta * lc.grad(half_norm_sq(W * x), W), stepped, factored)

# %% id="writes-nothing" tags=["hide-input"]
# Two hundred steps.
rng = lc.rng("writes nothing")
W_before = torch.randn(64, 64, generator=rng) / 8
W_after = train_on_articles_loss(W_before, 200, rng)
ratio = (W_after.norm() / W_before.norm()).item()
lc.claim(
    "05.writes_nothing",
    "After 200 steps the norm of W is {value:.0e} of what it was.",
    ratio,
    between=(0.0, 1e-6),
)

# %% [markdown] id="writes-nothing-seen"
# The loss is perfect, the memory empty.
# It is zero once $W x = 0$ for every input seen, and where the inputs span the space that means $W = 0$: **a memory trained on this loss learns to write nothing.**
#
# ## 4. Reading a sum
#
# What can be read from $c = k_1 + k_2 + \dots + k_T$, with all words different?
# From here on $W = I$, and every word has a random *key*: a vector $k$ of length 1, drawn without a preferred direction.
# To ask whether the word with key $q$ was in the text, take the dot product $q \cdot c$, the *read-out*.
#
# For a word that was stored, say the first, one term of the sum is $k_1 \cdot k_1 = 1$: the *signal*.
# Every other term $k_1 \cdot k_i$ is *cross-talk*, a small random number of mean zero.
# For a word that was not stored, all $T$ terms are cross-talk.
#
# How large is one term?
# No direction is preferred, so $\mathbb E\, k k^\top$ is a multiple of $I$, and since its trace is $\mathbb E \lVert k \rVert^2 = 1$, it is $I / d$.
# For any fixed $q$ of length 1 the variance of $q \cdot k$ is therefore $q^\top (I/d)\, q = 1/d$.
#
# The keys are independent, so variances add: a word that was not stored reads $0$ on average, with variance $T/d$.
# (The length of $c$ tells roughly how many words there were: $\mathbb E \lVert c \rVert^2 = T$.)
#
# **Exercise 4** (5 minutes). Your turn for a word that *was* stored.
# Write the variance of its read-out as an expression in `T` and `d`.

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
# This can be checked without adding variances.
# Let every entry of a key be $\pm 1/\sqrt d$, each sign by the toss of a coin.
# Then the variance is an average over finitely many choices of signs, and is computed exactly, here for $T = 3$ and given $d$.
# Keys that may point anywhere have no such list: for them we measure, right after.
# Each trial draws $2T$ fresh keys, stores the first $T$, and reads all of them.

# %% id="noise-exact" tags=["hide-input"]
# Three words, signs by the toss of a coin.
from lcutils.proof import sign_variance

k1, k2, k3 = (MatrixSymbol(name, d, 1) for name in ("k_1", "k_2", "k_3"))
lc.prove("05.noise_exact", sign_variance(dot(k1, k1 + k2 + k3), k1, k2, k3), 2 / d)


# %% id="read-outs"
def read_outs(d, T, trials, rng):
    """Read-outs of T stored words and of T others: two tensors [trials, T]"""
    keys = tasks.unit_keys(trials, 2 * T, d, rng=rng)
    state = keys[:, :T].sum(dim=1)  # [trials, d]
    scores = torch.einsum("btd,bd->bt", keys, state)
    return scores[:, :T], scores[:, T:]


stored, others = read_outs(d=64, T=20, trials=2_000, rng=lc.rng("noise"))


# %% id="histogram" tags=["hide-input"]
# The figure: read-outs, word by word.
from lcutils.show import BLUE, GREEN, GREY, ORANGE, label_lines


def draw_histogram(ax, stored, others):
    look = {"bins": torch.linspace(-3, 4, 71), "density": True, "alpha": 0.6}
    for scores, colour, label in ((others, GREY, "not stored"), (stored, BLUE, "stored")):
        ax.hist(scores.flatten(), histtype="stepfilled", color=colour, label=label, **look)
    ax.set(xlabel="read-out", yticks=[])
    ax.legend()


fig, ax = lc.subplots()
draw_histogram(ax, stored, others)
sentence = "20 words in 64 numbers: a stored word is read with variance {value:.3f}; "
sentence += f"theory says {19 / 64:.3f}."
claim = lc.claim("05.noise_measured", sentence, stored.var(), between=(0.28, 0.315))
lc.figure(fig, claim)

# %% [markdown] id="how-many"
# ## 5. How many words fit?
#
# Take one word that was stored and one that was not, and say that the one with the larger read-out was stored.
# The two read-outs are uncorrelated, since the other word's key is independent of $c$ and has mean zero.
# So their difference has mean $1$ and variance $\frac{T-1}{d} + \frac{T}{d} = \frac{2T-1}{d}$.
# If it is close to a normal variable, with distribution function $\Phi$, the answer is right with probability
#
# $$\Phi\!\left(\sqrt{\frac{d}{2T-1}}\right)$$
#
# A value to start from: $\Phi(1.2816) = 0.9$.

# %% id="05-recall" tags=["exercise"]
### BEGIN SOLUTION
answer = 19  # a whole number
### END SOLUTION
lc.predict("05.recall", answer=answer)


# %% id="recall-defined"
def expected(d, T):
    return Normal(0, 1).cdf(torch.tensor(float(sqrt(d / (2 * T - 1))))).item()


def measured(d, T, rng):
    """How often a stored word reads above one that was not stored"""
    stored, others = read_outs(d, T, trials=20_000 // T, rng=rng)
    return (stored > others).float().mean().item()


# %% id="recall-measured" tags=["after-prediction"]
words, rng = 1, lc.rng("capacity")
while measured(64, words + 1, rng) >= 0.9:
    words += 1
theory = max(T for T in range(1, 65) if expected(64, T) >= 0.9)
sentence = f"Right nine times in ten: up to {{value:.0f}} words (theory: {theory}; "
sentence += f"with {theory + 1} it says {expected(64, theory + 1):.4f})."
claim = lc.claim("05.capacity", sentence, words, between=(18, 21))
lc.reveal("05.recall", claim, was=words)

# %% id="recall-curves" tags=["after-prediction"]
lengths, rng, gaps = [4, 8, 16, 32, 64, 128], lc.rng("recall"), []
fig, ax = lc.subplots()
for size, colour in {16: ORANGE, 64: BLUE, 256: GREEN}.items():
    theory = [expected(size, length) for length in lengths]
    share = [measured(size, length, rng) for length in lengths]
    ax.plot(lengths, theory, color=colour, label=f"d = {size}")
    ax.plot(lengths, share, "o", color=colour)
    gaps += [abs(a - b) for a, b in zip(theory, share, strict=True)]
ax.set(xscale="log", xlabel="words stored, T", ylabel="share of right answers", ylim=(0.5, 1.02))
ax.set_xticks(lengths, lengths, minor=False)
label_lines(ax)
sentence = "No measured dot lies further than {value:.3f} from the predicted curve."
claim = lc.claim("05.recall_theory", sentence, max(gaps), between=(0.0, 0.02))
said = r"""One word for each number would be three times too many.
There is no edge over which words fall out: every further word blurs all alike, the first and the last.
And their number is proportional to $d$: from $\sqrt{d / (2T - 1)} = 1.2816$ comes $T \approx 0.3\, d$."""
lc.reveal("05.recall", lc.figure(fig, claim), said)

# %% [markdown] id="recall-seen"
# ## 6. Forgetting on purpose
#
# A sum forgets nothing on purpose; it drowns.
# Let the state fade instead, by a factor $0 < \gamma < 1$ at each step:
#
# $$c_{t+1} = \gamma\, c_t + W x_{t+1}$$

# %% id="decay-weights"
gamma = symbols("gamma", positive=True)
unrolled = gamma * (gamma * (gamma * c0 + W * x1) + W * x2) + W * x3
weights = gamma**3 * c0 + gamma**2 * W * x1 + gamma * W * x2 + W * x3
lc.prove("05.decay_weights", unrolled, weights, reason="three steps")

# %% [markdown] id="ages"
# A word of *age* $a$, with $a = 0$ for the newest, keeps the weight $\gamma^a$.
# Order is no longer lost: it has become age, and older words read smaller.
#
# Three numbers describe such a memory.
# The *half-life* is the age at which the weight is one half: $\gamma^h = \tfrac12$, so $h = \ln 2 / (-\ln \gamma)$.
# The *total weight* $1 + \gamma + \gamma^2 + \dots$ is what the state grows to if the same word comes at every step.
# The *noise sum* is $1 + \gamma^2 + \gamma^4 + \dots$, since a word of weight $\gamma^a$ adds cross-talk of variance $\gamma^{2a}/d$.
# One more word turns the total $G$ of $T$ words into $\gamma G + 1$:

# %% id="total-weight"
G = (1 - gamma**T) / (1 - gamma)
lc.prove("05.total_weight", gamma * G + 1, G.subs(T, T + 1), reason="one more word")

# %% [markdown] id="total-weight-seen"
# With one word $G = 1$, so this form holds for every $T$; as $\gamma^T$ goes to $0$, the total goes to $1/(1-\gamma)$.
# With $\gamma^2$ in place of $\gamma$, the noise sum goes to $1/(1-\gamma^2)$.
# For $\gamma = 0.9$ the three are about $7$, $10$ and $5$.
#
# A sum of $T$ words has a noise sum of $T$.
# A memory with $\gamma = 0.97$ keeps it below $17$, however long the text, and pays with the old words.
# Which words gain, and which lose?
# A stored word of age $a$ reads $\gamma^a$, with noise variance $(N - \gamma^{2a})/d$, where $N$ is the noise sum; another reads $0$, with $N/d$.
# The same trial as before, with 128 words, for each age by itself:


# %% id="by-age"
def faded_read_outs(d, T, gamma, trials, rng):
    """Like read_outs, with decay, and the newest of the stored words first"""
    keys = tasks.unit_keys(trials, 2 * T, d, rng=rng)
    states, _ = decay_memory(keys[:, :T], gamma=gamma)  # [trials, T, d]
    state = states[:, -1]
    scores = torch.einsum("btd,bd->bt", keys, state)
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


fig, ax = lc.subplots()
for keep, colour in {1.0: ORANGE, 0.97: BLUE, 0.9: GREEN}.items():
    curve = [expected_by_age(keep, age) for age in range(128)]
    ax.plot(curve, color=colour, label=f"γ = {keep:g}")
    ax.plot(range(0, 128, 8), share[keep][::8], "o", color=colour)
ax.set(xlabel="age of the word, in steps", ylabel="share of right answers")
label_lines(ax)
gain = share[0.97][:10].mean() - share[1.0][:10].mean()
sentence = "γ = 0.97: right answers for the ten newest words rise by {value:.2f} over the sum."
lc.figure(fig, lc.claim("05.newest", sentence, gain, between=(0.15, 0.25)))

# %% [markdown] id="play-before"
# Now play.
# Lengthen the text; raise $d$; let the state fade.
# Decay helps the newest words; does it ever help the average one?


# %% id="play" tags=["hide-input"]
# The sliders.
def draw(ax, d, T, gamma):
    stored, others = faded_read_outs(d, T, gamma, max(1, 2_000 // T), lc.rng("play"))
    draw_histogram(ax, stored, others)
    right = (stored > others).float().mean().item()
    ax.set_title(f"d = {d}, T = {T}, γ = {gamma:g}: right in {right:.2f} of all cases")


lc.play(draw, d=(8, 256, 64), T=(1, 128, 40), gamma=(0.8, 1.0, 1.0, 0.01))

# %% id="play-settings" tags=["hide-input"]
# The figure: three settings of the sliders.
fig, axes = lc.subplots(3, 1, sharex=True, height=5)
draw(axes[0], d=64, T=5, gamma=1.0)
draw(axes[1], d=64, T=100, gamma=1.0)
draw(axes[2], d=64, T=100, gamma=0.9)
for ax in axes:
    ax.label_outer()
lc.figure(
    fig, "More words, more blur. With decay less blur, but most words have faded: fewer are right."
)

# %% [markdown] id="prose"
# ## 7. On real prose
#
# Real text repeats itself.
# Here are paragraphs from the documentation of PyTorch and SymPy, read from the packages on your machine and cut into passages of equal length.
# Each of the 2,000 most frequent words gets a key.
# Other words are skipped.
# A passage is stored as the sum of its words' keys; then we ask for all 2,000.
# If $n$ different words are in the passage, how many of them are among the $n$ largest read-outs?
# This asks more than before: a word must now beat nearly all the others, not one.

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


# %% id="prose-figure" tags=["hide-input"]
# The figure: words found, by length.
lengths, rng, found = [8, 16, 32, 64, 128], lc.rng("prose"), {}
fig, ax = lc.subplots()
for size, colour in {64: ORANGE, 256: BLUE, 1024: GREEN}.items():
    found[size] = [share_found(size, length, rng) for length in lengths]
    ax.plot(lengths, found[size], "o-", color=colour, label=f"d = {size}")
ax.set(xscale="log", xlabel="words in the passage", ylabel="share of words found", ylim=(0, 1.05))
ax.set_xticks(lengths, lengths, minor=False)
label_lines(ax)
claim = lc.claim(
    "05.prose_page",
    "256 numbers give back {value:.2f} of the words of a 128-word passage, "
    f"and {found[256][0]:.2f} of an 8-word one.",
    found[256][-1],
    between=(0.24, 0.36),
)
lc.figure(fig, claim)

# %% [markdown] id="repeats"
# Repeats are costly.
# A word that comes three times is read as $3$, and its cross-talk has variance $9/d$ where three different words have $3/d$.
# Write each word of a passage only once:

# %% id="prose-once" tags=["hide-input"]
# Each word of a passage only once.
rng = lc.rng("prose once")
gain = share_found(256, 32, rng, once=True) - share_found(256, 32, rng)
lc.claim(
    "05.repeats_cost",
    "d = 256, 32 words: {value:.2f} more of the words are found.",
    gain,
    between=(0.1, 0.24),
)

# %% [markdown] id="repair"
# But to write a word only once, the memory must first look whether it is there, and a sum never looks.
# The next section finds a rule that does, for a richer kind of memory.
#
# ## 8. A loss that asks for something
#
# The article's idea deserves better than its algebra: *let the memory be what a loss is minimised over.*
# Only the loss must ask for something.
# Let us ask that a key $k$ bring back a *value* $v$: a name its number, a question its answer.
# A sum of keys does not say which value goes with which, so let the state be a matrix $S$ of size $K \times V$, read with a key as $S^\top k$.
#
# Reward agreement between what is read and what was wanted: the loss $-v \cdot S^\top k$.
# One gradient step on it, of size $1$, is an update rule:

# %% id="agreement-step"
K, V = symbols("K V", positive=True, integer=True)
beta = symbols("beta", positive=True)
S, k, v = MatrixSymbol("S", K, V), MatrixSymbol("k", K, 1), MatrixSymbol("v", V, 1)
lc.prove("05.agreement_step", S - lc.grad(-dot(v, S.T * k), S), S + k * v.T, torch=True)

# %% [markdown] id="agreement-seen"
# The sum is back, now of matrices $k v^\top$: the update of *linear attention* without its normaliser (Katharopoulos et al., ICML 2020) and of the correlation matrix memories of Kohonen (IEEE Transactions on Computers, 1972).
# Penalise the error instead, $\tfrac12 \lVert S^\top k - v \rVert^2$.
# The same step, of size $\beta$, gives the *delta rule* (Widrow and Hoff, 1960; as a layer: Schlag, Irie and Schmidhuber, ICML 2021):

# %% id="error-step"
error = half_norm_sq(S.T * k - v)
lc.prove("05.error_step", S - beta * lc.grad(error, S), S + beta * k * (v - S.T * k).T, torch=True)

# %% [markdown] id="two-rules-before"
# It reads what the key brings back now, and writes only $\beta$ times the difference: a rule that looks.
# Ask both rules to store red under a key, then blue.


# %% id="two-rules"
def agreement_loss(S, k, v):
    return -(v @ S.T @ k)


def error_loss(S, k, v):
    return 0.5 * ((S.T @ k - v) ** 2).sum()


key, (red, blue) = torch.tensor([0.6, 0.8]), torch.eye(2)


def answer_after(loss):
    state = torch.zeros(2, 2)  # [K, V]
    for value in (red, blue):
        state = state - torch.func.grad(loss)(state, key, value)
    return (state.T @ key).round(decimals=3).tolist()


print("agreement:", answer_after(agreement_loss), " error:", answer_after(error_loss))

# %% [markdown] id="one-sentence"
# Red is $(1, 0)$ and blue $(0, 1)$.
# The sum answers with both at once; the delta rule has replaced the one by the other, exactly so because $\beta = 1$ and the key has length 1.
#
# **Both rules are one gradient step on a stated loss.** To design a memory is to say what it should be asked.
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
# - A loss in which the state cancels teaches the memory nothing, and teaches $W$ to write nothing.
# - Reading a sum of $T$ random unit keys in $d$ dimensions: signal $1$, noise of variance $(T-1)/d$; about $0.3\,d$ words at nine right in ten, against one other word each.
# - Decay spends the old words on the new: weight $\gamma^a$ at age $a$.
# - An update rule can be derived: one gradient step on a loss that says what the memory should be asked.

# %% [markdown] id="more-time"
# ## If you have more time
#
# Three more questions, four exercises (14 minutes), and two experiments (10 minutes): the loss of section 3 as a part of a larger one, and keys that lean one way.

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

# %% [markdown] id="write-order-exercise"
# **Exercise 5** (2 minutes). These five lines store a text and read it. In which order?
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
# **Exercise 6** (5 minutes). All states of the fading memory. A loop is allowed.


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
# **Exercise 7** (2 minutes). A memory with $\gamma = 0.97$: after about how many steps has it lost half of a word?

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
# **Exercise 8** (5 minutes). A *membership memory* answers one question: was this word stored?
# A Bloom filter (Bloom, Communications of the ACM, 1970) keeps such a set in a few bits and is wrong now and then.
# Make one from a sum: name the `n_items` words with the largest read-outs.


# %% id="05-members" tags=["exercise"]
def members(state, keys, n_items):
    """state: [D], keys: [N, D], n_items: int -> True for the n_items most likely: bool [N]"""
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
# ### What if the article's loss is only a part?
#
# Let a task train the memory as well: for each text of 8 words, a read-out matrix $R$ must give the stored words larger read-outs $R k \cdot c$ than 8 others.
# $W$ and $R$ are trained together, on the task's loss plus the article's, in equal parts.

# %% id="05-shrink" tags=["exercise"]
### BEGIN SOLUTION
answer = "W shrinks to a half, R grows to compensate, and the recall stays above 0.9"
### END SOLUTION
lc.predict("05.shrink", answer=answer)


# %% id="task"
def losses(W, R, x):
    """x: [B, 16, n], of which the first 8 are stored -> both losses, share of right answers"""
    written = x[:, :8] @ W.T  # [B, 8, d]
    state = written.sum(dim=1)  # [B, d]
    scores = torch.einsum("btd,bd->bt", x @ R.T, state)
    stored, others = scores[:, :8], scores[:, 8:]
    task = torch.nn.functional.softplus(others - stored).mean()
    article = 0.5 * written.square().sum(dim=-1).mean()
    return task, article, (stored > others).float().mean().item()


# %% id="task-trained"
def train(weight, rng, steps=400):
    """Trains W and R; returns their norms, in units of the first, and the recall"""
    words = tasks.unit_keys(100, 32, rng=rng)
    W, R = (torch.randn(32, 32, generator=rng).div(32**0.5).requires_grad_() for _ in range(2))
    start, shares = torch.stack([W.norm(), R.norm()]).detach(), []
    optimizer = torch.optim.Adam([W, R], lr=0.01)
    for _ in range(steps):
        drawn = torch.rand(64, 100, generator=rng).argsort(dim=1)[:, :16]  # no word twice
        task, article, share = losses(W, R, words[drawn])
        optimizer.zero_grad()
        (task + weight * article).backward()
        optimizer.step()
        shares.append(share)
    scale = torch.stack([W.norm(), R.norm()]).detach() / start
    return scale[0], scale[1], sum(shares[-50:]) / 50


# %% id="task-measured" tags=["after-prediction"]
W_scale, R_scale, recall = train(1.0, lc.rng("task"))
alone = train(0.0, lc.rng("task"))  # the task's loss alone
in_W = f"W ends at {{value:.2f}} of its norm; on the task's loss alone at {alone[0]:.1f}."
in_R = f"R ends at {{value:.1f}} times its norm; on the task's loss alone {alone[1]:.1f}."
right = f"{{value:.2f}} right; on the task's loss alone {alone[2]:.2f}."
lc.reveal(
    "05.shrink",
    lc.claim("05.shrink_w", in_W, W_scale, between=(0.4, 0.55)),
    lc.claim("05.shrink_r", in_R, R_scale, between=(5.2, 6.8)),
    lc.claim("05.shrink_recall", right, recall, between=(0.9, 0.96)),
)

# %% id="scale-free" tags=["after-prediction"]
a, R, y = symbols("a", positive=True), MatrixSymbol("R", d, n), MatrixSymbol("y", n, 1)
said = """The article's loss is a tax on the scale of $W$; a larger $R$ can make up for it, and in these 400 steps nearly did.
For any positive number $a$, dividing $W$ by $a$ and multiplying $R$ by it leaves every read-out as it was:"""
scaled = lc.prove("05.scale_free", dot(a * R * y, W / a * x), dot(R * y, W * x))
lc.reveal("05.shrink", said, scaled)

# %% [markdown] id="shared-before"
# ### Keys that share a direction
#
# So far keys pointed anywhere.
# Let all of them lean towards one vector $m$, so that two keys have a mean cosine of about one fifth.
# The state then contains $m$ in proportion to $T$, and each key meets this large part a little differently: more noise.
# What becomes of recall, and can it be mended?


# %% id="keys-that-lean"
def right_with_shared_mean(centred, rng, d=256, T=64):
    keys = tasks.unit_keys(200, 2 * T, d, rng=rng) + 0.5 * tasks.unit_keys(d, rng=rng)
    keys = torch.nn.functional.normalize(keys, dim=-1)
    written = keys - keys.mean(dim=(0, 1)) if centred else keys
    state = written[:, :T].sum(dim=1)
    scores = torch.einsum("btd,bd->bt", keys, state)
    return (scores[:, :T] > scores[:, T:]).float().mean()


# %% id="shared-mean" tags=["hide-input"]
# Keys as they are.
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
# - The article: an introduction to ultra-long context in language models, in Chinese, section 4.2, item 3, the memory; its four lines are retold above in our words.
# - Bloom, Space/time trade-offs in hash coding with allowable errors, Communications of the ACM, 1970.
# - Frady, Kleyko and Sommer, A theory of sequence indexing and working memory in recurrent neural networks, Neural Computation, 2018: capacity of sums of random vectors.
# - Katharopoulos, Vyas, Pappas and Fleuret, Transformers are RNNs, ICML 2020.
# - Kohonen, Correlation matrix memories, IEEE Transactions on Computers, 1972.
# - Schlag, Irie and Schmidhuber, Linear transformers are secretly fast weight programmers, ICML 2021.
# - Widrow and Hoff, Adaptive switching circuits, IRE WESCON Convention Record, 1960.

# %% id="report"
lc.report()
