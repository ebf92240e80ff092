# %% [markdown] id="promise"
# # 10 · A weight matrix as memory
#
# **Where does a weight matrix end and a context vector begin?**
#
# What a trained network knows of all its texts sits in weight matrices, changed over days by an optimizer.
# What the text in front of it says sits in a state, changed with every token.
# Two kinds of memory, it seems.
# This lesson writes both down and finds the same line of algebra.
#
# After this lesson you can write a text into a matrix and read it in three ways that give the same numbers, say what a trained layer keeps of its examples, and predict how many pairs a matrix holds.
#
# You need lesson 05, outer products, the mean and variance of a sum, some PyTorch.
# The core path takes about 80 minutes.

# %% id="start"
import torch
from sympy import eye, sqrt, symbols  # sqrt is for your answers

import lcutils as lc
from lcutils import memory, tasks
from lcutils.proof import MatrixSymbol, dot, half_norm_sq, norm_sq
from lcutils.show import BLUE, GREEN, GREY, ORANGE, RED, label_lines

lc.start("10")

# %% [markdown] id="before"
# ## Before you begin

# %% id="10-recall_gradient" tags=["exercise"]
### BEGIN SOLUTION
answer = "b"
### END SOLUTION
lc.quiz("10.recall_gradient", answer=answer)

# %% id="10-recall_noise" tags=["exercise"]
### BEGIN SOLUTION
answer = "d"
### END SOLUTION
lc.quiz("10.recall_noise", answer=answer)

# %% [markdown] id="one-pair"
# ## 1. Writing a pair
#
# A pair has a *key* $k$ of $K$ numbers and a *value* $v$ of $V$ numbers.
# A state $S$ of size $K \times V$ stores it as an outer product (Kohonen, 1972), and gives the value back when it is multiplied by the key.
# (Many papers write the transpose, $v k^\top$ and $S k$; here it is always $k v^\top$ and $S^\top k$.)

# %% id="small"
red, blue = torch.tensor([1.0, 0.0]), torch.tensor([0.6, 0.8])  # keys of length 1
one, two = torch.tensor([2.0, 3.0, 1.0]), torch.tensor([-1.0, 0.0, 4.0])  # their values
S = torch.outer(red, one)  # [K, V]
print("red:", S.T @ red)
S = S + torch.outer(blue, two)
print("red:", S.T @ red, "after blue was written, too")

# %% [markdown] id="small-seen"
# The first read-out is exact, the second is not: the keys are not orthogonal, and blue's value is heard when red is asked for.
#
# Lesson 05 derived this rule.
# Reward agreement between read-out and value, with the loss $-v \cdot S^\top k$; one gradient step of size 1 is the write:

# %% id="write-step"
K, V = symbols("K V", positive=True, integer=True)
S, k, v = MatrixSymbol("S", K, V), MatrixSymbol("k", K, 1), MatrixSymbol("v", V, 1)
lc.prove("10.write", S - lc.grad(-dot(v, S.T * k), S), S + k * v.T, torch=True)

# %% [markdown] id="layer-before"
# Now take a layer of a network, $y = S^\top x$ (lesson 03 wrote $y = W x$; $S$ is $W^\top$), and train it.
# Whatever its loss is, let $g$ be the loss gradient with respect to $y$.
# Lesson 03: the gradient with respect to the weights is an outer product.
# For a squared error, $g = S^\top x - z$, and one step of size $\eta$ is

# %% id="layer-step"
eta = symbols("eta", positive=True)
x, z = MatrixSymbol("x", K, 1), MatrixSymbol("z", V, 1)
step = S - eta * lc.grad(half_norm_sq(S.T * x - z), S)
lc.prove("10.layer", step, S - eta * x * (S.T * x - z).T, torch=True)

# %% [markdown] id="layer-seen"
# The same line: a key $x$, a value $-\eta g$, added as an outer product.
# **An optimizer writes pairs into a weight matrix; a layer with such a state writes pairs while it reads.**
# Schmidhuber called the latter *fast weights* (Neural Computation, 1992).
#
# **Exercise 1** (7 minutes). Write a text into a state, token by token.
# Each token first writes its pair, then reads with its query $q$.


# %% id="10-fast_weights" tags=["exercise"]
def fast_weights(q, k, v):
    """q, k: [B, T, K], v: [B, T, V] -> o: [B, T, V], token by token"""
    ### BEGIN SOLUTION
    state, outputs = q.new_zeros(q.shape[0], q.shape[2], v.shape[2]), []
    for t in range(q.shape[1]):
        state = state + k[:, t, :, None] * v[:, t, None, :]  # [B, K, V]
        outputs.append((q[:, t, None, :] @ state)[:, 0])
    return torch.stack(outputs, dim=1)
    ### END SOLUTION


fast_weights = lc.check("10.fast_weights", fast_weights)

# %% [markdown] id="hints-fast_weights"
# {{hints}}
#
# ## 2. Reading a sum of pairs
#
# What does a query bring back?
# Three writes on top of any $S$, and one read:

# %% id="read-all"
q = MatrixSymbol("q", K, 1)
k1, k2, k3 = (MatrixSymbol(name, K, 1) for name in ("k_1", "k_2", "k_3"))
v1, v2, v3 = (MatrixSymbol(name, V, 1) for name in ("v_1", "v_2", "v_3"))
written = S + k1 * v1.T + k2 * v2.T + k3 * v3.T
read = S.T * q + dot(k1, q) * v1 + dot(k2, q) * v2 + dot(k3, q) * v3
lc.prove("10.read", written.T * q, read)

# %% [markdown] id="read-all-seen"
# Each value comes back with the weight $k_i \cdot q$.
# That is attention (lesson 08) without the softmax: *linear attention* (Katharopoulos et al., ICML 2020; that it is fast weights: Schlag et al., ICML 2021).
# So the state is not needed at all: keep keys and values, and compute the table of all $q_t \cdot k_i$.
# Bold letters have a row for each token, here three; $\odot$ is a product entry by entry:
#
# $$\mathbf O = \big(\mathbf Q \mathbf K^\top \odot M\big) \mathbf V, \qquad M = \begin{pmatrix} 1 & 0 & 0 \\ 1 & 1 & 0 \\ 1 & 1 & 1 \end{pmatrix}$$
#
# **Exercise 2** (4 minutes). Write this form, for any $T$, without a loop.


# %% id="10-all_at_once" tags=["exercise"]
def all_at_once(q, k, v):
    """q, k: [B, T, K], v: [B, T, V] -> o: [B, T, V], without a loop"""
    ### BEGIN SOLUTION
    return (q @ k.mT).tril() @ v
    ### END SOLUTION


all_at_once = lc.check("10.all_at_once", all_at_once)

# %% [markdown] id="hints-all_at_once"
# {{hints}}
#
# The table has $T^2$ entries, the state has $K V$.
# There is a third way between the two.
# Cut the text into chunks, and carry the state from chunk to chunk: within a chunk use the table, for all before it the state.
# That a chunk may be written in one go is the same algebra, with a key in each row of a matrix:

# %% id="chunk"
K2, V2 = MatrixSymbol("K_c", 2, K), MatrixSymbol("V_c", 2, V)
first, second = eye(2)[:, :1], eye(2)[:, 1:]
lc.prove(
    "10.chunk",
    S + K2.T * V2,
    S + (K2.T * first) * (V2.T * first).T + (K2.T * second) * (V2.T * second).T,
    reason="two rows, written in one go, are two tokens; a third row adds a third term",
)

# %% [markdown] id="read_chunk-exercise"
# **Exercise 3** (4 minutes). This reads a chunk, and something is missing. Mend it.


# %% id="10-read_chunk" tags=["exercise"]
def read_chunk(state, q, k, v):
    """state: [B, K, V] before the chunk, q, k: [B, C, K], v: [B, C, V] -> o: [B, C, V]"""
    ### BEGIN SOLUTION
    return q @ state + all_at_once(q, k, v)
    ### END SOLUTION
    ### BEGIN STUDENT
    # return all_at_once(q, k, v)
    ### END STUDENT


read_chunk = lc.check("10.read_chunk", read_chunk)

# %% [markdown] id="hints-read_chunk"
# {{hints}}
#
# Three forms, one result.
# The package has them too, for many heads: `linear_attention` in chunks, `_parallel`, `_step`.


# %% id="forms"
def in_chunks(q, k, v, size=16):
    outputs, state = [], torch.zeros(len(k), k.shape[2], v.shape[2], dtype=k.dtype)  # [B, K, V]
    for now in zip(*(x.split(size, dim=1) for x in (q, k, v)), strict=True):
        outputs.append(read_chunk(state, *now))
        state = state + now[1].mT @ now[2]
    return torch.cat(outputs, dim=1)


rng = lc.rng("forms")
q_, k_, v_ = (torch.randn(2, 100, n, generator=rng, dtype=torch.float64) for n in (8, 8, 5))
ours, _ = memory.linear_attention(*(x[:, :, None] for x in (q_, k_, v_)), scale=1.0)
forms = [fast_weights(q_, k_, v_), all_at_once(q_, k_, v_), in_chunks(q_, k_, v_)]

# %% id="forms-measured" tags=["hide-input"]
lc.claim(
    "10.forms",
    f"Loop, table, chunks against the package, numbers up to {ours.abs().max():.0f}: "
    "{value:.0f} differ by more than 1e-10.",
    sum(((form - ours[:, :, 0]).abs() > 1e-10).sum() for form in forms),
    between=(0, 0),
)

# %% [markdown] id="dual-before"
# ## 3. What a trained layer is
#
# Train a layer on 300 examples, one step for each.
# At step $t$ its input is $x_t$, and it writes $-\eta g_t$, which depends on what all earlier steps have made of the weights.
# Keep the first weights $W_0$, the inputs, and what was written.
# Throw the trained weights away.

# %% id="10-dual" tags=["exercise"]
### BEGIN SOLUTION
answer = "exactly"
### END SOLUTION
lc.predict("10.dual", answer=answer)


# %% id="dual"
def train(W, inputs, targets, lr=0.1):
    """One step for each example on 1/2 ||W^T x - z||^2; also what was written each time"""
    written = []
    for x, z in zip(inputs, targets, strict=True):
        value = -lr * (W.T @ x - z)
        W = W + torch.outer(x, value)
        written.append(value)
    return W, torch.stack(written)  # [K, V], [T, V]


rng = lc.rng("dual")
inputs = torch.randn(300, 8, generator=rng, dtype=torch.float64)
targets = (inputs @ torch.randn(8, 5, generator=rng, dtype=torch.float64)).tanh()
W_before = torch.randn(8, 5, generator=rng, dtype=torch.float64)
W_after, written = train(W_before, inputs, targets)

# %% id="dual-measured" tags=["after-prediction"]
queries = torch.randn(50, 8, generator=lc.rng("queries"), dtype=torch.float64)
by_weights = queries @ W_after
by_examples = queries @ W_before + (queries @ inputs.T) @ written  # no trained weight in it
moved, off = ((by_weights - other).abs() for other in (queries @ W_before, by_examples))
claim = lc.claim(
    "10.dual_measured",
    f"Training moved the answers by up to {moved.max():.1f}; of {off.numel()} numbers in them, "
    "those computed from what was kept differ in {value:.0f} by more than 1e-10.",
    (off > 1e-10).sum(),
    between=(0, 0),
)
share = (off.max() / moved.max()).item()
how_well = "exactly" if share < 1e-10 else "well" if share < 0.1 else "roughly"
lc.reveal("10.dual", claim, was=how_well)

# %% [markdown] id="dual-seen" tags=["after-prediction"]
# Read the equation of section 2 once more.
# The trained weights are $W_0$ plus one outer product for each step, with the key $x_t$ and the value $-\eta g_t$.
# So the answer to a new input $q$ is $W_0^\top q + \sum_t (x_t \cdot q)(-\eta g_t)$: linear attention over everything the layer was trained on.
# (Irie, Csordás and Schmidhuber, ICML 2022, follow this through whole networks.)
#
# **A weight matrix is the state of a memory whose text was the training set.**
# That holds for plain gradient steps.
# With momentum a write is a sum over the pairs of many steps.
# Adam divides each entry of the matrix by a number of its own, and what is left is in general no outer product.
#
# A context state is a weight matrix trained on one text, from zero.
# What tells them apart is not algebra but use: who writes (an optimizer, or the layer itself), what (errors, or values), and when it starts anew (never, or with each text).

# %% [markdown] id="cross-talk-before"
# ## 4. How many pairs fit?
#
# Ask a memory for its first key.
# What comes back is the value, and *cross-talk* from the other pairs:

# %% id="cross-talk"
pairs = k1 * v1.T + k2 * v2.T + k3 * v3.T
read = norm_sq(k1) * v1 + dot(k2, k1) * v2 + dot(k3, k1) * v3
lc.prove("10.cross_talk_terms", pairs.T * k1, read)

# %% [markdown] id="exact-before"
# It is tempting to leave the last two terms out: "each key has its own value".
# That holds for orthogonal keys, of which there are no more than $K$.
# For others it does not:

# %% id="exact-wrong"
lc.refute("10.no_cross_talk", (k1 * v1.T + k2 * v2.T).T * k1, norm_sq(k1) * v1)

# %% [markdown] id="error-exercise"
# How large is cross-talk?
# Let all keys and values be independent, of length 1, without a preferred direction.
# Then $(k_i \cdot k_1)^2$ is $1/K$ on average (lesson 05, section 4).
# The terms are independent with mean 0, so their squares add up.
#
# **Exercise 4** (4 minutes). A memory holds $n$ pairs.
# What is $\lVert S^\top k_1 - v_1 \rVert^2$ on average?

# %% id="10-cross_talk" tags=["exercise"]
n = symbols("n", positive=True, integer=True)
### BEGIN SOLUTION
error = (n - 1) / K
### END SOLUTION
### BEGIN STUDENT
# error = None  # an expression in n and K
### END STUDENT
lc.check("10.cross_talk", error)

# %% [markdown] id="hints-cross_talk"
# {{hints}}
#
# Can a read-out with so much noise still be told apart?
# Let it be compared with 256 values: the right one, and 255 strangers, which were never stored.
# The answer is right if no stranger agrees better.

# %% id="10-recall" tags=["exercise"]
### BEGIN SOLUTION
answer = [1.0, 1.0, 0.98]  # three shares, such as [0.1, 0.2, 0.3]
### END SOLUTION
lc.predict("10.recall", answer=answer)


# %% id="recall-defined"
def read_outs(n, K, V, rng):
    """n pairs of length 1 in a K x V memory -> read-outs, values: [n, V]"""
    keys, values = tasks.unit_keys(n, K, rng=rng), tasks.unit_keys(n, V, rng=rng)
    state = keys.T @ values
    return keys @ state, values


def recall(n, K, V, rng, trials=8):
    """Share of pairs whose value beats 255 strangers, and the mean squared error"""
    shares, errors = [], []
    for _ in range(trials):
        read, values = read_outs(n, K, V, rng)
        others = tasks.unit_keys(255, V, rng=rng)
        shares.append(tasks.recognised(read, values, others).float().mean())
        errors.append((read - values).square().sum(dim=1).mean())
    return torch.stack(shares).mean().item(), torch.stack(errors).mean().item()


# %% id="recall-measured" tags=["after-prediction"]
rng = lc.rng("recall")
found = {n: recall(n, 64, 64, rng) for n in (32, 64, 128)}
shares = [share for share, _ in found.values()]
lc.reveal(
    "10.recall",
    lc.claim("10.recall_half", "n = K/2: {value:.3f} right.", found[32][0], between=(0.99, 1.0)),
    lc.claim("10.recall_equal", "n = K: {value:.3f} right.", found[64][0], between=(0.99, 1.0)),
    lc.claim("10.recall_double", "n = 2K: {value:.3f} right.", found[128][0], between=(0.96, 1.0)),
    lc.claim(
        "10.error",
        f"The squared error there is {{value:.2f}}; theory says {127 / 64:.2f}.",
        found[128][1],
        between=(1.85, 2.1),
    ),
    was=shares,
)

# %% [markdown] id="why" tags=["after-prediction"]
# An error with a larger square than the value itself, and hardly a wrong answer.
# The error points anywhere in $V$ numbers; what misleads the judge is only its part along one stranger, and that is $1/V$ of its square.
#
# So agreement with the right value is $1$, with the variance $\frac{n - 1}{K V}$.
# Agreement with a stranger is $0$, with $\frac{n - 1}{K V} + \frac1V$: a stranger agrees a little with the right value, too.
# **Among strangers, if values are long, the noise depends on $K V$, the number of numbers in the state, and not on its shape.**
#
# Put it to the test with matrices of three shapes and equal size, and one four times as large.
# Dots will be measured, lines computed; the next cell tries such a computation on the case above.

# %% id="theory" tags=["after-prediction"]
from torch.distributions import Normal


def expected(n, K, V):
    """Probability that the right value agrees better with the read-out than 255 strangers"""
    z = torch.linspace(-5, 5, 1001)
    own = 1 + ((n - 1) / (K * V)) ** 0.5 * z  # agreement with the right value, taken as normal
    across = (n - 1) / K * (1 - 1 / V)  # mean squared length of the noise at right angles to it
    cosine = own / (own**2 + across).sqrt()  # of read-out and value
    edges = torch.linspace(-1, 1, 2001)
    middle = (edges[1:] + edges[:-1]) / 2
    below = (1 - middle**2).pow((V - 3) / 2).cumsum(dim=0)  # cosine of a random direction
    place = ((cosine + 1) * 1000).long().clamp(max=1999)  # the bin in which the cosine falls
    wins = (below / below[-1])[place] ** 255
    return torch.trapezoid(wins * Normal(0, 1).log_prob(z).exp(), z).item()


lc.reveal("10.recall", f"n = 2K: computed {expected(128, 64, 64):.3f}, measured {shares[2]:.3f}.")

# %% id="shapes" tags=["after-prediction"]
shapes = {(16, 256): RED, (128, 128): GREEN, (64, 64): BLUE, (128, 32): ORANGE}
shares, rng, gaps = [1 / 64, 1 / 32, 1 / 16, 1 / 8, 1 / 4], lc.rng("shapes"), []
fig, ax = lc.subplots(height=3.2)
for (n_key, n_value), colour in shapes.items():
    counts = [int(share * n_key * n_value) for share in shares]
    right = [recall(n, n_key, n_value, rng, 4)[0] for n in counts]
    theory = [expected(n, n_key, n_value) for n in counts]
    gaps += [abs(a - b) for a, b in zip(right, theory, strict=True)]
    ax.plot(shares, theory, color=colour, lw=1, label=f"{n_key} x {n_value}")
    ax.plot(shares, right, "o", color=colour)
ax.set(xscale="log", xlabel="pairs for each number of the state, n / (K V)")
ax.set(ylabel="share given back")
ax.set_xticks(shares, ["1/64", "1/32", "1/16", "1/8", "1/4"], minor=False)
ax.minorticks_off()
ax.legend()
sentence = "Four shapes, nearly one curve; no dot is further than {value:.2f} from its line."
claim = lc.claim("10.one_curve", sentence, max(gaps), between=(0, 0.06))
lc.reveal("10.recall", lc.figure(fig, claim))

# %% [markdown] id="shapes-seen" tags=["after-prediction"]
# A square matrix, a larger square, a wide one, a tall one: nearly the same recall at the same number of pairs for each number.
# **Among strangers what counts is $K V$.**
# (The $\frac1V$ is why the lines differ: the longer the values, the higher the line.)
#
# Orthogonal keys, $n = K$ at most, are needed for a read-out without error; this judge needs only the nearest.

# %% [markdown] id="judge-before"
# ### Another judge
#
# A reader of a text knows which values stand in it, and must find out which of *those* belongs to the key.
# Let 128 pairs be stored, and the 127 others be the values of the other pairs.

# %% id="10-own" tags=["exercise"]
### BEGIN SOLUTION
answer = "worse"
### END SOLUTION
lc.predict("10.own", answer=answer)


# %% id="judges"
def judged(n_key, rng):
    """128 pairs -> which are right among strangers, and among the stored: [128]"""
    read, values = read_outs(128, n_key, 4096 // n_key, rng)
    others = tasks.unit_keys(127, 4096 // n_key, rng=rng)
    nearest = (read @ values.T).argmax(dim=1)  # [128], of the values stored
    return tasks.recognised(read, values, others), nearest == torch.arange(128)


# %% id="own-figure" tags=["after-prediction"]
key_sizes, rng = [4, 8, 16, 32, 64, 128], lc.rng("own")
both = torch.stack([torch.stack(judged(n_key, rng)) for n_key in key_sizes for _ in range(8)])
strangers, stored = both.float().mean(dim=2).view(6, 8, 2).mean(dim=1).T.tolist()
fig, ax = lc.subplots()
ax.plot(key_sizes, strangers, "o-", color=GREY, label="strangers")
ax.plot(key_sizes, stored, "o-", color=BLUE, label="stored")
ax.set(xscale="log", xlabel="numbers in a key, K (and 4,096 / K in a value)")
ax.set(ylabel="share given back", ylim=(0, 1.05))
ax.set_xticks(key_sizes, key_sizes)
ax.minorticks_off()
label_lines(ax)
sentence = f"128 pairs in 4 x 1,024: among strangers {strangers[0]:.2f} are right, "
sentence += "among the values stored {value:.2f}."
claim = lc.claim("10.own_pairs", sentence, stored[0], between=(0.2, 0.32))
gain = stored[0] - stored[key_sizes.index(64)]
how = "better" if gain > 0.05 else "worse" if gain < -0.05 else "as well"
lc.reveal("10.own", lc.figure(fig, claim), was=how)

# %% [markdown] id="own-seen" tags=["after-prediction"]
# A stranger hears what all pairs make together.
# A value that was stored is *in* the read-out, with the weight $k_i \cdot k_1$, whose variance is $1/K$ however long the values are.
# Its agreement has the variance $\frac1K + \frac1V + \frac{n - 2}{K V}$.
# In 4 numbers, keys are too much alike to tell 128 pairs from one another.
# With square matrices and many pairs the last part is the largest, and the two judges nearly agree.
#
# And where the read-out goes straight into the next layer, the error itself counts, and it grows as $n / K$.
# The question decides what the capacity is.

# %% [markdown] id="ages-before"
# ## 5. Letting go
#
# A sum keeps the first pair of a text as well as the last, and drowns both.
# Let the state fade by $\gamma$ before each write, $S \leftarrow \gamma S + k v^\top$ (as in Ba et al., NeurIPS 2016).
# Then the weights of older pairs shrink, as in lesson 05, and so does their noise.
# 400 pairs go through a matrix of $32 \times 32$; how well are they recalled, among strangers, and which?


# %% id="ages"
def by_age(gamma, rng, n=400, K=32, V=32, trials=20):
    """Share of right answers, ten pairs at a time, the newest first"""
    right, weights = torch.zeros(n // 10), gamma ** torch.arange(n - 1, -1, -1)
    for _ in range(trials):
        keys, values = tasks.unit_keys(n, K, rng=rng), tasks.unit_keys(n, V, rng=rng)
        read = keys @ (keys.T @ (weights[:, None] * values))
        others = tasks.unit_keys(255, V, rng=rng)
        right += tasks.recognised(read, values, others).float().view(-1, 10).mean(dim=1)
    return (right / trials).flip(0)


# %% id="ages-figure" tags=["hide-input"]
fig, ax = lc.subplots()
kept = {gamma: by_age(gamma, lc.rng("ages")) for gamma in (1.0, 0.98, 0.9)}
for gamma, colour in {1.0: GREY, 0.98: BLUE, 0.9: ORANGE}.items():
    ax.plot(range(5, 100, 10), kept[gamma][:10], "o-", color=colour, label=f"γ = {gamma:g}")
ax.set(xlabel="age in tokens", ylabel="share given back", ylim=(0, 1.05))
label_lines(ax)
claim = lc.claim(
    "10.newest",
    "The newest ten: a sum gives back "
    f"{kept[1.0][0]:.2f} of them, a state that fades by 2 % a token {{value:.2f}}.",
    kept[0.98][0],
    between=(0.9, 1.0),
)
lc.figure(fig, claim)

# %% id="ages-total" tags=["hide-input"]
# Right of all, old and new.
in_all = {gamma: 10 * right.sum().item() for gamma, right in kept.items()}
lc.claim(
    "10.in_all",
    f"Right of all 400: a sum {in_all[1.0]:.0f}, γ = 0.98 {{value:.0f}}, "
    f"γ = 0.9 {in_all[0.9]:.0f}.",
    in_all[0.98],
    between=(38, 50),
)

# %% [markdown] id="ages-seen"
# 400 pairs are too many for 1,024 numbers.
# The sum and the state with $\gamma = 0.98$ give back about equally many, one anywhere in the text, by luck, and the other among the newest.
# Fading decides which pairs the room is for; too much of it leaves room unused.
#
# Play with the read-out itself: the agreement of one read-out with 64 values, the right one in colour.


# %% id="play" tags=["hide-input"]
def draw(ax, n, K, V):
    rng = lc.rng("play")
    read, values = read_outs(n, K, V, rng)
    others = tasks.unit_keys(63, V, rng=rng)
    agreement = torch.cat([values[:1], others]) @ read[0]  # [64]
    ax.bar(range(1, 64), agreement[1:], color=GREY)
    ax.bar([0], agreement[:1], color=BLUE)
    limit = max(2.0, 1.1 * agreement.abs().max().item())
    ax.set(xlabel="the right value, and 63 strangers", ylabel="agreement", xticks=[])
    ax.set_ylim(-limit, limit)
    error = (read[0] - values[0]).square().sum().sqrt()
    ax.set_title(f"{n} pairs in {K} x {V} = {K * V} numbers: error {error:.1f} for a value of 1")


lc.play(draw, n=(8, 512, 128, 8), K=(4, 128, 64, 4), V=(4, 128, 64, 4))

# %% id="play-settings" tags=["hide-input"]
fig, axes = lc.subplots(3, 1, height=6.6)
for ax, (n_pairs, n_key, n_value) in zip(
    axes, ((32, 64, 16), (32, 16, 64), (256, 16, 64)), strict=True
):
    draw(ax, n_pairs, n_key, n_value)
    ax.label_outer()
lc.figure(fig, "Long values make a large error harmless, until there are too many pairs.")

# %% [markdown] id="exit"
# ## Exit question

# %% id="10-exit_steps" tags=["exercise"]
### BEGIN SOLUTION
answer = "d"
### END SOLUTION
lc.quiz("10.exit_steps", answer=answer)

# %% [markdown] id="take-away"
# ## Take away
#
# - To write is to add $k v^\top$: one gradient step on $-v \cdot S^\top k$. To read is $S^\top q = \sum_i (k_i \cdot q)\, v_i$.
# - The loop, the table $(\mathbf Q \mathbf K^\top \odot M) \mathbf V$ and the chunks are one function.
# - A layer trained by plain gradient steps is such a memory, and its text was the training set.
# - Of $n$ random pairs, a read-out has the squared error $(n - 1)/K$; against a value that was never stored only $1/V$ of that counts.
# - So among strangers, if values are long, the number of pairs is proportional to $K V$, the size of the state. To be told from one another, pairs also need long keys.

# %% [markdown] id="more-time"
# ## If you have more time

# %% id="10-exit_capacity" tags=["exercise"]
### BEGIN SOLUTION
answer = "b"
### END SOLUTION
lc.quiz("10.exit_capacity", answer=answer)

# %% [markdown] id="vector-before"
# **Where is lesson 05?**
# Let every write use the same key, of length 1.
# Then $S^\top k$ is the plain sum of the values: lesson 05's memory is this one, with a single key.

# %% id="vector"
lc.derive(
    "10.one_key",
    (k * v1.T + k * v2.T).T * k,
    ("one key", norm_sq(k) * (v1 + v2)),
)

# %% [markdown] id="weighted_mean-exercise"
# **A mean instead of a sum.**
# The weights $q \cdot k_i$ may be negative and add up to anything.
# If queries and keys have positive entries only (Katharopoulos et al. take $\mathrm{elu}(x) + 1$), dividing by the sum of the weights makes a weighted mean, as in lesson 02.
#
# **Exercise 5** (5 minutes). Write it, without a loop.


# %% id="10-weighted_mean" tags=["exercise"]
def weighted_mean(q, k, v):
    """q, k: [B, T, K], all above 0, v: [B, T, V] -> weighted means of values: [B, T, V]"""
    ### BEGIN SOLUTION
    weights = (q @ k.mT).tril()  # [B, T, T]
    return weights @ v / weights.sum(dim=2, keepdim=True)
    ### END SOLUTION


weighted_mean = lc.check("10.weighted_mean", weighted_mean)

# %% [markdown] id="hints-weighted_mean"
# {{hints}}
#
# The denominator needs a state of its own, $\sum_i k_i$: $K$ numbers more.
# Does the mean recall better than the sum?
# Take 128 pairs in $64 \times 64$ as in section 4, once with the keys as they are, once with $\mathrm{elu} + 1$ of their entries.

# %% id="10-features" tags=["exercise"]
### BEGIN SOLUTION
answer = 0.2  # a share from 0 to 1
### END SOLUTION
lc.predict("10.features", answer=answer)

# %% id="features" tags=["after-prediction"]
rng = lc.rng("features")
keys, values = tasks.unit_keys(128, 64, rng=rng), tasks.unit_keys(128, 64, rng=rng)
others = tasks.unit_keys(255, 64, rng=rng)
positive = torch.nn.functional.elu(8 * keys) + 1  # entries of unit size before the elu


def share(read):
    return tasks.recognised(read, values, others).float().mean().item()


as_sum = share(keys @ (keys.T @ values))
as_mean = share(positive @ (positive.T @ values) / (positive @ positive.sum(dim=0))[:, None])
sentence = f"As a sum {as_sum:.2f} are given back, as a mean with positive features {{value:.2f}}."
claim = lc.claim("10.features_measured", sentence, as_mean, between=(0.0, 0.2))
lc.reveal("10.features", claim, was=as_mean)

# %% [markdown] id="features-seen" tags=["after-prediction"]
# Positive entries make all keys lean to one side: their cosines are positive too, and every value is heard in every read-out.
# The division cannot help, for it changes the length of a read-out and not its direction.
# A positive weight buys a mean and pays in cross-talk; lesson 05 met the same with keys that share a direction.
# Softmax attention has positive weights as well, and escapes by being sharp (lesson 08, section 5).

# %% [markdown] id="sources"
# ## Sources
#
# - Ba, Hinton, Mnih, Leibo and Ionescu, Using fast weights to attend to the recent past, NeurIPS 2016.
# - Irie, Csordás and Schmidhuber, The dual form of neural networks revisited, ICML 2022.
# - Katharopoulos, Vyas, Pappas and Fleuret, Transformers are RNNs, ICML 2020.
# - Kohonen, Correlation matrix memories, IEEE Transactions on Computers, 1972.
# - Schlag, Irie and Schmidhuber, Linear transformers are secretly fast weight programmers, ICML 2021.
# - Schmidhuber, Learning to control fast-weight memories, Neural Computation, 1992.

# %% id="report"
lc.report()
