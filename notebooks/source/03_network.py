# %% [markdown] id="promise"
# # 03 · The network
#
# **Which way should each weight move?**
#
# A network is a chain of matrix products, most of them followed by a bend such as $\tanh$, its *activation function*.
# Each weight has a number that says how the loss changes when this weight grows a little: its entry in the *gradient*.
# A small step against it makes the loss smaller.
# *Back-propagation* finds all these numbers in one walk through the chain, from its end to its beginning.
#
# After this lesson you can write the gradients of two layers by hand and check that no entry is further than $10^{-12}$ from PyTorch's, name the layer at which an error is simply what was said minus what is true, and say why a network that reads its words side by side has a window and no memory.
#
# You need the chain rule, products of matrices, word vectors (lesson 02), some PyTorch.
# The core path takes about 95 minutes.

# %% id="start"
import torch
from sympy import OneMatrix, exp, log, symbols, tanh
from torch.nn.functional import cross_entropy, pad

import lcutils as lc
from lcutils import text
from lcutils.proof import MatrixSymbol, dot, each, hadamard, half_norm_sq

lc.start("03")

# %% [markdown] id="recall"
# ## Before you begin
#
# One question about lesson 02.
# If you have not done it, guess.

# %% id="03-recall_embedding" tags=["exercise"]
### BEGIN SOLUTION
answer = "c"
### END SOLUTION
lc.quiz("03.recall_embedding", answer=answer)

# %% [markdown] id="one-weight"
# ## 1. One weight
#
# The smallest network has one weight $w$, one input $x$ and one output $y = w x$.
# We want the output $z$, and say how far off we are by the *loss* $L = \tfrac12 (y - z)^2$.
# Take $w = 1$, $x = -2$, $z = 2$: then $y = -2$ and $L = 8$.
#
# The article that this workbook grew from says that $\partial L / \partial w$ is $y - z$, which is $-4$ here.
# Take a step against it, of size $0.1$: the weight becomes $1 - 0.1 \cdot (-4) = 1.4$.

# %% id="03-article_step" tags=["exercise"]
### BEGIN SOLUTION
answer = "higher"
### END SOLUTION
lc.predict("03.article_step", answer=answer)


# %% id="article-step-shown" tags=["after-prediction"]
def loss_at(w, x=-2.0, z=2.0):
    return 0.5 * (w * x - z) ** 2


lc.reveal(
    "03.article_step",
    "```\n"
    f"at the start           w = 1.0   L = {loss_at(1.0):5.2f}\n"
    f"a step against y - z   w = 1.4   L = {loss_at(1.4):5.2f}\n"
    f"a step the other way   w = 0.6   L = {loss_at(0.6):5.2f}\n"
    "```",
    "$y - z$ says how the loss changes with the *output*. The weight reaches the output "
    "through $x$, and this $x$ is negative: a larger weight makes a smaller output.",
    was="higher" if loss_at(1.4) > loss_at(1.0) else "lower",
)

# %% [markdown] id="three-links"
# ### With a bend
#
# Most layers also bend what they have computed: $a = w x$, then $y = \tanh a$.
# Now there are three links, and the chain rule multiplies them:
#
# $$\frac{\partial L}{\partial w} = \frac{\partial L}{\partial y} \cdot \frac{\partial y}{\partial a} \cdot \frac{\partial a}{\partial w}$$
#
# The link in the middle costs nothing: the derivative of $\tanh a$ is $1 - \tanh^2 a = 1 - y^2$, and $y$ is known from the way forward.
#
# **Exercise 1** (4 minutes). Multiply the three links; write the result in `x`, `y` and `z`, with `**` for powers.

# %% id="03-one_weight" tags=["exercise"]
a, w, x, y, z = symbols("a w x y z", real=True)
### BEGIN SOLUTION
slope = (y - z) * (1 - y**2) * x
### END SOLUTION
### BEGIN STUDENT
# slope = None  # an expression such as x * y**2 + z
### END STUDENT
lc.check("03.one_weight", slope)

# %% [markdown] id="hints-one_weight"
# {{hints}}
#
# SymPy finds the same, with $\tanh(w x)$ for $y$ (it sorts what it prints).
# And the article's line is false even for a positive input:

# %% id="one-weight-proved" tags=["hide-input"]
# The three links, multiplied.
loss = (tanh(w * x) - z) ** 2 / 2
lc.prove("03.one_weight_proved", lc.grad(loss, w), (tanh(w * x) - z) * (1 - tanh(w * x) ** 2) * x)

# %% id="article-one-weight"
loss = (tanh(w * x) - z) ** 2 / 2
lc.refute("03.article_one_weight", lc.grad(loss, w), tanh(w * x) - z)

# %% [markdown] id="layer"
# ## 2. One layer
#
# A layer has $N$ inputs $x$, $M$ outputs $y = \tanh(W x + b)$, $M \cdot N$ weights $W$ and $M$ *biases* $b$.
# Its loss is the sum over the outputs, $\tfrac12 \lVert y - z \rVert^2$.
# The article has the same line for it, $\partial L / \partial W = y - z$.
# Count: the gradient must have an entry for each weight, and $y - z$ has only $M$.

# %% id="article-layer"
H, M, N = symbols("H M N", positive=True, integer=True)
W, b, x = MatrixSymbol("W", M, N), MatrixSymbol("b", M, 1), MatrixSymbol("x", N, 1)
a, z, g = (MatrixSymbol(name, M, 1) for name in "azg")
loss = half_norm_sq(each(tanh, W * x + b) - z)
lc.refute("03.article_layer", lc.grad(loss, W), each(tanh, W * x + b) - z)

# %% [markdown] id="layer-links"
# (From here on we read the line as it must be meant: $y - z$ for every weight of a row.)
#
# The true gradient has the same links as before, now for columns.
# First from the loss to $a$, the layer's value before the bend; $\odot$ multiplies entry by entry, and $\mathbf 1$ is a column of ones:

# %% id="error-at-a"
y = each(tanh, a)
tanh_slope = OneMatrix(M, 1) - hadamard(y, y)
lc.prove("03.error", lc.grad(half_norm_sq(y - z), a), hadamard(y - z, tanh_slope), torch=True)

# %% [markdown] id="layer-links-2"
# (What is not matrix algebra alone, like $\tanh$ of each entry, is proved entry by entry for two sizes, and tried at 20 more.)
#
# Call this column $g$, the *error* of the layer.
# Now from $a = W x + b$ to the weights: to first order, a small change of $a$ changes the loss by $g^\top$ times that change.
# So for a fixed $g$ we need the gradient of $g^\top (W x + b)$:

# %% id="error-to-weights"
lc.prove("03.outer", lc.grad(dot(g, W * x + b), W), g * x.T, torch=True)

# %% [markdown] id="layer-rule"
# So $\partial L / \partial W = g\, x^\top$: the weight from input $j$ to unit $i$ gets the error of its unit times the value of its input.
# An input that was zero teaches its weights nothing.
# (A bias is a weight whose input is always $1$, so $\partial L / \partial b = g$. The article has $y - z$ for the biases as well: right for a layer without a bend.)
#
# Programs compute a *batch* of $B$ examples at once and write them as rows: $X$ is $B \times N$, and the outputs are $Y = \tanh(X W^\top + b)$, a row for each.
# With the errors as the rows of $G$, the sum of all $g\,x^\top$ is the one product $G^\top X$.
#
# **Exercise 2** (9 minutes). Write the gradient for a batch. The loss is the mean of $\tfrac12 \lVert y - z \rVert^2$ over its examples.


# %% id="03-layer_backward" tags=["exercise"]
def layer_backward(x, W, b, z):
    """x: [B, N], W: [M, N], b: [M], z: [B, M] -> gradient by W of the mean loss: [M, N]"""
    ### BEGIN SOLUTION
    y = torch.tanh(x @ W.T + b)  # [B, M]
    g = (y - z) * (1 - y**2)  # [B, M]
    return g.T @ x / len(x)
    ### END SOLUTION


layer_backward = lc.check("03.layer_backward", layer_backward)

# %% [markdown] id="hints-layer_backward"
# {{hints}}
#
# ## 3. Two layers
#
# Put a second layer on top: $h = \tanh(W_1 x)$, $H$ *hidden* numbers, then $y = W_2 h$, without a bend; biases are left out.
# For the upper layer nothing is new: its inputs are $h$.
# The lower layer must know the error at $h$, and gets it from above by one more link:

# %% id="error-to-inputs"
lc.prove("03.error_back", lc.grad(dot(g, W * x + b), x), W.T * g, torch=True)

# %% [markdown] id="backwards"
# The signal went up through $W$; the error comes down through $W^\top$.
# That is back-propagation: **each layer turns its error $g$ into its own gradient, $g\,x^\top$, and hands $W^\top g$ down, where the slope of the bend makes it the error of the layer below.**
# Here are both gradients of our two layers:

# %% id="two-layers"
W1, W2 = MatrixSymbol("W_1", H, N), MatrixSymbol("W_2", M, H)
h = each(tanh, W1 * x)
loss = half_norm_sq(W2 * h - z)
lc.prove("03.upper_weights", lc.grad(loss, W2), (W2 * h - z) * h.T, torch=True)

# %% [markdown] id="two-layers-lower-before"
# On top there is no bend: the error is $W_2 h - z$.
# To keep the next equation on one line, look at the loss as a function of $a = W_1 x$:

# %% id="two-layers-lower"
a = MatrixSymbol("a", H, 1)
h = each(tanh, a)
tanh_slope = OneMatrix(H, 1) - hadamard(h, h)
error_below = hadamard(W2.T * (W2 * h - z), tanh_slope)
lc.prove("03.error_below", lc.grad(half_norm_sq(W2 * h - z), a), error_below, torch=True)

# %% [markdown] id="two-layers-seen"
# This is the $g$ of the lower layer, and $\partial L / \partial W_1 = g\, x^\top$ as before.
# (With errors as the rows of $G$, the product $W_2^\top g$ is $G W_2$.)
#
# **Exercise 3** (10 minutes). Write the gradient of the lower weights alone, for a batch again.


# %% id="03-two_layer_grads" tags=["exercise"]
def two_layer_grads(x, W1, W2, z):
    """x: [B, N], W1: [H, N], W2: [M, H], z: [B, M] -> gradient by W1 alone: [H, N]"""
    ### BEGIN SOLUTION
    h = torch.tanh(x @ W1.T)  # [B, H]
    error = h @ W2.T - z  # [B, M]
    g = (error @ W2) * (1 - h**2)  # [B, H]
    return g.T @ x / len(x)
    ### END SOLUTION


two_layer_grads = lc.check("03.two_layer_grads", two_layer_grads)

# %% [markdown] id="hints-two_layer_grads"
# {{hints}}
#
# Two weights make a landscape that can be drawn.
# Let $y = w_2 \tanh w_1$ (so $x = 1$) and $z = \tfrac12$.
# The loss is zero along the two white curves.
# Follow 40 steps against the gradient, and 40 against the article's $y - z$ for both weights.
# From which corner does only the gradient arrive?


# %% id="two-weights"
def two_weights(w, z=0.5):
    """Loss of y = w_2 tanh(w_1), its gradient, and y - z for both weights; w: [..., 2]"""
    h = torch.tanh(w[..., 0])
    error = w[..., 1] * h - z
    gradient = error[..., None] * torch.stack([w[..., 1] * (1 - h**2), h], dim=-1)
    return error**2 / 2, gradient, error[..., None].expand_as(gradient)


def walk(start, rule, steps, lr=0.2):
    """The places on the way from `start`; rule: 1 for the gradient, 2 for the article's"""
    path = [torch.tensor(start)]
    for _ in range(steps):
        path.append(path[-1] - lr * two_weights(path[-1])[rule])
    return torch.stack(path).T  # [2, steps + 1]


# %% id="play" tags=["hide-input"]
# The sliders.
from lcutils.show import BLUE, GREY, ORANGE, label_lines

axis = torch.linspace(-2.5, 2.5, 81)
grid = torch.stack(torch.meshgrid(axis, axis, indexing="ij"), dim=-1)  # [81, 81, 2]


def draw(ax, w1, w2, steps):
    ax.contourf(axis, axis, two_weights(grid)[0].T.sqrt(), levels=12, cmap="Greys")
    for rule, colour, label in ((2, ORANGE, "article's"), (1, BLUE, "gradient")):
        path = walk([w1, w2], rule, steps)
        ax.plot(*path, ".-", color=colour, label=label)
        ax.plot(*path[:, -1], "o", color=colour)
    ax.set(xlim=(-2.5, 2.5), ylim=(-2.5, 2.5), xlabel="$w_1$", ylabel="$w_2$", aspect="equal")
    ax.legend(loc="upper left", bbox_to_anchor=(1, 1))


lc.play(draw, w1=(-2.0, 2.0, 2.0), w2=(-2.0, 2.0, 2.0), steps=(1, 40, 40))

# %% id="play-settings" tags=["hide-input"]
# The figure: three starts.
fig, axes = lc.subplots(1, 3, height=2.6)
for ax, start in zip(axes, ((2.0, 2.0), (-1.0, 1.0), (-1.0, -1.0)), strict=True):
    draw(ax, *start, steps=40)
    ax.set_title(f"start ({start[0]:g}, {start[1]:g})")
    ax.label_outer()
    if ax is not axes[-1]:
        ax.get_legend().remove()
lc.figure(
    fig, "Both arrive from (2, 2) and from (-1, 1); from (-1, -1) the article's line runs away."
)

# %% [markdown] id="learning-before"
# Where both weights are negative, a larger weight makes a smaller $y$: $y - z$ has the wrong sign for both.
#
# ## 4. It learns
#
# Now let two layers learn something.
# The documentation of two libraries lies on your machine, in their source files.
# Which library does a paragraph come from, PyTorch or SymPy?
# The input has a 1 for each of the 300 most frequent words that is in the paragraph, and a 0 for the others.
# The files that we test on are not among those we learn from.
#
# We use your gradient for the lower weights, and $g\,h^\top$ for the upper ones.
# Beside it, at every step, PyTorch differentiates the mean loss by a program that knows nothing of ours.
# (If you had PyTorch make your gradient, too, this compares PyTorch with itself.)

# %% id="paragraphs" tags=["hide-input"]
# Two of the paragraphs; all become numbers.
prose = text.paragraphs()
learn, test = text.split(prose, share=0.75)  # no file is in both
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
def hidden(W, x):
    return torch.tanh(x @ W.T)


def output(W1, W2, x):
    return hidden(W1, x) @ W2.T


def mean_loss(W1, W2, x, z):
    return (output(W1, W2, x) - z).square().sum(dim=1).mean() / 2


def gradients(W1, W2, x, z):
    error = output(W1, W2, x) - z  # [B, 2]
    return two_layer_grads(x, W1, W2, z), error.T @ hidden(W1, x) / len(x)


def share_right(W1, W2, x, z):
    return (output(W1, W2, x).argmax(dim=1) == z.argmax(dim=1)).double().mean().item()


# %% id="learning"
def learn_by_hand(rng, steps=150, lr=0.2):
    """Entries that are not autograd's to 1e-12, and the shares of right answers at each step"""
    W1 = torch.randn(16, 300, generator=rng, dtype=torch.float64) / 300**0.5
    W2 = torch.randn(2, 16, generator=rng, dtype=torch.float64) / 16**0.5
    wrong, known, new = 0, [], []
    for _ in range(steps):
        ours = gradients(W1, W2, x_learn, z_learn)
        theirs = torch.func.grad(mean_loss, argnums=(0, 1))(W1, W2, x_learn, z_learn)
        wrong += sum(((p - q).abs() > 1e-12).sum() for p, q in zip(ours, theirs, strict=True))
        W1, W2 = W1 - lr * ours[0], W2 - lr * ours[1]
        known.append(share_right(W1, W2, x_learn, z_learn))
        new.append(share_right(W1, W2, x_test, z_test))
    return wrong, known, new


wrong, known, new = learn_by_hand(lc.rng("library"))

# %% id="learning-claim" tags=["hide-input"]
# Both gradients, compared.
sentence = (
    "150 steps: {value:.0f} entries of our gradients differ from PyTorch's by more than 1e-12."
)
lc.claim("03.by_hand", sentence, wrong, between=(0, 0))

# %% id="learning-figure" tags=["hide-input"]
# The figure: right answers, step by step.
fig, ax = lc.subplots()
ax.plot(range(1, 151), known, color=GREY, label="files it learns from")
ax.plot(range(1, 151), new, color=BLUE, label="new files")
common = z_test.mean(dim=0).max().item()  # the share of the library with more paragraphs
ax.plot([1, 150], [common, common], "--", color=ORANGE, label="always the same answer")
ax.set(xlabel="step", ylabel="share of right answers", ylim=(0, 1.02))
label_lines(ax)
sentence = "In files that it has never seen the network names the library {value:.2f} of the time."
lc.figure(fig, lc.claim("03.new_files", sentence, new[-1], between=(0.79, 0.91)))

# %% [markdown] id="right-line"
# ## 5. Where something like it is right
#
# $y - z$ is the gradient with respect to the *output*; one step further down, at $a$, the slope of the bend comes in.
# For some layers it cancels, and the most used of them is the one that predicts a word.
# Let scores $s$, the *logits*, become probabilities $p = \exp(s) / \textstyle\sum_j \exp(s_j)$, the *softmax*, and let $t$ be the column with a 1 at the right answer and 0 elsewhere.
# The loss is the *cross-entropy*, minus the logarithm of the right answer's probability, which is $\ln \textstyle\sum_j \exp(s_j) - t^\top s$:

# %% id="softmax"
C = symbols("C", positive=True, integer=True)
s, t = MatrixSymbol("s", C, 1), MatrixSymbol("t", C, 1)
total = dot(OneMatrix(C, 1), each(exp, s))
lc.prove("03.softmax", lc.grad(log(total) - dot(t, s), s), 1 / total * each(exp, s) - t, torch=True)

# %% [markdown] id="softmax-seen"
# So the error at the logits is $p - t$: what the network said minus what is true.
# The logarithm has undone the exponential.
# (For the weights below it is still $(p - t)\, x^\top$.)
#
# **Exercise 4** (3 minutes). This code trains a network to be wrong. Mend it.


# %% id="03-logits_gradient" tags=["exercise"]
def logits_gradient(logits, target):
    """Gradient of the mean cross-entropy; logits: [B, C], target: whole numbers [B] -> [B, C]"""
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
# ## 6. Many words, one layer
#
# A paragraph is many words, a layer has one column of inputs.
# The article puts the vectors of the words side by side, as one long column, and feeds it to the layer.
# Let us do so with the first 8 words of each paragraph, each a fixed random vector of 64 numbers, and one empty place, all zeros, at the end.
# The network learns the same task as before, until it knows its own paragraphs by heart.
#
# Then the same paragraphs come once more, one place later: the empty place now stands in front.
# (Always the same answer would be right a little more often than half.)

# %% id="03-shift" tags=["exercise"]
### BEGIN SOLUTION
answer = 0.6  # a share between 0 and 1
### END SOLUTION
lc.predict("03.shift", answer=answer)


# %% id="three-readers"
def side_by_side(W, x):
    """W: [32, 9 * 64], x: [B, 9, 64] -> [B, 32]; one long column"""
    return torch.tanh(x.flatten(1) @ W.T)


def mean(W, x):
    """W: [32, 64], x: [B, 9, 64] -> [B, 32]; the layer reads the mean of the words"""
    return torch.tanh(x.mean(dim=1) @ W.T)


def shared(W, x):
    """W: [32, 64], x: [B, 9, 64] -> [B, 32]; one layer for every word, then the largest"""
    return torch.tanh(x @ W.T).amax(dim=1)


# %% id="train-readers"
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
sets = (in_place, own_library), (later, own_library), (in_place_new, new_library)
found = []
for read, n in ((side_by_side, 9 * 64), (mean, 64), (shared, 64)):
    answers = trained(read, n, in_place, own_library, rng)
    found.append([(answers(x) == library).float().mean().item() for x, library in sets])
known = "Words side by side, own paragraphs in place: {value:.2f} right."
known = lc.claim("03.by_heart", known, found[0][0], between=(0.98, 1.0))
lc.reveal("03.shift", known, was=found[0][1])

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
said = """One place later, a text that it knew by heart is no better known than a new one.
The two other readers do not see the place at all: for them nothing can change (and the mean learns less)."""
lc.reveal("03.shift", lc.figure(fig, claim), said)

# %% [markdown] id="places"
# ### What each place learns
#
# Cut $W$ where the words meet, $W = (P_1\; P_2)$: $P_1$ has the columns for the first place and $P_2$ those for the second.
# A layer on two words, one below the other, then computes $P_1 x_1 + P_2 x_2$.
# For a given error, each place trains weights of its own, along the words that stood there:

# %% id="place-gradient"
P1, P2 = MatrixSymbol("P_1", M, N), MatrixSymbol("P_2", M, N)
x1, x2 = MatrixSymbol("x_1", N, 1), MatrixSymbol("x_2", N, 1)
lc.prove("03.place_gradient", lc.grad(dot(g, P1 * x1 + P2 * x2), P2), g * x2.T, torch=True)

# %% [markdown] id="place-gradient-seen"
# Only the words that stood second are in the gradient of $P_2$: nothing that $P_1$ has learned about a word reaches it.
# More training mends that: shown every paragraph in both places, the network learns both.

# %% id="both-places" tags=["hide-input"]
# Every paragraph, trained in both places.
texts, libraries = torch.cat([in_place, later]), torch.cat([own_library, own_library])
answers = trained(side_by_side, 9 * 64, texts, libraries, lc.rng("both"), steps=600)
both = (answers(texts) == libraries).float().mean()
sentence = "Trained in both places, it knows {value:.2f} of them in both."
lc.claim("03.both_places", sentence, both, between=(0.97, 1.0))

# %% [markdown] id="not-a-memory"
# What no training mends is the width.
# $T$ words of $N$ numbers need a $W$ with $T \cdot N$ columns, and the word after the last has no place at all.
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
# - The gradient of a weight is the error at its unit times the value of its input: $g\,x^\top$, not $y - z$ alone.
# - An error goes down through $W^\top$, then through the slope of the bend.
# - With softmax and cross-entropy the error at the logits is what was said minus what is true, $p - t$.
# - Words side by side meet other weights at each place: what was learned at one is not known at the next.
# - A layer has as many places as its $W$ has columns for: a window, not a memory.

# %% [markdown] id="more-time"
# ## If you have more time
#
# One more question, two exercises (5 minutes), and two longer looks (12 minutes): where learning stops, and how wrong the article's step is.

# %% id="03-exit_chain" tags=["exercise"]
### BEGIN SOLUTION
answer = "d"
### END SOLUTION
lc.quiz("03.exit_chain", answer=answer)

# %% [markdown] id="train_step-exercise"
# **Exercise 5** (2 minutes). One step of training, in PyTorch's words. In which order?
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
# **Exercise 6** (3 minutes). A layer of 256 units with biases reads 100 words side by side, 64 numbers each.
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
# **Where does learning stop?**
# The article goes on: at the minimum the gradient is zero, therefore $W = y - z$.
# But where all answers are right $y - z$ is zero, and $W$ need not be.
# Here is the smallest case, one weight that is right, $z = w x$:

# %% id="article-optimum"
one_weight, one_input = MatrixSymbol("w", 1, 1), MatrixSymbol("x", 1, 1)
right = one_weight * one_input
lc.refute("03.article_optimum", one_weight, right - right)

# %% [markdown] id="linear-gradient-before"
# Without a bend the true condition is a linear equation.
# Let the columns of $X$ be $B$ examples and the columns of $Z$ what we want for them:

# %% id="linear-gradient"
B = symbols("B", positive=True, integer=True)
X, Z, V = MatrixSymbol("X", N, B), MatrixSymbol("Z", M, B), MatrixSymbol("V", M, N)
lc.prove("03.linear", lc.grad(half_norm_sq(W * X - Z), W), (W * X - Z) * X.T, torch=True)

# %% [markdown] id="normal-equation"
# The gradient is zero where $W X X^\top = Z X^\top$, the *normal equation*: for each output and input, error times input adds up to zero over the examples.
# (There is always such a $W$, the least-squares solution.)
# Is this a minimum, or only a flat place? Compare any $W$ with some $V$:

# %% id="minimum"
with_V = half_norm_sq(V * X - Z) + half_norm_sq((W - V) * X) + dot((V * X - Z) * X.T, W - V)
lc.prove("03.minimum", half_norm_sq(W * X - Z), with_V)

# %% [markdown] id="minimum-seen"
# If $V$ solves the normal equation, the inner product is zero and $\tfrac12 \lVert (W - V) X \rVert^2$ cannot be negative: no $W$ does better than $V$.
# %% [markdown] id="how-wrong"
# **How wrong is the article's step?**
# For a linear layer, put the step $W - \eta\, e\, \mathbf 1^\top$ next to the true one, $W - \eta\, e\, x^\top$, with the error $e = y - z$.
# What do they do to the output?

# %% id="steps-compared"
eta, e = symbols("eta", positive=True), MatrixSymbol("e", M, 1)
lc.prove("03.true_step", (W - eta * e * x.T) * x, W * x - eta * dot(x, x) * e)

# %% id="steps-compared-article"
ones = OneMatrix(N, 1)
lc.prove("03.article_output", (W - eta * e * ones.T) * x, W * x - eta * dot(ones, x) * e)

# %% [markdown] id="steps-compared-seen"
# The true step moves the output against the error, since $x^\top x$ is positive.
# The article's does so only where the *sum* of the inputs is positive.
# With a bend and with many examples, let us measure: 500 layers of ten inputs, 32 examples each, and one small step.


# %% id="coin-toss"
def losses(W, x, z):
    return (torch.tanh(x @ W.mT) - z).square().sum(dim=-1).mean(dim=-1) / 2  # [500]


def article_line(W, x, z):
    return (torch.tanh(x @ W.mT) - z).mean(dim=1)[:, :, None].expand_as(W)  # [500, 5, 10]


rng = lc.rng("article's step")
x = torch.randn(500, 32, 10, generator=rng)
start, wanted = torch.randn(2, 500, 5, 10, generator=rng) / 10**0.5
z = torch.tanh(x @ wanted.mT)
line = article_line(start, x, z)
step = 0.01 * line / line.norm(dim=(1, 2), keepdim=True)
raised = (losses(start - step, x, z) > losses(start, x, z)).float().mean()

# %% id="coin-toss-claim" tags=["hide-input"]
# How often the loss rises.
sentence = "A small step along the article's line raises the loss in {value:.2f} of all layers."
lc.claim("03.coin_toss", sentence, raised, between=(0.43, 0.57))

# %% [markdown] id="never-negative-before"
# A coin toss.
# And if no input is ever negative, does the article's line learn?
# The same layers, with the inputs' signs taken off:


# %% id="never-negative"
def gradient(W, x, z):
    return torch.func.grad(lambda W: losses(W, x, z).sum())(W)  # each layer its own


def descent(rule, steps=100, lr=0.1):
    W, history = start, []
    for _ in range(steps):
        history.append(losses(W, x.abs(), z_positive).mean().item())
        W = W - lr * rule(W, x.abs(), z_positive)
    return torch.tensor(history) / history[0]


z_positive = torch.tanh(x.abs() @ wanted.mT)
line, true = descent(article_line), descent(gradient)

# %% id="never-negative-figure" tags=["hide-input"]
# The figure: the loss, step by step.
fig, ax = lc.subplots()
ax.plot(line, color=ORANGE, label="article's line")
ax.plot(true, color=BLUE, label="gradient")
ax.set(xlabel="step", ylabel="loss, of that at the start", ylim=(0, 1.02))
label_lines(ax)
sentence = "It starts well and sticks: {value:.2f} of the loss is left; "
sentence += f"the gradient leaves {true[-1]:.2f}."
lc.figure(fig, lc.claim("03.sticks", sentence, line[-1], between=(0.27, 0.42)))

# %% [markdown] id="never-negative-seen"
# The article's line moves all weights of a row by the same amount.
# It can learn one number for each unit, never a direction.

# %% [markdown] id="sources"
# ## Sources
#
# - The article: an introduction to ultra-long context in language models, in Chinese, section 4.2, item 2, the network; its lines $\partial L/\partial W = y - z$ and $W = y - z$ are quoted above.
# - Rumelhart, Hinton and Williams, Learning representations by back-propagating errors, Nature, 1986.
# - Bengio, Ducharme, Vincent and Jauvin, A neural probabilistic language model, Journal of Machine Learning Research, 2003: a network that reads word vectors side by side.
# - Waibel, Hanazawa, Hinton, Shikano and Lang, Phoneme recognition using time-delay neural networks, IEEE Transactions on Acoustics, Speech, and Signal Processing, 1989: one layer shared by all places, which reads a few neighbours at a time.

# %% id="report"
lc.report()
