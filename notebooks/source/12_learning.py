# %% [markdown] id="promise"
# # 12 · Memory as learning at test time
#
# **Is remembering a kind of training?**
#
# A sum, a memory that fades, the delta rule: each is one gradient step on a loss.
# Then why one step, and why on the newest pair alone?
#
# After this lesson you can name the loss behind an update rule, say what more steps on a pair are worth, and write the memory to which all steps lead.
#
# You need lesson 11, gradients, inverse matrices, some PyTorch.
# The core path takes about 75 minutes; the end of section 2 is a good place to stop half way.

# %% id="start"
import torch
from sympy import Identity, ZeroMatrix, symbols

import lcutils as lc
from lcutils import memory, recall, tasks
from lcutils.proof import MatrixSymbol, dot, half_norm_sq, norm_sq
from lcutils.show import BLUE, GREEN, GREY, ORANGE, RED, label_lines
from lcutils.untrained import recalled

lc.start("12")

# %% [markdown] id="before"
# ## Before you begin

# %% id="12-recall_delta" tags=["exercise"]
### BEGIN SOLUTION
answer = "c"
### END SOLUTION
lc.quiz("12.recall_delta", answer=answer)

# %% id="12-recall_layer" tags=["exercise"]
### BEGIN SOLUTION
answer = "a"
### END SOLUTION
lc.quiz("12.recall_layer", answer=answer)

# %% [markdown] id="steps"
# ## 1. Every rule is a step
#
# Let a memory be one number $s$, and every key 1.
# From $s = 0$ it is told $4$, then $8$, then $6$.
#
# |rule||after 4|after 8|after 6|
# |---|---|---|---|---|
# |sum|$s + v$|4|12|18|
# |decay, $\gamma = \frac12$|$\gamma s + v$|4|10|11|
# |delta rule, $\beta = \frac12$|$s + \beta\,(v - s)$|2|5|5.5|
#
# The delta rule is a gradient step.
# By hand: the loss $\tfrac12 (s - v)^2$ has the slope $s - v$; at $s = 2$, told $8$, that is $-6$, and half a step leads to $5$.
# The sum is a step of size 1 on $-v s$, with the slope $-v$.
#
# And decay? It wishes for a small state, too: $-v s + \tfrac{1 - \gamma}{2} s^2$ has the slope $-v + (1 - \gamma)\, s$.
# At $s = 4$, told $8$, that is $-8 + 2 = -6$, and a whole step leads to $10$.
#
# Now a state $S$ of size $K \times V$, read with a key $k$ as $S^\top k$:

# %% id="decay"
K, V = symbols("K V", positive=True, integer=True)
beta, gamma, lam, alpha = symbols("beta gamma lambda alpha", positive=True)
S, k, v = MatrixSymbol("S", K, V), MatrixSymbol("k", K, 1), MatrixSymbol("v", V, 1)
wish = -dot(S.T * k, v) + (1 - gamma) / 2 * norm_sq(S)
lc.prove("12.decay", S - lc.grad(wish, S), gamma * S + k * v.T, torch=True)

# %% id="12-name_loss" tags=["exercise"]
### BEGIN SOLUTION
answer = "d"
### END SOLUTION
lc.quiz("12.name_loss", answer=answer)

# %% [markdown] id="ttt_step-exercise"
# So a memory is a small model, a pair is an example, and reading is training: *test-time training* (as a layer: Sun et al., ICML 2025).
#
# **Exercise 1** (10 minutes). Let PyTorch find the gradient: one step of size `lr` on the error of the newest pair, $\tfrac12 \lVert S^\top k - v \rVert^2$, at the state as it is, with *weight decay*: the old state is multiplied by `1 - decay`.
#
# - `torch.optim.SGD` multiplies its weight decay by `lr` as well. Not here.
# - **No `.detach()`**: a model around this memory is trained by gradients that run back through your step.


# %% id="12-ttt_step" tags=["exercise"]
def ttt_step(state, k, v, lr, decay):
    """state: [K, V], k: [K], v: [V] -> the state after one step: [K, V]"""

    ### BEGIN SOLUTION
    def loss(S):
        return 0.5 * (S.T @ k - v).square().sum()

    return (1 - decay) * state - lr * torch.func.grad(loss)(state)
    ### END SOLUTION


ttt_step = lc.check("12.ttt_step", ttt_step)

# %% [markdown] id="hints-ttt_step"
# {{hints}}
#
# ## 2. Train harder on the newest pair?
#
# One step with a small $\beta$ leaves some error.
# Why not take five on each pair?
# Store 64 random pairs in $64 \times 64$, with keys of length 1, in two ways: five steps of $\beta = 0.2$ on each pair, or one of $\beta = 0.67232$.

# %% id="12-five" tags=["exercise"]
### BEGIN SOLUTION
answer = "five steps are better"
### END SOLUTION
lc.predict("12.five", answer=answer)


# %% id="five"
def delta(keys, values, beta):
    """keys: [n, K], values: [n, V] -> the state of the delta rule: [K, V]"""
    k, v = keys[None, :, None], values[None, :, None]  # [B, T, H, K], [B, T, H, V]
    strength = torch.full(k.shape[:3], beta, dtype=k.dtype)
    _, state = memory.delta_rule(k, k, v, beta=strength, output_final_state=True)
    return state[0, 0]


rng = lc.rng("five")
keys, values = (torch.randn(64, 64, generator=rng, dtype=torch.float64) for _ in range(2))
keys = torch.nn.functional.normalize(keys, dim=1)
one = delta(keys, values, 0.67232)
five = delta(keys.repeat_interleave(5, dim=0), values.repeat_interleave(5, dim=0), 0.2)


# %% id="walk" tags=["hide-input"]
# Draws the way of a state of two numbers.
def arrow(ax, start, end, colour, width):
    look = {"arrowstyle": "-|>", "shrinkA": 0, "shrinkB": 0, "color": colour, "lw": width}
    ax.annotate("", end.tolist(), start.tolist(), arrowprops=look)


def walk(ax, state, pairs, beta, colour, width=2.0):
    """A delta step for each pair of a key, [2], and a number -> where the last one ends: [2]"""
    for key, value in pairs:
        new = state + beta * key * (value - key @ state)
        arrow(ax, state, new, colour, width)
        state = new
    return state


# %% id="five-measured" tags=["after-prediction"]
# The two states, compared and drawn.
claim = lc.same("12.same", "Five steps and one", five, one, 1e-12)
of_five, of_one = ((keys @ state - values).square().mean().item() for state in (five, one))
lead = 0 if abs(of_one - of_five) < 1e-9 else 1 if of_one > of_five else -1
was = {0: "both alike", 1: "five steps", -1: "one step"}[lead]
fig, ax = lc.subplots(height=3.0)
key, start = torch.tensor([0.8, 0.6]), torch.tensor([0.2, 0.4])
away = 0.09 * torch.tensor([0.6, -0.8])  # the one step is drawn a little aside
after_five = walk(ax, start, 5 * [(key, 2)], 0.2, BLUE)
after_one = walk(ax, start + away, [(key, 2)], 0.67232, ORANGE) - away
ax.plot([0.6, 2.4], [(2 - 0.8 * x) / 0.6 for x in (0.6, 2.4)], color=GREY, lw=1)
ax.text(1.2, 1.9, "here the pair is read right", color=GREY)
ax.text(0.55, 0.95, "five steps", color=BLUE, ha="right")
ax.text(0.75, 0.45, "one", color=ORANGE)
ax.set(xlim=(-0.6, 3.4), ylim=(0, 2.4), xlabel="first number of the state")
ax.set(ylabel="second number", aspect="equal")
sentence = f"The ends are {(after_five - after_one).norm():.2f} apart. One is drawn a little aside."
said = r"""They are the same state: both steps go along the key, and $1 - 0.8^5 = 0.67232$."""
lc.reveal("12.five", claim, said, lc.figure(fig, sentence), was=was)

# %% [markdown] id="two_steps-exercise"
# ### By hand, for two steps
#
# A step leaves of a pair's error the factor $1 - \beta\, k^\top k$ (lesson 11).
#
# **Exercise 2** (4 minutes). With which $\beta'$ does one step leave of this error what two steps of $\beta$ leave?
# Write it in `beta` and `kk`, which stands for $k^\top k = \lVert k \rVert^2$.

# %% id="12-two_steps" tags=["exercise"]
kk = symbols("kk", positive=True)
### BEGIN SOLUTION
beta_two = 2 * beta - beta**2 * kk
### END SOLUTION
### BEGIN STUDENT
# beta_two = None  # an expression in beta and kk
### END STUDENT
lc.check("12.two_steps", beta_two)

# %% [markdown] id="hints-two_steps"
# {{hints}}

# %% id="two-steps" tags=["after-prediction"]
# The proof.
first = S + beta * k * (v - S.T * k).T
second = first + beta * k * (v - first.T * k).T
one_step = S + (2 * beta - beta**2 * norm_sq(k)) * k * (v - S.T * k).T
said = r"""Each step moves $S$ along $k$ only, so what leaves the same error is the same state.
**More steps on the newest pair are one step with another $\beta$**: a matrix, the same pair, no momentum, no decay.
(A memory that is a network is another matter: see *A memory with a bend*.)"""
lc.reveal("12.five", lc.prove("12.two", second, one_step), said)

# %% [markdown] id="all-pairs"
# ## 3. Train on all pairs
#
# And if the old pairs come again?
# One number again, told $4$, $8$, $6$: the loss $\tfrac12 (s - 4)^2 + \tfrac12 (s - 8)^2 + \tfrac12 (s - 6)^2$ has the slope $3 s - 18$.
# It vanishes at the mean, $6$; a step of size $0.1$ from $s$ leads to $0.7 s + 1.8$, and multiplies the distance to $6$ by $0.7$; so does the next.
# Many steps on all pairs, if small enough, lead to the best fit.
#
# With $n$ keys and values as the rows of $\mathbf K$ and $\mathbf V$, the error of all pairs and a wish for a small state make *ridge regression*:

# %% id="ridge"
n = symbols("n", positive=True, integer=True)
bold_K, bold_V = MatrixSymbol(r"\mathbf{K}", n, K), MatrixSymbol(r"\mathbf{V}", n, V)
all_pairs = half_norm_sq(bold_K * S - bold_V) + lam / 2 * norm_sq(S)
H = bold_K.T * bold_K + lam * Identity(K)
lc.prove("12.ridge_gradient", lc.grad(all_pairs, S), H * S - bold_K.T * bold_V, torch=True)

# %% [markdown] id="order-before"
# Call the bracket $H = \mathbf K^\top \mathbf K + \lambda I$.
# The slope vanishes at one state, $H S_* = \mathbf K^\top \mathbf V$; for a small $\lambda$ that is nearly *least squares*.
#
# Four memories of $64 \times 64$ read pairs whose keys share a direction (two keys have a cosine of about $0.45$): a sum, the delta rule, the delta rule that reads the whole list five times (each with the $\beta$ that does best on other pairs), least squares.
# A value is recalled if its read-out agrees with it better than with any of 255 values that were never stored.

# %% id="12-order" tags=["exercise"]
### BEGIN SOLUTION
answer = [0.3, 0.8, 0.9, 1.0]  # four shares, such as [0.5, 0.5, 0.5, 0.5]
### END SOLUTION
lc.predict("12.order", answer=answer)


# %% id="four" tags=["hide-input"]
# The four memories.
def fitted(keys, values):
    """keys: [n, K], values: [n, V] -> the state of least squares: [K, V]"""
    k, v = keys[None, :, None], values[None, :, None]
    _, state = memory.least_squares(k, k, v, ridge=0.01, output_final_state=True)
    return state[0, 0, :, keys.shape[1] :]


four = {  # betas chosen of 0.1 to 1 on 64 other pairs; with five passes 0.1 to 0.8 tie
    "sum": lambda k, v: k.T @ v,
    "delta": lambda k, v: delta(k, v, 0.6),
    "delta, 5 times": lambda k, v: delta(k.repeat(5, 1), v.repeat(5, 1), 0.2),
    "least squares": fitted,
}


# %% id="share" tags=["hide-input"]
# Keys that share a direction.
def share(name, n):
    """Share of n pairs with keys that share a direction, recalled by one of the four"""
    rng = lc.rng(f"order {n}")  # the same pairs for each memory
    shared = tasks.unit_keys(64, rng=rng)

    def read(keys, values):
        leaning = torch.nn.functional.normalize(0.45**0.5 * shared + 0.55**0.5 * keys, dim=1)
        return leaning @ four[name](leaning, values)

    return recalled(read, n, 64, 64, rng=rng, trials=4).mean().item()


# %% id="order" tags=["after-prediction"]
# Four memories, 16 to 128 pairs.
sizes = [16, 32, 64, 96, 128]
fig, ax = lc.subplots(height=3.2)
for name, colour in zip(four, (RED, BLUE, GREEN, GREY), strict=True):
    curve = [share(name, n) for n in sizes]
    ax.plot(sizes, curve, "o-", color=colour, label=name)
ax.set(xlabel="pairs", ylabel="share recalled", ylim=(0, 1.05))
label_lines(ax)
summed, delta_once, five_times, best_fit = at_64 = [share(name, 64) for name in four]
claim = lc.claim(
    "12.order_64",
    f"64 pairs: sum {summed:.2f}, delta {delta_once:.2f}, five times {{value:.2f}}, "
    f"least squares {best_fit:.2f}.",
    five_times,
    between=(0.97, 1.0),
)
said = """At 64 pairs five passes are as good as the best fit, by this measure.
(What is recalled is not yet fitted: to name a value a read-out need not equal it.)
But a state that meets a text once has no list to read again."""
lc.reveal("12.order", lc.figure(fig, claim), said, was=at_64)

# %% [markdown] id="one-pass"
# ## 4. The best fit in one pass
#
# ### One number
#
# All keys are 1; the best fit, for $\lambda = 0$, is the mean.
# Told $4$ and $8$, it is $6$.
# The next value moves it by a third of what is missing, $6 + \frac13 (6 - 6) = 6$; a fourth value, $10$, by a quarter, $6 + \frac14 (10 - 6) = 7$.
# That is a delta rule with the step $1/t$, its *gain*: **the more it has read, the less it moves.**
#
# How does the gain know $t$? Through $H$.
# Here $H = t + \lambda$; let $P = 1/H$.
# One more pair makes of $H$ the sum $H + 1$, so the new gain is $\frac{1}{H + 1} = \frac{P}{1 + P}$, the new $P$.
# By hand, from $P = \frac13$: $\frac{1/3}{4/3} = \frac14$.
#
# ### A matrix
#
# A matrix has read some directions often, others never.
# So $P = H^{-1}$ is a matrix, $I / \lambda$ at first.
# A pair adds $k k^\top$ to $H$, and $P$ loses what Sherman and Morrison found: $P' = P - \frac{P k k^\top P}{1 + k^\top P k}$ (with $K = 1$ and $k = 1$, the line above).
# What the new $P$ makes of the new key is the gain, $P' k = P k - P k\, \frac{k^\top P k}{1 + k^\top P k} = \frac{P k}{1 + k^\top P k}$.
#
# By hand: with $\lambda = 1$ and the key $(1, 0)$ read nine times, $H = \begin{pmatrix} 10 & 0 \\ 0 & 1 \end{pmatrix}$ and $P = \begin{pmatrix} 0.1 & 0 \\ 0 & 1 \end{pmatrix}$.
# The same key again has the gain $\frac{1}{1.1} (0.1, 0) = (\frac{1}{11}, 0)$, a small step; the key $(0, 1)$ has $(0, \frac12)$.
# The key $(0.6, 0.8)$ has $k^\top P k = 0.036 + 0.64 = 0.676$, and the gain $\frac{1}{1.676} (0.06, 0.8) \approx (0.04, 0.48)$: it turns away from what was read often.
#
# In the picture a state of two numbers reads two pairs, $\lambda$ being small.

# %% id="two-lines" tags=["hide-input"]
# The figure: two pairs, two ways.
two_k = torch.tensor([[0.8, 0.6], [0.28, 0.96]], dtype=torch.float64)
two_v = torch.tensor([2.0, 2.2], dtype=torch.float64)
two_pairs = list(zip(two_k, two_v, strict=True))
fig, ax = lc.subplots(height=3.6)
for number, (key, value) in enumerate(two_pairs, start=1):
    heights = [((value - key[0] * x) / key[1]).item() for x in (-0.1, 2.6)]
    ax.plot([-0.1, 2.6], heights, color=GREY, lw=1)
    at = (2.15, 0.6) if number == 1 else (2.65, heights[1])
    ax.text(*at, f"pair {number} is read right", color=GREY, va="center")
once = walk(ax, torch.zeros(2, dtype=torch.float64), two_pairs, 1.0, BLUE, 2.5)
walk(ax, once, 3 * two_pairs, 1.0, BLUE, 1.0)  # the list again
arrow(ax, *(fitted(two_k[:n], two_v[:n, None])[:, 0] for n in (1, 2)), GREEN, 2.5)
ax.text(1.8, 1.4, "delta rule", color=BLUE)
ax.text(0.72, 1.45, "the best fit", color=GREEN, ha="right")
ax.set(xlim=(-0.1, 4.0), ylim=(-0.1, 2.7), aspect="equal")
ax.set(xlabel="first number of the state", ylabel="second number")
sentence = "The delta rule leaves pair 1's line; the best fit moves along it, to where both meet. "
lc.figure(fig, sentence + "The thin arrows read the list again.")

# %% [markdown] id="moves-before"
# Now suppose that the best state moves by the gain times what is missing, $S' = S_* + P' k\, (v - S_*^\top k)^\top$.
# Multiply by $H' = H + k k^\top$, using $H' P' = I$:

# %% id="moves"
M, best = MatrixSymbol("H", K, K), MatrixSymbol("S_*", K, V)
moved = (M + k * k.T) * best + k * (v - best.T * k).T
lc.prove("12.best_moves", moved, M * best + k * v.T, reason="H' S', and what it should be")

# %% [markdown] id="rls_step-exercise"
# The right side is the old $\mathbf K^\top \mathbf V$ and the new pair's part: $S'$ is the best state for one pair more.
# This is *recursive least squares* (Plackett, Biometrika, 1950), a delta rule whose step and direction are chosen by everything read before.
#
# **Exercise 3** (12 minutes). Write one step. The state holds $P$ and $S$ side by side.


# %% id="12-rls_step" tags=["exercise"]
def rls_step(state, k, v):
    """state: [K, K + V] (P, then S), k: [K], v: [V] -> the new one: [K, K + V]"""
    ### BEGIN SOLUTION
    P, S = state[:, : len(k)], state[:, len(k) :]
    gain = P @ k / (1 + k @ P @ k)
    P = P - torch.outer(gain, P @ k)
    S = S + torch.outer(gain, v - S.T @ k)
    return torch.cat([P, S], dim=1)
    ### END SOLUTION


rls_step = lc.check("12.rls_step", rls_step)

# %% [markdown] id="hints-rls_step"
# {{hints}}
#
# Read 100 pairs with your step, one by one, and compare with $H S = \mathbf K^\top \mathbf V$ solved at once.

# %% id="rls" tags=["hide-input"]
# One by one, and all at once.
rng = lc.rng("rls")
pairs_k, pairs_v = (torch.randn(100, m, generator=rng, dtype=torch.float64) for m in (8, 5))
state = torch.cat([torch.eye(8, dtype=torch.float64) / 0.5, torch.zeros(8, 5).double()], dim=1)
for key, value in zip(pairs_k, pairs_v, strict=True):
    state = rls_step(state, key, value)
system = pairs_k.T @ pairs_k + 0.5 * torch.eye(8, dtype=torch.float64)
solved = torch.linalg.solve(system, pairs_k.T @ pairs_v)
lc.same("12.rls", "One pass and one solution", state[:, 8:], solved, 1e-10)

# %% [markdown] id="exit"
# ## Exit question

# %% id="12-exit_steps" tags=["exercise"]
### BEGIN SOLUTION
answer = "b"
### END SOLUTION
lc.quiz("12.exit_steps", answer=answer)

# %% [markdown] id="take-away"
# ## Take away
#
# - Sum, decay, delta rule: each is one gradient step on a stated loss.
# - In a matrix, without momentum or decay, more steps on the newest pair are one step with another $\beta$.
# - Small steps on all pairs lead to the ridge solution.
# - Recursive least squares has it in one pass, for $K^2$ more numbers: a delta rule with a small gain along what was read often.
# - So remembering is training; the rules differ in the loss, in the step, and in what they carry to choose it.

# %% [markdown] id="more-time"
# ## If you have more time
#
# - The memories of published models (6 minutes).
# - A step that cannot overshoot (5 minutes).
# - Least squares that forgets (6 minutes).
# - The gated delta rule (5 minutes).
# - Momentum, and what a model makes of it (12 minutes).
# - Surprise: exercise 4 (14 minutes).
# - A memory with a bend (5 minutes).
# - What Sherman and Morrison found (2 minutes).
# - What the best fit costs: exercise 5 (4 minutes).
#
# ### The memories of published models
#
# A row for each rung of `lcutils.memory` whose memory is a matrix: the rule of the state alone, without projections, norms or output gates.
# *Loss* is that of one step, *transition* what multiplies the old state; numbers are those of one head.
#
# |rung|loss|transition|numbers|
# |---|---|---|---|
# |`linear_attention`|$-v \cdot S^\top k$|$I$|$KV$|
# |`scalar_decay`|and $\frac{1-\gamma}{2} \lVert S \rVert^2$ more|$e^{g_t} I$|$KV$|
# |`vector_decay`|the same, each row with its own $\gamma$|$\mathrm{diag}(e^{g_t})$|$KV$|
# |`delta_rule`|$\frac12 \lVert S^\top k - v \rVert^2$|$I - \beta k k^\top$|$KV$|
# |`gated_delta_rule`|see below|$\alpha\,(I - \beta k k^\top)$|$KV$|
# |`momentum_rule`|that of the delta rule, with momentum and weight decay|one of $S$ and $N$ together|$2KV$|
# |`least_squares`|that of all pairs|$I - P' k k^\top$|$K^2 + KV$|
#
# Used by, in order:
#
# - linear attention;
# - RetNet ($g$ fixed), Mamba-2 ($g$ of each token, key times its step size);
# - GLA; RWKV-6, which reads before it fades, with a bonus for the newest;
# - DeltaNet; DeltaProduct, with several pairs a token; TTT with a matrix, a step a pair;
# - Gated DeltaNet;
# - Titans, likewise;
# - MesaNet, without its forgetting and weights of pairs.
#
# No rung here:
#
# - KDA (Kimi Linear), the delta rule on a state of which each row has faded by itself: $(I - \beta k k^\top)\, \mathrm{diag}(\alpha)$.
# - RWKV-7, $\mathrm{diag}(w) - (a \odot \kappa)\, \kappa^\top$, which erases with another key than it writes.
# - TTT and Titans as published: first weights learned, the gradients of a chunk all taken at the state where it begins, often with networks as memories.

# %% id="table-loops" tags=["hide-input"]
# The rules of these models as loops.
rng = lc.rng("table")
draw = {"generator": rng, "dtype": torch.float64}
q, keys = (torch.nn.functional.normalize(torch.randn(12, 4, **draw), dim=1) for _ in range(2))
values, bonus, fade = torch.randn(12, 3, **draw), torch.rand(4, **draw), torch.rand(12, 4, **draw)
b, dt, once = torch.rand(12, **draw), torch.rand(12, **draw), torch.ones(12).double()


def loop(keep, strength, look, k=keys, v=values):
    """S <- keep S, then S <- S + strength k (v - look S^T k)^T, a step a row: [T, K, V]"""
    S, states = torch.zeros(4, 3, dtype=torch.float64), []
    for t in range(len(k)):
        S = keep[t, ..., None] * S  # of keep's [T] one number, of its [T, K] one a row
        S = S + strength[t] * torch.outer(k[t], v[t] - look * (S.T @ k[t]))
        states.append(S)
    return torch.stack(states)


# %% id="table-others" tags=["hide-input"]
# Momentum, a best fit a token; our rungs.
def titans():
    S, N, states = torch.zeros(4, 3, dtype=torch.float64), 0, []
    for t in range(12):
        slope = torch.func.grad(lambda S, t=t: (S.T @ keys[t] - values[t]).square().sum())(S)
        N = 0.5 * N - 0.3 * b[t] * slope
        S = (1 - 0.1 * b[t]) * S + N
        states.append(S)
    return torch.stack(states)


def ours(rung, q=q, k=keys, v=values, **gates):
    given = {x: y[None, :, None] if torch.is_tensor(y) else y for x, y in gates.items()}
    o, _ = getattr(memory, rung)(*(x[None, :, None] for x in (q, k, v)), scale=1.0, **given)
    return o[0, :, 0]  # of [B, T, H, V]


pairs = keys[:, :, None] * values[:, None]  # [T, K, V]
H = (keys[:, :, None] * keys[:, None]).cumsum(0) + 0.7 * torch.eye(4, dtype=torch.float64)
mesa = torch.linalg.solve(H, pairs.cumsum(0))

# %% id="table-states" tags=["hide-input"]
# What the loops hold, what our rungs read.
k2, v2, b2 = (torch.stack([x, x.flip(0)], 1).flatten(0, 1) for x in (keys, values, b))
gla, kept = loop(fade, once, 0), (-dt).exp()
faded = torch.cat([0 * gla[:1], gla[:-1]]) + bonus[:, None] * pairs  # RWKV-6 reads it first
newest = ((bonus * q - q / fade) * keys).sum(1, keepdim=True) * values
twice = ours("delta_rule", q.repeat_interleave(2, 0), k2, v2, beta=b2)[1::2]
published = {
    "linear attention": (loop(once, once, 0), ours("linear_attention")),
    "RetNet": (loop(0.9 * once, once, 0), ours("scalar_decay", g=(0.9 * once).log())),
    "Mamba-2": (loop(kept, dt, 0), ours("scalar_decay", k=dt[:, None] * keys, g=-dt)),
    "GLA": (gla, ours("vector_decay", g=fade.log())),
    "RWKV-6": (faded, ours("vector_decay", q=q / fade, g=fade.log()) + newest),
    "DeltaNet": (loop(once, b, 1), ours("delta_rule", beta=b)),
    "DeltaProduct": (loop(once.repeat(2), b2, 1, k2, v2)[1::2], twice),
    "Gated DeltaNet": (loop(kept, b, 1), ours("gated_delta_rule", g=-dt, beta=b)),
    "MesaNet": (mesa, ours("least_squares", ridge=0.7)),
}

# %% id="table-same" tags=["hide-input"]
# Ten rules, loop and rung.
gates = {"lr": 0.6 * b, "momentum": 0.5 * once, "g": (1 - 0.1 * b).log()}
published["Titans"] = titans(), ours("momentum_rule", **gates)
theirs = torch.stack([(S * q[:, :, None]).sum(1) for S, _ in published.values()])
of_ours = torch.stack([o for _, o in published.values()])
lc.same("12.table", f"{', '.join(published)}: loop and rung", theirs, of_ours, 1e-10)

# %% [markdown] id="overshoot-before"
# ### A step that cannot overshoot
#
# The delta rule looks at the error *before* its step; with $\beta\, k^\top k > 2$ it makes the error larger.
# Let it take that state instead at which the error *after* the step and the way to it weigh least together:
# $\tfrac12 \lVert S - S_- \rVert^2 + \tfrac{\beta}{2} \lVert S^\top k - v \rVert^2$, with $S_-$ the state before.
#
# By hand, with one number and the key 1: the slope $(s - s_-) + \beta\, (s - v)$ vanishes at $s = s_- + \frac{\beta}{1 + \beta} (v - s_-)$.
# From $0$ towards $4$ with $\beta = 3$ the delta rule goes to $12$, this step to $3$.
# In general the step is $\frac{\beta}{1 + \beta\, k^\top k}$: there the gradient is zero, and no more is missing than before, whatever $\beta$ and the key.

# %% id="implicit"
before = MatrixSymbol("S_-", K, V)
weighed = half_norm_sq(S - before) + beta * half_norm_sq(S.T * k - v)
slope = S - before + beta * k * (S.T * k - v).T
lc.prove("12.implicit_slope", lc.grad(weighed, S), slope, torch=True)

# %% id="implicit-zero"
there = before + beta / (1 + beta * norm_sq(k)) * k * (v - before.T * k).T
at_there = there - before + beta * k * (there.T * k - v).T
zero = ZeroMatrix(K, V)
lc.prove("12.implicit_zero", at_there, zero, reason="the slope, at the new state")

# %% id="implicit-left"
left = 1 / (1 + beta * norm_sq(k)) * (v - before.T * k)
lc.prove("12.implicit_left", v - there.T * k, left)

# %% [markdown] id="implicit-after"
# This is the *implicit* step, from which Longhorn starts (Liu et al., 2024); signal processing knows it as normalised least mean squares.
# It is the first step of recursive least squares, from $P = \beta I$; only, it forgets $P$ again.
#
# ### Least squares that forgets
#
# Lesson 11: for a key with two values the best fit is their mean, so it names the newer one in half of the cases.
# Let a pair of age $a$ weigh $\gamma^a$ in the loss: then $H$ fades before each write, the wish for a small state with it, and $P$ grows, to $P / \gamma$.
#
# By hand, with all keys 1 and $\lambda = 0$: in the long run $H = 1 + \gamma + \gamma^2 + \dots = \frac{1}{1 - \gamma}$.
# So the gain does not fall to $0$, but to $1 - \gamma$: the delta rule with $\beta = 1 - \gamma$.
#
# Give 32 keys a value, then all of them another one, in $64 \times 64$, with $\gamma = 0.99$.

# %% id="12-forgetting" tags=["exercise"]
### BEGIN SOLUTION
answer = 0.7
### END SOLUTION
lc.predict("12.forgetting", answer=answer)


# %% id="forget"
def fitted_fading(keys, values, gamma, ridge=0.01):
    """keys: [n, K], values: [n, V] -> S, where old pairs weigh less: [K, V]"""
    K, V = keys.shape[1], values.shape[1]
    state = torch.cat([torch.eye(K, dtype=keys.dtype) / ridge, keys.new_zeros(K, V)], dim=1)
    for key, value in zip(keys, values, strict=True):
        grown = torch.cat([state[:, :K] / gamma, state[:, K:]], dim=1)
        state = rls_step(grown, key, value)
    return state[:, K:]


# %% id="forgetting" tags=["after-prediction"]
# Which of two values is named.
rng, newer = lc.rng("forgetting"), {1.0: 0.0, 0.99: 0.0}
for _ in range(8):
    keys, values = tasks.unit_keys(32, 64, rng=rng), tasks.unit_keys(64, 64, rng=rng)
    old, new = values.double().split(32)
    both = torch.cat([keys, keys]).double()
    for keep in newer:
        read = keys.double() @ fitted_fading(both, torch.cat([old, new]), keep)
        named = (read * new).sum(dim=1) > (read * old).sum(dim=1)
        newer[keep] += named.float().mean().item() / 8
claim = lc.claim(
    "12.newer_named",
    f"The newer value is named in {{value:.2f}} of the cases; without forgetting in {newer[1.0]:.2f}.",
    newer[0.99],
    between=(0.98, 1.0),
)
said = """A hundredth for each pair is enough: 32 pairs later the older value weighs 0.72, and the question is which of the two is nearer.
(MesaNet, von Oswald et al., 2025, learns how much to forget at each token, and solves for the best fit anew.)"""
lc.reveal("12.forgetting", claim, said, was=newer[0.99])

# %% [markdown] id="gated-before"
# ### The gated delta rule
#
# It fades and corrects:
#
# $$S \leftarrow \alpha\, (I - \beta k k^\top)\, S + \beta k v^\top$$
#
# Decay was a wish for a small state.
# So is this a step of size $\beta$ on the error plus $\tfrac{\lambda}{2} \lVert S \rVert^2$, with $\alpha = 1 - \beta\lambda$?

# %% id="12-gated" tags=["exercise"]
### BEGIN SOLUTION
answer = "yes"
### END SOLUTION
lc.predict("12.gated", answer=answer)

# %% id="gated-wrong" tags=["after-prediction"]
# One number, every key 1.
s, value = symbols("s v")
both = (s - value) ** 2 / 2 + lam * s**2 / 2
rule = (1 - beta * lam) * (1 - beta) * s + beta * value
domain = (beta < 1, beta * lam < 1)
counterexample = lc.refute("12.gated_as_sum", s - beta * lc.grad(both, s), rule, domain=domain)
said = r"""One number, the key 1, tells them apart: the step on both takes from $s$ the parts $\beta$ and $\beta\lambda$, the rule $\beta\lambda$ first, and $\beta$ of what is left.
It is a step on the error alone, from the faded state $\alpha S$.
Is there a loss on which it is one step from $S$ itself?
There is: the state should be small, and should answer $v / \alpha$, more than it was told, for a part of that will fade."""
gated = alpha * (Identity(K) - beta * k * k.T) * S + beta * k * v.T
loss = (1 - alpha) / 2 * norm_sq(S) + alpha * beta * half_norm_sq(S.T * k - v / alpha)
proof = lc.prove("12.gated_loss", S - lc.grad(loss, S), gated, torch=True)
lc.reveal("12.gated", counterexample, said, proof, was="no")

# %% [markdown] id="momentum-before"
# ### Momentum, and what a model makes of it
#
# The rule of *Titans* has momentum as well, with strengths that a layer computes anew for each token:
#
# $$N_t = m_t N_{t-1} - \mathit{lr}_t\, k_t (S_{t-1}^\top k_t - v_t)^\top, \qquad S_t = e^{g_t} S_{t-1} + N_t$$
#
# (Their loss has no factor $\tfrac12$.)
# Without momentum it is your `ttt_step`.
#
# By hand: one pair is written with $\mathit{lr} = 0.2$ into a memory that held nothing.
# With $m = \frac12$ the step goes on by itself, without looking: $0.2 + 0.1 + 0.05 + \dots = 0.4$, that is $\mathit{lr} / (1 - m)$.


# %% id="momentum-drawn" tags=["hide-input"]
# The figure: one pair, then others.
def written(lr, momentum):
    """How much of the first of 10 pairs, with keys at right angles, each state holds: [10]"""
    k, v, one = torch.eye(10)[None, :, None], torch.ones(1, 10, 1, 1), torch.ones(1, 10, 1)
    gates = {"lr": lr * one, "momentum": momentum * one, "g": 0 * one}
    first = torch.eye(10)[:1].expand(10, 10)[None, :, None]  # the first key asks, each time
    o, _ = memory.momentum_rule(first, k, v, **gates, scale=1.0)
    return o[0, :, 0, 0]


fig, ax = lc.subplots(height=2.6)
looks = {(0.4, 0.0): ORANGE, (0.2, 0.5): BLUE, (0.2, 0.0): GREY}
for (lr, momentum), colour in looks.items():
    label = f"lr {lr:g}, momentum {momentum:g}"
    ax.plot(range(1, 11), written(lr, momentum), "o-", color=colour, label=label)
ax.set(xlabel="pairs read, with keys at right angles", ylabel="of pair 1 is written")
ax.set(ylim=(0, 0.5), xlim=(0.5, 10.5))
label_lines(ax)
sentence = "lr 0.2 with momentum 1/2 writes {:.3f} in the end: a late step of 0.4."
lc.figure(fig, sentence.format(written(0.2, 0.5)[-1]))

# %% [markdown] id="by-age-before"
# So compare $0.2$ and momentum $\frac12$ not with $0.2$, but with $0.4$: store 48 random pairs in $32 \times 32$, and move from one to the other.
# Below the sliders each momentum has the best of ten step sizes, chosen on other pairs: for such random pairs, and for 200 pairs of one linear map, $v = A^\top k$, with keys alike (a cosine of about $0.9$).
# Of the map $1 - \lVert S - A \rVert^2 / \lVert A \rVert^2$ is found.


# %% id="play" tags=["hide-input"]
# Sliders for step, momentum and decay.
def state_after(keys, values, lr, momentum, decay=0.0):
    """keys: [B, T, K], values: [B, T, V] -> S: [B, K, V]"""
    k, v, one = keys[:, :, None], values[:, :, None], torch.ones(*keys.shape[:2], 1)
    gates = {"lr": lr * one, "momentum": momentum * one, "g": (one - decay).log()}
    _, state = memory.momentum_rule(k, k, v, **gates, output_final_state=True)
    return state[:, 0, :, : values.shape[2]]


def draw(ax, lr, momentum, decay):
    def read(keys, values):
        return keys @ state_after(keys[None], values[None], lr, momentum, decay)[0]

    right = recalled(read, 48, 32, 32, rng=lc.rng("play"), trials=6)  # [48], the oldest first
    ax.plot(range(3, 48, 6), right.view(8, 6).mean(dim=1).flip(0), "o-", color=BLUE)
    ax.set(xlabel="age: pairs written since", ylabel="share recalled", ylim=(0, 1.05))
    ax.set_title(f"lr {lr:g}, momentum {momentum:g}, decay {decay:g}: {right.mean():.2f} recalled")


lc.play(draw, lr=(0.0, 1.0, 0.2, 0.05), momentum=(0.0, 0.9, 0.5, 0.05), decay=(0.0, 0.2, 0.0, 0.01))


# %% id="momentum-random" tags=["hide-input"]
# Random pairs, with the best step sizes.
def with_best_step(share, momentum):
    """share(lr, momentum, rng), with the step size that is best on other pairs"""
    rates = (0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.7, 0.9, 1.2, 1.5)
    lr = max(rates, key=lambda lr: share(lr, momentum, lc.rng("step chosen")))
    return share(lr, momentum, lc.rng("step judged"))


def of_random_pairs(lr, momentum, rng):
    """Which share of 48 pairs a state recalls, the mean of 16 states"""
    keys, values = (tasks.unit_keys(16, 48, 32, rng=rng) for _ in range(2))
    read = (keys @ state_after(keys, values, lr, momentum)).flatten(0, 1)
    strangers = tasks.unit_keys(255, 32, rng=rng)
    return tasks.recognised(read, values.flatten(0, 1), strangers).float().mean().item()


none, half = (with_best_step(of_random_pairs, momentum) for momentum in (0.0, 0.5))
sentence = f"Random pairs: {none:.2f} recalled, with momentum 1/2 {half:.2f}: {{value:+.2f}}."
lc.claim("12.momentum", sentence, half - none, between=(-0.05, 0.05))


# %% id="momentum-map" tags=["hide-input"]
# One linear map, with the best step sizes.
def of_one_map(lr, momentum, rng):
    """How much of a map A the state has, the mean of 16 maps"""
    A = torch.randn(16, 32, 8, generator=rng)
    shared, keys = tasks.unit_keys(16, 1, 32, rng=rng), tasks.unit_keys(16, 200, 32, rng=rng)
    keys = torch.nn.functional.normalize(0.9**0.5 * shared + 0.1**0.5 * keys, dim=2)
    missing = (state_after(keys, keys @ A, lr, momentum) - A).square().sum(dim=(1, 2))
    return 1 - (missing / A.square().sum(dim=(1, 2))).mean().item()


none, half = (with_best_step(of_one_map, momentum) for momentum in (0.0, 0.5))
sentence = f"One map, keys alike: {none:.2f} found, with momentum 1/2 {half:.2f}: {{value:+.2f}}."
lc.claim("12.momentum_alike", sentence, half - none, between=(0.07, 0.13))

# %% [markdown] id="train-before"
# For random pairs a good step size does as well alone.
# For the map momentum helps: all pairs ask for the same $A$, keys alike tell little of some directions, and there old steps are worth repeating.
#
# ### What a model makes of it
#
# Let a model learn to use the rule.
# It reads texts of 4 pairs, a key token and a value token each, and is asked for all four values.
# The key of a token starts as that of the token before, so that a value is written under its key token.
# At the start the inner step size is 0.5, decay takes 2 % a token, and momentum is 0.12; all three may change, at each token in its own way.

# %% id="12-gates" tags=["exercise"]
### BEGIN SOLUTION
answer = [0.5, 0.5, 0.0, 0.5]  # four numbers, such as [0.5, 0.5, 0.02, 0.12]
### END SOLUTION
lc.predict("12.gates", answer=answer)

# %% id="train"
seed = torch.randint(2**31, (1,), generator=lc.rng("titans")).item()
task = {"n_pairs": 4, "n_keys": 16, "n_values": 16}
titans = recall.trained("momentum_rule", seed=seed, steps=150, d=32, key_size=8, **task)
texts = tasks.mqar(256, rng=lc.rng("gates"), **task)
model, mixer = titans.model, titans.model.mixers[0]
with torch.no_grad():
    x = model.norms[0](model.embedding(texts.tokens))  # [B, T, d]
    strength = {name: mixer.gates[name](x)[:, :8, 0] for name in ("lr", "momentum", "g")}

# %% id="gates" tags=["after-prediction"]
# What training made of the three strengths.
lr = strength["lr"].sigmoid()  # key and value tokens take turns
at_keys, at_values = lr[:, ::2].mean(), lr[:, 1::2].mean()
lost = (-strength["g"]).sigmoid().mean()  # g is the logarithm of what stays
momentum = strength["momentum"].sigmoid().mean()
lc.reveal(
    "12.gates",
    lc.claim("12.right", "Answers right: {value:.2f}.", titans.right, between=(0.97, 1.0)),
    lc.claim(
        "12.lr",
        f"lr at value tokens {at_values:.2f}, at key tokens {{value:.2f}}.",
        at_keys,
        between=(0.0, 0.25),
    ),
    lc.claim("12.decay_off", "Decay a token: {value:.3f}.", lost, between=(0.0, 0.008)),
    lc.claim("12.momentum_low", "Momentum: {value:.2f}.", momentum, between=(0.0, 0.2)),
    was=[at_keys.item(), at_values.item(), lost.item(), momentum.item()],
)

# %% [markdown] id="gates-seen" tags=["after-prediction"]
# It goes on writing at value tokens, and writes far less at key tokens, where there is nothing to write.
# It nearly turns decay off, for nothing here is better forgotten.
# Momentum stays as low as it was: nearly all answers are right, and the task does not decide it.

# %% [markdown] id="surprise-before"
# ### Surprise
#
# Titans calls the gradient of the newest pair the *surprise*: what the memory did not expect.
# For a key of length 1 it has the length $\lVert S^\top k_t - v_t \rVert$; we take its square.
# Let a memory read real prose, with the key of a word and, as value, the key of the word after it.
#
# **Exercise 4** (6 minutes). Find the bug.
# With $\beta = 1$ this function says that nothing ever surprises the memory.


# %% id="12-surprise" tags=["exercise"]
def surprise(k, v, beta):
    """k: [B, T, K], v: [B, T, V] -> what each pair misses, before it is written: [B, T]"""
    state, found = k.new_zeros(k.shape[0], k.shape[2], v.shape[2]), []
    for t in range(k.shape[1]):
        ### BEGIN SOLUTION
        missing = v[:, t] - (k[:, t, None] @ state)[:, 0]  # [B, V]
        found.append(missing.square().sum(dim=1))
        state = state + beta * k[:, t, :, None] * missing[:, None]
        ### END SOLUTION
        ### BEGIN STUDENT
        # missing = v[:, t] - (k[:, t, None] @ state)[:, 0]  # [B, V]
        # state = state + beta * k[:, t, :, None] * missing[:, None]
        # missing = v[:, t] - (k[:, t, None] @ state)[:, 0]
        # found.append(missing.square().sum(dim=1))
        ### END STUDENT
    return torch.stack(found, dim=1)


surprise = lc.check("12.surprise", surprise)

# %% [markdown] id="hints-surprise"
# {{hints}}
#
# All keys have length 1, so a memory that knows nothing has a surprise of 1.
# Let one read 256 words of a text with $\beta = 1$.

# %% id="12-prose" tags=["exercise"]
### BEGIN SOLUTION
answer = 0.7
### END SOLUTION
lc.predict("12.prose", answer=answer)

# %% id="prose"
from lcutils import text

prose, files = text.paragraphs(), {}
number = text.vocabulary(prose, 2_000)  # word -> 0 to 1999
for paragraph in prose:
    known = [number[word] for word in paragraph.words if word in number]
    files.setdefault(paragraph.source_file, []).extend(known)
rng = lc.rng("prose")
same = torch.tensor([words[:512] for words in files.values() if len(words) >= 512])
same = same[torch.randperm(len(same), generator=rng)]  # [B, 512]
broken = torch.cat([same[:, :256], same.roll(1, 0)[:, 256:]], dim=1)  # another file from 256 on
keys = tasks.unit_keys(2_000, 128, rng=rng)


def by_block(words, beta):
    """The mean surprise in each block of 32 words: [15]"""
    found = surprise(keys[words[:, :-1]], keys[words[:, 1:]], beta)
    return found[:, :480].unflatten(1, (15, 32)).mean(dim=(0, 2))


# %% id="prose-read" tags=["after-prediction"]
# The surprise after 256 words.
after = by_block(same, 1.0)[8].item()
claim = lc.claim(
    "12.worse", "With β = 1 it is {value:.2f} after 256 words.", after, between=(1.3, 1.7)
)
said = r"""**With $\beta = 1$ the memory is more surprised than one that has read nothing.**
It expects the word that followed last time, and most words have many followers.
With keys at right angles a wrong guess costs $\lVert a - b \rVert^2 = 2$, no guess 1, a right one nothing; cross-talk comes on top.

Now take small steps, and let another file go on after 256 words."""
lc.reveal("12.prose", claim, said, was=after)

# %% id="break" tags=["after-prediction"]
# One text goes on, another breaks off.
fig, ax = lc.subplots()
on, off = by_block(same, 0.2), by_block(broken, 0.2)
ax.plot(range(16, 480, 32), off, "o-", color=RED, label="another file")
ax.plot(range(16, 480, 32), on, "o-", color=BLUE, label="goes on")
ax.axvline(256, color=GREY, lw=1)
ax.set(xlabel="words read", ylabel="surprise, β = 0.2", ylim=(0.8, 1.15))
label_lines(ax)
claim = lc.claim(
    "12.jump",
    f"In the 32 words after a break the surprise is higher by {{value:.2f}}, 64 words later by "
    f"{off[10] - on[10]:.2f}.",
    off[8] - on[8],
    between=(0.08, 0.18),
)
lc.reveal("12.prose", lc.figure(fig, claim))

# %% [markdown] id="break-seen" tags=["after-prediction"]
# The break is seen, and soon over.
# But with small steps the memory is hardly better than nothing: keys, values and steps have to be learned before surprise says much.

# %% [markdown] id="bend-before"
# ### A memory with a bend
#
# `memory.two_layer_memory` is a network $U^\top \tanh(A k)$ with $M$ hidden units, $M(K+V)$ numbers, all of which take a gradient step at each pair.
# It starts from random weights $A$, and gets the best of four step sizes.
# Let it store 32 pairs with $K = V = 32$, and $M = 16$: as many numbers as a matrix has.

# %% id="12-bend" tags=["exercise"]
### BEGIN SOLUTION
answer = "more"
### END SOLUTION
lc.predict("12.bend", answer=answer)


# %% id="bend"
def two_layers(M, keys, values, lr, rng):
    """What a network with M hidden units reads for each key, after one step on each pair"""
    k, v = keys[None, :, None], values[None, :, None]
    A, U = torch.randn(M, keys.shape[1], generator=rng), torch.zeros(M, values.shape[1])
    weights = torch.cat([A, U], dim=1)
    start = torch.cat([weights, torch.zeros_like(weights)], dim=1)[None, None]
    one = torch.ones(k.shape[:3])
    gates = {"lr": lr * one, "momentum": 0 * one, "g": 0 * one}
    _, state = memory.two_layer_memory(
        k, k, v, **gates, initial_state=start, output_final_state=True
    )
    A, U, _ = state[0, 0].split([keys.shape[1], values.shape[1], weights.shape[1]], dim=1)
    return (keys @ A.T).tanh() @ U


# %% id="bend-measured" tags=["after-prediction"]
# A matrix and two layers, 32 pairs.
rng, trials, sizes = lc.rng("bend"), 4, [16, 32, 64, 128]
as_matrix, best = 0.0, torch.zeros(len(sizes), 4)
for _ in range(trials):
    keys, values, others = (tasks.unit_keys(n, 32, rng=rng) for n in (32, 32, 255))
    as_matrix += tasks.recognised(keys @ (keys.T @ values), values, others).float().mean() / trials
    for i, M in enumerate(sizes):
        for j, lr in enumerate((0.3 / M, 1 / M, 2 / M, 4 / M)):
            read = two_layers(M, keys, values, lr, rng)
            best[i, j] += tasks.recognised(read, values, others).float().mean() / trials
best = best.amax(dim=1)
claim = lc.claim(
    "12.bend_holds",
    f"32 pairs: a matrix with 1,024 numbers gives back {as_matrix:.2f}, two layers with 1,024 "
    f"{{value:.2f}}, with 8,192 {best[-1]:.2f}.",
    best[0],
    between=(0.5, 0.85),
)
lc.reveal("12.bend", claim, was="more" if best[0] > as_matrix else "fewer")

# %% [markdown] id="bend-seen" tags=["after-prediction"]
# Fewer, from random first weights and with one step on each pair.
# Half of its numbers, $A$, only turn keys into features; the values lie in $U$.
# This says nothing of first weights that were learned, as those of Sun et al. and of Titans are.
#
# And five steps are no longer one: each moves $A$, too, and so the features that the next step sees.

# %% [markdown] id="new-inverse-before"
# ### What Sherman and Morrison found
#
# $P'$ is the inverse of $H + k k^\top$: multiply the two, and put $I$ for $H P$.

# %% id="new-inverse"
P = MatrixSymbol("P", K, K)
s = dot(k, P * k)
P_new = P - 1 / (1 + s) * (P * k) * (k.T * P)
H_times = Identity(K) - 1 / (1 + s) * k * (k.T * P)  # H P_new
product = H_times + k * k.T * P_new
lc.prove("12.new_inverse", product, Identity(K), reason="(H + k k^T) P'")

# %% [markdown] id="list_size-exercise"
# ### What the best fit costs
#
# **Exercise 5** (2 minutes). A list of $n$ pairs takes $n\,(K + V)$ numbers.
# For which $n$ is that as many as the state of exercise 3 has?
# Write it in `K` and `V`.

# %% id="12-list_size" tags=["exercise"]
### BEGIN SOLUTION
same_size = K
### END SOLUTION
### BEGIN STUDENT
# same_size = None  # an expression in K and V
### END STUDENT
lc.check("12.list_size", same_size)

# %% [markdown] id="hints-list_size"
# {{hints}}

# %% [markdown] id="sources"
# ## Sources
#
# - Behrouz, Zhong and Mirrokni, Titans, NeurIPS 2025.
# - Dao and Gu, Transformers are SSMs (Mamba-2), ICML 2024.
# - Katharopoulos et al., Transformers are RNNs (linear attention), ICML 2020.
# - Kimi Team, Kimi Linear (KDA), 2025.
# - Liu et al., Longhorn, 2024.
# - von Oswald et al., MesaNet, 2025.
# - Peng et al., Eagle and Finch (RWKV-5 and 6), 2024; RWKV-7 "Goose", 2025.
# - Plackett, Some theorems in least squares, Biometrika, 1950.
# - Schlag, Irie and Schmidhuber, Linear transformers are secretly fast weight programmers (DeltaNet), ICML 2021.
# - Siems et al., DeltaProduct, 2025.
# - Sun, Dong, et al., Retentive network (RetNet), 2023.
# - Sun, Li, et al., Learning to (learn at test time) (TTT), ICML 2025.
# - Yang et al., Gated linear attention transformers with hardware-efficient training (GLA), ICML 2024.
# - Yang, Kautz and Hatamizadeh, Gated delta networks, ICLR 2025.

# %% id="report"
lc.report()
