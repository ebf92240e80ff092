# %% [markdown] id="promise"
# # NN · The name of the lesson
#
# **The one question it asks?**
#
# What you can do afterwards.
#
# You need what a reader should know already, in a few words.
# The core path takes about 5 minutes.
#
# *For authors: this file is copied for a new lesson; a test builds it, so what it shows is right.*
#
# - A cell's head is `# %% id="a-name"` or `# %% [markdown] id="a-name"`, then `tags=["..."]` where needed.
#   Ids name the meaning, never the position, and are never used again.
# - Tags: `exercise`; `solution` (the cell is in the solution edition only); `after-prediction` (folded, and shows nothing in the student edition until it is run; markdown is then read by `lc.reveal`); `hide-input` (folded); `nbval-ignore-output` (timings, at most two a lesson); `raises-exception` (an error shown on purpose).
# - In markdown every line begins with `# `, one sentence a line.
#   A number that a run produced never stands here: `lc.claim` prints it.
# - At most 60 cells, 20 lines a cell; the core path takes at most 75 minutes, 1,700 words, 120 open lines of code (`notebooks/tools/budget.py` counts).

# %% id="start"
from sympy import symbols

import lcutils as lc

lc.start("99")

# %% [markdown] id="guess-before"
# What is asked, its choices and the line `answer = None  # a number, such as 10` are generated from the catalogue, here and for `lc.quiz`.
# A comment behind the answer stands in the place of the generated one.

# %% id="99-sum" tags=["exercise"]
### BEGIN SOLUTION
answer = 5050  # a whole number
### END SOLUTION
lc.predict("99.sum", answer=answer)

# %% id="sum-measured" tags=["after-prediction"]
total = sum(range(101))
claim = lc.claim("99.sum", "The sum is {value}.", total, between=(5050, 5050))
lc.reveal("99.sum", claim)

# %% [markdown] id="sum-seen" tags=["after-prediction"]
# The first and the last number make 101, and so does every pair on the way.
# Text that would tell the result has the tag too, and what does not, has a cell of its own.

# %% [markdown] id="pairs-before"
# One equation, proved as it is shown.

# %% id="pairs"
n = symbols("n", positive=True, integer=True)
lc.prove("99.pairs", n * (n + 1) / 2 + (n + 1), (n + 1) * (n + 2) / 2, reason="one more number")

# %% [markdown] id="running_sum-before"
# **Exercise 1** (3 minutes). Write `running_sum`.
# In a function, SOLUTION becomes `raise NotImplementedError`; the docstring above it stays.
# Where code is to be mended, a block STUDENT below it, commented, stands in its place.
# The exercise `99.running_sum` lives in the cell `99-running_sum`, and its data in `lcutils/exercises/lesson99.py`.


# %% id="99-running_sum" tags=["exercise"]
def running_sum(x):
    """x: [B, T] -> the sums of the first 1 to T entries: [B, T]"""
    ### BEGIN SOLUTION
    return x.cumsum(dim=1)
    ### END SOLUTION


running_sum = lc.check("99.running_sum", running_sum)

# %% [markdown] id="hints-running_sum"
# {{hints}}
#
# The word in braces becomes the hints, which stand with the exercise's data, and the links to the same cell in the solution edition.

# %% [markdown] id="take-away"
# ## Take away
#
# - Five lines at most.

# %% id="report"
lc.report()
