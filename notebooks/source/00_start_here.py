# %% [markdown] id="promise"
# # 00 · Start here
#
# **How does a language model remember a long context, and what does it forget?**
#
# > Ann lives in Oslo. Bob lives in Rome. Cy lives in Lima. Dee lives in Kyiv.
# > Ann now lives in Rome. Bob now lives in Lima. Ann now lives in Kyiv.
# >
# > Where does Ann live?
#
# You kept the newest of three answers and let the others go, without trying.
# A program must do it with numbers, and not every way gets it right.
# Watch it happen; then come the whole workbook in one picture and your first exercises.
#
# You need Python, vectors and matrices, a little PyTorch.
# The core path takes about 30 minutes; the end of section 3 is a good place to stop half way.

# %% [markdown] id="machine"
# Run the cells from top to bottom, each with Shift + Enter.
# The next one names the lesson, and the *seed* from which random numbers are drawn.

# %% id="start"
from collections import Counter
from itertools import pairwise

import torch
from sympy import symbols

import lcutils as lc
from lcutils.proof import MatrixSymbol

lc.start("00")

# %% [markdown] id="memory"
# ## 1. A memory that reads
#
# Each sentence is a *fact*: a name and its city.
# A name is 8 numbers, its *key*, drawn at random, but so that its dot product with itself is 1, and with any other name's 0.
# A city is its *value*.
#
# The memory is a *state*, a table of 32 numbers: **each row a city, each column one of a name's 8 numbers.**
# To write "Ann: Oslo" is to add Ann's 8 numbers to the row of Oslo.
# To ask where Ann is, is to take the dot product of her numbers with each row: the largest is the answer.
#
# The picture reads from left to right:
#
# - the table *before* the fact: white is zero, blue above zero, orange below (a dash helps the eye);
# - what is *written now*: the name's numbers stand in the narrow strip, and +1.0 says that they are added once;
# - the table *after* it, below the numbers of the name that is asked about;
# - the answer, a bar for each dot product. Beside it, *how sure* has a mark after each fact: how far the right city leads.
#
# Leave the memory's name and formula for later; $S^\top$ is the table.
# Follow the first fact, move the slider to the end, and ask about each name: so far all are known.

# %% id="watch"
facts = [("Ann", "Oslo"), ("Bob", "Rome"), ("Cy", "Lima"), ("Dee", "Kyiv")]
news = [("Ann", "Rome"), ("Bob", "Lima"), ("Ann", "Kyiv")]
lc.watch(facts, rungs="linear_attention", orthogonal=True)

# %% [markdown] id="watch-seen"
# (If the picture does not follow, JupyterLab is not well installed. You lose the sliders, and nothing else.)
#
# Then comes the news, and before it a *prediction*.
# Type yours in the place of `None`, run that cell, then those below: they wait for it, and their code is folded, for it would give the answer away.
# `answer = "skip"` will do, but a wrong guess teaches more than none.

# %% id="00-ann" tags=["exercise"]
### BEGIN SOLUTION
answer = "both"
### END SOLUTION
lc.predict("00.ann", answer=answer)

# %% id="film" tags=["after-prediction"]
microscope = lc.watch(facts + news, orthogonal=True)
lc.reveal(
    "00.ann",
    microscope.film(
        [1, 4, 5, 7],
        "The memory that adds answers with every city that Ann ever lived in. A second one, below it, "
        "looks first, and answers with the newest. "
        "States and answers after facts 1, 4, 5 and 7; green is right, dark red out of date.",
    ),
    microscope,
    was="both",
)

# %% [markdown] id="ann-seen" tags=["after-prediction"]
# Move to fact 5, and look at what is written, in the middle.
#
# The upper memory adds Ann's numbers to the row of Rome.
# The row of Oslo has them still, and nothing in the table says which came later.
#
# The lower one first looks up what it would answer, and writes the difference to what it is told.
# It would answer Oslo, and should answer Rome.
# So it writes Ann's numbers into the row of Rome, and *minus* her numbers into the row of Oslo, which is white again.
#
# Both keep 32 numbers: **what a memory forgets depends on how it writes.**

# %% [markdown] id="language-model"
# ## 2. What a language model is
#
# A *language model* is a program that reads the beginning of a text and gives each word a probability of coming next.
# To write, it draws a word by these probabilities, or takes the likeliest, puts it at the end of the text, and asks itself again.
# In *training* it reads very many texts, and its *weights*, often billions of numbers, are moved so that the words which really came become more probable; afterwards they stay as they are.
# What stands before the next word is its *context*.
#
# (Most read *tokens*, words or pieces of words; here each word is one.)
#
# A very small language model looks back one word, and counts.
# What comes after "in"?

# %% id="smallest"
words = " ".join(f"{name} lives in {city} ." for name, city in facts + news).split()
after = Counter(b for a, b in pairwise(words) if a == "in")
{city: round(n / after.total(), 2) for city, n in after.items()}

# %% [markdown] id="smallest-seen"
# It knows that a city comes, and cannot know whose: Ann is out of its sight.
# A good model should give nearly all to Kyiv after "Ann lives in", so something must carry Ann along.
# There are two ways, and mixtures of them:
#
# - a *state*, as above, has a fixed size. Each word changes it, and as the text goes on it **forgets**: some of what was read can no longer be told from its numbers.
# - a *cache* keeps a key and a value for every word, and grows with the text.
#
# What a state keeps, and what it gives up, is the question of this workbook.

# %% [markdown] id="chart-before"
# ## 3. The whole workbook in one picture
#
# Read from left to right: a word becomes a vector, the vector is written into a memory, a network reads the memory and says what comes next; then it is the next word's turn.
# The memory is a state, written in one of four ways, or a cache.
# A box's number is the lesson that opens it.

# %% id="chart" tags=["hide-input"]
# The boxes of the chart.
boxes = {
    "l01": (0, 1.8, "01\ntext"),
    "l02": (1.5, 1.8, "02\nword\nvector"),
    "l10": (3.7, 3.5, "10 add pairs"),
    "l11": (3.7, 2.9, "11 look first"),
    "l12": (3.7, 2.3, "12 learn"),
    "l07": (3.7, 1.7, "07 gates"),
    "l05": (6, 2.6, "05\nstate:\nkeeps its size"),
    "l13": (6, 1.35, "13 compare"),
    "l08": (6, 0.3, "08\ncache:\ngrows"),
    "l03": (8.2, 1.8, "03\nnetwork"),
    "l09": (8.2, 3.1, "09 in blocks"),
    "l04": (9.9, 1.8, "04\nnext\nword"),
    "l06": (9.9, -1, "06\nerrors\ngo back"),
    "W": (4.7, -1, "weights: they change in training only"),
}

# %% id="chart-arrows" tags=["hide-input"]
# Its arrows.
arrows = {(rule, "l05"): "" for rule in ("l10", "l11", "l12", "l07")}
arrows |= {("l02", box): "" for box in ("l10", "l11", "l12", "l07", "l08")}
arrows |= {("l05", "l05"): "for the next word", ("l01", "l02"): "", ("l03", "l04"): ""}
arrows |= {("l05", "l03"): "read", ("l08", "l03"): "read", ("l05", "l13"): "", ("l13", "l08"): ""}
arrows |= {("W", "l02"): "", ("W", "l03"): "", ("l04", "l06"): "loss", ("l06", "W"): ""}
arrows |= {("l09", "l03"): ""}

# %% id="chart-boxes" tags=["hide-input"]
# Draws the boxes.
from lcutils.show import BLUE, GREY, ORANGE

fig, ax = lc.subplots(height=3.3)
ax.set(xlim=(-0.5, 10.4), ylim=(-1.5, 3.9))
ax.axis("off")
ax.plot((1.5, 4.7), (-1, -1), "--", color=GREY, lw=1.2)  # behind the box of the weights
look, drawn = {"ha": "center", "va": "center", "size": 9}, {}
for name, (x, y, label) in boxes.items():
    box = {"boxstyle": "round,pad=0.4", "fc": "white", "ec": BLUE}
    drawn[name] = ax.text(x, y, label, bbox=box, **look)
fig.draw_without_rendering()  # settles how large the boxes are
to_data = ax.transData.inverted()
sides = {
    name: to_data.transform_bbox(label.get_bbox_patch().get_window_extent())
    for name, label in drawn.items()
}

# %% id="chart-drawn" tags=["hide-input"]
# Draws the arrows: from side to side.
for (a, b), label in arrows.items():
    (xa, ya, _), (xb, yb, _) = boxes[a], boxes[b]
    line = {"arrowstyle": "-" if {a, b} & {"l09", "l13"} else "-|>", "color": GREY, "lw": 1.2}
    start, end = (sides[a].x1, ya), (sides[b].x0, yb)
    if a == b:  # the arrow back, above its box
        start, end = (xa + 0.4, sides[a].y1), (xa - 0.4, sides[a].y1)
        line |= {"color": ORANGE, "connectionstyle": "arc3,rad=1.3"}
    elif a == "W":
        start, end = (xb, ya), (xb, sides[b].y0)
    elif xa == xb:
        start, end = (xa, sides[a].y0), (xb, sides[b].y1)
    elif xa > xb:
        start, end = (sides[a].x0, ya), (sides[b].x1, yb)
    line |= {"ls": "--"} if {a, b} & {"W", "l06"} else {}  # training
    right, up = (0, 0.8) if a == b else (0.4, 0.1)
    place = (start[0] + end[0]) / 2 + right, (start[1] + end[1]) / 2 + up
    ax.text(*place, label, color=GREY, **look)
    ax.annotate("", end, start, arrowprops=line | {"shrinkA": 0})
lc.figure(fig, "A state is an arrow back: what it keeps, the next word can use.")

# %% [markdown] id="chart-after"
# You have watched 10 and 11, two ways to write.
# Dashed: training. The *loss* says how wrong the probabilities were; the weights are moved so that it falls.
# A *block* is a reading and a network; models stack many.
# (Not drawn: the cache, too, stays for the next word; the word's own vector also goes past the memory; keys and values are made with weights.)
#
# <details><summary>Open a box, or take the chart along as Mermaid</summary>
#
# {{links}}.
#
# ```mermaid
# graph LR
#   l01["01 text"] --> l02["02 word vector"]
#   l02 --> l10["10 add pairs"]
#   l02 --> l11["11 look first"]
#   l02 --> l12["12 learn"]
#   l02 --> l07["07 gates"]
#   l02 --> l08["08 cache: grows"]
#   l10 --> l05["05 state: keeps its size"]
#   l11 --> l05
#   l12 --> l05
#   l07 --> l05
#   l05 -->|for the next word| l05
#   l05 --- l13["13 compare"]
#   l13 --- l08
#   l05 -->|read| l03["03 network"]
#   l08 -->|read| l03
#   l03 --> l04["04 next word"]
#   l09["09 in blocks"] --- l03
#   W["weights: they change in training only"] -.-> l02
#   W -.-> l03
#   l04 -.->|loss| l06["06 errors go back"]
#   l06 -.-> W
#   {{clicks}}
# ```
#
# </details>
#
# **A good place to stop.**
# What you have: what a language model is, and two memories that do not forget alike.
# What comes: exercises, proofs, and where it all leads.

# %% [markdown] id="text_mean-before"
# ## 4. An exercise, done wrongly on purpose
#
# Vectors of words come in blocks: $B$ texts of $T$ words, each word $D$ numbers, written `x: [B, T, D]`.
# These are three axes; PyTorch calls an axis `dim`, and counts from 0.
# The function below should take the mean over the words of each text, and does not.
#
# **Exercise 1** (2 minutes). Run the cell as it is, and read the verdict.
# Then mend the one line.


# %% id="00-text_mean" tags=["exercise"]
def text_mean(x):
    """x: [B, T, D] -> the mean of each text's words: [B, D]"""
    ### BEGIN SOLUTION
    return x.mean(dim=1)
    ### END SOLUTION
    ### BEGIN STUDENT
    # return x.sum(dim=1)
    ### END STUDENT


text_mean = lc.check("00.text_mean", text_mean)

# %% [markdown] id="hints-text_mean"
# {{hints}}
#
# A mistake that people make is named; any other is shown in an example small enough to check by hand.
# As long as your answer is not right the lesson goes on with ours, so nothing below breaks.
#
# If a cell never ends or numbers look odd, choose *Restart Kernel and Run All Cells* from the menu *Kernel*; random numbers come out the same again.

# %% [markdown] id="sympy"
# ## 5. A few lines of SymPy
#
# SymPy calculates with `symbols`, numbers that have no value yet.

# %% id="square"
a, b = symbols("a b")
((a + b) ** 2).expand()

# %% [markdown] id="prove-before"
# `lc.prove` shows an equation and proves that very equation, wherever both sides are defined.
# `MatrixSymbol` makes a matrix, or a column, of any size; here $A$ has $d$ rows and $n$ columns.

# %% id="linear"
d, n = symbols("d n", positive=True, integer=True)
A, x, y = MatrixSymbol("A", d, n), MatrixSymbol("x", n, 1), MatrixSymbol("y", n, 1)
lc.prove("00.linear", A * (x + y), A * y + A * x, reason="a matrix acts on each term")

# %% [markdown] id="refute-before"
# `lc.refute` is for statements that are false, and finds numbers that show it.

# %% id="square-refuted"
lc.refute("00.careless_square", (a + b) ** 2, a**2 + b**2)

# %% [markdown] id="cache_more-before"
# Now you: what does it cost to forget nothing?
# A cache keeps $T$ pairs as they are, each a key of $K$ numbers and a value of $V$ numbers.
# (A city, too, is $V$ numbers: a 1 in its own place and 0 elsewhere.)
# The table of section 1 has $K$ columns and $V$ rows.
#
# **Exercise 2** (3 minutes). How many numbers *more* than the table does the cache keep?

# %% id="00-cache_more" tags=["exercise"]
T, K, V = symbols("T K V")
### BEGIN SOLUTION
more = T * (K + V) - K * V
### END SOLUTION
### BEGIN STUDENT
# more = None  # an expression such as T**2 / (K + 1)
### END STUDENT
lc.check("00.cache_more", more)

# %% [markdown] id="hints-cache_more"
# {{hints}}
#
# ## 6. Where it leads
#
# Lesson 13 lets small models read texts like Ann's, 8 names, of which 4 are told anew, and asks for the newest.
# A dot below is one size of memory: further right it keeps more numbers, higher up it answers more of the questions right.
# The grey line is attention, which reads from a cache; where the cache is small, keys and values are short.
# Where will a state of 256 numbers stand: one that adds, one that fades, one that looks first?

# %% id="frontier" tags=["hide-input"]
# Attention: right answers by size.
record = lc.recorded("13_frontier")
sizes = record.frontier("rewritten full_attention")
kept = [record[f"{size} floats"].median for size in sizes]
right = [record[f"{size} right"].median for size in sizes]
fig, ax = lc.subplots(height=2.7)
ax.plot(kept, right, "o-", color=GREY)
ax.text(kept[0] + 10, right[0] - 0.04, "attention", color=GREY)
ax.axvline(256, color=BLUE, ls="--", lw=1.2)
ax.text(250, 0.15, "a state of 256 numbers:\nhow high?", color=BLUE, ha="right")
ax.set(xlabel="numbers kept", ylabel="right answers", xlim=(0, 600), ylim=(0, 1.05))
claim = lc.claim(
    "00.frontier",
    f"Attention that keeps {kept[-1]:.0f} numbers is right in {{value:.2f}} of the cases. One block, "
    "32 names to draw from, 250 steps of training, for each size its best rate of learning.",
    right[-1],
    between=(0.99, 1),
)
lc.figure(fig, claim)

# %% [markdown] id="frontier-seen"
# Below a *measured* sentence stands the range in which its number lay at every seed tried.
# (This run was long, and was recorded with its code. A dot is the median of five seeds.)

# %% [markdown] id="take-away"
# ## Take away
#
# - A language model gives each word a probability of coming next, and of the text so far it knows what its memory carries along.
# - A cache keeps a key and a value for each word, and grows. A state keeps its size, and forgets.
# - What a state forgets depends on how it writes.
# - Here equations are proved, sentences with numbers are measured, mistakes have names.
#
# Go on with [lesson 01](01_text.ipynb).

# %% [markdown] id="more-time"
# ## If you have more time
#
# For looking up: the map of the lessons, and the glossary.
# For reading: the chart that came first, with a question and a guess (5 minutes).

# %% [markdown] id="map"
# ### The map
#
# {{map}}
#
# The lessons build on one another, in this order, but each says at its beginning what you should know.
# From lesson 02 on that includes partial derivatives.
# The last cell of a lesson lists what your run has proved, measured and checked, and what you have left.
# A link opens the lesson's file beside this one, where it is there.
# To begin a lesson afresh, rename your copy, and run `make lab` or take the file again from where you had it.

# %% [markdown] id="first-chart"
# ### The chart that came first
#
# This workbook grew from an article on language models with very long contexts.
# Its section 2.5 draws their memory as eight boxes in a line:
#
# > input text → word embedding → concatenation of the word vectors → network → output → memory update → context vector → weight matrix
#
# Follow the arrows with a text of two words in your hand.

# %% id="00-chart" tags=["exercise"]
### BEGIN SOLUTION
answer = "c"
### END SOLUTION
lc.quiz("00.chart", answer=answer)

# %% [markdown] id="chart-mended"
# <details><summary>What section 3 has mended in it</summary>
#
# | the article's box | the trouble with it | what stands in section 3 |
# |---|---|---|
# | concatenation of the word vectors | It grows with the text, but a layer takes inputs of one size: sooner or later words fall out, and nothing of them is kept. | a state of fixed size, or a cache that is compared with each new word |
# | memory update, after the output | The output is made before the memory is read: nothing that it holds reaches the output. | write, then read, then predict |
# | context vector | No later step reads it. It is the memory's state, and the next step begins with it. | the arrow back |
# | weight matrix, at the end | Every step uses the weights, and a loss changes them, in training only. A matrix that changes while the text is read is a state. | weights below, the state inside |
#
# </details>
#
# Source: an introduction to ultra-long context in language models, in Chinese, section 2.5.

# %% [markdown] id="numbers-before"
# The third box has the words' vectors one behind another.
# A running sum of them, lesson 05's memory, is a state.

# %% id="00-numbers" tags=["exercise"]
### BEGIN SOLUTION
answer = [64_000, 64]
### END SOLUTION
lc.predict("00.numbers", answer=answer)

# %% id="numbers-counted" tags=["after-prediction"]
vectors = torch.randn(1_000, 64, generator=lc.rng("numbers"))  # [T, D]
lc.reveal(
    "00.numbers",
    f"One behind another: {vectors.numel():,}. Added up: {vectors.sum(dim=0).numel()}.",
    was=[vectors.numel(), vectors.sum(dim=0).numel()],
)

# %% [markdown] id="numbers-seen" tags=["after-prediction"]
# What stays so small must give something up.

# %% [markdown] id="symbols"
# ## Glossary: symbols
#
# Sizes are capitals in code, and stand in brackets: `x: [B, T, D]`.
# A number in brackets is the lesson in which a letter means this.
#
# | symbol | meaning |
# |---|---|
# | $B$ | batch: how many texts or examples are computed side by side |
# | $T$ | how many words or pairs were read |
# | $t$ | which word is being read; (02, 03) a column with a 1 at the right answer, 0 elsewhere; (04) how often a letter comes |
# | $D$, $d$ | how many numbers a vector has, in code and in equations |
# | $K$, $V$ | how many numbers a key and a value have; (01, 04) $V$: how many words or letters there are; (02) $V$: the vectors of all words as rows; (03) $V$: weights to compare $W$ with |
# | $H$ | heads, memories of one layer side by side; (01) $H_n$: the sum $1 + \frac12 + \dots + \frac1n$; (03) hidden units; (04) the entropy; (12) $X^\top X + \lambda I$ |
# | $N$, $M$, $n$ | a count that its line names: of words, inputs, outputs, pairs, values; (05) $N$: the noise sum; (07) $n$: a target; (10) $M$: a mask; (12) $N_t$: what momentum writes |
# | $i$, $j$, $w$, $r$ | which one: of pairs or entries, of words (02), the right one (03); (01) $r$: a place in a ranking; (03, 06, 07) $w$: one weight; (09) $r$: a factor, $w$: a word's output vector; (07) $i$: the input gate, $r$: a weight |
# | $x$ | what comes in: the vector of a word |
# | $y$, $z$ | what a network gives, and what it should have given (many books have $\hat y$ and $y$); (09) $y$: one entry of a vector |
# | $X$, $Y$, $Z$ | inputs, outputs or values, and targets of many examples at once; (01) $Z$: the sum of $2^{-l}$; (04) $Z$: the sum below the fraction of softmax |
# | $W$, $b$ | weights, and a bias: learned in training, fixed while reading; (09) $b$: a share; (11) $b$: a key |
# | $P$ | (03) $P_1$, $P_2$: the weights of one place; (09) the probability of what stands in its brackets; (12) the inverse of $H$ |
# | $a$ | (02) how often a pair came; (03, 07) a layer's value before its bend; (05) age, in steps; (07) how fast a state drifts; (09) a share; (11) a key |
# | $h$ | (03) hidden numbers; (05) half-life; (07) what a recurrent network shows of its state |
# | $f$ | the forget gate: for each number of a state a factor, from 0 to 1, that is made from what is read; (09) $f_1$, $f_2$: what a part adds to the stream |
# | $e$ | an error, $y - z$; (06) $e_t$: the slope of the loss by the state $h_t$; with an exponent, the number 2.718... |
# | $g$, $G$ | the loss gradient at a layer, and many of them as rows; (12) and in code $g$: the logarithm of a decay; (05) $G$: the total weight; (07) $g$: what is written |
# | $u$, $U$ | (02) the vector of a context, and of all; (04) $u$: $\ln p$; (06, 07) $U$: weights by which a state comes from the one before; (09) $u$: a vector of mean 0; (11) what a token writes; (12) $U$: upper weights |
# | $c$ | a state that is a vector; (02) a context; (09) a shift; (08) the context vector; (11) a cosine |
# | $S$ | a state that is a matrix, [K, V]: written $S + k v^\top$, read $S^\top q$; (12) $S_*$: the best one, $S_-$: the one before |
# | $\mathit{kk}$ | (11, 12) in code: $k^\top k = \lVert k \rVert^2$ |
# | $k$, $v$, $q$, $o$ | key, value, query (all three made from a word), and the output that is read; (02) $v$: the vector of a word; (04) $k$: how many letters are kept, $q$: what a model says of a letter, $v$: $\ln q$; (07) $o$: the output gate |
# | $\mathbf K$, $\mathbf V$, $\mathbf Q$ | keys, values and queries of all tokens, a row for each |
# | $\mathbf O$, $\mathbf U$, $\mathbf W$ | the outputs of all tokens; (11) what all of them write; (11) $\mathbf U$ with the keys in the place of the values |
# | $s$ | a score, $q \cdot k$; (04) a network's score; (05) $s_T$: the sum of $T$ vectors; (09) the sum of a vector's entries |
# | $p$ | a probability, or a weight from a softmax; (01) a share, beside other shares $q$; (13) how many bits a number has |
# | $l$ | (01) how many bits a token's code has |
# | $m$ | (01) how many pairs are merged; (04) how many letters are added to a count; (05) a direction that keys share; (07) 1 at a mark, 0 elsewhere; (12) momentum, or how many steps; (13) how many numbers |
# | $E$ | (02) how often a pair is drawn on average |
# | $R$ | (05) a matrix that reads |
# | $A$ | (12) weights that turn keys into features; (13) $X^\top X$ |
# | $\alpha$, $\gamma$ | decay: the factor, from 0 to 1, by which a state fades at each step; $\gamma$ is always the same one |
# | $\beta$ | write strength, from 0 (nothing is written) to 1; up to 2 it stays stable for keys of length 1 |
# | $\Delta$, $\dot c$ | (07) how long a step in time is, and how fast $c$ changes in time |
# | $\eta$ | learning rate: the size of a gradient step; $\mathit{lr}$ in code |
# | $\lambda$ | (08) what scores are multiplied by; (12) how much a small state is wished for |
# | $L$ | loss: what training makes small; (09) how many blocks; (11) a matrix below its diagonal |
# | $\kappa$ | (12) a key along which a state is erased |
# | $\tau$ | (04) temperature |
# | $\rho$ | (06) how many times longer a matrix makes each vector |
# | $\epsilon$ | (09) a small number that keeps a root above 0 |
# | $\sigma$ | the logistic function, $\sigma(x) = 1 / (1 + e^{-x})$ |
# | $\Phi$ | $\Phi(x)$: the probability that a normal number, of mean 0 and variance 1, is below $x$ |
# | $\mathbb E$ | the mean over all that chance may bring |
# | $\tanh$, $\exp$, $\ln$, $\log$ | the bend $(e^x - e^{-x}) / (e^x + e^{-x})$; $e^x$; the inverse of $e^x$, under two names |
# | $\max$ | the larger of two numbers |
# | $I$, $\mathbf 1$ | the identity matrix, and a column of ones |
# | $\mathrm{diag}$, $\operatorname{tr}$ | a matrix with these numbers on its diagonal; the sum of a matrix's diagonal |
# | $^\top$ | transposed: rows become columns |
# | $\odot$ | product entry by entry |
# | $k \cdot q$, $\langle A, I \rangle$ | dot product: the sum of the products, entry by entry |
# | $\lVert x \rVert$ | length: the root of the sum of the squares |
# | $\partial L / \partial w$ | how fast $L$ grows with $w$ alone |
# | $\leftarrow$ | becomes: the new value on the left, the old one on the right |
# | $\approx$, $\infty$ | about; larger than any number |

# %% [markdown] id="words"
# ## Glossary: words
#
# | word | meaning |
# |---|---|
# | activation function | the bend after a layer's matrix product, such as $\tanh$ |
# | age | how many steps ago a word was written |
# | attention | each word compares its query with its own key and those of all words before it (in an encoder: of all words), and reads a mean of their values, weighted by how well they agree |
# | autograd | PyTorch's way to compute gradients from the program itself |
# | back-propagation | the chain rule from the loss back to every weight |
# | batch | examples that are computed side by side |
# | BERT | an encoder trained to fill in hidden tokens |
# | bias | a number that a layer adds, whatever comes in |
# | bit | what a choice between two equally likely things costs; $\ln 2$ nats |
# | block | of a transformer: attention and an MLP, each with its norm, which add to the stream |
# | byte-pair encoding | begins with bytes, and again and again joins the pair that stands side by side most often |
# | cache | the keys and values of all words read so far: it grows with the text |
# | cell | the state of an LSTM |
# | chain rule | the derivative of a function of a function is the product of the two derivatives |
# | claim | a sentence with a number from this run, or from a recorded one, and the range in which it lay at every seed tried |
# | clipping | a gradient longer than a limit is made as long as the limit |
# | company | of a word: the words that stand near it |
# | concatenation | vectors written one behind another, as one long vector |
# | context | the words before the one to predict; for a word vector, the words on both sides |
# | context vector | what attention reads: a mean of values, weighted by what is asked |
# | cosine | the dot product of two vectors, divided by their lengths: 1 if they point the same way |
# | cross-entropy | a loss: minus the logarithm of the probability given to what came |
# | cross-talk | what other stored words add to a read-out: noise |
# | decay | a state fades by a factor at each step, so that old words make room |
# | decoder | a stack of blocks with a mask: each token reads itself and those before it |
# | delta rule | read what a key brings back, and write only what is missing: $S + \beta k (v - S^\top k)^\top$ |
# | detach | the same numbers, without a way back for gradients |
# | distribution | a probability for each thing that may come |
# | embedding | the vector of a word, learned; the table that holds one row for each word |
# | encoder | a stack of blocks without a mask: each token reads all |
# | entropy | minus the mean logarithm of the probabilities; to base 2, the fewest bits that a token needs on average |
# | fast weights | a matrix that changes while the text is read: a state, not a weight |
# | forget | some of what was read can no longer be told from the state |
# | gain | how a new pair corrects the matrix of recursive least squares: step and direction in one vector |
# | gate | a factor between 0 and 1 that a network makes from what it reads |
# | gated delta rule | the delta rule on a state that has faded first |
# | GPT | a decoder trained to name the next token |
# | gradient | the partial derivatives of a loss, one for each number that may move: in the opposite direction the loss falls most steeply |
# | half-life | the age at which a word's weight is half of what it was when written |
# | head | one of several memories of a layer, each with a part of the numbers |
# | hidden | numbers inside a network, between what comes in and what it gives |
# | induction head | finds the last token that was like this one, and reads the one behind it |
# | key, value | the vector under which something is stored, and the vector that a query like it should bring back |
# | KL | what a forecast costs beyond the entropy, on average: $\sum_i p_i \ln \frac{p_i}{q_i}$, 0 only for the truth |
# | language model | a program that reads the beginning of a text and gives each word a probability of coming next |
# | layer | one part of a network: a matrix product with its bend, or a memory with what reads it |
# | layer norm | takes off a vector's mean, and divides by the root of its mean square |
# | learning rate | how large a step of training is: the weights move by this many times the gradient |
# | least squares | the matrix whose squared errors, over all pairs, have the smallest sum; recursive: kept up to date pair by pair |
# | linear attention | the memory $S + k v^\top$, read with a query, without softmax |
# | logits | a network's scores before softmax |
# | loss | how wrong a model is, as one number; training makes it small |
# | LSTM | a recurrent network with gates: for what its state keeps, what is written, and what is shown |
# | mask | what keeps a word from reading later ones, or padding: $-\infty$ in the place of a score before the softmax, 0 where there is none |
# | membership memory | one that tells which words were stored, and no more |
# | MLP | the small network of a block: two matrices with a bend between |
# | momentum | each step goes on with a part of the step before |
# | n-gram | a run of n letters or words; a model that counts them |
# | nat | a price by the natural logarithm: 1.44 bits |
# | negative sampling | to train on pairs that occur, against others drawn at random |
# | noise sum | the sum of the squared weights of all words in a state that fades |
# | normal equation | $W X X^\top = Z X^\top$: where the squared error of a layer without a bend is smallest |
# | one-hot | a vector with a 1 in one place and 0 elsewhere |
# | outer product | $k v^\top$: the table of all products of an entry of $k$ and one of $v$ |
# | perplexity | among how many equally likely tokens a price is like guessing: 2 to the bits |
# | PMI | pointwise mutual information: $\log \frac{p_{wc}}{p_w\, p_c}$, the logarithm of how many times more often two words meet than by chance |
# | query | what a memory is asked with |
# | read-out | what a query brings back from a state |
# | recall | the share of what was stored that is found again; in lesson 13, a task |
# | recurrent network | one that reads its own state again at every step |
# | ReLU | the bend $\max(0, x)$ |
# | ridge regression | least squares with a wish for a small matrix |
# | rung | a rule for writing and reading, one of the memories in `lcutils.memory` |
# | score | how well a query and a key agree: their dot product, often scaled |
# | seed | the number from which random numbers are drawn; the same seed gives the same numbers |
# | signal | the part of a read-out that comes from the word that was asked for |
# | skip-gram | to learn the vector of a word by predicting the words around it |
# | slope | (13) how much attention prefers what is recent |
# | softmax | turns scores into probabilities: $e^{x_i} / \sum_j e^{x_j}$ |
# | spectral norm | the largest factor by which a matrix makes a vector longer |
# | spectral radius | the largest absolute value of a matrix's eigenvalues |
# | start token | a token that comes first in each text, and nowhere else |
# | state | the numbers that a model carries from word to word; how many does not depend on the text |
# | stop words | frequent little words, such as "the", dropped by those who think that they carry nothing |
# | stream | the vector of a token that runs through all blocks, each of which adds to it |
# | surprise | the gradient of the newest pair: what the memory did not expect |
# | target | what a network should have given |
# | temperature | what scores are divided by before softmax: near 0 the likeliest always comes |
# | test-time training | a memory that is trained while it reads |
# | token | a word, or a piece of one, as a number |
# | tokenizer | what turns a text into tokens; for byte pairs, its merges and its cut |
# | top-k, top-p | to draw from the $k$ likeliest tokens only; from the fewest that together reach a probability |
# | total weight | the sum of the weights of all words in a state that fades |
# | truncated back-propagation | a text is read in pieces, and gradients end where a piece begins |
# | unexplained | (06) the mean square error of the answers, as a part of their variance |
# | UTF-8 | the code that writes each sign of Unicode as one to four bytes |
# | vector | a list of numbers |
# | vector sum | the memory of lesson 05: one vector, without keys |
# | vocabulary | the words that have a number and a vector |
# | weight | a number of a network, changed in training only; also, how much something counts in a sum |
# | weight decay | all weights shrink a little at each step |
# | window | attention over the last words only; also, how many words a network reads side by side |
# | Zipf's law | the word at place $r$ of the ranking comes in proportion to $1/r$ |

# %% id="report"
lc.report()
