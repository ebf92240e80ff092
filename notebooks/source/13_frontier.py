# %% [markdown] id="promise"
# # 13 · The frontier
#
# **How much can a state hold?**
#
# A cache keeps every token it has read, and grows.
# A state keeps its size, and forgets.
# How many numbers does a memory need to answer questions about what it has read, and which rule of writing makes the most of them?
#
# After this hour you can build a test of recall that gives nothing away, say how few bits would be enough, count what a cache and a state cost, and read the figure over which the field argues: right answers against numbers kept.
# You will have predicted it, and trained a part of it, before you see it.
#
# You need logarithms, and to know what a matrix memory is: a state $S$ of size $K \times V$, written with a key $k$ and a value $v$, read as $S^\top k$ (lesson 05, section 8).
# The core path takes an hour.

# %% id="start"
import math

import torch
from sympy import log, symbols

import lcutils as lc
from lcutils import memory, nets, recall, tasks
from lcutils.show import BLUE, GREEN, GREY, ORANGE, RED, label_lines

lc.start("13")

# %% id="13-recall_sum" tags=["exercise"]
### BEGIN SOLUTION
answer = "a"
### END SOLUTION
### BEGIN STUDENT
# answer = None  # type a letter
### END STUDENT
lc.quiz("13.recall_sum", answer=answer)

# %% id="13-recall_loss" tags=["exercise"]
### BEGIN SOLUTION
answer = "c"
### END SOLUTION
### BEGIN STUDENT
# answer = None  # type a letter
### END STUDENT
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
# Here is such a text, with 4 keys and 4 values to draw from.

# %% id="one-text"
text = tasks.mqar(1, n_pairs=3, n_keys=4, n_values=4, rng=lc.rng("one text"))
*pairs, first, second, third = text.tokens[0].tolist()
print("pairs:  ", *zip(pairs[::2], pairs[1::2], strict=True))
print("queries:", first, second, third, "  answers:", *text.answers[0].tolist())

# %% [markdown] id="recall_text-exercise"
# **Exercise 1** (7 minutes). Lay such texts out.
# `asked` holds places: the query at place $i$ is the key at place `asked[i]` of its text.


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
# So most of these texts would be faulty, and no loss curve would show it.
#
# ## 2. How few numbers would do?
#
# A text has 8 keys, and each has one of 32 values.
# The keys are given with the questions; the state need only tell the values.
# A number here has 32 bits.
# How many numbers must a state have, at the very least, to answer every question of every such text?

# %% id="13-fewest" tags=["exercise"]
### BEGIN SOLUTION
answer = 2
### END SOLUTION
### BEGIN STUDENT
# answer = None  # a whole number
### END STUDENT
lc.predict("13.fewest", "How few numbers of 32 bits can hold 8 values out of 32?", answer=answer)

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
#
# For 8 values of 32 that is 40 bits.
# It is easy to believe that each value takes a number of its own.
# It does not:

# %% id="one-number-each"
lc.refute("13.one_number_each", n * log(N, 2) / p, n, domain=(N > 1, p > 1))

# %% [markdown] id="packing-before"
# And the bound is reached: write the values as the digits of one number in base 32.

# %% id="packing" tags=["after-prediction"]
values = torch.randint(32, (8,), generator=lc.rng("packing")).tolist()
packed = sum(value * 32**i for i, value in enumerate(values))
read = [packed // 32**i % 32 for i in range(8)]
assert read == values
lc.reveal("13.fewest", f"{values} is {packed}: {packed.bit_length()} bits, so two numbers hold it.")

# %% [markdown] id="packing-seen"
# The bound holds for recall without error, of values that are independent and equally likely.
# It says what is possible, not what is learned.
# Remember 40 bits; we shall compare.
#
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
# Easier to keep in mind is its inverse:

# %% id="break-even"
lc.prove("13.cache", (K + V) / (K * V), 1 / K + 1 / V, reason="1/T where the two are equal")

# %% [markdown] id="counted-before"
# With $K = V = 64$ a cache has caught up with the matrix after 32 tokens.
#
# Formulas for sizes are easy to get wrong, so the race below counts what a model really keeps.
# `nets.state_size` lets a model read, then counts the numbers in its state.
# The models have one layer with a *rung*: a rule for writing and reading.

# %% id="counted"
sizes = {"lstm": 32, "delta_rule": 8, "window_attention": 8, "full_attention": 8}
for rung, size in sizes.items():
    model = nets.Model(rung, n_tokens=64, n_answers=32, **recall.memory_of(rung, size))
    after = [nets.state_size(model, n_tokens) for n_tokens in (32, 320)]
    print(f"{rung:17} {after[0]:5} numbers after 32 tokens, {after[1]:5} after 320")

# %% [markdown] id="counted-seen"
# An LSTM (Hochreiter and Schmidhuber, Neural Computation, 1997) keeps its hidden state and its cell.
# A cached token has one number more than $K + V$: its place, from which attention here learns a preference for what is recent.
#
# ## 4. One race, the same rules
#
# Which rule of writing makes the most of its numbers?
# Every model gets 24,000 parameters, as nearly as its width allows, the same texts, 250 steps.
# A larger memory takes parameters, so its model is made narrower.
# All read the same way: keys come from the token before, values from the token itself.
#
# The texts are harder than those above: of their 8 keys 4 are written twice, the writes in random order, and the newest value is asked for.
#
# Before a race, look at the judge.
#
# **Exercise 5** (4 minutes). This should be the share of right answers, but every model scores like a coin of 32 sides. Mend it.


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
# Now predict.
# Three matrix memories of $8 \times 32 = 256$ numbers each.
# `linear_attention` adds, $S + k v^\top$.
# `scalar_decay` lets the old fade at each token, and learns when.
# `delta_rule` writes only what is missing, $S + \beta\, k (v - S^\top k)^\top$.
# Which share of the questions does each answer after training?

# %% id="13-column" tags=["exercise"]
### BEGIN SOLUTION
answer = [0.75, 0.9, 0.95]
### END SOLUTION
### BEGIN STUDENT
# answer = None  # three shares: the sum, decay, the delta rule
### END STUDENT
lc.predict("13.column", "Right answers of sum, decay and delta rule, 256 numbers?", answer=answer)


# %% id="race"
def trained(rung, size, seed, **change):
    """One model of the race; size: K of a matrix, tokens of a window"""
    rules = {"n_pairs": 8, "n_rewritten": 4, "n_keys": 32, "n_values": 32, "n_parameters": 24_000}
    return recall.trained(rung, seed=seed, **{**rules, **recall.memory_of(rung, size), **change})


seed = torch.randint(2**31, (1,), generator=lc.rng("race")).item()
live = {rung: trained(rung, 8, seed) for rung in ("linear_attention", "scalar_decay", "delta_rule")}

# %% id="judged"
texts = tasks.mqar(512, n_pairs=8, n_rewritten=4, n_keys=32, n_values=32, rng=lc.rng("judged"))
with torch.no_grad():
    logits, _ = live["delta_rule"].model(texts.tokens)  # [B, T, M]
gap = abs(right_share(logits, texts.answers).item() - live["delta_rule"].right)
lc.claim(
    "13.judge",
    "On other texts, by your judge, the delta rule scores {value:.3f} more or less.",
    gap,
    between=(0.0, 0.015),
)

# %% [markdown] id="record-before"
# The whole race takes too long for a lesson: five seeds, eight rungs, two tasks.
# It was run once, and its numbers were kept with the code that made them.
# What you have just trained is a part of it with another seed, so it should land where the five did.

# %% id="record"
record = lc.recorded("13_frontier")
record

# %% id="column" tags=["after-prediction"]
names = {"linear_attention": "the sum", "scalar_decay": "decay", "delta_rule": "the delta rule"}
shown = []
for rung, name in names.items():
    kept = record[f"rewritten {rung} 8 right"]
    sentence = f"256 numbers, {name}: {{value:.2f}} right (record: {kept.mean:.2f})."
    shown.append(lc.claim(f"13.live_{rung}", sentence, live[rung].right, between=kept.range))
lc.reveal("13.column", *shown)

# %% [markdown] id="three-quarters"
# Why does the sum get three quarters?
# It answers the 4 keys that were written once.
# For a key written twice it holds both values with equal weight, and must toss a coin.
# That makes $\frac{4 + 4/2}{8} = \frac34$, and no larger matrix helps.
# If this is right, then among the keys written twice it names the *old* value half the time:

# %% id="old-values"
lc.claim(
    "13.stale",
    "Asked for a key that was written twice, the sum names the old value in {value:.2f} "
    f"of the cases; the delta rule in {live['delta_rule'].stale:.2f}.",
    live["linear_attention"].stale,
    between=(0.4, 0.6),
)

# %% [markdown] id="frontier-before"
# ## 5. The frontier
#
# Here is the whole race, the mean of five seeds.
# A memory is good if it stands high and far to the left.


# %% id="frontier"
def curve(task, rung):
    """Numbers kept and shares of right answers, from the smallest memory to the largest"""
    keys = [key.removesuffix(" floats") for key in record.numbers if key.endswith(" floats")]
    mine = [key for key in keys if key.startswith(f"{task} {rung} ")]
    return tuple([record[f"{key} {what}"].mean for key in mine] for what in ("floats", "right"))


def draw_frontier(ax, task, labels):
    for rung, (label, colour) in labels.items():
        floats, right = (numbers[:4] for numbers in curve(task, rung))  # the rest for the labels
        ax.plot(floats, right, "o-", color=colour, label=label)
    ax.set(xscale="log", xlabel="numbers kept", ylabel="right answers", ylim=(0, 1.05))
    ticks = [32, 64, 128, 256, 512, 1024]
    ax.set_xticks(ticks, ticks, minor=False)
    ax.minorticks_off()
    label_lines(ax)


# %% id="labels"
labels = {
    "full_attention": ("attention", GREY),
    "delta_rule": ("delta rule", BLUE),
    "scalar_decay": ("decay", ORANGE),
    "linear_attention": ("sum", RED),
    "window_attention": ("window", GREEN),
    "additive_memory": ("vector sum", GREY),
    "lstm": ("_LSTM", GREY),  # its label would lie on a line
}

# %% id="frontier-figure" tags=["after-prediction"]
fig, ax = lc.subplots(height=3.8)
draw_frontier(ax, "rewritten", labels)
ax.annotate("LSTM", (32, 0.07), color=GREY)
at_256 = {rung: record[f"rewritten {rung} 8 right"].mean for rung in names}
claim = lc.claim(
    "13.frontier",
    "Facts that change, 256 numbers to keep them: a sum answers "
    f"{at_256['linear_attention']:.2f}, decay {at_256['scalar_decay']:.2f}, "
    "the delta rule {value:.2f}.",
    at_256["delta_rule"],
    between=(0.95, 0.98),
)
lc.reveal("13.column", lc.figure(fig, claim))

# %% [markdown] id="order-before"
# The order is no accident of one seed.
# From 128 numbers on, look at each size and each of the five seeds by itself, and take the smallest lead of the delta rule over decay, and of decay over the sum:

# %% id="order"
ladder = ("linear_attention", "scalar_decay", "delta_rule")
right = torch.tensor(
    [[record.numbers[f"rewritten {rung} {K} right"] for rung in ladder] for K in (4, 8, 16, 32)]
)  # [sizes, rungs, seeds]
lc.claim(
    "13.order",
    "In all 20 races the order is sum, decay, delta rule; the closest two are {value:.3f} apart.",
    right.diff(dim=1).min(),
    between=(0.003, 0.03),
)


# %% id="enough"
def enough(rung):
    """The fewest numbers with which this rung answers 99 of 100"""
    return next(
        floats for floats, share in zip(*curve("rewritten", rung), strict=True) if share > 0.99
    )


lc.claim(
    "13.enough",
    f"99 in 100 right: the delta rule with {enough('delta_rule'):.0f} numbers, "
    "attention with {value:.0f}.",
    enough("full_attention"),
    between=(1184, 1184),
)

# %% [markdown] id="enough-seen"
# Attention needs more numbers because it keeps the whole text, once-true facts too, and for a longer text it needs more still.
# In return nothing had to be learned about what to keep.
#
# And the bound?

# %% id="far"
bits_kept, bits_needed = 32 * enough("delta_rule"), 8 * math.log2(32)
lc.claim(
    "13.far",
    "The delta rule uses {value:.0f} times the bits that would do.",
    bits_kept / bits_needed,
    between=(400, 420),
)

# %% [markdown] id="far-seen"
# A matrix is read by one product, with noise from every other pair.
# That is what it pays for being simple to read.
#
# Read the figure once more.

# %% id="13-three_claims" tags=["exercise"]
### BEGIN SOLUTION
answer = "b"
### END SOLUTION
### BEGIN STUDENT
# answer = None  # type a letter
### END STUDENT
lc.quiz("13.three_claims", answer=answer)

# %% [markdown] id="plain-before"
# ## 6. Another question, another order
#
# Now the same race with every key written once.
# Sum, decay and delta rule again, from 64 numbers on.
# Which one is ahead?

# %% id="13-plain" tags=["exercise"]
### BEGIN SOLUTION
answer = "none with 256 numbers; the sum with 64"
### END SOLUTION
### BEGIN STUDENT
# answer = None  # which is ahead with 256 numbers, and which with 64?
### END STUDENT
lc.predict("13.plain", "Keys written once: which rule is ahead?", answer=answer)

# %% id="plain-figure" tags=["after-prediction"]
fig, ax = lc.subplots(height=3.2)
draw_frontier(ax, "once", {rung: labels[rung] for rung in reversed(ladder)})
ax.set(ylim=(0.5, 1.02))
small = {rung: record[f"once {rung} 2 right"] for rung in ladder}
lead = [
    a - b for a, b in zip(*(small[rung].values for rung in (ladder[0], ladder[2])), strict=True)
]
claim = lc.claim(
    "13.plain_lead",
    "Facts that stay: with 64 numbers the sum is ahead of the delta rule by {value:.2f} or more.",
    min(lead),
    between=(0.05, 0.2),
)
lc.reveal("13.plain", lc.figure(fig, claim))

# %% id="plain-tie" tags=["after-prediction"]
even = torch.tensor([record[f"once {rung} 8 right"].mean for rung in ladder])
tie = lc.claim(
    "13.plain_tie",
    "With 256 numbers the three are {value:.3f} apart.",
    even.max() - even.min(),
    between=(0.0, 0.01),
)
lc.reveal("13.plain", tie)

# %% [markdown] id="plain-seen"
# With nothing to correct, looking before writing brings nothing.
# In a crowded memory it harms: with each write the delta rule erases a little of the older pairs (lesson 11, section 2).
# **There is no best rule; there is a best rule for what will be asked.**
#
# The same can be seen without training, with random keys and one write each.
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


# %% id="play"
def draw(ax, pairs, twice):
    sizes, twice = [2, 4, 8, 16, 32], min(twice, pairs)
    for name, rule, colour in (("sum", memory.linear_attention, RED), ("delta rule", delta, BLUE)):
        shares = [recalled(rule, K, pairs, twice, lc.rng("play")) for K in sizes]
        ax.plot([32 * K for K in sizes], shares, "o-", color=colour, label=name)
    ax.set(xscale="log", xlabel="numbers kept", ylabel="right answers", ylim=(0, 1.05))
    ax.set_xticks([64, 256, 1024], [64, 256, 1024], minor=False)
    ax.minorticks_off()
    ax.set_title(f"{pairs} pairs, {twice} of them written twice")
    label_lines(ax)


lc.play(draw, pairs=(2, 64, 16), twice=(0, 64, 8))

# %% id="play-settings"
fig, axes = lc.subplots(3, 1, sharex=True, height=6.6)
for ax, (pairs, twice) in zip(axes, ((16, 0), (16, 16), (64, 0)), strict=True):
    draw(ax, pairs, twice)
    ax.label_outer()
lc.figure(fig, "Pairs that stay: the sum is ahead. Pairs that change: the delta rule is.")

# %% [markdown] id="exit"
# ## Exit question

# %% id="13-exit" tags=["exercise"]
### BEGIN SOLUTION
answer = "c"
### END SOLUTION
### BEGIN STUDENT
# answer = None  # type a letter
### END STUDENT
lc.quiz("13.exit", answer=answer)

# %% [markdown] id="take-away"
# ## Take away
#
# - A test of recall draws keys without repeats, asks in another order, and shows no answer.
# - To recall $n$ values out of $N$ without error takes $n \log_2 N$ bits; the memories learned here use hundreds of times as many.
# - A cache of $T$ tokens keeps $T (K + V)$ numbers, a matrix memory $K V$; they are equal at $T = K V / (K + V)$.
# - When facts change, sum, decay, delta rule is the order at every equal size from 128 numbers on: a sum cannot tell old from new.
# - When facts stay, the order is another: say what is asked before you say which memory is best.

# %% [markdown] id="more-time"
# ## If you have more time
#
# **Does attention know what is newer?**
# The attention of the race prefers what is recent, by a slope that it learned.
# Take the slope away: the cache still keeps every token.
# Which share of the questions will it answer, and what will it say to the others?

# %% id="13-no_slope" tags=["exercise"]
### BEGIN SOLUTION
answer = "three quarters: like the sum it cannot tell old from new"
### END SOLUTION
### BEGIN STUDENT
# answer = None  # a sentence
### END STUDENT
lc.predict("13.no_slope", "Attention without a sense of time: which share is right?", answer=answer)

# %% id="no-slope" tags=["after-prediction"]
timeless = trained("full_attention", 8, seed, has_slope=False)
lc.reveal(
    "13.no_slope",
    lc.claim("13.timeless", "{value:.2f} right.", timeless.right, between=(0.7, 0.8)),
    lc.claim(
        "13.timeless_stale",
        "Asked for a key that was written twice, it names the old value in {value:.2f} of the cases.",
        timeless.stale,
        between=(0.4, 0.6),
    ),
)

# %% [markdown] id="no-slope-seen"
# To keep everything is not to know everything: a set of pairs has no order, and the newest is not marked.
#
# **More gates, more recall?**
# The gated delta rule both fades and corrects.
# In this race it had nothing to add:

# %% id="gated"
gaps = [
    record[f"rewritten gated_delta_rule {K} right"].mean
    - record[f"rewritten delta_rule {K} right"].mean
    for K in (4, 8, 16, 32)
]
lc.claim(
    "13.gated",
    "From 128 numbers on the two differ by {value:.3f} at most.",
    max(map(abs, gaps)),
    between=(0.0, 0.015),
)

# %% [markdown] id="sources"
# ## Sources
#
# - Arora, Eyuboglu, Timalsina, Johnson, Poli, Zou, Rudra and Ré, Zoology: measuring and improving recall in efficient language models, ICLR 2024: the task.
# - Arora, Eyuboglu, Zhang, Timalsina, Alberti, Zou, Rudra and Ré, Simple linear attention language models balance the recall-throughput tradeoff, ICML 2024: recall against the size of the state.
# - Jelassi, Brandfonbrener, Kakade and Malach, Repeat after me: transformers are better than state space models at copying, ICML 2024: the counting bound for copying.

# %% id="report"
lc.report()
