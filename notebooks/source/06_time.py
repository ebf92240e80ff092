# %% [markdown] id="promise"
# # 06 · Gradients through time
#
# **How far back can an error speak?**
#
# A recurrent network uses the same matrix at each step.
# An error at the end corrects what was written at the beginning only if it is heard there.
#
# After this lesson you can walk an error back through time, say how far it is heard, cut it, and say what that costs.
#
# You need lessons 03 and 05, the chain rule, some PyTorch.
# The core path takes about 75 minutes; the end of section 3 is a good place to stop half way.
#
# ## Before you begin
#
# Run the next two cells.

# %% id="start"
import math

import torch
from sympy import OneMatrix, symbols, tanh
from torch import nn

import lcutils as lc
from lcutils import lags, memory, tasks
from lcutils.proof import MatrixSymbol, dot, each, hadamard
from lcutils.show import BLUE, GREEN, GREY, ORANGE, RED, label_lines

lc.start("06")

# %% id="06-recall_error" tags=["exercise"]
### BEGIN SOLUTION
answer = "c"
### END SOLUTION
lc.quiz("06.recall_error", answer=answer)

# %% [markdown] id="one-weight"
# ## 1. One weight, used again
#
# A state of one number: $h_t = w\, h_{t-1} + x_t$, from $h_0 = 0$.
# With $w = 0.50$ and $x = 4, 0, 2$ it goes $h = 4, 2, 3$.
#
# Now let $w$ grow to $0.51$.

# %% id="06-nudge" tags=["exercise"]
### BEGIN SOLUTION
answer = 0.04
### END SOLUTION
lc.predict("06.nudge", answer=answer)


# %% id="nudge-figure" tags=["after-prediction"]
# The figure: values and slopes.
fig, ax = lc.subplots(height=3.0)
middle = {"ha": "center", "va": "center"}
values, slopes = [0.0], [0.5 ** (3 - t) for t in range(4)]
for t, came in enumerate((4, 0, 2), start=1):
    values.append(0.5 * values[-1] + came)
    ax.text(t, 1.5, f"+ {came}", color=GREY, **middle)
    for height, label, colour in ((1, 1.2, BLUE), (0, -0.2, ORANGE)):
        arrow = {"arrowstyle": "-|>" if height else "<|-", "lw": 2, "color": colour}
        ax.annotate("", (t - 0.25, height), (t - 0.75, height), arrowprops=arrow)
        ax.text(t - 0.5, label, "times w", color=colour, **middle)
    product = f"{slopes[t]:g} · {values[t - 1]:g} = {slopes[t] * values[t - 1]:g}"
    ax.text(t - 0.5, 0.5, f"share of this w:\n{product}", **middle)
for t in range(4):
    ax.text(t, 1, f"$h_{t}$ = {values[t]:g}", color=BLUE, **middle)
    ax.text(t, 0, f"{slopes[t]:g}", color=ORANGE, **middle)
ax.text(-0.3, 1.8, "forward: the state", color=BLUE)
ax.text(-0.3, -0.55, "backward: how fast $h_3$ grows with it", color=ORANGE)
ax.axis((-0.3, 3.3, -0.6, 1.95))
ax.set_axis_off()


# %% id="nudge-seen" tags=["after-prediction"]
def last_state(w, x=(4.0, 0.0, 2.0)):
    state = 0.0
    for number in x:
        state = w * state + number
    return state


picture = lc.figure(
    fig, "Values go forward, slopes come back, and the shares add up: 0 + 2 + 2 = 4."
)
grown = last_state(0.51) - last_state(0.50)
said = f"""It grows by {grown:.4f}, from 3 to {last_state(0.51):.4f}: **four** times as fast as $w$ (for small nudges).
The last $w$ is multiplied by $h_2 = 2$, and that alone gives $2$.
But $h_2$ has grown, too: the $w$ before is multiplied by $h_1 = 4$, and what it adds passes the last $w$, $4 \\cdot 0.5 = 2$.
**Each use of a weight is a way to the end, and their slopes add up.**"""
lc.reveal("06.nudge", picture, said, was=grown)

# %% [markdown] id="two_paths-exercise"
# ### In letters
#
# **Exercise 1** (3 minutes). For any $w$: how fast does $h_3 = w\,(w x_1 + x_2) + x_3$ grow with $w$?

# %% id="06-two_paths" tags=["exercise"]
### BEGIN SOLUTION
slope = "2 * w * x1 + x2"
### END SOLUTION
### BEGIN STUDENT
# slope = None  # an expression in w, x1 and x2, such as "w * x1 * x2"
### END STUDENT
lc.check("06.two_paths", slope)

# %% [markdown] id="hints-two_paths"
# {{hints}}
#
# ## 2. Back-propagation through time
#
# A state of $N$ numbers: $h_t = \tanh(U h_{t-1} + x_t)$, with $x_t$ for what the token writes.
# There is one loss $L$, at the end.
# Its *error* at $h_t$ is $e_t = \partial L / \partial h_t$; it walks back as through lesson 03's layers (Werbos, 1990).
# From $e_T$ on, at each step
#
# 1. pass the bend: $g_t = e_t \odot (1 - h_t \odot h_t)$; that is also the error at $x_t$, which teaches the writer;
# 2. add this step's share of $U$'s gradient, error times input: $g_t\, h_{t-1}^\top$;
# 3. hand down $e_{t-1} = U^\top g_t$. (A loss at each token would add its own here.)
#
# The third line, with PyTorch's gradient beside it:

# %% id="handed-down"
N = symbols("N", positive=True, integer=True)
U = MatrixSymbol("U", N, N)
h, x, e = (MatrixSymbol(name, N, 1) for name in "hxe")
bent = each(tanh, U * h + x)
g = hadamard(e, OneMatrix(N, 1) - hadamard(bent, bent))
lc.prove("06.handed_down", lc.grad(dot(e, bent), h), U.T * g, torch=True)

# %% [markdown] id="rnn_backward-exercise"
# **Exercise 2** (7 minutes). Write the walk, for one text. The states are there already.


# %% id="06-rnn_backward" tags=["exercise"]
def rnn_backward(h, U, error):
    """h: [T + 1, N], the states h_0 to h_T, U: [N, N], error: [N] at h_T -> by U: [N, N]"""
    ### BEGIN SOLUTION
    total = torch.zeros_like(U)
    for t in range(len(h) - 1, 0, -1):
        g = error * (1 - h[t] ** 2)  # [N]
        total = total + torch.outer(g, h[t - 1])
        error = U.T @ g
    return total
    ### END SOLUTION


rnn_backward = lc.check("06.rnn_backward", rnn_backward)

# %% [markdown] id="hints-rnn_backward"
# {{hints}}
#
# Your walk through 30 steps, beside PyTorch's:

# %% id="agrees" tags=["hide-input"]
# A network of 16 numbers, in float64.
rng = lc.rng("agrees")
U_ = (torch.randn(16, 16, generator=rng, dtype=torch.float64) / 4).requires_grad_()
tokens, states = torch.randn(30, 16, generator=rng, dtype=torch.float64), [torch.zeros(16).double()]
for token in tokens:
    states.append(torch.tanh(U_ @ states[-1] + token))
states[-1].sum().backward()
with torch.no_grad():
    ours = rnn_backward(torch.stack(states), U_, torch.ones(16, dtype=torch.float64))
lc.same("06.agrees", "30 steps, our gradient and PyTorch's", ours, U_.grad, 1e-12)

# %% [markdown] id="reach-before"
# ## 3. How far?
#
# An error that goes back $n$ steps meets $U^\top$ $n$ times, and $n$ bends.
# By hand, with one number and no bend: $0.9^{50} = 0.005$, $1.1^{50} = 117$.
#
# Now 64 numbers.
# Let $U$ be a random orthogonal matrix times $\rho$: it turns or mirrors, and makes each vector $\rho$ times as long.
# Inputs are about $0.1$. Three networks:
#
# 1. no bend, $\rho = 1.1$;
# 2. with $\tanh$, $\rho = 1.1$;
# 3. with $\tanh$, $\rho = 2$.

# %% id="06-reach" tags=["exercise"]
### BEGIN SOLUTION
answer = [2, 0, 2]  # three powers of ten
### END SOLUTION
lc.predict("06.reach", answer=answer)


# %% id="reach"
def heard(rho, bend, size=0.1, T=100):
    """Length of the error by distance, that at the end being 1; mean of 16 texts: [T]"""
    rng = lc.rng("reach")
    Q, _ = torch.linalg.qr(torch.randn(64, 64, generator=rng, dtype=torch.float64))
    x = size * torch.randn(T, 16, 64, generator=rng, dtype=torch.float64)
    state, states = torch.zeros(16, 64, dtype=torch.float64), []
    for t in range(T):
        state = bend(rho * state @ Q.T + x[t])
        states.append(state.requires_grad_())
    error = torch.randn(16, 64, generator=rng, dtype=torch.float64)
    errors = torch.autograd.grad((state * error).sum(), states)
    lengths = torch.stack(errors).norm(dim=2).mean(dim=1)
    return lengths.flip(0) / lengths[-1]


# %% id="reach-figure" tags=["after-prediction"]
# The figure: three networks.
fig, ax = lc.subplots(height=3.0)
powers = []
for rho, bend, colour, label in (
    (1.1, torch.clone, ORANGE, "no bend, ρ = 1.1"),
    (1.1, torch.tanh, BLUE, "tanh, ρ = 1.1"),
    (2.0, torch.tanh, RED, "tanh, ρ = 2"),
):
    curve = heard(rho, bend)
    powers.append(math.log10(curve[50]))
    ax.plot(curve[:81], color=colour, label=label)
ax.axhline(1, color=GREY, lw=1, ls=":")
ax.set(yscale="log", xlabel="steps back", ylabel="length of the error")
label_lines(ax)

# %% id="reach-seen" tags=["after-prediction"]
said = f"50 steps back: 10^{powers[0]:.1f} times as long without a bend; with tanh 10^{powers[1]:.1f}, and for ρ = 2 "
claim = lc.claim("06.explodes", said + "10^{value:.1f}.", powers[2], between=(2.4, 4.2))
tamed = lc.claim("06.tamed", "tanh, ρ = 1.1: 10^{value:.1f}.", powers[1], between=(-0.8, -0.2))
text = r"""Without a bend the exponent is $50 \log_{10} \rho$, exactly.
A bend's slope is at most 1, so each passage shrinks: enough for $\rho = 1.1$, not for $\rho = 2$.
**That a $\tanh$ network cannot explode is false.** Larger inputs bend more (a slider below)."""
was = [round(power, 1) for power in powers]
lc.reveal("06.reach", lc.figure(fig, claim), tamed, text, was=was)

# %% [markdown] id="bound"
# ### A bound
#
# The slope $1 - h^2$ is at most 1.
# Let $\lVert U \rVert$, the *spectral norm*, be the largest factor by which $U^\top$ makes a vector longer.
# Then one step back multiplies an error's length by $\lVert U \rVert$ at most, and $n$ steps by $\lVert U \rVert^n$: **below 1, every error dies out.**
# Above 1 it may explode, or not: we saw both.
#
# **Exercise 3** (3 minutes). In a network the error 20 steps back is $0.3$ times as long as at the end.
# If each step has the same factor, how many steps back from the end is it a thousandth?

# %% id="06-horizon" tags=["exercise"]
### BEGIN SOLUTION
steps = 20 * math.log(0.001) / math.log(0.3)
### END SOLUTION
### BEGIN STUDENT
# steps = None  # a number
### END STUDENT
lc.check("06.horizon", steps)

# %% [markdown] id="hints-horizon"
# {{hints}}
#
# An error that explodes can ruin all in one step of plain gradient descent.
# So a gradient longer than a limit is *clipped*, multiplied by limit / length (Pascanu et al., 2013).
# Its length is that of all its numbers together, else the step would turn aside.
#
# **Exercise 4** (4 minutes). Let $x_t$ be $W$ times a token's vector. Clip the gradients of $W$ and $U$.


# %% id="06-clip_by_norm" tags=["exercise"]
def clip_by_norm(by_W, by_U, limit):
    """by_W: [N, D], by_U: [N, N] -> both, side by side, at most `limit` long: [N, D + N]"""
    ### BEGIN SOLUTION
    both = torch.cat([by_W, by_U], dim=1)
    return both * (limit / both.norm()).clamp(max=1)
    ### END SOLUTION


clip_by_norm = lc.check("06.clip_by_norm", clip_by_norm)

# %% [markdown] id="hints-clip_by_norm"
# {{hints}}
#
# ### Half way
#
# **A good place to stop.**
#
# ## 4. The fact and its lesson
#
# A memory without a bend: $c_t = U c_{t-1} + x_t$.
# How does an error $e$ at $c_3$ come to what was written, $x_1$?

# %% id="same-factor"
c0, x1, x2, x3 = (MatrixSymbol(name, N, 1) for name in ("c_0", "x_1", "x_2", "x_3"))
c3 = U * (U * (U * c0 + x1) + x2) + x3
lc.prove("06.same_factor", lc.grad(dot(e, c3), x1), U.T * U.T * e, torch=True)

# %% [markdown] id="tension-before"
# A sum has $U = I$: the error comes to every word whole.
# Lesson 05's fading memory has $U = \gamma I$: at age $a$ there comes $\gamma^a e$.
# But $\gamma^a$ is also what a word of age $a$ still weighs: **one factor for fact and error.**
# Is $\gamma = 1$ best, then?
#
# Of 40 numbers between 0 and 1 two are marked, one in each half (Hochreiter and Schmidhuber, 1997).
# Two questions:
#
# - the sum of the two marked numbers: *hold*;
# - the mean of the newest five: *forget*.
#
# Two memories of 8 numbers, a sum and one that fades with $\gamma = 0.8$.
# A small writer and a linear reader are trained, 300 steps on 64 sequences each (rate 0.03, chosen on others).
# *Unexplained* is the mean square error, as a part of the answers' variance.

# %% id="06-tension" tags=["exercise"]
### BEGIN SOLUTION
answer = [0.0, 0.78, 0.88, 0.2]  # four parts
### END SOLUTION
lc.predict("06.tension", answer=answer)


# %% id="fixed-memory"
class Linear(nn.Module):
    """x: [B, T, 2] -> a number each, read from a memory c = U c + written: [B]"""

    def __init__(self, U, cut=None):
        super().__init__()
        self.write = nn.Sequential(nn.Linear(2, 32), nn.ReLU(), nn.Linear(32, len(U)))
        self.read, self.cut = nn.Linear(len(U), 1), cut
        self.carry = torch.stack([U.matrix_power(age) for age in reversed(range(40))])

    def state(self, x):
        written = self.write(x)  # [B, T, N]
        if self.cut is not None:  # see section 6
            old, new = written[:, : -self.cut], written[:, -self.cut :]
            written = torch.cat([old.detach(), new], dim=1)
        return torch.einsum("tmn,btn->bm", self.carry, written)

    def forward(self, x):
        return self.read(self.state(x))[:, 0]


# %% id="made" tags=["hide-input"]
# First weights.
def made(build, name):
    """What build() makes with first weights drawn for this name"""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(lc.rng(name).initial_seed())
        return build()


# %% id="asked" tags=["hide-input"]
# The two questions.
def hold(n, rng):
    return lags.adding(n, 40, rng=rng)


def forget(n, rng):
    x, _ = hold(n, rng)
    return x, x[:, -5:, 0].mean(dim=1)


# %% id="trained"
def trained(U, asked, cut=None, steps=300):
    """A memory trained on new sequences, and what of 2,000 others it leaves unexplained"""
    model, rng = made(lambda: Linear(U, cut), "linear"), lc.rng("sequences")
    optimizer = torch.optim.AdamW(model.parameters(), lr=0.03)
    falling = torch.optim.lr_scheduler.PolynomialLR(optimizer, total_iters=steps)
    for _ in range(steps):
        x, answers = asked(64, rng)
        loss = (model(x) - answers).square().mean()
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        falling.step()
    x, answers = asked(2_000, lc.rng("others"))
    with torch.no_grad():
        return ((model(x) - answers).square().mean() / answers.var()).item()


# %% id="by-hand" tags=["hide-input"]
# Written by hand, read by least squares.
def left_by(state, answers):
    """What the best linear read-out of a state leaves, found on one half, judged on the other"""
    state = torch.cat([state, torch.ones(len(state), 1)], dim=1).double()
    (known, new), (said, true) = state.chunk(2), answers.double().chunk(2)
    error = new @ torch.linalg.lstsq(known, said[:, None]).solution - true[:, None]
    return (error.square().mean() / true.var()).item()


def written_by_hand(gamma, x):
    """The state where number, mark and their product are written as they are: [B, 3]"""
    number, mark = x.unbind(dim=2)
    weight = gamma ** torch.arange(40).flip(0)
    return (weight[:, None] * torch.stack([number, mark, number * mark], dim=2)).sum(dim=1)


# %% id="tension-measured" tags=["after-prediction"]
# Four trainings.
one = torch.eye(8)
parts = [trained(gamma * one, asked) for asked in (hold, forget) for gamma in (1.0, 0.8)]
fig, ax = lc.subplots(height=2.6)
ax.set(ylim=(0, 1.1), ylabel="unexplained")
ax.set_xticks([0.175, 1.175], ["hold: the marked numbers", "forget: the newest five"])
for place, part in enumerate(parts):
    label, colour = (("sum", BLUE), ("fading", ORANGE))[place % 2]
    x = place // 2 + 0.35 * (place % 2)
    ax.bar(x, part, 0.33, color=colour)
    ax.text(x, part + 0.02, f"{label} {part:.2f}", ha="center", color=colour)

# %% id="tension-seen" tags=["after-prediction"]
# What it says.
said = "The sum, asked for the newest five, leaves {value:.2f} unexplained."
stale = lc.claim("06.stale", said, parts[2], between=(0.8, 0.98))
x, answers = hold(4_000, lc.rng("by hand"))
best = left_by(written_by_hand(0.8, x), answers)
said = f"Fading, asked for the marked numbers: {{value:.2f}}; written by hand and read by least squares, {best:.2f}."
gone = lc.claim("06.gone", said, parts[1], between=(0.7, 0.87))
text = r"""By hand: to a sum all 40 numbers are alike, so its best guess is the mean of all.
That has $\frac{5}{40}$ of the variance of the newest five's mean; $1 - \frac{5}{40} = 0.88$ is left.
In the fading memory old facts are too faint: no teaching brings them back.
**With one factor for all numbers, what never vanishes never forgets.**"""
was = [round(part, 2) for part in parts]
lc.reveal("06.tension", lc.figure(fig, stale), gone, text, was=was)

# %% [markdown] id="turn-before"
# ### Must one choose?
#
# Two more memories of 8 numbers:
#
# 1. four numbers with $\gamma = 1$, four with $0.8$;
# 2. four pairs, turned at each step by 0, 1, 2 and 3 fortieths of a circle. A turn keeps all lengths, so no error fades.

# %% id="06-turn" tags=["exercise"]
### BEGIN SOLUTION
answer = [0.2, 0.3]  # two parts
### END SOLUTION
lc.predict("06.turn", answer=answer)


# %% id="turn-measured" tags=["after-prediction"]
# Two fixed U.
def turn(angle):
    cos, sin = math.cos(angle), math.sin(angle)
    return torch.tensor([[cos, -sin], [sin, cos]])


two = torch.diag(torch.tensor([1.0] * 4 + [0.8] * 4))
turning = torch.block_diag(*[turn(2 * math.pi * n / 40) for n in range(4)])
held, parts = [[trained(U, asked) for U in (two, turning)] for asked in (hold, forget)]

# %% id="turn-figure" tags=["after-prediction"]
# The figure: what each can weigh by age.
ages = torch.arange(40.0)
wanted = (ages < 5) / 5
circle = 2 * math.pi * ages[:, None] * torch.arange(4) / 40
fig, ax = lc.subplots(height=2.8)
ax.bar(ages, wanted, 0.9, color=GREY, alpha=0.4)
for label, colour, kept in (
    ("sum", BLUE, torch.ones(40, 1)),
    ("two factors", GREEN, torch.stack([0.8**ages, torch.ones(40)], dim=1)),
    ("turning", RED, torch.cat([circle.cos(), circle.sin()], dim=1)),
):
    ax.plot(ages, kept @ torch.linalg.pinv(kept) @ wanted, color=colour, label=label)
ax.set(xlabel="age", ylabel="weight")
label_lines(ax)

# %% id="turn-seen" tags=["after-prediction"]
# What it says.
said = f"Newest five: two factors leave {parts[0]:.2f}, the turning memory {{value:.2f}}. (Grey: the weights that are wanted; lines: the nearest that each memory has.)"
picture = lc.figure(fig, lc.claim("06.turning", said, parts[1], between=(0.22, 0.36)))
said = f"Marked numbers: two factors leave {held[0]:.2f}, the turning memory {{value:.2f}}."
both = lc.claim("06.turning_holds", said, held[1], between=(0.0, 0.03))
text = r"""How far a pair has turned tells a number's age: the read-out adds up what is new, and the rest nearly cancels (for 35 steps; at 40 the old is back).
**No error vanishes, and what is stale is left out: the law is one of *one* factor.**
Networks are built so (Arjovsky et al., 2016). But only age decides; in lesson 07 the text will."""
lc.reveal("06.turn", picture, both, text, was=[round(part, 2) for part in parts])

# %% [markdown] id="deaf-before"
# ### With a bend
#
# $h_t = \tanh(2\, h_{t-1})$ remembers the sign of $h_0$, whatever small disturbances come.
# What is heard 50 steps back?

# %% id="deaf" tags=["hide-input"]
# One bit, held for 50 steps.
h_0 = torch.tensor([1.0, -1.0], dtype=torch.float64, requires_grad=True)
state = h_0
for _ in range(50):
    state = torch.tanh(2 * state)
state.sum().backward()
said = f"h_0 = 1 or -1 has become {state[0]:.4f} or {state[1]:.4f}; of an error 10 to the power {{value:.0f}} is left."
lc.claim("06.deaf", said, h_0.grad[0].log10(), between=(-40, -37))

# %% [markdown] id="deaf-seen"
# By hand: at rest $h = 0.9575$, with the slope $2 (1 - h^2) = 0.17$ a step.
# **The fact stays, and its lesson is gone**: what undoes disturbances undoes the error (Bengio et al., 1994).

# %% [markdown] id="cut-before"
# ## 5. Cut
#
# To walk back through a book, all its states must be kept, or computed again.
# So one reads in pieces, and the gradient ends where a piece begins: *truncated* back-propagation (Williams and Peng, 1990).
# PyTorch's `detach` gives the same numbers, without a way back.
#
# Is the past forgotten?
# By hand, in section 1, cut between $h_2$ and $h_3$: $h_3 = 0.5 \cdot 2 + 2$ is still $3$; but $h_2$ counts as fixed, and the slope is $2$, not $4$.
# **The gradient is cut; the value goes on.**
#
# **Exercise 5** (4 minutes). Here the value is cut. Mend it.


# %% id="06-read_in_pieces" tags=["exercise"]
def read_in_pieces(x, U, cut):
    """x: [B, T, N], U: [N, N] -> all states: [B, T, N]; gradients end each `cut` tokens"""
    state, states = torch.zeros_like(x[:, 0]), []
    for t in range(x.shape[1]):
        if t % cut == 0:
            ### BEGIN SOLUTION
            state = state.detach()
            ### END SOLUTION
            ### BEGIN STUDENT
            # state = torch.zeros_like(state)
            ### END STUDENT
        state = torch.tanh(state @ U.T + x[:, t])
        states.append(state)
    return torch.stack(states, dim=1)


read_in_pieces = lc.check("06.read_in_pieces", read_in_pieces)

# %% [markdown] id="hints-read_in_pieces"
# {{hints}}
#
# ## 6. What a cut costs
#
# A sum of **one** number, asked for the two marked ones.
# Its gradient is cut ten steps before the end (for a sum: all that was written before is detached).
# Three trainings, 600 steps:
#
# 1. the whole gradient; both marks lie among the first 30 numbers;
# 2. the cut gradient, on the same sequences;
# 3. the cut gradient; the second mark may lie anywhere in the second half.

# %% id="06-cut" tags=["exercise"]
### BEGIN SOLUTION
answer = [0.0, 0.98, 0.0]  # three parts
### END SOLUTION
lc.predict("06.cut", answer=answer)


# %% id="far" tags=["hide-input"]
# Both marks before the last ten numbers.
def far(n, rng):
    x, marked = lags.adding(n, 30, rng=rng)
    unmarked = torch.stack([torch.rand(n, 10, generator=rng), torch.zeros(n, 10)], dim=2)
    return torch.cat([x, unmarked], dim=1), marked


# %% id="cut-measured" tags=["after-prediction"]
# Three trainings; writers as drawn.
one = torch.eye(1)
whole, cut, mixed = (
    trained(one, asked, cut, 600) for asked, cut in ((far, None), (far, 10), (hold, 10))
)
x, answers = far(2_000, lc.rng("drawn"))
with torch.no_grad():
    drawn = sorted(
        left_by(made(lambda: Linear(one), f"drawn {n}").state(x), answers) for n in range(15)
    )
    eight = left_by(made(lambda: Linear(torch.eye(8)), "drawn").state(x), answers)

# %% id="cut-seen" tags=["after-prediction"]
# What it says.
said = f"Unexplained: whole {whole:.2f}; cut {{value:.2f}}; cut, marks on both sides {mixed:.2f}."
claim = lc.claim("06.beyond", said, cut, between=(0.9, 1.15))
near = lc.claim("06.near", "The third, more exactly: {value:.3f}.", mixed, between=(0.0, 0.02))
said = f"Fifteen writers as drawn, read by least squares: from {drawn[0]:.2f} to {drawn[-1]:.2f}, the middle one {{value:.2f}}."
random = lc.claim("06.drawn", said, drawn[7], between=(0.8, 1.06))
text = rf"""The second writer never learned what to write at a mark: no error was heard there, and what chance writes is seldom of use.
(Eight numbers mostly are: least squares leaves {eight:.1f}. So one here.)
The third learned it from late marks, and the same writer writes the early ones.
**Where no error ever comes nothing is taught. What is sometimes near can be learned there, and used far.**"""
was = [round(part, 2) for part in (whole, cut, mixed)]
lc.reveal("06.cut", claim, near, random, text, was=was)

# %% [markdown] id="exit"
# ## Exit question

# %% id="06-exit_detach" tags=["exercise"]
### BEGIN SOLUTION
answer = "d"
### END SOLUTION
lc.quiz("06.exit_detach", answer=answer)

# %% [markdown] id="take-away"
# ## Take away
#
# - **How far? As far as the product of the factors on its way reaches**: $\gamma^n$ with one, at most $\lVert U \rVert^n$ in a network; and never beyond a cut.
# - A weight's gradient has a share for each use; one walk back adds them up.
# - With one factor for all, fact and error fade alike. Two factors or a turn need not choose; a bend can keep the fact and be deaf.
# - Detach cuts the gradient; the value goes on.
# - What was learned near is used far.

# %% [markdown] id="more-time"
# ## If you have more time
#
# - One more question (1 minute).
# - How far, to play with (3 minutes).
# - The walk as a derivation, exercise 6 (6 minutes).
# - One way of two, refuted (2 minutes).
# - The spectral radius (1 minute).
# - The memories of other lessons, drawn (4 minutes).
# - Why a bar is both, proved (1 minute).
# - Is there a factor between? (2 minutes)
# - What a cut leaves out, and when more texts help (4 minutes).
#
# ### One more question

# %% id="06-exit_same_factor" tags=["exercise"]
### BEGIN SOLUTION
answer = "a"
### END SOLUTION
lc.quiz("06.exit_same_factor", answer=answer)

# %% [markdown] id="play-before"
# ### How far, to play with
#
# The network of section 3 with $\tanh$, and without.
# From which $\rho$ on is the error longer after 50 steps, with inputs of size $1$?


# %% id="play" tags=["hide-input"]
# Two sliders.
def draw(ax, rho, size):
    for bend, colour, label in ((torch.clone, GREY, "no bend"), (torch.tanh, BLUE, "tanh")):
        ax.plot(heard(rho, bend, size, T=61), color=colour, label=label)
    ax.axhline(1, color=GREY, lw=1, ls=":")
    ax.set(yscale="log", ylim=(1e-20, 1e30), xlabel="steps back", ylabel="length of the error")
    label_lines(ax)


lc.play(draw, rho=(0.5, 3.0, 1.1, 0.1), size=(0.0, 1.0, 0.1, 0.1))

# %% [markdown] id="other_side-before"
# <details><summary>What we found</summary>
#
# With inputs of size $1$ from about $\rho = 1.9$ on, with $0.1$ from about $1.2$ on.
#
# </details>
#
# ### The walk as a derivation
#
# Without a bend, and from zero, $c_3 = U (U x_1 + x_2) + x_3$.
# Let the loss be $e^\top c_3$.
#
# **Exercise 6** (4 minutes). Bring every $U$ to the other side, so that each $x$ stands alone beside the error that comes to it.
# Take more than one step; each line is held against the one before, for vectors of any length.
# `dot(a, b)` is $a^\top b$, and `U.T` is the transpose.

# %% id="06-other_side" tags=["exercise"]
x1, x2, x3 = (MatrixSymbol(name, N, 1) for name in ("x1", "x2", "x3"))
### BEGIN SOLUTION
chain = [
    dot(e, U * (U * x1 + x2) + x3),
    dot(e, U * U * x1) + dot(e, U * x2) + dot(e, x3),
    dot(U.T * U.T * e, x1) + dot(U.T * e, x2) + dot(e, x3),
]
### END SOLUTION
### BEGIN STUDENT
# chain = [
#     dot(e, U * (U * x1 + x2) + x3),
#     ...,  # your lines, each with a comma behind it
# ]
### END STUDENT
lc.check("06.other_side", chain)

# %% [markdown] id="hints-other_side"
# {{hints}}
#
# ### One way of two
#
# Section 1 with a bend, $h_t = \tanh(w\, h_{t-1})$; all that comes in is $h_0$.
# Who takes $h_1$ for fixed gets the *immediate* derivative, one way of two.
# It is not the gradient:

# %% id="immediate"
w, h0 = symbols("w h_0", real=True)
h1 = tanh(w * h0)
h2 = tanh(w * h1)
lc.refute("06.immediate", lc.grad(h2, w), (1 - h2**2) * h1)

# %% [markdown] id="total-before"
# The other way goes through $h_1$, from there by $w$, and through both bends (slope $1 - h^2$):

# %% id="total"
lc.prove("06.total", lc.grad(h2, w), (1 - h2**2) * h1 + (1 - h2**2) * w * (1 - h1**2) * h0)

# %% [markdown] id="radius"
# ### The spectral radius
#
# Often not the norm is named but the *spectral radius*, the largest absolute eigenvalue.
# By hand: $U^\top = \begin{pmatrix} 0.9 & 0 \\ 2 & 0.9 \end{pmatrix}$ has only the eigenvalue $0.9$, and yet takes $(1, 0)$ to $(0.9,\ 2)$, more than twice as long.
# After 10 steps it is $7.8$ long, after 100 steps $0.006$: without a bend the radius decides in the long run.
# With bends not even that: the blue curve of section 3 has a radius of $1.1$, and dies out.

# %% [markdown] id="ladder-before"
# ### The memories of other lessons, drawn
#
# A look ahead: the last four memories are those of lessons 05, 08 and 10 to 12.
# Six facts are told, and Ann is asked for.
# How strongly does an error at the answer come to what each fact wrote?
# Change them as you like, but leave one.

# %% id="ladder-facts"
facts = ["Ann: Oslo", "Bob: Rome", "Cy: Lima", "Ann: Rome", "Dee: Oslo", "Bob: Lima"]
asked_for = "Ann"


# %% id="ladder" tags=["hide-input"]
# The gradient by what each fact writes.
def come_back(rung, options, facts, asked_for):
    """The answer's gradient by the value of each fact, which has one number here: [T]"""
    names = sorted({fact.split(":")[0] for fact in facts} | {asked_for})
    table = dict(zip(names, tasks.unit_keys(len(names), 32, rng=lc.rng("names")), strict=True))
    k = torch.stack([table[fact.split(":")[0]] for fact in facts])[None, :, None]
    v = torch.ones(1, len(facts), 1, 1, requires_grad=True)  # [B, T, H, V]
    call = getattr(memory, rung)
    if rung in ("additive_memory", "decay_memory"):
        o, _ = call(v[:, :, 0], **options)
    else:
        o, _ = call(table[asked_for].expand(k.shape), k, v, **options)
    return torch.autograd.grad(o[0, -1].sum(), v)[0].flatten()


# %% id="rungs" tags=["hide-input"]
# The memories.
once = torch.ones(1, len(facts), 1)  # [B, T, H]
faded = math.log(0.8) * once
rungs = {
    "sum": ("additive_memory", {}),
    "fading, γ = 0.8": ("decay_memory", {"gamma": 0.8}),
    "linear attention": ("linear_attention", {"scale": 1.0}),
    "delta rule": ("delta_rule", {"scale": 1.0, "beta": once}),
    "gated delta rule": ("gated_delta_rule", {"scale": 1.0, "beta": once, "g": faded}),
    "attention": ("full_attention", {"scale": 8.0}),
}

# %% id="ladder-figure" tags=["hide-input"]
# The figure: one row a memory.
shares = {title: come_back(*rung, facts, asked_for) for title, rung in rungs.items()}
fig, axes = lc.subplots(6, 1, sharex=True, height=5.2)
for ax, (title, row) in zip(axes, shares.items(), strict=True):
    for t, share in enumerate(row.tolist()):
        ax.bar(t, share, 0.6, color=BLUE if share > 0 else ORANGE)
        ax.text(t, max(share, 0) + 0.08, f"{share:.2f}", ha="center", color=GREY)
    ax.axhline(0, color=GREY, lw=1)
    ax.set(ylim=(-0.5, 1.5), yticks=[])
    ax.spines[:].set_visible(False)
    ax.tick_params(length=0)
    ax.text(-0.6, 0.5, title, ha="right", va="center")
axes[-1].set_xticks(range(len(facts)), facts)
axes[-1].set(xlim=(-2.2, len(facts) - 0.5))
told = [t for t, fact in enumerate(facts) if fact.split(":")[0] == asked_for]
erased = max(map(abs, shares["delta rule"][told[:-1]].tolist()), default=0.0)
said = "The delta rule sends {value:.2f} of the answer's error to facts that were overwritten."
lc.figure(fig, lc.claim("06.ladder", said, erased, between=(0, 0.25)))

# %% [markdown] id="ladder-seen"
# A sum hears all alike, a fading memory the newest.
# From linear attention on the key chooses; what the delta rule has overwritten hears almost nothing, and attention, which keeps both, hears both of Ann's by half.
# Each bar is also the weight with which what the fact wrote is read.

# %% [markdown] id="read-factor-before"
# ### Why a bar is both
#
# A matrix memory $S + k v^\top$ is read with $q$: the fact's $v$ comes with the weight $k^\top q$.
# The error $e$ at what was read comes to $v$ with the same:

# %% id="read-factor"
K, V = symbols("K V", positive=True, integer=True)
S, k, q = MatrixSymbol("S", K, V), MatrixSymbol("k", K, 1), MatrixSymbol("q", K, 1)
v, e_v = MatrixSymbol("v", V, 1), MatrixSymbol("e", V, 1)
read = (S + k * v.T).T * q
lc.prove("06.read_factor", lc.grad(dot(e_v, read), v), dot(k, q) * e_v, torch=True)


# %% [markdown] id="between-before"
# ### Is there a factor between?
#
# Section 4 tried $\gamma = 1$ and $0.8$.
# Now 26 of them, from 0.5 to 1, each the same for all numbers, with the best that any linear read-out can make of the state: numbers and marked numbers are written as they are, nothing is trained.

# %% id="between-figure" tags=["hide-input"]
# The figure: both questions, 26 factors.
factors, curves = [0.5 + n / 50 for n in range(26)], []
fig, ax = lc.subplots(height=2.6)
for asked, colour in ((hold, BLUE), (forget, ORANGE)):
    x, answers = asked(4_000, lc.rng("between"))
    curves.append([left_by(written_by_hand(gamma, x), answers) for gamma in factors])
    ax.plot(factors, curves[-1], color=colour, label=asked.__name__)
ax.set(xlabel="γ", ylabel="unexplained", ylim=(0, 1))
label_lines(ax)
fairest = min(map(max, zip(*curves, strict=True)))
said = (
    "Whichever single γ is taken, of one question or the other at least {value:.2f} is unexplained."
)
lc.figure(fig, lc.claim("06.fairest", said, fairest, between=(0.35, 0.5)))

# %% [markdown] id="bias-before"
# ### What a cut leaves out
#
# The walk of section 2, stopped after $n$ steps, leaves out the shares of all earlier steps.
# Were these noise, the mean over many texts would mend it.
#
# A $\tanh$ network of 32 numbers, not trained, with $\rho = 0.9$ and inputs of size $0.5$ reads 40 tokens; its last state should be what the token ten steps back says.
# How much is missing in the mean of 128 to 8,192 texts, as a part of the whole gradient, that of 8,192?

# %% id="bias" tags=["hide-input"]
# The walk, step by step.
Q, _ = torch.linalg.qr(torch.randn(32, 32, generator=lc.rng("Q"), dtype=torch.float64))


def walked(n_texts):
    """After 0, 1, 2 ... steps back, the gradient that has come together: mean over the texts"""
    rng = lc.rng(f"{n_texts} texts")
    tokens = 0.5 * torch.randn(40, n_texts, 32, generator=rng, dtype=torch.float64)
    states = [torch.zeros(n_texts, 32, dtype=torch.float64)]
    for token in tokens:
        states.append(torch.tanh(0.9 * states[-1] @ Q.T + token))
    error, found = states[-1] - tokens[-11].tanh(), [torch.zeros(32, 32, dtype=torch.float64)]
    for t in range(40, 0, -1):
        g = error * (1 - states[t] ** 2)
        found.append(found[-1] + g.T @ states[t - 1] / n_texts)
        error = 0.9 * g @ Q
    return torch.stack(found)


# %% id="bias-figure" tags=["hide-input"]
# The figure: what is missing.
found = {n_texts: walked(n_texts) for n_texts in (128, 1_024, 8_192)}
whole = found[8_192][-1].norm()
missing = {n: ((some - some[-1]).norm(dim=(1, 2)) / whole).tolist() for n, some in found.items()}
fig, ax = lc.subplots(height=2.8)
for (n_texts, curve), colour in zip(missing.items(), (GREY, ORANGE, BLUE), strict=True):
    ax.plot(curve[:17], color=colour, label=f"{n_texts:,} texts")
ax.axvline(10, color=GREY, lw=1, ls=":")
ax.set(yscale="log", xlabel="steps walked back", ylabel="part that is missing")
label_lines(ax)
few, many = missing[128], missing[8_192]
said = f"After 5 steps {few[5]:.2f} is missing in the mean of 128 texts, {{value:.2f}} in that of 8,192."
lc.figure(fig, lc.claim("06.bias", said, many[5], between=(0.1, 0.16)))

# %% id="bias-noise" tags=["hide-input"]
# Past the token that is asked for.
said = f"After 12 steps {few[12]:.3f} and {many[12]:.4f}: {{value:.1f}} times less with 64 times as many texts."
lc.claim("06.noise", said, few[12] / many[12], between=(6, 10.5))

# %% [markdown] id="bias-seen"
# Short of the token that is asked for (dotted) a part stays missing however many texts there are: a *bias* towards what is near (Tallec and Ollivier, 2017).
# Past it what is missing is noise, and falls as the root of the number of texts.
# **A cut biases what reaches beyond it, and hardly more.**

# %% [markdown] id="sources"
# ## Sources
#
# - The article: an introduction to ultra-long context in language models, in Chinese, section 3.3, which names vanishing and exploding gradients.
# - Arjovsky, Shah and Bengio, Unitary evolution recurrent neural networks, ICML 2016: networks whose matrix keeps lengths; the adding task with numbers from 0 to 1.
# - Bengio, Simard and Frasconi, Learning long-term dependencies with gradient descent is difficult, IEEE Transactions on Neural Networks, 1994: a state that holds a bit against disturbances has a gradient that vanishes.
# - Hochreiter, Untersuchungen zu dynamischen neuronalen Netzen, diploma thesis, TU München, 1991: vanishing gradients first.
# - Hochreiter and Schmidhuber, Long short-term memory, Neural Computation, 1997: the adding task.
# - Pascanu, Mikolov and Bengio, On the difficulty of training recurrent neural networks, ICML 2013: the bound, and clipping.
# - Tallec and Ollivier, Unbiasing truncated backpropagation through time, 2017.
# - Werbos, Backpropagation through time: what it does and how to do it, Proceedings of the IEEE, 1990.
# - Williams and Peng, An efficient gradient-based algorithm for on-line training of recurrent network trajectories, Neural Computation, 1990: truncation.

# %% id="report"
lc.report()
