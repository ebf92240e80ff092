# %% [markdown] id="promise"
# # 03 · The network
#
# **Which way should each weight move?**
#
# A network is a chain of matrix products, most of them followed by a bend such as $\tanh$, its *activation function*.
# The *gradient* says for each weight how fast the loss grows when it grows; a small step against it makes the loss smaller.
# *Back-propagation* finds the whole gradient in one walk through the chain, from its end to its beginning.
#
# After this lesson you can derive and write the gradients of two layers, hold them against PyTorch's, and say why words side by side are a window and no memory.
#
# You need lesson 02, the chain rule, products of matrices, some PyTorch.
# The core path takes about 75 minutes; the end of section 2 is a good place to stop half way.

# %% id="start"
import torch
from sympy import OneMatrix, exp, log, symbols, tanh
from torch.nn.functional import cross_entropy, pad

import lcutils as lc
from lcutils import text
from lcutils.proof import MatrixSymbol, dot, each, hadamard, half_norm_sq
from lcutils.show import BLUE, GREY, ORANGE, label_lines

lc.start("03")

# %% [markdown] id="recall"
# ## Before you begin
#
# One question about lesson 02; if you have not done it, guess.

# %% id="03-recall_embedding" tags=["exercise"]
### BEGIN SOLUTION
answer = "c"
### END SOLUTION
lc.quiz("03.recall_embedding", answer=answer)

# %% [markdown] id="one-weight"
# ## 1. One weight
#
# The smallest network has one weight $w$, one input $x$ and one output $y=w x$.
# Here $y$ is always what comes out, and $z$ is the *target*, what should come out.
# (Many books call the target $y$ and the output $\hat y$.)
# The *loss* $L=\tfrac12(y-z)^2$ says how far off we are.
#
# Take $w=1$, $x=-2$, $z=2$: then $y=-2$ and $L=8$.
# A tempting shortcut: the output is off by $y-z=-4$, so step against that.
# With step size $0.1$ the weight becomes $1-0.1\cdot(-4)=1.4$.

# %% id="03-article_step" tags=["exercise"]
### BEGIN SOLUTION
answer = "higher"
### END SOLUTION
lc.predict("03.article_step", answer=answer)


# %% id="article-step-shown" tags=["after-prediction"]
def loss_at(w, x=-2.0, z=2.0):
    return 0.5 * (w * x - z) ** 2


fig, ax = lc.subplots(height=2.8)
ax.plot(weights := torch.linspace(-3.2, 2.2, 200), loss_at(weights), color=GREY)
steep = (1 * -2 - 2) * -2  # the slope at w = 1
ends = ((1.4, ORANGE, "shortcut"), (1 - 0.1 * steep, BLUE, "against the slope"), (1, "black", ""))
for end, colour, label in ends:
    said = f"{label}: w = {end:.1f}, L = {loss_at(end):.2f}".removeprefix(": ")
    ax.annotate(said, (end, loss_at(end)), (12, -5), textcoords="offset points", color=colour)
    line = {"arrowstyle": "-|>", "color": colour, "lw": 2}
    ax.annotate("", (end, loss_at(end)), (1, loss_at(1)), arrowprops=line)
ax.plot(1, loss_at(1), "o", color="black", ms=10)
ax.set(xlabel="weight w", ylabel="loss L", xlim=(-3.4, 4.2), ylim=(-0.5, 14))
said = f"The shortcut goes uphill, from {loss_at(1):.2f} to {loss_at(1.4):.2f}. "
said += f"At w = 1 the curve rises to the right, with slope {steep}; a step against that goes down."
lc.reveal(
    "03.article_step", lc.figure(fig, said), was=("lower", "higher")[loss_at(1.4) > loss_at(1)]
)

# %% [markdown] id="article-step-why" tags=["after-prediction"]
# By hand: let $w$ grow by $0.01$.
# Then $y$ moves by $x\cdot 0.01=-0.02$, and $L$ by about $(y-z)\cdot(-0.02)=0.08$.
# So the slope is $(y-z)\cdot x=8$.
# $y-z$ alone is the slope for the *output*; the weight reaches it through $x$, here negative.

# %% [markdown] id="three-links"
# ### With a bend
#
# Most layers also bend what they have computed: $a=w x$, then $y=\tanh a$.
# Now there are three links, and their slopes multiply:
#
# $$\frac{\partial L}{\partial w}=\frac{\partial L}{\partial y}\cdot\frac{\partial y}{\partial a}\cdot\frac{\partial a}{\partial w}$$
#
# The slope of $\tanh a$ is $1-\tanh^2 a=1-y^2$, with a $y$ known from the way forward: $1$ where $a=0,$ almost $0$ where $y$ is near $1$ or $-1$.

# %% id="chain-numbers" tags=["hide-input"]
# The numbers of a chain, and an arrow.
said = torch.tensor(0.5 * 2.0).tanh().item()
values = [0.5, 0.5 * 2.0, said, (said + 0.5) ** 2 / 2]  # w, a, y, L
links = [2.0, 1 - said**2, said + 0.5]  # the slopes between them
behind = [links[0] * links[1] * links[2], links[1] * links[2], links[2], 1.0]
risen = (torch.tensor(0.51 * 2.0).tanh().item() + 0.5) ** 2 / 2 - values[3]


def arrow(ax, start, end, colour):
    ax.annotate("", end, start, arrowprops={"arrowstyle": "-|>", "color": colour, "lw": 2})


# %% id="chain-figure" tags=["hide-input"]
# The figure: forward, then backward.
fig, ax = lc.subplots(height=2.5)
for i, name in enumerate("wayL"):
    ax.text(i, 0, f"${name}$", ha="center", va="center", size=15)
    ax.text(i, 0.42, f"{values[i]:.2f}", ha="center", color=BLUE)
    ax.text(i, -0.58, f"{behind[i]:.2f}", ha="center", color=ORANGE)
for i, does in enumerate((r"times $x = 2$", r"$\tanh$", r"$\frac{1}{2}(y - z)^2$")):
    arrow(ax, (i + 0.15, 0.1), (i + 0.85, 0.1), BLUE)
    arrow(ax, (i + 0.85, -0.1), (i + 0.15, -0.1), ORANGE)
    ax.text(i + 0.5, 0.2, does, ha="center", color=BLUE)
    ax.text(i + 0.5, -0.34, f"slope {links[i]:.2f}", ha="center", color=ORANGE)
ax.text(-0.35, 0.75, "forward: what each step computes ($x = 2$, $z = -0.5$)", color=BLUE)
ax.text(-0.35, -0.92, "backward: how fast L grows with it", color=ORANGE)
ax.set(xlim=(-0.35, 3.35), ylim=(-1.05, 0.95))
ax.axis("off")
product = " · ".join(f"{link:.2f}" for link in links[::-1])
said = f"Going back, the slopes multiply: {product} = {behind[0]:.2f}. "
said += f"And indeed: from w = 0.50 to w = 0.51 the loss rises by {risen:.4f}."
lc.figure(fig, said)

# %% [markdown] id="one_weight-exercise"
# **Exercise 1** (3 minutes). The same with letters: multiply the three slopes.
# Write it in `x`, `y` and `z`, in quotes.

# %% id="03-one_weight" tags=["exercise"]
### BEGIN SOLUTION
slope = "(y - z) * (1 - y**2) * x"
### END SOLUTION
### BEGIN STUDENT
# slope = None  # an expression, such as "x * y**2 + z"
### END STUDENT
lc.check("03.one_weight", slope)

# %% [markdown] id="hints-one_weight"
# {{hints}}
#
# ## 2. One layer
#
# A layer has $N$ inputs $x$, $M$ outputs $y=\tanh(W x+b)$, $M\cdot N$ weights $W$ and $M$ *biases* $b$.
# Its loss is the sum over the outputs, $\tfrac12\lVert y-z\rVert^2$.
# Does the shortcut do better here?
# Count: the gradient has an entry for each weight.

# %% id="article-layer"
H, M, N = symbols("H M N", positive=True, integer=True)
W, b, x = MatrixSymbol("W", M, N), MatrixSymbol("b", M, 1), MatrixSymbol("x", N, 1)
a, z, g = (MatrixSymbol(name, M, 1) for name in "azg")
loss = half_norm_sq(each(tanh, W * x + b) - z)
lc.refute("03.article_layer", lc.grad(loss, W), each(tanh, W * x + b) - z)

# %% [markdown] id="layer-links"
# $y-z$ has too few numbers.
# What you found for one weight, by SymPy:

# %% id="one-weight-proved" tags=["hide-input"]
# One weight: the three links, multiplied.
w, x1, z1 = symbols("w x z", real=True)
loss = (tanh(w * x1) - z1) ** 2 / 2
true = (tanh(w * x1) - z1) * (1 - tanh(w * x1) ** 2) * x1
lc.prove("03.one_weight_proved", lc.grad(loss, w), true)

# %% [markdown] id="layer-by-hand"
# In a layer it holds for each unit.
# By hand: unit $i$ computes $a_i=\sum_j W_{ij}x_j+b_i$, and only $y_i$ depends on $a_i$. So
#
# $$\frac{\partial L}{\partial a_i}=(y_i-z_i)(1-y_i^2),\qquad\frac{\partial L}{\partial W_{ij}}=\frac{\partial L}{\partial a_i}\cdot x_j$$
#
# The first is the *error* $g_i$ of the unit.
# If two units say $y=(0.5,\ 0)$ and should say $z=(0.9,\ -1)$, then $g=(-0.4\cdot 0.75,\ 1\cdot 1)=(-0.3,\ 1)$.
# For all sizes, with $\odot$ for the product entry by entry and $\mathbf 1$ for a column of ones:

# %% id="error-at-a"
y = each(tanh, a)
error = hadamard(y - z, OneMatrix(M, 1) - hadamard(y, y))
lc.prove("03.error", lc.grad(half_norm_sq(y - z), a), error, torch=True)

# %% [markdown] id="layer-links-2"
# ($\tanh$ of each entry is no matrix algebra: proved for two sizes, tried at 20.)
#
# With inputs $x=(2,\ 0)$ the gradient by the weights is a multiplication table:
#
# | $g_i\,x_j$ | $x_1=2$ | $x_2=0$ |
# |---|---|---|
# | $g_1=-0.3$ | $-0.6$ | $0$ |
# | $g_2=1$ | $2$ | $0$ |
#
# An input that was zero teaches its weights nothing.
# As matrices, the table is a column times a row, $g\,x^\top$.
# (A small change of $a$ changes the loss by $g^\top$ times that change: with $g$ held fixed, the loss has the gradient of $g^\top(W x+b)$.)

# %% id="error-to-weights"
lc.prove("03.outer", lc.grad(dot(g, W * x + b), W), g * x.T, torch=True)

# %% [markdown] id="layer-rule"
# **The weight from input $j$ to unit $i$ gets the error of its unit times the value of its input.**
# (A bias is a weight whose input is always $1$: its gradient is $g$.)
#
# Programs write a *batch* of $B$ examples as rows: $X$ is $B\times N$, and $Y=\tanh(X W^\top+b)$.
# With the errors as the rows of $G$, the sum of all tables is one product, $G^\top X$.
#
# **Exercise 2** (6 minutes). Write the gradient for a batch; the outputs are there already.
# The loss is the mean of $\tfrac12\lVert y-z\rVert^2$ over the examples.


# %% id="03-layer_backward" tags=["exercise"]
def layer_backward(x, W, b, z):
    """x: [B, N], W: [M, N], b: [M], z: [B, M] -> gradient by W of the mean loss: [M, N]"""
    y = torch.tanh(x @ W.T + b)  # [B, M]
    ### BEGIN SOLUTION
    g = (y - z) * (1 - y**2)  # [B, M]
    return g.T @ x / len(x)
    ### END SOLUTION


layer_backward = lc.check("03.layer_backward", layer_backward)

# %% [markdown] id="hints-layer_backward"
# {{hints}}
#
# **A good place to stop.** What you have: error times input; $y-z$ alone has neither the sign nor the shape. Still to come: a second layer, a network that learns by your gradient, and words side by side.
#
# ## 3. Two layers
#
# First one number each: $a=w_1 x$, $h=\tanh a$, and on top $y=w_2 h$, without a bend.
# From $w_1$ to the loss there are four links:
#
# $$\frac{\partial L}{\partial w_1}=\frac{\partial L}{\partial y}\cdot\frac{\partial y}{\partial h}\cdot\frac{\partial h}{\partial a}\cdot\frac{\partial a}{\partial w_1}$$
#
# **Exercise 3** (4 minutes). Work them out until none of the four names is left.
# Each line is held against the one before; write at least one between the first and the last.

# %% id="03-lower_weight" tags=["exercise"]
### BEGIN SOLUTION
chain = """
dL_dy * dy_dh * dh_da * da_dw1
= (y - z) * dy_dh * dh_da * da_dw1
= (y - z) * w2 * dh_da * da_dw1
= (y - z) * w2 * (1 - h**2) * x
"""
### END SOLUTION
### BEGIN STUDENT
# chain = """
# dL_dy * dy_dh * dh_da * da_dw1
# = ...
# """
### END STUDENT
lc.check("03.lower_weight", chain)

# %% [markdown] id="hints-lower_weight"
# {{hints}}
#
# Now $H$ *hidden* numbers, $h=\tanh(W_1 x)$, and $y=W_2 h$: each $h_j$ reaches all outputs.
# What is its error, $\partial L/\partial h_j$?

# %% id="two-layers-numbers" tags=["hide-input"]
# Four weights, with numbers on both ends.
upper, hidden, errors = [[1, 2], [-2, 1]], [0.5, 0.8], [0.5, 1.0]


def added(weights, numbers):
    """1 · 0.5 − 2 · 1, and what it comes to"""
    parts = [f"{abs(w)} · {n:g}" for w, n in zip(weights, numbers, strict=True)]
    text = ("−" if weights[0] < 0 else "") + (" − " if weights[1] < 0 else " + ").join(parts)
    return text, sum(w * n for w, n in zip(weights, numbers, strict=True))


up = [added(row, hidden) for row in upper]
down = [added(column, errors) for column in zip(*upper, strict=True)]

# %% id="two-layers-figure" tags=["hide-input"]
# The figure: up and down the same weights.
fig, axes = lc.subplots(1, 2, height=3.1)
for ax, colour, title in zip(axes, (BLUE, ORANGE), ("up: values", "down: errors"), strict=True):
    for i, j in ((0, 0), (0, 1), (1, 0), (1, 1)):
        ends = ((j, 0.2), (i, 0.8))
        arrow(ax, *(ends if ax is axes[0] else ends[::-1]), colour)
        box = {"facecolor": "white", "edgecolor": "none", "pad": 1}
        ax.text(j + 0.27 * (i - j), 0.36, f"{upper[i][j]}", ha="center", va="center", bbox=box)
    ax.set_title(title, color=colour)
    ax.axis((-0.45, 1.45, -0.25, 1.1))
    ax.set_axis_off()
for i in (0, 1):
    value = f"{up[i][0]}\n$= y_{i + 1} = {up[i][1]:.1f}$"
    error = f"error at $h_{i + 1}$:\n{down[i][0]}\n$= {down[i][1]:.1f}$"
    axes[0].text(i, 0.87, value, ha="center", color=BLUE)
    axes[0].text(i, 0.06, f"$h_{i + 1} = {hidden[i]:g}$", ha="center")
    axes[1].text(i, 0.87, f"error at $y_{i + 1}$: {errors[i]:g}", ha="center")
    axes[1].text(i, 0.12, error, ha="center", va="top", color=ORANGE)
said = f"The same weights carry values up and errors down: {down[0][1]:.1f} and {down[1][1]:.1f}. "
lc.figure(fig, said + "An output adds along a row of the matrix, a hidden number along a column.")

# %% [markdown] id="error-back-before"
# By hand: let $h_1$ grow by $0.01$.
# The outputs move by $0.01$ and $-0.02$, the loss by $0.5\cdot 0.01+1\cdot(-0.02)=-0.015$: the error at $h_1$ is $-1.5$.
# In letters it is $\sum_i W_{ij}\,g_i$, and a column of $W$ is a row of $W^\top$:

# %% id="error-to-inputs"
lc.prove("03.error_back", lc.grad(dot(g, W * x + b), x), W.T * g, torch=True)

# %% [markdown] id="backwards"
# That is back-propagation: **each layer turns its error $g$ into its own gradient, $g\,x^\top$, and hands $W^\top g$ down, where the slope of the bend makes it the error of the layer below.**
#
# In the picture the slopes $1-h^2$ are $(0.75,\ 0.36)$: the errors $(-1.5,\ 2)$ become $(-1.125,\ 0.72)$ at $a=W_1 x$.
# For all sizes:

# %% id="two-layers-lower"
W2, a1 = MatrixSymbol("W_2", M, H), MatrixSymbol("a", H, 1)
h = each(tanh, a1)
tanh_slope = OneMatrix(H, 1) - hadamard(h, h)
error_below = hadamard(W2.T * (W2 * h - z), tanh_slope)
lc.prove("03.error_below", lc.grad(half_norm_sq(W2 * h - z), a1), error_below, torch=True)

# %% [markdown] id="two-layers-seen"
# From this $g$ the lower weights have their table, $g\,x^\top$.
# (With errors as the rows of $G$, the product $W_2^\top g$ is $G W_2$.)
#
# **Exercise 4** (6 minutes). Write the gradient of the lower weights, for a batch again.


# %% id="03-two_layer_grads" tags=["exercise"]
def two_layer_grads(x, W1, W2, z):
    """x: [B, N], W1: [H, N], W2: [M, H], z: [B, M] -> gradient by W1 alone: [H, N]"""
    h = torch.tanh(x @ W1.T)  # [B, H]
    y = h @ W2.T  # [B, M]
    ### BEGIN SOLUTION
    g = ((y - z) @ W2) * (1 - h**2)  # [B, H]
    return g.T @ x / len(x)
    ### END SOLUTION


two_layer_grads = lc.check("03.two_layer_grads", two_layer_grads)

# %% [markdown] id="hints-two_layer_grads"
# {{hints}}
#
# Two weights make a landscape: let $y=w_2\tanh w_1$ (so $x=1$) and $z=\tfrac12$.
# The loss is zero along the two white curves.
# From which corner does the gradient arrive, and the shortcut, $y-z$ for both weights, does not?

# %% id="two-weights" tags=["hide-input"]
# The walks.
axis = torch.linspace(-2.7, 2.7, 81)
grid = torch.stack(torch.meshgrid(axis, axis, indexing="ij"))  # [2, 81, 81]


def error_at(w1, w2, z=0.5):
    return w2 * torch.tanh(w1) - z


def walk(start, is_gradient, steps, lr=0.2):
    """The places on the way from `start`: [2, steps + 1]"""
    path = [torch.tensor(start)]
    for _ in range(steps):
        (w1, w2), error = path[-1], error_at(*path[-1])
        links = torch.stack([w2 * (1 - w1.tanh() ** 2), w1.tanh()])  # from each weight to y
        path.append(path[-1] - lr * error * (links if is_gradient else 1.0))
    return torch.stack(path).T


# %% id="play" tags=["hide-input"]
# The sliders.
def draw(ax, w1, w2, steps):
    ax.contourf(axis, axis, error_at(*grid).abs().T, levels=12, cmap="Greys")
    for is_gradient, colour, label in ((False, ORANGE, "shortcut"), (True, BLUE, "gradient")):
        path = walk([w1, w2], is_gradient, steps)
        ax.plot(*path, ".-", color=colour, label=label)
        ax.plot(*path[:, -1], "o", color=colour)
    ax.set(xlim=(-2.7, 2.7), ylim=(-2.7, 2.7), xlabel="$w_1$", ylabel="$w_2$", aspect="equal")
    ax.legend(loc="upper left", bbox_to_anchor=(1, 1))


lc.play(draw, w1=(-1.0, 1.0, 1.0), w2=(-1.0, 1.0, 1.0), steps=(1, 40, 40))

# %% id="play-settings" tags=["hide-input"]
# The figure: three starts.
fig, axes = lc.subplots(1, 3, height=2.6)
starts, ends = ((1.0, -1.0), (-1.0, 1.0), (-1.0, -1.0)), []
for ax, start in zip(axes, starts, strict=True):
    draw(ax, *start, steps=40)
    ends.append(error_at(*walk(start, False, 40)[:, -1]).abs().item())
    ax.set_title(f"start ({start[0]:g}, {start[1]:g})")
    ax.label_outer()
    if ax is not axes[-1]:
        ax.get_legend().remove()
lc.figure(
    fig,
    "From (1, -1) and from (-1, 1) both arrive; from (-1, -1) the shortcut runs away. "
    f"After 40 steps its output is off by {ends[0]:.2f}, {ends[1]:.2f} and {ends[2]:.0f}.",
)

# %% [markdown] id="learning-before"
# Where both weights are negative, a larger weight makes a smaller $y$: the shortcut has the wrong sign for both.
#
# ## 4. It learns
#
# The documentation of PyTorch and SymPy lies on your machine, in their source files.
# From which of them does a paragraph come?
# The input has a 1 for each of the 300 most frequent words that the paragraph has, the target a 1 for its library.
#
# We use your gradient for the lower weights, and $g\,h^\top$ for the upper ones.
# At every step PyTorch differentiates the mean loss by itself.

# %% id="paragraphs" tags=["hide-input"]
# Two of the paragraphs; all become numbers.
prose = text.paragraphs()
learn, test = text.split(prose, 0.75)  # no file is in both
number = text.vocabulary(learn, 300)


def as_tensors(paragraphs):
    """Which words are there: [B, 300]; which library, (1, 0) or (0, 1): [B, 2]"""
    x = torch.zeros(len(paragraphs), 300, dtype=torch.float64)
    for row, paragraph in zip(x, paragraphs, strict=True):
        row[[number[word] for word in paragraph.words if word in number]] = 1.0
    is_torch = torch.tensor([p.source_file.startswith("torch") for p in paragraphs])
    return x, torch.stack([is_torch, ~is_torch], dim=1).double()


(x_learn, z_learn), (x_test, z_test) = as_tensors(learn), as_tensors(test)
for paragraph in (learn[0], learn[-1]):
    print(f"{paragraph.source_file.split('/')[0] + ':':<7}", *paragraph.words[:9], "...")


# %% id="mean-loss"
def output(W1, W2, x):
    return torch.tanh(x @ W1.T) @ W2.T


def mean_loss(W1, W2, x, z):
    return (output(W1, W2, x) - z).square().sum(dim=1).mean() / 2


def upper_grads(x, W1, W2, z):
    h = torch.tanh(x @ W1.T)
    return (h @ W2.T - z).T @ h / len(x)


# %% id="learning"
rng = lc.rng("library")
W1 = torch.randn(16, 300, generator=rng, dtype=torch.float64) / 300**0.5
W2 = torch.randn(2, 16, generator=rng, dtype=torch.float64) / 16**0.5
by_torch = torch.func.grad(mean_loss, argnums=(0, 1))
wrong, largest, known, new = 0, 0.0, [], []
for _ in range(150):
    ours = [grads(x_learn, W1, W2, z_learn) for grads in (two_layer_grads, upper_grads)]
    theirs = by_torch(W1, W2, x_learn, z_learn)
    wrong += sum(((p - q).abs() > 1e-12).sum() for p, q in zip(ours, theirs, strict=True))
    largest = max(largest, *(q.abs().max() for q in theirs))
    W1, W2 = W1 - 0.2 * ours[0], W2 - 0.2 * ours[1]
    known.append(output(W1, W2, x_learn))
    new.append(output(W1, W2, x_test))

# %% id="learning-claim" tags=["hide-input"]
# Both gradients, compared.
sentence = (
    "150 steps: {value:.0f} entries of our gradients differ from PyTorch's by more than 1e-12; "
)
sentence += f"the largest entry is {largest:.2f}."
lc.claim("03.by_hand", sentence, wrong, between=(0, 0))


# %% id="learning-figure" tags=["hide-input"]
# The figure: right answers, step by step.
def shares(answers, z):
    return [(y.argmax(dim=1) == z.argmax(dim=1)).double().mean().item() for y in answers]


fig, ax = lc.subplots()
ax.plot(range(1, 151), shares(known, z_learn), color=GREY, label="files it learns from")
ax.plot(range(1, 151), shares(new, z_test), color=BLUE, label="new files")
common = z_test.mean(dim=0).max().item()  # the share of the library with more paragraphs
ax.plot([1, 150], [common, common], "--", color=ORANGE, label="always the same answer")
ax.set(xlabel="step", ylabel="share of right answers", ylim=(0, 1.02))
label_lines(ax)
sentence = "In files that it has never seen the network names the library {value:.2f} of the time."
claim = lc.claim("03.new_files", sentence, shares(new, z_test)[-1], between=(0.79, 0.91))
lc.figure(fig, claim)

# %% [markdown] id="right-line"
# ## 5. Scores and probabilities
#
# The layer that predicts a word has a simpler error: no slope stays in it.
# Its scores $s$, the *logits*, become probabilities by softmax (lesson 02), $p_i=e^{s_i}/\sum_j e^{s_j}$; $t$ has a 1 at the right answer $r$ and 0 elsewhere.
# The loss is the *cross-entropy*, $-\ln p_r$.
# By hand:
#
# $$L=\ln\textstyle\sum_j e^{s_j}-s_r,\qquad\frac{\partial L}{\partial s_i}=\frac{e^{s_i}}{\sum_j e^{s_j}}-t_i=p_i-t_i$$
#
# Scores $(0,\ 0,\ \ln 2)$ have probabilities $(\tfrac14,\tfrac14,\tfrac12)$; if the first answer is right, the slopes are $(-\tfrac34,\tfrac14,\tfrac12)$.
# For any number of scores:

# %% id="softmax"
C = symbols("C", positive=True, integer=True)
s, t = MatrixSymbol("s", C, 1), MatrixSymbol("t", C, 1)
total = dot(OneMatrix(C, 1), each(exp, s))
p = 1 / total * each(exp, s)
lc.prove("03.softmax", lc.grad(log(total) - dot(t, s), s), p - t, torch=True)

# %% [markdown] id="softmax-seen"
# The error at the logits is $p-t$: **what the network said minus what is true.**
#
# ## 6. Many words, one layer
#
# A paragraph is many words, a layer has one column of inputs: simplest is to put the words side by side.
# We take the first 8 words of each paragraph, each a fixed random vector of 64 numbers, and one empty place, all zeros, at the end.
# The network learns the same task until it knows its own paragraphs by heart.
#
# Then they come once more, one place later: the empty place stands in front.
# (Always naming the same library is right a little more than half the time.)

# %% id="03-shift" tags=["exercise"]
### BEGIN SOLUTION
answer = 0.6  # a share between 0 and 1
### END SOLUTION
lc.predict("03.shift", answer=answer)


# %% id="three-readers"
# The layer of your guess, and two to compare it with.
def side_by_side(W, x):
    """W: [32, 9 * 64], x: [B, 9, 64] -> [B, 32]; one long column"""
    return torch.tanh(x.flatten(1) @ W.T)


def mean(W, x):
    """W: [32, 64], x: [B, 9, 64] -> [B, 32]; the layer reads the mean of the words"""
    return torch.tanh(x.mean(dim=1) @ W.T)


def shared(W, x):
    """W: [32, 64], x: [B, 9, 64] -> [B, 32]; one layer for every word, then the largest"""
    return torch.tanh(x @ W.T).amax(dim=1)


# %% id="train-readers" tags=["hide-input"]
# Trains a reader and a layer above it.
def trained(read, n, x, target, rng, steps=300):
    """A reader of n numbers and a layer above it, trained; returns the answers' function"""
    W = (torch.randn(32, n, generator=rng) / n**0.5).requires_grad_()
    top = (torch.randn(2, 32, generator=rng) / 32**0.5).requires_grad_()
    optimizer = torch.optim.Adam([W, top], lr=0.003)
    for _ in range(steps):
        batch = torch.randint(len(x), (128,), generator=rng)
        loss = cross_entropy(read(W, x[batch]) @ top.T, target[batch])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return lambda x: (read(W, x) @ top.T).argmax(dim=1)


# %% id="shift-measured" tags=["hide-input"]
# A paragraph, in place and one place later.
rank, rng = text.vocabulary(learn, 1_000), lc.rng("shift")
vectors = torch.randn(1_001, 64, generator=rng)  # the last one for all rarer words


def first_words(paragraphs):
    """The vectors of the first 8 words of each: [B, 8, 64]"""
    return vectors[[[rank.get(word, 1_000) for word in p.words[:8]] for p in paragraphs]]


own_words, new_words = first_words(learn), first_words(test)
own_library, new_library = z_learn.argmax(dim=1), z_test.argmax(dim=1)
in_place, later = (pad(own_words, zeros) for zeros in ((0, 0, 0, 1), (0, 0, 1, 0)))
in_place_new = pad(new_words, (0, 0, 0, 1))  # [B, 9, 64]

print("in place:", *learn[0].words[:8], "-")
print("later:    -", *learn[0].words[:8])

# %% id="shift-found" tags=["after-prediction"]
rng = lc.rng("three readers")
sets = (in_place, own_library), (later, own_library), (in_place_new, new_library)
found = []
for read, n in ((side_by_side, 9 * 64), (mean, 64), (shared, 64)):
    answers = trained(read, n, in_place, own_library, rng)
    found.append([(answers(x) == library).float().mean().item() for x, library in sets])
sentence = "Words side by side, own paragraphs in place: {value:.2f} right."
claim = lc.claim("03.by_heart", sentence, found[0][0], between=(0.98, 1.0))
lc.reveal("03.shift", claim, was=found[0][1])

# %% id="shift-figure" tags=["after-prediction"]
fig, ax = lc.subplots()
labels = {"own, in place": GREY, "own, one place later": BLUE, "new, in place": ORANGE}
for i, (label, colour) in enumerate(labels.items()):
    ax.bar(torch.arange(3) + 0.27 * (i - 1), [x[i] for x in found], 0.25, color=colour, label=label)
ax.axhline(z_learn.mean(dim=0).max(), color="black", ls=":", label="always the same answer")
ax.set(ylim=(0, 1.05), ylabel="share of right answers")
ax.set_xticks(range(3), ["words side by side", "mean of the words", "one layer for all words"])
ax.legend(loc="lower left", bbox_to_anchor=(0, 1), ncols=2)
sentence = "Side by side, {value:.2f} of its own texts are named right one place later, "
sentence += f"and {found[0][2]:.2f} of new ones."
claim = lc.claim("03.moved", sentence, found[0][1], between=(0.5, 0.75))
said = """One place later, a text that it knew by heart is hardly better known than a new one.
The two other readers do not see the place at all: for them nothing can change."""
lc.reveal("03.shift", lc.figure(fig, claim), said)

# %% [markdown] id="places" tags=["after-prediction"]
# Cut $W$ where two words meet, $W=(P_1\;P_2)$: the layer computes $P_1 x_1+P_2 x_2$.
# By section 2 the table for $P_2$ is the error times $x_2$: what $P_1$ has learned about a word does not reach it.
# More training mends that, with every paragraph in both places:

# %% id="both-places" tags=["after-prediction"]
texts, libraries = torch.cat([in_place, later]), torch.cat([own_library, own_library])
answers = trained(side_by_side, 9 * 64, texts, libraries, lc.rng("both"), steps=600)
both = (answers(texts) == libraries).float().mean()
sentence = "Trained in both places, it knows {value:.2f} of them in both."
lc.reveal("03.shift", lc.claim("03.both_places", sentence, both, between=(0.97, 1.0)))

# %% [markdown] id="not-a-memory"
# ### And the width?
#
# What no training mends is the width: $T$ words of $N$ numbers need $T\cdot N$ columns, and the word after the last has no place at all.
# **A network that reads its words side by side has a window, not a memory.**
#
# ## Exit questions

# %% id="03-exit_direction" tags=["exercise"]
### BEGIN SOLUTION
answer = "a"
### END SOLUTION
lc.quiz("03.exit_direction", answer=answer)

# %% id="03-exit_concat" tags=["exercise"]
### BEGIN SOLUTION
answer = "b"
### END SOLUTION
lc.quiz("03.exit_concat", answer=answer)

# %% [markdown] id="take-away"
# ## Take away
#
# - The gradient of a weight is the error of its unit times the value of its input, $g\,x^\top$.
# - An error goes down through $W^\top$, then through the slope of the bend.
# - With softmax and cross-entropy the error at the logits is $p-t$.
# - Words side by side meet other weights at each place.
# - A layer has as many places as its $W$ has columns for: a window, not a memory.

# %% [markdown] id="more-time"
# ## If you have more time
#
# - One more question (1 minute) and three exercises (8 minutes): a network that learns to be wrong, the order of a training step, a count of parameters.
# - What each place learns, for all sizes (1 minute).
# - What one step does to the answer (3 minutes).
# - Where learning stops (5 minutes).

# %% id="03-exit_chain" tags=["exercise"]
### BEGIN SOLUTION
answer = "d"
### END SOLUTION
lc.quiz("03.exit_chain", answer=answer)

# %% [markdown] id="logits_gradient-exercise"
# **Exercise 5** (3 minutes). This should be the gradient of the mean cross-entropy, and trains a network to be wrong. Mend it.


# %% id="03-logits_gradient" tags=["exercise"]
def logits_gradient(logits, target):
    """logits: [B, C], target: whole numbers [B] -> gradient by the logits: [B, C]"""
    ### BEGIN SOLUTION
    onehot = torch.nn.functional.one_hot(target, logits.shape[1])  # [B, C]
    return (logits.softmax(dim=1) - onehot) / len(logits)
    ### END SOLUTION
    ### BEGIN STUDENT
    # onehot = torch.nn.functional.one_hot(target, logits.shape[1])  # [B, C]
    # return (onehot - logits.softmax(dim=1)) / len(logits)
    ### END STUDENT


logits_gradient = lc.check("03.logits_gradient", logits_gradient)

# %% [markdown] id="hints-logits_gradient"
# {{hints}}
#
# **Exercise 6** (2 minutes). One step of training, in PyTorch's words. In which order?
# It should be right even if there are old gradients when it begins.
#
# ```
# a  loss.backward()
# b  optimizer.step()
# c  y = net(x)
# d  optimizer.zero_grad()
# e  loss = (y - z).square().sum(dim=1).mean() / 2
# ```

# %% id="03-train_step" tags=["exercise"]
### BEGIN SOLUTION
order = "c e d a b"
### END SOLUTION
### BEGIN STUDENT
# order = None  # letters, such as "a b c d e"
### END STUDENT
lc.check("03.train_step", order)

# %% [markdown] id="hints-train_step"
# {{hints}}
#
# **Exercise 7** (3 minutes). A layer of 256 units with biases reads 100 words side by side, 64 numbers each.
# Exactly how many parameters has it?

# %% id="03-n_parameters" tags=["exercise"]
### BEGIN SOLUTION
n_parameters = 100 * 64 * 256 + 256
### END SOLUTION
### BEGIN STUDENT
# n_parameters = None  # a whole number
### END STUDENT
lc.check("03.n_parameters", n_parameters)

# %% [markdown] id="hints-n_parameters"
# {{hints}}
#
# A layer that all words share has 100 times fewer weights here, and no more for a longer text.
#
# ### What each place learns, for all sizes
#
# The two places of section 6, with an error $g$ that is given:

# %% id="place-gradient"
P1, P2 = MatrixSymbol("P_1", M, N), MatrixSymbol("P_2", M, N)
x1, x2 = MatrixSymbol("x_1", N, 1), MatrixSymbol("x_2", N, 1)
lc.prove("03.place_gradient", lc.grad(dot(g, P1 * x1 + P2 * x2), P2), g * x2.T, torch=True)

# %% [markdown] id="steps-compared-before"
# ### What one step does to the answer
#
# A linear layer answers $W x$ with the error $e = W x - z$, and takes one step, $W - \eta\, e\, x^\top$.
# What does it answer now?
# By hand: $(W - \eta\, e\, x^\top)\, x = W x - \eta\, e\, (x^\top x)$, since $x^\top x$ is a number.

# %% id="steps-compared"
eta, e = symbols("eta", positive=True), MatrixSymbol("e", M, 1)
lc.prove("03.true_step", (W - eta * e * x.T) * x, W * x - eta * dot(x, x) * e)

# %% [markdown] id="steps-compared-seen"
# The answer moves straight against the error, since $x^\top x$ is positive.
# With $x = (2,\ 0)$ and $\eta = \tfrac14$ it moves by exactly $-e$: one step, and the answer to this $x$ is $z$.
# Lesson 11 makes a memory of this step.
#
# ### Where learning stops
#
# At the minimum the gradient is zero; without a bend this is a linear equation.
# Let the columns of $X$ be $B$ examples and the columns of $Z$ what we want for them:

# %% id="linear-gradient"
B = symbols("B", positive=True, integer=True)
X, Z, V = MatrixSymbol("X", N, B), MatrixSymbol("Z", M, B), MatrixSymbol("V", M, N)
lc.prove("03.linear", lc.grad(half_norm_sq(W * X - Z), W), (W * X - Z) * X.T, torch=True)

# %% [markdown] id="normal-equation"
# It is zero where $W X X^\top = Z X^\top$, the *normal equation*: for each output and input, error times input adds up to zero over the examples.
# (There is always such a $W$, a least-squares solution.)
# With one weight and the examples $x = 1, 2$ and $z = 1, 3$ it says $5 w = 7$: at $w = 1.4$ the errors are $0.4$ and $-0.2$, and $0.4 \cdot 1 - 0.2 \cdot 2 = 0$.
#
# Is this a minimum, or only a flat place? Compare any $W$ with some $V$:

# %% id="minimum"
with_V = half_norm_sq(V * X - Z) + half_norm_sq((W - V) * X) + dot((V * X - Z) * X.T, W - V)
lc.prove("03.minimum", half_norm_sq(W * X - Z), with_V)

# %% [markdown] id="minimum-seen"
# If $V$ solves the normal equation, the inner product is zero and $\tfrac12 \lVert (W - V) X \rVert^2$ cannot be negative: no $W$ does better than $V$.

# %% [markdown] id="sources"
# ## Sources
#
# - The shortcut: an introduction to ultra-long context in language models, an article in Chinese, section 4.2, item 2; it has $\partial L/\partial W = y - z$ for the weights of a layer.
# - Rumelhart, Hinton and Williams, Learning representations by back-propagating errors, Nature, 1986.
# - Bengio, Ducharme, Vincent and Jauvin, A neural probabilistic language model, Journal of Machine Learning Research, 2003: a network that reads word vectors side by side.
# - Waibel, Hanazawa, Hinton, Shikano and Lang, Phoneme recognition using time-delay neural networks, IEEE Transactions on Acoustics, Speech, and Signal Processing, 1989: one layer shared by all places, which reads a few neighbours at a time.

# %% id="report"
lc.report()
