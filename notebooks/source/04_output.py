# %% [markdown] id="promise"
# # 04 · The next word
#
# **What does a distribution over words buy?**
#
# A language model reads a text and says what may come next: not one word, but a *distribution*, a probability for every word that it knows.
# Here a "word" is a letter, so that the list is short; nothing in this lesson depends on that.
#
# After this lesson you can say what a forecast costs, keep softmax alive at any score, build a model by counting, hold it against a network, write with temperature and top-p, and read a training log like a detective.
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
from lcutils.show import BLUE, GREEN, GREY, ORANGE

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
said += f"more than being right three times saves. The mean of their forecasts pays {paid['both']:.2f},"
said += " less than either."
lc.reveal("04.forecasters", said, was=min(("Ann", "Bob"), key=paid.get))

# %% [markdown] id="price-why"
# Why a logarithm?
# The probability of a whole text is a product, one factor a letter; logarithms make it a sum of prices.
# Their mean is the *cross-entropy*, the loss of nearly every language model.
# In bits it uses $\log_2$; PyTorch takes $\ln$ and counts *nats*, and one bit is $\ln 2=0.693$ nats.
#
# *Perplexity* is $2$ to the power of the mean price in bits (or $e$ to that in nats): among how many equally likely letters would one have to guess?
# By hand: first 2 choices, then 8, cost 1 bit and 3, on average 2. The perplexity is $2^2=4=\sqrt{2\cdot 8}$; the mean of 2 and 8 would be 5.
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
# For any number of scores:

# %% id="shift"
V = symbols("V", positive=True, integer=True)
c = symbols("c", real=True)
s, one = MatrixSymbol("s", V, 1), OneMatrix(V, 1)


def softmax(s):
    return 1 / dot(one, each(exp, s)) * each(exp, s)


lc.prove("04.shift", softmax(s + c * one), softmax(s))

# %% [markdown] id="shift-seen"
# So a score by itself says nothing; only differences count.
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
# And back: $\ln p$ are scores, whose softmax is $p$ again, since $e^{\ln p_i}=p_i$ adds up to 1.
# So whatever gives probabilities has scores; a model that only counts has, too.
#
# ## 3. A model that counts
#
# The text is the documentation of PyTorch and SymPy again, in lower case: 35 signs, every digit a 0.
# Files are dealt out three ways: to learn from, to choose settings by, and to test.

# %% id="letters"
prose = text.paragraphs(["torch", "sympy"])
learn, rest = text.split(prose, share=0.7)  # no file is in both
choose, test = text.split(rest, share=0.85)
letters = text.as_letters(learn)  # [T] numbers from 0 to 34
N_SIGNS, LONGEST = len(text.SIGNS), 6
tables = [text.LetterCounts(letters, n) for n in range(LONGEST + 1)]
for context in ("q", "th", "matr", "the m"):
    row = tables[len(context)].after(text.context(context))[0]
    often = ", ".join(f"{text.SIGNS[i]} {row[i]:.0f}" for i in row.topk(4).indices)
    print(f"after {context!r}: {often}")
