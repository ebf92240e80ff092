# %% [markdown] id="promise"
# # 08 · Keep everything, read by content
#
# **What is a context vector?**
#
# Some give that name to a word's neighbours, some to a memory's state.
# Here it is what *attention* reads: a mean of everything kept, weighted by what is asked now.
#
# After this lesson you can write attention with its mask, say which loss it makes lowest and what the factor $1/\sqrt K$ is for, and compare a cache that grows with a state that does not.
#
# You need dot products, derivatives, the softmax of lesson 02, some PyTorch.
# The core path takes about 65 minutes; the end of section 3 is a good place to stop half way.

# %% id="start"
import torch
from sympy import Derivative, exp, log, sqrt, symbols

import lcutils as lc
from lcutils import memory, recall, tasks
from lcutils.proof import MatrixSymbol, dot, norm_sq, sign_variance
from lcutils.show import BLUE, GREEN, ORANGE, RED, label_lines
from lcutils.untrained import recalled

lc.start("08")

# %% [markdown] id="before"
# ## Before you begin

# %% id="08-recall_mean" tags=["exercise"]
### BEGIN SOLUTION
answer = "c"
### END SOLUTION
lc.quiz("08.recall_mean", answer=answer)

# %% id="08-recall_noise" tags=["exercise"]
### BEGIN SOLUTION
answer = "a"
### END SOLUTION
lc.quiz("08.recall_noise", answer=answer)

# %% [markdown] id="goods"
# ## 1. A mean that depends on the question
#
# Keep every pair of a key $k_i$ and a value $v_i$, here the price and stock of three goods.
# A question is a vector too, the *query* $q$, and its product with a key the *score* of that pair, $s_i = q \cdot k_i$.
#
# Let pair $i$ pull with $e^{s_i}$: always positive, and each point of score multiplies it by $e$.

# %% id="three-goods"
keys = torch.tensor([[2.0, 0.0], [0.0, 2.0], [1.0, 1.0]])  # apples, pears, plums: [n, K]
values = torch.tensor([[3.0, 10.0], [5.0, 7.0], [8.0, 2.0]])  # price and stock: [n, V]
q = torch.tensor([2.0, 0.0])  # asks for apples, and a little for plums
scores = keys @ q  # [n]
weights = scores.exp() / scores.exp().sum()
print("scores ", scores.numpy())
print("weights", weights.numpy().round(3))
print("read   ", (weights @ values).numpy().round(2))

# %% [markdown] id="softmax-attention"
# By hand: they pull with $e^4 = 54.6$, $e^0 = 1$ and $e^2 = 7.4$, together $63$, so apples weigh $54.6 / 63 = 0.87$.
# In general,
#
# $$c = \sum_i p_i v_i, \qquad p_i = e^{s_i} \big/ \textstyle\sum_j e^{s_j}$$
#
# The weights $p$ are the softmax of the scores, the mean $c$ is the *context vector* (Bahdanau et al., ICLR 2015), and the whole is *attention*.
# The pairs that are kept are its *cache*.

# %% id="08-one_pair" tags=["exercise"]
### BEGIN SOLUTION
answer = "v"
### END SOLUTION
lc.predict("08.one_pair", answer=answer)

# %% id="one-pair" tags=["after-prediction"]
rng = lc.rng("one pair")
k, v = torch.randn(1, 8, generator=rng), torch.randn(1, 8, generator=rng)  # [n, K], [n, V]
questions = torch.cat([-k, torch.randn(999, 8, generator=rng)])
read = (questions @ k.T).softmax(dim=1) @ v  # [1000, V]
claim = lc.claim(
    "08.always_v",
    "{value:,.0f} of 1,000 queries, -k among them, bring back exactly v.",
    (read == v).all(dim=1).sum(),
    between=(1000, 1000),
)
named = {"0": 0 * v, "v": v, "-v": -v}  # what -k, the first of the queries, may bring back
same = [name for name, value in named.items() if torch.equal(read[:1], value)]
lc.reveal("08.one_pair", claim, was=same[0] if same else "something between")

# %% [markdown] id="one-pair-seen" tags=["after-prediction"]
# One weight alone is $e^s / e^s = 1$, whatever $s$ is.
# **The weights add up to 1, so softmax attention cannot say "not found"**, unless a pair with the value 0 was stored to say it.

# %% [markdown] id="watch-before"
# ### The cache, seen
#
# Five facts; a key of length 1 for each name, and scores times 3.
# At fact 1, Bob's question has only Ann's city to read.

# %% id="watch"
facts = "Ann: Oslo, Bob: Rome, Cy: Lima, Dee: Kyiv, Ann: Lima"
lc.watch(facts, rungs="full_attention", sharpness=3, ask="Bob")

# %% [markdown] id="loss"
# ### Why the mean?
#
# By lesson 02 it is where $\sum_i e^{s_i} \lVert c - v_i \rVert^2$ is lowest.
# By hand, with pulls $3$ and $1$ at $3$ and $7$: $3 (c - 3)^2 + (c - 7)^2 = 4 (c - 4)^2 + 12$, and $4$ is the weighted mean.
# For any two pairs:

# %% id="context-vector"
V = symbols("V", positive=True, integer=True)
s1, s2, s3 = symbols("s_1 s_2 s_3", real=True)
c, v1, v2 = (MatrixSymbol(name, V, 1) for name in ("c", "v_1", "v_2"))
pull = exp(s1) * norm_sq(c - v1) + exp(s2) * norm_sq(c - v2)
mean = (exp(s1) * v1 + exp(s2) * v2) / (exp(s1) + exp(s2))
apart = exp(s1) * exp(s2) / (exp(s1) + exp(s2)) * norm_sq(v1 - v2)
lc.prove("08.context_vector", pull, (exp(s1) + exp(s2)) * norm_sq(c - mean) + apart)

# %% [markdown] id="loss-seen"
# Only the first term depends on $c$.
# Two pairs then act like one at their mean, so it holds for any number.

# %% [markdown] id="slope_own-exercise"
# ### How does a score learn?
#
# **Exercise 1** (3 minutes). A weight is $p_1 = e^{s_1} / (e^{s_1} + \text{the others})$.
# What is its derivative by its own score $s_1$? Write it in `p`, which is $p_1$.

# %% id="08-slope_own" tags=["exercise"]
p = symbols("p", positive=True)
### BEGIN SOLUTION
slope = p * (1 - p)
### END SOLUTION
### BEGIN STUDENT
# slope = None  # an expression in p
### END STUDENT
lc.check("08.slope_own", slope)

# %% [markdown] id="hints-slope_own"
# {{hints}}
#
# What is read moves with the weight.
# By hand: with the values $8$ and $4$ and equal scores, $6$ is read.
# Raise $s_1$ by $0.1$: its weight is $0.525$, and $6.1$ is read.
# For any two numbers $x_1$ and $x_2$:

# %% id="score-learns"
x1, x2 = symbols("x_1 x_2", real=True)
p1 = exp(s1) / (exp(s1) + exp(s2))
read = (x1 * exp(s1) + x2 * exp(s2)) / (exp(s1) + exp(s2))
lc.prove("08.score_learns", Derivative(read, s1), p1 * (x1 - read))

# %% [markdown] id="score-learns-seen"
# The slope is the weight, times how far the score's own value lies above what is read, here $\frac12 (8 - 6) = 1$.
# With more pairs, the others act like one.
# If one weight is nearly 1, its value *is* what is read, and the others hardly weigh: **scores then hardly learn any more.**
#
# ## 2. How sharp?
#
# So the size of the scores decides.
# Let the entries of query and key be $+1$ or $-1$ at random.
# By hand, with two entries: the score is $2$, $0$, $0$ or $-2$, of variance $\frac14 (4 + 4) = 2$.
# (In the equation entries are $\pm 1/\sqrt K$, hence the factors $\sqrt K$.)

# %% id="variance"
K = symbols("K", positive=True, integer=True)
q, k = MatrixSymbol("q", K, 1), MatrixSymbol("k", K, 1)
score = dot(sqrt(K) * q, sqrt(K) * k)
lc.prove("08.variance", sign_variance(score, q, k), K, reason="K products of signs")

# %% [markdown] id="variance-seen"
# Entries of mean $0$ and variance $1$ give the same, if all are independent.
# So scores spread by $\sqrt K$, and Vaswani et al. (NeurIPS 2017) divide by it.

# %% id="08-unscaled" tags=["exercise"]
### BEGIN SOLUTION
answer = 0.3  # a number between 0.06 and 1
### END SOLUTION
lc.predict("08.unscaled", answer=answer)


# %% id="largest"
def largest_weight(K, scale, rng):
    """The largest of 16 weights, in 1,000 draws"""
    q, k = torch.randn(1_000, 1, K, generator=rng), torch.randn(1_000, 16, K, generator=rng)
    return (scale * q @ k.mT).softmax(dim=2).amax(dim=(1, 2))  # [1000]


# %% id="sharpness" tags=["after-prediction"]
sizes, rng = [4, 16, 64, 256, 1024], lc.rng("sharpness")
kinds = {"no factor": lambda K: 1.0, "1/√K": lambda K: K**-0.5, "1/K": lambda K: 1 / K}
fig, ax = lc.subplots()
at_64 = []
for (label, scale), colour in zip(kinds.items(), (ORANGE, BLUE, RED), strict=True):
    found = [largest_weight(K, scale(K), rng).median().item() for K in sizes]
    at_64.append(found[sizes.index(64)])
    ax.plot(sizes, found, "o-", color=colour, label=label)
ax.set(xscale="log", xlabel="numbers in a key, K", ylabel="largest of 16 weights", ylim=(0, 1.05))
ax.set_xticks(sizes, sizes)
ax.minorticks_off()
label_lines(ax)
sentence = (
    f"K = 64: the largest weight is {at_64[0]:.2f} without a factor, {{value:.2f}} with 1/√K, "
)
sentence += f"{at_64[2]:.2f} with 1/K."
claim = lc.claim("08.sharpness", sentence, at_64[1], between=(0.19, 0.26))
lc.reveal("08.unscaled", lc.figure(fig, claim), was=at_64[0])

# %% [markdown] id="sharpness-seen" tags=["after-prediction"]
# With $1/\sqrt K$ the line is flat: wider keys are no sharper.
# Without it, a wide model with such entries begins with one weight near 1, chosen by chance.
# By exercise 1, how steep is the softmax there?

# %% id="stuck" tags=["after-prediction"]
rng = lc.rng("stuck")
stuck = {}
for scale in (1.0, 1024**-0.5):
    p = largest_weight(1024, scale, rng)
    stuck[scale] = (p * (1 - p) < 0.01).float().mean().item()
claim = lc.claim(
    "08.stuck",
    "K = 1,024: without the factor the largest weight p has a slope p(1 - p) below 0.01 in "
    f"{{value:.0%}} of the draws, with it in {stuck[1024**-0.5]:.0%}.",
    stuck[1.0],
    between=(0.68, 0.88),
)
lc.reveal("08.unscaled", claim)

# %% [markdown] id="agreeing" tags=["after-prediction"]
# That is for independent $q$ and $k$, as before training.
# Once training makes them agree, so that $q_i k_i$ is $\frac14$ on average, their score is near $K/4$: divided by $\sqrt K$ it grows with the width again, divided by $K$ it does not.
# So Yang et al. (Tensor Programs V, 2022) divide by $K$.

# %% [markdown] id="mask"
# ## 3. Not the future
#
# A model that learns to predict the next word must not see it: token $t$ may read tokens $1$ to $t$ only.
# All scores are computed at once, so the later ones must be hidden.
#
# It seems simplest to set the later *weights* to zero.
# By hand, with equal scores and values $6$, $3$, $9$: token 2 should read $4\frac12$, and reads $\frac13 (6 + 3) = 3$.
# With pair 3 as the future:

# %% id="mask-after"
masked_after = (exp(s1) * v1 + exp(s2) * v2) / (exp(s1) + exp(s2) + exp(s3))
lc.refute("08.mask_after", masked_after, mean)

# %% [markdown] id="mask-seen"
# The third score stands in the denominator: what is read today depends on tomorrow.
# Put $-\infty$ in the place of the hidden *scores*, before the softmax: $e^{-\infty} = 0$, above and below.
# (To divide what is left by its sum does the same, unless the future took all the weight.)
#
# **Exercise 2** (8 minutes). Attention with the scale $1/\sqrt K$ and the mask.


# %% id="08-causal_attention" tags=["exercise"]
def causal_attention(q, k, v):
    """q, k: [B, T, K], v: [B, T, V] -> o: [B, T, V], token t reads tokens 1 to t"""
    ### BEGIN SOLUTION
    T, K = q.shape[1:]
    later = torch.ones(T, T, dtype=torch.bool).triu(1)  # [T, T], True above the diagonal
    scores = (q @ k.mT * K**-0.5).masked_fill(later, -torch.inf)
    return scores.softmax(dim=2) @ v
    ### END SOLUTION


causal_attention = lc.check("08.causal_attention", causal_attention)

# %% [markdown] id="hints-causal_attention"
# {{hints}}
#
# ## 4. A cache, and no clock
#
# A new token brings one query, key and value.
# Earlier keys and values stay as they are, in deeper layers thanks to the mask, so a layer keeps them in its cache: $T (K + V)$ numbers after $T$ tokens.
# Is the same read from it, token by token, as all at once?

# %% id="cache"
rng = lc.rng("cache")
q_, k_, v_ = (torch.randn(1, 50, n, generator=rng, dtype=torch.float64) for n in (8, 8, 5))
at_once = causal_attention(q_, k_, v_)  # [B, T, V]
cache, reads = torch.zeros(1, 0, 1, 13, dtype=torch.float64), []  # [B, T, H, K + V]
for t in range(50):
    now = (x[:, t, None] for x in (q_, k_, v_))  # [B, H, K], [B, H, K], [B, H, V]
    o, cache = memory.full_attention_step(*now, cache)
    reads.append(o)
said = f"With a cache, {cache.numel()} numbers at the end, and all at once"
lc.same("08.cache", said, torch.cat(reads, dim=1), at_once, 1e-12)

# %% [markdown] id="order-before"
# Does the order of the pairs matter?
# Shuffle the first 49 pairs, and let token 50 ask again.

# %% id="order"
order = torch.cat([torch.randperm(49, generator=rng), torch.tensor([49])])
shuffled = causal_attention(q_[:, order], k_[:, order], v_[:, order])
lc.same("08.order", "Token 50, shuffled or not", shuffled[:, -1], at_once[:, -1], 1e-12)

# %% [markdown] id="order-seen"
# A sum over pairs has no order, as in lesson 05.
# **The cache keeps its rows in order, but what is read does not depend on it.**
# So Ann's two cities, above, weigh the same: which is newer?
#
# <details><summary>How, then, does a layer know the time?</summary>
#
# Some models give it no positions at all, and an earlier layer puts time into keys and values by its mask alone (Haviv et al., Findings of EMNLP 2022).
# Most of today's put the distance into the score: RoPE turns query and key by angles that grow with their places, so that of the places only the distance counts in the product (Su et al., 2021; Neurocomputing, 2024), and ALiBi takes off a slope times the distance (Press, Smith and Lewis, ICLR 2022), as the model of section 6 does, which learns its slope.
#
# </details>
#
# ## 5. What it forgets
#
# Nothing was thrown away.
# But the right pair shares the weight with all others.
#
# **Exercise 3** (3 minutes). The right one of $T \ge 2$ pairs has the score $s$, the others have 0.
# Which $s$ gives it half of the weight? An expression in `T`.

# %% id="08-score_needed" tags=["exercise"]
T = symbols("T", positive=True, integer=True)
### BEGIN SOLUTION
score = log(T - 1)
### END SOLUTION
### BEGIN STUDENT
# score = None  # an expression in T
### END STUDENT
lc.check("08.score_needed", score)

# %% [markdown] id="hints-score_needed"
# {{hints}}
#
# Can a score be so large?
#
# Take random keys and values of length 1, with $K = V = 16$.
# Each key is used as a query; an answer is right if its product with its own value is larger than with any of 255 that were never stored.
# Four memories: the sum $S = \sum_i k_i v_i^\top$ read as $S^\top q$, and attention with the factors $1/\sqrt K$, $\sqrt K$ and $K$.

# %% id="08-unit_keys" tags=["exercise"]
### BEGIN SOLUTION
answer = "1/sqrt(K)"
### END SOLUTION
lc.predict("08.unit_keys", answer=answer)


# %% id="recall"
def as_sum(keys, values):
    """What the sum gives back for each of its keys"""
    return keys @ (keys.T @ values)  # [n, V]


def softmax_of(factor):
    """The same for attention, with this factor"""
    return lambda keys, values: (factor * keys @ keys.T).softmax(dim=1) @ values  # [n, V]


# %% id="unit-keys" tags=["after-prediction"]
pairs, rng, at_64 = [8, 16, 32, 64, 128, 256, 512, 1024], lc.rng("unit keys"), {}
readers = {"the sum": ("the sum", as_sum, RED)}
readers |= {"1/sqrt(K)": ("factor 1/√K", softmax_of(16**-0.5), ORANGE)}
readers |= {"sqrt(K)": ("factor √K", softmax_of(16**0.5), GREEN)}
readers |= {"K": ("factor K", softmax_of(16.0), BLUE)}
fig, ax = lc.subplots()
for name, (label, read, colour) in readers.items():
    shares = [recalled(read, n, 16, 16, rng=rng).mean().item() for n in pairs]
    at_64[name] = shares[pairs.index(64)]
    ax.plot(pairs, shares, "o-", color=colour, label=label)
ax.set(xscale="log", xlabel="pairs", ylabel="share of right answers", ylim=(0, 1.05))
ax.set_xticks(pairs, pairs)
ax.minorticks_off()
label_lines(ax)
sentence = f"64 pairs: factor K {at_64['K']:.2f}, √K {at_64['sqrt(K)']:.2f}, the sum "
sentence += f"{at_64['the sum']:.2f}, 1/√K {{value:.2f}} of the answers right."
claim = lc.claim("08.too_flat", sentence, at_64["1/sqrt(K)"], between=(0.0, 0.07))
lc.reveal("08.unit_keys", lc.figure(fig, claim), was=min(at_64, key=at_64.get))

# %% [markdown] id="unit-keys-seen" tags=["after-prediction"]
# Keys of length 1 have right scores of $1$, and the usual factor makes them $\frac14$: the right pair pulls with $e^{1/4} = 1.28$, a stranger with about $1$.
# So every question reads nearly the mean of all values.
# **What counts is the sharpness that is left, not the factor.**

# %% [markdown] id="same_numbers-before"
# ### As many numbers for both
#
# Let both hold 4,096 numbers, judged as above: a sum with $K = V = 64$, and a cache of 32 pairs, each of 64 + 64.

# %% id="08-same_numbers" tags=["exercise"]
### BEGIN SOLUTION
answer = "the sum"
### END SOLUTION
lc.predict("08.same_numbers", answer=answer)


# %% id="error" tags=["hide-input"]
# The error of what is read.
def error_of(read, n, rng, K=64):
    """Squared error of a value, read-outs scaled as is best"""
    keys, values = tasks.unit_keys(4, n, K, rng=rng), tasks.unit_keys(4, n, K, rng=rng)
    o = torch.stack([read(*one) for one in zip(keys, values, strict=True)])
    best = (o * values).sum() / o.square().sum()
    return (best * o - values).square().sum(dim=2).mean().item()


# %% id="same-numbers" tags=["after-prediction"]
rng = lc.rng("same numbers")
share_sum = recalled(as_sum, 128, 64, 64, rng=rng).mean().item()
share_cache = recalled(softmax_of(64.0), 32, 64, 64, rng=rng).mean().item()
error_sum, error_cache = error_of(as_sum, 128, rng), error_of(softmax_of(64.0), 32, rng)
holds = lc.claim(
    "08.sum_holds",
    "The sum gives back {value:.2f} of 128 pairs, "
    f"the cache, with the factor K, {share_cache:.2f} of the 32 that it has room for.",
    share_sum,
    between=(0.96, 1.0),
)
error = lc.claim(
    "08.sum_error",
    "Squared error of a value of length 1, read-outs scaled as is best: sum {value:.2f}, "
    f"cache {error_cache:.3f}.",
    error_sum,
    between=(0.63, 0.71),
)
more = "the sum" if 128 * share_sum > 32 * share_cache else "the cache"
lc.reveal("08.same_numbers", holds, error, was=more)

# %% [markdown] id="same-numbers-seen" tags=["after-prediction"]
# The sum recalls nearly all of four times as many pairs, if a value only has to be told from 255 that were never stored.
# The value itself it does not give back, however its read-out is scaled.
# The cache does.

# %% [markdown] id="trained-before"
# ## 6. Learned
#
# A model of one layer learns texts such as `q 7 b 0 x 3 ... b q x`: letters are keys, digits their values, and then the letters are asked.
# Its queries and keys have any length, and a score falls with the distance.
# A key is made from the token before as well, so that a digit is found by its letter.

# %% id="trained"
seed = torch.randint(2**31, (1,), generator=lc.rng("trained")).item()
options = {"n_pairs": 4, "n_keys": 26, "n_values": 10, "steps": 150, "key_size": 16}
trained = recall.trained("full_attention", seed=seed, **options)

# %% id="trained-measured" tags=["hide-input"]
# How often it answers rightly.
lc.claim(
    "08.trained",
    "After 150 steps of training it answers {value:.3f} of the questions rightly.",
    trained.right,
    between=(0.98, 1.0),
)

# %% [markdown] id="scores-before"
# How sharp is it?
# The weights in a new text, a row for each token; framed: the digit asked for.

# %% id="scores" tags=["hide-input"]
# The layer's scores for 100 texts.
from torch.nn.functional import softplus


def scores_of(model, tokens):
    """tokens: [B, T] -> the scores of the model's layer: [B, T, T]"""
    mixer, x = model.mixers[0], model.norms[0](model.embedding(tokens))  # [B, T, d]
    before = torch.cat([torch.zeros_like(x[:, :1]), x[:, :-1]], dim=1)
    k = mixer.k(before + mixer.shift * (x - before))
    place = torch.arange(tokens.shape[1])
    distance = place[:, None] - place  # [T, T]
    return mixer.q(x) @ k.mT * k.shape[2] ** -0.5 - softplus(mixer.slope) * distance


texts = tasks.mqar(100, n_pairs=4, n_keys=26, n_values=10, rng=lc.rng("texts"))
with torch.no_grad():
    scores = scores_of(trained.model, texts.tokens).double()

# %% id="asked-for" tags=["hide-input"]
# The weights, and the places asked for.
later = torch.ones(12, 12, dtype=torch.bool).triu(1)
weights = scores.masked_fill(later, -torch.inf).softmax(dim=2)  # [B, T, T]
written, asked = texts.tokens[:, 0:8:2], texts.tokens[:, 8:]  # four letters each: [B, 4]
is_pair = asked[:, :, None] == written[:, None]
place = 2 * is_pair.int().argmax(dim=2) + 1  # of the digit: [B, 4]
on_digit = weights[:, 8:].gather(2, place[:, :, None])
digits = list(enumerate(place[0].tolist(), 8))  # row and column of each in the first text
names = [chr(ord("a") + n) if n < 26 else str(n - 26) for n in texts.tokens[0].tolist()]

# %% id="sharp" tags=["hide-input"]
# The figure: the weights of the first text.
from matplotlib.patches import Rectangle


def show_weights(ax, weights, framed):
    ax.imshow(weights, cmap="Blues", vmin=0, vmax=1)
    ax.set(xticks=range(12), yticks=range(12), xticklabels=names, yticklabels=names)
    ax.set(xlabel="read", ylabel="asks")
    for row, column in framed:
        ax.add_patch(
            Rectangle((column - 0.5, row - 0.5), 1, 1, fill=False, ec=ORANGE, lw=2, clip_on=False)
        )


fig, ax = lc.subplots(height=3.9)
show_weights(ax, weights[0], digits)
said = "Over 100 texts, the digit that is asked for gets {value:.3f} of the weight. In the median, "
said += f"its score is {on_digit.logit().median():.0f} higher than half of the weight would need."
lc.figure(fig, lc.claim("08.sharp", said, on_digit.mean(), between=(0.98, 1.0)))

# %% [markdown] id="exit"
# ## Exit question

# %% id="08-exit_absent" tags=["exercise"]
### BEGIN SOLUTION
answer = "d"
### END SOLUTION
lc.quiz("08.exit_absent", answer=answer)

# %% [markdown] id="take-away"
# ## Take away
#
# - A context vector is the mean of all values, weighted by $e^{q \cdot k_i}$: the minimiser of a weighted squared loss.
# - The weights add up to 1: there is no "not found", unless it is stored.
# - Scores of independent entries of size 1 spread by $\sqrt K$; divided by it, sharpness does not depend on the width. Once such queries and keys agree, it takes $1/K$; keys of length 1 need a *larger* factor.
# - A mask goes before the softmax.
# - A cache keeps everything in $T(K+V)$ numbers, read without regard to order; one of $T$ pairs has at least half of the weight if its score leads every other by $\ln (T-1)$.

# %% [markdown] id="more-time"
# ## If you have more time
#
# - One question: a factor for 1,000 pairs (1 minute).
# - When the right pair drowns (2 minutes).
# - A row with nothing to read: exercise 4 (5 minutes).
# - Several questions at once: exercise 5 (12 minutes).
# - The mask, too late, in the trained layer (4 minutes).
# - Between the mean and the one (3 minutes).

# %% id="08-exit_scale" tags=["exercise"]
### BEGIN SOLUTION
answer = "b"
### END SOLUTION
lc.quiz("08.exit_scale", answer=answer)

# %% [markdown] id="drowned"
# ### When does the right pair drown?
#
# Keys of length 1, $K = 16$, as in section 5.
# With the factor $\sqrt K$ the right score is 4, as for random signs with the usual $1/\sqrt K$; the others have variance 1 around 0, so each pulls with about $e^{1/2}$.
# The right pair then has half of the weight among $1 + e^{4 - 1/2} \approx 34$ pairs.
# Less is enough to be recognised, as the other values partly cancel; with many more pairs it drowns.
# With the factor $K$ the right score is 16: the number of random pairs that can be told apart grows exponentially with $K$ (Ramsauer et al., ICLR 2021).

# %% [markdown] id="padded_attention-exercise"
# ### A row with nothing to read
#
# **Exercise 4** (5 minutes). Find the bug.
# Texts of different lengths are filled up to $N$ with padding, which `is_word` marks with `False`.
# One query reads each text.
# It worked for weeks; then one night the loss was NaN.
# A text without any word should give zeros.


# %% id="08-padded_attention" tags=["exercise"]
def padded_attention(q, k, v, is_word):
    """q: [B, K], k: [B, N, K], v: [B, N, V], is_word: [B, N] -> o: [B, V], 0 without words"""
    ### BEGIN SOLUTION
    scores = (k @ q[:, :, None])[..., 0] * q.shape[1] ** -0.5  # [B, N]
    weights = scores.masked_fill(~is_word, -torch.inf).softmax(dim=1).nan_to_num()
    return (weights[:, None] @ v)[:, 0]
    ### END SOLUTION
    ### BEGIN STUDENT
    # scores = (k @ q[:, :, None])[..., 0] * q.shape[1] ** -0.5  # [B, N]
    # weights = scores.masked_fill(~is_word, -torch.inf).softmax(dim=1)
    # return (weights[:, None] @ v)[:, 0]
    ### END STUDENT


padded_attention = lc.check("08.padded_attention", padded_attention)

# %% [markdown] id="hints-padded_attention"
# {{hints}}
#
# <details><summary>Once it is mended: why here and not later?</summary>
#
# Whoever mends the output alone, $o$ in place of the weights, has NaN in the gradient of $v$ still: going back, 0 times NaN is NaN.
#
# </details>

# %% [markdown] id="multi_head-exercise"
# ### Several questions at once
#
# One softmax reads one mean, in which values are mixed.
# To keep two apart, a token reads with several: *heads*, each with its own part of the numbers of query, key and value.
# The cache then holds $T H (K + V)$ numbers, fewer if heads share keys and values (Shazeer, 2019; Ainslie et al., EMNLP 2023).
#
# **Exercise 5** (12 minutes). Attention in $H$ heads.
# The first $K$ numbers belong to the first head, and so on; scale and mask as before.


# %% id="08-multi_head" tags=["exercise"]
def multi_head(q, k, v, n_heads):
    """q, k: [B, T, H K], v: [B, T, H V] -> o: [B, T, H V], causal attention in each head"""
    ### BEGIN SOLUTION
    q, k, v = (x.unflatten(2, (n_heads, -1)).transpose(1, 2) for x in (q, k, v))
    o = torch.nn.functional.scaled_dot_product_attention(q, k, v, is_causal=True)
    return o.transpose(1, 2).flatten(2)  # [B, H, T, V] -> [B, T, H V]
    ### END SOLUTION


multi_head = lc.check("08.multi_head", multi_head)

# %% [markdown] id="hints-multi_head"
# {{hints}}
#
# ### The mask, too late
#
# The trained layer's weights again, with all scores times the sharpness.
# The mask hides scores if `mask_first` is 1, and else sets weights to zero after the softmax.
# Framed: the digit that is asked for, and the token after the one that asks, which is the future.


# %% id="play" tags=["hide-input"]
# The sliders.
def masked(scores, mask_first):
    if mask_first:
        return scores.masked_fill(later, -torch.inf).softmax(dim=-1)
    return scores.softmax(dim=-1).masked_fill(later, 0)


def draw(ax, sharpness, mask_first):
    shown = masked(sharpness * scores[0], mask_first)
    show_weights(ax, shown, [*digits, (8, 9), (9, 10), (10, 11)])
    title = "−∞ before the softmax" if mask_first else "0 after the softmax"
    ax.set_title(f"{title}\nlightest row: {shown.sum(dim=1).min():.2f}")


lc.play(draw, sharpness=(0.0, 1.0, 1.0, 0.05), mask_first=(0, 1, 1))

# %% id="play-settings" tags=["hide-input"]
# The figure: the mask first, and last.
fig, axes = lc.subplots(1, 2, height=3.9)
for ax, mask_first in zip(axes, (1, 0), strict=True):
    draw(ax, 1.0, mask_first)
next_token = torch.arange(9, 12).expand(100, 3)  # the last letter has nothing behind itself
columns = torch.stack([place[:, :3], next_token], dim=2)
two = scores.softmax(dim=2)[:, 8:11].gather(2, columns).sum(dim=2)
claim = lc.claim(
    "08.two_places",
    "With no mask before the softmax, a letter that asks gives {value:.2f} of its weight to the two "
    "places framed in its row.",
    two.mean(),
    between=(0.95, 1.0),
)
lc.figure(fig, claim)

# %% [markdown] id="play-seen"
# A key is made from the token before as well (RWKV and H3 call that a *shift*; elsewhere it is a short convolution).
# So the next token's key has the letter that asks in it and matches, too, and its distance, $-1$, even adds to its score.
# A zero put there afterwards leaves the row too light.
#
# ### Between the mean and the one
#
# Multiply all scores by a sharpness $\lambda$.
# At $\lambda = 0$ what is read is the plain mean.
# How does it move from there?
# By hand, with scores $\pm 1$ and values $1$ and $0$: at first $\frac12$ is read, at $\lambda = 0.1$ it is $e^{0.1} / (e^{0.1} + e^{-0.1}) = 0.55$, a slope of $\frac12$.
# For any two:

# %% id="sharpness-moves"
sharpness = symbols("lambda", real=True)
e1, e2 = exp(sharpness * s1), exp(sharpness * s2)
read = (x1 * e1 + x2 * e2) / (e1 + e2)
lc.prove(
    "08.sharpness_moves",
    Derivative(read, sharpness),
    e1 * e2 / (e1 + e2) ** 2 * (s1 - s2) * (x1 - x2),
)

# %% [markdown] id="sharpness-moves-seen"
# That is the covariance of scores and values under the weights.
# At $\lambda = 0$, with $T$ pairs whose scores have mean 0, it is $\tfrac1T \sum_i s_i v_i$: **to first order, blunt attention reads the sum of section 5**, times $\lambda / T$, on top of the mean.
#
# ## Sources
#
# - The article: an introduction to ultra-long context in language models, in Chinese, section 4.2, items 1 and 3, its two context vectors.
# - Ainslie et al., GQA: training generalized multi-query transformer models from multi-head checkpoints, EMNLP 2023.
# - Bahdanau, Cho and Bengio, Neural machine translation by jointly learning to align and translate, ICLR 2015.
# - Fu et al., Hungry hungry hippos: towards language modeling with state space models (H3), ICLR 2023.
# - Haviv, Ram, Press, Izsak and Levy, Transformer language models without positional encodings still learn positional information, Findings of EMNLP 2022.
# - Peng et al., RWKV: reinventing RNNs for the transformer era, Findings of EMNLP 2023.
# - Press, Smith and Lewis, Train short, test long: attention with linear biases enables input length extrapolation (ALiBi), ICLR 2022.
# - Ramsauer et al., Hopfield networks is all you need, ICLR 2021.
# - Shazeer, Fast transformer decoding: one write-head is all you need, 2019.
# - Su et al., RoFormer: enhanced transformer with rotary position embedding (RoPE), 2021; Neurocomputing, 2024.
# - Vaswani et al., Attention is all you need, NeurIPS 2017.
# - Yang et al., Tensor programs V: tuning large neural networks via zero-shot hyperparameter transfer, 2022.

# %% id="report"
lc.report()
