# %% [markdown] id="promise"
# # 02 · What a word vector is
#
# **Is a word equal to its company?**
#
# A model cannot multiply the word "matrix" by anything.
# It needs a vector for it: some numbers that are near those of "matrices" and far from those of "returns".
# Nobody writes these numbers by hand.
# A language model learns them while it learns to predict the next word; here we learn them alone, from the *company* that a word keeps, the words that stand near it in many texts (Firth, 1957).
#
# After this lesson you can say what comes of moving each word towards its company, write the loss of skip-gram with negative sampling, prove what it learns, and check the proof on real prose.
#
# You need dot products, logarithms, derivatives, some PyTorch.
# The core path takes about 85 minutes; the end of section 3 is a good place to stop half way.

# %% id="start"
import math

import torch
from sympy import OneMatrix, exp, log, symbols
from torch.nn.functional import logsigmoid, normalize

import lcutils as lc
from lcutils import text
from lcutils.proof import MatrixSymbol, dot, each, half_norm_sq, norm_sq

lc.start("02")

# %% [markdown] id="company"
# ## 1. Company, counted
#
# The text is on your machine: the documentation inside two Python packages, PyTorch and SymPy.
# Reading their sources takes some ten seconds; it is done once, and the prose is kept.
# We keep the 1,000 most frequent words and drop the others.
# The company of a word is the 5 words before it and the 5 after it, of those that are kept.
# `counts[w, c]` says how often word $c$ was in the company of word $w$.

# %% id="counts"
prose = text.paragraphs(["torch", "sympy"])
number = text.vocabulary(prose, 1_000)  # word -> 0 to 999
words = list(number)
counts = text.cooccurrence_counts(prose, number, window=5).float()  # [N, N], symmetric

# %% id="coverage" tags=["hide-input"]
# How much of the text these words are.
spoken = [word for paragraph in prose for word in paragraph.words]
share = sum(word in number for word in spoken) / len(spoken)
sentence = f"The 1,000 words are {{value:.2f}} of all {len(spoken):,} in the text."
lc.claim("02.coverage", sentence, share, between=(0.75, 0.87))

# %% id="raw-company"
for word in ("matrix", "gradient", "true"):
    often = counts[number[word]].topk(6).indices
    print(f"{word:9} {' '.join(words[c] for c in often)}")

# %% [markdown] id="raw-company-seen"
# That was disappointing: "the" is in everybody's company.
# We come back to these counts in section 4, with a better question.
#
# ## 2. A word in its company's place
#
# The article that this workbook grew from derives word vectors in three lines.
# In our words: let $v$ be the vector of a word and $x$ that of its context; the loss is $\tfrac12 \lVert v - x \rVert^2$; its gradient is $v - x$; at the minimum $v = x$, so a word's vector equals its context's.
# The gradient is right:

# %% id="one-target"
d = symbols("d", positive=True, integer=True)
v, u, x, x1, x2 = (MatrixSymbol(s, d, 1) for s in ("v", "u", "x", "x_1", "x_2"))
lc.prove("02.one_target", lc.grad(half_norm_sq(v - x), v), v - x, torch=True)

# %% [markdown] id="many-targets"
# But a word has many contexts.
# Say that those with the vectors $x_1, x_2, \dots$ came $a_1, a_2, \dots$ times: the loss is $\sum_i a_i \lVert v - x_i \rVert^2$ (without the $\tfrac12$, which moves no minimum).
# The vector cannot be in all these places.
#
# **Exercise 1** (4 minutes). Where is this loss lowest?


# %% id="02-weighted_mean" tags=["exercise"]
def weighted_mean(x, a):
    """x: [N, D], weights a > 0: [N] -> the v that minimises sum a_i ||v - x_i||^2: [D]"""
    ### BEGIN SOLUTION
    return a @ x / a.sum()
    ### END SOLUTION


weighted_mean = lc.check("02.weighted_mean", weighted_mean)

# %% [markdown] id="hints-weighted_mean"
# {{hints}}
#
# Proof, by completing the square, for two places:

# %% id="mean-proved" tags=["hide-input"]
# Proved: two places act like one.
a1, a2 = symbols("a_1 a_2", positive=True)
mean = (a1 * x1 + a2 * x2) / (a1 + a2)
two_places = a1 * norm_sq(v - x1) + a2 * norm_sq(v - x2)
apart = a1 * a2 / (a1 + a2) * norm_sq(x1 - x2)
lc.prove("02.mean", two_places, (a1 + a2) * norm_sq(v - mean) + apart)

# %% [markdown] id="mean-seen"
# One term does not depend on $v$: two places act like one, with the weight of both, at their weighted mean.
# So three act like two, and so on: the loss is lowest at the weighted mean of all, and nowhere else.
# So far so good: *if the contexts hold still*, a word comes to rest at the weighted mean of its company.
#
# But a context is a word, too, and its vector $u$ is learned by the same rule.
# Take a word and a context that meet only each other, and put each in the place of the other, both at the same moment.

# %% id="swap"
lc.refute("02.equal_after", v - (v - u), u - (u - v))

# %% [markdown] id="swap-seen"
# They are not equal: they have changed places, and so on for ever.
#
# ### The whole text
#
# Each of the 1,000 words gets a vector $v$ as a word and a vector $u$ as a context, 64 random numbers each.
# In each step every vector goes half of the way to the weighted mean of its company: a gradient step whose size is divided by how often the word came.
# At the start two different words have a cosine of about $0$, and the loss (the mean of $\tfrac12 \lVert v_w - u_c \rVert^2$ over all pairs) is about $1$.

# %% id="02-collapse" tags=["exercise"]
### BEGIN SOLUTION
answer = [1, 0]  # the mean cosine and the loss, such as [0.5, 0.5]
### END SOLUTION
lc.predict("02.collapse", answer=answer)


# %% id="article-rule"
def cosines(v):
    v = normalize(v, dim=1)
    return v @ v.T  # [N, N]


def article_rule(rng, learn_contexts, steps=50, eta=0.5):
    """The mean cosine of two words at each step, and the loss at the end"""
    share = counts / counts.sum(dim=1, keepdim=True)  # [N, N], company as parts
    v, u = torch.randn(2, 1_000, 64, generator=rng) / 8
    history = [cosines(v).mean().item()]
    for _ in range(steps):
        mean_u, mean_v = share @ u, share @ v  # counts are symmetric
        v = v - eta * (v - mean_u)
        u = u - eta * (u - mean_v) if learn_contexts else u
        history.append(cosines(v).mean().item())
    squares = torch.cdist(v, u).square()  # [N, N]
    return history, (counts * squares).sum() / counts.sum() / 2


# %% id="collapse-measured" tags=["after-prediction"]
# Run this cell once you have guessed.
from lcutils.show import BLUE, GREEN, GREY, ORANGE, label_lines

learned, loss_learned = article_rule(lc.rng("collapse"), learn_contexts=True)
frozen, loss_frozen = article_rule(lc.rng("collapse"), learn_contexts=False)
fig, ax = lc.subplots()
ax.plot(frozen, color=GREY, label="contexts held still")
ax.plot(learned, color=ORANGE, label="both learned")
ax.set(xlabel="step", ylabel="mean cosine of two words", ylim=(0, 1.03))
label_lines(ax)
sentence = "After 50 steps two words have a mean cosine of {value:.4f}: one vector for all."
cosine = lc.claim("02.collapsed", sentence, round(learned[-1], 4), between=(0.9999, 1.0))
sentence = "The loss is {value:.6f}; with contexts held still it is " + f"{loss_frozen:.1f}."
low = lc.claim("02.collapsed_loss", sentence, loss_learned, between=(0.0, 1e-7))
found = [round(learned[-1], 4), round(loss_learned.item(), 6)]
lc.reveal("02.collapse", lc.figure(fig, cosine), low, was=found)

# %% id="gap" tags=["after-prediction"]
# Run this cell once you have guessed.
eta = symbols("eta", positive=True)
gap_after = (v - eta * (v - u)) - (u - eta * (u - v))
lc.reveal(
    "02.collapse",
    "**The best loss is the worst embedding.** A word and a context that meet only each other "
    "show why. Steps of a size $\\eta$ between 0 and 1 bring them together, as this factor shows, "
    "and $\\eta = \\tfrac12$ at once. In the end the article's $v = x$ is true, and that is the "
    "trouble.",
    lc.prove("02.gap", gap_after, (1 - 2 * eta) * (v - u)),
)

# %% [markdown] id="collapse-seen" tags=["after-prediction"]
# In a whole text, too, it is no accident: a sum of squares is zero only where each of them is, so every $v_w$ must equal every $u_c$ that it ever met.
# Two words that share a context must therefore be equal, and so on: if a chain of shared contexts leads from each word to each other one, all must.
# (With the contexts held still the words are rather alike, too: the most frequent words are in nearly every mean. But only learning both makes them one.)

# %% id="one-part" tags=["after-prediction"]
# Run this cell once you have guessed.
reached = torch.zeros(1_000)
reached[number["matrix"]] = 1.0
for _ in range(10):
    reached = (reached @ counts @ counts > 0).float()  # word, context, word
sentence = "From 'matrix', chains of shared contexts lead to {value:.0f} of 1,000 words."
linked = lc.claim("02.one_part", sentence, reached.sum(), between=(999, 1000))
only = "The rule only pulls. To tell words apart, a loss must push as well."
lc.reveal("02.collapse", linked, only)

# %% [markdown] id="push"
# ## 3. A question with a wrong answer
#
# Let a loss ask a question that can be answered wrongly.
# *Skip-gram* (Mikolov, Chen, Corrado and Dean, 2013) asks: given the word, which context comes?
# A language model asks the same of a whole text.
# The rows of $U$ are the vectors of all $N$ contexts, the scores are $U v$, and softmax turns them into probabilities $p = e^{Uv} / \mathbf 1^\top e^{Uv}$.
# The loss is minus the logarithm of the right one's probability; with $t$ the column that has a 1 there, its gradient is

# %% id="skip-gram"
N = symbols("N", positive=True, integer=True)
U, t = MatrixSymbol("U", N, d), MatrixSymbol("t", N, 1)
v_w, u_c = MatrixSymbol("v_w", d, 1), MatrixSymbol("u_c", d, 1)
total = dot(OneMatrix(N, 1), each(exp, U * v))
skip_gram_loss = log(total) - dot(t, U * v)
p = 1 / total * each(exp, U * v)
lc.prove("02.skip_gram", lc.grad(skip_gram_loss, v), U.T * (p - t), torch=True)

# %% [markdown] id="skip-gram-seen"
# A step against it pulls $v$ to the context that came, $U^\top t$, and pushes it away from those that were expected, $U^\top p$.
# That is the push, which the rule of section 2 has not.
# But each step needs all $N$ contexts.
#
# *Negative sampling*, from their next paper, asks a smaller question: is this pair from the text, or was its context drawn at random?
# The logistic function $\sigma(s) = 1/(1 + e^{-s})$ turns the score $s = v \cdot u$ into a probability for "from the text".
# For each pair of the text, $n_{neg}$ contexts $u_i$ are drawn.
# The loss of the pair is
#
# $$-\log \sigma(v \cdot u) - \sum_{i=1}^{n_{neg}} \log \sigma(-v \cdot u_i)$$
#
# **Exercise 2** (7 minutes). Write the mean of this loss over a batch of $B$ pairs.
# (Skip-gram with negative sampling is called SGNS.)


# %% id="02-sgns_loss" tags=["exercise"]
def sgns_loss(v, u, u_noise):
    """v, u: [B, D] words and contexts, u_noise: [B, n_neg, D] drawn contexts -> the loss: []"""
    ### BEGIN SOLUTION
    near = (v * u).sum(dim=1)  # [B]
    far = (u_noise @ v[:, :, None]).squeeze(2)  # [B, n_neg]
    return -(logsigmoid(near) + logsigmoid(-far).sum(dim=1)).mean()
    ### END SOLUTION


sgns_loss = lc.check("02.sgns_loss", sgns_loss)

# %% [markdown] id="hints-sgns_loss"
# {{hints}}
#
# Pull and push are in its gradient, too, here with one drawn context:

# %% id="pull-push" tags=["hide-input"]
# Proved: the gradient, one context drawn.
u1 = MatrixSymbol("u_1", d, 1)


def sigma(s):
    return 1 / (1 + exp(-s))


pair_loss = -log(sigma(dot(v, u))) - log(sigma(-dot(v, u1)))
pull_push = (sigma(dot(v, u)) - 1) * u + sigma(dot(v, u1)) * u1
lc.prove("02.pull_push", lc.grad(pair_loss, v), pull_push, torch=True)

# %% [markdown] id="rest"
# A pair that scores high is hardly pulled any more; a drawn one is pushed in proportion to $\sigma$, as far as it is taken for a real one.
#
# ## 4. Where it comes to rest
#
# Look at one word $w$ and one context $c$, with the score $s = v_w \cdot u_c$.
# The pair was seen $n_{wc}$ times, the word $n_w$ and the context $n_c$ times among all $n$ pairs.
# Let contexts be drawn as often as they occur, $n_{neg}$ for each pair of the text.
# Then this one is drawn for this word, on average,
#
# $$E = n_{neg} \frac{n_w n_c}{n}$$
#
# times. All that the loss has to say about $s$ is $-n_{wc} \log \sigma(s) - E \log \sigma(-s)$.
# The derivative of $\log \sigma(s)$ is $1 - \sigma(s) = \sigma(-s)$, so the slope is
#
# $$-n_{wc}\, \sigma(-s) + E\, \sigma(s)$$
#
# **Exercise 3** (5 minutes). Where is the slope zero? Give $e^s$ there, with $E$ written out.

# %% id="02-optimum" tags=["exercise"]
n_wc, n_w, n_c, n, n_neg = symbols("n_wc n_w n_c n n_neg", positive=True)
### BEGIN SOLUTION
e_to_s = n_wc * n / (n_neg * n_w * n_c)
### END SOLUTION
### BEGIN STUDENT
# e_to_s = None  # an expression such as n_wc + n / n_neg
### END STUDENT
lc.check("02.optimum", e_to_s)

# %% [markdown] id="hints-optimum"
# {{hints}}
#
# Is this the lowest point? Write the slope as a product:

# %% id="optimum-proved" tags=["hide-input"]
# Proved: the slope, as a product.
s, E = symbols("s", real=True), symbols("E", positive=True)
loss = -n_wc * log(sigma(s)) - E * log(sigma(-s))
product = sigma(s) * (E - n_wc * exp(-s))
reason = "Below zero up to one s, and above zero from there on"
lc.prove("02.pmi_optimum", lc.grad(loss, s), product, reason=reason)

# %% [markdown] id="pmi-named"
# ### More often than by chance
#
# So there is one lowest point, and its $s$ is the logarithm of what you found.
# A part of it has a name.
# How many times more often do two words meet than by chance?
# With the probabilities $p_{wc} = n_{wc}/n$, $p_w = n_w/n$ and $p_c = n_c/n$ the logarithm of that is $\log \frac{p_{wc}}{p_w p_c}$, the *pointwise mutual information*, PMI.
# The rest is $-\log n_{neg}$: **negative sampling learns $v_w \cdot u_c = \mathrm{PMI} - \log n_{neg}$** (Levy and Goldberg, 2014), if each pair can choose its score freely, and has been seen at all.
#
# **Exercise 4** (5 minutes). Compute the PMI of all pairs from their counts.


# %% id="02-pmi" tags=["exercise"]
def pmi(counts):
    """counts: [N, M] -> log(p_wc / (p_w p_c)): [N, M], natural logarithm; -inf for a count of 0"""
    ### BEGIN SOLUTION
    p = counts / counts.sum()
    return torch.log(p / (p.sum(dim=1, keepdim=True) * p.sum(dim=0)))
    ### END SOLUTION


pmi = lc.check("02.pmi", pmi)

# %% [markdown] id="hints-pmi"
# {{hints}}
#
# Here is the better question for section 1's counts: not who is often there, but who is there more often than by chance?

# %% id="pmi-company"
information = pmi(counts).where(counts >= 10, -math.inf)  # rarer pairs say little
for word in ("matrix", "gradient", "true"):
    above_chance = information[number[word]].topk(6).indices
    print(f"{word:9} {' '.join(words[c] for c in above_chance)}")

# %% [markdown] id="freely"
# Can each pair choose its score freely?
# With as many dimensions as words, yes: take $U = I$, then row $w$ of $V$ may hold any scores.
# With fewer the table of scores $V U^\top$ has at most rank $d$, and its entries depend on each other.
#
# Take the 300 most frequent words, $n_{neg} = 5$, and all pairs at once, with their counts in place of samples.
# With 300 dimensions each of the 90,000 scores is free; with 16 there are 9,600 numbers to make them from.

# %% id="02-dimensions" tags=["exercise"]
### BEGIN SOLUTION
answer = [0.5, 1.0]  # two correlations, such as [0.2, 0.4]
### END SOLUTION
lc.predict("02.dimensions", answer=answer)


# %% id="embed"
def all_pairs_loss(v, u, counts, n_neg=5):
    """The loss of all pairs of the text; v, u: [N, d], counts: [N, N]"""
    drawn = n_neg * counts.sum(dim=1, keepdim=True) * counts.sum(dim=0) / counts.sum()
    scores = v @ u.T  # [N, N]
    return -(counts * logsigmoid(scores) + drawn * logsigmoid(-scores)).sum()


def two_starts(N, d, rng):
    return torch.randn(2, N, d, generator=rng) / d**0.5


# %% id="descend"
def descend(loss, tables, steps):
    """The tables after so many steps, which become smaller and smaller, down the loss"""
    tables = [table.clone().requires_grad_() for table in tables]
    optimizer = torch.optim.Adam(tables, betas=(0.9, 0.9))
    for step in range(steps):
        optimizer.param_groups[0]["lr"] = 0.05 * (1 - step / steps)
        optimizer.zero_grad()
        loss(*tables).backward()
        optimizer.step()
    return [table.detach() for table in tables]


# %% id="dimensions-measured"
few = counts[:300, :300]
seen, wanted = few > 0, pmi(few) - math.log(5)


def learned_scores(d, steps=200):
    tables = two_starts(300, d, lc.rng("dimensions"))
    v, u = descend(lambda v, u: all_pairs_loss(v, u, few), tables, steps)
    return v @ u.T


def correlation(scores, pairs=seen):
    return torch.corrcoef(torch.stack([wanted[pairs], scores[pairs]]))[0, 1].item()


# %% id="dimensions-claimed" tags=["after-prediction"]
# Run this cell once you have guessed.
scores = {d: learned_scores(d) for d in (16, 300)}
often = correlation(scores[16], few >= 10)
sentence = "d = 16: r = {value:.2f}; " + f"over the pairs seen at least ten times, {often:.2f}."
r_16 = lc.claim("02.few", sentence, correlation(scores[16]), between=(0.45, 0.62))
sentence = (
    f"d = 300: r = {correlation(scores[300]):.2f}; a score is off by {{value:.3f}} on average."
)
off = lc.claim("02.enough", sentence, (scores[300] - wanted)[seen].abs().mean(), between=(0, 0.02))
lc.reveal("02.dimensions", r_16, off, was=[correlation(scores[d]) for d in (16, 300)])

# %% id="dimensions-figure" tags=["after-prediction"]
# Run this cell once you have guessed.
fig, axes = lc.subplots(1, 2, sharey=True, height=3)
for ax, (size, colour) in zip(axes, ((16, ORANGE), (300, BLUE)), strict=True):
    ax.plot([-6, 4], [-6, 4], color=GREY, lw=1)
    ax.plot(wanted[seen][::20], scores[size][seen][::20], ".", ms=2, color=colour)
    ax.set(title=f"d = {size}", xlabel="PMI - log 5", xlim=(-6, 4))
axes[0].set(ylabel="learned score", ylim=(-6, 5))
lc.reveal(
    "02.dimensions",
    lc.figure(fig, "300 words: few dimensions approximate, enough reach it."),
    "With few dimensions the vectors cannot keep all scores, and give up the rare pairs first, "
    "which have little weight in the loss. Does that hurt?",
)

# %% [markdown] id="neighbours"
# ## 5. Whose company is alike?
#
# Take the words whose vectors are nearest, by cosine.
# A plain way needs no training: let a word's vector be its row of positive PMI, 1,000 numbers, with 0 in place of everything negative.


# %% id="neighbours-shown"
def nearest(v, word, n=5):
    closeness = cosines(v)[number[word]]
    return " ".join(words[i] for i in closeness.topk(n + 1).indices[1:])  # not itself


positive = pmi(counts).clamp(min=0)  # [N, N]
for word in ("matrix", "gradient", "error", "integer", "true"):
    print(f"{word:9} {nearest(positive, word)}")

# %% [markdown] id="probe"
# Nobody told it that "matrix" has a plural, or what an exception is.
# And "true" is nearest to "false": opposites keep the same company.
#
# A fair judge is a question with a known answer.
# For each word that is there with and without a final s ("tensor" and "tensors", "return" and "returns"): is the one with the s among the ten nearest?
# By chance it would be in one case of a hundred.
# Let us ask raw counts, positive PMI, the same cut down to 64 numbers by a singular value decomposition, and 64 trained numbers.


# %% id="probe-measured"
pairs = [(i, number[w + "s"]) for w, i in number.items() if len(w) > 2 and w + "s" in number]
word, with_s = torch.tensor(pairs).T


def share_found(v):
    others = cosines(v).fill_diagonal_(-1.0)  # a word is no neighbour of its own
    ten = others[word].topk(10, dim=1).indices  # [words asked, 10]
    return (ten == with_s[:, None]).any(dim=1).float().mean().item()


def sgns(rng):
    v, u = two_starts(1_000, 64, rng)
    return descend(lambda v, u: all_pairs_loss(v, u, counts), (v, u), steps=100)[0]


# %% id="probe-asked"
trained = sgns(lc.rng("neighbours"))
left, sizes, _ = torch.linalg.svd(positive)
short = left[:, :64] * sizes[:64].sqrt()  # [N, 64]
found = {
    "counts, 1,000 numbers": share_found(counts),
    "positive PMI, 1,000 numbers": share_found(positive),
    "positive PMI, 64 numbers": share_found(short),
    "SGNS, 64 numbers": share_found(trained),
}

# %% id="probe-figure" tags=["hide-input"]
# The figure: who finds the form with s.
fig, ax = lc.subplots(height=2.2)
ax.barh(list(found), list(found.values()), color=[GREY, GREEN, GREEN, BLUE])
ax.invert_yaxis()
ax.set(xlim=(0, 1), xlabel=f"share of {len(word)} words whose form with s is near (chance: 0.01)")
_, pmi_found, short_found, sgns_found = found.values()
sentence = "64 trained numbers find {value:.2f}, " + f"64 counted ones {short_found:.2f}, "
sentence += f"1,000 counted ones {pmi_found:.2f}."
lc.figure(fig, lc.claim("02.trained", sentence, sgns_found, between=(0.5, 0.8)))

# %% [markdown] id="probe-seen"
# So few words are asked that a difference of less than a tenth says little.
# But here is a surprise: on this text, *counting well is as good as training* (for other texts see Levy, Goldberg and Dagan, 2015).

# %% [markdown] id="play-before"
# Play: choose one of eight words by its number, a window of one word to six on each side, and $n_{neg}$, whose logarithm is taken off the PMI before what is negative is made zero (all among the 500 most frequent words).
# Which neighbours come, and which go?


# %% id="play" tags=["hide-input"]
# The sliders.
asked = ["matrix", "gradient", "error", "integer", "true", "first", "returns", "function"]
frequent = {word: i for word, i in number.items() if i < 500}
by_window = [text.cooccurrence_counts(prose, frequent, w).float() for w in range(1, 7)]


def draw(ax, word, window, n_neg):
    rows = (pmi(by_window[window - 1]) - math.log(n_neg)).clamp(min=0)  # [500, 500]
    rows = normalize(rows, dim=1)
    closest = (rows @ rows[number[asked[word]]]).topk(9)  # the first is the word itself
    ax.barh([words[i] for i in closest.indices[1:]], closest.values[1:], color=BLUE)
    ax.invert_yaxis()
    ax.set(title=f"{asked[word]}, window {window}", xlim=(0, 1), xlabel="cosine")


lc.play(draw, word=(0, 7, 0), window=(1, 6, 5), n_neg=(1, 5, 1))

# %% id="play-settings" tags=["hide-input"]
# The figure: "matrix" with three windows.
fig, axes = lc.subplots(1, 3, height=2.6)
for ax, window in zip(axes, (1, 3, 6), strict=True):
    draw(ax, word=0, window=window, n_neg=1)
narrow, wide = (cosines(pmi(by_window[w]).clamp(min=0)).mean() for w in (0, 5))
sentence = "A wider window brings other neighbours, and fills all rows: "
sentence += f"the mean cosine of two words rises from {narrow:.2f} to {{value:.2f}}."
lc.figure(fig, lc.claim("02.rows_fill", sentence, wide, between=(0.14, 0.28)))

# %% [markdown] id="exit"
# ## Exit questions

# %% id="02-exit_collapse" tags=["exercise"]
### BEGIN SOLUTION
answer = "d"
### END SOLUTION
lc.quiz("02.exit_collapse", answer=answer)

# %% id="02-exit_optimum" tags=["exercise"]
### BEGIN SOLUTION
answer = "a"
### END SOLUTION
lc.quiz("02.exit_optimum", answer=answer)

# %% [markdown] id="take-away"
# ## Take away
#
# - A vector that is pulled to fixed places rests at their weighted mean.
# - If the places are learned by the same rule, everything falls together: zero loss, and nothing learned.
# - Skip-gram and negative sampling push as well as pull. Negative sampling rests at $v_w \cdot u_c = \mathrm{PMI} - \log n_{neg}$, with enough dimensions and for pairs that were seen.
# - So is a word equal to its company? No: its vector says whom it meets more often than by chance, and words with like company lie near each other.

# %% [markdown] id="more-time"
# ## If you have more time
#
# Two more questions, two exercises (5 minutes), and four longer looks (25 minutes): one table for words and contexts, samples in place of counts, pairs that were never seen, and GloVe.

# %% id="02-exit_mean" tags=["exercise"]
### BEGIN SOLUTION
answer = "c"
### END SOLUTION
lc.quiz("02.exit_mean", answer=answer)

# %% [markdown] id="n_pairs-exercise"
# **Exercise 5** (2 minutes). A text has 10 words, and the company of a word is the 2 before it and the 2 after it, where there are any.
# How many pairs of a word and a context are there?

# %% id="02-n_pairs" tags=["exercise"]
### BEGIN SOLUTION
n_pairs = 34
### END SOLUTION
### BEGIN STUDENT
# n_pairs = None  # a whole number
### END STUDENT
lc.check("02.n_pairs", n_pairs)

# %% [markdown] id="hints-n_pairs"
# {{hints}}
#
# **Exercise 6** (3 minutes). The scores of pairs, looked up in two tables. Find the bug.


# %% id="02-two_tables" tags=["exercise"]
def two_tables(V, U, words, contexts):
    """V, U: [N, D] word and context table, words, contexts: [B] row numbers -> scores: [B]"""
    ### BEGIN SOLUTION
    return (V[words] * U[contexts]).sum(dim=1)
    ### END SOLUTION
    ### BEGIN STUDENT
    # return (V[words] * V[contexts]).sum(dim=1)
    ### END STUDENT


two_tables = lc.check("02.two_tables", two_tables)

# %% [markdown] id="hints-two_tables"
# {{hints}}
#
# **Why two tables?**
# Average all scores $v_w \cdot u_c$, each with the weight $p_w p_c$.
# With one table the average is the square of a length, for three words:

# %% id="one-table"
p1, p2, p3 = symbols("p_1 p_2 p_3", positive=True)
v1, v2, v3 = (MatrixSymbol(s, d, 1) for s in ("v_1", "v_2", "v_3"))
of_one = p1 * dot(v1, p1 * v1 + p2 * v2 + p3 * v3)
of_two = p2 * dot(v2, p1 * v1 + p2 * v2 + p3 * v3)
of_three = p3 * dot(v3, p1 * v1 + p2 * v2 + p3 * v3)
lc.prove("02.one_table", of_one + of_two + of_three, norm_sq(p1 * v1 + p2 * v2 + p3 * v3))

# %% [markdown] id="one-table-seen"
# So it cannot be negative.
# But negative sampling wants $\mathrm{PMI} - \log n_{neg}$, and the average of the PMI is
#
# $$\sum_{w,c} p_w p_c \log \frac{p_{wc}}{p_w p_c} \le \log \sum_{w,c} p_{wc} = 0$$
#
# by Jensen's inequality.
# With $n_{neg} > 1$ the scores must average below zero: for one table no number of dimensions is enough (as long as a word may be its own context, as here).


# %% id="one-table-measured" tags=["hide-input"]
# One table, trained.
table, _ = two_starts(300, 300, lc.rng("one table"))
(v_one,) = descend(lambda v: all_pairs_loss(v, v, few), [table], steps=200)
two = correlation(scores[300])
apart = correlation(v_one @ v_one.T, seen & ~torch.eye(300, dtype=torch.bool))
sentence = f"One table, 300 dimensions: r = {{value:.2f}} (two tables: {two:.2f}); "
sentence += f"without the pairs of a word with itself {apart:.2f}."
lc.claim("02.one_table_r", sentence, correlation(v_one @ v_one.T), between=(0.6, 0.82))

# %% [markdown] id="one-table-neighbours-before"
# Does one table spoil the neighbours, too?

# %% id="one-table-neighbours" tags=["hide-input"]
# The neighbours that one table finds.
table, _ = two_starts(1_000, 64, lc.rng("one table"))
(v_one,) = descend(lambda v: all_pairs_loss(v, v, counts), [table], steps=100)
sentence = "One table finds {value:.2f} of the forms with s; " + f"two found {sgns_found:.2f}. "
sentence += "Who goes with whom is wrong, but who is like whom is not."
lc.claim("02.one_table_found", sentence, share_found(v_one), between=(0.5, 0.8))

# %% id="02-exit_tables" tags=["exercise"]
### BEGIN SOLUTION
answer = "b"
### END SOLUTION
lc.quiz("02.exit_tables", answer=answer)

# %% [markdown] id="samples-before"
# **Samples in place of counts.**
# SGNS as it is used never builds the table of counts: it draws pairs from the text and contexts from the noise.
# On average that is the same loss.
# (Mikolov et al. draw noise by frequency to the power 0.75, and draw the window: then the scores rest elsewhere, near our formula and not on it.)
# Your `sgns_loss`, on 50,000 drawn pairs, against the loss of all pairs:


# %% id="samples"
def drawn_loss(v, u, rng, B=50_000):
    pairs = few.flatten().multinomial(B, replacement=True, generator=rng)
    noise = few.sum(dim=0).multinomial(5 * B, replacement=True, generator=rng).view(B, 5)
    return sgns_loss(v[pairs // 300], u[pairs % 300], u[noise])


# %% id="samples-compared" tags=["hide-input"]
# The loss of drawn pairs, and that of all.
v, u = two_starts(300, 16, lc.rng("samples"))
ratio = drawn_loss(v, u, lc.rng("drawn")) / (all_pairs_loss(v, u, few) / few.sum())
lc.claim("02.samples", "Drawn to all: {value:.2f}.", ratio, between=(0.98, 1.02))

# %% [markdown] id="never-before"
# **Pairs that were never seen** have a PMI of minus infinity.
# Where each score is free, theirs has no place to rest:

# %% id="never" tags=["hide-input"]
# The scores of pairs that were never seen.
early, late = learned_scores(300, steps=100)[~seen].mean(), scores[300][~seen].mean()
sentence = f"Their mean score is {early:.0f} in a run of 100 steps, {{value:.0f}} in one of 200."
lc.claim("02.never", sentence, late, between=(-11, -6))

# %% [markdown] id="glove-before"
# **GloVe** (Pennington, Socher and Manning, 2014) asks for the counts outright: $v_w \cdot u_c + b_w + b_c = \log n_{wc}$, by squares with a weight $a$ for each pair that was seen.
# With $b$ for both biases together, the gradient pulls or pushes by what is still missing:

# %% id="glove"
a, b = symbols("a", positive=True), symbols("b", real=True)
missing = dot(v_w, u_c) + b - log(n_wc)
lc.prove("02.glove", lc.grad(a * missing**2, v_w), 2 * a * missing * u_c, torch=True)

# %% id="glove-measured"
weight = (counts / 100).clamp(max=1.0) ** 0.75
log_counts = counts.clamp(min=1).log()


def glove_loss(v, u, b, c):
    return (weight * (v @ u.T + b + c - log_counts).square()).sum()


def glove(rng):
    tables = *two_starts(1_000, 64, rng), torch.zeros(1_000, 1), torch.zeros(1, 1_000)
    return descend(glove_loss, tables, steps=100)[0]


# %% id="glove-found" tags=["hide-input"]
# What GloVe finds.
by_glove = glove(lc.rng("glove"))
sentence = "After 100 steps GloVe finds {value:.2f} of the forms with s."
lc.claim("02.glove_found", sentence, share_found(by_glove), between=(0.22, 0.5))


# %% [markdown] id="overlap-before"
# Do the two methods give a word the same neighbours?
# The fair measure is how far one method agrees with itself from another start.


# %% id="overlap" tags=["hide-input"]
# Neighbours: two methods, two starts.
def overlap(first, second):
    """Share of the ten nearest words that are the same in both"""
    ten = [cosines(v).fill_diagonal_(-1.0).topk(10, dim=1).indices for v in (first, second)]
    same = (ten[0][:, :, None] == ten[1][:, None, :]).any(dim=2)
    return same.float().mean().item()


itself = overlap(trained, sgns(lc.rng("another start")))
glove_itself = overlap(by_glove, glove(lc.rng("another start")))
sentence = "GloVe and SGNS share {value:.2f} of the neighbours; "
sentence += f"from another start SGNS shares {itself:.2f} with itself, GloVe {glove_itself:.2f}."
lc.claim("02.overlap", sentence, overlap(by_glove, trained), between=(0.18, 0.34))

# %% [markdown] id="overlap-seen"
# The two methods agree with each other only somewhat less than GloVe agrees with itself: much of a word's neighbourhood is the luck of the start.
# Before you compare two methods, compare each with itself.

# %% [markdown] id="sources"
# ## Sources
#
# - The article: an introduction to ultra-long context in language models, in Chinese, section 4.2, item 1, the embedding; its three lines are told again in section 2.
# - Firth, A synopsis of linguistic theory 1930-1955, in Studies in Linguistic Analysis, 1957: a word and the company it keeps.
# - Levy and Goldberg, Neural word embedding as implicit matrix factorization, NIPS 2014.
# - Levy, Goldberg and Dagan, Improving distributional similarity with lessons learned from word embeddings, Transactions of the Association for Computational Linguistics, 2015: counted and trained vectors compared.
# - Mikolov, Chen, Corrado and Dean, Efficient estimation of word representations in vector space, ICLR workshop 2013: skip-gram.
# - Mikolov, Sutskever, Chen, Corrado and Dean, Distributed representations of words and phrases and their compositionality, NIPS 2013: negative sampling.
# - Pennington, Socher and Manning, GloVe: global vectors for word representation, EMNLP 2014.

# %% id="report"
lc.report()
