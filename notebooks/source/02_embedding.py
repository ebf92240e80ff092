# %% [markdown] id="promise"
# # 02 · What a word vector is
#
# **Is a word equal to its company?**
#
# The dax barked all night; she fed the dax, and it wagged its tail.
# You never met this word, and you know what a dax is like: its *company* told you, the words that stand near it (Firth, 1957).
# A model of text has no other source.
# It keeps a *vector* for each word, some numbers, near those of words that are alike.
#
# After this lesson you can say what comes of moving words towards their company, write the loss of skip-gram with negative sampling, work out by hand what it learns, and check that on real prose.
#
# You need dot products, logarithms, derivatives, some PyTorch.
# The core path takes about 75 minutes; the end of section 3 is a good place to stop half way.

# %% id="start"
import math

import torch
from sympy import OneMatrix, exp, log, symbols
from torch.nn.functional import logsigmoid, normalize

import lcutils as lc
from lcutils import text
from lcutils.proof import MatrixSymbol, dot, each, norm_sq, sigma
from lcutils.show import BLUE, GREEN, GREY, ORANGE, label_lines

lc.start("02")

# %% [markdown] id="company"
# ## 1. Company, counted
#
# The text is the documentation of PyTorch and SymPy (read once, in ten seconds).
# Its 1,000 most frequent words are kept; a word's company is the 5 kept ones before it and the 5 after it; `counts[w, c]` says how often word $c$ was in the company of word $w$.

# %% id="counts"
prose = text.paragraphs(["torch", "sympy"])
number = text.vocabulary(prose, 1_000)  # word -> 0 to 999
words = list(number)
counts = text.cooccurrence_counts(prose, number, window=5).float()  # [N, N], symmetric
for word in ("matrix", "gradient", "true"):
    often = counts[number[word]].topk(6).indices
    print(f"{word:9} {' '.join(words[c] for c in often)}")

# %% id="coverage" tags=["hide-input"]
# How much of the text these words are.
spoken = [word for paragraph in prose for word in paragraph.words]
share = sum(word in number for word in spoken) / len(spoken)
sentence = f"The 1,000 words are {{value:.2f}} of all {len(spoken):,} in the text."
lc.claim("02.coverage", sentence, share, between=(0.75, 0.87))

# %% [markdown] id="raw-company-seen"
# That was disappointing: "the" is in everybody's company.
# Section 4 asks these counts a better question.
#
# ## 2. A word in its company's place
#
# A tempting shortcut: put each word where its company is.
# Say its contexts have the vectors $x_1,x_2,\dots$ and came $a_1,a_2,\dots$ times, and give the word's vector $v$ the loss $\sum_i a_i\|v-x_i\|^2$.
# That is the energy of springs, as strong as each context was frequent.

# %% id="springs" tags=["hide-input"]
# Three springs pull at one vector.
x, a = torch.tensor([[0.0, 8.0], [4.0, 0.0], [8.0, 8.0]]), torch.tensor([1.0, 1.0, 2.0])
way = torch.linspace(0, 1, 400)[:, None]
wave = 0.25 * (24 * math.pi * way).sin() * ((way > 0.08) & (way < 0.92))
fig, axes = lc.subplots(1, 2, height=3.2)
for ax, place in zip(axes, torch.tensor([[8.0, 3.0], [5.0, 6.0]]), strict=True):
    for i, often in enumerate(("once", "once", "twice")):
        across = torch.stack([place[1] - x[i, 1], x[i, 0] - place[0]]) / (x[i] - place).norm()
        ax.plot(*(place + way * (x[i] - place) + wave * across).T, color=GREY, lw=a[i])
        ax.text(x[i, 0], x[i, 1] + (-1.2, 0.4)[i != 1], f"$x_{i + 1}$, {often}", ha="center")
    pull = a @ (x - place)  # [2]
    ax.quiver(*place, *pull, color=ORANGE, angles="xy", scale_units="xy", scale=4, width=0.015)
    ax.plot(*place, "o", color=BLUE, ms=10)
    ax.set(xlim=(-2, 10), ylim=(-1.5, 9), aspect="equal")
    at = f"({place[0]:.0f}, {place[1]:.0f})"
    ax.set_title(f"at {at}: pulls add up to ({pull[0]:.0f}, {pull[1]:.0f})")
    ax.axis("off")
sentence = f"The vector (blue) rests at {at}, where the pulls of its springs cancel."
lc.figure(fig, sentence)

# %% [markdown] id="springs-seen"
# By hand: $a_i\|v-x_i\|^2$ has the gradient $2a_i(v-x_i)$, so, the 2 aside, each spring pulls with $a_i(x_i-v)$.
# Where the pulls cancel, $v$ is at the *weighted mean*:
#
# $$\sum_i a_i(x_i-v)=0 \quad\text{gives}\quad v=\frac{\sum_i a_ix_i}{\sum_i a_i}$$
#
# On a line, with a context at 2 that came three times and one at 10, once, $3(2-v)+(10-v)=0$, so $v=4$.
#
# **Exercise 1** (4 minutes). All words at once: row $w$ of `counts` has the weights of word $w$, row $c$ of `u` the vector of context $c$.
# (Without a loop: it will be called often.)


# %% id="02-resting_places" tags=["exercise"]
def resting_places(counts, u):
    """counts: [N, M], u: [M, D] -> where each of the N words comes to rest: [N, D]"""
    ### BEGIN SOLUTION
    return counts @ u / counts.sum(dim=1, keepdim=True)
    ### END SOLUTION


resting_places = lc.check("02.resting_places", resting_places)

# %% [markdown] id="hints-resting_places"
# {{hints}}
#
# Is the loss lowest there? For two places, complete the square:

# %% id="mean-proved" tags=["hide-input"]
# Proved: two places act like one.
d = symbols("d", positive=True, integer=True)
v, u, u1, x1, x2 = (MatrixSymbol(s, d, 1) for s in ("v", "u", "u_1", "x_1", "x_2"))
a1, a2 = symbols("a_1 a_2", positive=True)
mean = (a1 * x1 + a2 * x2) / (a1 + a2)
two_places = a1 * norm_sq(v - x1) + a2 * norm_sq(v - x2)
apart = a1 * a2 / (a1 + a2) * norm_sq(x1 - x2)
lc.prove("02.mean", two_places, (a1 + a2) * norm_sq(v - mean) + apart)

# %% [markdown] id="mean-seen"
# Only one term depends on $v$: two places act like one, with the weight of both, at their weighted mean; three then act like two, and so on.
# So far so good, *if the contexts hold still*.
# But a context is a word, too, and is learned by the same rule.
#
# ### Both at once
#
# Each of the 1,000 words gets a vector $v$ as a word and a vector $u$ as a context, 64 random numbers each.
# Is there room to tell them apart?

# %% id="nearly-orthogonal" tags=["hide-input"]
# The cosines of random vectors.
fig, ax = lc.subplots(height=2.4)
typical = {}
for row, d_now in enumerate((4, 64, 1_024)):
    q, k = normalize(torch.randn(2, 2_000, d_now, generator=lc.rng("keys")), dim=2)
    cosine = (q * k).sum(1)  # [2000]
    typical[d_now] = cosine.square().mean().sqrt().item()
    height = row + 0.5 * torch.rand(300, generator=lc.rng("heights")) - 0.25
    ax.plot(cosine[:300], height, ".", ms=3, color=(ORANGE, GREEN, BLUE)[row])
ax.set(xlim=(-1, 1), xlabel="cosine of two random vectors", yticks=range(3))
ax.set_yticklabels([f"d = {size:,}" for size in typical])
ax.invert_yaxis()
low, _, high = typical.values()
sentence = (
    f"The more numbers, the nearer to a right angle: a typical cosine is {low:.2f} at d = 4, "
)
sentence += f"{{value:.3f}} at d = 64, {high:.3f} at d = 1,024."
claim = lc.claim("02.nearly_orthogonal", sentence, typical[64], between=(0.11, 0.14))
lc.figure(fig, claim)

# %% [markdown] id="both-before"
# There is: a typical cosine is $1/\sqrt d$, so each word begins almost at a right angle to most others, with a mean cosine near 0.
# The loss (the mean of $\tfrac12\|v_w-u_c\|^2$ over all pairs seen) is about 1.
#
# Now every vector, $v$ and $u$ alike, goes half way to its resting place, 20 times.

# %% id="02-both_learn" tags=["exercise"]
### BEGIN SOLUTION
answer = [1, 0]  # the mean cosine and the loss, such as [0.5, 0.5]
### END SOLUTION
lc.predict("02.both_learn", answer=answer)


# %% id="company-rule"
def cosines(v):
    v = normalize(v, dim=1)
    return v @ v.T  # [N, N]


def company_rule(rng, learn_contexts, steps=20):
    """The mean cosine of two words at each step, and the loss at the end"""
    v, u = torch.randn(2, 1_000, 64, generator=rng) / 8  # each about 1 long
    history = [cosines(v).mean().item()]
    for _ in range(steps):
        rest_v, rest_u = resting_places(counts, u), resting_places(counts, v)
        v = v + (rest_v - v) / 2
        u = u + (rest_u - u) / 2 if learn_contexts else u
        history.append(cosines(v).mean().item())
    squares = torch.cdist(v, u).square()  # [N, N]
    return history, (counts * squares).sum() / counts.sum() / 2


# %% id="both-measured" tags=["after-prediction"]
# Run this cell once you have guessed.
learned, loss_learned = company_rule(lc.rng("both"), learn_contexts=True)
frozen, loss_frozen = company_rule(lc.rng("both"), learn_contexts=False)
fig, ax = lc.subplots(height=2.6)
ax.plot(frozen, color=GREY, label="contexts held still")
ax.plot(learned, color=ORANGE, label="both learned")
ax.set(xlabel="step", ylabel="mean cosine of two words", ylim=(0, 1.03), xticks=range(0, 21, 5))
label_lines(ax)
sentence = "After 20 steps two words have a mean cosine of {value:.4f}: one vector for all."
cosine = lc.claim("02.both_learned", sentence, round(learned[-1], 4), between=(0.9999, 1.0))
sentence = "The loss is {value:.6f}; with contexts held still it is " + f"{loss_frozen:.1f}."
low = lc.claim("02.both_learned_loss", sentence, loss_learned, between=(0.0, 1e-7))
found = [round(learned[-1], 4), round(loss_learned.item(), 6)]
lc.reveal("02.both_learn", lc.figure(fig, cosine), low, was=found)

# %% [markdown] id="gap-before" tags=["after-prediction"]
# **The best loss is the worst embedding.**
# By hand: let a word at 0 and a context at 8 meet only each other, and go a quarter of the way.
# They come to 2 and 6, then to 3 and 5: each step halves the gap, and nothing holds them apart.
# With a step of the size $\eta$:

# %% id="gap" tags=["after-prediction"]
# Run this cell once you have guessed.
eta = symbols("eta", positive=True)
gap_after = (v - eta * (v - u)) - (u - eta * (u - v))
lc.reveal("02.both_learn", lc.prove("02.gap", gap_after, (1 - 2 * eta) * (v - u)))

# %% [markdown] id="both-seen" tags=["after-prediction"]
# In a whole text, too: a sum of squares is zero only where each of them is, so every $v_w$ must equal every $u_c$ that it ever met, and so on along each chain of shared contexts.
# (Contexts held still make words alike, for the most frequent are in nearly every mean, but not equal.)

# %% id="one-part" tags=["after-prediction"]
# Run this cell once you have guessed.
reached = torch.zeros(1_000)
reached[number["matrix"]] = 1.0
for _ in range(10):
    reached = (reached @ counts @ counts > 0).float()  # word, context, word
sentence = "From 'matrix', chains of shared contexts lead to {value:,.0f} of 1,000 words."
linked = lc.claim("02.one_part", sentence, reached.sum(), between=(999, 1000))
only = "The rule only pulls. To tell words apart, a loss must push as well."
lc.reveal("02.both_learn", linked, only)

# %% [markdown] id="push"
# ## 3. A question with a wrong answer
#
# *Skip-gram* (Mikolov et al., 2013) asks nearly what a language model asks: given the word, which context comes?
# Each context $j$ has a score $s_j=u_j\cdot v$.
# *Softmax* turns scores into probabilities: take $e$ to the power of each, and divide by the sum.
# The scores $(2,1,0)$ become $(7.4,2.7,1)$, with the sum $11.1$, so $p=(0.665,0.245,0.090)$.
# What came is a *one-hot* column, 1 at its place and 0 elsewhere: $t=(0,1,0)$ if it was the second.
# The loss is minus the logarithm of its probability, here $-\log 0.245=1.41$.
#
# By hand: if $i$ came, $-\log p_i=\log\sum_j e^{s_j}-s_i$, whose derivative by $s_j$ is $p_j-t_j$: the first term gives $p_j$, the second $-t_j$.
# And $s_j=u_j\cdot v$ has the gradient $u_j$, so the loss has $\sum_j(p_j-t_j)u_j$, here $0.665u_1-0.755u_2+0.090u_3$.
# A step goes against it:

# %% id="arrows" tags=["hide-input"]
# Pull and push, as two arrows.
U_now = torch.tensor([[1.0, 0.0], [0.0, 1.0], [0.5, -1.0]])  # u_1, u_2, u_3
v_now = torch.tensor([2.0, 1.0])  # so the scores are 2, 1, 0
p_now = (U_now @ v_now).softmax(0)
pull, push, zero = U_now[1], -p_now @ U_now, torch.zeros(2)
arrows = [(f"$u_{i + 1}$, p = {p_now[i]:.3f}", zero, U_now[i], (6, -4), GREY) for i in range(3)]
arrows += [("$v$", zero, v_now, (8, -2), "black"), ("step", v_now, pull + push, (-32, 4), BLUE)]
arrows += [("pull: towards what came", v_now, pull, (8, -8), GREEN)]
arrows += [("push: away from what was expected", v_now, push, (66, -12), ORANGE)]
fig, ax = lc.subplots(height=3.2)
for name, start, way, place, colour in arrows:
    ax.quiver(*start, *way, color=colour, angles="xy", scale_units="xy", scale=1, width=0.007)
    ax.annotate(name, start + way, place, textcoords="offset points", color=colour)
ax.set(xlim=(-0.3, 4.6), ylim=(-1.2, 2.2), aspect="equal")
ax.axis("off")
now, then = p_now[1], (U_now @ (v_now + pull + push)).softmax(0)[1]
sentence = f"The second context came, expected with {now:.3f}; after a step of size 1: {then:.3f}."
lc.figure(fig, sentence)

# %% [markdown] id="skip-gram-before"
# In one line, with the $u_j$ as rows of $U$, so that the scores are $Uv$:

# %% id="skip-gram"
N, d = symbols("N d", positive=True, integer=True)
U, v, t = MatrixSymbol("U", N, d), MatrixSymbol("v", d, 1), MatrixSymbol("t", N, 1)
total = dot(OneMatrix(N, 1), each(exp, U * v))
p = 1 / total * each(exp, U * v)
lc.prove("02.skip_gram", lc.grad(log(total) - dot(t, U * v), v), U.T * (p - t), torch=True)

# %% [markdown] id="skip-gram-seen"
# That is the push which springs lack.
# But each step needs all $N$ contexts.
#
# ### A smaller question
#
# *Negative sampling* asks: is this pair from the text, or was its context drawn at random?
# The logistic function $\sigma(s)=1/(1+e^{-s})$ turns the score into a probability for "from the text": $\sigma(2)=0.88$, $\sigma(0)=0.5$, $\sigma(-2)=0.12$.
# For each pair of the text $n_{neg}$ contexts $u_i$ are drawn, and its loss is
#
# $$-\log\sigma(v\cdot u)-\sum_{i=1}^{n_{neg}}\log\sigma(-v\cdot u_i)$$
#
# **Exercise 2** (7 minutes). Write the mean of this loss, called SGNS, over a batch of $B$ pairs.


# %% id="02-sgns_loss" tags=["exercise"]
def sgns_loss(v, u, u_noise):
    """v, u: [B, D] words, contexts, u_noise: [B, n_neg, D] drawn ones -> the loss: []"""
    ### BEGIN SOLUTION
    near = (v * u).sum(dim=1)  # [B]
    far = (u_noise @ v[:, :, None]).squeeze(2)  # [B, n_neg]
    return -(logsigmoid(near) + logsigmoid(-far).sum(dim=1)).mean()
    ### END SOLUTION


sgns_loss = lc.check("02.sgns_loss", sgns_loss)

# %% [markdown] id="hints-sgns_loss"
# {{hints}}
#
# By hand: $-\log\sigma(s)=\log(1+e^{-s})$ has the slope $-e^{-s}/(1+e^{-s})=-\sigma(-s)=\sigma(s)-1$.
# So a pair of the text pulls $v$ by $\sigma(-2)=0.12$ of $u$ at the score 2, and by $0.88$ of it at $-2$.
# And $-\log\sigma(-s)$ has the slope $\sigma(s)$: a drawn pair is pushed as far as it is taken for a real one.

# %% id="pull-push" tags=["hide-input"]
# Proved: the gradient, one context drawn.
pair_loss = -log(sigma(dot(v, u))) - log(sigma(-dot(v, u1)))
pull_push = (sigma(dot(v, u)) - 1) * u + sigma(dot(v, u1)) * u1
lc.prove("02.pull_push", lc.grad(pair_loss, v), pull_push, torch=True)

# %% [markdown] id="half-way"
# **A good place to stop.** You have seen what becomes of words that are only pulled, and a loss that pushes as well. What comes: what that loss learns (35 minutes).

# %% [markdown] id="rest"
# ## 4. Where it comes to rest
#
# Look at one word $w$ and one context $c$, with the score $s=v_w\cdot u_c$.
# Among $n$ pairs this one was seen $n_{wc}$ times, the word $n_w$ and the context $n_c$ times.
# The word draws $n_{neg}\,n_w$ contexts; if each is drawn as often as it occurs, a part $n_c/n$ of them is this one: $E=n_{neg}\,n_wn_c/n$, on average.
# All that the loss says about $s$ is $-n_{wc}\log\sigma(s)-E\log\sigma(-s)$, whose slope is
#
# $$-n_{wc}\,\sigma(-s)+E\,\sigma(s)$$
#
# Say it was seen 6 times and drawn twice.
# At $s=0$ the slope is $-3+1=-2$: the score should grow.
# At $s=2$ it is $-6\cdot0.12+2\cdot0.88$, about 1: too far.
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
# Is that the lowest place, and the only one?
# By hand: $\sigma$ has the slope $\sigma(s)\sigma(-s)$, which is $\tfrac14$ at 0, so in the example the slope rises there at rate $(6+2)/4=2$.
# Everywhere:

# %% id="optimum-proved" tags=["hide-input"]
# Proved: the slope's own slope.
s, E = symbols("s", real=True), symbols("E", positive=True)
slope = -n_wc * sigma(-s) + E * sigma(s)
reason = "Above zero: the slope rises all the way, so it is zero only once"
lc.prove("02.one_lowest", lc.grad(slope, s), (n_wc + E) * sigma(s) * sigma(-s), reason=reason)

# %% [markdown] id="pmi-named"
# ### More often than by chance
#
# So $s$ comes to rest at the logarithm of what you found, and a part of that has a name.
# With $p_{wc}=n_{wc}/n$, $p_w=n_w/n$ and $p_c=n_c/n$, two words meet $\frac{p_{wc}}{p_wp_c}$ times as often as by chance; the logarithm of that is the *pointwise mutual information*, PMI: 0 for as often, $\log2=0.69$ for twice as often.
#
# **Exercise 4** (5 minutes). Compute the PMI of all pairs from their counts.


# %% id="02-pmi" tags=["exercise"]
def pmi(counts):
    """counts: [N, M] -> the PMI, in natural logarithms: [N, M]; -inf for a count of 0"""
    ### BEGIN SOLUTION
    p = counts / counts.sum()
    return torch.log(p / (p.sum(dim=1, keepdim=True) * p.sum(dim=0)))
    ### END SOLUTION


pmi = lc.check("02.pmi", pmi)

# %% [markdown] id="hints-pmi"
# {{hints}}
#
# Both results together: **negative sampling learns $v_w\cdot u_c=\mathrm{PMI}-\log n_{neg}$** (Levy and Goldberg, 2014), if each pair can choose its score freely, and was seen at all.
# Now ask section 1's counts who is there more often than by chance:

# %% id="pmi-company"
information = pmi(counts).where(counts >= 10, -math.inf)  # rarer pairs say little
for word in ("matrix", "gradient", "true"):
    above_chance = information[number[word]].topk(6).indices
    print(f"{word:9} {' '.join(words[c] for c in above_chance)}")

# %% [markdown] id="freely"
# Can each pair choose its score freely?
# With as many dimensions as words, yes: in the scores $VU^\top$ let $U=I$, then row $w$ of $V$ may hold any scores.
#
# Take the 300 most frequent words, $n_{neg}=5$, and all pairs at once, by their counts.
# With 300 dimensions each of the 90,000 scores is free; with 16 they come from 9,600 numbers.

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


# %% id="descend" tags=["hide-input"]
# Training: Adam, with smaller steps.
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
    "With few dimensions the vectors give up the rare pairs first, which weigh little in the loss. "
    "Does that hurt?",
)

# %% [markdown] id="neighbours"
# ## 5. Whose company is alike?
#
# Whose vectors are nearest, by cosine?
# A plain way needs no training: let a word's vector be its row of positive PMI, 1,000 numbers, with 0 for everything negative.


# %% id="neighbours-shown"
def nearest(v, word, n=5):
    closeness = cosines(v)[number[word]]
    return " ".join(words[i] for i in closeness.topk(n + 1).indices[1:])  # not itself


positive = pmi(counts).clamp(min=0)  # [N, N]
for word in ("matrix", "gradient", "error", "integer", "true"):
    print(f"{word:9} {nearest(positive, word)}")

# %% [markdown] id="probe"
# Nobody told it that "matrix" has a plural; and "true" is nearest to "false": opposites keep the same company.
#
# A question with a known answer: for each word that is there with and without a final s ("tensor" and "tensors"), is the one with the s among the ten nearest?
# Ask raw counts, positive PMI, the same cut down to 64 numbers (by singular values), and 64 trained numbers.


# %% id="probe-measured"
singular = [w for w in words if len(w) > 2 and w + "s" in number]
word, with_s = torch.tensor([(number[w], number[w + "s"]) for w in singular]).T


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

# %% id="probe-figure" tags=["hide-input"]
# The figure: who finds the form with s.
found = {
    "counts, 1,000 numbers": share_found(counts),
    "positive PMI, 1,000 numbers": share_found(positive),
    "positive PMI, 64 numbers": share_found(short),
    "SGNS, 64 numbers": share_found(trained),
}
fig, ax = lc.subplots(height=2.2)
ax.barh(list(found), list(found.values()), color=[GREY, GREEN, GREEN, BLUE])
ax.invert_yaxis()
ax.set(xlim=(0, 1), xlabel=f"share of {len(word)} words whose form with s is near (chance: 0.01)")
_, pmi_found, short_found, sgns_found = found.values()
sentence = "64 trained numbers find {value:.2f}, " + f"64 counted ones {short_found:.2f}, "
sentence += f"1,000 counted ones {pmi_found:.2f}."
lc.figure(fig, lc.claim("02.trained", sentence, sgns_found, between=(0.5, 0.8)))

# %% [markdown] id="probe-seen"
# A difference of less than a tenth says little here.
# But on this text and question *counting well is as good as training* (Levy et al., 2015).

# %% [markdown] id="exit"
# ## Exit questions

# %% id="02-exit_both" tags=["exercise"]
### BEGIN SOLUTION
answer = "d"
### END SOLUTION
lc.quiz("02.exit_both", answer=answer)

# %% id="02-exit_optimum" tags=["exercise"]
### BEGIN SOLUTION
answer = "a"
### END SOLUTION
lc.quiz("02.exit_optimum", answer=answer)

# %% [markdown] id="take-away"
# ## Take away
#
# - A vector that is pulled to fixed places rests at their weighted mean.
# - If the places are learned by the same rule, all fall together: zero loss, and nothing learned.
# - Skip-gram and negative sampling push as well as pull; the latter rests at $v_w\cdot u_c=\mathrm{PMI}-\log n_{neg}$, with enough dimensions and for pairs that were seen.
# - So a word is not equal to its company: its vector says whom it meets more often than by chance, and words with like company lie near each other.

# %% [markdown] id="more-time"
# ## If you have more time
#
# Sliders for the neighbours of a word (5 minutes), two more questions (2), two exercises (5), and longer looks: one table for words and contexts (8), samples in place of counts (3), pairs that were never seen (2), GloVe and how far methods agree (10).

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
    """V, U: [N, D] two tables, words, contexts: [B] row numbers -> the scores: [B]"""
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
# Does that spoil the neighbours, too?


# %% id="one-table-measured" tags=["hide-input"]
# One table, trained.
table, _ = two_starts(300, 300, lc.rng("one table"))
(v_one,) = descend(lambda v: all_pairs_loss(v, v, few), [table], steps=200)
two = correlation(scores[300])
apart = correlation(v_one @ v_one.T, seen & ~torch.eye(300, dtype=torch.bool))
sentence = f"One table, 300 dimensions: r = {{value:.2f}} (two tables: {two:.2f}); "
sentence += f"over the pairs of two different words {apart:.2f}."
lc.claim("02.one_table_r", sentence, correlation(v_one @ v_one.T), between=(0.6, 0.82))

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
tables = two_starts(300, 16, lc.rng("samples"))
ratio = drawn_loss(*tables, lc.rng("drawn")) / (all_pairs_loss(*tables, few) / few.sum())
sentence = "The loss of the drawn pairs is {value:.2f} times that of all."
lc.claim("02.samples", sentence, ratio, between=(0.98, 1.02))

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
v_w, u_c = MatrixSymbol("v_w", d, 1), MatrixSymbol("u_c", d, 1)
missing = dot(v_w, u_c) + b - log(n_wc)
lc.prove("02.glove", lc.grad(a * missing**2, v_w), 2 * a * missing * u_c, torch=True)

# %% id="glove-found" tags=["hide-input"]
# GloVe, and what it finds.
weight = (counts / 100).clamp(max=1.0) ** 0.75
log_counts = counts.clamp(min=1).log()


def glove_loss(v, u, b, c):
    return (weight * (v @ u.T + b + c - log_counts).square()).sum()


def glove(rng):
    tables = *two_starts(1_000, 64, rng), torch.zeros(1_000, 1), torch.zeros(1, 1_000)
    return descend(glove_loss, tables, steps=100)[0]


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
# The two methods agree with each other only somewhat less than GloVe agrees with itself: here, after 100 steps and with $v$ alone, much of a word's neighbourhood is the luck of the start.
# (SGNS agrees with itself more after 400 steps, GloVe when $v+u$ is the word's vector, as its authors take it.)
# Before you compare two methods, compare each with itself.

# %% [markdown] id="sources"
# ## Sources
#
# - The article that this workbook grew from: an introduction to ultra-long context in language models, in Chinese, section 4.2, item 1: the shortcut of section 2.
# - Firth, A synopsis of linguistic theory 1930-1955, in Studies in Linguistic Analysis, 1957: a word and the company it keeps.
# - Levy and Goldberg, Neural word embedding as implicit matrix factorization, NIPS 2014.
# - Levy, Goldberg and Dagan, Improving distributional similarity with lessons learned from word embeddings, Transactions of the Association for Computational Linguistics, 2015: counted and trained vectors compared.
# - Mikolov, Chen, Corrado and Dean, Efficient estimation of word representations in vector space, ICLR workshop 2013: skip-gram.
# - Mikolov, Sutskever, Chen, Corrado and Dean, Distributed representations of words and phrases and their compositionality, NIPS 2013: negative sampling.
# - Pennington, Socher and Manning, GloVe: global vectors for word representation, EMNLP 2014.

# %% id="report"
lc.report()
