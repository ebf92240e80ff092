# %% [markdown] id="promise"
# # 13 · The frontier
#
# **How much can a state hold?**
#
# A cache keeps every token it has read, and grows.
# A state keeps its size, and forgets.
# Which rule of writing, and which shape, makes the most of its numbers?
#
# Afterwards you can build a test of recall that gives nothing away, say how few bits would do, and read the figure over which the field argues: right answers against numbers kept.
#
# You need lesson 05, section 8, logarithms, some PyTorch.
# A matrix memory is a state $S$ of size $K \times V$, written with a key $k$ and a value $v$, and read as $S^\top k$.
# The core path takes about 70 minutes; the end of section 2 is a good place to stop half way.

# %% id="start"
import torch
from sympy import Identity, ceiling, log, sqrt, symbols  # sqrt is for your answers
from torch.nn.functional import normalize

import lcutils as lc
from lcutils import memory, nets, recall, tasks
from lcutils.show import BLUE, GREEN, GREY, ORANGE, RED, label_lines

lc.start("13")

# %% [markdown] id="before"
# ## Before you begin

# %% id="13-recall_sum" tags=["exercise"]
### BEGIN SOLUTION
answer = "a"
### END SOLUTION
lc.quiz("13.recall_sum", answer=answer)

# %% id="13-recall_lag" tags=["exercise"]
### BEGIN SOLUTION
answer = "b"
### END SOLUTION
lc.quiz("13.recall_lag", answer=answer)

# %% [markdown] id="texts"
# ## 1. A text that asks
#
# Real prose is a poor test of memory: much of it can be guessed.
# So we make texts of which nothing can be guessed: pairs of a key and a value, then the keys again in another order.
# After each of these the model must name the value.
# The task is *multi-query associative recall* (Arora et al., ICLR 2024).
#
# Keys are tokens $0$ to $n_\text{keys} - 1$; a value is its number plus $n_\text{keys}$, so that no token is both.
# An answer is the number of a value, without $n_\text{keys}$.

# %% id="one-text"
text = tasks.mqar(1, n_pairs=3, n_keys=4, n_values=4, rng=lc.rng("one text"))
*pairs, first, second, third = text.tokens[0].tolist()
print("pairs:  ", *zip(pairs[::2], pairs[1::2], strict=True))
print("queries:", first, second, third, "  answers:", *text.answers[0].tolist())

# %% [markdown] id="recall_text-exercise"
# **Exercise 1** (7 minutes). Lay such texts out.
# `asked` holds numbers of pairs: the query at place $i$ is the key of pair `asked[i]` of its text.


# %% id="13-recall_text" tags=["exercise"]
def recall_text(keys, values, asked, n_keys):
    """keys, values, asked: [B, N] -> tokens: [B, 3 N]"""
    ### BEGIN SOLUTION
    pairs = torch.stack([keys, n_keys + values], dim=2).flatten(1)
    return torch.cat([pairs, keys.gather(1, asked)], dim=1)
    ### END SOLUTION


recall_text = lc.check("13.recall_text", recall_text)

# %% [markdown] id="hints-recall_text"
# {{hints}}
#
# ## 2. How few numbers would do?
#
# A text has 8 keys, and each has one of 32 values.
# The keys are given with the questions; the state need only tell the values.

# %% id="13-fewest" tags=["exercise"]
### BEGIN SOLUTION
answer = 2  # a whole number
### END SOLUTION
lc.predict("13.fewest", answer=answer)

# %% [markdown] id="counting"
# Count.
# There are $N^n$ tables of $n$ values out of $N$.
# Two tables that differ must leave different states, else one of them is answered wrongly.
# A state of $m$ numbers with $p$ bits each has $2^{mp}$ values.
# So recall without error needs $2^{mp} \ge N^n$.

# %% id="tables"
n, N, m, p = symbols("n N m p", positive=True, integer=True)
lc.prove("13.tables", log(N**n, 2), n * log(N, 2), reason="bits that tell N^n tables apart")

# %% [markdown] id="numbers_needed-exercise"
# **Exercise 2** (3 minutes). How many numbers, at least, is that?
# Write $m$ as an expression in `n`, `N` and `p`, before it is rounded up.

# %% id="13-numbers_needed" tags=["exercise"]
### BEGIN SOLUTION
needed = n * log(N, 2) / p
### END SOLUTION
### BEGIN STUDENT
# needed = None  # an expression such as log(n, 2) * p / N
### END STUDENT
lc.check("13.numbers_needed", needed)

# %% [markdown] id="hints-numbers_needed"
# {{hints}}

# %% id="packing" tags=["after-prediction"]
# Eight values in one whole number.
values = torch.randint(32, (8,), generator=lc.rng("packing")).tolist()
packed = sum(value * 32**i for i, value in enumerate(values))
read = [packed // 32**i % 32 for i in range(8)]
assert read == values
lc.reveal(
    "13.fewest",
    f"{values} is {packed}: {packed.bit_length()} bits, 40 at most: two numbers hold it.",
    lc.refute("13.one_number_each", n * log(N, 2) / p, n, domain=(n > 1, N > 1, p > 1)),
    was=int(ceiling(8 * log(32, 2) / 32)),
)

# %% [markdown] id="packing-seen" tags=["after-prediction"]
# For 8 values of 32 the bound is 40 bits, and it is reached.
# If the order of asking is known, write the values as the digits of one number in base 32, as here.
# (In any order, too: through 8 pairs goes a polynomial of degree 7 or less over a field of 32 elements, and its 8 coefficients are 40 bits.)
#
# Remember 40 bits.
# That is what is possible, not what is learned.

# %% [markdown] id="race-before"
# ## 3. One race, the same rules
#
# Attention (lesson 08) keeps the key and the value of each token: after $T$ tokens a *cache* of $T (K + V)$ numbers.
# A matrix keeps $K V$, whatever $T$ is.
# Who makes the most of them?
#
# - Every model has one block and about 24,000 parameters; a larger memory makes it narrower.
# - It is trained for 250 steps of 64 texts, at a learning rate of its own, chosen with another seed and other texts than judge it.
# - Where there are keys, they come from the token before, so that a value is written under its key.
# - Of 8 keys, drawn from 32, 4 are written twice, the writes in random order. The newest value is asked for.
#
# **Exercise 3** (4 minutes). This should be the share of right answers, but every model scores hardly more than a coin of 32 sides. Mend it.


# %% id="13-right_share" tags=["exercise"]
def right_share(logits, answers):
    """logits: [B, T, M], answers: [B, N] -> share of right answers, a tensor []"""
    ### BEGIN SOLUTION
    N = answers.shape[1]
    return (logits[:, -N:].argmax(dim=2) == answers).float().mean()
    ### END SOLUTION
    ### BEGIN STUDENT
    # N = answers.shape[1]
    # return (logits[:, :N].argmax(dim=2) == answers).float().mean()
    ### END STUDENT


right_share = lc.check("13.right_share", right_share)

# %% [markdown] id="hints-right_share"
# {{hints}}
#
# Three matrix memories of $8 \times 32 = 256$ numbers each run first.
# `linear_attention` adds, $S + k v^\top$.
# `scalar_decay` lets the old fade at each token, and learns when.
# `delta_rule` writes only what is missing, $S + \beta\, k (v - S^\top k)^\top$.

# %% id="13-column" tags=["exercise"]
### BEGIN SOLUTION
answer = [0.75, 0.9, 0.95]  # three shares, such as [0.5, 0.5, 0.5]
### END SOLUTION
lc.predict("13.column", answer=answer)

# %% id="record"
record = lc.recorded("13_frontier")
record

# %% [markdown] id="record-seen"
# This is the whole race, run once and kept with its code.
# A part of it runs now, with another seed: it should land where the record did.

# %% id="race"
rules = {"n_pairs": 8, "n_rewritten": 4, "n_keys": 32, "n_values": 32, "n_parameters": 24_000}
seed = torch.randint(2**31, (1,), generator=lc.rng("race")).item()


def trained(rung, K, V, record=record, **change):
    """One model of the race with a memory of K x V, at the learning rate chosen in the record"""
    lr = record[f"rewritten {rung} {K}x{V} lr"].median
    return recall.trained(rung, seed=seed, lr=lr, key_size=K, value_size=V, **rules, **change)


ladder = ("linear_attention", "scalar_decay", "delta_rule")
live = {rung: trained(rung, 8, 32) for rung in ladder}

# %% id="judged" tags=["hide-input"]
# Your judge beside ours, on other texts.
texts = tasks.mqar(512, n_pairs=8, n_rewritten=4, n_keys=32, n_values=32, rng=lc.rng("judged"))
with torch.no_grad():
    logits, _ = live["delta_rule"].model(texts.tokens)  # [B, T, M]
lc.claim(
    "13.judge",
    "On other texts, by your judge, the share of the delta rule differs by {value:.3f}.",
    abs(right_share(logits, texts.answers).item() - live["delta_rule"].right),
    between=(0.0, 0.015),
)

# %% id="column" tags=["after-prediction"]
# The shares, beside those of the record.
from math import ceil, floor

shown = []
for rung, name in zip(ladder, ("the sum", "decay", "the delta rule"), strict=True):
    kept = record[f"column {rung} 8x32 right"]
    low, high = kept.range
    around = floor(100 * low) / 100, ceil(100 * high) / 100  # no digits that say nothing
    sentence = f"256 numbers, {name}: {{value:.2f}} right (median of 20 seeds: {kept.median:.2f})."
    shown.append(lc.claim(f"13.live_{rung}", sentence, live[rung].right, between=around))
sentence = (
    "Asked for a key that was written twice, the sum names the old value in {value:.2f} "
    f"of the cases; the delta rule in {live['delta_rule'].stale:.2f}."
)
stale = lc.claim("13.stale", sentence, live["linear_attention"].stale, between=(0.4, 0.6))
lc.reveal("13.column", *shown, stale, was=[live[rung].right for rung in ladder])

# %% [markdown] id="three-quarters" tags=["after-prediction"]
# Why does the sum get three quarters?
# It answers the 4 keys that were written once.
# For a key written twice it holds both values with equal weight, and must toss a coin.
# That makes $\frac{4 + 4/2}{8} = \frac34$, and no larger matrix of the race got more.

# %% [markdown] id="blocks-before"
# ### Two sums
#
# A real model has many blocks.
# Put two sums one after the other, $16 \times 16$ numbers each, in a model of 24,000 parameters again.

# %% id="13-blocks" tags=["exercise"]
### BEGIN SOLUTION
answer = 0.95  # a share between 0 and 1
### END SOLUTION
lc.predict("13.blocks", answer=answer)


# %% id="silenced" tags=["hide-input"]
# How a block is silenced.
@torch.no_grad()
def right_without(model, places):
    """Share of right answers where the first block adds nothing at these places"""

    def silence(mixer, inputs, outputs):
        y, state = outputs
        y[:, places] = 0
        return y, state

    with model.mixers[0].register_forward_hook(silence):
        logits, _ = model(texts.tokens)
    return right_share(logits, texts.answers).item()


# %% id="blocks" tags=["after-prediction"]
# Two sums, and the first one silenced.
blocks = lc.recorded("13_blocks")
two_sums = trained("linear_attention", 16, 16, blocks, n_blocks=2)
kept = blocks["rewritten linear_attention 16x16 right"]
share = lc.claim(
    "13.two_sums",
    f"Two sums: {{value:.2f}} right (five seeds: {kept:.2f}).",
    two_sums.right,
    between=(0.85, 1.0),
)
at_values, at_keys = (right_without(two_sums.model, slice(i, 24, 2)) for i in (1, 0))
sentence = f"The first block silenced where values are written: {at_values:.2f} right; "
sentence += "where keys are written: {value:.2f}."
silent = lc.claim("13.silenced", sentence, at_keys, between=(0.68, 0.8))
lc.reveal("13.blocks", share, silent, was=two_sums.right)

# %% [markdown] id="blocks-seen" tags=["after-prediction"]
# A sum can tell old from new after all, if another stands below it.
# At a key the first block reads what is already stored there, and passes it on; the second can write with that in hand.
# Silence this, and the coin is back.
# Two sums have learned to look before they write, which is the delta rule's idea.
# So from here on, read *one block* in every sentence.

# %% [markdown] id="shape-before"
# ## 4. The same numbers in another shape
#
# Now take 64 numbers in five shapes, keys short or long.

# %% id="13-shape" tags=["exercise"]
### BEGIN SOLUTION
answer = "8 x 8"
### END SOLUTION
lc.predict("13.shape", answer=answer)

# %% id="draw" tags=["hide-input"]
# How records are drawn.
colours = {"sum": RED, "decay": ORANGE, "delta rule": BLUE}


def draw_runs(ax, names, x, label, colour):
    right = [record[f"{name} right"] for name in names]
    ax.plot(x, [spread.median for spread in right], "o-", color=colour, label=label or "_")
    low, high = zip(*((min(spread.values), max(spread.values)) for spread in right), strict=True)
    ax.fill_between(x, low, high, color=colour, alpha=0.2, lw=0)
    ax.set(ylabel="right answers", ylim=(0, 1.1))


# %% id="shape" tags=["after-prediction"]
# Five shapes of three rungs.
shapes = ["2x32", "4x16", "8x8", "16x4", "32x2"]
fig, ax = lc.subplots()
for rung, (name, colour) in zip(ladder, colours.items(), strict=True):
    draw_runs(ax, [f"rewritten {rung} {shape}" for shape in shapes], shapes, name, colour)
ax.set(xlabel="shape of 64 numbers: key x value")
label_lines(ax)
right = {shape: record[f"rewritten delta_rule {shape} right"] for shape in shapes}
sentence = "The delta rule with 64 numbers answers "
sentence += f"{right['2x32']:.2f} as 2 x 32, {right['32x2']:.2f} as 32 x 2. "
sentence += "Medians of five seeds, in bands from the least to the most."
best = max(shapes, key=lambda shape: right[shape].median).replace("x", " x ")
lc.reveal("13.shape", lc.figure(fig, sentence), was=best)

# %% [markdown] id="shape-seen" tags=["after-prediction"]
# The longer the keys, the better for the delta rule: between keys at right angles nothing mixes (lesson 10).
# And 32 numbers have room for 32 such keys, all that there are.
# The matrix can then be a *table*, a row for each key, and two numbers in a row are enough: 32 points in a plane can be told apart.
# (The others leave several values in one row, added up, and for that two numbers are too few.)
#
# Did the model learn such keys?
# And if there are more keys than rows?


# %% id="table" tags=["after-prediction"]
# Which keys did the model learn?
@torch.no_grad()
def cosines(model):
    """Of any two keys that a model has learned, without those of a key with itself"""
    x = model.norms[0](model.embedding(torch.arange(32)))  # [n_keys, d]
    k = normalize(model.mixers[0].k(x), dim=1)  # [n_keys, K]
    return (k @ k.T).fill_diagonal_(0)


table = trained("delta_rule", 32, 2)
sentence = "The cosine of any two of the 32 keys is {value:.2f} at most."
angles = lc.claim("13.right_angles", sentence, cosines(table.model).abs().max(), between=(0.0, 0.1))
many = lc.recorded("13_keys")
shares = [
    f"{shape.replace('x', ' x ')} answers {many[f'rewritten delta_rule {shape} right']:.2f}"
    for shape in ("32x2", "32x8", "128x2")
]
d = nets.width("delta_rule", 40_000, n_tokens=160, n_answers=32, key_size=128, value_size=2)
sentence = f"128 keys to draw from, 40,000 parameters: {', '.join(shares)}, in a model {d} wide."
lc.reveal("13.shape", angles, sentence)

# %% [markdown] id="table-seen" tags=["after-prediction"]
# With more keys than rows, directions are shared, values mix, and it takes longer values to tell them apart.
# Rows alone do not help: keys have no more directions than their model is wide.
#
# Is the order of the three rules that of one shape?
# Here are all 25, with 32 keys.

# %% id="order" tags=["after-prediction"]
# Medians of all 25 shapes.
sizes = (2, 4, 8, 16, 32)
names = [[f"{K}x{V}" for V in sizes] for K in sizes]
right = torch.tensor(
    [
        [[record[f"rewritten {rung} {x} right"].values for rung in ladder] for x in row]
        for row in names
    ]
)  # [K, V, rung, seed]
medians = right.nan_to_num().median(dim=3).values
leader, in_order = medians.argmax(dim=2), (medians.diff(dim=2) > 0).all(dim=2)  # [K, V]

# %% id="order-figure" tags=["after-prediction"]
# Which rule leads, shape by shape?
from matplotlib.colors import ListedColormap

fig, ax = lc.subplots(height=3.0)
palette = ListedColormap(list(colours.values()))
ax.pcolormesh(leader, cmap=palette, vmin=0, vmax=2, edgecolors="white", linewidth=2)
for i, j in torch.cartesian_prod(torch.arange(5), torch.arange(5)).tolist():
    text = f"{medians[i, j].max():.2f}" + ("" if in_order[i, j] else " *")
    ax.text(j + 0.5, i + 0.5, text, color="white", ha="center", va="center")
ax.set_xticks([j + 0.5 for j in range(5)], sizes)
ax.set_yticks([i + 0.5 for i in range(5)], sizes)
ax.set(xlabel="value size V", ylabel="key size K", ylim=(5, 0))
ax.tick_params(length=0)
told = f"In {in_order.sum()} of 25 shapes the order is sum, decay, delta rule. "
told += "Colours as above say who leads, a number what it answers, in the median of five seeds. "
told += "* Another order."
lc.reveal("13.shape", lc.figure(fig, told))

# %% [markdown] id="frontier-before"
# ## 5. The frontier
#
# Now more rungs, each in its best shapes, chosen on texts that judge nobody.
# Counted is what a model carries from the last pair to the first question, but for the places of cached tokens, which can be counted again, and the token before, 6 bits.
#
# A *window* is attention over the last tokens only.
# An LSTM keeps its hidden state and its cell, here 32 to 96 numbers.

# %% id="13-lstm" tags=["exercise"]
### BEGIN SOLUTION
answer = 0.9  # a share between 0 and 1
### END SOLUTION
lc.predict("13.lstm", answer=answer)

# %% id="frontier-draw" tags=["hide-input"]
# How a frontier is drawn.
labels = dict(zip(ladder, colours.items(), strict=True))


def draw_frontier(ax, task, labels):
    for rung, (label, colour) in labels.items():
        names = record.frontier(f"{task} {rung}")
        numbers = [record[f"{name} floats"].median for name in names]
        draw_runs(ax, names, numbers, label, colour)
    ax.set(xscale="log", xlabel="numbers kept")
    ax.set_xticks([4, 16, 64, 256, 1024], [4, 16, 64, 256, 1024], minor=False)
    ax.minorticks_off()
    label_lines(ax)


def best(task, rung, most):
    """The best memory of a rung that keeps so many numbers or fewer, by the texts for choosing"""
    names = record.frontier(f"{task} {rung}")
    return [name for name in names if record[f"{name} floats"].median <= most][-1]


# %% id="frontier-figure" tags=["after-prediction"]
# The figure.
fig, ax = lc.subplots(height=3.8)
others = {"window_attention": ("window", GREEN), "lstm": ("LSTM", GREY)}
beside = {"delta_rule": ("", BLUE), "full_attention": ("", GREY)}  # where labels have room
lower = {rung: labels[rung] for rung in ladder[:2]}
draw_frontier(ax, "rewritten", beside | lower | others)
ax.text(56, 0.98, "delta rule", color=BLUE, ha="right")
ax.text(120, 1.05, "attention", color=GREY)
at_64 = [record[best("rewritten", rung, 64) + " right"].median for rung in ladder]
names = record.frontier("rewritten full_attention")
enough = next(name for name in names if record[f"{name} valid"].median > 0.99)
needs = record[f"{enough} floats"].median
sentence = (
    f"Facts that change, 64 numbers to keep them: a sum answers {at_64[0]:.2f}, "
    f"decay {at_64[1]:.2f}, the delta rule {at_64[2]:.2f}. "
    "One block, 24,000 parameters, 32 keys in all, 250 steps, each memory at its own learning rate. "
    f"Attention answers 99 of 100 with {needs:.0f} numbers."
)
lstm = record[best("rewritten", "lstm", 96) + " right"].median
lc.reveal("13.lstm", lc.figure(fig, sentence), was=lstm)

# %% id="13-three_claims" tags=["exercise"]
### BEGIN SOLUTION
answer = "b"
### END SOLUTION
lc.quiz("13.three_claims", answer=answer)

# %% [markdown] id="bits-before"
# ## 6. In bits
#
# Forty bits would do; the table keeps 64 numbers of 32 bits, 51 times as many.
# Does it use them?
#
# **Exercise 4** (6 minutes). Round states to `bits` bits a number: to the nearest of $2^\text{bits} - 1$ values, evenly spaced from minus to plus the largest $|S_{ij}|$ of each state. One of the values is 0.


# %% id="13-in_bits" tags=["exercise"]
def in_bits(states, bits):
    """states: [B, K, V] -> the same, rounded: [B, K, V]"""
    ### BEGIN SOLUTION
    levels = 2 ** (bits - 1) - 1  # on either side of 0
    largest = states.abs().amax(dim=(1, 2), keepdim=True)
    return (states / largest * levels).round() / levels * largest
    ### END SOLUTION


in_bits = lc.check("13.in_bits", in_bits)

# %% [markdown] id="hints-in_bits"
# {{hints}}
#
# The table again: it reads the pairs, its state is rounded, then it is asked.

# %% id="bits"
pairs, questions = texts.tokens.split([24, 8], dim=1)
with torch.no_grad():
    _, [(state, *others)] = table.model(pairs)  # state: [B, 1, K, V]
    right_in = {}
    for bits in (8, 5, 4, 3, 2):
        rounded = in_bits(state[:, 0], bits)[:, None]
        logits, _ = table.model(questions, [(rounded, *others)])
        right_in[bits] = right_share(logits, texts.answers).item()

# %% id="bits-right" tags=["hide-input"]
# How many are right?
told = ", ".join(f"{right_in[bits]:.3f} with {bits}" for bits in (8, 5, 3, 2))
lc.claim(
    "13.four_bits",
    f"The table with 4 bits a number answers {{value:.3f}}, {told}.",
    right_in[4],
    between=(0.96, 1.0),
)

# %% [markdown] id="bits-seen"
# Four or five bits for each of 64 numbers: most of the 51 is gone.
# What is left is the price of the table: 32 rows, of which a text uses 8, each with 8 bits or 10, where 5 would do.
#
# ## 7. Another question
#
# Now the same race with every key written once.

# %% id="13-plain" tags=["exercise"]
### BEGIN SOLUTION
answer = "the sum: it erases nothing"
### END SOLUTION
lc.predict("13.plain", answer=answer)

# %% id="plain-figure" tags=["after-prediction"]
# The figure for facts that stay.
fig, ax = lc.subplots(height=3.2)
draw_frontier(ax, "once", labels)
ax.set_xlim(6, 70)
once = {name: record[best("once", rung, 64) + " right"] for rung, (name, _) in labels.items()}
narrow = [record[f"once {rung} 2x32 right"].median for rung in ladder]
told = ", ".join(f"{name} {spread:.3f}" for name, spread in once.items())
sentence = f"Facts that stay, 64 numbers, each in its best shape: {told}. "
sentence += f"As 2 x 32 the sum answers {narrow[0]:.2f}, the delta rule {narrow[2]:.2f}."
least = max(min(spread.values) for spread in once.values())
ahead = [name for name, spread in once.items() if max(spread.values) >= least]
names = {"sum": "the sum", "decay": "decay", "delta rule": "the delta rule"}
lc.reveal("13.plain", lc.figure(fig, sentence), was=names[ahead[0]] if len(ahead) == 1 else "none")

# %% [markdown] id="plain-seen" tags=["after-prediction"]
# With nothing to correct, and room for the keys, a sum is nearly as good; without room it may lead.
# **Say what will be asked before you say which memory is best.**

# %% [markdown] id="exit"
# ## Exit question

# %% id="13-exit" tags=["exercise"]
### BEGIN SOLUTION
answer = "c"
### END SOLUTION
lc.quiz("13.exit", answer=answer)

# %% [markdown] id="take-away"
# ## Take away
#
# - A test of recall draws keys without repeats, asks in another order, and shows no answer.
# - To recall $n$ values out of $N$ without error takes $n \log_2 N$ bits; the table needs about seven times as many.
# - When facts change, one block of a sum tosses a coin between old and new. Two blocks look before they write.
# - The shape counts, not only the size: with a direction for each key, a matrix is a table.
# - When facts stay, and keys have room, a sum is nearly as good.

# %% [markdown] id="more-time"
# ## If you have more time
#
# For doing: the chance of a repeat (5 minutes), cache against state (5), attention without its slope (4).
# For reading: more questions than in training (3), random keys and lesson 10's formula (6), keys as different as can be (5), the race in full: other memories, a window with a matrix, failures (6).
#
# ### A key drawn twice
#
# Whoever draws the keys of a text must not draw one twice by accident: then two values answer one question.
#
# **Exercise 5** (3 minutes). Someone draws the 8 keys of a text from 32, each time from all of them, as `torch.randint` does.
# What is the chance that some key comes twice or more?

# %% id="13-repeat" tags=["exercise"]
### BEGIN SOLUTION
chance, p_different = 0.0, 1.0
for i in range(8):
    p_different = p_different * (32 - i) / 32
chance = 1 - p_different
### END SOLUTION
### BEGIN STUDENT
# chance = None  # a number from 0 to 1
### END STUDENT
lc.check("13.repeat", chance)

# %% [markdown] id="hints-repeat"
# {{hints}}
#
# Such a text would be faulty, and the loss curve would not say why it stops where it stops.
#
# ### Cache against state
#
# **Exercise 6** (3 minutes). At which $T$ do a cache of $T (K + V)$ numbers and a matrix of $K \times V$ keep the same?

# %% id="13-break_even" tags=["exercise"]
K, V = symbols("K V", positive=True, integer=True)
### BEGIN SOLUTION
equal_at = K * V / (K + V)
### END SOLUTION
### BEGIN STUDENT
# equal_at = None  # an expression in K and V
### END STUDENT
lc.check("13.break_even", equal_at)

# %% [markdown] id="hints-break_even"
# {{hints}}
#
# ### Does attention know what is newer?
#
# The attention of the race prefers what is recent, by a *slope* that it learned.
# Take the slope away: the cache still keeps every token.

# %% id="13-no_slope" tags=["exercise"]
### BEGIN SOLUTION
answer = 0.75  # a share between 0 and 1
### END SOLUTION
lc.predict("13.no_slope", answer=answer)

# %% id="no-slope" tags=["after-prediction"]
# Attention without its slope.
timeless = trained("full_attention", 16, 8, has_slope=False)
lc.reveal(
    "13.no_slope",
    lc.claim("13.timeless", "Answers right: {value:.2f}.", timeless.right, between=(0.7, 0.8)),
    lc.claim(
        "13.timeless_stale",
        "Asked for a key that was written twice, it names the old value in {value:.2f} of the cases.",
        timeless.stale,
        between=(0.4, 0.6),
    ),
    was=timeless.right,
)

# %% [markdown] id="no-slope-seen" tags=["after-prediction"]
# In one block, to keep everything is not to know everything: a set of pairs has no order, and the newest is not marked.

# %% [markdown] id="longer-before"
# ### More questions than in training
#
# The models of section 3 and the table were trained on texts of 8 keys, 4 of them written twice.
# Ask them texts of 16 keys, 8 written twice.

# %% id="longer" tags=["hide-input"]
# Sixteen keys in the place of eight.
longer = tasks.mqar(512, n_pairs=16, n_rewritten=8, n_keys=32, n_values=32, rng=lc.rng("longer"))
share = {}
for name, model in {"8 x 32": live["delta_rule"].model, "32 x 2": table.model}.items():
    share[name] = (nets.recalled(model, longer) == longer.answers).float().mean().item()
lc.claim(
    "13.longer",
    f"Asked 16 keys, the delta rule answers {share['8 x 32']:.2f} as 8 x 32, {{value:.2f}} as 32 x 2.",
    share["32 x 2"],
    between=(0.95, 1.0),
)

# %% [markdown] id="longer-seen"
# The table has a row for each key of the world, however many a text uses.
# Where keys share directions, each further key blurs the others.
#
# ### Random keys, and a formula
#
# Lesson 10: a stranger hears $\frac{n-1}{KV}$ of cross-talk in the mean square, if $n$ pairs of random keys are added up.
# (Its other term, $\frac1V$, is gone where values are one of $V$ and share nothing.)
# If that noise were normal, how many values would be told from the 31 others?


# %% id="untrained" tags=["hide-input"]
# Random keys, and the formula.
def recalled(rule, K, pairs, twice, rng):
    """Share of newest values that a matrix of K x 32 gives back, `twice` of the keys rewritten"""
    keys = tasks.unit_keys(10, pairs, K, rng=rng)
    k = torch.cat([keys, keys[:, :twice]], dim=1)[:, :, None]  # [B, T, 1, K]
    values = torch.randint(32, k.shape[:2], generator=rng)  # [B, T]
    _, state = rule(k, k, torch.eye(32)[values][:, :, None], output_final_state=True)
    answers = (keys[:, None] @ state)[:, 0].argmax(dim=-1)  # [B, pairs]
    right = answers == torch.cat([values[:, pairs:], values[:, twice:pairs]], dim=1)
    return right.float().mean().item()


def delta(q, k, v, **options):
    return memory.delta_rule(q, k, v, beta=torch.ones(k.shape[:3]), **options)


def predicted(K, pairs):
    z, sigma = torch.linspace(-8, 8, 1601), ((pairs - 1) / (K * 32)) ** 0.5
    all_lower = torch.special.ndtr(z + 1 / sigma) ** 31
    return torch.trapezoid(torch.exp(-(z**2) / 2) * all_lower, z).item() / (2 * torch.pi) ** 0.5


# %% id="play" tags=["hide-input"]
# Sliders for pairs written once and twice.
def draw(ax, pairs, twice):
    sizes, twice = [2, 4, 8, 16, 32], min(twice, pairs)
    numbers = [32 * K for K in sizes]
    rules = ("sum", memory.linear_attention, RED), ("delta rule", delta, BLUE)
    for name, rule, colour in rules:
        shares = [recalled(rule, K, pairs, twice, lc.rng("play")) for K in sizes]
        ax.plot(numbers, shares, "o-", color=colour, label=name)
    if not twice:
        ax.plot(numbers, [predicted(K, pairs) for K in sizes], "--", color=RED, label="formula")
    ax.set(xscale="log", xlabel="numbers kept", ylabel="right answers", ylim=(0, 1.05))
    ax.set_xticks(numbers, numbers, minor=False)
    ax.minorticks_off()
    ax.set_title(f"{pairs} pairs, {twice} of them written twice")
    label_lines(ax)


lc.play(draw, pairs=(2, 64, 16), twice=(0, 64, 8))

# %% id="play-settings" tags=["hide-input"]
# Three settings of the sliders.
fig, axes = lc.subplots(3, 1, sharex=True, height=6.6)
for ax, (pairs, twice) in zip(axes, ((16, 0), (64, 0), (16, 16)), strict=True):
    draw(ax, pairs, twice)
    ax.label_outer()
gaps = [
    predicted(K, n) - recalled(memory.linear_attention, K, n, 0, lc.rng(f"{n} pairs, {K}"))
    for n in (16, 64)
    for K in (2, 4, 8, 16, 32)
]
crowd = [recalled(rule, 16, 64, 0, lc.rng("crowd")) for rule in (memory.linear_attention, delta)]
sentence = "64 random keys written once, 512 numbers, no training: "
sentence += f"the sum answers {crowd[0]:.2f}, the delta rule with a beta of 1 {crowd[1]:.2f}. "
claim = lc.claim(
    "13.formula",
    sentence + "The formula promises at most {value:.2f} too much.",
    max(gaps),
    between=(0.04, 0.2),
)
lc.figure(fig, claim)

# %% [markdown] id="play-seen"
# The formula has the curve, and promises a little too much: the noise has the right size and is not normal.
# One key that points almost the same way as another spoils an answer alone.
# And what was a tie after training is none with random keys: a rule that erases with a beta of 1 erases neighbours as well.
#
# ### As different as can be
#
# Where 32 keys have 8 numbers each, they cannot all stand at right angles.
# How small can their squared cosines be?
# Let the keys be the rows of $X$, and $A = X^\top X$, of size $K \times K$.
# Then $\langle A, I \rangle = \operatorname{tr} A$ is the sum of their squared lengths, here 32, and $\lVert A \rVert^2$ the sum of all squared cosines, those of each key with itself included.

# %% id="welch"
from lcutils.proof import MatrixSymbol, dot, norm_sq

K = symbols("K", positive=True, integer=True)
A = MatrixSymbol("A", K, K)
lc.prove(
    "13.welch",
    norm_sq(A - dot(A, Identity(K)) / K * Identity(K)),
    norm_sq(A) - dot(A, Identity(K)) ** 2 / K,
)

# %% [markdown] id="welch-seen"
# The left side is never below 0, so the squared cosines of $n$ keys add up to $n^2 / K$ at least (Welch, 1974), and 992 of the $32^2$ are of different keys.
# Is that a bound that learning comes near?

# %% id="welch-measured" tags=["hide-input"]
# The keys learned, beside the bound.
least = (32**2 / 8 - 32) / 992  # the mean squared cosine of different keys
learned = cosines(live["delta_rule"].model).square().sum().item() / 992
lc.claim(
    "13.spread_out",
    "The mean squared cosine of the keys learned is {value:.3f} times the least possible, "
    f"of random keys {1 / 8 / least:.2f} times.",
    learned / least,
    between=(1.0, 1.05),
)

# %% [markdown] id="others-before"
# ### The race in full
#
# Other memories ran as well, those of lesson 12 among them: one block, facts that change, medians of five seeds.

# %% id="others" tags=["hide-input"]
# Other memories.
shown = ("4x4", "8x4", "8x8", "16x4")
print(f"{'':20}" + "".join(f"{shape.replace('x', ' x '):>9}" for shape in shown))
for rung in ("scalar_decay", "vector_decay", "delta_rule", "gated_delta_rule", "momentum_rule"):
    medians = (record[f"rewritten {rung} {shape} right"].median for shape in shown)
    print(f"{rung:20}" + "".join(f"{median:9.2f}" for median in medians))
for run in ("two_layer_memory 8x8", "least_squares 16x4x0.1", "additive_memory 256"):
    kept = record[f"rewritten {run} floats"].median
    print(f"{run:26} {kept:4.0f} numbers  {record[f'rewritten {run} right']:.2f}")

# %% [markdown] id="in-full-seen"
# To the delta rule a gate or momentum adds little here; with two layers, or by least squares, more numbers answer less.
# (Momentum keeps a second matrix, so it has twice the numbers of its shape.)
#
# Two blocks again, of one rung or of two: a window of 4 tokens for what is near, a matrix for the rest.
# Below them, one block with four times the steps, at rates chosen anew: the three matrices keep their order.
# And trainings of the one-block race that failed: fewer than 2 in 32 right at the end, or a loss that ran away.

# %% id="two-blocks" tags=["hide-input"]
# Two blocks.
for run in (
    "linear_attention 16x16",
    "delta_rule 16x16",
    "window_attention+linear_attention 8x8x4",
    "window_attention+delta_rule 8x8x4",
    "full_attention 4x2",
    "lstm 32",
):
    kept = blocks[f"rewritten {run} floats"].median
    print(f"{run:40} {kept:4.0f} numbers  {blocks[f'rewritten {run} right']:.2f}")
print(f"\n{'One block':26}  250 steps  1,000 steps")
steps = lc.recorded("13_steps")
for run in (name for name in steps.numbers if name.endswith(" right")):
    short = run.removeprefix("rewritten ").removesuffix(" right")
    print(f"{short:26}  {record[run].median:9.2f}  {steps[run].median:11.2f}")

# %% id="failed" tags=["hide-input"]
# Which trainings failed?
runs = {name: record[name].values for name in record.numbers if name.endswith(" right")}
failed = {name: sum(not x > 2 / 32 for x in values) for name, values in runs.items()}
print(f"{sum(failed.values())} of {sum(map(len, runs.values()))}:")
for name, times in failed.items():
    if times:
        print(f"{name.removesuffix(' right')}: {times} of {len(runs[name])}")

# %% [markdown] id="sources"
# What differs from the papers' task: they draw from 8,192 tokens, write each key once, put gaps between a key and its question, and have two blocks or more.
# Here are 64 tokens, no gaps, one block, and keys that look back one token.
#
# ## Sources
#
# - Arora, Eyuboglu, Timalsina, Johnson, Poli, Zou, Rudra and Ré, Zoology: measuring and improving recall in efficient language models, ICLR 2024: the task.
# - Arora, Eyuboglu, Zhang, Timalsina, Alberti, Zou, Rudra and Ré, Simple linear attention language models balance the recall-throughput tradeoff, ICML 2024: recall against the size of the state.
# - Jelassi, Brandfonbrener, Kakade and Malach, Repeat after me: transformers are better than state space models at copying, ICML 2024: the counting bound for copying.
# - Hochreiter and Schmidhuber, Long short-term memory, Neural Computation, 1997.
# - Okpekpe and Orvieto, Revisiting associative recall in modern recurrent models, arXiv 2508.19029, 2025: why each memory needs a learning rate of its own.
# - Press, Smith and Lewis, Train short, test long: attention with linear biases enables input length extrapolation, ICLR 2022: the slope of attention.
# - Welch, Lower bounds on the maximum cross correlation of signals, IEEE Transactions on Information Theory, 1974.

# %% id="report"
lc.report()
