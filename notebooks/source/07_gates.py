# %% [markdown] id="promise"
# # 07 · Choosing what to keep
#
# **Can a state decide for itself what to forget?**
#
# A sum forgets nothing and drowns; a fading state forgets all alike.
#
# After this lesson you can write a gate and an LSTM's step, say how long a gate keeps and teaches, and read it as a step in time.
#
# You need lesson 05, the chain rule, exponentials, some PyTorch.
# The core path takes about 70 minutes; the end of section 4 is a good place to stop half way.
#
# ## Before you begin
#
# Run the next two cells.

# %% id="start"
import math
from collections import Counter

import torch
from sympy import OneMatrix, exp, symbols, tanh
from torch import nn

import lcutils as lc
from lcutils import lags, text, train
from lcutils.proof import MatrixSymbol, dot, each, hadamard, half_norm_sq
from lcutils.show import BLUE, GREEN, GREY, ORANGE, RED, label_lines

lc.start("07")

# %% id="07-recall_fading" tags=["exercise"]
### BEGIN SOLUTION
answer = "b"
### END SOLUTION
lc.quiz("07.recall_fading", answer=answer)

# %% [markdown] id="marked"
# ## 1. One number to hold
#
# Numbers come one by one, some marked with a star.
# Wanted, at each step: the number marked last.
#
# |read|7*|2|5|3*|4|
# |---|---|---|---|---|---|
# |wanted|7|7|7|3|3|
# |sum|7|9|14|17|21|
# |fading, $\gamma = \frac12$|3.5|2.75|3.88|3.44|3.72|
#
# Last row: lesson 05's fading memory, scaled to a mean: $c_t = \gamma\, c_{t-1} + (1 - \gamma)\, x_t$.
#
# Now 20,000 numbers with mean 0 and variance 1, one in ten marked, and the best $\gamma$.

# %% id="07-fade" tags=["exercise"]
### BEGIN SOLUTION
answer = 0.95
### END SOLUTION
lc.predict("07.fade", answer=answer)


# %% id="marked-list" tags=["hide-input"]
# Marked numbers, and who reads them.
def marked_list(n, rng):
    """n numbers, which of them are marked, and what is wanted: three tensors [n]"""
    x, is_marked = torch.randn(n, generator=rng), torch.rand(n, generator=rng) < 0.1
    is_marked[0] = True
    last = torch.where(is_marked, torch.arange(n), 0).cummax(dim=0).values
    return x, is_marked, x[last]


def read_with(f, x):
    """The states of c = f c + (1 - f) x, one number each; f, x: [n] -> [n]"""
    state, states = 0.0, []
    for keep, number in zip(f.tolist(), x.tolist(), strict=True):
        state = keep * state + (1 - keep) * number
        states.append(state)
    return torch.tensor(states)


# %% id="fade-measured" tags=["after-prediction"]
# The best of twenty rates.
x, is_marked, wanted = marked_list(20_000, lc.rng("marked"))
rates = [n / 20 for n in range(20)]
errors = [
    (
        (read_with(torch.full_like(x, keep), x) - wanted).square().sum() / wanted.square().sum()
    ).item()
    for keep in rates
]
best = min(errors)
said = f"The best of 20 rates is γ = {rates[errors.index(best)]:.2f}, and its error {{value:.2f}}."
claim = lc.claim("07.best_rate", said, best, between=(0.9, 0.99))
by_hand = r"""By hand: the wanted number has age $a$ with probability $p_a = 0.1 \cdot 0.9^a$.
Weights $w_a$ have the error $1 - 2 \sum_a w_a p_a + \sum_a w_a^2$, smallest where $w_a = p_a$: the fading memory with $\gamma = 0.9$.
It leaves $1 - \sum_a p_a^2 = 1 - \frac{0.1}{1.9} = 0.95$, and no rule that is blind to the marks is better.
**A memory that treats all numbers alike is hardly better than none.**"""
lc.reveal("07.fade", claim, by_hand, was=best)

# %% [markdown] id="gate"
# ## 2. A gate
#
# Let the factor depend on what is read.
# Call it $f_t$, the *forget gate*:
#
# $$c_t = f_t\, c_{t-1} + (1 - f_t)\, x_t$$
#
# At a mark $f = 0$: forget all, write $x$.
# Elsewhere $f = 1$: keep all, write nothing.
# By hand: $7^*$ makes $0 + 7 = 7$; $2$ makes $7 + 0 = 7$; $5$ too; $3^*$ makes $3$.
#
# **Exercise 1** (2 minutes). Write the step for a batch of states; each number has its own gate.


# %% id="07-gated_step" tags=["exercise"]
def gated_step(x, state, f):
    """x: [B, D], state: [B, D], f: [B, D] between 0 and 1 -> the new state: [B, D]"""
    ### BEGIN SOLUTION
    return f * state + (1 - f) * x
    ### END SOLUTION


gated_step = lc.check("07.gated_step", gated_step)

# %% [markdown] id="hints-gated_step"
# {{hints}}
#
# To be learned it may not jump: $f = \sigma(b - w\, m)$, with $m = 1$ at a mark, else $0$, and $\sigma(a) = 1 / (1 + e^{-a})$.
# With $w = 0$ it is the fading memory, with large $b$ and $w$ nearly what is wanted:

# %% id="gate-seen" tags=["hide-input"]
# Draws gate and state.
some, stars = torch.randn(24, generator=lc.rng("picture")), torch.arange(24) % 8 == 0
some[stars] = torch.tensor([2.0, -1.5, 1.0])
target = some[stars].repeat_interleave(8)


def draw(ax, b, w):
    f = torch.sigmoid(b - w * stars.float())
    state = read_with(f, some)
    ax.bar(range(24), f.tolist(), 0.8, bottom=-4.2, color=GREY, alpha=0.5)
    ax.plot([-0.5, 23.5], [-3.2, -3.2], color=GREY, lw=0.8)
    ax.text(24, -3.9, "gate, up to 1", color=GREY, size=8)
    ax.step(range(24), target.tolist(), where="mid", color=GREEN, lw=5, alpha=0.35)
    ax.plot(some.tolist(), ".", color=GREY)
    ax.plot(torch.where(stars, some, torch.nan).tolist(), "*", color=ORANGE, ms=12)
    ax.plot(state.tolist(), color=BLUE)
    ax.text(24, state[-1].item(), "state", color=BLUE)
    ax.set(xlim=(-1, 29), ylim=(-4.3, 3.2), xticks=[0, 8, 16], yticks=[-2, 0, 2], xlabel="step")
    error = (state - target).square().sum() / target.square().sum()
    ax.set_title(f"error {error:.2f}; always to say 0 has 1")


# %% id="gate-film" tags=["hide-input"]
# Two settings of the sliders.
fig, both = lc.subplots(2, 1, height=5.2)
for ax, setting in zip(both, ((2.0, 0.0), (6.0, 12.0)), strict=True):
    draw(ax, *setting)
lc.figure(fig, "Above one rate for all, below a gate that falls at each star. (Green: wanted.)")

# %% [markdown] id="weights-before"
# What does a number weigh in the end?
# $x_1$ is written with $1 - f_1$, then kept by $f_2$, $f_3$ and so on: lesson 05's $\gamma^a$ is now a product of factors that the text has chosen.

# %% id="weights"
d = symbols("d", positive=True, integer=True)
f1, f2, f3 = symbols("f_1 f_2 f_3")
c0, x1, x2, x3 = (MatrixSymbol(name, d, 1) for name in ("c_0", "x_1", "x_2", "x_3"))
state = f1 * c0 + (1 - f1) * x1
state = f2 * state + (1 - f2) * x2
state = f3 * state + (1 - f3) * x3
kept = f3 * f2 * f1 * c0 + f3 * f2 * (1 - f1) * x1 + f3 * (1 - f2) * x2 + (1 - f3) * x3
lc.prove("07.weights", state, kept, reason="one more step: all of it times its gate")

# %% [markdown] id="step-before"
# ## 3. A gate is a learned step
#
# Read the rule as a move: $c + (1 - f)(x - c)$ goes from $c$ a part $1 - f$ of the way to $x$.
# By hand: from $4$ towards $8$ with $f = \frac34$ it moves by $\frac14 \cdot 4$, to $5$.
# That is a gradient step on $\tfrac12 \lVert c - x \rVert^2$, whose size $1 - f$ each token chooses:

# %% id="step"
c, x, f = MatrixSymbol("c", d, 1), MatrixSymbol("x", d, 1), symbols("f")
step = c - (1 - f) * lc.grad(half_norm_sq(c - x), c)
lc.prove("07.gradient_step", step, c + (1 - f) * (x - c), torch=True)

# %% [markdown] id="gru"
# A GRU (Cho et al., 2014) is this rule with a target in the place of $x$, computed from $x$ and the state and held still in the step; PyTorch's $z$ is our $f$.
#
# ## 4. How long does an error live?
#
# An error at step $T$ teaches what step 1 writes only if it is heard there.
# If gates and target read $x$ alone, it is multiplied by each gate on its way, $\partial c_T / \partial c_1 = f_2 f_3 \cdots f_T$:
# **a gate forgets the lesson as fast as it forgets the fact.**
# By hand: $0.9^{50} = 0.005$, but $0.99^{50} = 0.6$.
#
# The LSTM (Hochreiter and Schmidhuber, 1997) is said to have no vanishing gradients; at first it had no forget gate, $f = 1$.
# With one (Gers et al., 2000) its state is a *cell* $c_t = f_t\, c_{t-1} + i_t\, g_t$.
# PyTorch starts all weights and biases near 0.

# %% id="07-vanishes" tags=["exercise"]
### BEGIN SOLUTION
answer = -11
### END SOLUTION
lc.predict("07.vanishes", answer=answer)


# %% id="made" tags=["hide-input"]
# An LSTM, and its gradient.
def made(build, name):
    """What build() makes with first weights drawn for this name"""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(lc.rng(name).initial_seed())
        return build()


def with_bias(lstm, b):
    """The same LSTM, with b as the bias of its forget gates"""
    N = lstm.hidden_size
    with torch.no_grad():
        lstm.bias_ih_l0[N : 2 * N] = b  # the second of four blocks
        lstm.bias_hh_l0[N : 2 * N] = 0
    return lstm


# %% id="heard" tags=["hide-input"]
# The gradient by distance.
def heard(lstm, name):
    """Length of the gradient of the last output by each token, newest first: [100]"""
    x = torch.randn(16, 100, 64, generator=lc.rng(name)).requires_grad_()
    states, _ = lstm(x)  # [B, T, N]
    (states[:, -1] * torch.randn(16, 64, generator=lc.rng(f"{name} error"))).sum().backward()
    return x.grad.norm(dim=2).mean(dim=0).flip(0)


# %% id="lstm-64" tags=["hide-input"]
# An LSTM that may be deaf to h.
def lstm_64(bias=None, reads_h="ifgo"):
    """64 cells; of the four blocks, only these read h"""
    lstm = made(lambda: nn.LSTM(64, 64, batch_first=True), "lstm")
    with torch.no_grad():
        for block, rows in zip("ifgo", lstm.weight_hh_l0.chunk(4), strict=True):
            rows *= block in reads_h
    return lstm if bias is None else with_bias(lstm, bias)


# %% id="vanishes-measured" tags=["after-prediction"]
# The gradient by distance.
fig, ax = lc.subplots(height=2.8)
left = {}
for label, lstm, colour in (
    ("forget bias 3", lstm_64(3), BLUE),
    ("forget bias 1", lstm_64(1), ORANGE),
    ("as made", lstm_64(), RED),
    ("blind to h", lstm_64(reads_h=""), GREY),
    ("only i, f, o read h", lstm_64(reads_h="ifo"), None),
    ("only g reads h", lstm_64(reads_h="g"), None),
):
    curve = heard(lstm, "heard")
    left[label] = math.log10(curve[50] / curve[0])
    if colour:
        ax.plot(curve[:70] / curve[0], color=colour, label=label)
ax.set(yscale="log", ylim=(1e-20, 10), xlabel="tokens back", ylabel="part of the gradient")
label_lines(ax)


# %% id="vanishes-told" tags=["after-prediction"]
# What it says.
as_made, deaf = left["as made"], left["blind to h"]
said = "64 cells as made: 50 tokens back 10 to the power {value:.0f} of the gradient is left."
claim = lc.claim("07.left", said, as_made, between=(-12, -10))
said = f"Blind to h: the power {deaf:.1f}. If the gates alone read h, {left['only i, f, o read h']:.1f}; "
said += "if g alone reads it, {value:.1f}."
ways = lc.claim("07.left_by_g", said, left["only g reads h"], between=(-12, -10))
told = r"""Near 0, $\sigma$ makes gates of about $\frac12$, and $2^{-50} = 10^{-15}$; the cells that keep a little more rule the length.
**An LSTM does not solve vanishing gradients. It can, if its gates stay near 1**, and PyTorch's do not begin there.
What it keeps beyond its gates it owes to $g$, which reads $h$, in which the old cell is shown."""
lc.reveal("07.vanishes", lc.figure(fig, claim), ways, told, was=as_made)

# %% [markdown] id="ways-before"
# ### The other way
#
# One cell, $c' = f c + g$, whose gate reads the token alone (without $i$ and $o$).
# What is written reads what the cell shows: $g = \tanh a$, $a = r h$, $h = \tanh c$.
# An error comes back on two ways:
#
# $$\frac{\partial c'}{\partial c} = f + \frac{\partial g}{\partial a} \cdot \frac{\partial a}{\partial h} \cdot \frac{\partial h}{\partial c}$$
#
# **Exercise 2** (4 minutes). Work out the three links.
# Each line is held against the one before; at least one stands between.

# %% id="07-two_ways" tags=["exercise"]
### BEGIN SOLUTION
chain = """
f + dg_da * da_dh * dh_dc
= f + (1 - g**2) * da_dh * dh_dc
= f + (1 - g**2) * r * dh_dc
= f + (1 - g**2) * r * (1 - h**2)
"""
### END SOLUTION
### BEGIN STUDENT
# chain = """
# f + dg_da * da_dh * dh_dc
# = ...
# """
### END STUDENT
lc.check("07.two_ways", chain)

# %% [markdown] id="hints-two_ways"
# {{hints}}
#
# **Exercise 3** (4 minutes). With which bias $b$ has a gate $f = \sigma(b)$ a half-life of 100 steps: $f^{100} = \frac12$?

# %% id="07-bias" tags=["exercise"]
### BEGIN SOLUTION
gate = 0.5 ** (1 / 100)
b = math.log(gate / (1 - gate))
### END SOLUTION
### BEGIN STUDENT
# b = None  # a number
### END STUDENT
lc.check("07.bias", b)

# %% [markdown] id="hints-bias"
# {{hints}}
#
# ### Half way
#
# **A good place to stop.**
#
# ## 5. A step of an LSTM
#
# An LSTM has three gates and two states.
# $W x + U h + b$ is cut in four blocks, in PyTorch's order $i = \sigma(\cdot)$, $f = \sigma(\cdot)$, $g = \tanh(\cdot)$, $o = \sigma(\cdot)$, and
#
# $$c' = f\, c + i\, g, \qquad h' = o \tanh c'.$$
#
# With its own gate $i$ for what is written, the cell can count: by hand, $f = i = g = 1$ makes $0, 1, 2, 3$.
#
# **Exercise 4** (8 minutes). Write the step.
# PyTorch keeps two biases; here $b$ is their sum. Give $h'$ and $c'$ stacked.


# %% id="07-lstm_step" tags=["exercise"]
def lstm_step(x, h, c, W, U, b):
    """x: [B, D], h, c: [B, N], W: [4N, D], U: [4N, N], b: [4N] -> new h and c: [2, B, N]"""
    ### BEGIN SOLUTION
    i, f, g, o = (x @ W.T + h @ U.T + b).chunk(4, dim=1)  # [B, N] each
    c = f.sigmoid() * c + i.sigmoid() * g.tanh()
    return torch.stack([o.sigmoid() * c.tanh(), c])
    ### END SOLUTION


lstm_step = lc.check("07.lstm_step", lstm_step)

# %% [markdown] id="hints-lstm_step"
# {{hints}}
#
# Your step and PyTorch's, same weights:

# %% id="agrees" tags=["hide-input"]
# Token after token, in float64.
lstm = made(lambda: nn.LSTM(8, 16, batch_first=True), "agrees").double()
W_, U_, *biases = (weight.detach() for weight in lstm.parameters())
tokens = torch.randn(4, 30, 8, generator=lc.rng("agrees"), dtype=torch.float64)
h, c = torch.zeros(2, 4, 16, dtype=torch.float64)
for t in range(30):
    h, c = lstm_step(tokens[:, t], h, c, W_, U_, sum(biases))
_, (h_torch, c_torch) = lstm(tokens)
ours, theirs = torch.stack([h, c]), torch.cat([h_torch, c_torch]).detach()
lc.same("07.agrees", "After 30 tokens, our h and c and PyTorch's", ours, theirs, 1e-12)

# %% [markdown] id="held-task"
# ## 6. Trained to hold
#
# One of eight letters, marked; then 40 unmarked, at random.
# Which letter was marked? To guess is right in $\frac18$.
#
# Five memories of 32 numbers (an LSTM has 32 cells as well, and more weights), 300 steps on 64 new texts each:
#
# 1. a plain recurrent network, $h' = \tanh(W x + U h + b)$;
# 2. the same with $\max(0, \cdot)$ for $\tanh$, and $U = I$ to begin with (Le et al., 2015): no gate;
# 3. an LSTM as PyTorch makes it;
# 4. an LSTM whose forget gates have the bias of exercise 3;
# 5. one gate with that bias, $c' = f c + (1 - f) \tanh(n)$, with $f$ and $n$ from the token alone.

# %% id="07-held" tags=["exercise"]
### BEGIN SOLUTION
answer = [0.13, 1.0, 0.13, 1.0, 1.0]  # five shares
### END SOLUTION
lc.predict("07.held", answer=answer)


# %% id="one-gate" tags=["hide-input"]
# One gate.
class OneGate(nn.Module):
    """A gate that reads the token alone; x: [B, T, D] -> the last state, [B, 1, N], and None"""

    def __init__(self, D, N, bias):
        super().__init__()
        self.gate, self.new = nn.Linear(D, N), nn.Linear(D, N)
        nn.init.constant_(self.gate.bias, bias)

    def forward(self, x):
        log_f = nn.functional.logsigmoid(self.gate(x))  # [B, T, N]
        later = log_f.flip(1).cumsum(1).flip(1) - log_f  # of all gates that come after
        written = (1 - log_f.exp()) * self.new(x).tanh()
        return (later.exp() * written).sum(1, keepdim=True), None


# %% id="reader-model" tags=["hide-input"]
# A reader around a memory.
class Reader(nn.Module):
    """Tokens [B, T] -> logits of the letter that was marked: [B, 8]"""

    def __init__(self, memory):
        super().__init__()
        self.embedding, self.memory, self.answer = nn.Embedding(16, 32), memory, nn.Linear(32, 8)

    def forward(self, tokens):
        states, _ = self.memory(self.embedding(tokens))
        return self.answer(states[:, -1])


# %% id="held"
def held(n, rng):
    """n texts of 41 letters, the first one marked: tokens [n, 41], and that letter [n]"""
    tokens = torch.randint(8, (n, 41), generator=rng)
    letter = tokens[:, 0].clone()
    tokens[:, 0] += 8  # marked
    return tokens, letter


# %% id="trained"
def trained(build, lr, steps=300, task=held):
    """A reader trained on new texts, and its share of right answers on 1,000 others"""
    model = made(lambda: Reader(build()), "reader")
    optimizer, rng = torch.optim.AdamW(model.parameters(), lr), lc.rng("texts")
    for _ in range(steps):
        tokens, answers = task(64, rng)
        loss = nn.functional.cross_entropy(model(tokens), answers)
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
    tokens, answers = task(1_000, lc.rng("others"))
    with torch.no_grad():
        return model, (model(tokens).argmax(dim=1) == answers).float().mean().item()


# %% id="memories" tags=["hide-input"]
# The five memories.
def recurrent_32(**options):
    return nn.RNN(32, 32, batch_first=True, **options)


def keeping_32():
    network = recurrent_32(nonlinearity="relu")
    nn.init.eye_(network.weight_hh_l0)
    return network


def lstm_32():
    return nn.LSTM(32, 32, batch_first=True)


# %% id="rates" tags=["hide-input"]
# Each with its own learning rate.
memories = {  # of 0.003, 0.01, 0.03 (U = I: 0.001 as well) the best on other texts, 300 steps
    "plain": (recurrent_32, 0.003),
    "U = I": (keeping_32, 0.001),
    "LSTM as made": (lstm_32, 0.03, 600),  # twice the steps
    "LSTM with the bias": (lambda: with_bias(lstm_32(), 5.0), 0.01),
    "one gate": (lambda: OneGate(32, 32, 5.0), 0.03),
}


# %% id="held-measured" tags=["after-prediction"]
# Five trainings.
readers = {name: trained(*one) for name, one in memories.items()}
shares = [right for _, right in readers.values()]

# %% id="held-told" tags=["after-prediction"]
# What they got right.
guess, right = (0.07, 0.18), (0.95, 1.0)
plain, keeping, as_made, biased, one_gate = shares
claims = (
    lc.claim("07.held_plain", "The plain network: {value:.2f}.", plain, between=guess),
    lc.claim("07.held_keeping", "U = I: {value:.2f}.", keeping, between=right),
    lc.claim(
        "07.held_as_made",
        "The LSTM as made, with twice the steps: {value:.2f}.",
        as_made,
        between=guess,
    ),
    lc.claim("07.held_biased", "The LSTM with the bias: {value:.2f}.", biased, between=right),
    lc.claim("07.held_one_gate", "One gate: {value:.2f}.", one_gate, between=right),
)
said = r"""Right are those that **begin by keeping**, with a gate or without.
That holds for this task, which always asks over 40 tokens; the end of the lesson has gates of $\frac12$ that learn.
One gate that never reads its state needs no loop."""
lc.reveal("07.held", *claims, said, was=shares)

# %% id="gates-learned" tags=["after-prediction"]
# The gates of the last one.
with torch.no_grad():
    model = readers["one gate"][0]
    f = model.memory.gate(model.embedding.weight).sigmoid()  # [16 tokens, 32 numbers]
said = f"Its gates: without a mark {f[:8].mean():.3f}, at a mark {{value:.2f}}, on average."
claim = lc.claim("07.gates", said, f[8:].mean(), between=(0.1, 0.8))
lc.reveal("07.held", claim, "Not 0 as in section 2: at the first token there is nothing to forget.")

# %% [markdown] id="prose-before"
# ## 7. Gates on real prose
#
# An LSTM of 32 cells learns to name the next letter of documentation on your machine: 200 steps on 32 pieces of 64.
# On files that it has read we look for the forget gate that falls most at spaces; then we watch it on files held back:


# %% id="letters" tags=["hide-input"]
# Prose as numbers; a fifth is held back.
learned, held_back = text.split(text.paragraphs(), 0.8)
common = Counter("".join(paragraph.text for paragraph in learned)).most_common(63)
number = {letter: n for n, (letter, _) in enumerate(common, start=1)}  # 0 for all others


def numbers(texts):
    """Letters as numbers, a space behind each text: [T]"""
    return torch.tensor([number.get(letter, 0) for one in texts for letter in f"{one} "])


read, unread = (numbers(p.text for p in part) for part in (learned, held_back))


# %% id="next-letter" tags=["hide-input"]
# An LSTM that names the next letter.
class NextLetter(nn.Module):
    """Letters [B, T] -> logits of each one's next: [B, T, 64]"""

    def __init__(self):
        super().__init__()
        self.embedding, self.next = nn.Embedding(64, 32), nn.Linear(32, 64)
        self.lstm = with_bias(lstm_32(), 1.0)

    def forward(self, letters):
        return self.next(self.lstm(self.embedding(letters))[0])


def next_loss(model, rng):
    """The mean loss on 32 pieces of what is read"""
    starts = torch.randint(len(read) - 64, (32, 1), generator=rng)
    pieces = read[starts + torch.arange(65)]  # [32, 65]
    logits = model(pieces[:, :-1]).flatten(0, 1)
    return nn.functional.cross_entropy(logits, pieces[:, 1:].flatten())


# %% id="forget-gates" tags=["hide-input"]
# Forget gates along a text.
def forget_gates(model, letters):
    """letters: [T] -> all forget gates: [T, 32]"""
    W, U, *biases = model.lstm.parameters()
    rows = slice(32, 64)
    with torch.no_grad():
        tokens = model.embedding(letters)
        h = model.lstm(tokens)[0]
        before = torch.cat([torch.zeros(1, 32), h[:-1]])
        return (tokens @ W[rows].T + before @ U[rows].T + sum(biases)[rows]).sigmoid()


# %% id="word-gate" tags=["hide-input"]
# Gates at letters and at spaces.
def at_letters_and_spaces(model, letters):
    """The mean of each gate at letters and at spaces: [32] each"""
    f, is_space = forget_gates(model, letters), letters == number[" "]
    return f[~is_space].mean(dim=0), f[is_space].mean(dim=0)


def word_gate(model):
    """The gate that falls most at spaces; its means on what was held back"""
    letters, spaces = at_letters_and_spaces(model, read[:4_000])
    best = (letters - spaces).argmax().item()
    return best, *(mean[best].item() for mean in at_letters_and_spaces(model, unread[:4_000]))


# %% id="prose-trained" tags=["hide-input"]
# Before training and after.
new, reader = made(NextLetter, "letters"), made(NextLetter, "letters")
train.fit(reader, next_loss, steps=200, seed=lc.rng("pieces").initial_seed(), lr=0.02)
_, new_letters, new_spaces = word_gate(new)
best, at_letters, at_spaces = word_gate(reader)
said = f"On files held back: at letters {at_letters:.2f}, at spaces (orange) {{value:.2f}}."
closed = lc.claim("07.word_gate", said, at_spaces, between=(0.0, 0.15))

# %% id="prose-figure" tags=["hide-input"]
# The gate along a sentence.
sentence = next(p.text for p in held_back if 44 <= len(p.text) <= 60)
f = forget_gates(reader, numbers([sentence]))[:-1]  # [T, 32]
slow = at_letters_and_spaces(reader, read[:4_000])[0].argmax().item()
fig, two = lc.subplots(2, 1, sharex=True, height=3.6)
for ax, cell, title in (
    (two[0], best, "forget gate of the word cell"),
    (two[1], slow, "of a slow cell"),
):
    colours = [ORANGE if letter == " " else BLUE for letter in sentence]
    ax.bar(range(len(f)), f[:, cell].tolist(), 0.8, color=colours)
    ax.set(ylim=(0, 1), title=title)
two[1].set_xticks(range(len(sentence)), list(sentence))
for ax in two:
    ax.tick_params(axis="x", length=0)
lc.figure(fig, closed)

# %% [markdown] id="prose-seen"
# This cell starts anew at spaces, and at some letters: what it holds is from the current word.
# Nobody told it what a word is.

# %% id="prose-new" tags=["hide-input"]
# The best of the untrained gates.
said = f"Before training, the gate that falls most: at letters {new_letters:.2f}, "
said += "at spaces {value:.2f}."
lc.claim("07.word_gate_new", said, new_spaces, between=(0.12, 0.75))

# %% [markdown] id="bug-before"
# ## 8. One text after another
#
# A state begins at zeros, once for each text.
# One loop too high, that line raises no error.
# By hand, with $f = \frac12$: the text $4, 2$ ends at $2$.
# The next, $6, 2$, should end at $2\frac12$; from the $2$ that was left it ends at $3$.
#
# **Exercise 5** (4 minutes). This function has that fault. Mend it.


# %% id="07-last_states" tags=["exercise"]
def last_states(x, f):
    """x: [N, T, D], f: [N, T, D], N unrelated texts -> the last state of each: [N, D]"""
    ### BEGIN SOLUTION
    state = torch.zeros_like(x[:, 0])  # one for each text
    for t in range(x.shape[1]):
        state = f[:, t] * state + (1 - f[:, t]) * x[:, t]
    return state
    ### END SOLUTION
    ### BEGIN STUDENT
    # last, state = [], torch.zeros_like(x[0, 0])
    # for text in range(len(x)):
    #     for t in range(x.shape[1]):
    #         state = f[text, t] * state + (1 - f[text, t]) * x[text, t]
    #     last.append(state)
    # return torch.stack(last)
    ### END STUDENT


last_states = lc.check("07.last_states", last_states)

# %% [markdown] id="hints-last_states"
# {{hints}}
#
# ## 9. A gate is a step in time
#
# Let time be continuous, and the state drift to what it reads: $\dot c = a\,(x - c)$.
# If $x$ stays for a time $\Delta$, how far does $c$ come?
#
# *Euler's step* takes the slope at the start for the whole time: $c + \Delta a (x - c)$, a gate $f = 1 - a \Delta$.
# The slope shrinks on the way, so that is too far.
# Exactly: $f = e^{-a \Delta}$. With $\Delta = 0$ that is $c$, and its slope by $\Delta$ is what the law demands:

# %% id="exact"
a, b, Delta = symbols("a b Delta", positive=True)
c, x = symbols("c x", real=True)
after = exp(-a * Delta) * c + (1 - exp(-a * Delta)) * x
lc.prove("07.exact", lc.grad(after, Delta), a * (x - after))

# %% [markdown] id="exact-seen"
# By hand, $a = 1$, from $0$ towards $1$: for $\Delta = 0.1$ Euler is too far by $0.0048$, for $0.05$ by $0.0012$.
# Half the step, a quarter of the error: they part at order $\Delta^2$.
# Above $a \Delta = 1$ Euler's $f$ is negative, no gate any more: it leaps over the goal, above $2$ ever further.

# %% id="step-figure" tags=["hide-input"]
# The figure: large steps.
fig, ax = lc.subplots(height=2.6)
for rule, colour, factor in (
    ("Euler", RED, lambda step: 1 - step),
    ("exact", BLUE, lambda step: math.exp(-step)),
):
    path = [0.0]
    for _ in range(6):
        path.append(factor(1.8) * path[-1] + 1 - factor(1.8))
    ax.plot([1.8 * k for k in range(7)], path, "o-" if rule == "Euler" else "o", color=colour)
    ax.text(11, {"Euler": 1.25, "exact": 1.05}[rule], rule, color=colour)
times = [n / 20 for n in range(217)]
ax.plot(times, [1 - math.exp(-time) for time in times], color=BLUE)
ax.plot([0, 10.8], [1, 1], color=GREY, lw=1)
ax.text(11, 0.86, "x = 1", color=GREY)
ax.set(xlabel="time", ylabel="state", xlim=(-0.4, 12.5), ylim=(-0.1, 2.0), xticks=range(0, 11, 2))
lc.figure(
    fig, f"a Δ = 1.8: Euler's gate is {1 - 1.8:.1f}, and the state leaps over x at each step."
)

# %% [markdown] id="exit"
# ## Exit question

# %% id="07-exit_first" tags=["exercise"]
### BEGIN SOLUTION
answer = "b"
### END SOLUTION
lc.quiz("07.exit_first", answer=answer)

# %% [markdown] id="take-away"
# ## Take away
#
# - A gate is a factor that the input chooses, and a gradient step towards $x$ of size $1 - f$.
# - If gates and what is written read $x$ alone, an error fades as the fact does, by the product of the gates.
# - PyTorch starts an LSTM's gates near $\frac12$; a bias made for the length lets it begin by keeping.
# - $f = e^{-a\Delta}$: a gate is a step in time.

# %% [markdown] id="more-time"
# ## If you have more time
#
# - The factor of the input, and why it is often only $b \Delta$: exercise 6 (7 minutes).
# - One more question (1 minute).
# - Gates of one half that learn (3 minutes).
# - All cells at once (3 minutes).
# - The gate to play with (3 minutes).
# - A step in two halves (1 minute).
# - The gate alone, as is often written (1 minute).
#
# ### The factor of the input
#
# State-space models such as Mamba (Gu and Dao, 2023) compute $\Delta$ from the token: a long step forgets and writes, a short one passes the token by.
# Mamba's law is $\dot c = -a\, c + b\, x$. It keeps $e^{-a\Delta} c$, exactly, but its code multiplies $x$ by $b \Delta$ alone.
#
# **Exercise 6** (5 minutes). By what would $x$ be multiplied, exactly? Write it in `a`, `b`, `Delta`.

# %% id="07-input_weight" tags=["exercise"]
### BEGIN SOLUTION
weight = b * (1 - exp(-a * Delta)) / a
### END SOLUTION
### BEGIN STUDENT
# weight = None  # an expression in a, b and Delta, such as a * exp(b * Delta)
### END STUDENT
lc.check("07.input_weight", weight)

# %% [markdown] id="hints-input_weight"
# {{hints}}
#
# ### One more question

# %% id="07-exit_solved" tags=["exercise"]
### BEGIN SOLUTION
answer = "c"
### END SOLUTION
lc.quiz("07.exit_solved", answer=answer)

# %% [markdown] id="order-before"
# ### Gates of one half that learn
#
# Another task: among 40 tokens, one of two signs somewhere in each half; which came first, which then?
# Some texts ask over 1 token, some over 39.
# The LSTM as made, which guessed in section 6, with half as many steps:


# %% id="order-measured" tags=["hide-input"]
# Temporal order.
def order(n, rng):
    return lags.temporal_order(n, 40, rng=rng)


_, ordered = trained(lstm_32, 0.01, steps=150, task=order)
said = "Temporal order, the LSTM as made: {value:.2f} right; to guess is 0.25."
lc.claim("07.order", said, ordered, between=(0.9, 1.0))

# %% [markdown] id="gru-before"
# Here near questions and far ones come mixed.
# And a GRU, whose gates begin near $\frac12$ as well, on the task of section 6:

# %% id="gru-measured" tags=["hide-input"]
# A GRU as PyTorch makes it.
_, gru = trained(lambda: nn.GRU(32, 32, batch_first=True), 0.03)
said = "The GRU as made, at a rate of 0.03: {value:.2f} right."
lc.claim("07.gru", said, gru, between=(0.9, 1.0))

# %% [markdown] id="gru-seen"
# So to begin by keeping helps; it is not the only way.

# %% [markdown] id="jacobian-before"
# ### All cells at once
#
# $N$ cells, and what is written, $\tanh(U h + a)$, reads all of $h = o \odot \tanh c$; $a$ is what the token says.
# An error $e$ at the new cells reaches the old ones on two ways again:

# %% id="jacobian"
N = symbols("N", positive=True, integer=True)
a, c, e, f, o = (MatrixSymbol(name, N, 1) for name in "acefo")
U, ones = MatrixSymbol("U", N, N), OneMatrix(N, 1)
shown = each(tanh, c)
g = each(tanh, U * hadamard(o, shown) + a)
bend = hadamard(o, ones - hadamard(shown, shown))
ways = hadamard(f, e) + hadamard(bend, U.T * hadamard(ones - hadamard(g, g), e))
lc.prove("07.all_cells", lc.grad(dot(e, hadamard(f, c) + g), c), ways, torch=True)

# %% [markdown] id="lstm-jacobian-before"
# In an LSTM the gates $i$ and $f$ read $h$ as well: two ways more.
# All of them together, against PyTorch's own derivative of its cell:

# %% id="lstm-jacobian" tags=["hide-input"]
# All ways from 16 cells to 16 cells.
cell = made(lambda: nn.LSTMCell(8, 16), "cell").double()
W_, U_, *biases = (weight.detach() for weight in cell.parameters())
rng = lc.rng("jacobian")
token, c_, o_ = (torch.randn(n, generator=rng, dtype=torch.float64) for n in (8, 16, 16))
o_ = o_.sigmoid()
theirs = torch.autograd.functional.jacobian(lambda c: cell(token, (o_ * c.tanh(), c))[1], c_)
i, f, g, _ = (W_ @ token + U_ @ (o_ * c_.tanh()) + sum(biases)).chunk(4)
i, f, g = i.sigmoid(), f.sigmoid(), g.tanh()
U_i, U_f, U_g, _ = U_.chunk(4)  # [16, 16] each
through = (i * (1 - i) * g)[:, None] * U_i + (f * (1 - f) * c_)[:, None] * U_f
through += (i * (1 - g**2))[:, None] * U_g
ours = f.diag() + through * (o_ * (1 - c_.tanh() ** 2))
lc.same("07.lstm_jacobian", "The sum of all ways, and PyTorch", ours, theirs, 1e-12)

# %% [markdown] id="play-before"
# ### The gate to play with
#
# The numbers of section 2, and $f = \sigma(b - w\, m)$.
# How large must $w$ be for $b = 4$, and what does too small a $b$ cost?

# %% id="play" tags=["hide-input"]
# Two sliders.
lc.play(draw, b=(-2.0, 8.0, 2.0, 0.5), w=(0.0, 16.0, 0.0, 1.0))

# %% [markdown] id="euler-cut-before"
# ### A step in two halves
#
# Two exact half steps make one whole step, $e^{-a\Delta/2}\, e^{-a\Delta/2} = e^{-a\Delta}$, so a stretch in which $x$ stays may be cut anywhere.
# Two half steps of Euler do not:

# %% id="euler-cut"
a = symbols("a", positive=True)
lc.refute("07.euler_cut", (1 - a * Delta / 2) ** 2, 1 - a * Delta)

# %% [markdown] id="not-f-alone-before"
# ### The gate alone?
#
# That $\partial c_t / \partial c_{t-1}$ is $f_t$, as is often written of an LSTM, holds only where neither a gate nor what is written reads $h$.
# The smallest numbers found at which it fails:

# %% id="not-f-alone"
c, f, r = symbols("c f r", real=True)
lc.refute("07.not_f_alone", lc.grad(f * c + tanh(r * tanh(c)), c), f)

# %% [markdown] id="sources"
# ## Sources
#
# - The article: an introduction to ultra-long context in language models, in Chinese, section 5: its program begins each batch at zeros, as it should.
# - Cho et al., Learning phrase representations using RNN encoder-decoder for statistical machine translation, EMNLP 2014.
# - Gers, Schmidhuber and Cummins, Learning to forget: continual prediction with LSTM, Neural Computation, 2000.
# - Gu and Dao, Mamba: linear-time sequence modeling with selective state spaces, 2023.
# - Hochreiter and Schmidhuber, Long short-term memory, Neural Computation, 1997.
# - Le, Jaitly and Hinton, A simple way to initialize recurrent networks of rectified linear units, 2015.
# - Tallec and Ollivier, Can recurrent neural networks warp time?, ICLR 2018: the forget bias from the length that is to be remembered, and gates from steps in time.

# %% id="report"
lc.report()
