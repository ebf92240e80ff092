# %% [markdown] id="promise"
# # 04 · The next word
#
# **What does a distribution over words buy?**
#
# A language model says what may come next: not one word, but a *distribution*, a probability for every word that it knows.
# Here a word is a letter: the list is short.
#
# After this lesson you can price a forecast, keep softmax alive at any score, build a model by counting, compare models fairly, write with temperature and top-p, and read a training log like a detective.
#
# You need lesson 03, logarithms, PyTorch.
# The core path takes about 75 minutes; the end of section 4 is a good place to stop half way.

# %% id="start"
import torch
from sympy import OneMatrix, exp, log, symbols
from torch.nn.functional import cross_entropy
from torch.optim.lr_scheduler import LinearLR

import lcutils as lc
from lcutils import text
from lcutils.proof import MatrixSymbol, dot, each, sigma
from lcutils.show import BLUE, GREY, ORANGE

lc.start("04")

# %% [markdown] id="recall"
# ## Before you begin
#
# One question about lesson 03.

# %% id="04-recall_network" tags=["exercise"]
### BEGIN SOLUTION
answer = "b"
### END SOLUTION
lc.quiz("04.recall_network", answer=answer)

# %% [markdown] id="price"
# ## 1. What a forecast costs
#
# Ann and Bob forecast the next letter, four times.
# The probability that each had given to the letter which then came:
#
# | | t | h | e | n |
# |---|---|---|---|---|
# | Ann | 0.5 | 0.5 | 0.5 | 0.5 |
# | Bob | 0.98 | 0.98 | 0.98 | 0.001 |

# %% id="04-forecasters" tags=["exercise"]
### BEGIN SOLUTION
answer = "Ann"
### END SOLUTION
lc.predict("04.forecasters", answer=answer)

# %% id="forecasters-paid" tags=["after-prediction"]
ann = torch.tensor([0.5, 0.5, 0.5, 0.5])
bob = torch.tensor([0.98, 0.98, 0.98, 0.001])
both = (ann + bob) / 2
given = {who: p.prod().item() for who, p in (("Ann", ann), ("Bob", bob), ("both", both))}
said = f"Ann gave the four letters {given['Ann']:.4f}, Bob {given['Bob']:.4f}: "
said += "to be sure and wrong once cost more than to be right three times brought. "
said += f"The mean of their forecasts gives {given['both']:.4f}, here more than either."
lc.reveal("04.forecasters", said, was=max(("Ann", "Bob"), key=given.get))

# %% [markdown] id="price-why"
# ### The price
#
# The price of a letter is $-\log_2 p$ *bits*: $p=\tfrac12$ costs one, each further halving one more.
# Probabilities multiply, so prices add up: Ann pays $4$ bits, Bob $3\cdot 0.029+9.966=10.05$.
# The mean price is the *cross-entropy* of the text, nearly every language model's loss.
# PyTorch takes $\ln$ and counts *nats*; one bit is $\ln 2=0.693$ of them.
#
# *Perplexity* is $2$ to that mean in bits: a guess among how many equally likely letters?
# By hand: 2 choices, then 32, cost 1 bit and 5, on average 3. The perplexity is $2^3=8=\sqrt{2\cdot 32}$, the geometric mean; the usual one is 17.
#
# **Exercise 1** (2 minutes). Write perplexity; `p` has, for each letter that came, the probability given to it.


# %% id="04-perplexity" tags=["exercise"]
def perplexity(p):
    """p: [T] the probability that each letter which came had been given -> []"""
    ### BEGIN SOLUTION
    return (-p.log().mean()).exp()
    ### END SOLUTION


perplexity = lc.check("04.perplexity", perplexity)

# %% [markdown] id="hints-perplexity"
# {{hints}}
#
# ## 2. From scores to prices
#
# A network gives scores $s$, the *logits*; softmax (lesson 02) makes a distribution of them, $p_i=e^{s_i}/\sum_j e^{s_j}$.
# By hand: the scores $(0,\ \ln 3)$ become $(1,3)/4$.
# Add 5 to both, and every power has the factor $e^5$, above and below: it cancels.
# In letters:

# %% id="shift"
V = symbols("V", positive=True, integer=True)
c = symbols("c", real=True)
s, one = MatrixSymbol("s", V, 1), OneMatrix(V, 1)


def softmax(s):
    return 1 / dot(one, each(exp, s)) * each(exp, s)


lc.prove("04.shift", softmax(s + c * one), softmax(s))

# %% [markdown] id="shift-seen"
# (Proved for 2 and 3 scores; the factor cancels for any number.)
# Only differences of scores count. That will help: $e^{89}$ is too large for float32.
# The price is minus $\ln p_i=s_i-\ln\sum_j e^{s_j}$.
#
# **Exercise 2** (5 minutes). `torch` has this ready; write your own, from powers, sums and logarithms, so that it survives scores of 10,000.


# %% id="04-log_softmax" tags=["exercise"]
def log_softmax(scores):
    """scores: [B, V], also of 10,000 -> the logarithms of softmax, row by row: [B, V]"""
    ### BEGIN SOLUTION
    shifted = scores - scores.amax(dim=1, keepdim=True)
    return shifted - shifted.exp().sum(dim=1, keepdim=True).log()
    ### END SOLUTION


log_softmax = lc.check("04.log_softmax", log_softmax)

# %% [markdown] id="hints-log_softmax"
# {{hints}}
#
# ## 3. A model that counts
#
# The text is the documentation of PyTorch and SymPy, in lower case, with 35 signs: every digit a 0, others left out (so these are not lesson 01's bits a character).
# Files are dealt out three ways: to learn from, to choose settings by, to test.

# %% id="letters"
prose = text.paragraphs(["torch", "sympy"])
learn, choose, test = text.split(prose, 0.7, 0.85)  # no file is in two of them
N_SIGNS, LONGEST = len(text.SIGNS), 6


def as_letters(paragraphs):
    return text.as_letters("".join(paragraph.text + "\n" for paragraph in paragraphs))


def places(paragraphs, every):
    """Contexts and the letters that came, at every so-manyth place: [B, 12], [B]"""
    found = as_letters(paragraphs)
    return text.before(found, 12)[::every], found[::every]


mixed_up = torch.randperm(len(learn), generator=lc.rng("order")).tolist()
letters = as_letters([learn[i] for i in mixed_up])  # so the first ones are a sample
to_choose, to_test = places(choose, 20), places(test, 6)
print(f"{len(letters):,} letters to learn from, {len(to_test[1]):,} places to test")

# %% id="came-after" tags=["hide-input"]
# After four contexts, in 128,000 letters.
signs = text.SIGNS.replace(" ", "_")  # so that a space is seen
for context in ("q", "th", "matr", "the m"):
    counts = text.LetterCounts(letters[:128_000], len(context))
    row = counts.after(text.as_letters(context)[None])[0]
    often = "  ".join(f"{signs[i]} {row[i]:.0f}" for i in row.topk(5).indices if row[i])
    print(f"after {context!r:8} {often}")

# %% [markdown] id="smoothing"
# An *n-gram* model counts what came after each *context*, the letters just before.
# Divided by their sum, counts are probabilities, but what never came has 0, at an infinite price.
# So each context adds $m$ letters, shared out by the next shorter one.
#
# By hand: of 8 letters after a context, 6 were e and 2 were o. The shorter context says $\tfrac14$ for e, $\tfrac12$ for o, $\tfrac14$ for all others.
# With $m=4$ the e has $(6+4\cdot\tfrac14)/(8+4)=0.58$.
#
# **Exercise 3** (4 minutes). Write it for a batch of contexts.


# %% id="04-smoothed" tags=["exercise"]
def smoothed(counts, shorter, m):
    """counts, shorter: [B, V], m: [B, 1] -> probabilities: [B, V]"""
    ### BEGIN SOLUTION
    return (counts + m * shorter) / (counts.sum(dim=1, keepdim=True) + m)
    ### END SOLUTION


smoothed = lc.check("04.smoothed", smoothed)

# %% [markdown] id="hints-smoothed"
# {{hints}}
#
# After a q there is little doubt, after a space much: let $m$ be a factor times how many different letters came (once that number: Witten and Bell, 1991).
# For each length of context the factor is chosen on the files kept for choosing.


# %% id="by-counts"
def price(p, came):
    """p: [B, 35], came: [B] -> the mean price in bits"""
    return -p.gather(1, came[:, None]).log2().mean().item()


def longer(counts, shorter, factor):
    """A distribution [B, 35] from counts and that of contexts one letter shorter"""
    kinds = (counts > 0).sum(dim=1, keepdim=True).clamp(min=1)
    return smoothed(counts, shorter, factor * kinds)


def by_counts(model, contexts):
    """For each length in `model`, from 0 letters up, a distribution [B, 35]"""
    found = [torch.full((len(contexts), N_SIGNS), 1 / N_SIGNS)]
    for table, factor in model:
        found.append(longer(table.after(contexts), found[-1], factor))
    return found[1:]


# %% id="fit-counts" tags=["hide-input"]
# Makes tables, and chooses their factors.
def fit_counts(letters, longest):
    """Pairs of a table of counts and the factor chosen for it, from 0 letters up"""
    model, p = [], torch.full((len(to_choose[0]), N_SIGNS), 1 / N_SIGNS)
    for n in range(longest + 1):
        table = text.LetterCounts(letters, n)
        counts = table.after(to_choose[0])
        tried = {factor: longer(counts, p, factor) for factor in (1, 2, 4, 8, 16, 32)}
        best = min(tried, key=lambda factor: price(tried[factor], to_choose[1]))
        model.append((table, best))
        p = tried[best]
    return model


# %% id="six-letters" tags=["hide-input"]
# Counts, and tests.
of_all = fit_counts(letters, 10)
counted = by_counts(of_all, to_test[0])
by_length = [price(p, to_test[1]) for p in counted]
print(f"no model, 35 signs alike: {torch.tensor(35.0).log2():.2f} bits a letter")
print(f"how often each comes:     {by_length[0]:.2f}")
said = "The last 6 letters: {value:.2f} bits a letter, on files never seen."
lc.claim("04.six_letters", said, by_length[LONGEST], between=(1.5, 1.8))

# %% [markdown] id="prices-before"
# Where does a text cost? From a test file:

# %% id="prices" tags=["hide-input"]
# The figure: each letter and its price.
shown = next(p for p in test if 96 < len(p.text) < 104)
line = as_letters([shown])[:96]
p = by_counts(of_all, text.before(line, 12))[LONGEST]
cost = -p.gather(1, line[:, None]).log2()[:, 0]
written = text.spelled(line).replace("\n", " ")
fig, axes = lc.subplots(2, 1, height=3.6, sharey=True)
for ax, start in zip(axes, (0, 48), strict=True):
    for x, place in enumerate(range(start, min(start + 48, len(line)))):
        is_first = place == 0 or not written[place - 1].isalpha()
        ax.bar(x, cost[place], color=ORANGE if is_first and written[place].isalpha() else BLUE)
        ax.text(x, -0.4, written[place], ha="center", va="top", family="monospace")
    ax.set(xlim=(-1, 48), ylim=(0, 9), xticks=[], ylabel="bits")
is_letter, nearest = (1 < to_test[1]) & (to_test[1] < 28), to_test[0][:, -1]
begins = is_letter & ((nearest < 2) | (nearest > 27))
costs = -counted[LONGEST].gather(1, to_test[1][:, None]).log2()[:, 0]
within = costs[is_letter & ~begins].mean()
said = f"The first letter of a word (orange) costs {{value:.1f}} bits, a later one {within:.1f}."
claim = lc.claim("04.first_letters", said, costs[begins].mean(), between=(3.4, 4.2))
lc.figure(fig, claim)

# %% [markdown] id="window"
# What is a longer look worth?

# %% id="context-figure" tags=["hide-input"]
# The figure: bits by letters of context.
few = letters[:128_000]
of_few = fit_counts(few, 10)
counted_few = by_counts(of_few, to_test[0])
by_few = [price(p, to_test[1]) for p in counted_few]
fig, ax = lc.subplots(height=2.7)
ax.plot(by_few, "o-", color=GREY)
ax.plot(by_length, "o-", color=BLUE)
ax.text(10.2, by_few[-1], "128,000 letters read", color=GREY, va="center")
ax.text(10.2, by_length[-1], f"{len(letters):,} read", color=BLUE, va="center")
ax.set(xlabel="letters of context", ylabel="bits a letter", ylim=(1.4, 4.5), xlim=(-0.3, 13.4))
ax.set_xticks(range(0, 11, 2))
rows = [len(of_all[n][0].counts) for n in (LONGEST, 10)]
said = "From 6 letters of context to 10 the counts save {value:.2f} bits, and need "
said += f"{rows[1]:,} contexts in place of {rows[0]:,}. "
said += f"Eleven times the letters save {by_few[LONGEST] - by_length[LONGEST]:.2f}."
gain = by_length[LONGEST] - by_length[10]
lc.figure(fig, lc.claim("04.longer_look", said, gain, between=(0.025, 0.05)))

# %% [markdown] id="network-before"
# A window once more, as in lesson 03, and no memory: hardly a run of 300 letters comes twice, so counts that long say nothing.
#
# ## 4. Against a network
#
# The rival is like lesson 03's network, with learned vectors: those of the last 6 letters, 16 numbers each, go side by side through 256 hidden units (cut off below 0, no biases) to 35 scores.
#
# To be fair, both read the same 128,000 letters; the network once, 256 at a step.
# (Its step size is the best of four on the files kept for choosing.)


# %% id="network"
def network(letters, passes, rng, lr=0.02):
    """Reads the letters so many times; returns what makes scores of contexts [B, 6]"""
    vectors = torch.randn(N_SIGNS, 16, generator=rng).div(2).requires_grad_()
    W1 = torch.randn(6 * 16, 256, generator=rng).div(96**0.5).requires_grad_()
    W2 = torch.zeros(256, N_SIGNS, requires_grad=True)

    def scores(contexts):
        return torch.relu(vectors[contexts].flatten(1) @ W1) @ W2

    optimizer = torch.optim.Adam([vectors, W1, W2], lr=lr)
    slower = LinearLR(optimizer, 1, 0.01, passes * len(letters) // 256)
    contexts = text.before(letters, 6)
    for _ in range(passes):
        for batch in torch.randperm(len(letters), generator=rng).split(256):
            loss = cross_entropy(scores(contexts[batch]), letters[batch])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            slower.step()
    return scores


# %% id="04-counts_or_network" tags=["exercise"]
### BEGIN SOLUTION
answer = "counts"
### END SOLUTION
lc.predict("04.counts_or_network", answer=answer)


# %% id="networks-measured" tags=["after-prediction"]
# Run this cell once you have guessed.
def by_network(scores, contexts):
    with torch.no_grad():
        return scores(contexts[:, -LONGEST:]).softmax(dim=1)


rng, of_counts = lc.rng("networks"), counted_few[LONGEST]
networks = {passes: network(few, passes, rng) for passes in (1, 4)}
guessed = {passes: by_network(scores, to_test[0]) for passes, scores in networks.items()}
paid = {passes: price(p, to_test[1]) for passes, p in guessed.items()}

# %% id="networks-shown" tags=["after-prediction"]
# Run this cell once you have guessed.
told = f"The counts pay {by_few[LONGEST]:.2f} bits a letter, the network {paid[1]:.2f}: "
gap = paid[1] - by_few[LONGEST]
once = lc.claim("04.counts_win", told + "{value:.2f} more.", gap, between=(0.33, 0.45))
said = f"If it reads the same letters four times it pays {paid[4]:.2f}, {{value:.2f}} more."
four = lc.claim("04.read_again", said, paid[4] - by_few[LONGEST], between=(0.14, 0.24))
n_counts = sum(int((table.counts > 0).sum()) for table, _ in of_few[: LONGEST + 1])
n_weights = N_SIGNS * 16 + 6 * 16 * 256 + 256 * N_SIGNS
room = f"The counts are {n_counts:,} numbers, the network has {n_weights:,}."
was = "counts" if gap > 0 else "network"
lc.reveal("04.counts_or_network", once, four, room, was=was)

# %% [markdown] id="networks-seen" tags=["after-prediction"]
# Here counting wins; eight readings were no better than four.
# With more letters and units the gap narrows: outside this page, one run each, 1,024 units that read all 1.4 million once (40 s) paid 1.77 bits, four times (160 s) 1.69; the counts 1.65 there.
#
# But two contexts whose nearest letters differ share nothing in a table.
# Is the mean of both models better?

# %% id="mixture" tags=["after-prediction"]
# Run this cell once you have guessed.
shares = [n / 20 for n in range(21)]


def mixed(share, passes):
    return price((1 - share) * of_counts + share * guessed[passes], to_test[1])


fig, ax = lc.subplots(height=2.6)
ax.set(xlabel="share of the network in the mean", ylabel="bits a letter", xlim=(0, 1.25))
ax.set_xticks([0, 0.25, 0.5, 0.75, 1])
ax.plot([0, 1], [by_few[LONGEST]] * 2, color=GREY, lw=1)
ax.text(1.01, by_few[LONGEST], "counts alone", color=GREY, va="center")
for passes, colour, label in ((1, BLUE, "read once"), (4, ORANGE, "read four times")):
    ax.plot(shares, [mixed(share, passes) for share in shares], color=colour)
    ax.text(1.01, paid[passes], label, color=colour, va="center")

# %% id="mixture-chosen" tags=["after-prediction"]
# Run this cell once you have guessed.
of_choose = by_counts(of_few, to_choose[0])[LONGEST], by_network(networks[4], to_choose[0])
there = {x: price((1 - x) * of_choose[0] + x * of_choose[1], to_choose[1]) for x in shares}
share = min(there, key=there.get)
half = {passes: mixed(0.5, passes) - by_few[LONGEST] for passes in (1, 4)}
said = f"Half counts, half network: {half[1]:+.2f} bits against the counts alone if it read once, "
said += "{value:+.2f} if it read four times."
claim = lc.claim("04.half_and_half", said, half[4], between=(-0.07, -0.01))
said = f"Of the one that read four times a share of {share:.2f}, the best on the files kept for "
said += "choosing: {value:.2f} bits less than the counts alone."
best = lc.claim("04.mixture", said, by_few[LONGEST] - mixed(share, 4), between=(0.035, 0.085))
why = """By hand: Ann's $\\tfrac12$ and Bob's $\\tfrac18$ cost 1 bit and 3; their mean $\\tfrac{5}{16}$ costs 1.68, less than 2.
$-\\log$ bends upwards, so **the mean pays at most the mean of both prices**: that may be more than the better one pays."""
lc.reveal("04.counts_or_network", lc.figure(fig, claim), best, why)

# %% [markdown] id="half-way"
# ### Half way
#
# **A good place to stop.**
#
# ## 5. What no model can save
#
# Two letters come with the true probabilities $p_1$ and $p_2$; the model says $q_1$ and $q_2$.
# The cross-entropy of a long text is near $-p_1\ln q_1-p_2\ln q_2$.
# A model that says the truth pays $H=-p_1\ln p_1-p_2\ln p_2$, the *entropy* (Shannon, 1948).
# Let $KL=p_1\ln\frac{p_1}{q_1}+p_2\ln\frac{p_2}{q_2}$ (Kullback and Leibler, 1951).
#
# By hand, in bits: $p=(\tfrac12,\tfrac12)$ and $q=(\tfrac14,\tfrac34)$. The model pays $\tfrac12\cdot 2+\tfrac12\cdot 0.415=1.21$, the truth $1$.
#
# **Exercise 4** (3 minutes). Bring the first line to `H` and `KL` alone.
# Write at least one line between. (True for all positive numbers.)

# %% id="04-split_price" tags=["exercise"]
### BEGIN SOLUTION
chain = """
-p1*log(q1) - p2*log(q2)
= -p1*log(p1) - p2*log(p2) + p1*log(p1/q1) + p2*log(p2/q2)
= H + KL
"""
### END SOLUTION
### BEGIN STUDENT
# chain = """
# -p1*log(q1) - p2*log(q2)
# = ...
# """
### END STUDENT
lc.check("04.split_price", chain)

# %% [markdown] id="hints-split_price"
# {{hints}}
#
# For any number of letters, with $u=\ln p$ and $v=\ln q$ entry by entry:

# %% id="split-proved"
p, u, v = (MatrixSymbol(name, V, 1) for name in "puv")
lc.prove("04.entropy_and_kl", -dot(p, v), -dot(p, u) + dot(p, u - v))

# %% [markdown] id="kl-positive"
# $KL$ is never below 0. $\ln x\le x-1$, equal at $x=1$ alone; so, if no $p_i$ is 0, $-KL=\sum_i p_i\ln\frac{q_i}{p_i}\le\sum_i p_i\left(\frac{q_i}{p_i}-1\right)=1-1=0$, equal only if every $q_i=p_i$.
# **On average under the truth, no model pays less than the entropy, and only the truth pays no more.**
# (On one text luck may: Bob's first three letters.)
#
# The entropy of our text nobody knows. A price on new files is, but for luck, an upper bound; people who guessed English letters came to about one bit (Shannon, 1951).
#
# ## 6. Writing
#
# To write, draw a letter, append it, ask again.
# But a model gives a little to much that cannot be, and one odd letter leads to the next.
# So three rules bend the distribution; what is left is divided by its sum.
#
# - *Temperature* $\tau$ divides all scores, so a probability becomes $p^{1/\tau}$.
# - *Top-k* keeps the $k$ most likely (Fan et al., 2018).
# - *Top-p* keeps the fewest, most likely first, that together reach a given probability (Holtzman et al., 2020).
#
# By hand: $\tau=\tfrac12$ squares, and $(0.8,\ 0.2)$ becomes $(0.94,\ 0.06)$; $\tau=2$ takes roots, and $(\tfrac23,\tfrac13)$ is left.
#
# **Exercise 5** (5 minutes). Write top-p, for one distribution.


# %% id="04-top_p" tags=["exercise"]
def top_p(p, mass):
    """p: [V], mass up to 1 -> the fewest letters that reach mass, as a distribution: [V]"""
    ### BEGIN SOLUTION
    best, order = p.sort(descending=True)
    kept = best * (best.cumsum(dim=0) - best < mass)
    return torch.zeros_like(p).scatter(0, order, kept / kept.sum())
    ### END SOLUTION


top_p = lc.check("04.top_p", top_p)

# %% [markdown] id="hints-top_p"
# {{hints}}


# %% id="warmed"
def warmed(p, temperature):
    return (p.log() / temperature).softmax(dim=-1)


# What the counts say after "of the m": [35]
context = text.as_letters("    of the m")[None]
after_the = by_counts(of_all, context)[LONGEST][0]

# %% id="04-order" tags=["exercise"]
### BEGIN SOLUTION
answer = "temperature first"
### END SOLUTION
lc.predict("04.order", answer=answer)

# %% id="rules" tags=["after-prediction"]
# Run this cell once you have guessed.
ranked = after_the.argsort(descending=True)[:10]
rules = {
    "as counted": after_the,
    "temperature 0.5": warmed(after_the, 0.5),
    "temperature 2": warmed(after_the, 2.0),
    "top-k 2": warmed(after_the.where(after_the >= after_the.topk(2).values[-1], 0), 1.0),
    "top-p 0.8": top_p(after_the, 0.8),
    "temperature 2, top-p 0.8": top_p(warmed(after_the, 2.0), 0.8),
    "top-p 0.8, temperature 2": warmed(top_p(after_the, 0.8), 2.0),
}
heat_first, cut_first = ((p > 0).sum().item() for p in list(rules.values())[-2:])

# %% id="order-shown" tags=["after-prediction"]
fig, ax = lc.subplots(height=3)
for y, p in enumerate(rules.values()):
    for x, share in enumerate(p[ranked].tolist()):
        if share > 0:
            look = {"color": BLUE, "alpha": 0.08 + 0.72 * share**0.5, "lw": 0}
            ax.fill_between([x - 0.5, x + 0.5], y - 0.5, y + 0.5, **look)
            ax.text(x, y, f"{100 * share:.0f}", ha="center", va="center", size=8)
label = "the ten likeliest letters (per cent; white: cut off)"
ax.set(xlim=(-0.5, 9.5), ylim=(6.5, -0.5), xlabel=label)
ax.set_xticks(range(10), [signs[i] for i in ranked])
ax.set_yticks(range(7), list(rules))
said = f"Temperature first leaves {{value:.0f}} letters, top-p first {cut_first}."
picture = lc.figure(fig, lc.claim("04.letters_left", said, heat_first, between=(3, 9)))
why = """By hand, with $(0.9,\\ 0.09,\\ 0.01)$: cut first, and one is left.
Roots first make $(0.70,\\ 0.22,\\ 0.07)$: more are needed to reach 0.8, and two are left.
Hugging Face's transformers heats first, llama.cpp last (unless told otherwise): one setting, two sets."""
was = "temperature first" if heat_first > cut_first else "top-p first"
lc.reveal("04.order", picture, why, was=was)

# %% [markdown] id="play-before" tags=["after-prediction"]
# Now you (`tau` first, then `mass`):


# %% id="play" tags=["after-prediction"]
# The sliders.
def draw(ax, tau, mass):
    q = top_p(warmed(after_the, tau), mass)
    ax.bar(range(10), after_the[ranked], color=GREY, alpha=0.4)
    ax.bar(range(10), q[ranked], color=BLUE, width=0.5)
    ax.set(xlabel="next letter", ylabel="probability", ylim=(0, 1))
    ax.set_xticks(range(10), [signs[i] for i in ranked])


lc.play(draw, tau=(0.1, 3.0, 1.0), mass=(0.05, 1.0, 1.0))

# %% [markdown] id="case"
# ## 7. A case for a detective
#
# An article on long contexts shows a program and its output.
# The last layer has an output for each word of the vocabulary. After each epoch the program prints `loss.item()` of the last batch, at the end `100 * correct / total` of the test set, both without a format:
#
# ```
# Epoch 1/10, Loss: 2.3036
# Epoch 2/10, Loss: 1.9790
# ...
# Epoch 10/10, Loss: 1.5556
# Accuracy: 85.5676%
# ```
#
# First clue: $V$ equally likely outputs cost $\ln V$ nats: two $0.69$, ten $2.3026$.
# The first loss looks like ten classes untrained, but an epoch has passed.
#
# Second clue: a 32-bit number is a whole number divided by a power of 2. If it has at most four decimals it is a multiple of $\tfrac1{16}$, such as $1.5625$. And Python leaves out the last zero of `1.9790`.

# %% id="printed" tags=["hide-input"]
# The ten losses, printed by Python.
logged = "2.3036 1.9790 1.7989 1.6833 1.6144 1.5814 1.5622 1.5571 1.5560 1.5556".split()
printed = [str(torch.tensor(float(loss)).item()) for loss in logged]
print(printed[:3])
same = sum(a == b for a, b in zip(printed, logged, strict=True))
lc.claim(
    "04.printed", "Of the ten losses {value:.0f} would be printed as shown.", same, between=(0, 0)
)

# %% [markdown] id="test_set-exercise"
# So the losses were rounded.
#
# **Exercise 6** (3 minutes). Third clue: the program would not round `85.5676` either.
# How many texts has the test set, at least? (As a share it is 0.855676.)

# %% id="04-test_set" tags=["exercise"]
### BEGIN SOLUTION
n_texts = 250_000
### END SOLUTION
### BEGIN STUDENT
# n_texts = None  # a whole number
### END STUDENT
lc.check("04.test_set", n_texts)

# %% [markdown] id="hints-test_set"
# {{hints}}
#
# Many, for an example. If it was rounded like the losses, 1,656 texts are enough.
#
# Fourth clue: can a loss of 1.5556 go with 85.57 % right, on one set of two classes (its section 4.3 has two)?
# Right answers have more than one half, and pay less than $0.69$.
# So wrong ones pay at least $(1.5556-0.8557\cdot 0.693)/0.1443=6.7$ nats on average: there the truth had about $0.001$, as with Bob.

# %% [markdown] id="exit"
# ## Exit question

# %% id="04-exit_case" tags=["exercise"]
### BEGIN SOLUTION
answer = "c"
### END SOLUTION
lc.quiz("04.exit_case", answer=answer)

# %% [markdown] id="take-away"
# ## Take away
#
# - A distribution buys a price, $-\log p$ of what came, by which models are compared, trained and mixed, and texts, drawn from it. A bare guess is right or wrong.
# - On average one pays the entropy, which nobody saves, plus $KL$.
# - Softmax sees differences of scores only: take away the largest first.
# - First a baseline, and the same letters for both: here counts beat a small network.
# - Temperature 1 changes nothing, towards 0 the likeliest always comes; with top-p the order matters.
#
# Both models see a few letters and forget the rest. Lesson 05 begins to remember.

# %% [markdown] id="more-time"
# ## If you have more time
#
# - Two more questions (2 minutes).
# - Whole texts (5 minutes).
# - Temperature and entropy (4 minutes).
# - Softmax, twice (4 minutes).
# - A judge's temperature (3 minutes).

# %% id="04-exit_temperature" tags=["exercise"]
### BEGIN SOLUTION
answer = "b"
### END SOLUTION
lc.quiz("04.exit_temperature", answer=answer)

# %% id="04-exit_zero" tags=["exercise"]
### BEGIN SOLUTION
answer = "d"
### END SOLUTION
lc.quiz("04.exit_zero", answer=answer)

# %% [markdown] id="texts-before"
# ### Whole texts
#
# From 40 places in the test files the counts write on, 150 letters each.


# %% id="write"
def write(temperature, rng, mass=1.0, n_letters=150):
    """Continues 40 contexts of the test files: [40, n_letters]"""
    found = to_test[0][torch.randint(len(to_test[0]), (40,), generator=rng)]
    for _ in range(n_letters):
        p = warmed(by_counts(of_all[: LONGEST + 1], found)[-1], temperature)
        p = torch.stack([top_p(row, mass) for row in p]) if mass < 1 else p
        found = torch.cat([found, torch.multinomial(p, 1, generator=rng)], dim=1)
    return found[:, -n_letters:]


rng = lc.rng("write")
texts = {temperature: write(temperature, rng) for temperature in (0.05, 0.5, 1.0, 1.5)}
for temperature, found in texts.items():
    print(f"{temperature:<5}", text.spelled(found[0, :80]).replace("\n", " / "))

# %% id="texts-measured" tags=["hide-input"]
# Counts known words, and loops.
known_words = set(text.spelled(letters).split())


def words_known(found):
    words = [word for row in found for word in text.spelled(row).split()[1:-1]]
    return sum(word in known_words for word in words) / len(words)


def repeated(found, n=12):
    runs = [[tuple(run) for run in row.unfold(0, n, 1).tolist()] for row in found]
    return sum(1 - len(set(row)) / len(row) for row in runs) / len(runs)


# %% id="texts-figure" tags=["hide-input"]
# The figure: known words, and loops.
fig, ax = lc.subplots(height=2.4)
known, again = ([f(found) for found in texts.values()] for f in (words_known, repeated))
real = words_known([as_letters(test)])
ax.axhline(real, color=GREY, lw=1)
ax.text(1.7, real - 0.12, "real prose", color=GREY, va="center", ha="right")
ax.plot(list(texts), known, "o", color=BLUE, label="words that the files to learn from have")
ax.plot(list(texts), again, "o", color=ORANGE, label="runs of 12 that it wrote before")
ax.set(xlabel="temperature", ylabel="share", ylim=(-0.05, 1.05), xlim=(0, 1.7))
ax.legend(loc="center left", bbox_to_anchor=(0.3, 0.5))
said = "Near temperature 0, {value:.2f} of all runs of 12 letters came before in the same text; "
claim = lc.claim("04.loops", said + f"at 1, {again[2]:.2f}.", again[0], between=(0.3, 0.55))
lc.figure(fig, claim)

# %% id="words-claim" tags=["hide-input"]
# And the words.
cut = words_known(write(1.0, rng, mass=0.9))
said = f"Of the words of the test files, {real:.2f} are known; of those written at temperature 1, "
said += (
    f"{{value:.2f}}, at 1.5 {known[3]:.2f}, at 0.5 {known[1]:.2f}, at 1 with top-p 0.9 {cut:.2f}."
)
lc.claim("04.words", said, known[2], between=(0.88, 0.98))

# %% [markdown] id="texts-seen"
# (A word is what stands between two spaces, comma included.)
# The aim is not 1: people write new words, too. By this measure temperature 1 comes nearest to real prose; top-p and low temperatures write tamer than people do, the point of Holtzman et al.

# %% [markdown] id="heat-before"
# ### Temperature and entropy
#
# How fast does heat make a distribution less sure?
# Take two letters with the scores $s$ and $0$: at temperature $\tau$ the first has the probability $\sigma(s/\tau)$, with the logistic function $\sigma$ of lesson 02.
# By hand: $-\ln p_i=\ln Z-s_i/\tau$, where $Z$ is the sum below the fraction; its mean is the entropy, $H=\ln Z-\frac{s}{\tau}\,\sigma(\frac s\tau)$.
# Its slope:

# %% id="heat"
s, tau = symbols("s", real=True), symbols("tau", positive=True)
H = log(1 + exp(s / tau)) - s / tau * sigma(s / tau)
lc.prove("04.heat", lc.grad(H, tau), s**2 * sigma(s / tau) * sigma(-s / tau) / tau**3)

# %% [markdown] id="heat-seen"
# $s^2\,\sigma(\frac s\tau)\,\sigma(-\frac s\tau)$ is the variance of the scores, drawn with these probabilities.
# With any number of letters, let $\bar s$ be the mean of the scores, so that $H=\ln Z-\bar s/\tau$.
# By hand: $\ln Z$ has the slope $-\bar s/\tau^2$, and $\bar s/\tau$ has $\bar s'/\tau-\bar s/\tau^2$, so $H'=-\bar s'/\tau$; and $\bar s'$ is minus the variance divided by $\tau^2$.
# So **the entropy grows with the temperature, by the variance of the scores divided by $\tau^3$**, and stands still only where all scores are equal.
#
# ### Softmax, twice
#
# `cross_entropy` takes scores. A common slip gives it probabilities, so that softmax is taken twice.
# Nothing breaks, and the loss even falls: from $\ln 35=3.56$ nats, where all are equal, to at best $\ln(e+34)-1=2.60$, where all is on the letter that came.
#
# But where does it push? Let $t_j$ be how often letter $j$ comes. The slope by the $j$-th "score" is its second softmax minus $t_j$.
# With all put on $k$, that is $\frac{e}{e+34}-t_k$ for $k$ and $\frac{1}{e+34}-t_j$ for the others: nothing is gained by moving away as soon as $t_k$ leads each $t_j$ by $\frac{e-1}{e+34}=0.047$.
# **A lead of five per cent, and all is put on one letter.**


# %% id="twice"
def bigram(is_twice, rng, steps=300, lr=0.1):
    """Scores after one letter, trained: the last loss in nats, the true price in bits"""
    scores = torch.zeros(N_SIGNS, N_SIGNS, requires_grad=True)
    optimizer = torch.optim.Adam([scores], lr=lr)
    for _ in range(steps):
        batch = torch.randint(1, len(letters), (256,), generator=rng)
        given = scores[letters[batch - 1]]
        loss = cross_entropy(given.softmax(dim=1) if is_twice else given, letters[batch])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    p = scores.detach()[to_test[0][:, -1]].softmax(dim=1)
    return loss.item(), price(p, to_test[1])


# %% id="twice-measured" tags=["hide-input"]
# One letter of context, two step sizes.
rng, runs = lc.rng("twice"), {}
for lr in (0.01, 0.1):
    runs[lr] = [bigram(is_twice, rng, lr=lr) for is_twice in (False, True)]
once, (loss, twice) = runs[0.1][0][1], runs[0.1][1]
said = f"Step size 0.1: with softmax once {once:.1f} bits a letter, twice {{value:.1f}}, "
said += f"more than no model at all, {torch.tensor(35.0).log2():.2f}; "
said += f"and its own loss says {loss:.2f} nats, better than 3.56. At 0.01: "
said += "{:.1f} and {:.1f} bits.".format(*(paid for _, paid in runs[0.01]))
lc.claim("04.softmax_twice", said, twice, between=(7, 10))

# %% [markdown] id="judge-before"
# ### A judge's temperature
#
# If a model is as sure as it should be, no other temperature than 1 makes its price lower.

# %% id="judge" tags=["hide-input"]
# The price at other temperatures.
heats = (0.5, 0.9, 1.0, 1.1, 1.2, 1.3, 1.5)
to_heat = by_counts(of_all[: LONGEST + 1], to_choose[0])[-1]
best = min(heats, key=lambda tau: price(warmed(to_heat, tau), to_choose[1]))
prices = {tau: price(warmed(counted[LONGEST], tau), to_test[1]) for tau in (0.5, 1.0, best)}
said = f"On the files kept for choosing {best} is best; on the test files it saves {{value:.3f}} "
said += f"bits of {prices[1.0]:.3f}. (At 0.5 the price is {prices[0.5]:.2f}.)"
lc.claim("04.best_temperature", said, prices[1.0] - prices[best], between=(0.005, 0.025))

# %% id="ruled-out" tags=["hide-input"]
# What top-p 0.9 rules out.
p = counted[LONGEST]
likelier = p > p.gather(1, to_test[1][:, None])  # [B, 35]
above = (p * likelier).sum(dim=1)
said = "Top-p 0.9 gives {value:.3f} of the letters that came the probability 0."
lc.claim("04.ruled_out", said, (above >= 0.9).float().mean(), between=(0.04, 0.1))

# %% [markdown] id="judge-seen"
# The counts are a touch too sure, by a hundredth of a bit.
# And a rule for writing is no rule for judging: under top-p the price of these texts is infinite.

# %% [markdown] id="sources"
# ## Sources
#
# - The article: an introduction to ultra-long context in language models, in Chinese, sections 4.3, 5.2 and 5.4. The two classes are those of another of its examples, in 4.3.
# - Hugging Face transformers, pull request 8686, and llama.cpp, issue 4091: temperature before top-p, and after it.
# - Shannon, A mathematical theory of communication, Bell System Technical Journal, 1948: entropy. Prediction and entropy of printed English, the same journal, 1951: letters, guessed and priced.
# - Kullback and Leibler, On information and sufficiency, Annals of Mathematical Statistics, 1951.
# - Witten and Bell, The zero-frequency problem, IEEE Transactions on Information Theory, 1991.
# - Bengio, Ducharme, Vincent and Jauvin, A neural probabilistic language model, Journal of Machine Learning Research, 2003: a network like that of section 4, for words, with $\tanh$.
# - Fan, Lewis and Dauphin, Hierarchical neural story generation, ACL 2018: top-k.
# - Holtzman, Buys, Du, Forbes and Choi, The curious case of neural text degeneration, ICLR 2020: top-p.

# %% id="report"
lc.report()
