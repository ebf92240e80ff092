# %% [markdown] id="promise"
# # 00 · Start here
#
# **How does a language model remember a long context, and what does it forget?**
#
# This workbook answers in small steps, each of which you can check.
# An equation is proved by the cell that shows it.
# A sentence about an experiment is printed by the experiment.
# An exercise names your mistake if it is one that people make, and shows in a small example where any other goes wrong.
#
# Take twenty minutes here: a picture of what is to come, an exercise done wrongly on purpose, a few lines of SymPy, and a check of your machine.
# You need Python, vectors and matrices, partial derivatives, a little PyTorch.
# The core path takes about 40 minutes.

# %% [markdown] id="machine"
# ## Is your machine ready?
#
# Run the cells from top to bottom with Shift + Enter.
# The next one says which lesson this is, and from which seed random numbers are drawn.
# If a package has a version that was not tested, it says so in a line of its own.

# %% id="start"
import torch
from sympy import symbols

import lcutils as lc
from lcutils.proof import MatrixSymbol
from lcutils.show import BLUE, GREY, ORANGE, label_lines

lc.start("00")

# %% [markdown] id="slider-before"
# Sliders are what fails first where JupyterLab is not well installed.
# Run the next cell, and move the slider: if the bars follow, all is well; if not, you lose the sliders alone.
# (They show how a memory that fades by a factor gamma at each step weighs the words it has read; lesson 05 comes back to it.)


# %% id="slider"
def draw_weights(ax, gamma):
    ax.bar(range(40), [gamma**age for age in range(40)], color=BLUE)
    ax.set(xlabel="age of a word, in steps", ylabel="its weight", ylim=(0, 1))


lc.play(draw_weights, gamma=(0.5, 1.0, 0.9))

# %% [markdown] id="chart-article"
# ## The whole workbook in one picture
#
# This workbook grew from an article, in Chinese, on language models with very long contexts.
# Its section 2.5 draws their memory as a chart, eight boxes in a line:
#
# > input text → word embedding → concatenation of the word vectors → network → output → memory update → context vector → weight matrix
#
# Follow the arrows with a text of two words in your hand.
# How does the second word learn anything about the first?

# %% id="00-chart" tags=["exercise"]
### BEGIN SOLUTION
answer = "c"
### END SOLUTION
lc.quiz("00.chart", answer=answer)

# %% [markdown] id="chart-before"
# Here is the chart again, repaired.
# A number before a name is the lesson that opens this box.

# %% id="chart" tags=["hide-input"]
boxes = {
    "text": (0, 1, "text,\nword by word"),
    "l02": (2.1, 1, "02\nword\nvector x"),
    "l05": (4.1, 1, "05\nmemory\nstate S"),
    "l03": (6.1, 1, "03\nnetwork"),
    "out": (8.2, 1, "which word\ncomes next?"),
    "W": (4.1, 0, "weights W: they change in training only"),
}
arrows = {
    ("text", "l02"): "",
    ("l02", "l05"): "write",
    ("l05", "l05"): "for the next word",
    ("l05", "l03"): "read",
    ("l03", "out"): "",
    ("W", "l02"): "",
    ("W", "l05"): "",
    ("W", "l03"): "",
    ("out", "W"): "loss",
}


# %% id="chart-drawn" tags=["hide-input"]
fig, ax = lc.subplots(height=2.6)
ax.set(xlim=(-1, 9.2), ylim=(-0.2, 2))
ax.axis("off")
look, drawn = {"ha": "center", "va": "center", "zorder": 4}, {}
for name, (x, y, words) in boxes.items():
    edge = {"boxstyle": "round,pad=0.5", "fc": "white", "ec": BLUE if name[0] == "l" else GREY}
    drawn[name] = ax.text(x, y, words, bbox=edge, **look)
fig.draw_without_rendering()  # settles how large the boxes are
for (a, b), words in arrows.items():
    (xa, ya, _), (xb, yb, _) = boxes[a], boxes[b]
    lifted = 0.86 if a == b else 0.2 if ya == yb else 0
    place = ((xa + xb) / 2, (ya + yb) / 2 + lifted)
    ax.text(*place, words, color=GREY, backgroundcolor="white" if words else "none", **look)
    line = {"arrowstyle": "-|>", "color": GREY, "lw": 1.5, "ls": "--" if "W" in (a, b) else "-"}
    line |= {"patchA": drawn[a].get_bbox_patch(), "patchB": drawn[b].get_bbox_patch()}
    if a == b:  # the arrow back, above its box
        line |= {"color": ORANGE, "connectionstyle": "arc3,rad=1.6", "patchA": None, "patchB": None}
        xa, xb, ya, yb = xa + 0.35, xb - 0.35, ya + 0.28, yb + 0.28
    ax.annotate("", (xb, yb), (xa, ya), arrowprops=line)
lc.figure(fig, "A memory is an arrow back: what the state keeps, the next word can use.")

# %% [markdown] id="chart-after"
# Open a box: {{links}}.
#
# What was mended, from left to right:
#
# | the article's box | the trouble with it | what stands here |
# |---|---|---|
# | concatenation of the word vectors | It grows with the text, but a layer $W x$ takes inputs of one size: sooner or later words fall out, and nothing of them is kept. | a *state* of fixed size |
# | memory update, after the output | The new word must reach the output on a path of its own, beside the memory. | write, then read, then predict: one path for old words and new |
# | context vector | No later step reads it. It is the memory's state, and the next step begins with it. | the arrow back |
# | weight matrix, at the end | Every step uses the weights, and a loss changes them, in training only. A matrix that changes while the text is read is a state too: $S$ in lesson 05. | $W$ below, $S$ inside |
#
# The picture is simple on purpose: one layer, no shortcuts.
# And one box is missing, the one that most language models use today: *attention* keeps a key and a value for every word read, a cache that grows with the text, and compares each new word with all of them.
# Lesson 08 is about it; the others ask how far a state of fixed size can go instead.
#
# <details><summary>The chart as Mermaid, for your own notes</summary>
#
# ```mermaid
# graph LR
#   text["text, word by word"] --> l02["02 word vector x"]
#   l02 -->|write| l05["05 memory state S"]
#   l05 -->|for the next word| l05
#   l05 -->|read| l03["03 network"]
#   l03 --> out["which word comes next?"]
#   W["weights W: they change in training only"] -.-> l02
#   W -.-> l05
#   W -.-> l03
#   out -.->|loss| W
#   {{clicks}}
# ```
#
# </details>

# %% [markdown] id="text_mean-before"
# ## An exercise, done wrongly on purpose
#
# Vectors of words come in blocks: $B$ texts of $T$ words, each word $D$ numbers, written `x: [B, T, D]`.
# The function below should take the mean over the words of each text, and does not.
#
# **Exercise** (2 minutes). Run the cell as it is, and read the verdict.
# Then mend the one line, and run it again.


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
# ## How a lesson works
#
# - **Exercises.** You have just seen one: code of yours, and beneath it what is wrong with it, in an example small enough to check by hand.
#   Where nothing is written yet, the cell says `raise NotImplementedError`.
#   As long as yours is not right, the lesson goes on with our version, so nothing below breaks.
# - **Hints.** Below each exercise are two, folded: where to look, and how to begin.
#   Then comes a link to the solution.
# - **Predictions.** Some cells ask what you expect.
#   Type it where it says `answer = None`, run that cell, then those below: they wait for your answer, and their code is folded, for it would tell.
#   `answer = "skip"` will do, but a wrong guess teaches more than none.
#   What you typed stays in the notebook, so it is still there tomorrow.
# - **Starting over.** If a cell never ends or the numbers look odd, choose *Restart Kernel and Run All Cells* from the menu *Kernel*.
#   Random numbers are drawn by a name and a seed, `lc.rng("a name")`, so on your machine they come out the same.
#   To begin a lesson afresh, rename your copy in the folder `study` and run `make lab` again.
#
# Try a prediction.
# A word has $d = 64$ numbers.
# After 1,000 words, how many numbers does the article's concatenation hold, and how many a state that is the sum of the words' vectors?

# %% id="00-numbers" tags=["exercise"]
### BEGIN SOLUTION
answer = [64_000, 64]  # two numbers, such as [10, 20]
### END SOLUTION
lc.predict("00.numbers", answer=answer)

# %% id="numbers-counted" tags=["after-prediction"]
words = torch.randn(1_000, 64, generator=lc.rng("numbers"))  # [T, D]
lc.reveal(
    "00.numbers",
    f"concatenated, one word after the other: {words.flatten().numel():,}",
    f"summed, entry by entry: {words.sum(dim=0).numel()}",
    was=[words.numel(), words.sum(dim=0).numel()],
)

# %% [markdown] id="numbers-seen" tags=["after-prediction"]
# A sum of fixed size must give something up.
# What a state keeps, and what it gives up, is the question of this workbook.

# %% [markdown] id="sympy"
# ## A few lines of SymPy
#
# SymPy calculates with symbols instead of numbers.
# `symbols` makes numbers that have no value yet.

# %% id="square"
a, b = symbols("a b")
((a + b) ** 2).expand()

# %% [markdown] id="prove-before"
# `lc.prove` shows an equation and proves that very equation, wherever both sides are defined.
# A false one would stop the notebook.
# The reason beside the verdict is ours, for you to read.

# %% id="square-proved"
lc.prove("00.square", (a + b) ** 2, a**2 + 2 * a * b + b**2, reason="multiply out")

# %% [markdown] id="matrices"
# `MatrixSymbol` makes a matrix, or a column, of any size.
# Here is $A$ with $d$ rows and $n$ columns, and a statement for all $d$ and $n$ at once:

# %% id="linear"
d, n = symbols("d n", positive=True, integer=True)
A, x, y = MatrixSymbol("A", d, n), MatrixSymbol("x", n, 1), MatrixSymbol("y", n, 1)
lc.prove("00.linear", A * (x + y), A * y + A * x, reason="a matrix acts on each term")

# %% [markdown] id="sizes"
# Not every statement can be proved for all sizes at once.
# Where a verdict in a later lesson names sizes, such as $d = 2$ and $d = 3$, every entry was proved for these, and random numbers agree at 20 larger sizes.

# %% [markdown] id="refute-before"
# `lc.refute` is for statements that are false.
# It shows numbers at which the two sides differ.

# %% id="square-refuted"
lc.refute("00.careless_square", (a + b) ** 2, a**2 + b**2)

# %% [markdown] id="frontier-before"
# ## Where it leads
#
# Lesson 13 trains models of equal size on texts in which facts change, asks for the newest, and counts how many numbers each memory keeps, in the shape that suits it best.
# Two of its eight memories: attention, whose cache grows with the text, and the delta rule of lesson 11, whose state does not.
# The lines come from a long run that was recorded with its code; lesson 13 trains a part of it again while you watch.

# %% id="frontier" tags=["hide-input"]
record = lc.recorded("13_frontier")
fig, ax = lc.subplots()
enough = {}  # the fewest numbers with which a memory is right in 99 of 100 cases
for rung, colour in {"full_attention": GREY, "delta_rule": BLUE}.items():
    kept, right = record.frontier(f"rewritten {rung}")  # of each size the best shape
    ax.plot(kept, right, "o-", color=colour, label=rung.replace("_", " "))
    enough[rung] = next(n for n, share in zip(kept, right, strict=True) if share > 0.99)
ax.set(xlabel="numbers kept", ylabel="right answers", xlim=(0, 600), ylim=(0, 1.05))
label_lines(ax)
claim = lc.claim(
    "00.frontier",
    f"99 in 100 right: the delta rule with {enough['delta_rule']:.0f} numbers, attention with "
    "{value:.0f}. One layer, 32 keys in all, one learning rate, 250 steps.",
    enough["full_attention"],
    between=(416, 416),
)
lc.figure(fig, claim)

# %% [markdown] id="map"
# ## Where to go now
#
# {{map}}
#
# The lessons build on one another, in this order, but each says at its beginning what you should know.
# Numbers that are missing are lessons still to be written.
# The last cell of a lesson lists what your run has proved, measured and checked, and what you have left.

# %% [markdown] id="symbols"
# ## Glossary: symbols
#
# Sizes are capitals in code, and stand in brackets: `x: [B, T, D]`.
#
# | symbol | meaning |
# |---|---|
# | $B$ | batch: how many texts are computed side by side |
# | $T$, $t$ | how many words a text has, and which one is being read |
# | $H$ | heads, memories of one layer side by side; in lesson 03 the hidden units |
# | $D$, $d$ | how many numbers a vector has, in code and in equations; in lesson 11 also $D = \mathrm{diag}(\beta_1, \beta_2, \dots)$ |
# | $K$, $V$ | how many numbers a key and a value have |
# | $N$, $M$, $n$ | a count that its line names: of words, of inputs, of outputs, of pairs |
# | $x$ | what comes in: the vector of a word |
# | $W$, $b$ | a weight matrix, and a bias: learned in training, fixed while reading |
# | $c$ | a state that is a vector: [D] |
# | $S$ | a state that is a matrix: [K, V], written $S + k v^\top$, read $S^\top q$ |
# | $k$, $v$, $q$, $o$ | key, value, query (all three made from a word), and the output that is read |
# | $s$, $p$ | the score $q \cdot k$ of a pair, and its weight: the softmax of the scores |
# | $\beta$ | write strength, from 0 (nothing is written) to 1 |
# | $\gamma$ | decay: the factor, from 0 to 1, by which a state fades at each step |
# | $\eta$ | learning rate: the size of a gradient step |
# | $L$ | loss: what training makes small; in lesson 11 also a matrix below its diagonal |
# | $\sigma$ | the logistic function $1 / (1 + e^{-x})$; for a layer, its nonlinear function |
# | $\lVert x \rVert$ | length: the root of the sum of the squares |
# | $k \cdot q$ | dot product: the sum of the products, entry by entry |

# %% [markdown] id="words"
# ## Glossary: words
#
# | word | meaning |
# |---|---|
# | attention | each word compares its query with the keys of all words before it, and reads a mean of their values |
# | autograd | PyTorch's way to compute gradients from the program itself |
# | backpropagation | the chain rule from the loss back to every weight |
# | batch | examples that are computed side by side |
# | cache | the keys and values of all words read so far: it grows with the text |
# | chain rule | the derivative of a function of a function is the product of the two derivatives |
# | claim | a sentence with a number from this run, and the range that holds at every seed tried |
# | concatenation | vectors written one behind another, as one long vector |
# | context | the words before the one to predict; for an embedding, the words on both sides |
# | context vector | what attention reads: a mean of values, weighted by what is asked |
# | cross-entropy | a loss: minus the logarithm of the probability given to what came |
# | cross-talk | what other stored words add to a read-out: noise |
# | decay | a state fades by a factor at each step, so that old words make room |
# | delta rule | read what a key brings back, and write only what is missing: $S + \beta k (v - S^\top k)^\top$ |
# | embedding | the vector of a word, learned; the table that holds one row for each word |
# | fast weights | a matrix that changes while the text is read: a state, not a weight |
# | gradient | the partial derivatives of a loss: against it, the loss falls most steeply |
# | half-life | the age at which a word's weight is half of what it was when written |
# | linear attention | the memory $S + k v^\top$, read with a query, without softmax |
# | logits | a network's scores before softmax |
# | mask | what keeps a word from reading later ones, or padding: $-\infty$ in the place of a score |
# | negative sampling | to train on pairs that occur, against others drawn at random |
# | PMI | pointwise mutual information: $\log \frac{p_{wc}}{p_w\, p_c}$, the logarithm of how many times more often two words meet than by chance |
# | read-out | what a query brings back from a state |
# | recall | the share of what was stored that is found again |
# | seed | the number from which random numbers are drawn; the same seed gives the same numbers |
# | skip-gram | to learn the vector of a word by predicting the words around it |
# | softmax | turns scores into probabilities: $e^{x_i} / \sum_j e^{x_j}$ |
# | state | the numbers that a model carries from word to word; how many does not depend on the text |
# | vocabulary | the words that have a number and a vector |

# %% id="report"
lc.report()
