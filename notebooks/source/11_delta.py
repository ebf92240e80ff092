# %% [markdown] id="promise"
# # 11 · Write only what is new
#
# **What if the key is already there?**
#
# A sum of pairs never looks: told a price, then a new one, it holds both.
# The *delta rule* reads before it writes, and writes the difference.
#
# Afterwards you can derive that rule, say for which steps it is stable and when it recalls more than a sum, and follow a value from write to write.
#
# You need lesson 10, outer products, partial derivatives, some PyTorch.
# The core path takes about 65 minutes; the end of section 2 is a good place to stop half way.
#
# ## Before you begin
#
# Run two cells, then answer a question.

# %% id="start"
import torch
from sympy import Identity, sqrt, symbols  # sqrt is for your answers

import lcutils as lc
from lcutils import memory, tasks
from lcutils.proof import MatrixSymbol, dot, half_norm_sq, norm_sq
from lcutils.show import BLUE, GREY, ORANGE, RED, label_lines
from lcutils.untrained import recalled

lc.start("11")

# %% id="11-recall_step" tags=["exercise"]
### BEGIN SOLUTION
answer = "a"
### END SOLUTION
lc.quiz("11.recall_step", answer=answer)

# %% [markdown] id="price"
# ## 1. Look, then write
#
# A state $S$ of size $K \times V$ is read with a key as $S^\top k$; a sum writes a pair as $S + k v^\top$.
# The key is apples, $k = (0.6, 0.8)$ of length 1, the value a price and a stock, first $(3, 10)$, later $(4, 7)$.

# %% id="price-sum"
apples = torch.tensor([0.6, 0.8])
first, second = torch.tensor([3.0, 10.0]), torch.tensor([4.0, 7.0])
told_first = torch.outer(apples, first)
told_both = told_first + torch.outer(apples, second)


# %% id="price-sum-figure" tags=["hide-input"]
# The figure: the state of the sum.
def draw_states(states):
    """Each state [2, 2] as a table, above what apples read in it"""
    fig, axes = lc.subplots(1, 2, height=1.9)
    for ax, state, told in zip(axes, states, ("told (3, 10)", "then told (4, 7)"), strict=True):
        ax.imshow(state, cmap="Blues", vmin=0, vmax=20, aspect=0.45)
        for i in range(2):
            for j in range(2):
                ax.text(j, i, f"{state[i, j]:.1f}", ha="center", va="center")
        price, stock = apples @ state
        ax.set_xticks([0, 1], [f"reads {price:.0f}", f"reads {stock:.0f}"], color=RED)
        ax.set_yticks([0, 1], ["0.6", "0.8"])
        ax.set_title(told)
        ax.tick_params(length=0)
        ax.spines[:].set_visible(False)
    return fig


sentence = "The sum: asked for apples, it answers ({:.0f}, {:.0f})."
lc.figure(draw_states([told_first, told_both]), sentence.format(*apples @ told_both))

# %% [markdown] id="price-seen"
# Nobody ever paid 7 for apples.
#
# Lesson 05 asked that a key bring back its value: the loss is $\tfrac12 \lVert S^\top k - v \rVert^2$.
# One gradient step of size $\beta$ on it is the delta rule (Widrow and Hoff, 1960; as a layer: Schlag et al., ICML 2021).
# Written out, it erases and writes:

# %% id="derive"
K, V = symbols("K V", positive=True, integer=True)
beta = symbols("beta", positive=True)
S, k, v = MatrixSymbol("S", K, V), MatrixSymbol("k", K, 1), MatrixSymbol("v", V, 1)
error = half_norm_sq(S.T * k - v)
lc.prove(
    "11.step",
    S - beta * lc.grad(error, S),
    (Identity(K) - beta * k * k.T) * S + beta * k * v.T,
    torch=True,
)

# %% [markdown] id="delta_step-exercise"
# **Exercise 1** (5 minutes). Write one step, for a batch.


# %% id="11-delta_step" tags=["exercise"]
def delta_step(state, k, v, beta):
    """state: [B, K, V], k: [B, K], v: [B, V], beta: [B] -> the new state: [B, K, V]"""
    ### BEGIN SOLUTION
    missing = v - (k[:, None, :] @ state)[:, 0]  # [B, V]
    return state + k[:, :, None] * (beta[:, None] * missing)[:, None, :]
    ### END SOLUTION


delta_step = lc.check("11.delta_step", delta_step)

# %% [markdown] id="hints-delta_step"
# {{hints}}
#
# The apples again, with $\beta = 1$:

# %% id="price-delta"
states = [torch.zeros(1, 2, 2)]  # [B, K, V]
for now in (first, second):
    states.append(delta_step(states[-1], apples[None], now[None], beta=torch.ones(1)))

# %% id="price-delta-figure" tags=["hide-input"]
# The figure: the state of the delta rule.
sentence = "The delta rule: asked for apples, it answers ({:.0f}, {:.0f})."
lc.figure(draw_states([states[1][0], states[2][0]]), sentence.format(*apples @ states[2][0]))

# %% [markdown] id="missing_after-exercise"
# Was that luck?
#
# **Exercise 2** (4 minutes). Before the step $v - S^\top k$ is missing.
# After it, that times a factor. Which one?
# Write it in `beta` and `kk`, which stands for $k^\top k = \lVert k \rVert^2$.

# %% id="11-missing_after" tags=["exercise"]
kk = symbols("kk", positive=True)
### BEGIN SOLUTION
factor = 1 - beta * kk
### END SOLUTION
### BEGIN STUDENT
# factor = None  # an expression in beta and kk
### END STUDENT
lc.check("11.missing_after", factor)

# %% [markdown] id="hints-missing_after"
# {{hints}}
#
# ### How far may $\beta$ go?
#
# The old state is multiplied by $I - \beta k k^\top$.
# What is at right angles to $k$ stays; along $k$ the factor of exercise 2 comes back.
#
# **Exercise 3** (2 minutes). Up to which $\beta$ does the step enlarge nothing of the old state?
# An expression in `kk`.

# %% id="11-largest_beta" tags=["exercise"]
### BEGIN SOLUTION
largest = 2 / kk
### END SOLUTION
### BEGIN STUDENT
# largest = None  # an expression in kk
### END STUDENT
lc.check("11.largest_beta", largest)

# %% [markdown] id="hints-largest_beta"
# {{hints}}
#
# ### Odd or even?
#
# Reading 0s and 1s, a memory should know whether the 1s so far are odd in number.
# Its state is one number ($K = V = 1$), keys have length 1, and the answer is whether the state lies above $\tfrac12$.

# %% id="11-parity" tags=["exercise"]
### BEGIN SOLUTION
answer = "the delta rule with beta up to 2"
### END SOLUTION
lc.predict("11.parity", answer=answer)

# %% id="parity" tags=["after-prediction"]
bits, state, states = (
    torch.randint(2, (1000,), generator=lc.rng("parity")),
    torch.zeros(1, 1, 1),
    [],
)
one, half = torch.ones(1, 1), torch.full((1, 1), 0.5)
for bit in bits:  # beta = 2 for a 1, and 0 for a 0
    state = delta_step(state, one, half, beta=2.0 * bit[None])
    states.append(state[0, 0, 0])
odd = (bits.cumsum(0) % 2).float()
agree = lc.same("11.parity_kept", "State and parity", torch.stack(states), odd, 1e-6)
said = r"""Take $k = 1$, $v = \frac12$, and $\beta = 2$ for a 1: $S$ becomes $(1 - 2) S + 2 \cdot \frac12 = 1 - S$.
For a 0, $\beta = 0$. From $S = 0$ the text 1 1 0 1 gives $1, 0, 0, 1$.

The others turn $S$ into $aS + b$ with $a \ge 0$: if one 1 raises $S$, so does the next, and if it lowers $S$, too.
While 1s alone come, $S$ crosses $\frac12$ once at most. (Grazzi et al., ICLR 2025: in finite precision this holds for states of any size.)"""
lc.reveal("11.parity", said, agree, was="the delta rule with beta up to 2")

# %% id="arrows" tags=["after-prediction"]
fig, axes = lc.subplots(1, 3, height=1.6, sharey=True)
kinds = ("1: erased along k", "2: a reflection", "3: it grows")
for ax, strength, kind in zip(axes, (1, 2, 3), kinds, strict=True):
    ax.axhline(0, color=GREY, lw=1, ls=":")
    ax.set_axis_off()
    ax.text(1.3, -0.3, "k", color=GREY, ha="right")
    for along, colour, name in ((1, GREY, "x"), (1 - strength, BLUE, "after")):
        line = {"arrowstyle": "-|>", "color": colour, "lw": 2, "shrinkA": 0, "shrinkB": 0}
        ax.annotate("", (along, 0.8), (0, 0), arrowprops=line)
        ax.text(along, 0.88, name, color=colour, ha="center")
    ax.plot([1, 1 - strength], [0.8, 0.8], color=ORANGE, lw=1, ls="--")
    ax.set(xlim=(-2.3, 1.4), ylim=(-0.4, 1.2), aspect="equal", title=f"β‖k‖² = {kind}")
picture = lc.figure(fig, "The step changes what lies along k, and keeps the rest.")
said = r"""With $\beta = 2$ and a key of length 1, $I - 2 k k^\top$ is a mirror.
By hand: $\lVert x \rVert^2 = 1.64$ above, and $x$ loses $1$, $0$, $-3$ of it. For all $k$ and $x$:"""
after, x = S + beta * k * (v - S.T * k).T, MatrixSymbol("x", K, 1)
stays = lc.prove("11.missing", v - after.T * k, (1 - beta * norm_sq(k)) * (v - S.T * k))
lost = norm_sq(x) - norm_sq((Identity(K) - beta * k * k.T) * x)
never = lc.prove("11.never_expands", lost, beta * (2 - beta * norm_sq(k)) * dot(k, x) ** 2)
lc.reveal("11.parity", picture, said, stays, never)

# %% [markdown] id="stable"
# ### What is used
#
# With $\beta = 1$ and a key of length 1 **the newest pair is read back exactly, whatever was there before.**
# Most layers normalise their keys and keep $\beta$ between 0 and 1.
#
# ## 2. Does it recall better?
#
# Random keys of length 1, random values, a matrix of $64 \times 64$, $\beta = 1$, each pair written once.
# A read-out is right if it agrees better with its key's value than with any of 255 that were never stored.

# %% id="11-capacity" tags=["exercise"]
### BEGIN SOLUTION
answer = "the delta rule"
### END SOLUTION
lc.predict("11.capacity", answer=answer)


# %% id="written"
def written(keys, values, beta=1.0):
    """keys: [T, K], values: [T, V] -> states of sum and delta rule: two [K, V]"""
    k, v = keys[None, :, None], values[None, :, None]  # [B, T, H, K], [B, T, H, V]
    strength = beta * torch.ones(k.shape[:3])
    _, total = memory.linear_attention(k, k, v, output_final_state=True)
    _, state = memory.delta_rule(k, k, v, beta=strength, output_final_state=True)
    return total[0, 0], state[0, 0]


# %% id="shares"
def leaning(keys, cosine, rng):
    """Keys [T, K] that lean to one side: any two have about this cosine"""
    shared = tasks.unit_keys(keys.shape[1], rng=rng)
    mixed = cosine**0.5 * shared + (1 - cosine) ** 0.5 * keys
    return torch.nn.functional.normalize(mixed, dim=1)


def shares(n, rng, beta=1.0, cosine=0.0):
    """How often sum and delta rule give back each of n pairs, oldest first: [2, n]"""

    def reader(rule):
        def read(keys, values):
            keys = leaning(keys, cosine, rng)
            return keys @ written(keys, values, beta)[rule]

        return read

    return torch.stack([recalled(reader(rule), n, 64, 64, rng=rng) for rule in (0, 1)])


# %% id="capacity-measured" tags=["after-prediction"]
rng = lc.rng("capacity")
found = {n: shares(n, rng) for n in (64, 128)}
(sum_64, delta_64), (sum_128, delta_128) = (found[n].mean(dim=1).tolist() for n in (64, 128))
right_64 = f"64 pairs: the sum gives back {sum_64:.2f}, the delta rule {{value:.2f}}."
right_128 = f"128 pairs: the sum gives back {sum_128:.2f}, the delta rule {{value:.2f}}."
lc.reveal(
    "11.capacity",
    lc.claim("11.at_64", right_64, delta_64, between=(0.87, 1.0)),
    lc.claim("11.at_128", right_128, delta_128, between=(0.52, 0.66)),
    "The rule that looks recalls less. The age of a pair says why.",
    was="the sum" if sum_64 + sum_128 > delta_64 + delta_128 else "the delta rule",
)

# %% id="ages" tags=["after-prediction"]
by_age = found[128].view(2, 8, 16).mean(dim=2).flip(1)  # [2, 8], the newest first
fig, ax = lc.subplots(height=2.6)
for line, colour, label in zip(by_age, (RED, BLUE), ("sum", "delta rule"), strict=True):
    ax.plot(range(8, 128, 16), line, "o-", color=colour, label=label)
ax.set(xlabel="age: pairs written since", ylabel="share right", ylim=(0, 1.05))
label_lines(ax)
claim = lc.claim(
    "11.oldest",
    f"Of the newest 16 of 128 pairs the delta rule gives back {by_age[1, 0]:.2f}, of the oldest "
    f"{{value:.2f}}; the sum {by_age[0, -1]:.2f} of those.",
    by_age[1, -1],
    between=(0.0, 0.25),
)
lc.reveal("11.capacity", lc.figure(fig, claim))

# %% [markdown] id="why-before"
# ### What one write does to another pair
#
# By hand: $v_a$ stands alone under $a = (1, 0)$; then $v_b$ is written under $b = (0.6, 0.8)$, with $\beta = 1$.
# In a sum $a$ now reads $v_a + 0.6\, v_b$.
# The delta rule finds $0.6\, v_a$ under $b$, and writes $v_b - 0.6\, v_a$, so $a$ reads
#
# $$v_a + 0.6\, (v_b - 0.6\, v_a) = 0.64\, v_a + 0.6\, v_b$$
#
# For any state and keys:

# %% id="forgets" tags=["hide-input"]
# Proved: what another key then reads.
a, b = MatrixSymbol("a", K, 1), MatrixSymbol("b", K, 1)
delta_b = S + beta * b * (v - S.T * b).T
lc.prove(
    "11.forgets",
    delta_b.T * a - S.T * a,
    (beta * dot(a, b)) * v - (beta * dot(a, b)) * (S.T * b),
)

# %% [markdown] id="why-after"
# What $b$ read contains $(a \cdot b)\, v_a$, so $\beta (a \cdot b)^2$ of $a$'s value is erased, for random keys $\beta / K$ on average.
# After 127 writes with $\beta = 1$ about $(1 - \tfrac{1}{64})^{127}$ is left, less than a seventh: a decay that nobody asked for.
#
# Play: $a$ is written once, then $b$ again and again, all values at right angles.


# %% id="play" tags=["hide-input"]
# The sliders.
def draw(ax, cosine, beta, writes):
    a = torch.eye(2)[0]
    b = torch.tensor([cosine, (1 - cosine**2) ** 0.5])
    values = torch.eye(writes + 1)  # at right angles: only a's own value agrees with it
    keys, strength = torch.stack([a] + [b] * writes), torch.tensor([1.0] + [beta] * writes)
    for i, (label, colour) in enumerate((("sum", RED), ("delta rule", BLUE))):
        states = [
            written(keys[:t], values[:t], strength[:t, None])[i] for t in range(1, writes + 2)
        ]
        left = [(state.T @ a)[0].item() for state in states]
        ax.plot(range(writes + 1), left, "o-", color=colour, label=label)
    ax.set(xlabel="writes under b", ylabel="left of a's value", ylim=(0, 1.1))
    ax.set_title(f"cosine of a and b = {cosine:g}, β = {beta:g}")
    label_lines(ax)


lc.play(draw, cosine=(0.0, 1.0, 0.6, 0.05), beta=(0.0, 1.0, 1.0, 0.05), writes=(1, 12, 6))

# %% id="play-settings" tags=["hide-input"]
# The figure: two settings of the sliders.
fig, axes = lc.subplots(2, 1, sharex=True, height=4.4)
draw(axes[0], cosine=0.6, beta=1.0, writes=8)
draw(axes[1], cosine=0.6, beta=0.2, writes=8)
axes[0].label_outer()
lc.figure(fig, "A sum keeps all of a's value; the delta rule erases a part of it as it writes b.")

# %% [markdown] id="half-before"
# With $\beta = 1$ the first write under $b$ leaves $1 - (a \cdot b)^2$; then $b$ reads nothing of $v_a$, and no more is erased.

# %% [markdown] id="again"
# ## 3. Keys that come back, and keys that are alike
#
# **Half way.**
#
# Give 32 random keys a value, then all of them another one.
# An answer is right if it agrees better with the newer value than with the older one.
# Three memories answer: the sum, the delta rule with $\beta = 1$, and *least squares*, a matrix that fits all 64 pairs best, each with the same weight.

# %% id="11-rewritten" tags=["exercise"]
### BEGIN SOLUTION
answer = [0.5, 0.8, 1.0]  # three shares, such as [0.2, 0.2, 0.2]
### END SOLUTION
lc.predict("11.rewritten", answer=answer)


# %% id="rewritten" tags=["after-prediction"]
def fitted(keys, values, keep=1.0):
    """The best matrix [K, V], where a pair of age a weighs keep**a"""
    weights = keep ** torch.arange(len(keys) - 1, -1, -1)[:, None]  # [T, 1]
    ridge = 0.01 * torch.eye(64)  # a small price on large entries makes it unique
    return torch.linalg.solve(keys.T @ (weights * keys) + ridge, keys.T @ (weights * values))


rng, newest = lc.rng("rewritten"), torch.zeros(4)
for _ in range(8):
    keys, values = tasks.unit_keys(32, 64, rng=rng), tasks.unit_keys(64, 64, rng=rng)
    told = keys.repeat(2, 1), values
    read = keys @ torch.stack([*written(*told), fitted(*told), fitted(*told, 0.99)])
    newest += ((read * (values[32:] - values[:32])).sum(dim=2) > 0).float().mean(dim=1) / 8
said = f"Newer: sum {newest[0]:.2f}, delta rule {newest[1]:.2f}, least squares {{value:.2f}}."
fit = lc.claim("11.newer", said, newest[2], between=(0.4, 0.6))
forgets = "Least squares that forgets: {value:.2f}."
fading = lc.claim("11.newer_fading", forgets, newest[3], between=(1, 1))
mean = r"""By hand: the best fit to two values under one key is their weighted mean. With equal weights nothing tells new from old. Now let a pair of age $a$ weigh $0.99^a$:"""
ages = r"""The older has $0.99^{32} = 0.72$ of the newer's weight, so the newer makes 0.58 of the mean. **The weights were at fault, not the optimum.**"""
lc.reveal("11.rewritten", fit, mean, fading, ages, was=newest[:3].tolist())

# %% [markdown] id="alike"
# ### Keys that are alike
#
# Each pair is written once, and judged as in section 2; any two keys have about the cosine $c$:

# %% id="correlated" tags=["hide-input"]
# The figure: recall when keys are alike.
cosines, rng = [0.0, 0.1, 0.2, 0.3, 0.45, 0.6], lc.rng("correlated")
by_cosine = torch.stack([shares(32, rng, cosine=c).mean(dim=1) for c in cosines])  # [6, 2]
fig, ax = lc.subplots(height=2.6)
for line, colour, label in zip(by_cosine.T, (RED, BLUE), ("sum", "delta rule"), strict=True):
    ax.plot(cosines, line, "o-", color=colour, label=label)
ax.set(xlabel="cosine of any two keys", ylabel="share right", ylim=(0, 1.05))
label_lines(ax)
claim = lc.claim(
    "11.correlated",
    f"32 pairs whose keys have cosine 0.45: the sum gives back {by_cosine[4, 0]:.2f}, "
    "the delta rule {value:.2f}.",
    by_cosine[4, 1],
    between=(0.85, 1.0),
)
lc.figure(fig, claim)

# %% [markdown] id="correlated-seen"
# In a sum each key hears all 31 other values, each with about the weight $c$.
# Under the delta rule each write takes away a share of what earlier ones left along the common direction.
# (With many pairs and a cosine of 0.1 the sum still recalls more.)
#
# ## 4. A write meets those before it
#
# A sum's writes do not depend on one another.
# Here token $i$ writes $u_i = \beta_i (v_i - S_{i-1}^\top k_i)$, and from $S_0 = 0$ the memory is $S_{i-1} = \sum_{j < i} k_j u_j^\top$. Hence
#
# $$u_i = \beta_i \Big( v_i - \sum_{j < i} (k_i \cdot k_j)\, u_j \Big)$$
#
# By hand, with $\beta = 1$, the keys $(1, 0)$, $(0.6, 0.8)$, $(0, 1)$ and the values $5$, $4$, $2$ ($V = 1$): $u_1 = 5$, then $u_2 = 4 - 0.6 \cdot 5 = 1$, then $u_3 = 2 - 0 \cdot 5 - 0.8 \cdot 1 = 1.2$.

# %% id="tokens" tags=["hide-input"]
# The figure: who reads whom.
fig, ax = lc.subplots(height=2.0)
ax.set(xlim=(-0.5, 6.5), ylim=(-1, 1.5), xticks=[], yticks=[])
ax.spines[:].set_visible(False)
keys, values, writes = ("(1, 0)", "(0.6, 0.8)", "(0, 1)"), (5, 4, 2), (5, 1, 1.2)
for i, about in enumerate(zip(keys, values, writes, strict=True)):
    ax.text(3 * i, -0.1, "k = {}\nv = {}\nu = {}".format(*about), ha="center", va="top")
look = {"arrowstyle": "-|>", "lw": 2, "color": BLUE, "shrinkA": 6, "shrinkB": 6}
for start, end, cosine in ((0, 3, "0.6"), (3, 6, "0.8")):
    ax.annotate("", (end, 0.1), (start, 0.1), arrowprops=look)
    ax.text((start + end) / 2, 0.2, f"reads {cosine} of it", color=BLUE, ha="center")
look |= {"color": GREY, "lw": 1, "ls": "--", "connectionstyle": "arc3,rad=-0.22"}
ax.annotate("", (6, 0.2), (0, 0.2), arrowprops=look)
ax.text(3, 1.1, "reads 0 of it", color=GREY, ha="center")
lc.figure(fig, "Three tokens: each takes from its value what it reads of the writes before it.")

# %% [markdown] id="one_more-exercise"
# **Exercise 4** (3 minutes). Let $v_1$ rise from 5 to 6. By how much does $u_3$ change?

# %% id="11-one_more" tags=["exercise"]
### BEGIN SOLUTION
change = 0.8 * 0.6
### END SOLUTION
### BEGIN STUDENT
# change = None  # a number, below 0 if it falls
### END STUDENT
lc.check("11.one_more", change)

# %% [markdown] id="hints-one_more"
# {{hints}}
#
# ### Why not a scan?
#
# Two steps $S \to A S + B$ join into one of the same form, with $A_2 A_1$ and $A_2 B_1 + B_2$.
# A *parallel scan* joins steps in pairs, the pairs in pairs, and so on, all of a round at once.
# Here $A = I - \beta k k^\top$ is $K \times K$, $B = \beta k v^\top$ is $K \times V$; let $K = V = 64$, both as full matrices.
# A step of the loop, a read and a write, multiplies about $2KV = 8{,}192$ times.

# %% id="11-scan" tags=["exercise"]
### BEGIN SOLUTION
answer = 64  # a whole number
### END SOLUTION
lc.predict("11.scan", answer=answer)

# %% id="scan" tags=["after-prediction"]
said = r"""$A_2 A_1$ takes $K^3$ multiplications, $A_2 B_1$ another $K^2 V$: $524{,}288$, or 64 steps. And a scan keeps $K^2 + KV$ numbers a token, the loop $KV$ in all. (Where a sum fades, $A$ is one number, and a scan is cheap.)

But the $u_i$ of a chunk solve linear equations, each in earlier unknowns only: a *triangular* system, one call for all.
With 64 tokens that is about $2KV + 64K + 32V$ multiplications a token, 1.75 times the loop's, in a few large products.
Its solution adds up the ways from token to token, a minus for each step:"""
k1, k2, k3 = (MatrixSymbol(name, K, 1) for name in ("k_1", "k_2", "k_3"))
v1, v2, v3 = (MatrixSymbol(name, V, 1) for name in ("v_1", "v_2", "v_3"))
u1 = beta * v1
u2 = beta * (v2 - dot(k2, k1) * u1)
u3 = beta * (v3 - dot(k3, k1) * u1 - dot(k3, k2) * u2)
direct = beta**2 * dot(k3, k1) * v1 + beta**2 * dot(k3, k2) * v2
around = beta**3 * dot(k3, k2) * dot(k2, k1) * v1
ways = lc.prove("11.ways", u3, beta * v3 - direct + around)
lc.reveal("11.scan", said, ways, was=(64**3 + 64**2 * 64) / (2 * 64 * 64))

# %% [markdown] id="trained-before"
# ## 5. Learned
#
# A trained model can learn keys that are far apart, and a $\beta$ for each token.
# Two models of one layer, with 1,024 numbers of state, trained for 200 steps, read 8 pairs, all of which then get new values, in random order.

# %% id="11-learned" tags=["exercise"]
### BEGIN SOLUTION
answer = [0.5, 1.0]  # two shares, such as [0.2, 0.2]
### END SOLUTION
lc.predict("11.learned", answer=answer)

# %% id="trained" tags=["after-prediction"]
from lcutils import recall

options = {"n_pairs": 8, "n_rewritten": 8, "steps": 200, "key_size": 16, "d": 64}
seed = torch.randint(2**31, (1,), generator=lc.rng("trained")).item()
as_sum = recall.trained("linear_attention", seed=seed, **options)
as_delta = recall.trained("delta_rule", seed=seed, **options)
named = f"The sum is right in {{value:.2f}}, and names the old value in {as_sum.stale:.2f}."
right = "The delta rule is right in {value:.3f}."
lc.reveal(
    "11.learned",
    lc.claim("11.trained_sum", named, as_sum.right, between=(0.45, 0.55)),
    lc.claim("11.trained_delta", right, as_delta.right, between=(0.97, 1.0)),
    "Training pulled the keys apart, or the sum would be wrong in more ways. It cannot teach one "
    "layer that sums which pair came first: $k v^\\top + k w^\\top$ is the same in either order. "
    "(Two such layers can do better.)",
    was=[as_sum.right, as_delta.right],
)

# %% [markdown] id="exit"
# ## Exit question

# %% id="11-exit_when" tags=["exercise"]
### BEGIN SOLUTION
answer = "b"
### END SOLUTION
lc.quiz("11.exit_when", answer=answer)

# %% [markdown] id="take-away"
# ## Take away
#
# - The delta rule, one gradient step on $\tfrac12 \lVert S^\top k - v \rVert^2$, writes $\beta$ times what is missing.
# - What is missing is multiplied by $1 - \beta \lVert k \rVert^2$; down to $-1$, a mirror, nothing old grows.
# - Each write erases a little of every pair whose key is not orthogonal: of many random pairs, written once with $\beta = 1$, a sum recalls more.
# - It wins where keys come back with new values, or are strongly alike.
# - A chunk of its writes is one triangular system.

# %% [markdown] id="more-time"
# ## If you have more time
#
# - All writes of a chunk at once: exercises 5 and 6 (25 minutes), and how all chunks are solved at once (4 minutes).
# - A chunk of the gated delta rule (3 minutes).
# - Half a write: a guess (2 minutes).
# - Three cups: two mirrors a token (4 minutes).
# - What a read-out hears where keys are alike (4 minutes).
# - Where sum and delta rule are one (2 minutes).
# - Two questions (2 minutes).
#
# ### All writes of a chunk at once
#
# The equations of section 4 for a whole chunk:
#
# $$u_i + \beta_i \sum_{j < i} (k_i \cdot k_j)\, u_j = \beta_i v_i$$
#
# Bold letters have a row for each token: its key, its value, its write.
# Let $L$ be what stands below the diagonal of $\mathrm{diag}(\beta)\, \mathbf K \mathbf K^\top$.
# Then $(I + L)\, \mathbf U = \mathrm{diag}(\beta)\, \mathbf V$, and from $S_0 = 0$ the chunk ends in $\mathbf K^\top \mathbf U$.
#
# By hand, for the three tokens of section 4:
#
# $$\begin{pmatrix} 1 & 0 & 0 \\ 0.6 & 1 & 0 \\ 0 & 0.8 & 1 \end{pmatrix} \begin{pmatrix} 5 \\ 1 \\ 1.2 \end{pmatrix} = \begin{pmatrix} 5 \\ 4 \\ 2 \end{pmatrix}$$
#
# **Exercise 5** (15 minutes). Compute all writes of a chunk, from $S_0 = 0$, without a loop.


# %% id="11-delta_chunk" tags=["exercise"]
def delta_chunk(k, v, beta):
    """k: [B, C, K], v: [B, C, V], beta: [B, C] -> what each token writes, u: [B, C, V]"""
    ### BEGIN SOLUTION
    weighed = beta[..., None] * k  # [B, C, K]
    L, right = weighed @ k.mT, beta[..., None] * v  # only what is below the diagonal is read
    return torch.linalg.solve_triangular(L, right, upper=False, unitriangular=True)
    ### END SOLUTION


delta_chunk = lc.check("11.delta_chunk", delta_chunk)

# %% [markdown] id="hints-delta_chunk"
# {{hints}}
#
# **Exercise 6** (10 minutes). Find the bug.
# A colleague needs no triangular system: all tokens of a chunk read the memory, then all write.
# With chunks of one token the tests pass, and it is fast.
# Mend it; you may use `delta_chunk`.


# %% id="11-write_chunk" tags=["exercise"]
def write_chunk(state, k, v, beta):
    """state: [B, K, V], k: [B, C, K], v: [B, C, V], beta: [B, C] -> the new state: [B, K, V]"""
    ### BEGIN SOLUTION
    missing = v - k @ state  # [B, C, V], before the chunk
    return state + k.mT @ delta_chunk(k, missing, beta)
    ### END SOLUTION
    ### BEGIN STUDENT
    # missing = v - k @ state  # [B, C, V]
    # return state + k.mT @ (beta[..., None] * missing)
    ### END STUDENT


write_chunk = lc.check("11.write_chunk", write_chunk)

# %% [markdown] id="hints-write_chunk"
# {{hints}}
#
# (The faulty rule is known by another name: one gradient step on the losses of all pairs of the chunk, each times its $\beta$, at the state before it.
# Sun et al., 2024, choose it for its speed, as mini-batches of training at test time.)
#
# **All chunks at once.** So each chunk solves one system, and waits for the state before it.
# Yang et al., NeurIPS 2024, solve two: for $\mathbf U$ as in exercise 5, from $S_0 = 0$, and for $\mathbf W$, with $\mathbf K$ in the place of $\mathbf V$.
# Neither has a state in it, so the systems of all chunks are solved at once.
# Only products stay in sequence: a chunk that begins with $S$ writes $\mathbf U - \mathbf W S$, and ends in
#
# $$S + \mathbf K^\top (\mathbf U - \mathbf W S) = (I - \mathbf K^\top \mathbf W)\, S + \mathbf K^\top \mathbf U$$
#
# That is more work in fewer steps, which suits a GPU.
# A CPU does few things at once, and one system a chunk, in a loop, is less work: tried with 8 heads and 4,096 tokens it was the faster of the two.
#
# For two tokens, the product of their matrices is such an $I - \mathbf K^\top \mathbf W$, with rows $w_1 = \beta k_1$ and $w_2 = \beta (k_2 - (k_2 \cdot k_1)\, w_1)$:

# %% id="product"
k1, k2 = MatrixSymbol("k_1", K, 1), MatrixSymbol("k_2", K, 1)
w1 = beta * k1
w2 = beta * (k2 - dot(k2, k1) * w1)
both_steps = (Identity(K) - beta * k2 * k2.T) * (Identity(K) - beta * k1 * k1.T)
lc.prove("11.product", both_steps, Identity(K) - k1 * w1.T - k2 * w2.T)

# %% id="agree" tags=["hide-input"]
# Loop, chunks, and all chunks at once.
rng, size = lc.rng("agree"), {"dtype": torch.float64}
k_, v_ = tasks.unit_keys(4, 12, 8, rng=rng).double(), tasks.unit_keys(4, 12, 5, rng=rng).double()
beta_ = torch.rand(4, 12, generator=rng, **size)  # a text of 4 chunks of 12 tokens
stepped, chunked, joined = (torch.zeros(1, 8, 5, **size) for _ in range(3))
for t in range(48):
    at = divmod(t, 12)
    stepped = delta_step(stepped, k_[at][None], v_[at][None], beta_[at][None])
for i in range(4):
    chunked = write_chunk(chunked, k_[i : i + 1], v_[i : i + 1], beta_[i : i + 1])
U, W = delta_chunk(k_, v_, beta_), delta_chunk(k_, k_, beta_)  # no state in them
for i in range(4):
    joined = joined + k_[i].T @ (U[i] - W[i] @ joined)
two = torch.stack([chunked, joined])
lc.same("11.agree", "Loop, chunks and all chunks at once", two, stepped.expand(2, 1, 8, 5), 1e-12)

# %% [markdown] id="gated"
# ### If the memory fades, too
#
# Let the state first fade by $\alpha_i = e^{g_i}$ (the *gated* delta rule: Yang, Kautz and Hatamizadeh, ICLR 2025).
# When token $i$ reads, what token $j$ wrote has faded by all factors since then:
#
# $$u_i + \beta_i \sum_{j < i} e^{g_{j+1} + \dots + g_i}\, (k_i \cdot k_j)\, u_j = \beta_i v_i$$
#
# By hand, for the three tokens of section 4 and $\alpha = \tfrac12$: $u_2 = 4 - \tfrac12 \cdot 0.6 \cdot 5 = 2.5$, then $u_3 = 2 - \tfrac12 \cdot 0.8 \cdot 2.5 = 1$.
# It is a triangular system again, and only its entries have changed.

# %% id="gated-agrees" tags=["hide-input"]
# The faded system, and the package's rule.
rng = lc.rng("gated")
k_, v_ = tasks.unit_keys(2, 12, 8, rng=rng).double(), tasks.unit_keys(2, 12, 5, rng=rng).double()
beta_, alpha = torch.rand(2, 2, 12, generator=rng, dtype=torch.float64)  # [B, T] each
g = alpha.log()
since = (
    (g.cumsum(1)[:, :, None] - g.cumsum(1)[:, None]).tril().exp()
)  # [B, i, j], what is left of j
L = beta_[..., None] * (k_ @ k_.mT) * since
u = torch.linalg.solve_triangular(L, beta_[..., None] * v_, upper=False, unitriangular=True)
at_once = k_.mT @ (since[:, -1, :, None] * u)
heads = k_[:, :, None], k_[:, :, None], v_[:, :, None]  # [B, T, H, K], ...
gates = {"g": g[..., None], "beta": beta_[..., None]}
_, state = memory.gated_delta_rule(*heads, **gates, output_final_state=True)
lc.same("11.gated", "Faded system and gated delta rule", at_once, state[:, 0], 1e-10)

# %% [markdown] id="half-a-write"
# ### Half a write
#
# With $\beta = \tfrac12$ each write erases half as much, and the newest pair is only half there.

# %% id="11-half" tags=["exercise"]
### BEGIN SOLUTION
answer = "more"
### END SOLUTION
lc.predict("11.half", answer=answer)

# %% id="half" tags=["after-prediction"]
gentle = shares(64, lc.rng("half"), beta=0.5)[1].mean()
claim = lc.claim(
    "11.gentle",
    f"With beta = 1/2 it gives back {{value:.3f}}, with 1 {delta_64:.3f}.",
    gentle,
    between=(0.98, 1.0),
)
lc.reveal(
    "11.half",
    claim,
    "A model learns $\\beta$ for each token, between keeping the old and having the new.",
    was="more" if gentle > delta_64 else "fewer",
)

# %% [markdown] id="cups"
# ### Three cups
#
# Under three cups lie three balls; a token swaps two cups, or moves each one to the right, the last to the front.
# With $k = (1, -1, 0)/\sqrt 2$ and $\beta = 2$ the mirror $I - 2 k k^\top$ is
#
# $$\begin{pmatrix} 1 & 0 & 0 \\ 0 & 1 & 0 \\ 0 & 0 & 1 \end{pmatrix} - \begin{pmatrix} 1 & -1 & 0 \\ -1 & 1 & 0 \\ 0 & 0 & 0 \end{pmatrix} = \begin{pmatrix} 0 & 1 & 0 \\ 1 & 0 & 0 \\ 0 & 0 & 1 \end{pmatrix}$$
#
# It swaps two cups.
# Moving all three is no single step: $I - \beta k k^\top$ is symmetric, so what goes from 1 to 2 comes from 2 to 1.
# Two steps a token can do it: swap the first two, then cups 1 and 3. (Siems et al., 2025, build layers of this kind.)

# %% id="cups-tracked" tags=["hide-input"]
# Two steps a token, and the cups.
mirrors = {(0, 1): [1.0, -1.0, 0.0], (0, 2): [1.0, 0.0, -1.0]}
moves = {"swap": ((0, 1),), "move": ((0, 1), (0, 2))}
state, cups, nothing = (
    torch.eye(3, dtype=torch.float64)[None],
    [0, 1, 2],
    torch.zeros(1, 3).double(),
)
for draw_ in torch.randint(2, (200,), generator=lc.rng("cups")).tolist():
    for pair in moves[("swap", "move")[draw_]]:
        key = torch.tensor([mirrors[pair]], dtype=torch.float64) / 2**0.5
        state = delta_step(state, key, nothing, torch.full((1,), 2.0).double())
    cups = [cups[1], cups[0], cups[2]] if draw_ == 0 else [cups[2], cups[0], cups[1]]
places = torch.eye(3, dtype=torch.float64)[cups][None]  # row i: the ball under cup i
lc.same("11.cups", "Cups and state after 200 tokens", state, places, 1e-10)

# %% [markdown] id="heard-before"
# ### What a read-out hears
#
# Let the values be the rows of the identity matrix: then what comes back is the list of weights with which it hears each value.
# 32 keys, any two with a cosine of about 0.45, as in section 3:

# %% id="heard"
heard, rng = torch.zeros(2, 32, 32), lc.rng("heard")
for _ in range(50):
    keys = leaning(tasks.unit_keys(32, 64, rng=rng), 0.45, rng)
    for i, state in enumerate(written(keys, torch.eye(32))):
        heard[i] += keys @ state / 50  # [who asks, whose value is heard]
own = heard.diagonal(dim1=1, dim2=2)  # [2, 32]
others = (heard.sum(dim=1) - own) / 31

# %% id="heard-figure" tags=["hide-input"]
# The figure: whose values are heard.
fig, axes = lc.subplots(1, 2, sharey=True, height=2.8)
for ax, weights, title in zip(axes, (own, others), ("own value", "other values"), strict=True):
    for line, colour, label in zip(weights, (RED, BLUE), ("sum", "delta rule"), strict=True):
        ax.plot(range(32), line.flip(0), "o-", color=colour, label=label, markersize=3)
    ax.set(title=title, xlabel="age: pairs written since", ylim=(-0.05, 1.1))
axes[0].set_ylabel("weight in a read-out")
label_lines(axes[1])
claim = lc.claim(
    "11.heard",
    f"The value written five pairs ago: all others hear it in a sum, with {others[0, -6]:.2f}; "
    "under the delta rule with {value:.2f}.",
    others[1, -6],
    between=(-0.03, 0.06),
)
lc.figure(fig, claim)

# %% [markdown] id="heard-seen"
# The delta rule pays for that: of each key's own value about half is left.
# That is a good bargain if $c$ is large.
#
# ### Where the two rules are one
#
# Let the new key be orthogonal to everything that was written, so that $S^\top k = 0$.
# Then there is nothing to erase; for $S = k_1 v_1^\top$ the difference between sum and delta rule is

# %% id="orthonormal"
v1, v2 = MatrixSymbol("v_1", V, 1), MatrixSymbol("v_2", V, 1)
once = k1 * v1.T
step = once + beta * k2 * (v2 - once.T * k2).T
lc.prove("11.erased", once + beta * k2 * v2.T - step, (beta * dot(k1, k2)) * k2 * v1.T)

# %% [markdown] id="questions"
# ### Two questions

# %% id="11-recall_cross" tags=["exercise"]
### BEGIN SOLUTION
answer = "d"
### END SOLUTION
lc.quiz("11.recall_cross", answer=answer)

# %% id="11-exit_fit" tags=["exercise"]
### BEGIN SOLUTION
answer = "c"
### END SOLUTION
lc.quiz("11.exit_fit", answer=answer)

# %% [markdown] id="sources"
# ## Sources
#
# - Grazzi, Siems, Zela, Franke, Hutter and Pontil, Unlocking state-tracking in linear RNNs through negative eigenvalues, ICLR 2025.
# - Schlag, Irie and Schmidhuber, Linear transformers are secretly fast weight programmers, ICML 2021.
# - Siems et al., DeltaProduct: improving state-tracking in linear RNNs via Householder products, 2025.
# - Sun et al., Learning to (learn at test time): RNNs with expressive hidden states, 2024.
# - Widrow and Hoff, Adaptive switching circuits, IRE WESCON Convention Record, 1960.
# - Yang, Kautz and Hatamizadeh, Gated delta networks: improving Mamba2 with delta rule, ICLR 2025.
# - Yang, Wang, Zhang, Shen and Kim, Parallelizing linear transformers with the delta rule over sequence length, NeurIPS 2024.

# %% id="report"
lc.report()
