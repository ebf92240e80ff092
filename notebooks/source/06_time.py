# %% [markdown] id="promise"
# # 06 · Gradients through time
#
# **How far back can an error speak?**
#
# A recurrent network uses one matrix at each step.
# To learn what to write at the beginning, it must hear there of an error at the end.
#
# After this lesson you can walk an error back through time, say for how many steps it is heard, cut it, and say what the cut costs.
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
from sympy import OneMatrix, cosh, symbols, tanh
from torch import nn

import lcutils as lc
from lcutils import lags, memory, tasks, train
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
# The figure: values and errors.
fig, ax = lc.subplots(height=2.7)
middle = {"ha": "center", "va": "center"}
values, errors = [0, 4, 2, 3], [0.125, 0.25, 0.5, 1]
for t in range(4):
    ax.text(t, 1, f"$h_{t}$ = {values[t]:g}", color=BLUE, **middle)
    ax.text(t, 0, f"{errors[t]:g}", color=ORANGE, **middle)
for t in (1, 2, 3):
    for height, label, colour in ((1, 1.2, BLUE), (0, -0.2, ORANGE)):
        ends = [(t - 0.75, height), (t - 0.25, height)][:: 1 if height else -1]
        arrow = {"arrowstyle": "-|>", "lw": 2, "color": colour}
        ax.annotate("", ends[1], ends[0], arrowprops=arrow)
        ax.text(t - 0.5, label, "times w", color=colour, **middle)
    product = f"{errors[t]:g} · {values[t - 1]:g} = {errors[t] * values[t - 1]:g}"
    ax.text(t - 0.5, 0.5, f"share of this w:\n{product}", **middle)
ax.text(-0.3, 1.5, "forward: the state", color=BLUE)
ax.text(-0.3, -0.55, "backward: how fast $h_3$ grows with it", color=ORANGE)
ax.axis((-0.3, 3.3, -0.6, 1.65))
ax.set_axis_off()


# %% id="nudge-seen" tags=["after-prediction"]
def last_state(w, x=(4.0, 0.0, 2.0)):
    state = 0.0
    for number in x:
        state = w * state + number
    return state


picture = lc.figure(fig, "Values go forward, the error at the end goes back: 0 + 2 + 2 = 4.")
grown = last_state(0.51) - last_state(0.50)
said = f"""It grows by {grown:.4f}, from 3 to {last_state(0.51):.4f}: **four** times as fast as $w$.
The last $w$ is multiplied by $h_2 = 2$: that alone would give $2$.
But $h_2$ has grown, too: the $w$ before is multiplied by $h_1 = 4$, and what it adds passes the last $w$, $4 \\cdot 0.5 = 2$.
**One weight has as many ways to the end as it is used.** Take each use for a weight of its own, and add up their slopes."""
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
# Now with a bend, $h_t = \tanh(w\, h_{t-1})$; all that comes in is $h_0$.
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

# %% [markdown] id="walk-before"
# ## 2. Back-propagation through time
#
# A state of $N$ numbers: $h_t = \tanh(W h_{t-1} + x_t)$.
# An error walks back, as through the layers of lesson 03.
# Let $e_t$ be the error at $h_t$. Begin with $e_T$, and at each step
#
# 1. pass the bend: $g_t = e_t \odot (1 - h_t \odot h_t)$;
# 2. add this step's share of the gradient, error times input: $g_t\, h_{t-1}^\top$;
# 3. hand down $e_{t-1} = W^\top g_t$.
#
# The third line, with PyTorch's gradient beside it:

# %% id="handed-down"
N = symbols("N", positive=True, integer=True)
W = MatrixSymbol("W", N, N)
h, x, e = (MatrixSymbol(name, N, 1) for name in "hxe")
bent = each(tanh, W * h + x)
g = hadamard(e, OneMatrix(N, 1) - hadamard(bent, bent))
lc.prove("06.handed_down", lc.grad(dot(e, bent), h), W.T * g, torch=True)

# %% [markdown] id="rnn_backward-exercise"
# **Exercise 2** (7 minutes). Write the walk, for one text. The states are there already.


# %% id="06-rnn_backward" tags=["exercise"]
def rnn_backward(h, W, error):
    """h: [T + 1, N], the states h_0 to h_T, W: [N, N], error: [N] at h_T -> by W: [N, N]"""
    ### BEGIN SOLUTION
    total = torch.zeros_like(W)
    for t in range(len(h) - 1, 0, -1):
        g = error * (1 - h[t] ** 2)  # [N]
        total = total + torch.outer(g, h[t - 1])
        error = W.T @ g
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
W_ = (torch.randn(16, 16, generator=rng, dtype=torch.float64) / 4).requires_grad_()
tokens, states = torch.randn(30, 16, generator=rng, dtype=torch.float64), [torch.zeros(16).double()]
for token in tokens:
    states.append(torch.tanh(W_ @ states[-1] + token))
states[-1].sum().backward()
with torch.no_grad():
    ours = rnn_backward(torch.stack(states), W_, torch.ones(16, dtype=torch.float64))
lc.same("06.agrees", "30 steps, our gradient and PyTorch's", ours, W_.grad, 1e-12)

# %% [markdown] id="reach-before"
# ## 3. How far?
#
# An error that goes back $n$ steps meets $W^\top$ $n$ times, and $n$ bends.
# By hand, with one number and no bend: $0.9^{50} = 0.005$ of it is left, or $1.1^{50} = 117$ times as much.
#
# Now 64 numbers.
# Let $W$ be a random rotation times $\rho$: it makes each vector $\rho$ times as long.
# The inputs are small, about $0.1$. Three networks:
#
# 1. no bend, $\rho = 1.1$;
# 2. with $\tanh$, $\rho = 1.1$;
# 3. with $\tanh$, $\rho = 2$.

# %% id="06-reach" tags=["exercise"]
### BEGIN SOLUTION
answer = [2, -0.5, 3]  # three powers of ten
### END SOLUTION
lc.predict("06.reach", answer=answer)


# %% id="reach"
def heard(rho, bend, size=0.1, T=100):
    """Length of the error by distance, as a part of that at the end: [T], newest first"""
    rng = lc.rng("reach")
    W, _ = torch.linalg.qr(torch.randn(64, 64, generator=rng, dtype=torch.float64))
    x = size * torch.randn(T, 16, 64, generator=rng, dtype=torch.float64)
    state, states = torch.zeros(16, 64, dtype=torch.float64), []
    for t in range(T):
        state = bend(rho * state @ W.T + x[t])
        states.append(state.requires_grad_())
    error = torch.randn(16, 64, generator=rng, dtype=torch.float64)
    errors = torch.autograd.grad((state * error).sum(), states)
    lengths = torch.stack(errors).norm(dim=2).mean(dim=1)
    return lengths.flip(0) / lengths[-1]


# %% id="reach-figure" tags=["after-prediction"]
# The figure: five networks.
fig, ax = lc.subplots(height=3.0)
left = {}
for rho, bend, colour, name in (
    (1.1, torch.clone, ORANGE, "no bend, ρ = 1.1"),
    (0.9, torch.clone, GREY, "no bend, ρ = 0.9"),
    (1.1, torch.tanh, BLUE, "tanh, ρ = 1.1"),
    (2.0, torch.tanh, RED, "tanh, ρ = 2"),
    (0.9, torch.tanh, GREEN, "tanh, ρ = 0.9"),
):
    curve = heard(rho, bend)
    left[name] = math.log10(curve[50])
    ax.plot(curve[:81], color=colour, label=name)
ax.set(yscale="log", xlabel="steps back", ylabel="part of the error")
label_lines(ax)

# %% id="reach-seen" tags=["after-prediction"]
three = [left[name] for name in ("no bend, ρ = 1.1", "tanh, ρ = 1.1", "tanh, ρ = 2")]
said = (
    f"50 steps back: 10^{three[0]:.1f} without a bend; with tanh 10^{three[1]:.1f}, and for ρ = 2 "
)
claim = lc.claim("06.explodes", said + "10^{value:.1f}.", three[2], between=(2.4, 4.2))
tamed = lc.claim("06.tamed", "tanh, ρ = 1.1: 10^{value:.1f}.", three[1], between=(-0.8, -0.2))
text = r"""Without a bend the exponent is $50 \log_{10} \rho$, exactly.
A bend only shrinks, for its slope is at most 1: it holds $\rho = 1.1$ down, but not $\rho = 2$.
**That a $\tanh$ network cannot explode is false.** Larger inputs bend more (a slider below)."""
lc.reveal("06.reach", lc.figure(fig, claim), tamed, text, was=three)

# %% [markdown] id="bound-before"
# ### A bound
#
# The slope of $\tanh$ is never above 1:

# %% id="slope-bound"
a = symbols("a", real=True)
lc.prove("06.slope", 1 - tanh(a) ** 2, 1 / cosh(a) ** 2, reason="cosh is at least 1")

# %% [markdown] id="bound"
# Let $\lVert W \rVert$, the *spectral norm*, be the most by which $W^\top$ makes any vector longer.
# Then one step back multiplies an error's length by $\lVert W \rVert$ at most, and $n$ steps by $\lVert W \rVert^n$: **below 1, every error dies out.**
#
# Often the *spectral radius* is named instead, the largest absolute eigenvalue.
# By hand: $W^\top = \begin{pmatrix} 0.9 & 0 \\ 2 & 0.9 \end{pmatrix}$ has only the eigenvalue $0.9$, and yet takes $(1, 0)$ to $(0.9,\ 2)$, more than twice as long.
# After 10 steps it is $7.8$ long, after 100 steps $0.006$: the radius decides in the long run only.
#
# **Exercise 3** (3 minutes). In a network the error 20 steps back is $0.3$ of what it is at the end.
# If it goes on like that, how many steps back is a thousandth left?

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
# An error that explodes makes one step that ruins all.
# So gradients are *clipped* (Pascanu et al., 2013): if the gradient is longer than a limit, it is multiplied by limit / length.
# Its length is that of all its numbers together, else the step would turn aside.
#
# **Exercise 4** (4 minutes). Clip the gradients of two matrices.


# %% id="06-clip_by_norm" tags=["exercise"]
def clip_by_norm(by_W, by_U, limit):
    """by_W: [N, N], by_U: [N, D] -> both, side by side, at most `limit` long: [N, N + D]"""
    ### BEGIN SOLUTION
    both = torch.cat([by_W, by_U], dim=1)
    return both * (limit / both.norm()).clamp(max=1)
    ### END SOLUTION


clip_by_norm = lc.check("06.clip_by_norm", clip_by_norm)

# %% [markdown] id="hints-clip_by_norm"
# {{hints}}
#
# Clipping helps against too much; against too little it does nothing.
#
# ### Half way
#
# **A good place to stop.**
#
# ## 4. What never vanishes never forgets
#
# A memory without a bend: $c_t = W c_{t-1} + x_t$, with $x_t$ for what is written.
# How does an error $e$ at $c_3$ come to $x_1$?

# %% id="same-factor"
c0, x1, x2, x3 = (MatrixSymbol(name, N, 1) for name in ("c_0", "x_1", "x_2", "x_3"))
c3 = W * (W * (W * c0 + x1) + x2) + x3
lc.prove("06.same_factor", lc.grad(dot(e, c3), x1), W.T * W.T * e, torch=True)

# %% [markdown] id="tension-before"
# Lesson 05's sum has $W = I$: the error comes to every word whole, however far.
# Its fading memory has $W = \gamma I$: at age $a$ there comes $\gamma^a e$.
#
# But $\gamma^a$ is also what a word of age $a$ still weighs.
# **The error is heard as far as the fact is: one factor for both.**
# Is $\gamma = 1$ best, then?
#
# Take sequences of 40 numbers between 0 and 1, two of them marked, one in each half.
# Two questions:
#
# - the sum of the two marked numbers: *hold*;
# - the mean of the newest five: *forget*.
#
# Two memories of 8 numbers, a sum and a fading one with $\gamma = 0.8$.
# A small layer that writes and one that reads are trained, 300 steps on 64 new sequences each, at a rate of its own.
# The mean square error is given as a part of the answers' variance.

# %% id="06-tension" tags=["exercise"]
### BEGIN SOLUTION
answer = [0.0, 0.78, 0.88, 0.2]  # four parts
### END SOLUTION
lc.predict("06.tension", answer=answer)


# %% id="fixed-memory"
class Fixed(nn.Module):
    """Inputs [B, T, 2] -> one number each, read from a memory that keeps gamma a step: [B]"""

    def __init__(self, gamma, cut=None):
        super().__init__()
        self.write = nn.Sequential(nn.Linear(2, 32), nn.ReLU(), nn.Linear(32, 8))
        self.read, self.gamma, self.cut = nn.Linear(8, 1), gamma, cut

    def forward(self, x):
        age = torch.arange(x.shape[1]).flip(0)  # the newest has 0
        written = self.gamma ** age[:, None] * self.write(x)  # [B, T, 8]
        if self.cut is not None:  # see section 6
            old, new = written[:, : -self.cut], written[:, -self.cut :]
            written = torch.cat([old.detach(), new], dim=1)
        return self.read(written.sum(dim=1))[:, 0]


# %% id="made" tags=["hide-input"]
# First weights.
def made(build, name):
    """What build() makes with first weights drawn for this name"""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(lc.rng(name).initial_seed())
        return build()


# %% id="asked" tags=["hide-input"]
# The two questions, and a training.
def asked(question, n, rng):
    x, marked = lags.adding(n, 40, rng=rng)
    return x, marked if question == "hold" else x[:, -5:, 0].mean(dim=1)


def error_left(gamma, question, lr, cut=None, asked=asked):
    model = made(lambda: Fixed(gamma, cut), "fixed")

    def loss(model, rng):
        x, answers = asked(question, 64, rng)
        return (model(x) - answers).square().mean()

    train.fit(model, loss, steps=300, seed=lc.rng("tension").initial_seed(), lr=lr)
    x, answers = asked(question, 2_000, lc.rng("others"))
    with torch.no_grad():
        return ((model(x) - answers).square().mean() / answers.var()).item()


# %% id="tension-measured" tags=["after-prediction"]
lr = {(1.0, "hold"): 0.03, (0.8, "hold"): 0.01}  # of 0.003, 0.01, 0.03, on other sequences
lr |= {(1.0, "forget"): 0.01, (0.8, "forget"): 0.01}
parts = {key: error_left(*key, rate) for key, rate in lr.items()}
fig, ax = lc.subplots(height=2.6)
for i, (gamma, colour, name) in enumerate(((1.0, BLUE, "sum"), (0.8, ORANGE, "fading"))):
    heights = [parts[gamma, question] for question in ("hold", "forget")]
    ax.bar([i * 0.35, 1 + i * 0.35], heights, 0.33, color=colour)
    for place, height in enumerate(heights):
        ax.text(place + i * 0.35, height + 0.02, f"{name} {height:.2f}", ha="center", color=colour)
ax.set(ylim=(0, 1.1), ylabel="part of the error left")
ax.set_xticks([0.175, 1.175], ["hold: the marked numbers", "forget: the newest five"])
said = "The sum, asked for the newest five: {value:.2f} of the error is left."
stale = lc.claim("06.stale", said, parts[1.0, "forget"], between=(0.82, 1.05))
said = "Fading, asked for the marked numbers: {value:.2f}."
gone = lc.claim("06.gone", said, parts[0.8, "hold"], between=(0.7, 0.85))
text = r"""By hand: to a sum all 40 numbers are alike, so its best guess is $\frac{5}{40}$ of them, and $1 - \frac{5}{40} = 0.88$ of the error is left.
**What never vanishes never forgets; and what forgets fast hears nothing from far.**
A fixed factor must choose for all texts; with gates the text chooses."""
was = list(parts.values())
lc.reveal("06.tension", lc.figure(fig, stale), gone, text, was=was)

# %% [markdown] id="cut-before"
# ## 5. Cut
#
# To walk back through a book, all its states must be kept.
# So texts are read in pieces, and the gradient ends where a piece begins: *truncated* back-propagation.
# PyTorch's `detach` gives the same numbers, without a way back.
#
# "Detach forgets the past", one reads.
# By hand, in section 1: cut between $h_2$ and $h_3$.
# $h_3 = 0.5 \cdot 2 + 2$ is still $3$; but $h_2$ counts as fixed, and the slope is $2$, not $4$.
# **The gradient is cut; the value goes on.**
#
# **Exercise 5** (4 minutes). Here somebody has cut the value. Mend it.


# %% id="06-read_in_pieces" tags=["exercise"]
def read_in_pieces(x, W, cut):
    """x: [B, T, N], W: [N, N] -> last state: [B, N]; gradients end each `cut` tokens"""
    state = torch.zeros_like(x[:, 0])
    ### BEGIN SOLUTION
    for t in range(x.shape[1]):
        if t % cut == 0:
            state = state.detach()
        state = torch.tanh(state @ W.T + x[:, t])
    return state
    ### END SOLUTION
    ### BEGIN STUDENT
    # for t in range(x.shape[1]):
    #     if t % cut == 0:
    #         state = torch.zeros_like(state)
    #     state = torch.tanh(state @ W.T + x[:, t])
    # return state
    ### END STUDENT


read_in_pieces = lc.check("06.read_in_pieces", read_in_pieces)

# %% [markdown] id="hints-read_in_pieces"
# {{hints}}
#
# ## 6. What a cut costs
#
# The sum of section 4 again, asked for the two marked numbers.
# Now its gradient is cut ten steps before the end.
# (A sum passes an error on as it is, so to detach the state there is to detach all that was written before.)
# Three trainings:
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
def far(question, n, rng):
    x, marked = lags.adding(n, 30, rng=rng)
    unmarked = torch.stack([torch.rand(n, 10, generator=rng), torch.zeros(n, 10)], dim=2)
    return torch.cat([x, unmarked], dim=1), marked


# %% id="cut-measured" tags=["after-prediction"]
# Three trainings.
whole = error_left(1.0, "hold", 0.03, asked=far)
cut = error_left(1.0, "hold", 0.01, cut=10, asked=far)  # all three rates tie
mixed = error_left(1.0, "hold", 0.03, cut=10)
said = f"Error left: whole {whole:.2f}; cut {{value:.2f}}; cut, marks on both sides {mixed:.2f}."
claim = lc.claim("06.beyond", said, cut, between=(0.7, 1.15))
near = lc.claim("06.near", "The third: {value:.3f}.", mixed, between=(0.0, 0.02))
text = r"""The second one never learned what to write at a mark: no error has ever been heard there.
All it could learn was to read what a random layer writes; four times the numbers, or twice the steps, hardly helped.
The third one learned it from the marks that came late, and it is the same layer that writes the early ones; the sum holds them, for the value goes on.
**A cut hides what always lies beyond it. What is sometimes near can be learned there, and used far.**"""
lc.reveal("06.cut", claim, near, text, was=[whole, cut, mixed])

# %% [markdown] id="ladder-before"
# ## 7. Every memory of Part 2
#
# Six facts are told, and Ann is asked for.
# How strongly does an error at the answer come to what each fact wrote?
# Change them as you like.

# %% id="ladder-facts"
facts = ["Ann: Oslo", "Bob: Rome", "Cy: Lima", "Ann: Rome", "Dee: Oslo", "Bob: Lima"]
name = "Ann"


# %% id="ladder" tags=["hide-input"]
# The gradient by what each fact writes.
def come_back(rung, options, facts, name):
    """The answer's gradient by the value of each fact, which has one number here: [T]"""
    names = sorted({fact.split(":")[0] for fact in facts} | {name})
    table = dict(zip(names, tasks.unit_keys(len(names), 32, rng=lc.rng("names")), strict=True))
    k = torch.stack([table[fact.split(":")[0]] for fact in facts])[None, :, None]
    v = torch.ones(1, len(facts), 1, 1, requires_grad=True)  # [B, T, H, V]
    call = getattr(memory, rung)
    if rung in ("additive_memory", "decay_memory"):
        o, _ = call(v[:, :, 0], **options)
    else:
        o, _ = call(table[name].expand(k.shape), k, v, **options)
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
shares = {title: come_back(*rung, facts, name) for title, rung in rungs.items()}
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
told = [t for t, fact in enumerate(facts) if fact.split(":")[0] == name]
erased = max(map(abs, shares["delta rule"][told[:-1]].tolist()), default=0.0)
said = "The delta rule's answer sends {value:.2f} of its error to the fact that was overwritten."
lc.figure(fig, lc.claim("06.ladder", said, erased, between=(0, 0.25)))

# %% [markdown] id="ladder-seen"
# Each bar is also the weight with which what the fact wrote is read: **one factor, both ways.**
# A sum hears all alike, a fading memory the newest.
# From linear attention on the key chooses; what the delta rule has overwritten hears nothing.
#
# ## Exit question

# %% id="06-exit_detach" tags=["exercise"]
### BEGIN SOLUTION
answer = "d"
### END SOLUTION
lc.quiz("06.exit_detach", answer=answer)

# %% [markdown] id="take-away"
# ## Take away
#
# - A weight that is used at each step has a share in the gradient for each; one walk back adds them up.
# - Going back, an error meets $W^\top$ and a slope at each step: at most $\lVert W \rVert^n$ of it is left, and a bend does not forbid it to explode.
# - A fixed factor carries fact and error alike: what never vanishes never forgets.
# - Detach cuts the gradient; the value goes on.
# - Beyond a cut nothing is taught; what was learned near is used far.

# %% [markdown] id="more-time"
# ## If you have more time
#
# - One more question (1 minute).
# - How far, to play with (3 minutes).
# - The walk as a derivation, exercise 6 (6 minutes).
# - Is there a factor between? (3 minutes)
# - What a cut leaves out, and whether more texts help (4 minutes).
# - Why a bar is both, proved (1 minute).
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
# From which $\rho$ on does it explode with inputs of size $1$?


# %% id="play" tags=["hide-input"]
# Two sliders.
def draw(ax, rho, size):
    for bend, colour, label in ((torch.clone, GREY, "no bend"), (torch.tanh, BLUE, "tanh")):
        ax.plot(heard(rho, bend, size, T=61), color=colour, label=label)
    ax.axhline(1, color=GREY, lw=1, ls=":")
    ax.set(yscale="log", ylim=(1e-20, 1e20), xlabel="steps back", ylabel="part of the error")
    label_lines(ax)


lc.play(draw, rho=(0.5, 3.0, 1.1, 0.1), size=(0.0, 1.0, 0.1, 0.1))

# %% [markdown] id="other_side-before"
# ### The walk as a derivation
#
# Without a bend, and from zero, $c_3 = W (W x_1 + x_2) + x_3$.
# Let the loss be $e^\top c_3$.
#
# **Exercise 6** (4 minutes). Bring every $W$ to the other side, so that each $x$ stands alone beside the error that comes to it.
# Each line is held against the one before, for vectors of any length.
# `dot(a, b)` is $a^\top b$, and `W.T` is the transpose.

# %% id="06-other_side" tags=["exercise"]
x1, x2, x3 = (MatrixSymbol(name, N, 1) for name in ("x1", "x2", "x3"))
### BEGIN SOLUTION
chain = [
    dot(e, W * (W * x1 + x2) + x3),
    dot(e, W * W * x1) + dot(e, W * x2) + dot(e, x3),
    dot(W.T * W.T * e, x1) + dot(W.T * e, x2) + dot(e, x3),
]
### END SOLUTION
### BEGIN STUDENT
# chain = [
#     dot(e, W * (W * x1 + x2) + x3),
#     ...,  # your lines, each with a comma behind it
# ]
### END STUDENT
lc.check("06.other_side", chain)

# %% [markdown] id="hints-other_side"
# {{hints}}
#
# ### Is there a factor between?
#
# Section 4 tried $\gamma = 1$ and $0.8$.
# Now every $\gamma$, with the best that any linear read-out can make of the state: numbers and marked numbers are written as they are, nothing is trained.

# %% id="between" tags=["hide-input"]
# Least squares for each factor.
x, marked = lags.adding(4_000, 40, rng=lc.rng("between"))
number, mark = x.unbind(dim=2)  # [N, 40]
answers = {"hold": marked, "forget": number[:, -5:].mean(dim=1)}


def best_left(gamma, answer):
    """The part of the error that the best linear read-out leaves, on the other 2,000"""
    weight = gamma ** torch.arange(40).flip(0)
    written = torch.stack([number, mark, number * mark], dim=2)  # [N, 40, 3]
    state = torch.cat([(weight[:, None] * written).sum(dim=1), torch.ones(4_000, 1)], dim=1)
    read = torch.linalg.lstsq(state[:2_000], answer[:2_000, None]).solution
    error = (state[2_000:] @ read)[:, 0] - answer[2_000:]
    return (error.square().mean() / answer[2_000:].var()).item()


# %% id="between-figure" tags=["hide-input"]
# The figure: both questions, every factor.
factors = [0.5 + n / 50 for n in range(26)]
fig, ax = lc.subplots(height=2.6)
curves = {}
for question, colour in (("hold", BLUE), ("forget", ORANGE)):
    curves[question] = [best_left(gamma, answers[question]) for gamma in factors]
    ax.plot(factors, curves[question], color=colour, label=question)
ax.set(xlabel="γ", ylabel="part of the error left", ylim=(0, 1))
label_lines(ax)
fairest = min(map(max, zip(*curves.values(), strict=True)))
said = (
    "Whichever γ is taken, of one question or the other at least {value:.2f} of the error is left."
)
lc.figure(fig, lc.claim("06.fairest", said, fairest, between=(0.35, 0.5)))

# %% [markdown] id="bias-before"
# ### What a cut leaves out
#
# The sum of section 2, stopped after $n$ steps back, leaves out the shares of all earlier steps.
# If these shares were noise, the mean over many texts would mend it.
#
# A $\tanh$ network of 32 numbers with $\rho = 0.9$ and inputs of size $0.5$ reads 40 tokens; its last state should be what the token ten steps back says.
# How much of the whole gradient is missing, for one text and for the mean of 128?

# %% id="bias" tags=["hide-input"]
# Shares of the gradient, step by step.
rng = lc.rng("bias")
rotation, _ = torch.linalg.qr(torch.randn(32, 32, generator=rng, dtype=torch.float64))
tokens = 0.5 * torch.randn(40, 128, 32, generator=rng, dtype=torch.float64)
states = [torch.zeros(128, 32, dtype=torch.float64)]
for token in tokens:
    states.append(torch.tanh(0.9 * states[-1] @ rotation.T + token))
error, parts_back = states[-1] - tokens[-11].tanh(), []
for t in range(40, 0, -1):
    g = error * (1 - states[t] ** 2)
    parts_back.append(torch.einsum("bi,bj->bij", g, states[t - 1]))
    error = 0.9 * g @ rotation
summed = torch.stack(parts_back).cumsum(dim=0)  # [40, 128, 32, 32], the newest step first
of_one = ((summed - summed[-1]).norm(dim=(2, 3)) / summed[-1].norm(dim=(1, 2))).mean(dim=1)
mean = summed.mean(dim=1)
of_mean = (mean - mean[-1]).norm(dim=(1, 2)) / mean[-1].norm()

# %% id="bias-figure" tags=["hide-input"]
# The figure: what is missing.
fig, ax = lc.subplots(height=2.6)
steps_back = range(1, 13)
ax.plot(steps_back, of_one[:12], color=GREY, label="one text")
ax.plot(steps_back, of_mean[:12], color=BLUE, label="mean of 128")
ax.set(xlabel="steps walked back", ylabel="part that is missing", ylim=(0, 1))
label_lines(ax)
said = "Cut after 5 steps: of the gradient of one text {one:.2f} is missing, of the mean {{value:.2f}}."
said = said.format(one=of_one[4])
lc.figure(fig, lc.claim("06.bias", said, of_mean[4], between=(0.1, 0.25)))

# %% [markdown] id="bias-seen"
# More texts do not mend it: what a cut leaves out is no noise but a *bias*.
# It falls with every step that one walks back.

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

# %% [markdown] id="sources"
# ## Sources
#
# - The article: an introduction to ultra-long context in language models, in Chinese, section 3.3, which names vanishing and exploding gradients.
# - Arjovsky, Shah and Bengio, Unitary evolution recurrent neural networks, ICML 2016: the adding task with numbers from 0 to 1.
# - Bengio, Simard and Frasconi, Learning long-term dependencies with gradient descent is difficult, IEEE Transactions on Neural Networks, 1994: what holds a fact and what lets an error through.
# - Hochreiter and Schmidhuber, Long short-term memory, Neural Computation, 1997: the adding task.
# - Pascanu, Mikolov and Bengio, On the difficulty of training recurrent neural networks, ICML 2013: the bound, and clipping.
# - Werbos, Backpropagation through time: what it does and how to do it, Proceedings of the IEEE, 1990.

# %% id="report"
lc.report()
