# %% [markdown] id="promise"
# # 10 · A weight matrix as memory
#
# **Where does a weight matrix end and a context vector begin?**
#
# What a network learned in training sits in weight matrices; what the text in front of it says, in a state.
# Two kinds of memory? This lesson finds one line of algebra in both.
#
# After this lesson you can write a text into a matrix and read it in three ways, say what a trained layer keeps of its examples, and predict how many pairs a matrix holds.
#
# You need lessons 03 and 05, outer products, the mean and variance of a sum, some PyTorch.
# The core path takes about 75 minutes; the end of section 3 is a good place to stop half way.

# %% id="start"
import torch
from sympy import eye, sqrt, symbols  # sqrt is for your answers

import lcutils as lc
from lcutils import memory, tasks
from lcutils.proof import MatrixSymbol, dot, half_norm_sq, norm_sq
from lcutils.show import BLUE, GREEN, GREY, ORANGE, RED, label_lines
from lcutils.untrained import recalled

lc.start("10")

# %% [markdown] id="before"
# ## Before you begin

# %% id="10-recall_gradient" tags=["exercise"]
### BEGIN SOLUTION
answer = "b"
### END SOLUTION
lc.quiz("10.recall_gradient", answer=answer)

# %% [markdown] id="one-pair"
# ## 1. Writing a pair
#
# A pair has a *key* $k$ of $K$ numbers and a *value* $v$ of $V$ numbers.
# A state $S$ of size $K \times V$ stores it as an outer product, $k v^\top$ (Kohonen, 1972).
# If $k$ has length 1, $S^\top k$ gives the value back.
# (Many papers write the transpose, $v k^\top$ and $S k$.)

# %% id="small"
red, blue = torch.tensor([1.0, 0.0]), torch.tensor([0.6, 0.8])  # keys of length 1
one, two = torch.tensor([2.0, 3.0, 1.0]), torch.tensor([-1.0, 0.0, 4.0])  # their values
S = torch.outer(red, one)  # [K, V]
print(S, "red:", S.T @ red)
S = S + torch.outer(blue, two)
print(S, "red:", S.T @ red)

# %% [markdown] id="small-seen"
# The first read-out is exact, the second is not.
# The keys are not at right angles: red asks with $(1, 0)$, so $0.6$ of blue's value is heard: $(2, 3, 1) + 0.6\,(-1, 0, 4) = (1.4, 3, 3.4)$.
#
# Watch it with random keys of four numbers, and a $1$ in a place of its own as each city's value.
# The picture shows $S^\top$, a row for each city.
# Move the slider: the table fills, and other cities are heard in Ann's answer.

# %% id="watch"
facts = "Ann: Oslo, Bob: Rome, Cy: Lima, Dee: Kyiv, Eve: Cairo, Flo: Bonn"
lc.watch(facts, rungs="linear_attention", K=4)

# %% [markdown] id="layer-before"
# ### A layer in training
#
# Lesson 05 found this write to be a gradient step of size 1, on the loss $-v \cdot S^\top k$.
# Take a layer of a network, $y = S^\top x$ (lesson 03 wrote $W x$; $S$ is $W^\top$), and a squared error with the target $z$.
#
# By hand: let $S$ hold red's pair, and blue be the next example.
# The layer answers $S^\top x = 0.6\,(2, 3, 1) = (1.2, 1.8, 0.6)$ in place of $z = (-1, 0, 4)$.
# Its error is $e = (2.2, 1.8, -3.4)$, and the gradient an outer product (lesson 03), $x e^\top$.
# A step of size $\eta$:

# %% id="layer-step"
K, V = symbols("K V", positive=True, integer=True)
eta = symbols("eta", positive=True)
S, x, z = MatrixSymbol("S", K, V), MatrixSymbol("x", K, 1), MatrixSymbol("z", V, 1)
step = S - eta * lc.grad(half_norm_sq(S.T * x - z), S)
lc.prove("10.layer", step, S - eta * x * (S.T * x - z).T, torch=True)

# %% [markdown] id="layer-seen"
# The same line: a key $x$, a value $-\eta e$, added as an outer product.
# (With any other loss, $e$ is its gradient with respect to $y$.)
# **Gradient descent writes pairs into a weight matrix; a layer with such a state writes pairs while it reads.**
# Such states are *fast weights* (von der Malsburg, 1981; Hinton and Plaut, 1987; as outer products: Schmidhuber, 1992).
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
# What does a query $q$ bring back?
# By hand, from one pair: $(k v^\top)^\top q = (k \cdot q)\, v$.
# Three writes on any $S$, and one read:

# %% id="read-all"
q = MatrixSymbol("q", K, 1)
k1, k2, k3 = (MatrixSymbol(name, K, 1) for name in ("k_1", "k_2", "k_3"))
v1, v2, v3 = (MatrixSymbol(name, V, 1) for name in ("v_1", "v_2", "v_3"))
written = S + k1 * v1.T + k2 * v2.T + k3 * v3.T
read = S.T * q + dot(k1, q) * v1 + dot(k2, q) * v2 + dot(k3, q) * v3
lc.prove("10.read", written.T * q, read)

# %% [markdown] id="read-all-seen"
# Each value comes back with the weight $k_i \cdot q$: attention (lesson 08) without the softmax, or *linear attention* (Katharopoulos et al., 2020, with features and a division; that it is fast weights: Schlag et al., 2021).
# So the state is not needed: keys, values and the table of all $q_t \cdot k_i$ will do.
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
# The table has $T^2$ entries, the state $K V$.
# Between the two: cut the text into chunks; within a chunk use the table, for all before it the state.
# A chunk is written in one go, for a product of matrices is a sum of columns times rows: $\mathbf K^\top \mathbf V = k_1 v_1^\top + k_2 v_2^\top + \dots$
#
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
# The package has them too, for many heads: `linear_attention` in chunks, `_parallel`, `_step`.


# %% id="forms"
def in_chunks(q, k, v, size=16):
    state = k.new_zeros(len(k), k.shape[2], v.shape[2])  # [B, K, V]
    chunks, outputs = zip(*(x.split(size, dim=1) for x in (q, k, v)), strict=True), []
    for q, k, v in chunks:
        outputs.append(read_chunk(state, q, k, v))
        state = state + k.mT @ v
    return torch.cat(outputs, dim=1)


rng = lc.rng("forms")
sizes = (2, 100, 8), (2, 100, 8), (2, 100, 5)
qkv = [torch.randn(size, generator=rng, dtype=torch.float64) for size in sizes]
package, _ = memory.linear_attention(*(x[:, :, None] for x in qkv), scale=1.0)
forms = torch.stack([form(*qkv) for form in (fast_weights, all_at_once, in_chunks)])
package = package[:, :, 0].expand_as(forms)  # [3, B, T, V]
lc.same("10.forms", "Three forms against the package", forms, package, 1e-10)

# %% [markdown] id="dual-before"
# ## 3. What a trained layer is
#
# Train a layer on 300 examples, one step for each.
# At step $t$ its input is $x_t$, and it writes $-\eta e_t$, which depends on all earlier steps.
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
what = f"Training moved the answers by up to {moved.max():.1f}. From what was kept"
claim = lc.same("10.dual_measured", what, by_examples, by_weights, 1e-10)
share = (off.max() / moved.max()).item()
how_well = "exactly" if share < 1e-10 else "well" if share < 0.1 else "roughly"
lc.reveal("10.dual", claim, was=how_well)

# %% [markdown] id="dual-seen" tags=["after-prediction"]
# The trained weights are $W_0$ plus an outer product a step, with key $x_t$ and value $-\eta e_t$.
# So the answer to a new input $q$ is $W_0^\top q + \sum_t (x_t \cdot q)(-\eta e_t)$: linear attention over the training examples (Irie et al., 2022).
#
# **A weight matrix is the state of a memory whose text was the training set.**
# That holds for plain gradient steps, one example a step, without weight decay.
# A batch writes a pair for each of its examples; weight decay lets older pairs fade; with momentum a write is a sum over many steps.
# Adam divides each entry by a number of its own, which in general leaves no outer product.
# Deep in a network, $x_t$ is what the layers below gave at step $t$.
#
# A context state is a weight matrix trained on one text.
# What tells them apart is who writes (optimizer, or layer), what (errors, or values), and when it starts anew (never, or with each text).
#
# **A good place to stop.**

# %% [markdown] id="cross-talk-before"
# ## 4. How many pairs fit?
#
# Ask a memory of $n$ pairs for its first key, of length 1.
# Back come $v_1$ and *cross-talk*: $(k_i \cdot k_1)\, v_i$ from each other pair.
# It is tempting to leave it out: "each key has its own value".
# That holds for keys at right angles, at most $K$; for others it does not:

# %% id="exact-wrong"
lc.refute("10.no_cross_talk", (k1 * v1.T + k2 * v2.T).T * k1, v1, unit=(k1, k2))

# %% [markdown] id="error-exercise"
# How large is cross-talk?
# Let keys and values be independent, of length 1, without a preferred direction.
# Then $(k_i \cdot k_1)^2$ is $1/K$ on average (lesson 05, section 4), and the squares of the terms add up.
#
# **Exercise 4** (4 minutes). What is $\lVert S^\top k_1 - v_1 \rVert^2$ on average?

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
# A pair is *recalled* if its read-out agrees better (has the larger dot product) with its value than with each of 255 *strangers*, values that were never stored.
# (`recalled` draws pairs and judges them so.)


# %% id="read_sum"
def read_sum(keys, values):
    """n pairs in one matrix, each read with its own key -> [n, V]"""
    return keys @ (keys.T @ values)


# %% id="10-recall" tags=["exercise"]
### BEGIN SOLUTION
answer = [1.0, 0.99, 0.5]  # three shares, such as [0.1, 0.2, 0.3]
### END SOLUTION
lc.predict("10.recall", answer=answer)


# %% id="read-out-drawn" tags=["hide-input"]
# How one read-out is drawn.
def draw(ax, n, K, V):
    """Agreement of one read-out with its value, and with 63 strangers"""
    rng = lc.rng("draw")
    keys, values, others = (tasks.unit_keys(*size, rng=rng) for size in ((n, K), (n, V), (63, V)))
    read = read_sum(keys, values)[0]
    ax.bar(range(1, 64), others @ read, color=GREY)
    ax.bar([0], values[0] @ read, color=BLUE)
    ax.set(xlabel="the right value, and 63 strangers", ylabel="agreement", xticks=[])
    error = (read - values[0]).norm()
    ax.set_title(f"{n} pairs in {K} x {V}: error {error:.1f} for a value of 1", size=10)


# %% id="recall-measured" tags=["after-prediction"]
rng = lc.rng("recall")
shares = [recalled(read_sum, n, 64, 64, rng=rng).mean().item() for n in (32, 128, 512)]
fig, axes = lc.subplots(2, 1, sharey=True, height=3.6)
for ax, n_pairs in zip(axes, (32, 128), strict=True):
    draw(ax, n_pairs, 64, 64)
    ax.label_outer()
lc.reveal(
    "10.recall",
    lc.claim("10.recall_half", "n = K/2: {value:.3f} recalled.", shares[0], between=(0.99, 1.0)),
    lc.claim("10.recall_double", "n = 2K: {value:.3f} recalled.", shares[1], between=(0.96, 1.0)),
    lc.claim("10.recall_eight", "n = 8K: {value:.3f} recalled.", shares[2], between=(0.44, 0.51)),
    lc.figure(fig, "One read-out of 32 pairs, and one of 128."),
    was=shares,
)

# %% [markdown] id="stranger-exercise"
# ### What misleads the judge
#
# A vector $r$ of $V$ numbers agrees with a random stranger by $0$ on average, and the variance is $\lVert r \rVert^2 / V$ (for keys of length 1 it was $1/K$).
#
# **Exercise 5** (3 minutes). Let $r$ be the read-out, $S^\top k_1$. What is this variance, on average?

# %% id="10-stranger" tags=["exercise"]
### BEGIN SOLUTION
variance = 1 / V + (n - 1) / (K * V)
### END SOLUTION
### BEGIN STUDENT
# variance = None  # an expression in n, K and V
### END STUDENT
lc.check("10.stranger", variance)

# %% [markdown] id="hints-stranger"
# {{hints}}

# %% id="variances" tags=["after-prediction"]
rng = lc.rng("variances")
keys, values = (tasks.unit_keys(20, 128, 64, rng=rng) for _ in range(2))
strangers = tasks.unit_keys(20, 255, 64, rng=rng)
read = keys @ (keys.mT @ values)  # [20, 128, 64]
error = (read - values).square().sum(dim=2).mean()
right, wrong = (read * values).sum(dim=2).var(), (read @ strangers.mT).var()
said = f"128 pairs in 64 x 64: the error's square is {{value:.2f}}; theory says {127 / 64:.2f}."
squared = lc.claim("10.error", said, error, between=(1.85, 2.1))
said = f"A stranger agrees with variance {{value:.3f}}; theory says {1 / 64 + 127 / 4096:.3f}."
of_strangers = lc.claim("10.stranger_variance", said, wrong, between=(0.044, 0.05))
said = f"The right value agrees with variance {{value:.3f}}; theory says {127 / 4096:.3f}."
of_right = lc.claim("10.right_variance", said, right, between=(0.026, 0.036))
lc.reveal("10.recall", squared, of_strangers, of_right)

# %% [markdown] id="variances-seen" tags=["after-prediction"]
# By hand: $\lVert r \rVert^2$ is $1 + \frac{n - 1}{K}$ on average, so a stranger agrees by $0$ with variance $\frac1V + \frac{n - 1}{K V}$.
# The right value agrees by $1$, with $\frac{n - 1}{K V}$: each other pair adds $(k_i \cdot k_1)(v_i \cdot v_1)$, whose square is $\frac1K \cdot \frac1V$ on average.
# Here strangers lie at $0 \pm 0.22$, the best of 255 near $0.6$, and the right value at $1 \pm 0.18$.
#
# **Among 255 strangers, if values are long, what counts is $K V$, the size of the state, and not its shape.**
# The test (dots measured, lines computed):

# %% id="theory" tags=["hide-input"]
# What theory expects.
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


# %% id="shapes-run" tags=["hide-input"]
# Each shape, measured and computed.
shapes = {(16, 256): RED, (128, 128): GREEN, (64, 64): BLUE, (128, 32): ORANGE}
shares, rng, gaps = [1 / 64, 1 / 32, 1 / 16, 1 / 8, 1 / 4], lc.rng("shapes"), []
fig, ax = lc.subplots(height=3.2)
for (n_key, n_value), colour in shapes.items():
    counts = [int(share * n_key * n_value) for share in shares]
    found = [recalled(read_sum, n, n_key, n_value, rng=rng, trials=4).mean().item() for n in counts]
    theory = [expected(n, n_key, n_value) for n in counts]
    gaps += [abs(a - b) for a, b in zip(found, theory, strict=True)]
    ax.plot(shares, theory, color=colour, lw=1, label=f"{n_key} x {n_value}")
    ax.plot(shares, found, "o", color=colour)

# %% id="shapes" tags=["after-prediction"]
ax.set(xscale="log", xlabel="pairs for each number of the state, n / (K V)")
ax.set(ylabel="share recalled")
ax.set_xticks(shares, ["1/64", "1/32", "1/16", "1/8", "1/4"], minor=False)
ax.minorticks_off()
ax.legend(title="K x V")
sentence = "Four shapes, nearly one curve; no dot is further than {value:.2f} from its line."
claim = lc.claim("10.one_curve", sentence, max(gaps), between=(0, 0.06))
lc.reveal("10.recall", lc.figure(fig, claim))

# %% [markdown] id="shapes-seen" tags=["after-prediction"]
# What parts the lines is the $\frac1V$: at $\frac{n}{KV} = \frac1{16}$ strangers have the variance $0.066$ if $V = 256$, and $0.094$ if $V = 32$.

# %% [markdown] id="judge-before"
# ### Another judge
#
# A reader of a text knows which values stand in it, and must find which of *those* belongs to the key.
# Let 128 pairs be stored; the judge compares their 128 values.

# %% id="10-own" tags=["exercise"]
### BEGIN SOLUTION
answer = "worse"
### END SOLUTION
lc.predict("10.own", answer=answer)


# %% id="judges"
def among_stored(n, K, V, rng):
    """Share of n pairs whose value agrees better than all other values stored"""
    keys, values = tasks.unit_keys(n, K, rng=rng), tasks.unit_keys(n, V, rng=rng)
    nearest = (read_sum(keys, values) @ values.T).argmax(dim=1)  # [n]
    return (nearest == torch.arange(n)).float().mean().item()


# %% id="own-run" tags=["hide-input"]
# Keys of 4 to 128 numbers, two judges.
key_sizes, rng, stored, strangers = [4, 8, 16, 32, 64, 128], lc.rng("own"), [], []
for n_key in key_sizes:
    size = 128, n_key, 4096 // n_key
    stored.append(sum(among_stored(*size, rng) for _ in range(8)) / 8)
    strangers.append(recalled(read_sum, *size, rng=rng, n_strangers=127).mean().item())

# %% id="own-figure" tags=["after-prediction"]
fig, ax = lc.subplots()
ax.plot(key_sizes, strangers, "o-", color=GREY, label="strangers")
ax.plot(key_sizes, stored, "o-", color=BLUE, label="stored")
ax.set(xscale="log", xlabel="numbers in a key, K (and 4,096 / K in a value)")
ax.set(ylabel="share recalled", ylim=(0, 1.05))
ax.set_xticks(key_sizes, key_sizes)
ax.minorticks_off()
label_lines(ax)
sentence = f"128 pairs in 4 x 1,024: among strangers {strangers[0]:.2f} are recalled, "
sentence += "among the values stored {value:.2f}."
claim = lc.claim("10.own_pairs", sentence, stored[0], between=(0.2, 0.32))
keys, values = tasks.unit_keys(20, 128, 4, rng=rng), tasks.unit_keys(20, 128, 1024, rng=rng)
agreement = keys @ (keys.mT @ values) @ values.mT  # [20, 128, 128]
others = agreement[:, ~torch.eye(128, dtype=torch.bool)]
said = "Another stored value agrees with variance {value:.3f}; "
said += f"theory says {1 / 4 + 1 / 1024 + 126 / 4096:.3f}."
spread = lc.claim("10.stored_variance", said, others.var(), between=(0.26, 0.305))
gain = stored[0] - stored[key_sizes.index(64)]
how = "better" if gain > 0.05 else "worse" if gain < -0.05 else "as well"
lc.reveal("10.own", lc.figure(fig, claim), spread, was=how)

# %% [markdown] id="own-seen" tags=["after-prediction"]
# A value that was stored is *in* the read-out.
# By hand, $v_j$ agrees by $k_j \cdot k_1$, by $v_j \cdot v_1$, and by what the $n - 2$ other pairs add: variance $\frac1K + \frac1V + \frac{n - 2}{K V}$.
# With keys of 4 numbers $\frac14$ is most of it; in $64 \times 64$ the last part is the largest, and the judges nearly agree.
#
# Where the next layer takes the read-out as it is, its error counts, $(n - 1) / K$.
# **The question decides what the capacity is.**

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
# - To write is to add $k v^\top$. To read is $S^\top q = \sum_i (k_i \cdot q)\, v_i$.
# - Loop, table, chunks: one function.
# - A layer trained by plain gradient steps is such a memory, and its text was the training set.
# - Of $n$ random pairs, a read-out has the squared error $(n - 1)/K$; a stranger meets $1/V$ of the read-out's square.
# - Among strangers, if values are long, capacity goes with $K V$. To be told from one another, pairs also need long keys.

# %% [markdown] id="more-time"
# ## If you have more time
#
# - Two questions on capacity, and one read-out to play with (5 minutes).
# - Letting go: a state that fades (4 minutes).
# - Lesson 05's memory, a matrix with one key (2 minutes).
# - A mean instead of a sum, exercise 6, and what positive weights cost (16 minutes).
#
# ### Capacity

# %% id="10-recall_noise" tags=["exercise"]
### BEGIN SOLUTION
answer = "d"
### END SOLUTION
lc.quiz("10.recall_noise", answer=answer)

# %% id="10-exit_capacity" tags=["exercise"]
### BEGIN SOLUTION
answer = "b"
### END SOLUTION
lc.quiz("10.exit_capacity", answer=answer)

# %% [markdown] id="play-before"
# Play with one read-out: its agreement with the right value, in colour, and with 63 strangers.
# Long values make a large error harmless, until there are too many pairs.

# %% id="play" tags=["hide-input"]
# Three sliders.
lc.play(draw, n=(8, 512, 128, 8), K=(4, 128, 64, 4), V=(4, 128, 64, 4))

# %% [markdown] id="ages-before"
# ### Letting go
#
# A sum keeps the first pair of a text as well as the last, and drowns both.
# Let the state fade by $\gamma$ before each write (as fast weights do in Hinton and Plaut, 1987, and Ba et al., 2016): $S \leftarrow \gamma S + k v^\top$.
# As in lesson 05, section 6, a pair of age $a$ then weighs $\gamma^a$.
# 400 pairs go through a matrix of $32 \times 32$; how well are they recalled, among strangers, and which?


# %% id="ages"
def by_age(gamma, rng, n=400):
    """Share recalled, ten pairs at a time, the newest first: [n / 10]"""
    weights = gamma ** torch.arange(n - 1, -1, -1)[:, None]
    share = recalled(lambda k, v: read_sum(k, weights * v), n, 32, 32, rng=rng, trials=20)
    return share.view(-1, 10).mean(dim=1).flip(0)


kept = {gamma: by_age(gamma, lc.rng("ages")) for gamma in (1.0, 0.98, 0.9)}

# %% id="ages-figure" tags=["hide-input"]
# The figure: recall by age.
fig, ax = lc.subplots()
for gamma, colour in {1.0: GREY, 0.98: BLUE, 0.9: ORANGE}.items():
    ax.plot(range(5, 100, 10), kept[gamma][:10], "o-", color=colour, label=f"γ = {gamma:g}")
ax.set(xlabel="age in tokens", ylabel="share recalled", ylim=(0, 1.05))
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
# Recalled of all, old and new.
in_all = {gamma: 10 * share.sum().item() for gamma, share in kept.items()}
lc.claim(
    "10.in_all",
    f"Recalled of all 400: by a sum {in_all[1.0]:.0f}, with γ = 0.98 {{value:.0f}}, "
    f"with γ = 0.9 {in_all[0.9]:.0f}.",
    in_all[0.98],
    between=(38, 50),
)

# %% [markdown] id="ages-seen"
# 400 pairs are too many for 1,024 numbers.
# The sum and the state with $\gamma = 0.98$ give back about equally many, one anywhere in the text, by luck, and the other among the newest.
# Fading decides which pairs the room is for; too much of it leaves room unused.
#
# ### One key
#
# Let every write use the same key, of length 1.
# Then $S^\top k$ is the plain sum of the values: lesson 05's memory is this one, with a single key.

# %% id="vector"
k = MatrixSymbol("k", K, 1)
lc.derive(
    "10.one_key",
    (k * v1.T + k * v2.T).T * k,
    ("one key", norm_sq(k) * (v1 + v2)),
)

# %% [markdown] id="weighted_mean-exercise"
# ### A mean instead of a sum
#
# The weights $q \cdot k_i$ may be negative and add up to anything.
# If queries and keys have positive entries only (Katharopoulos et al. take $\mathrm{elu}(x) + 1$), dividing by the sum of the weights makes a weighted mean, as in lesson 02.
#
# **Exercise 6** (5 minutes). Write it, without a loop.


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
# The denominator needs a state of its own, $\sum_i k_i$: a number more for each feature.
# Does the mean recall as the sum does?
# Take 128 pairs in $64 \times 64$ as in section 4, and scale the keys so that their entries are of unit size.
# Queries and keys get *features* whose products are never negative:
#
# - elu + 1 of each entry, or relu (a negative entry becomes 0): 64 features;
# - DPFP (Schlag et al., 2021): put $\mathrm{relu}(x)$ and $\mathrm{relu}(-x)$ side by side, and multiply each entry by its neighbour: 128 features;
# - Taylor (Arora et al., ICML 2024): a $1$, the entries of $x / K^{1/4}$, and all products of two of them, over $\sqrt 2$. With $s = q \cdot k / \sqrt K$ the weight is then $1 + s + \frac12 s^2$, the beginning of $e^s$: 4,161 features, 2,145 of them different.

# %% id="10-features" tags=["exercise"]
### BEGIN SOLUTION
answer = [0.2, 0.9]  # two shares, such as [0.1, 0.2]
### END SOLUTION
lc.predict("10.features", answer=answer)


# %% id="features"
def elu(x):
    return torch.nn.functional.elu(x) + 1


def dpfp(x):
    halves = torch.cat([x, -x], dim=1).relu()
    return halves * halves.roll(1, dims=1)


def taylor(x):
    x = x / x.shape[1] ** 0.25
    products = (x[:, :, None] * x[:, None, :]).flatten(1)
    return torch.cat([torch.ones(len(x), 1), x, products / 2**0.5], dim=1)


# %% id="mean-with"
def mean_with(features):
    """Reads as `read_sum` does, but a mean, weighed by products of features"""

    def read(keys, values):
        x = features(keys.shape[1] ** 0.5 * keys)  # of entries of unit size
        return read_sum(x, values) / (x @ x.sum(dim=0))[:, None]

    return read


maps = {"elu + 1": elu, "relu": torch.relu, "DPFP": dpfp, "Taylor": taylor}

# %% id="features-run" tags=["hide-input"]
# Recall with each of the four maps.
rng, found, size = lc.rng("features"), {}, {}
for name, features in maps.items():
    found[name] = recalled(mean_with(features), 128, 64, 64, rng=rng).mean().item()
    size[name] = 65 * features(torch.ones(1, 64)).shape[1]  # 64 for values, 1 for the mean
key_sizes = [2, 4, 8, 16, 32, 64, 128]
plain = [recalled(read_sum, 128, n_key, 64, rng=rng).mean().item() for n_key in key_sizes]

# %% id="features-measured" tags=["after-prediction"]
fig, ax = lc.subplots()
ax.plot([64 * n_key for n_key in key_sizes], plain, color=GREY)
ax.text(128, 0.62, "a plain sum, keys of\n2 to 128 numbers", color=GREY)
for name, colour in zip(maps, (RED, ORANGE, BLUE, GREEN), strict=True):
    ax.plot(size[name], found[name], "o", color=colour)
    here = {"xytext": (8, -4), "textcoords": "offset points", "color": colour}
    ax.annotate(name, (size[name], found[name]), **here)
ax.set(xscale="log", xlabel="numbers in the state", xlim=(100, 1.5e6))
ax.set(ylabel="share recalled", ylim=(-0.05, 1.1))
said = f"elu + 1: {{value:.2f}} recalled (relu {found['relu']:.2f})."
small = lc.claim("10.features_measured", said, found["elu + 1"], between=(0.0, 0.1))
said = f"Taylor: {{value:.2f}} recalled (DPFP {found['DPFP']:.2f})."
large = lc.claim("10.taylor_measured", said, found["Taylor"], between=(0.99, 1.0))
picture = lc.figure(fig, "128 random pairs: recall against the size of the state.")
lc.reveal("10.features", small, large, picture, was=[found["elu + 1"], found["Taylor"]])

# %% [markdown] id="features-seen" tags=["after-prediction"]
# No weight here is negative.
# The division changes the length of a read-out and not its direction; what counts is the own weight against the others', $w_1^2 / \sum_{i > 1} w_i^2$.
#
# With elu + 1 and relu all keys lean to one side, and every value is heard in every read-out; lesson 05 met the same with keys that share a direction.
# DPFP's keys share few of their features.
# Taylor, by hand: a key and itself have $s = 8$, so its own weight is $1 + 8 + 32 = 41$; for two keys $s$ is about $\pm 1$, and the weight $\frac12$ to $2\frac12$.
# With much shorter keys all weights would be near $1$.
#
# **With random keys, a small positive map pays in cross-talk; one with many features pays in state.**
# Here a plain sum of the same size does as well, or better.
# But it needs longer keys, and features make do with those that are there.
# Softmax attention has positive weights as well, escapes by being sharp (lesson 08, section 5), and has no state of fixed size.

# %% [markdown] id="sources"
# ## Sources
#
# - Arora et al., Simple linear attention language models balance the recall-throughput tradeoff, ICML 2024: the Taylor features ("Based").
# - Ba, Hinton, Mnih, Leibo and Ionescu, Using fast weights to attend to the recent past, NeurIPS 2016.
# - Hinton and Plaut, Using fast weights to deblur old memories, Annual Conference of the Cognitive Science Society, 1987: fast weights that decay.
# - Irie, Csordás and Schmidhuber, The dual form of neural networks revisited, ICML 2022.
# - Katharopoulos, Vyas, Pappas and Fleuret, Transformers are RNNs, ICML 2020.
# - Kohonen, Correlation matrix memories, IEEE Transactions on Computers, 1972.
# - Schlag, Irie and Schmidhuber, Linear transformers are secretly fast weight programmers, ICML 2021.
# - Schmidhuber, Learning to control fast-weight memories, Neural Computation, 1992.
# - Von der Malsburg, The correlation theory of brain function, internal report, Max Planck Institute for Biophysical Chemistry, 1981.

# %% id="report"
lc.report()
