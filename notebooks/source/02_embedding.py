# %% [markdown] id="promise"
# # 02 · What a word vector is
#
# **Is a word equal to its company?**
#
# A model cannot multiply the word "matrix" by anything.
# It needs a vector for it: some numbers that are near those of "matrices" and far from those of "returns".
# Nobody writes these numbers by hand.
# They are learned from the *company* that a word keeps: the words that stand near it in many texts.
#
# After this hour you can say what goes wrong when each word is just moved towards its company, derive the loss that mends it, prove what the mended one learns, and check the proof on real prose.
#
# You need dot products, logarithms, derivatives, some PyTorch.
# The core path takes an hour.

# %% id="start"
import math

import torch
from sympy import OneMatrix, exp, log, symbols
from torch.nn.functional import logsigmoid, normalize

import lcutils as lc
from lcutils import text
from lcutils.proof import MatrixSymbol, dot, each, half_norm_sq, norm_sq
from lcutils.show import BLUE, GREEN, GREY, ORANGE, label_lines

lc.start("02")

# %% [markdown] id="company"
# ## 1. Company, counted
#
# The text is on your machine: the documentation inside two Python packages, PyTorch and SymPy.
# Reading their sources takes some ten seconds; it is done once, and the prose is kept.
# We keep the 1,000 most frequent words and drop the others.
# The company of a word are the 5 words before it and the 5 after it.
# `counts[w, c]` says how often word $c$ was in the company of word $w$.

# %% id="counts"
prose = text.paragraphs(["torch", "sympy"])
number = text.vocabulary(prose, 1_000)  # word -> 0 to 999
words = list(number)
counts = text.cooccurrence_counts(prose, number, window=5).float()  # [N, N], symmetric

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
# ## 2. A word on its company's place
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
# Say that those with the vectors $x_1, x_2, \dots$ came $a_1, a_2, \dots$ times: the loss is $\sum_i a_i \lVert v - x_i \rVert^2$.
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

# %% id="mean-proved"
a1, a2 = symbols("a_1 a_2", positive=True)
mean = (a1 * x1 + a2 * x2) / (a1 + a2)
two_places = a1 * norm_sq(v - x1) + a2 * norm_sq(v - x2)
apart = a1 * a2 / (a1 + a2) * norm_sq(x1 - x2)
lc.prove("02.mean", two_places, (a1 + a2) * norm_sq(v - mean) + apart)

# %% [markdown] id="mean-seen"
# The last term does not depend on $v$: two places act like one, with the weight of both, at their weighted mean.
# So three act like two, and so on: the loss is lowest at the weighted mean of all, and nowhere else.
# So far so good: *if the contexts hold still*, a word comes to rest at the weighted mean of its company.
#
# But a context is a word, too, and its vector $u$ is learned by the same rule.
# Take a word and a context that meet only each other, and the article's last line by its word: put each on the place of the other.

# %% id="swap"
lc.refute("02.equal_after", v - (v - u), u - (u - v))

# %% [markdown] id="swap-seen"
# They have changed places, and so on for ever.
# With smaller steps $\eta$ they meet:

# %% id="gap"
eta = symbols("eta", positive=True)
gap_after = (v - eta * (v - u)) - (u - eta * (u - v))
lc.prove("02.gap", gap_after, (1 - 2 * eta) * (v - u))

# %% [markdown] id="predict-before"
# Now the whole text.
# Each of the 1,000 words gets a vector $v$ as a word and a vector $u$ as a context, 64 random numbers each.
# In each step every vector goes half of the way to the weighted mean of its company.
# At the start two different words have a cosine of about $0$, and the loss (the mean of $\tfrac12 \lVert v_w - u_c \rVert^2$ over all pairs) is about $1$.
#
# What will the two be after 50 steps?

# %% id="02-collapse" tags=["exercise"]
### BEGIN SOLUTION
answer = [1, 0]
### END SOLUTION
### BEGIN STUDENT
# answer = None  # the mean cosine and the loss, such as [0.5, 0.5]
### END STUDENT
lc.predict("02.collapse", "Mean cosine and loss after 50 steps?", answer=answer)


# %% id="article-rule"
def cosines(v):
    v = normalize(v, dim=1)
    return v @ v.T  # [N, N]


def article_rule(rng, learn_contexts, steps=50, eta=0.5):
    """The mean cosine of two words at each step, and the loss at the end"""
    share = counts / counts.sum(dim=1, keepdim=True)  # [N, N], the company of each word, as parts
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
learned, loss_learned = article_rule(lc.rng("collapse"), learn_contexts=True)
frozen, loss_frozen = article_rule(lc.rng("collapse"), learn_contexts=False)
fig, ax = lc.subplots()
ax.plot(frozen, color=GREY, label="contexts held still")
ax.plot(learned, color=ORANGE, label="both learned")
ax.set(xlabel="step", ylabel="mean cosine of two words", ylim=(0, 1.03))
label_lines(ax)
sentence = "After 50 steps two words have a mean cosine of {value:.4f}: one vector for all."
cosine = lc.claim("02.collapsed", sentence, learned[-1], between=(0.9999, 1.0001))
sentence = "The loss is {value:.6f}; with contexts held still it is " + f"{loss_frozen:.1f}."
low = lc.claim("02.collapsed_loss", sentence, loss_learned, between=(0.0, 1e-7))
lc.reveal("02.collapse", lc.figure(fig, cosine), low)

# %% [markdown] id="collapse-seen"
# **The best loss is the worst embedding.**
# No accident: a sum of squares is zero only where each of them is, so every $v_w$ must equal every $u_c$ that it ever met.
# If a chain of meetings leads from each word to each other one, all vectors must be equal.
# In this text it does:

# %% id="one-part"
reached = torch.zeros(1_000)
reached[number["matrix"]] = 1.0
for _ in range(10):
    reached = ((reached + reached @ counts) > 0).float()
sentence = "From 'matrix', chains of meetings lead to {value:.0f} of 1,000 words."
lc.claim("02.one_part", sentence, reached.sum(), between=(999, 1000))

# %% [markdown] id="push"
# ## 3. Something must push
#
# The rule only pulls.
# To tell words apart, a loss must ask a question that has a wrong answer.
# *Skip-gram* (Mikolov et al., 2013) asks: given the word, which context comes?
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
# A step against it pulls $v$ to the context that came, $U^\top t$, and pushes it away from those that the model expected, $U^\top p$.
# That is the push.
# But each step needs all $N$ contexts.
#
# *Negative sampling*, from the same paper, asks a smaller question: is this pair from the text, or was its context drawn at random?
# The logistic function $\sigma(s) = 1/(1 + e^{-s})$ turns the score $s = v \cdot u$ into a probability for "from the text".
# For each pair of the text, $n$ contexts $u_1, \dots, u_n$ are drawn.
# The loss of the pair is
#
# $$-\log \sigma(v \cdot u) - \sum_{i=1}^{n} \log \sigma(-v \cdot u_i)$$
#
# **Exercise 2** (7 minutes). Write the mean of this loss over a batch of $B$ pairs.
# (Skip-gram with negative sampling is called SGNS.)


# %% id="02-sgns_loss" tags=["exercise"]
def sgns_loss(v, u, u_noise):
    """v, u: [B, D] words and their contexts, u_noise: [B, n, D] drawn contexts -> the loss: []"""
    ### BEGIN SOLUTION
    near = (v * u).sum(dim=1)  # [B]
    far = (u_noise @ v[:, :, None]).squeeze(2)  # [B, n]
    return -(logsigmoid(near) + logsigmoid(-far).sum(dim=1)).mean()
    ### END SOLUTION


sgns_loss = lc.check("02.sgns_loss", sgns_loss)

# %% [markdown] id="hints-sgns_loss"
# {{hints}}
#
# Pull and push are in its gradient, too, here with one drawn context:

# %% id="pull-push"
u1 = MatrixSymbol("u_1", d, 1)


def sigma(s):
    return 1 / (1 + exp(-s))


pair_loss = -log(sigma(dot(v, u))) - log(sigma(-dot(v, u1)))
pull_push = (sigma(dot(v, u)) - 1) * u + sigma(dot(v, u1)) * u1
lc.prove("02.pull_push", lc.grad(pair_loss, v), pull_push, torch=True)

# %% [markdown] id="rest"
# A pair that already scores high is pulled no more; a drawn one is pushed only as far as it is believed.
#
# ## 4. Where it comes to rest
#
# Look at one word $w$ and one context $c$, and give their score $v_w \cdot u_c$ the name $x$.
# The pair was seen $n_{wc}$ times, the word $n_w$ and the context $n_c$ times among all $D$ pairs.
# Contexts are drawn as often as they occur, $n_{neg}$ for each pair of the text, so on average this one is drawn for this word
#
# $$E = n_{neg} \frac{n_w n_c}{D}$$
#
# times. All that the loss has to say about $x$ is $-n_{wc} \log \sigma(x) - E \log \sigma(-x)$, and its slope is
#
# $$-n_{wc}\, \sigma(-x) + E\, \sigma(x)$$
#
# **Exercise 3** (5 minutes). Where is the slope zero? Give $e^x$ there, with $E$ written out.

# %% id="02-optimum" tags=["exercise"]
n_wc, n_w, n_c, D, n_neg = symbols("n_wc n_w n_c D n_neg", positive=True)
### BEGIN SOLUTION
e_to_x = n_wc * D / (n_neg * n_w * n_c)
### END SOLUTION
### BEGIN STUDENT
# e_to_x = None  # an expression such as n_wc + D / n_neg
### END STUDENT
lc.check("02.optimum", e_to_x)

# %% [markdown] id="hints-optimum"
# {{hints}}
#
# Is this the lowest point? Write the slope as a product:

# %% id="optimum-proved"
x, E = symbols("x", real=True), symbols("E", positive=True)
slope = -n_wc * sigma(-x) + E * sigma(x)
lc.prove("02.pmi_optimum", slope, sigma(x) * (E - n_wc * exp(-x)))

# %% [markdown] id="pmi-named"
# It is below zero as long as $e^x$ is less than $n_{wc}/E$, and above zero from there on: one lowest point, at
#
# $$x = \log \frac{n_{wc}}{E} = \log \frac{n_{wc}\, D}{n_w\, n_c} - \log n_{neg}$$
#
# The first logarithm has a name.
# With the probabilities $p_{wc} = n_{wc}/D$, $p_w = n_w/D$ and $p_c = n_c/D$ it is $\log \frac{p_{wc}}{p_w p_c}$, the *pointwise mutual information*, PMI: by what factor two words meet more often than by chance, as a logarithm.
# **Negative sampling learns $v_w \cdot u_c = \mathrm{PMI} - \log n_{neg}$** (Levy and Goldberg, 2014), if each pair can choose its score freely, and has been seen at all.
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
# There are $N^2$ scores, and $2 N d$ numbers in the vectors.
# With $d = N$ yes: take $U = I$, then row $w$ of $V$ may hold any scores.
# With fewer dimensions the scores of different pairs depend on each other.
#
# Take the 300 most frequent words, $n_{neg} = 5$, and all pairs at once, with their counts in place of samples.
# How well do the learned scores follow $\mathrm{PMI} - \log 5$, as a correlation over all pairs seen, with 16 dimensions, and with 300?

# %% id="02-dimensions" tags=["exercise"]
### BEGIN SOLUTION
answer = [0.5, 1.0]
### END SOLUTION
### BEGIN STUDENT
# answer = None  # two correlations, such as [0.2, 0.4]
### END STUDENT
lc.predict("02.dimensions", "The correlations with d = 16 and with d = 300?", answer=answer)


# %% id="embed"
def all_pairs_loss(v, u, counts, n_neg=5):
    """The loss of all pairs of the text; v, u: [N, d], counts: [N, N]"""
    drawn = n_neg * counts.sum(dim=1, keepdim=True) * counts.sum(dim=0) / counts.sum()
    scores = v @ u.T  # [N, N]
    return -(counts * logsigmoid(scores) + drawn * logsigmoid(-scores)).sum()


def two_starts(N, d, rng):
    return torch.randn(2, N, d, generator=rng) / d**0.5


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


# %% id="dimensions-measured" tags=["after-prediction"]
few = counts[:300, :300]
seen, wanted = few > 0, pmi(few) - math.log(5)


def learned_scores(d):
    tables = two_starts(300, d, lc.rng("dimensions"))
    v, u = descend(lambda v, u: all_pairs_loss(v, u, few), tables, steps=200)
    return v @ u.T


def correlation(scores):
    return torch.corrcoef(torch.stack([wanted[seen], scores[seen]]))[0, 1].item()


scores = {d: learned_scores(d) for d in (16, 300)}
sentence = "With 16 dimensions the correlation is {value:.2f}."
r_16 = lc.claim("02.few", sentence, correlation(scores[16]), between=(0.45, 0.62))
sentence = "With as many dimensions as words the scores are PMI - log 5: r = {value:.4f}."
r_300 = lc.claim("02.enough", sentence, correlation(scores[300]), between=(0.999, 1.0001))
lc.reveal("02.dimensions", r_16, r_300)

# %% id="dimensions-figure" tags=["after-prediction"]
fig, axes = lc.subplots(1, 2, sharey=True, height=3)
for ax, (size, colour) in zip(axes, ((16, ORANGE), (300, BLUE)), strict=True):
    ax.plot([-6, 4], [-6, 4], color=GREY, lw=1)
    ax.plot(wanted[seen][::20], scores[size][seen][::20], ".", ms=2, color=colour)
    ax.set(title=f"d = {size}", xlabel="PMI - log 5", xlim=(-6, 4))
axes[0].set(ylabel="learned score", ylim=(-6, 5))
lc.reveal(
    "02.dimensions", lc.figure(fig, "300 words: few dimensions approximate, enough reach it.")
)

# %% [markdown] id="neighbours"
# ## 5. Whose company is alike?
#
# With few dimensions the vectors cannot keep all scores; they keep what many pairs share.
# Does that hurt?
# Take the words whose rows are nearest, by cosine.
# A plain way needs no training: let a word's vector be its row of positive PMI, 1,000 numbers, with 0 in place of everything negative.


# %% id="neighbours-shown"
def nearest(v, word, n=5):
    closeness = cosines(v)[number[word]]
    return " ".join(words[i] for i in closeness.topk(n + 1).indices[1:])  # the first is itself


positive = pmi(counts).clamp(min=0)  # [N, N]
for word in ("matrix", "gradient", "error", "integer", "true"):
    print(f"{word:9} {nearest(positive, word)}")

# %% [markdown] id="probe"
# Nobody told it that "matrix" has a plural, or what an exception is.
# And "true" is nearest to "false": opposites keep the same company.
#
# A fair judge is a question with a known answer.
# For each word that stands in the list with and without a final s ("tensor", "tensors"): is the one with the s among the ten nearest?
# By chance it would be in one case of a hundred.


# %% id="probe-measured"
def share_found(v):
    pairs = [(i, number[w + "s"]) for w, i in number.items() if len(w) > 2 and w + "s" in number]
    word, plural = torch.tensor(pairs).T
    others = cosines(v).fill_diagonal_(-1.0)  # a word is no neighbour of its own
    ten = others[word].topk(10, dim=1).indices  # [pairs, 10]
    return (ten == plural[:, None]).any(dim=1).float().mean().item()


def sgns(rng):
    v, u = two_starts(1_000, 64, rng)
    return descend(lambda v, u: all_pairs_loss(v, u, counts), (v, u), steps=100)[0]


trained = sgns(lc.rng("neighbours"))
found = {
    "raw counts, 1,000 numbers": share_found(counts),
    "SGNS, 64 numbers": share_found(trained),
    "positive PMI, 1,000 numbers": share_found(positive),
}

# %% id="probe-figure"
fig, ax = lc.subplots(height=1.9)
ax.barh(list(found), list(found.values()), color=[GREY, BLUE, GREEN])
ax.axvline(0.01, color="black", ls="--")
ax.text(0.02, -0.42, "chance", va="bottom")
ax.set(xlim=(0, 1), xlabel="share of words whose plural is near")
raw_found, sgns_found, pmi_found = found.values()
sentence = "64 trained numbers find {value:.2f} of the plurals, 1,000 counted ones "
sentence += f"{pmi_found:.2f}, raw counts {raw_found:.2f}."
lc.figure(fig, lc.claim("02.trained", sentence, sgns_found, between=(0.5, 0.8)))

# %% [markdown] id="play-before"
# Play: a window of one word or of six, and what is taken off the PMI before the negative part is cut.
# The number picks a word.


# %% id="play"
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

# %% id="play-settings"
fig, axes = lc.subplots(1, 3, height=2.6)
for ax, window in zip(axes, (1, 3, 6), strict=True):
    draw(ax, word=0, window=window, n_neg=1)
lc.figure(fig, "Another window, another company.")

# %% [markdown] id="exit"
# ## Exit questions

# %% id="02-exit_collapse" tags=["exercise"]
### BEGIN SOLUTION
answer = "d"
### END SOLUTION
### BEGIN STUDENT
# answer = None  # type a letter
### END STUDENT
lc.quiz("02.exit_collapse", answer=answer)

# %% id="02-exit_optimum" tags=["exercise"]
### BEGIN SOLUTION
answer = "a"
### END SOLUTION
### BEGIN STUDENT
# answer = None  # type a letter
### END STUDENT
lc.quiz("02.exit_optimum", answer=answer)

# %% [markdown] id="take-away"
# ## Take away
#
# - A vector that is pulled to fixed places rests at their weighted mean.
# - If the places are learned by the same rule, everything falls together: zero loss, and nothing learned.
# - Skip-gram and negative sampling push as well as pull.
# - Negative sampling rests at $v_w \cdot u_c = \mathrm{PMI} - \log n_{neg}$, with enough dimensions and for pairs that were seen.
# - On a text of this size counting well is as good as training; what training gives is a short vector.

# %% [markdown] id="more-time"
# ## If you have more time
#
# Two more questions.

# %% id="02-exit_mean" tags=["exercise"]
### BEGIN SOLUTION
answer = "c"
### END SOLUTION
### BEGIN STUDENT
# answer = None  # type a letter
### END STUDENT
lc.quiz("02.exit_mean", answer=answer)

# %% id="02-exit_tables" tags=["exercise"]
### BEGIN SOLUTION
answer = "b"
### END SOLUTION
### BEGIN STUDENT
# answer = None  # type a letter
### END STUDENT
lc.quiz("02.exit_tables", answer=answer)

# %% [markdown] id="n_pairs-exercise"
# **Exercise 5** (2 minutes). A text has 10 words, and the company of a word are the 2 before it and the 2 after it, where there are any.
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
# A word is seldom in its own company, so its PMI with itself is low.
# With one table this score is $v_w \cdot v_w = \lVert v_w \rVert^2$, never below zero.
# Worse: weigh all scores by the frequencies $p_w$ of both words, and with one table the sum cannot be negative.
# For three words:

# %% id="one-table"
p1, p2, p3 = symbols("p_1 p_2 p_3", positive=True)
v1, v2, v3 = (MatrixSymbol(s, d, 1) for s in ("v_1", "v_2", "v_3"))
of_one = p1 * dot(v1, p1 * v1 + p2 * v2 + p3 * v3)
of_two = p2 * dot(v2, p1 * v1 + p2 * v2 + p3 * v3)
of_three = p3 * dot(v3, p1 * v1 + p2 * v2 + p3 * v3)
lc.prove("02.one_table", of_one + of_two + of_three, norm_sq(p1 * v1 + p2 * v2 + p3 * v3))

# %% [markdown] id="one-table-seen"
# Negative sampling wants scores with a negative mean: $-\log n_{neg}$ plus the mean of $\log \frac{p_{wc}}{p_w p_c}$, weighed by $p_w p_c$, which is never above zero (Jensen's inequality).
# So for one table no number of dimensions is enough.


# %% id="one-table-measured"
table, _ = two_starts(300, 300, lc.rng("one table"))
(v_one,) = descend(lambda v: all_pairs_loss(v, v, few), [table], steps=200)
two = correlation(scores[300])
sentence = "One table, 300 dimensions: r = {value:.2f}; " + f"two tables {two:.2f}."
lc.claim("02.one_table_r", sentence, correlation(v_one @ v_one.T), between=(0.6, 0.82))

# %% [markdown] id="one-table-neighbours-before"
# Does one table spoil the neighbours, too?
# Here is the surprise: hardly.
# Who goes *with* whom is wrong, but who is *like* whom is not.

# %% id="one-table-neighbours"
table, _ = two_starts(1_000, 64, lc.rng("one table"))
(v_one,) = descend(lambda v: all_pairs_loss(v, v, counts), [table], steps=100)
sentence = (
    "One table of 64 numbers finds {value:.2f} of the plurals; " + f"two found {sgns_found:.2f}."
)
lc.claim("02.one_table_found", sentence, share_found(v_one), between=(0.5, 0.8))

# %% [markdown] id="samples-before"
# **Samples in place of counts.**
# Real SGNS never builds the table of counts: it draws pairs from the text and contexts from the noise.
# On average that is the same loss.
# Your `sgns_loss`, on 50,000 drawn pairs, against the loss of all pairs:


# %% id="samples"
def drawn_loss(v, u, rng, B=50_000):
    pairs = few.flatten().multinomial(B, replacement=True, generator=rng)
    noise = few.sum(dim=0).multinomial(5 * B, replacement=True, generator=rng).view(B, 5)
    return sgns_loss(v[pairs // 300], u[pairs % 300], u[noise])


v, u = two_starts(300, 16, lc.rng("samples"))
ratio = drawn_loss(v, u, lc.rng("drawn")) / (all_pairs_loss(v, u, few) / few.sum())
lc.claim("02.samples", "Drawn to all: {value:.2f}.", ratio, between=(0.98, 1.02))

# %% [markdown] id="never-before"
# **Pairs that were never seen** have a PMI of minus infinity.
# Their score has no place to rest; it falls as long as training goes on.

# %% id="never"
never = scores[300][~seen].mean()
sentence = "After 200 steps the mean score of pairs never seen is {value:.0f}."
lc.claim("02.never", sentence, never, between=(-11, -6))

# %% [markdown] id="glove-before"
# **GloVe** (Pennington, Socher and Manning, 2014) asks for the counts outright: $v_w \cdot u_c + b_w + b_c = \log n_{wc}$, by squares with a weight $a$ for each pair that was seen.
# With $b$ for both biases together, the gradient pulls or pushes by what is still missing:

# %% id="glove"
a, b = symbols("a b", positive=True)
missing = dot(v_w, u_c) + b - log(n_wc)
lc.prove("02.glove", lc.grad(a * missing**2, v_w), 2 * a * missing * u_c, torch=True)

# %% id="glove-measured"
weight = (counts / 100).clamp(max=1.0) ** 0.75
log_counts = counts.clamp(min=1).log()


def glove_loss(v, u, b, c):
    return (weight * (v @ u.T + b + c - log_counts).square()).sum()


biases = torch.zeros(1_000, 1), torch.zeros(1, 1_000)
tables = (*two_starts(1_000, 64, lc.rng("glove")), *biases)
glove = descend(glove_loss, tables, steps=100)[0]
sentence = "GloVe on this text finds {value:.2f} of the plurals."
lc.claim("02.glove_found", sentence, share_found(glove), between=(0.22, 0.5))


# %% [markdown] id="overlap-before"
# Do the two methods give a word the same neighbours?
# The fair measure is how far one method agrees with itself from another start.


# %% id="overlap"
def overlap(first, second):
    """Share of the ten nearest words that are the same in both"""
    ten = [cosines(v).fill_diagonal_(-1.0).topk(10, dim=1).indices for v in (first, second)]
    same = (ten[0][:, :, None] == ten[1][:, None, :]).any(dim=2)
    return same.float().mean().item()


itself = overlap(trained, sgns(lc.rng("another start")))
sentence = "GloVe and SGNS share {value:.2f} of the neighbours; " + f"SGNS and itself {itself:.2f}."
lc.claim("02.overlap", sentence, overlap(glove, trained), between=(0.18, 0.34))

# %% [markdown] id="sources"
# ## Sources
#
# - The article: an introduction to ultra-long context in language models, in Chinese, section 4.2, item 1, the embedding; its three lines are retold above in our words.
# - Firth, A synopsis of linguistic theory 1930-1955, in Studies in Linguistic Analysis, 1957: a word and the company it keeps.
# - Levy and Goldberg, Neural word embedding as implicit matrix factorization, NIPS 2014.
# - Levy, Goldberg and Dagan, Improving distributional similarity with lessons learned from word embeddings, Transactions of the Association for Computational Linguistics, 2015: counted and trained vectors compared.
# - Mikolov, Sutskever, Chen, Corrado and Dean, Distributed representations of words and phrases and their compositionality, NIPS 2013.
# - Pennington, Socher and Manning, GloVe: global vectors for word representation, EMNLP 2014.

# %% id="report"
lc.report()
