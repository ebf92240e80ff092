# %% [markdown] id="promise"
# # 00 · Start here
#
# **How does a language model remember a long context, and what does it forget?**
#
# This workbook answers in small steps, each of which you can check.
# An equation is proved by the cell that shows it.
# A sentence about an experiment is printed by the experiment.
# An exercise tells you what exactly is wrong with your answer.
#
# Take ten minutes here.
# You should know Python, vectors and matrices, partial derivatives, and a little PyTorch.

# %% [markdown] id="how"
# ## How a lesson works
#
# Run the cells from top to bottom with Shift + Enter.
#
# - **Predictions.** Some cells ask what you expect.
#   Type the answer where it says `answer = None` and run the cell; the result below waits for you to commit yourself.
#   If you do not want to guess, `answer="skip"` will do.
#   What you typed stays in the notebook, so it is still there tomorrow.
# - **Exercises.** Put your own code where the cell says `raise NotImplementedError`, and run the cell: the verdict stands beneath it.
#   As long as yours is not right, the lesson goes on with ours, so nothing below breaks.
# - **Hints.** Below each exercise are two hints, folded, and then a link to the solution.
#   The first hint says where to look, the second how to begin.
# - **Starting over.** If a cell never ends or the numbers look odd, choose *Restart Kernel and Run All Cells* from the menu *Kernel*.
#   Random numbers depend on their name and a seed only, so they come out the same.
#   To begin a lesson afresh, rename your copy in the folder `study` and run `make lab` again.

# %% [markdown] id="machine"
# ## Is your machine ready?
#
# The next cell says which lesson this is and from which seed random numbers are drawn.
# If a package has a version that was not tested, it says so in a line of its own.

# %% id="start"
from sympy import symbols

import lcutils as lc
from lcutils.proof import MatrixSymbol

lc.start("00")

# %% [markdown] id="sympy"
# ## Ten lines of SymPy
#
# SymPy calculates with symbols instead of numbers.
# `symbols` makes numbers that have no value yet.

# %% id="square"
a, b = symbols("a b")
((a + b) ** 2).expand()

# %% [markdown] id="prove-before"
# `lc.prove` shows an equation and proves that very equation.
# A false one would stop the notebook.

# %% id="square-proved"
lc.prove("00.square", (a + b) ** 2, a**2 + 2 * a * b + b**2, reason="multiply out")

# %% [markdown] id="matrices"
# `MatrixSymbol` makes a matrix, or a column, of any size.
# Here is $A$ with $d$ rows and $n$ columns, and a statement for all $d$ and $n$ at once:

# %% id="linear"
d, n = symbols("d n", positive=True, integer=True)
A, x, y = MatrixSymbol("A", d, n), MatrixSymbol("x", n, 1), MatrixSymbol("y", n, 1)
lc.prove("00.linear", A * (x + y), A * y + A * x, reason="a matrix acts on each term")

# %% [markdown] id="refute-before"
# `lc.refute` is for statements that are false.
# It shows numbers at which the two sides differ.

# %% id="square-refuted"
lc.refute("00.careless_square", (a + b) ** 2, a**2 + b**2)

# %% [markdown] id="next"
# ## Where to go now
#
# [05 · The memory update](05_memory.ipynb): what a fixed state keeps, and what it forgets.
#
# The last cell of each lesson lists what your run has proved, measured and checked.

# %% id="report"
lc.report()
