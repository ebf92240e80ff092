# %% [markdown] id="promise"
# # 04 · The next word
#
# **What does a distribution over words buy?**
#
# A language model reads a text and says what may come next: not one word, but a *distribution*, a probability for every word that it knows.
# Here a "word" is a letter, so that the list is short.
#
# After this lesson you can price a forecast, keep softmax alive at any score, build a model by counting, write with temperature and top-p, and read a training log like a detective.
#
# You need lesson 03, logarithms, some PyTorch.
# The core path takes about 75 minutes; the end of section 4 is a good place to stop half way.

# %% id="start"
import torch
from sympy import OneMatrix, exp, log, symbols
from torch.nn.functional import cross_entropy

import lcutils as lc
from lcutils import text
from lcutils.proof import MatrixSymbol, dot, each, sigma
from lcutils.show import BLUE, GREY, ORANGE

lc.start("04")

# %% [markdown] id="recall"
# ## Before you begin
#
# One question about lesson 03; if you have not done it, guess.

# %% id="04-recall_network" tags=["exercise"]
### BEGIN SOLUTION
answer = "b"
### END SOLUTION
lc.quiz("04.recall_network", answer=answer)

# %% [markdown] id="price"
# ## 1. What a forecast costs
#
# Ann and Bob forecast the next letter, four times; then it is shown.
# This is the probability that each had given the letter which came:
#
# | | t | h | e | n |
# |---|---|---|---|---|
# | Ann | 0.5 | 0.5 | 0.5 | 0.5 |
# | Bob | 0.98 | 0.98 | 0.98 | 0.001 |
#
# The price of a letter is $-\log_2 p$ *bits*: $\tfrac12$ costs one bit, and each further halving one more.

# %% id="04-forecasters" tags=["exercise"]
### BEGIN SOLUTION
answer = "Ann"
### END SOLUTION
lc.predict("04.forecasters", answer=answer)

# %% id="forecasters-paid" tags=["after-prediction"]
ann = torch.tensor([0.5, 0.5, 0.5, 0.5])
bob = torch.tensor([0.98, 0.98, 0.98, 0.001])
both = (ann + bob) / 2
paid = {who: -p.log2().sum().item() for who, p in (("Ann", ann), ("Bob", bob), ("both", both))}
said = f"Ann pays {paid['Ann']:.2f} bits, Bob {paid['Bob']:.2f}: being sure and wrong once costs "
said += (
    f"more than being right three times saves. The mean of their forecasts pays {paid['both']:.2f},"
)
said += " less than either."
lc.reveal("04.forecasters", said, was=min(("Ann", "Bob"), key=paid.get))

# %% [markdown] id="price-why"
# ### Why a logarithm?
#
# The probability of a whole text is a product, one factor a letter; logarithms make it a sum of prices.
# Their mean is the *cross-entropy*, the loss of nearly every language model.
# PyTorch takes $\ln$ and counts *nats*; one bit is $\ln 2=0.693$ of them.
#
# *Perplexity* is $2$ to the power of the mean price in bits (or $e$ to that in nats): among how many equally likely letters would one have to guess?
# By hand: first 2 choices, then 8, cost 1 bit and 3, on average 2. The perplexity is $2^2=4=\sqrt{2\cdot 8}$, the geometric mean; the usual one would be 5.
#
# **Exercise 1** (2 minutes). Write it; `p` is what the letters that came had got.


# %% id="04-perplexity" tags=["exercise"]
def perplexity(p):
    """p: [T] probabilities that the words which came had got -> []"""
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
# Only differences of scores count.
# That saves the computer, too: $e^{89}$ is too large for float32.
# The price of a word is minus its logarithm, $\ln p_i=s_i-\ln\sum_j e^{s_j}$.
#
# **Exercise 2** (5 minutes). Write it without `torch`'s own `softmax`, so that it survives scores of 10,000.


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
# And back: $\ln p$ are scores whose softmax is $p$. So a model that only counts has scores, too.
#
# ## 3. A model that counts
#
# The text is the documentation of PyTorch and SymPy again, in lower case: 35 signs, every digit a 0.
# Files are dealt out three ways: to learn from, to choose settings by, and to test.

# %% id="letters"
prose = text.paragraphs(["torch", "sympy"])
learn, rest = text.split(prose, share=0.7)  # no file is in both
choose, test = text.split(rest, share=0.85)
N_SIGNS, LONGEST = len(text.SIGNS), 6


def as_letters(paragraphs):
    return text.as_letters("".join(paragraph.text + "\n" for paragraph in paragraphs))


letters = as_letters(learn)
tables = [text.LetterCounts(letters, n) for n in range(LONGEST + 1)]

# %% id="came-after" tags=["hide-input"]
# What came after four contexts.
signs = text.SIGNS.replace(" ", "_")  # so that a space is seen
for context in ("q", "th", "matr", "the m"):
    row = tables[len(context)].after(text.as_letters(context)[None])[0]
    often = "  ".join(f"{signs[i]} {row[i]:.0f}" for i in row.topk(5).indices if row[i])
    print(f"after {context!r:8} {often}")

# %% [markdown] id="smoothing"
# An *n-gram* model counts what came after each run of letters.
# Divided by their sum, counts are probabilities, but what never came has 0, at an infinite price.
# So each context adds $a$ letters that the next shorter one shares out.
#
# By hand: of 8 letters after a context, 6 were e and 2 were a. The shorter context says $\tfrac14$ for e, $\tfrac12$ for a, $\tfrac14$ for all others.
# With $a=2$ the e has $(6+2\cdot\tfrac14)/(8+2)=0.65$.
#
# **Exercise 3** (4 minutes). Write it for a batch of contexts.


# %% id="04-smoothed" tags=["exercise"]
def smoothed(counts, shorter, a):
    """counts, shorter: [B, V], a: [B, 1] -> probabilities: [B, V]"""
    ### BEGIN SOLUTION
    return (counts + a * shorter) / (counts.sum(dim=1, keepdim=True) + a)
    ### END SOLUTION


smoothed = lc.check("04.smoothed", smoothed)

# %% [markdown] id="hints-smoothed"
# {{hints}}
#
# After a q there is little doubt, after a space much: let $a$ be a number times how many different letters came (Witten and Bell, 1991), chosen for each length on the files kept for choosing.


# %% id="by-counts"
def price(p, came):
    """p: [B, 35], came: [B] -> the mean price in bits"""
    return -p.gather(1, came[:, None]).log2().mean().item()


def longer(table, shorter, contexts, factor):
    """From the distribution after contexts one letter shorter, [B, 35], that of `table`"""
    counts = table.after(contexts)
    kinds = (counts > 0).sum(dim=1, keepdim=True).clamp(min=1)
    return smoothed(counts, shorter, factor * kinds)


def by_counts(contexts):
    """contexts: [B, n] -> a distribution [B, 35] for each length, from 0 letters up"""
    found = [torch.full((len(contexts), N_SIGNS), 1 / N_SIGNS)]
    for table, factor in zip(tables, factors, strict=True):
        found.append(longer(table, found[-1], contexts, factor))
    return found[1:]


# %% id="factors" tags=["hide-input"]
# Weighs the shorter contexts, and tests.
def some_places(paragraphs, every):
    """Contexts and the letters that came, at every so-manyth place: [B, 6], [B]"""
    found = as_letters(paragraphs)
    return text.windows(found, LONGEST)[::every], found[::every]


to_choose, to_test = some_places(choose, 7), some_places(test, 4)
factors, p = [], torch.full((len(to_choose[0]), N_SIGNS), 1 / N_SIGNS)
for table in tables:
    tried = {a: longer(table, p, to_choose[0], a) for a in (1, 2, 4, 8, 16, 32)}
    factors.append(min(tried, key=lambda a: price(tried[a], to_choose[1])))
    p = tried[factors[-1]]
counted = by_counts(to_test[0])
by_length = [price(p, to_test[1]) for p in counted]
print(f"no model, 35 signs alike: {torch.tensor(35.0).log2():.2f} bits a letter")
print(f"how often each comes:     {by_length[0]:.2f}")
said = "The last 6 letters: {value:.2f} bits a letter, on files never seen."
lc.claim("04.six_letters", said, by_length[-1], between=(1.5, 1.8))

# %% [markdown] id="prices-before"
# Where does a text cost?
# A paragraph of the test files, letter by letter:

# %% id="prices" tags=["hide-input"]
# The figure: each letter and its price.
shown = next(p for p in test if 96 < len(p.text) < 104)
line = as_letters([shown])[:96]
cost = -by_counts(text.windows(line, LONGEST))[-1].gather(1, line[:, None]).log2()[:, 0]
written = text.spelled(line).replace("\n", " ")
fig, axes = lc.subplots(2, 1, height=3.6, sharey=True)
for ax, start in zip(axes, (0, 48), strict=True):
    for x, place in enumerate(range(start, min(start + 48, len(line)))):
        is_first = place == 0 or not written[place - 1].isalpha()
        ax.bar(x, cost[place], color=ORANGE if is_first and written[place].isalpha() else BLUE)
        ax.text(x, -0.4, written[place], ha="center", va="top", family="monospace")
    ax.set(xlim=(-1, 48), ylim=(0, 9), xticks=[], ylabel="bits")
is_letter, is_after = (1 < to_test[1]) & (to_test[1] < 28), to_test[0][:, -1]
begins = is_letter & ((is_after < 2) | (is_after > 27))
costs = -counted[-1].gather(1, to_test[1][:, None]).log2()[:, 0]
within = costs[is_letter & ~begins].mean()
said = f"The first letter of a word (orange) costs {{value:.1f}} bits, a later one {within:.1f}."
claim = lc.claim("04.first_letters", said, costs[begins].mean(), between=(3.4, 4.2))
lc.figure(fig, claim)

# %% [markdown] id="network-before"
# ## 4. Against a network
#
# The rival is a network as in lesson 03: the last $n$ letters have vectors of 16 numbers, learned too; side by side they go through 256 hidden units to 35 scores.
# It sees 500 batches of 256 letters; its step size is, with 6 letters, the best of 0.01, 0.02 and 0.03 on the files kept for choosing.


# %% id="network"
def network(n, rng, steps=500, lr=0.02):
    """Trains on windows of n letters; returns the function from windows [B, n] to scores"""
    vectors = torch.randn(N_SIGNS, 16, generator=rng).div(2).requires_grad_()
    W1 = torch.randn(n * 16, 256, generator=rng).div((n * 16) ** 0.5).requires_grad_()
    W2 = torch.zeros(256, N_SIGNS, requires_grad=True)

    def scores(windows):
        return torch.relu(vectors[windows].flatten(1) @ W1) @ W2

    optimizer = torch.optim.Adam([vectors, W1, W2], lr=lr)
    slower = torch.optim.lr_scheduler.LinearLR(optimizer, 1, 0.01, steps)
    windows = text.windows(letters, n)
    for _ in range(steps):
        batch = torch.randint(len(letters), (256,), generator=rng)
        loss = cross_entropy(scores(windows[batch]), letters[batch])
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
def distributions(n, rng, steps=500):
    scores = network(n, rng, steps)
    with torch.no_grad():
        return scores(to_test[0][:, LONGEST - n :]).softmax(dim=1)


rng = lc.rng("networks")
by_network = {n: distributions(n, rng) for n in (2, 4, 6)}
twice = distributions(6, rng, steps=1_000)

# %% id="networks-shown" tags=["after-prediction"]
# Run this cell once you have guessed.
fig, ax = lc.subplots(height=2.7)
ax.plot(range(LONGEST + 1), by_length, "o-", color=BLUE)
ax.text(3.1, 2.2, "counts", color=BLUE)
ax.plot(list(by_network), [price(p, to_test[1]) for p in by_network.values()], "o-", color=ORANGE)
ax.plot(6, price(twice, to_test[1]), "s", color=ORANGE)
ax.text(6, 2.6, "network (square: twice the steps)", color=ORANGE, ha="right")
ax.set(xlabel="letters of context", ylabel="bits a letter", ylim=(1.4, 4.5))
gap = price(by_network[6], to_test[1]) - by_length[6]
said = "With 6 letters the counts pay {value:.1f} bits a letter less than the network."
picture = lc.figure(fig, lc.claim("04.counts_win", said, gap, between=(0.6, 0.8)))
gap = price(twice, to_test[1]) - by_length[6]
said = "With twice the steps it is {value:.1f} bits."
still = lc.claim("04.counts_win_twice", said, gap, between=(0.42, 0.62))
lc.reveal("04.counts_or_network", picture, still, was="counts" if gap > 0 else "network")

# %% [markdown] id="networks-seen" tags=["after-prediction"]
# In so few steps, and at this size, counting wins: the baseline that a network has to beat.
# What it costs is room, a number for each run that ever came; and two runs that differ in their last letter share nothing.

# %% id="mixture" tags=["after-prediction"]
# Run this cell once you have guessed.
mixed = price(0.9 * counted[-1] + 0.1 * twice, to_test[1])
n_counts = sum(int((table.counts > 0).sum()) for table in tables)
n_weights = N_SIGNS * 16 + 6 * 16 * 256 + 256 * N_SIGNS
room = f"The counts are {n_counts:,} numbers, the network has {n_weights:,}."
said = "Nine parts of the counts and one of the network: {value:.2f} bits less than the counts."
gain = lc.claim("04.mixture", said, by_length[6] - mixed, between=(0.02, 0.035))
why = """Ann and Bob again: distributions can be averaged, and the mean of two can be better than both.
Of two guesses there is no mean."""
lc.reveal("04.counts_or_network", room, gain, why)

# %% [markdown] id="half-way"
# ### Half way
#
# **A good place to stop.** Still to come: what no model can save, writing, and a case for a detective (35 minutes).
#
# ## 5. What no model can save
#
# Say the next word is the first one with probability $p_1$ and the second with $p_2$, in truth; the model says $q_1$ and $q_2$.
# On average it pays $-p_1\ln q_1-p_2\ln q_2$.
# A model that says the truth pays $H=-p_1\ln p_1-p_2\ln p_2$, the *entropy*.
# The difference is called $KL=p_1\ln\frac{p_1}{q_1}+p_2\ln\frac{p_2}{q_2}$.
#
# By hand, in bits: $p=(\tfrac12,\tfrac12)$ and $q=(\tfrac14,\tfrac34)$. The model pays $\tfrac12\cdot 2+\tfrac12\cdot 0.415=1.21$, the truth would pay $1$.
#
# **Exercise 4** (3 minutes). Derive it: from the first line to `H` and `KL` alone.
# Each line is held against the one before; write at least one between.

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
# For any number of words, with $u=\ln p$ and $v=\ln q$ entry by entry:

# %% id="split-proved"
p, u, v = (MatrixSymbol(name, V, 1) for name in "puv")
lc.prove("04.entropy_and_kl", -dot(p, v), -dot(p, u) + dot(p, u - v))

# %% [markdown] id="kl-positive"
# And $KL$ is never below 0: $\ln x\le x-1$, so $-KL=\sum_i p_i\ln\frac{q_i}{p_i}\le\sum_i p_i\left(\frac{q_i}{p_i}-1\right)=1-1=0$.
# **No model pays less than the entropy, and the best forecast is the truth.**
#
# ## 6. Writing
#
# To write, draw a letter, append it, and ask again.
# Three rules bend the distribution first:
#
# - *temperature* $\tau$ divides all scores, so a probability becomes $p^{1/\tau}$, and all are divided by their new sum;
# - *top-k* keeps the $k$ most likely;
# - *top-p* keeps the fewest, most likely first, that together reach a given probability (Holtzman et al., 2020).
#
# By hand: $\tau=\tfrac12$ squares. From $(0.8,\ 0.2)$ come $0.64$ and $0.04$, that is $(0.94,\ 0.06)$; $\tau=2$ takes roots, and $(\tfrac23,\tfrac13)$ is left.
#
# **Exercise 5** (5 minutes). Write top-p, for one distribution.


# %% id="04-top_p" tags=["exercise"]
def top_p(p, mass):
    """p: [V], 0 < mass <= 1 -> the distribution of the fewest words that reach mass: [V]"""
    ### BEGIN SOLUTION
    best, order = p.sort(descending=True)
    kept = best * (best.cumsum(dim=0) - best < mass)
    return torch.zeros_like(p).scatter(0, order, kept / kept.sum())
    ### END SOLUTION


top_p = lc.check("04.top_p", top_p)

# %% [markdown] id="hints-top_p"
# {{hints}}
#
# What the counts say after "of the m", at the temperature `tau`, with top-p `mass`:

# %% id="play" tags=["hide-input"]
# The sliders.
after_the = by_counts(text.as_letters("of the m")[None])[-1][0]  # [35]
ranked = after_the.argsort(descending=True)[:10]


def warmed(p, temperature):
    return (p.log() / temperature).softmax(dim=-1)


def draw(ax, tau, mass):
    q = top_p(warmed(after_the, tau), mass)
    ax.bar(range(10), after_the[ranked], color=GREY, alpha=0.4)
    ax.bar(range(10), q[ranked], color=BLUE, width=0.5)
    ax.set(xlabel="next letter", ylabel="probability", ylim=(0, 1))
    ax.set_xticks(range(10), [signs[i] for i in ranked])


lc.play(draw, tau=(0.1, 3.0, 1.0), mass=(0.05, 1.0, 1.0))

# %% [markdown] id="order-before"
# Now two rules, one after the other.

# %% id="04-order" tags=["exercise"]
### BEGIN SOLUTION
answer = "temperature first"
### END SOLUTION
lc.predict("04.order", answer=answer)

# %% id="rules" tags=["after-prediction"]
# Run this cell once you have guessed.
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
            shade = 0.08 + 0.72 * share**0.5
            ax.fill_between([x - 0.5, x + 0.5], y - 0.5, y + 0.5, color=BLUE, alpha=shade, lw=0)
            ax.text(x, y, f"{100 * share:.0f}", ha="center", va="center", size=8)
ax.set(xlim=(-0.5, 9.5), ylim=(6.5, -0.5), xlabel="next letter (numbers: per cent; white: cut off)")
ax.set_xticks(range(10), [signs[i] for i in ranked])
ax.set_yticks(range(7), list(rules))
said = f"Temperature first leaves {{value:.0f}} letters, top-p first {cut_first}."
picture = lc.figure(fig, lc.claim("04.letters_left", said, heat_first, between=(3, 9)))
why = """Heat flattens, so more letters are needed to reach 0.8.
By hand, with $(0.9,\\ 0.09,\\ 0.01)$: cut first, and one is left.
Roots first make $(0.70,\\ 0.22,\\ 0.07)$, and two are left.
Hugging Face's transformers heats first, llama.cpp last: one setting, two sets."""
was = "temperature first" if heat_first > cut_first else "top-p first"
lc.reveal("04.order", picture, why, was=was)

# %% [markdown] id="texts-before"
# ### Whole texts
#
# Each is continued from a place in the test files.


# %% id="write"
def write(temperature, rng, mass=1.0, n_letters=150):
    """Continues 40 windows of the test files: [40, n_letters]"""
    found = to_test[0][torch.randint(len(to_test[0]), (40,), generator=rng)]
    for _ in range(n_letters):
        p = warmed(by_counts(found[:, -LONGEST:])[-1], temperature)
        p = torch.stack([top_p(row, mass) for row in p]) if mass < 1 else p
        found = torch.cat([found, torch.multinomial(p, 1, generator=rng)], dim=1)
    return found[:, LONGEST:]


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
ax.plot(list(texts), known, "o-", color=BLUE, label="words that the files have")
ax.plot(list(texts), again, "o-", color=ORANGE, label="runs of 12 letters seen before in the text")
ax.set(xlabel="temperature", ylabel="share", ylim=(-0.02, 1.02))
ax.legend(loc="center left", bbox_to_anchor=(0.3, 0.62))
said = "Near temperature 0, {value:.2f} of all runs of 12 letters came before in the same text; "
claim = lc.claim("04.loops", said + f"at 1, {again[2]:.2f}.", again[0], between=(0.3, 0.55))
lc.figure(fig, claim)

# %% id="words-claim" tags=["hide-input"]
# And the words.
cut = words_known(write(1.0, rng, mass=0.9))
said = "At temperature 1, {value:.2f} of the words written are words of the files; "
said += f"at 1.5, {known[3]:.2f}; at 1 with top-p 0.9, {cut:.2f}."
lc.claim("04.words", said, known[2], between=(0.88, 0.98))

# %% [markdown] id="case"
# ## 7. A case for a detective
#
# An article on long contexts shows a program and what it printed.
# The text speaks of two classes; the program's last layer has as many outputs as the vocabulary has words; after each epoch it prints `loss.item()` of the last batch, and at the end `100 * correct / total` of the test set, both as they are.
#
# ```
# Epoch 1/10, Loss: 2.3036
# Epoch 2/10, Loss: 1.9790
# ...
# Epoch 10/10, Loss: 1.5556
# Accuracy: 85.5676%
# ```
#
# First clue: $V$ equally likely outputs cost $\ln V$ nats. Two cost $0.69$, ten cost $2.3026$, ten thousand cost $9.21$.
#
# Second clue: what a loss looks like when PyTorch's 32-bit number is printed.

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
# (Four decimals would need a multiple of $\tfrac1{16}$, and `1.9790` a zero that Python leaves out.)
#
# **Exercise 6** (3 minutes). Third clue: `85.5676` is not rounded either.
# How many texts has the test set at least? (As a share it is 0.855676.)

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
# Fourth clue: can a loss of 1.5556 go with 85.57 % right, on one set of two classes?
# A right answer has more than one half and pays less than $0.69$.
# So the wrong ones would pay at least $(1.5556-0.8557\cdot 0.693)/0.1443=6.7$ nats on average: the truth had about $0.001$ there, as with Bob in section 1.

# %% [markdown] id="exit"
# ## Exit questions

# %% id="04-exit_case" tags=["exercise"]
### BEGIN SOLUTION
answer = "c"
### END SOLUTION
lc.quiz("04.exit_case", answer=answer)

# %% id="04-exit_temperature" tags=["exercise"]
### BEGIN SOLUTION
answer = "b"
### END SOLUTION
lc.quiz("04.exit_temperature", answer=answer)

# %% [markdown] id="take-away"
# ## Take away
#
# - A forecast pays $-\log p$ of what came: cross-entropy is entropy, which nobody saves, plus $KL$.
# - Softmax sees differences of scores only; take away the largest first.
# - Begin with a baseline: here counts of 6 letters beat a small network by far, and the mean of both beats either.
# - Temperature 1 changes nothing, towards 0 the likeliest word is always taken; rules do not commute.
# - A price says little about accuracy, but digits say much about who printed them.

# %% [markdown] id="more-time"
# ## If you have more time
#
# - One more question (1 minute).
# - Temperature and entropy (4 minutes).
# - Softmax, twice (4 minutes).
# - A judge's temperature (3 minutes).

# %% id="04-exit_zero" tags=["exercise"]
### BEGIN SOLUTION
answer = "d"
### END SOLUTION
lc.quiz("04.exit_zero", answer=answer)

# %% [markdown] id="heat-before"
# ### Temperature and entropy
#
# How fast does heat make a distribution less sure?
# Take two words with the scores $z$ and $0$: at temperature $\tau$ the first has the probability $\sigma(z/\tau)$, with the logistic function $\sigma$ of lesson 02.
# By hand: $-\ln p_i=\ln Z-z_i/\tau$, where $Z$ is the sum below the fraction; its mean is the entropy, $H=\ln Z-\frac{z}{\tau}\,\sigma(\frac z\tau)$.
# Its slope:

# %% id="heat"
z, tau = symbols("z", real=True), symbols("tau", positive=True)
H = log(1 + exp(z / tau)) - z / tau * sigma(z / tau)
lc.prove("04.heat", lc.grad(H, tau), z**2 * sigma(z / tau) * sigma(-z / tau) / tau**3)

# %% [markdown] id="heat-seen"
# $z^2\,\sigma(\frac z\tau)\,\sigma(-\frac z\tau)$ is the variance of the scores, drawn with these probabilities.
# With any number of words, let $m$ be the mean of the scores, so that $H=\ln Z-m/\tau$.
# By hand: $\ln Z$ has the slope $-m/\tau^2$, and $m/\tau$ has $m'/\tau-m/\tau^2$, so $H'=-m'/\tau$; and $m'$ is minus the variance divided by $\tau^2$.
# So **the entropy grows with the temperature, by the variance of the scores divided by $\tau^3$**, and stands still only where all scores are equal.
#
# ### Softmax, twice
#
# `cross_entropy` takes scores. A common slip gives it probabilities, so that softmax is taken twice.
# Nothing breaks, and the loss even falls. How far can it?
# At best all is on the word that came: the "scores" are one 1 and, for 35 signs, 34 zeros, which cost $\ln(e+34)-1=2.60$ nats.
# Equal scores cost $\ln 35=3.56$: all that training can gain lies between, and to come down the model must be sure, right or wrong.


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
loss = runs[0.1][1][0]
paid = [f"{once[1]:.1f} and {twice[1]:.1f} at step size {lr}" for lr, (once, twice) in runs.items()]
said = f"Bits, softmax once and twice: {paid[0]}, {paid[1]}, where the loss says {loss:.2f} nats. "
gap = min(twice[1] - once[1] for once, twice in runs.values())
lc.claim("04.softmax_twice", said + "At least {value:.1f} are lost.", gap, between=(0.5, 1.1))

# %% [markdown] id="judge-before"
# ### A judge's temperature
#
# Is the model as sure as it should be? Then no temperature other than 1 makes its price lower.

# %% id="judge" tags=["hide-input"]
# The price at other temperatures.
prices = {t: price(warmed(counted[-1], t), to_test[1]) for t in (0.5, 0.9, 1.0, 1.1, 1.2, 1.3, 1.5)}
best = min(prices, key=prices.get)
said = f"The price is lowest at temperature {{value:.1f}}, {prices[best]:.2f} bits; "
said += f"at 1 it is {prices[1.0]:.2f}, at 0.5 {prices[0.5]:.2f}. The counts are a little too sure."
lc.claim("04.best_temperature", said, best, between=(1.1, 1.3))

# %% id="ruled-out" tags=["hide-input"]
# What top-p 0.9 rules out.
likelier = counted[-1] > counted[-1].gather(1, to_test[1][:, None])  # [B, 35]
above = (counted[-1] * likelier).sum(dim=1)
said = "Top-p 0.9 gives {value:.3f} of the letters that came the probability 0."
lc.claim("04.ruled_out", said, (above >= 0.9).float().mean(), between=(0.04, 0.1))

# %% [markdown] id="judge-seen"
# A rule for writing is no rule for judging: under top-p the price of these texts is infinite.

# %% [markdown] id="sources"
# ## Sources
#
# - The article: an introduction to ultra-long context in language models, in Chinese, sections 4.3, 5.2 and 5.4: two classes, the program and its log.
# - Hugging Face transformers, pull request 8686, and llama.cpp, issue 4091: temperature before top-p, and after it.
# - Holtzman, Buys, Du, Forbes and Choi, The curious case of neural text degeneration, ICLR 2020: top-p.
# - Shannon, Prediction and entropy of printed English, Bell System Technical Journal, 1951: letters, guessed and priced.
# - Witten and Bell, The zero-frequency problem, IEEE Transactions on Information Theory, 1991.
# - Bengio, Ducharme, Vincent and Jauvin, A neural probabilistic language model, Journal of Machine Learning Research, 2003: the network of section 4.

# %% id="report"
lc.report()
