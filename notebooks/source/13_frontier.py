# %% [markdown] id="promise"
# # 13 · The frontier
#
# **How much can a state hold?**
#
# A cache keeps every token it has read, and grows.
# A state keeps its size, and forgets.
# How many numbers does a memory need to answer questions about what it has read, and which rule of writing, and which shape, makes the most of them?
#
# After this lesson you can build a test of recall that gives nothing away, say how few bits would be enough, count what a cache and a state cost, and read the figure over which the field argues: right answers against numbers kept.
# You will have predicted it, and trained a part of it, before you see it.
#
# You need lesson 05, section 8, logarithms, some PyTorch.
# A matrix memory is a state $S$ of size $K \times V$, written with a key $k$ and a value $v$, and read as $S^\top k$.
# The core path takes about 80 minutes; the end of section 3 is a good place to stop half way.

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

# %% id="13-recall_loss" tags=["exercise"]
### BEGIN SOLUTION
answer = "c"
### END SOLUTION
lc.quiz("13.recall_loss", answer=answer)

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
# Here is such a text, with 4 keys and 4 values to draw from.

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
# Whoever draws the keys must not draw one twice by accident: then two values answer one question.
#
# **Exercise 2** (3 minutes). Someone draws the 8 keys of a text from 32, each time from all of them, as `torch.randint` does.
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
K, V = symbols("K V", positive=True, integer=True)
lc.prove("13.tables", log(N**n, 2), n * log(N, 2), reason="bits that tell N^n tables apart")

# %% [markdown] id="numbers_needed-exercise"
# **Exercise 3** (3 minutes). The step that is left: how many numbers, at least, is that?
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
    f"{values} is {packed}: {packed.bit_length()} bits, so two numbers hold it.",
    lc.refute("13.one_number_each", n * log(N, 2) / p, n, domain=(n > 1, N > 1, p > 1)),
    was=int(ceiling(8 * log(32, 2) / 32)),
)

# %% [markdown] id="packing-seen" tags=["after-prediction"]
# For 8 values of 32 the bound is 40 bits, and it is reached.
# If the keys are asked in an order that is known, write the values as the digits of one number in base 32, as here.
# (In any order the bound is reached too: a field of 32 elements has one polynomial of degree 7 at most through the 8 pairs, and its 8 coefficients are 40 bits.)
# It is easy to believe that each value takes a number of its own; it does not.
#
# The bound holds for recall without error, of values that are independent and equally likely.
# It says what is possible, not what is learned.
# Remember 40 bits; we shall compare.

# %% [markdown] id="costs"
# ## 3. What memories cost
#
# Attention (lesson 08) keeps the key and the value of each token: a *cache* of $T (K + V)$ numbers after $T$ tokens, for each head.
# A matrix memory keeps $K V$ numbers, whatever $T$ is.
#
# **Exercise 4** (3 minutes). At which $T$ are the two equal?

# %% id="13-break_even" tags=["exercise"]
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
# Formulas for sizes are easy to get wrong, so the race below counts what a model really keeps.
# `nets.state_size` lets a model read, then counts the numbers in its state.
# The models have one layer with a *rung*: a rule for writing and reading.

# %% id="counted"
matrix = {"key_size": 8, "value_size": 32}
sizes = {
    "lstm": {"size": 32},
    "delta_rule": matrix,
    "window_attention": {"window": 8, **matrix},
    "full_attention": matrix,
}
for rung, size in sizes.items():
    model = nets.Model(rung, n_tokens=64, n_answers=32, **size)
    after = [nets.state_size(model, n_tokens) for n_tokens in (32, 320)]
    print(f"{rung:17} {after[0]:5} numbers after 32 tokens, {after[1]:5} after 320")

# %% [markdown] id="counted-seen"
# An LSTM (Hochreiter and Schmidhuber, Neural Computation, 1997) keeps its hidden state and its cell.
# A cached token has one number more than $K + V$: its place.
# From it attention learns its *slope* here, a preference for what is recent.
# (A model with keys also remembers the token before, of which it makes them. That is not counted.)
#
# ## 4. One race, the same rules
#
# Which rule of writing makes the most of its numbers?
# Every model has one layer, 24,000 parameters, as nearly as its width allows, and 250 steps of training on texts of one kind, all at the learning rate 0.01.
# No rung was given a rate, or a number of steps, of its own; what follows holds under these rules, for texts whose keys are drawn from 32.
# A larger memory takes parameters, so its model is made narrower.
# All that have keys read the same way: keys come from the token before, values from the token itself.
#
# The texts are harder than those above: of their 8 keys 4 are written twice, the writes in random order, and the newest value is asked for.
#
# Before a race, look at the judge.
#
# **Exercise 5** (4 minutes). This should be the share of right answers, but every model scores hardly more than a coin of 32 sides. Mend it.


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
# Now three matrix memories of $8 \times 32 = 256$ numbers each.
# `linear_attention` adds, $S + k v^\top$.
# `scalar_decay` lets the old fade at each token, and learns when.
# `delta_rule` writes only what is missing, $S + \beta\, k (v - S^\top k)^\top$.

# %% id="13-column" tags=["exercise"]
### BEGIN SOLUTION
answer = [0.75, 0.9, 0.95]  # three shares, such as [0.5, 0.5, 0.5]
### END SOLUTION
lc.predict("13.column", answer=answer)


# %% id="race"
def trained(rung, K, V, seed, **change):
    """One model of the race, with a memory of K x V; `change` changes the rules"""
    rules = {"n_pairs": 8, "n_rewritten": 4, "n_keys": 32, "n_values": 32, "n_parameters": 24_000}
    return recall.trained(rung, seed=seed, key_size=K, value_size=V, **{**rules, **change})


seed = torch.randint(2**31, (1,), generator=lc.rng("race")).item()
ladder = ("linear_attention", "scalar_decay", "delta_rule")
live = {rung: trained(rung, 8, 32, seed) for rung in ladder}

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

# %% [markdown] id="record-before"
# The whole race takes too long for a lesson: five seeds, eight rungs, each matrix in 25 shapes.
# It was run once, and its numbers were kept with the code that made them.
# What you have just trained is a part of it with another seed, so it should land where the five did.

# %% id="record"
record = lc.recorded("13_frontier")
record

# %% id="column" tags=["after-prediction"]
# The shares, beside those of the record.
from math import ceil, floor

shown = []
for rung, name in zip(ladder, ("the sum", "decay", "the delta rule"), strict=True):
    kept = record[f"rewritten {rung} 8x32 right"]
    low, high = kept.range
    around = floor(100 * low) / 100, ceil(100 * high) / 100  # no digits that say nothing
    sentence = f"256 numbers, {name}: {{value:.2f}} right (record: {kept.mean:.2f})."
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
# That makes $\frac{4 + 4/2}{8} = \frac34$, and in this one layer no larger matrix helps.
# The last line above says the same: among the keys written twice it names the *old* value half the time.

# %% [markdown] id="shape-before"
# ## 5. The same numbers in another shape
#
# So far a matrix was $8 \times 32$.
# Now take 64 numbers in five shapes, keys short or long.
# Each time a value is one of 32, which must be told apart.

# %% id="13-shape" tags=["exercise"]
### BEGIN SOLUTION
answer = "8 x 8"
### END SOLUTION
lc.predict("13.shape", answer=answer)

# %% id="shape" tags=["after-prediction"]
# Five shapes of three rungs.
shapes = ["2x32", "4x16", "8x8", "16x4", "32x2"]
colours = {"sum": RED, "decay": ORANGE, "delta rule": BLUE}
fig, ax = lc.subplots()
for rung, (name, colour) in zip(ladder, colours.items(), strict=True):
    right = [record[f"rewritten {rung} {shape} right"].mean for shape in shapes]
    ax.plot(shapes, right, "o-", color=colour, label=name)
ax.set(xlabel="shape of 64 numbers: key x value", ylabel="right answers", ylim=(0, 1.05))
label_lines(ax)
claim = lc.claim(
    "13.shape_counts",
    f"The delta rule with 64 numbers answers {right[0]:.2f} as 2 x 32, {{value:.3f}} as 32 x 2.",
    right[-1],
    between=(0.99, 1.0),
)
best = shapes[right.index(max(right))].replace("x", " x ")
lc.reveal("13.shape", lc.figure(fig, claim), was=best)

# %% [markdown] id="shape-seen" tags=["after-prediction"]
# The longer the keys, the better: lesson 10 found the same for keys that are not learned.
# Between keys at right angles nothing mixes, and 32 numbers have room for 32 such keys, which is all that there are.
# The matrix can then be a *table*, with a row for each key.
# Two numbers in a row are enough, for 32 points in a plane can be told apart.
# (The sum and decay leave several values in one row, added up, and for that two numbers are too few.)
#
# Did the model learn such keys?
# And what if there are more keys than directions, so that some must share?
# Draw the 8 keys of a text from 64.


# %% id="table" tags=["after-prediction"]
# Which keys did the model learn?
@torch.no_grad()
def cosines(model):
    """Of any two keys that a model has learned, without those of a key with itself"""
    x = model.norms[0](model.embedding(torch.arange(32)))  # [n_keys, d]
    k = normalize(model.mixers[0].k(x), dim=1)  # [n_keys, K]
    return (k @ k.T).fill_diagonal_(0)


table = trained("delta_rule", 32, 2, seed)
sentence = "The cosine of any two of the 32 keys is {value:.2f} at most."
largest = cosines(table.model).abs().max()
angles = lc.claim("13.right_angles", sentence, largest, between=(0.0, 0.1))
two, four = (trained("delta_rule", 32, V, seed, n_keys=64).right for V in (2, 4))
sentence = f"With 32 keys 32 x 2 answers {table.right:.3f}; with 64 it is {two:.2f}, "
sentence += "and 32 x 4 answers {value:.2f}."
more_keys = lc.claim("13.more_keys", sentence, four, between=(0.92, 1.0))
lc.reveal("13.shape", angles, more_keys)

# %% [markdown] id="more-keys-seen" tags=["after-prediction"]
# Where keys share directions their values mix, and two numbers are too few to see through the mixture; four are nearly enough.
# A language has more names than a state has directions: there keys must share, as in lesson 10.

# %% [markdown] id="frontier-before"
# ## 6. The frontier
#
# Now more rungs, the mean of five seeds, matrices and attention in their best shapes: a point is drawn if no smaller memory of its rung answers as many.
# A memory is good if it stands high and far to the left.
#
# Two rungs are new: a *window* is attention over the last tokens only, with $4 + 8 + 1$ numbers for each; the *vector sum* is lesson 05's, one vector without keys.
# And there is the LSTM: the best of its three sizes keeps 64 numbers.

# %% id="13-lstm" tags=["exercise"]
### BEGIN SOLUTION
answer = 0.9  # a share between 0 and 1
### END SOLUTION
lc.predict("13.lstm", answer=answer)


# %% id="draw" tags=["hide-input"]
# How the figures below are drawn.
def draw_frontier(ax, task, labels):
    for rung, (label, colour) in labels.items():
        ax.plot(*record.frontier(f"{task} {rung}"), "o-", color=colour, label=label)
    ax.set(xscale="log", xlabel="numbers kept", ylabel="right answers", ylim=(0, 1.1))
    ax.set_xticks([4, 16, 64, 256, 1024], [4, 16, 64, 256, 1024], minor=False)
    ax.minorticks_off()
    label_lines(ax)


def at(n_numbers, task, rung):
    """Right answers of the best memory with at most so many numbers"""
    kept, right = record.frontier(f"{task} {rung}")
    return max(share for n, share in zip(kept, right, strict=True) if n <= n_numbers)


# %% id="frontier-figure" tags=["after-prediction"]
# The figure.
fig, ax = lc.subplots(height=3.8)
ax.plot(*record.frontier("rewritten lstm"), "s:", color=GREY)
ax.plot(*record.frontier("rewritten additive_memory"), "x", color=GREY, ms=9)
ax.text(70, 0.03, "LSTM (squares), vector sum (cross)", color=GREY)
labels = dict(zip(ladder, colours.items(), strict=True))
others = {"full_attention": ("attention", GREY), "window_attention": ("window", GREEN)}
draw_frontier(ax, "rewritten", labels | others)
at_64 = [at(64, "rewritten", rung) for rung in ladder]
claim = lc.claim(
    "13.frontier",
    f"Facts that change, 64 numbers to keep them: a sum answers {at_64[0]:.2f}, "
    f"decay {at_64[1]:.2f}, the delta rule {{value:.2f}}. "
    "One layer, 32 keys in all, one learning rate, 250 steps.",
    at_64[2],
    between=(0.99, 1.0),
)
lc.reveal("13.lstm", lc.figure(fig, claim), was=at(64, "rewritten", "lstm"))

# %% id="13-three_claims" tags=["exercise"]
### BEGIN SOLUTION
answer = "b"
### END SOLUTION
lc.quiz("13.three_claims", answer=answer)

# %% [markdown] id="order-before"
# Is the order of the three matrix rungs that of one shape, or of one seed?
# Count the races that have it, each rung ahead of the one before: all 25 shapes at each of the five seeds, then the 12 shapes with keys of 8 numbers or more and values of 4 or more.
# (These 12 were picked after the 25 had been seen: they say where the order holds, not that it always does.)


# %% id="order" tags=["hide-input"]
# In how many races is the order the same?
def leads(shapes):
    """Of decay over the sum, and of the delta rule over decay: [shapes, 2, seeds]"""
    names = [[f"rewritten {rung} {shape} right" for rung in ladder] for shape in shapes]
    return torch.tensor([[record.numbers[x] for x in row] for row in names]).diff(dim=1)


every = [f"{K}x{V}" for K in (2, 4, 8, 16, 32) for V in (2, 4, 8, 16, 32)]
shapes = [f"{K}x{V}" for K in (8, 16, 32) for V in (4, 8, 16, 32)]
in_order, in_12 = (int((leads(x) > 0).all(dim=1).sum()) for x in (every, shapes))
lc.claim(
    "13.order",
    f"In order are {{value:.0f}} of 125 races over all shapes, and {in_12} of 60 over the 12.",
    in_order,
    between=(92, 92),
)


# %% id="enough" tags=["after-prediction"]
# How many numbers are enough?
def enough(rung):
    """The fewest numbers with which this rung answers 99 of 100"""
    kept, right = record.frontier(f"rewritten {rung}")
    return next(n for n, share in zip(kept, right, strict=True) if share > 0.99)


fewest = enough("delta_rule")
times = 32 * fewest / (8 * 5)  # bits kept, and bits needed
claim = lc.claim(
    "13.enough",
    "One layer, 32 keys in all, one learning rate, 250 steps. 99 in 100 right: the delta rule "
    f"with {fewest:.0f} numbers, {times:.0f} times the bound, attention with {{value:.0f}}.",
    enough("full_attention"),
    between=(416, 416),
)
lc.reveal("13.lstm", claim)

# %% [markdown] id="far-seen" tags=["after-prediction"]
# After these 250 steps the LSTM mostly guesses: to name any one of a text's 8 newest values is right once in eight.
#
# When the last answer is due a text has 32 tokens, and attention has kept them all.
# It needs more numbers because it keeps the whole text, once-true facts and questions too, and for a longer text it needs more still.
# How many more depends on the learning rate, which was tuned for neither.
#
# What takes the delta rule so far above the bound?
# Its table has 32 rows, four times as many as a text uses, and a row has 64 bits where 5 would do: $4 \times 12.8 = 51$.
# That is what it pays for being read by one product.

# %% [markdown] id="plain-before"
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
ax.set_xlim(3.5, 70)
at_64 = {name: at(64, "once", rung) for rung, (name, _) in labels.items()}
claim = lc.claim(
    "13.plain_best",
    "Facts that stay: with 64 numbers even the last of the three answers {value:.3f}.",
    min(at_64.values()),
    between=(0.99, 1.0),
)
is_close = max(at_64.values()) - min(at_64.values()) < 0.005
ahead = "none" if is_close else max(at_64, key=at_64.get)
lc.reveal("13.plain", lc.figure(fig, claim), was=ahead)

# %% [markdown] id="plain-seen" tags=["after-prediction"]
# With nothing to correct, and room for keys at right angles, a sum is as good as a rule that looks before it writes.
# **Say what will be asked before you say which memory is best.**
# And keys drawn at random are not at right angles: with those, below, the two differ even if nothing changes.

# %% [markdown] id="untrained-before"
# ### Without training
#
# Now a sum and the delta rule with keys drawn at random, in the place of learned ones.
# (The delta rule has $\beta = 1$ here; with a small $\beta$ it is nearly a sum.)
# Below, `pairs` keys get values, then the first `twice` of them get new ones.


# %% id="untrained"
def recalled(rule, K, pairs, twice, rng):
    """Share of newest values that a matrix of K x 32 gives back; random keys, no training"""
    keys = tasks.unit_keys(10, pairs, K, rng=rng)
    k = torch.cat([keys, keys[:, :twice]], dim=1)[:, :, None]  # [B, T, 1, K]
    values = torch.randint(32, k.shape[:2], generator=rng)  # [B, T]
    v = torch.eye(32)[values][:, :, None]  # [B, T, 1, 32]
    _, state = rule(k, k, v, output_final_state=True)
    answers = (keys[:, None] @ state)[:, 0].argmax(dim=-1)  # [B, pairs]
    newest = torch.cat([values[:, pairs:], values[:, twice:pairs]], dim=1)
    return (answers == newest).float().mean().item()


def delta(q, k, v, **options):
    return memory.delta_rule(q, k, v, beta=torch.ones(k.shape[:3]), **options)


# %% id="play" tags=["hide-input"]
# Sliders for pairs written once and twice.
def draw(ax, pairs, twice):
    sizes, twice = [2, 4, 8, 16, 32], min(twice, pairs)
    rules = ("sum", memory.linear_attention, RED), ("delta rule", delta, BLUE)
    for name, rule, colour in rules:
        shares = [recalled(rule, K, pairs, twice, lc.rng("play")) for K in sizes]
        ax.plot([32 * K for K in sizes], shares, "o-", color=colour, label=name)
    ax.set(xscale="log", xlabel="numbers kept", ylabel="right answers", ylim=(0, 1.05))
    ax.set_xticks([64, 256, 1024], [64, 256, 1024], minor=False)
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
crowd = [recalled(rule, 16, 64, 0, lc.rng("crowd")) for rule in (memory.linear_attention, delta)]
sentence = f"64 random keys written once, 512 numbers: the sum answers {crowd[0]:.2f}, "
claim = lc.claim(
    "13.random",
    sentence + "the delta rule {value:.2f} less.",
    crowd[0] - crowd[1],
    between=(0.33, 0.52),
)
lc.figure(fig, claim)

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
# - To recall $n$ values out of $N$ without error takes $n \log_2 N$ bits; the best memory learned here keeps about fifty times as many.
# - A cache of $T$ tokens keeps $T (K + V)$ numbers, a matrix memory $K V$; they are equal at $T = K V / (K + V)$.
# - The shape counts, not only the size: long keys keep pairs apart, and if there are as many directions as keys, the matrix is a table.
# - When facts change, the order is sum, decay, delta rule where keys and values are long enough (one layer, 32 keys in all, one learning rate, 250 steps): one layer that sums cannot tell old from new.
# - When facts stay, and each key has a direction of its own, a sum is as good: say what is asked before you say which memory is best.

# %% [markdown] id="more-time"
# ## If you have more time
#
# ### Does attention know what is newer?
#
# The attention of the race prefers what is recent, by a slope that it learned.
# Take the slope away: the cache still keeps every token.

# %% id="13-no_slope" tags=["exercise"]
### BEGIN SOLUTION
answer = 0.75  # a share between 0 and 1
### END SOLUTION
lc.predict("13.no_slope", answer=answer)

# %% id="no-slope" tags=["after-prediction"]
# Attention without its slope.
timeless = trained("full_attention", 8, 32, seed, has_slope=False)
lc.reveal(
    "13.no_slope",
    lc.claim("13.timeless", "{value:.2f} right.", timeless.right, between=(0.7, 0.8)),
    lc.claim(
        "13.timeless_stale",
        "Asked for a key that was written twice, it names the old value in {value:.2f} of the cases.",
        timeless.stale,
        between=(0.4, 0.6),
    ),
    was=timeless.right,
)

# %% [markdown] id="no-slope-seen" tags=["after-prediction"]
# To keep everything is not to know everything: a set of pairs has no order, and the newest is not marked.

# %% [markdown] id="gated-before"
# ### More gates, more recall?
#
# The gated delta rule both fades and corrects.
# Does it lead the delta rule in this race?

# %% id="gated" tags=["hide-input"]
# The two rules in the 12 shapes.
gaps = [
    record[f"rewritten gated_delta_rule {shape} right"].mean
    - record[f"rewritten delta_rule {shape} right"].mean
    for shape in shapes
]
lc.claim(
    "13.gated",
    "In the 12 shapes the two differ by {value:.3f} at most.",
    max(map(abs, gaps)),
    between=(0.0, 0.015),
)

# %% [markdown] id="crowded-before"
# ### And in a shape that is not good?
#
# Then keys must crowd, and, each written once, either rule may be ahead.
# Of five seeds each, the smallest lead:


# %% id="crowded" tags=["hide-input"]
# The smallest lead in two shapes.
def lead(shape, ahead, behind):
    pairs = [record[f"once {rung} {shape} right"].values for rung in (ahead, behind)]
    return min(a - b for a, b in zip(*pairs, strict=True))


sentence = f"As 2 x 32 the sum leads by {lead('2x32', ladder[0], ladder[2]):.2f}, "
lc.claim(
    "13.crowded",
    sentence + "as 16 x 4 the delta rule by {value:.2f}.",
    lead("16x4", ladder[2], ladder[0]),
    between=(0.03, 0.1),
)

# %% [markdown] id="welch-before"
# ### As different as can be
#
# Where 32 keys have 8 numbers each, they cannot all stand at right angles.
# How small can their squared cosines be?
# Let the keys be the rows of $X$, and $A = X^\top X$, of size $K \times K$.
# Then $\langle A, I \rangle = \operatorname{tr} A$ is the sum of their squared lengths, here 32, and $\lVert A \rVert^2$ the sum of all squared cosines, those of each key with itself included.

# %% id="welch"
from lcutils.proof import MatrixSymbol, dot, norm_sq

A = MatrixSymbol("A", K, K)
lc.prove(
    "13.welch",
    norm_sq(A - dot(A, Identity(K)) / K * Identity(K)),
    norm_sq(A) - dot(A, Identity(K)) ** 2 / K,
)

# %% [markdown] id="welch-seen"
# The left side is never below 0, so the squares of $n$ keys add up to $n^2 / K$ at least (Welch, 1974), and 992 of the $32^2$ are of different keys.
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
    between=(1.0, 1.03),
)

# %% [markdown] id="sources"
# ## Sources
#
# - Arora, Eyuboglu, Timalsina, Johnson, Poli, Zou, Rudra and Ré, Zoology: measuring and improving recall in efficient language models, ICLR 2024: the task.
# - Arora, Eyuboglu, Zhang, Timalsina, Alberti, Zou, Rudra and Ré, Simple linear attention language models balance the recall-throughput tradeoff, ICML 2024: recall against the size of the state.
# - Jelassi, Brandfonbrener, Kakade and Malach, Repeat after me: transformers are better than state space models at copying, ICML 2024: the counting bound for copying.
# - Welch, Lower bounds on the maximum cross correlation of signals, IEEE Transactions on Information Theory, 1974.

# %% id="report"
lc.report()
