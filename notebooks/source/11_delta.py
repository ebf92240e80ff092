# %% [markdown] id="promise"
# # 11 · Write only what is new
#
# **What if the key is already there?**
#
# A sum of pairs never looks.
# Tell it a price, then tell it the new price, and it holds both.
# The *delta rule* reads before it writes, and writes the difference.
#
# After this lesson you can derive that rule from a loss, say for which step sizes it is stable, compare what it recalls with what a sum does, and compute a whole chunk of its writes at once, though each depends on those before it.
#
# You need lesson 10, outer products, partial derivatives, eigenvalues, some PyTorch.
# The core path takes about 95 minutes; the end of section 2 is a good place to stop half way.
#
# ## Before you begin
#
# Run the next two cells, then answer two questions about lessons 10 and 05, or guess.

# %% id="start"
import torch
from sympy import Identity, sqrt, symbols  # sqrt is for your answers

import lcutils as lc
from lcutils import memory, tasks
from lcutils.proof import MatrixSymbol, dot, half_norm_sq, norm_sq

lc.start("11")

# %% id="11-recall_cross" tags=["exercise"]
### BEGIN SOLUTION
answer = "d"
### END SOLUTION
lc.quiz("11.recall_cross", answer=answer)

# %% id="11-recall_step" tags=["exercise"]
### BEGIN SOLUTION
answer = "a"
### END SOLUTION
lc.quiz("11.recall_step", answer=answer)

# %% [markdown] id="price"
# ## 1. Look, then write
#
# A state $S$ of size $K \times V$ is read with a key as $S^\top k$.
# A sum writes a pair as $S + k v^\top$.
# Let the key be apples, $k = (0.6, 0.8)$ of length 1, and the value a price and a stock, first $(3, 10)$, later $(4, 7)$.

# %% id="price-sum"
apples = torch.tensor([0.6, 0.8])
first, second = torch.tensor([3.0, 10.0]), torch.tensor([4.0, 7.0])
S = torch.outer(apples, first) + torch.outer(apples, second)
print("a sum answers", (S.T @ apples).round(decimals=3).tolist())

# %% [markdown] id="price-seen"
# Nobody ever paid 7 for apples.
#
# Lesson 05 asked the memory for something else: that a key bring back its value, with the loss $\tfrac12 \lVert S^\top k - v \rVert^2$.
# One gradient step of size $\beta$ on it is the delta rule (Widrow and Hoff, 1960; as a layer: Schlag, Irie and Schmidhuber, ICML 2021).
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
# **Exercise 1** (6 minutes). Write one step.


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
# Now the apples again, with a step of $\beta = 1$ for each of the two pairs:

# %% id="price-delta"
state = torch.zeros(1, 2, 2)  # [B, K, V]
for now in (first, second):
    state = delta_step(state, apples[None], now[None], beta=torch.ones(1))
print("the delta rule answers", (state[0].T @ apples).tolist())

# %% [markdown] id="missing_after-exercise"
# Was that luck?
#
# **Exercise 2** (4 minutes). Before the step $v - S^\top k$ is missing.
# After it, that times a factor. Which one?
# Write it in `beta` and `n`, where $n = \lVert k \rVert^2$.

# %% id="11-missing_after" tags=["exercise"]
n = symbols("n", positive=True)
### BEGIN SOLUTION
factor = 1 - beta * n
### END SOLUTION
### BEGIN STUDENT
# factor = None  # an expression in beta and n
### END STUDENT
lc.check("11.missing_after", factor)

# %% [markdown] id="hints-missing_after"
# {{hints}}

# %% id="missing" tags=["hide-input"]
# Proved: what is missing after a step.
after = S + beta * k * (v - S.T * k).T
lc.prove("11.missing", v - after.T * k, (1 - beta * norm_sq(k)) * (v - S.T * k))

# %% [markdown] id="missing-seen"
# ### How far may $\beta$ go?
#
# With $\beta = 1$ and a key of length 1 **the newest pair is read back exactly, whatever was there before.**
# And with a larger $\beta$, or a longer key?
# The old state is multiplied by $I - \beta k k^\top$.
# A direction at right angles to $k$ stays as it is.
# Along $k$ the same factor comes back:

# %% id="eigenvector" tags=["hide-input"]
# Proved: what the step does along the key.
erase = Identity(K) - beta * k * k.T
lc.prove("11.eigenvector", erase * k, (1 - beta * norm_sq(k)) * k)

# %% [markdown] id="largest_beta-exercise"
# **Exercise 3** (2 minutes). Up to which $\beta$ does the step enlarge nothing of the old state?
# An expression in `n`.

# %% id="11-largest_beta" tags=["exercise"]
### BEGIN SOLUTION
largest = 2 / n
### END SOLUTION
### BEGIN STUDENT
# largest = None  # an expression in n
### END STUDENT
lc.check("11.largest_beta", largest)

# %% [markdown] id="hints-largest_beta"
# {{hints}}
#
# For directions between the two, take any vector $x$.
# What the step takes from its squared length is a square times a factor, and the factor's sign decides:

# %% id="never-expands" tags=["hide-input"]
# Proved: what a step takes from a vector.
x = MatrixSymbol("x", K, 1)
lc.prove(
    "11.never_expands",
    norm_sq(x) - norm_sq(erase * x),
    beta * (2 - beta * norm_sq(k)) * dot(k, x) ** 2,
)

# %% [markdown] id="stable"
# So up to that $\beta$ a step never enlarges what the memory held, whatever the keys are.
# (What is written comes on top.)
# Most layers normalise their keys to length 1 and keep $\beta$ between 0 and 1, which is safe.
#
# ## 2. Does it recall better?
#
# The delta rule wastes no room on what stands there already.
# Does it store more?
# Random keys of length 1, random values, a matrix of $64 \times 64$, $\beta = 1$, each pair written once.
# Afterwards each key is read; it is right if the read-out agrees better with its value than with any of 255 others that were never stored.

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


# %% id="measured"
def leaning(n, cosine, rng):
    """n keys of length 1 in 64 numbers; any two have about this cosine"""
    shared, keys = tasks.unit_keys(64, rng=rng), tasks.unit_keys(n, 64, rng=rng)
    mixed = cosine**0.5 * shared + (1 - cosine) ** 0.5 * keys
    return torch.nn.functional.normalize(mixed, dim=1)


def measured(n, rng, cosine=0.0, beta=1.0, trials=8):
    """Right answers of sum and delta rule, and their squared errors: two tensors [2, n]"""
    right, errors = torch.zeros(2, n), torch.zeros(2, n)
    for _ in range(trials):
        keys, values = leaning(n, cosine, rng), tasks.unit_keys(n, 64, rng=rng)
        others = tasks.unit_keys(255, 64, rng=rng)
        for i, state in enumerate(written(keys, values, beta)):
            read = keys @ state
            right[i] += tasks.recognised(read, values, others) / trials
            errors[i] += (read - values).square().sum(dim=1) / trials
    return right, errors


# %% id="capacity-measured" tags=["after-prediction"]
# Run this cell once you have guessed.
rng = lc.rng("capacity")
found = {n: measured(n, rng) for n in (64, 128)}
(sum_64, delta_64), (sum_128, delta_128) = (found[n][0].mean(dim=1).tolist() for n in (64, 128))
of_sum, of_delta = found[128][1].mean(dim=1).tolist()
right_64 = f"64 pairs: the sum gives back {sum_64:.2f}, the delta rule {{value:.2f}}."
right_128 = f"128 pairs: the sum gives back {sum_128:.2f}, the delta rule {{value:.2f}}."
squared = f"Squared error with 128 pairs: sum {of_sum:.2f}, delta rule {{value:.2f}}."
lc.reveal(
    "11.capacity",
    lc.claim("11.at_64", right_64, delta_64, between=(0.87, 1.0)),
    lc.claim("11.at_128", right_128, delta_128, between=(0.52, 0.66)),
    lc.claim("11.errors", squared, of_delta, between=(0.98, 1.14)),
    "The rule that looks recalls less, though its squared error is smaller. "
    "(That error alone says little: a memory that always answers 0 has the error 1, since values "
    "have length 1.) The age of a pair explains both.",
    was="the sum" if sum_64 + sum_128 > delta_64 + delta_128 else "the delta rule",
)

# %% [markdown] id="why-before"
# ### What one write does to another pair
#
# Writing $(b, v)$ changes what another key $a$ reads.
# The sum adds $(a \cdot b)\, v$, a random vector.
# The delta rule adds

# %% id="forgets" tags=["hide-input"]
# Proved: what another key then reads.
a, b = MatrixSymbol("a", K, 1), MatrixSymbol("b", K, 1)
delta_b = S + beta * b * (v - S.T * b).T
lc.prove(
    "11.forgets",
    delta_b.T * a - S.T * a,
    (beta * dot(a, b)) * v - (beta * dot(a, b)) * (S.T * b),
)

# %% [markdown] id="why-after" tags=["after-prediction"]
# The second part takes away what $b$ read before.
# That contains a piece of $a$'s own value, $(a \cdot b)\, v_a$, so a piece $\beta (a \cdot b)^2$ of the signal is erased, on average $\beta / K$ of it with each further write.
# With $\beta = 1$ and 127 further writes, $(1 - \tfrac{1}{64})^{127}$ of the oldest value is left, less than a seventh.
# It is a decay that nobody asked for.
# What it takes from the noise as well makes the error small; what it takes from old signals makes them unreadable.

# %% id="ages" tags=["after-prediction"]
# Run this cell once you have guessed.
from lcutils.show import BLUE, RED, label_lines

right, _ = found[128]
by_age = right.view(2, 8, 16).mean(dim=2).flip(1)  # [2, 8], the newest first
fig, ax = lc.subplots()
for shares, colour, label in zip(by_age, (RED, BLUE), ("sum", "delta rule"), strict=True):
    ax.plot(range(8, 128, 16), shares, "o-", color=colour, label=label)
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

# %% [markdown] id="two-pairs"
# ### Two pairs
#
# Alone, a pair is read as $\lVert k_1 \rVert^2 v_1$.
# Does the next write, with $\beta = 1$, leave that as it is?
# The machine finds numbers for which it does not:

# %% id="not-both"
k1, k2 = MatrixSymbol("k_1", K, 1), MatrixSymbol("k_2", K, 1)
v1, v2 = MatrixSymbol("v_1", V, 1), MatrixSymbol("v_2", V, 1)
once = k1 * v1.T
twice = once + k2 * (v2 - once.T * k2).T
lc.refute("11.both_exact", twice.T * k1, norm_sq(k1) * v1)

# %% id="disturbed"
lc.prove(
    "11.disturbed",
    twice.T * k1 - norm_sq(k1) * v1,
    dot(k1, k2) * (v2 - dot(k1, k2) * v1),
    reason="by how much the second write disturbs the first pair",
)

# %% [markdown] id="half-before"
# Not at all if the keys are orthogonal, or if the bracket is zero, as when the same pair of length 1 is written twice.
# Otherwise by a part of the new value, and of its own.
#
# ### Half a write
#
# With $\beta = \tfrac12$ each write erases half as much, and the newest pair is only half there.

# %% id="11-half" tags=["exercise"]
### BEGIN SOLUTION
answer = "more"
### END SOLUTION
lc.predict("11.half", answer=answer)

# %% id="half" tags=["after-prediction"]
# Run this cell once you have guessed.
gentle = measured(64, lc.rng("half"), beta=0.5)[0].mean(dim=1)[1]
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

# %% [markdown] id="again"
# ## 3. Keys that come back, and keys that are alike
#
# Give 32 keys a value, then all of them another one, and ask for the newer.
# An answer is right if it agrees better with the newer value than with the older one; a coin would be right in half of the cases.
# Three memories answer: the sum, the delta rule, and one that knows more than both, *least squares*, the matrix that fits all 64 pairs best (`memory.least_squares` computes it, one pair at a time, and carries $K^2$ more numbers).

# %% id="11-rewritten" tags=["exercise"]
### BEGIN SOLUTION
answer = [0.5, 0.8, 1.0]  # three shares, such as [0.2, 0.2, 0.2]
### END SOLUTION
lc.predict("11.rewritten", answer=answer)

# %% id="rewritten" tags=["after-prediction"]
# Run this cell once you have guessed.
rng, newest = lc.rng("rewritten"), torch.zeros(3)
for _ in range(8):
    keys, values = tasks.unit_keys(32, 64, rng=rng), tasks.unit_keys(64, 64, rng=rng)
    both = torch.cat([keys, keys])  # [64, K]
    heads = both[None, :, None], both[None, :, None], values[None, :, None]
    # the ridge, a small price on large entries, makes the best matrix unique
    _, fitted = memory.least_squares(*heads, ridge=0.01, output_final_state=True)
    states = *written(both, values), fitted[0, 0, :, 64:]
    old, new = values[:32], values[32:]
    for i, state in enumerate(states):
        read = keys @ state
        newest[i] += ((read * new).sum(dim=1) > (read * old).sum(dim=1)).float().mean() / 8
sentence = f"The newer value: sum {newest[0]:.2f}, delta rule {newest[1]:.2f}, least squares "
claim = lc.claim("11.newer", sentence + "{value:.2f}.", newest[2], between=(0.4, 0.6))
told = (
    "Of two values under one key, both of equal weight, the best fit is the mean. **A better "
    "optimum of the wrong loss is no better memory.** Of the delta rule's steps the last counts most."
)
lc.reveal("11.rewritten", claim, told, was=newest.tolist())

# %% [markdown] id="alike"
# ### Keys that are alike
#
# Each pair is written once; all keys share a direction, so that any two have about the cosine $c$:

# %% id="correlated" tags=["hide-input"]
# The figure: recall when keys are alike.
cosines, rng = [0.0, 0.1, 0.2, 0.3, 0.45, 0.6], lc.rng("correlated")
shares = torch.stack([measured(32, rng, c, trials=6)[0].mean(dim=1) for c in cosines])  # [6, 2]
fig, ax = lc.subplots()
for right, colour, label in zip(shares.T, (RED, BLUE), ("sum", "delta rule"), strict=True):
    ax.plot(cosines, right, "o-", color=colour, label=label)
ax.set(xlabel="cosine of any two keys", ylabel="share right", ylim=(0, 1.05))
label_lines(ax)
claim = lc.claim(
    "11.correlated",
    f"32 pairs whose keys have cosine 0.45: the sum gives back {shares[4, 0]:.2f}, "
    "the delta rule {value:.2f}.",
    shares[4, 1],
    between=(0.85, 1.0),
)
lc.figure(fig, claim)

# %% [markdown] id="correlated-seen"
# What does a read-out consist of?
# Let the values be the rows of the identity matrix: then what comes back is the list of weights with which it hears each value.

# %% id="heard"
heard, rng = torch.zeros(2, 32, 32), lc.rng("heard")
for _ in range(50):
    keys = leaning(32, 0.45, rng)
    for i, state in enumerate(written(keys, torch.eye(32))):
        heard[i] += keys @ state / 50  # [who asks, whose value is heard]
own = heard.diagonal(dim1=1, dim2=2)  # [2, 32]
others = (heard.sum(dim=1) - own) / 31

# %% id="heard-figure" tags=["hide-input"]
# The figure: whose values are heard.
fig, axes = lc.subplots(1, 2, sharey=True, height=2.8)
for ax, weights, title in zip(axes, (own, others), ("own value", "other values"), strict=True):
    for shares, colour, label in zip(weights, (RED, BLUE), ("sum", "delta rule"), strict=True):
        ax.plot(range(32), shares.flip(0), "o-", color=colour, label=label, markersize=3)
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
# In a sum each read-out hears all 31 other values, each with about the weight $c$.
# The delta rule writes along the shared direction as well, but each write takes away a share of what the earlier ones left there: only the last few values are heard by others.
# It pays with its own values, of which about half is left.
# That is a good bargain if $c$ is large.
# (If it is small, it is not: with many pairs and a cosine of 0.1 the sum still recalls more.)
#
# A text can have both: names that come back with news, and keys that lean to one side.
#
# Play: key $a$ is written once, then another key $b$ again and again, each time with a new value, all values at right angles.
# What is left of $a$'s value?


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
# The figure: three settings of the sliders.
fig, axes = lc.subplots(3, 1, sharex=True, height=6.6)
draw(axes[0], cosine=0.0, beta=1.0, writes=8)
draw(axes[1], cosine=0.6, beta=1.0, writes=8)
draw(axes[2], cosine=0.6, beta=0.2, writes=8)
for ax in axes:
    ax.label_outer()
lc.figure(
    fig,
    "Where the keys are not at a right angle, the delta rule erases a part of a as it writes b.",
)

# %% [markdown] id="chunk-before"
# With $\beta = 1$ the first write under $b$ leaves $1 - c^2$ of $a$'s value, and the next ones no less: what lay along $b$ is gone already.
# (The sum keeps all of it, and adds $c$ times each of $b$'s values.)
#
# ## 4. All writes of a chunk at once
#
# A sum is quick because its writes do not depend on one another.
# Here each depends on what stands in the memory, so on all writes before it.
# Must it be a loop?
#
# Name what token $i$ writes: $u_i = \beta_i (v_i - S_{i-1}^\top k_i)$, so that $S_i = S_{i-1} + k_i u_i^\top$.
# From a first state $S_0 = 0$ the memory before token $i$ is the sum of the earlier writes, hence
#
# $$u_i + \beta_i \sum_{j < i} (k_i \cdot k_j)\, u_j = \beta_i v_i$$
#
# These are linear equations, and each uses earlier unknowns only: a *triangular* system.
# Bold letters have a row for each token of the chunk, here three: its key, its value, its write.
# With $D = \mathrm{diag}(\beta_1, \beta_2, \beta_3)$, let $L$ be the part of $D\, \mathbf K \mathbf K^\top$ below the diagonal.
# Then $(I + L)\, \mathbf U = D\, \mathbf V$, and $S_3 = \mathbf K^\top \mathbf U$.
# (From another $S_0$, put $v_i - S_0^\top k_i$ for $v_i$, and add $\mathbf K^\top \mathbf U$ to $S_0$.
# Yang et al., NeurIPS 2024, solve for $\mathbf V$ and for $\mathbf K$ apart, which needs no $S_0$: so for all chunks at once.)
#
# The third row, for any first two writes:

# %% id="chunk-proved"
k3, v3 = MatrixSymbol("k_3", K, 1), MatrixSymbol("v_3", V, 1)
u1, u2 = MatrixSymbol("u_1", V, 1), MatrixSymbol("u_2", V, 1)
before = k1 * u1.T + k2 * u2.T
u3 = beta * (v3 - before.T * k3)
lc.prove(
    "11.third_write",
    u3 + (beta * dot(k3, k1)) * u1 + (beta * dot(k3, k2)) * u2,
    beta * v3,
)

# %% [markdown] id="delta_chunk-exercise"
# **Exercise 4** (15 minutes). Compute all writes of a chunk, from $S_0 = 0$, without a loop.


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
# Your two functions must agree: 50 steps of the one, one call of the other.

# %% id="agree" tags=["hide-input"]
# The loop beside the triangular system.
rng = lc.rng("agree")
k_, v_ = tasks.unit_keys(2, 50, 8, rng=rng).double(), tasks.unit_keys(2, 50, 5, rng=rng).double()
beta_ = torch.rand(2, 50, generator=rng, dtype=torch.float64)
state = torch.zeros(2, 8, 5, dtype=torch.float64)
for t in range(50):
    state = delta_step(state, k_[:, t], v_[:, t], beta_[:, t])
at_once = k_.mT @ delta_chunk(k_, v_, beta_)
lc.claim(
    "11.agree",
    "Of the 80 numbers of two last states, loop and triangular system differ in {value:.0f} "
    "by more than 1e-12.",
    ((state - at_once).abs() > 1e-12).sum(),
    between=(0, 0),
)

# %% [markdown] id="trained-before"
# ## 5. Learned
#
# Keys and values of a trained model are not random; it can learn keys that are far apart, and a $\beta$ for each token.
# Two models of one layer with 1,024 numbers of state read 8 pairs, all of which are then written again with new values, in random order.
# They are trained for 200 steps.

# %% id="11-learned" tags=["exercise"]
### BEGIN SOLUTION
answer = [0.5, 1.0]  # two shares, such as [0.2, 0.2]
### END SOLUTION
lc.predict("11.learned", answer=answer)

# %% id="trained" tags=["after-prediction"]
# Run this cell once you have guessed.
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
    "Training can pull the keys apart, and it did, or the sum would be wrong in more ways. It "
    "cannot teach one layer that sums which pair came first: $k v^\\top + k w^\\top$ is the same "
    "in either order.",
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
# - The delta rule is one gradient step on $\tfrac12 \lVert S^\top k - v \rVert^2$; it writes $\beta$ times what is missing.
# - What is missing is multiplied by $1 - \beta \lVert k \rVert^2$; nothing of the old state grows while $\beta \le 2 / \lVert k \rVert^2$.
# - It forgets: each write erases a little of every pair whose key is not orthogonal. With $\beta = 1$ and many random keys, each written once, a sum recalls more.
# - It wins where keys come back with new values, and where keys are strongly alike.
# - A chunk of its writes is one triangular system.

# %% [markdown] id="more-time"
# ## If you have more time
#
# One more question, one exercise (6 minutes), and a case in which the two rules are one (2 minutes).

# %% id="11-exit_fit" tags=["exercise"]
### BEGIN SOLUTION
answer = "c"
### END SOLUTION
lc.quiz("11.exit_fit", answer=answer)

# %% [markdown] id="write_chunk-exercise"
# **Exercise 5** (6 minutes). Find the bug.
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
# (The faulty rule is known by another name: one gradient step on the loss of all pairs of the chunk, at the state before it.
# Sun et al., 2024, choose it for its speed, as mini-batches of training at test time.)

# %% [markdown] id="orthonormal-before"
# **Where the two rules are one.**
# Let the new key be orthogonal to everything that was written, so that $S^\top k = 0$.
# Then there is nothing to erase; for $S = k_1 v_1^\top$:

# %% id="orthonormal"
step = once + beta * k2 * (v2 - once.T * k2).T
lc.prove("11.erased", once + beta * k2 * v2.T - step, (beta * dot(k1, k2)) * k2 * v1.T)

# %% [markdown] id="orthonormal-seen"
# The difference to the sum has the factor $k_1 \cdot k_2$, and is zero for orthogonal keys.
#
# ## Sources
#
# - Schlag, Irie and Schmidhuber, Linear transformers are secretly fast weight programmers, ICML 2021.
# - Sun et al., Learning to (learn at test time): RNNs with expressive hidden states, 2024.
# - Widrow and Hoff, Adaptive switching circuits, IRE WESCON Convention Record, 1960.
# - Yang, Wang, Zhang, Shen and Kim, Parallelizing linear transformers with the delta rule over sequence length, NeurIPS 2024.

# %% id="report"
lc.report()
