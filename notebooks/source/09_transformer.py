# %% [markdown] id="promise"
# # 09 · Encoder and decoder
#
# **What turns attention into BERT and into GPT?**
#
# BERT fills in hidden words, GPT writes the next one; both are stacks of attention.
#
# After this lesson you can write a block, say what its mask changes, ask a model for the next word or for a hidden one, and say what it costs BERT to write.
#
# You need lessons 02, 03 and 08, and some PyTorch.
# The core path takes about 70 minutes; the end of section 3 is a good place to stop half way.
#
# ## Before you begin
#
# Run the next two cells.

# %% id="start"
import torch
from sympy import exp, sqrt, symbols
from torch import nn

import lcutils as lc
from lcutils import gaps, transformer
from lcutils.proof import MatrixSymbol, dot, norm_sq
from lcutils.show import BLUE, GREEN, GREY, ORANGE, label_lines

lc.start("09")

# %% id="09-recall_order" tags=["exercise"]
### BEGIN SOLUTION
answer = "b"
### END SOLUTION
lc.quiz("09.recall_order", answer=answer)

# %% [markdown] id="by-hand"
# ## 1. One block, by hand
#
# A token is a vector of $d$ numbers, here $4$: dog $(1, 1, -1, -1)$, bites $(1, -1, 1, -1)$, man $(1, -1, -1, 1)$.
# It runs through the model as a *stream* $x$, and a *block* adds to it twice: what attention reads, and what an MLP, a small network, makes of it.
#
# Both read a *normed* copy (layer norm): take off the mean, divide by the root of the mean square.
# $(2, 2, 0, 0)$ has the mean $1$; without it $(1, 1, -1, -1)$ is left, of mean square $1$.
#
# Let token $t$ simply read the mean of tokens $1$ to $t$.
# The MLP has one hidden number, $h = \max(0, \text{first} + \text{second entry})$, and writes $h \cdot (0, 0, \frac12, \frac12)$.
# Follow dog in "dog bites man":
#
# |dog|stream|normed|what is added|
# |---|---|---|---|
# |word|$1, 1, -1, -1$|$1, 1, -1, -1$|attention, itself alone: $1, 1, -1, -1$|
# |after attention|$2, 2, -2, -2$|$1, 1, -1, -1$|MLP, $h = 2$: $0, 0, 1, 1$|
# |after the MLP|$2, 2, -1, -1$|||
#
# Bites reads the mean of two, $(1, 0, 0, -1)$, and man that of three.
#
# What does the norm not see?
# $(12, 12, 10, 10)$ and $(20, 20, 0, 0)$ become $(1, 1, -1, -1)$, too.
# With $c$ more in each entry the mean, too, is $c$ more. For an entry $y$ of $d$ with the sum $s$:

# %% id="shift"
d = symbols("d", positive=True, integer=True)
y, s, c = symbols("y s c", real=True)
lc.prove("09.shift", y + c - (s + d * c) / d, y - s / d, reason="all have c more")

# %% [markdown] id="scale-before"
# A factor $r > 0$ cancels, for any $u \neq 0$ of mean 0:

# %% id="scale"
r, u = symbols("r", positive=True), MatrixSymbol("u", d, 1)
lc.prove("09.scale", r * u / sqrt(norm_sq(r * u) / d), u / sqrt(norm_sq(u) / d))

# %% [markdown] id="scale-seen"
# However long the stream has grown, a part reads only the direction left after the mean.
#
# <details><summary>In models</summary>
#
# a small $\epsilon$ keeps the root above 0, so a tiny $u$ comes out too small, and each entry gets a learned factor and bias.
#
# </details>


# %% id="normed"
def normed(x):
    """x: [..., d] -> each vector with mean 0 and mean square 1"""
    x = x - x.mean(dim=-1, keepdim=True)
    return x / (x.square().mean(dim=-1, keepdim=True) + 1e-5).sqrt()


# %% [markdown] id="block-exercise"
# **Exercise 1** (7 minutes). Write the block.
# Row $t$ of `A` holds the weights of what token $t$ reads (lesson 08's softmax of the same normed copy, here given); that goes through `W`. The MLP has `up`, a ReLU ($\max(0, \cdot)$), `down`.


# %% id="09-block" tags=["exercise"]
def block(x, A, W, up, down):
    """x: [B, T, d], A: [T, T], W: [d, d], up: [d, M], down: [M, d] -> [B, T, d]"""
    ### BEGIN SOLUTION
    x = x + A @ normed(x) @ W
    return x + (normed(x) @ up).relu() @ down
    ### END SOLUTION


block = lc.check("09.block", block)

# %% [markdown] id="hints-block"
# {{hints}}
#
# The stream is never overwritten, it is a sum: the word $x_0$, and what the parts add, $f_1$ and $f_2$.
# A model names the word whose vector $w$ in its output table has the largest product with the sum, so each part has its say (up to the last norm, which divides all alike):

# %% id="stream"
x0, f1, f2, w = (MatrixSymbol(name, d, 1) for name in ("x_0", "f_1", "f_2", "w"))
said = dot(w, x0) + dot(w, f1) + dot(w, f2)
lc.prove("09.stream", dot(w, (x0 + f1) + f2), said)

# %% [markdown] id="pre-norm"
# That is so with the norm before each part (*pre-norm*, as in GPT-2).
# The first transformer and BERT norm each sum (*post-norm*), and so rescale all that was written before.
#
# ## 2. The switch
#
# Token $t$ read tokens $1$ to $t$: that is lesson 08's mask.
# Without it each token reads all. The matrices stay.

# %% id="09-changed" tags=["exercise"]
### BEGIN SOLUTION
answer = [1, 3]  # with the mask, without it
### END SOLUTION
lc.predict("09.changed", answer=answer)


# %% id="tiny" tags=["hide-input"]
# The block of section 1, stage by stage.
vectors = {"dog": (1, 1, -1, -1), "bites": (1, -1, 1, -1), "man": (1, -1, -1, 1)}
up, down = torch.tensor([[1.0], [1], [0], [0]]), torch.tensor([[0, 0, 0.5, 0.5]])


def stages(sentence, is_causal):
    """The stream before the block, after attention, after the MLP: [3, T, d]"""
    x = torch.tensor([[vectors[word] for word in sentence.split()]], dtype=torch.float)
    A = torch.ones(x.shape[1], x.shape[1])
    A = A.tril() if is_causal else A
    A = A / A.sum(dim=1, keepdim=True)  # plain means
    after = block(x, A, torch.eye(4), up, 0 * down)
    return torch.cat([x, after, block(x, A, torch.eye(4), up, down)])


# %% id="stages-drawn" tags=["hide-input"]
# How the stages are drawn.
from matplotlib.patches import Rectangle


def draw_stages(ax, before, after, sentence):
    """A tile for each number; framed, with what it becomes: those that another word changes"""
    tiles, new = torch.full((2, 3, 14), torch.nan)
    columns = [5 * t + i for t in range(3) for i in range(4)]
    tiles[:, columns], new[:, columns] = before.flatten(1), after.flatten(1)
    ax.imshow(tiles, cmap="PRGn", vmin=-4, vmax=4, aspect="auto")
    for row, column in tiles.isfinite().nonzero().tolist():
        pair = [f"{x[row, column]:.1f}".removesuffix(".0") for x in (tiles, new)]
        said = "\n→ ".join(dict.fromkeys(pair)).replace("-", "−")
        ax.text(column, row, said, ha="center", va="center", size=7)
        if pair[0] != pair[1]:
            corner = (column - 0.45, row - 0.45)
            ax.add_patch(Rectangle(corner, 0.9, 0.9, fill=False, ec=ORANGE, lw=2, clip_on=False))
    ax.set_xticks([1.5, 6.5, 11.5], sentence.split())
    ax.set_yticks(range(3), ["word", "+ attention", "+ MLP"])
    ax.spines[:].set_visible(False)


# %% id="changed-seen" tags=["after-prediction"]
# The figure: another last word.
fig, both = lc.subplots(2, 1, height=5.6)
changed = []
for ax, is_causal in zip(both, (True, False), strict=True):
    before, after = (stages(f"dog bites {last}", is_causal) for last in ("man", "dog"))
    draw_stages(ax, before, after, "dog bites man")
    ax.set_title("with the mask" if is_causal else "without it")
    ax.tick_params(length=0)
    changed.append((before[-1] != after[-1]).any(dim=1).sum().item())
said = f"Another last word: {changed[0]} of 3 tokens leave with other numbers with the mask, "
said += f"{changed[1]} without. (Bottom rows; framed: a number that changes, and to what.)"
text = """With the mask nothing later is felt: **a decoder**, as GPT is.
Without it each word feels all: **an encoder**, as BERT is."""
lc.reveal("09.changed", lc.figure(fig, said), text, was=changed)

# %% [markdown] id="order-before"
# ## 3. Who knows the order?
#
# No token was told its place. Take two blocks with random weights.

# %% id="09-order" tags=["exercise"]
### BEGIN SOLUTION
answer = "only without the mask"
### END SOLUTION
lc.predict("09.order", answer=answer)

# %% id="order-measured" tags=["after-prediction"]
# Bites, among two orders.
forward, backward = torch.tensor([[0, 1, 2]]), torch.tensor([[2, 1, 0]])
apart = {}
for is_causal in (True, False):
    seed = lc.rng("order").initial_seed() % 2**31
    model = transformer.Transformer(3, is_causal=is_causal, n_places=0, seed=seed).double()
    with torch.no_grad():
        apart[is_causal] = (model(forward)[0, 1] - model(backward)[0, 1]).abs().max().item()
said = "Scores of the three words at bites: with the mask the largest difference is "
said += f"{apart[True]:.1f}, without it {{value:.0e}}."
claim = lc.claim("09.order_apart", said, apart[False], between=(0, 1e-12))
same = {(True, True): "both", (True, False): "only with the mask"}
same |= {(False, True): "only without the mask", (False, False): "neither"}
was = same[apart[True] < 1e-9, apart[False] < 1e-9]
lc.reveal("09.order", claim, was=was)

# %% id="order-why" tags=["after-prediction"]
# Why, for any three tokens.
V = symbols("V", positive=True, integer=True)
s1, s2, s3 = symbols("s_1 s_2 s_3", real=True)
v1, v2, v3 = (MatrixSymbol(name, V, 1) for name in ("v_1", "v_2", "v_3"))
read = (exp(s1) * v1 + exp(s2) * v2 + exp(s3) * v3) / (exp(s1) + exp(s2) + exp(s3))
swapped = (exp(s3) * v3 + exp(s2) * v2 + exp(s1) * v1) / (exp(s3) + exp(s2) + exp(s1))
proof = lc.prove("09.swap", read, swapped, reason="token 2 reads all; first and last swapped")
masked = (exp(s1) * v1 + exp(s2) * v2) / (exp(s1) + exp(s2))
masked_swapped = (exp(s3) * v3 + exp(s2) * v2) / (exp(s3) + exp(s2))
false = lc.refute("09.swap_masked", masked, masked_swapped)
lc.reveal("09.order", proof, "With the mask token 2 reads tokens 1 and 2 only:", false)

# %% [markdown] id="clock-before" tags=["after-prediction"]
# Norm and MLP look at one token at a time: shuffled words leave an encoder without places as the same vectors, shuffled.
#
# Is the mask a clock, then? Let the decoder read "dog dog dog ...":

# %% id="clock" tags=["after-prediction"]
# Twelve times the same token.
model = transformer.Transformer(3, is_causal=True, n_places=0, seed=seed).double()
dogs, bites_dogs = torch.zeros(1, 12, dtype=torch.long), torch.tensor([[1] + 12 * [0]])
with torch.no_grad():
    alone, led = model(dogs)[0], model(bites_dogs)[0, 1:]  # [12, 3]
apart = [(scores - scores[0]).abs().max().item() for scores in (alone, led)]
said = "The scores at twelve dogs differ by at most {value:.0e}; "
said += f"with bites in front of them, by up to {apart[1]:.1f}."
claim = lc.claim("09.same_dogs", said, apart[0], between=(0, 1e-12))
text = r"""A mean of equal values is that value, however many there are: no clock.
**With a start token, which comes nowhere else, the mask is a clock.** By hand: let it alone have a $1$ in some entry. A head with equal scores reads $1$, $\frac12$, $\frac13$, $\dots$ there.
Decoders can do without places (Haviv et al., 2022); encoders then cannot tell the order."""
lc.reveal("09.order", claim, text)

# %% [markdown] id="half-way"
# ### Half way
#
# **A good place to stop.**
#
# ## 4. What is asked
#
# GPT is asked at each place for the *next* token; each token gets a score, its *logit*.
# By hand: if it gives dog $\frac14$, and then bites $\frac12$, it gives the text "dog bites" $\frac18$.
# For any text, $P(x_1, \dots, x_T) = P(x_1)\, P(x_2 | x_1) \cdots P(x_T | x_1 \dots x_{T-1})$: **the answers, multiplied, are the probability that a text begins so.** (A start token in front asks for $x_1$.)
#
# **Exercise 2** (3 minutes). This loss falls nearly to 0, and the model writes nonsense. Mend it.


# %% id="09-next_token_loss" tags=["exercise"]
def next_token_loss(logits, tokens):
    """logits: [B, T, N], tokens: [B, T] -> mean cross-entropy of tokens 2 to T: []"""
    ### BEGIN SOLUTION
    before = logits[:, :-1]  # [B, T - 1, N]
    return nn.functional.cross_entropy(before.flatten(0, 1), tokens[:, 1:].flatten())
    ### END SOLUTION
    ### BEGIN STUDENT
    # return torch.nn.functional.cross_entropy(logits.flatten(0, 1), tokens.flatten())
    ### END STUDENT


next_token_loss = lc.check("09.next_token_loss", next_token_loss)

# %% [markdown] id="hints-next_token_loss"
# {{hints}}
#
# In an encoder each token reads the next one.
# So BERT *hides* tokens, and asks for them (Devlin et al., 2019).
# 15 in 100 are asked for: of these 8 in 10 become a token that means "hidden", 1 in 10 some other token, and 1 in 10 is left.
#
# **Exercise 3** (7 minutes). Each token has a random number between 0 and 1 in `dice`.
# Below $0.12$ it is hidden, from there to $0.135$ replaced by that in `others`, from there to $0.15$ left but asked for.
# Where nothing is asked, $-100$ stands in what is wanted: cross-entropy skips it.


# %% id="09-mask_tokens" tags=["exercise"]
def mask_tokens(tokens, dice, others, hidden):
    """tokens, dice, others: [B, T] -> what is read, and what is wanted: [2, B, T]"""
    ### BEGIN SOLUTION
    seen = torch.where(dice < 0.135, others, tokens)
    seen = torch.where(dice < 0.12, hidden, seen)
    return torch.stack([seen, torch.where(dice < 0.15, tokens, -100)])
    ### END SOLUTION


mask_tokens = lc.check("09.mask_tokens", mask_tokens)

# %% [markdown] id="hints-mask_tokens"
# {{hints}}
#
# ## 5. What does it cost an encoder to write?
#
# A text of two words has the probability $p$; of all such texts a share $a$ has its first word, $b$ its second.
#
# **Exercise 4** (3 minutes). Multiply the two answers, $P(x_1 | x_2)$ and $P(x_2 | x_1)$. Write the product in `p`, `a`, `b`.

# %% id="09-product" tags=["exercise"]
p, a, b = symbols("p a b", positive=True)
### BEGIN SOLUTION
product = (p / b) * (p / a)
### END SOLUTION
### BEGIN STUDENT
# product = None  # an expression in p, a and b
### END STUDENT
lc.check("09.product", product)

# %% [markdown] id="hints-product"
# {{hints}}
#
# Now the texts are cities:
#
# ||York|Angeles|
# |---|---|---|
# |**New**|$\frac12$|$0$|
# |**Los**|$0$|$\frac12$|

# %% id="09-cities" tags=["exercise"]
### BEGIN SOLUTION
answer = 0.5
### END SOLUTION
lc.predict("09.cities", answer=answer)

# %% id="cities-measured" tags=["after-prediction"]
# Both words at once.
words = torch.randint(2, (100_000, 2), generator=lc.rng("cities"))  # each by its own answer
share = (words[:, 0] == words[:, 1]).double().mean()
said = "Both drawn at once, 100,000 times: {value:.2f} of them are cities."
claim = lc.claim("09.cities_drawn", said, share, between=(0.49, 0.51))
no_joint = lc.refute("09.no_joint", p**2 / (a * b), p, domain=(p <= a, p <= b, a < 1, b < 1))
text = r"""Each answer is $\frac12, \frac12$: New Angeles is as likely as New York.

With one word shown, the other is certain: exercise 4's product is $1$ for either city, together $2$.
Each is off by the factor $p / (a b) = e^{\mathrm{PMI}}$ (lesson 02):"""
lc.reveal("09.cities", claim, text, no_joint, was=share.item())

# %% id="cities-total" tags=["after-prediction"]
# All four products.
cells = p**2 / (a * b) + (a - p) ** 2 / (a * (1 - b))
cells += (b - p) ** 2 / ((1 - a) * b) + (1 - a - b + p) ** 2 / ((1 - a) * (1 - b))
square = (p - a * b) ** 2 / (a * b * (1 - a) * (1 - b))
total = lc.prove("09.total", cells, 1 + square, domain=(a < 1, b < 1))
before = "In any table of two words by two, the four products add up to"
after = r"""For the cities $2$; $1$ only for independent words, $p = ab$.
**Answers that each see the other do not multiply.**

Asked *one after another* they do: draw one with both hidden, $\frac12$, put it in, ask for the other, $1$. That is the chain rule, in any order: an encoder can write (Wang and Cho, 2019). It costs:

1. BERT must answer with nearly all hidden, which $15$ in $100$ hardly taught it.
2. Each word put in changes all vectors, so all is read anew. With the mask earlier keys and values stay: lesson 08's cache."""
lc.reveal("09.cities", before, total, after)

# %% [markdown] id="copies-before"
# ## 6. How many blocks does it take?
#
# "q 7 b 0 x 3 q": what comes next?
#
# For models: 6 to 12 of 16 letters in a loop, 32 in all, with one jump within the loop, such as c a f d b e c a f d b e c **b** e c a.
# Loop and jump are new in each text.
#
# Two decoders of attention alone are trained on it: two blocks in 300 steps of 32 texts, one block in 600.
# A block has 4 *heads*: attention side by side, each in a quarter of the numbers, with a learned score for each distance.


# %% id="texts"
def texts(n, rng):
    """n texts, [n, 32], and the place of each jump, [n, 1]"""
    length = torch.randint(6, 13, (n, 1), generator=rng)
    jump = torch.randint(16, 29, (n, 1), generator=rng)
    skipped = 1 + (torch.rand(n, 1, generator=rng) * (length - 1)).long()
    place = torch.arange(32) + skipped * (torch.arange(32) >= jump)
    loop = torch.rand(n, 16, generator=rng).argsort(dim=1)
    return loop.gather(1, place % length), jump


def share_right(logits, tokens, jump):
    """Of the letters that follow on a jump, the share that is named right"""
    is_right = logits.argmax(dim=2)[:, :31] == tokens[:, 1:]  # [n, 31]
    return is_right[torch.arange(1, 32) > jump].float().mean().item()


# %% id="copies-training"
def trained(n_blocks, steps):
    """A decoder without MLPs, and the share right in the texts of each step"""
    rng, shares = lc.rng(f"copies {n_blocks}"), []
    options = {"n_blocks": n_blocks, "n_hidden": 0, "seed": rng.initial_seed() % 2**31}
    model = transformer.Transformer(16, is_causal=True, **options)
    optimizer = torch.optim.Adam(model.parameters(), lr=0.005)
    for _ in range(steps):
        tokens, jump = texts(32, rng)
        logits = model(tokens)
        loss = next_token_loss(logits, tokens)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        shares.append(share_right(logits, tokens, jump))
    return model, shares


# %% id="09-copies" tags=["exercise"]
### BEGIN SOLUTION
answer = [0.13, 1.0]  # one block, two blocks
### END SOLUTION
lc.predict("09.copies", answer=answer)

# %% id="copies-measured" tags=["after-prediction"]
# Two trainings, judged by other texts.
fig, ax = lc.subplots(height=2.6)
judged = texts(1000, lc.rng("copies judged"))
copiers, named = {}, {}
for n_blocks, steps, colour in ((1, 600, ORANGE), (2, 300, BLUE)):
    copiers[n_blocks], shares = trained(n_blocks, steps)
    with torch.no_grad():
        named[n_blocks] = share_right(copiers[n_blocks](judged[0]), *judged)
    smooth = torch.tensor(shares).view(-1, 10).mean(dim=1)
    label = "one block" if n_blocks == 1 else "two blocks"
    ax.plot(torch.arange(5, steps, 10), smooth, color=colour, label=label)
ax.axhline(1 / 9, color=GREY, ls=":")
ax.set(xlabel="steps", ylabel="named right", ylim=(0, 1.05))
label_lines(ax)
said = "After a jump two blocks name {value:.2f} of 1,000 texts' letters right."
two = lc.claim("09.two_blocks", said, named[2], between=(0.9, 1))
said = "One block, with twice the steps: {value:.2f}. (Dotted: a guess within the loop.)"
one = lc.claim("09.one_block", said, named[1], between=(0.1, 0.5))
lc.reveal("09.copies", lc.figure(fig, two), one, was=[named[1], named[2]])

# %% [markdown] id="heads-before" tags=["after-prediction"]
# The two blocks have found an *induction head* (Elhage et al., 2021):
#
# 1. A head of the first reads the letter before. Now each token says who stood before it.
# 2. A head of the second asks: who stood *after* a letter like me? It finds that token, and reads its letter.

# %% id="heads" tags=["after-prediction"]
# The two heads, in 1,000 texts.
tokens, jump = judged
places = torch.arange(32)
follows = torch.zeros(1000, 32, 32, dtype=torch.bool)  # whether s stands after a letter like t
follows[:, :, 1:] = tokens[:, :, None] == tokens[:, None, :-1]
follows &= places[:, None] >= places
first, second = copiers[2].attention_weights(tokens)  # [n, H, 32, 32]
on_before = first.diagonal(-1, 2, 3).mean(dim=(0, 2))  # [H]
is_asked = (places >= jump)[:, None]  # [n, 1, 32]
on_after = (second * follows[:, None]).sum(dim=3).where(is_asked, torch.nan).nanmean(dim=(0, 2))
heads = on_before.argmax().item(), on_after.argmax().item()
scores = copiers[2].blocks[0].attention.places.data  # [H, 31], a distance each; 0 is the middle
kept, blind = scores.clone(), {}
for distance in (1, 2):
    scores[:, 15 + distance] = -torch.inf  # block 1 cannot read the letter so far back
    with torch.no_grad():
        blind[distance] = share_right(copiers[2](tokens), tokens, jump)
    scores.copy_(kept)

# %% id="heads-drawn" tags=["hide-input"]
# How a head's weights are drawn.
shown = torch.tensor([2, 0, 5, 3, 1, 4] * 2 + [2, 0, 5, 3, 1, 4, 3, 1, 4, 2, 0, 5])
letters = [chr(ord("a") + n) for n in shown.tolist()]
is_before = torch.ones(23).diag(-1) > 0
is_after = torch.zeros(24, 24, dtype=torch.bool)
is_after[:, 1:] = (shown[:, None] == shown[:-1]).tril(-1)


def draw_head(ax, weights, where):
    """weights: [24, 24]; framed: where the head is said to look"""
    ax.imshow(weights, cmap="Blues", vmin=0, vmax=1)
    for row, column in where.nonzero().tolist():
        corner = (column - 0.5, row - 0.5)
        ax.add_patch(Rectangle(corner, 1, 1, fill=False, ec=ORANGE, lw=0.8, clip_on=False))
    ax.set_xticks(range(24), letters, size=6)
    ax.set_yticks(range(24), letters, size=6)
    ax.set(xlabel="read", ylabel="asks")
    ax.tick_params(length=0)


# %% id="heads-seen" tags=["after-prediction"]
# The figure: their weights in one text.
fig, both = lc.subplots(1, 2, height=3.6)
seen = [weights[0] for weights in copiers[2].attention_weights(shown[None])]  # [H, 24, 24] each
for i, where in enumerate((is_before, is_after)):
    draw_head(both[i], seen[i][heads[i]], where)
both[0].set_title("block 1: the letter before")
both[1].set_title("block 2: who came after me")
said = f"The best heads give {on_before.max():.2f} of their weight to the letter before and, after "
said += "a jump, {value:.2f} to who came after the same letter (1,000 texts)."
claim = lc.claim("09.heads", said, on_after.max(), between=(0.5, 1))
said = "If no head of block 1 may read the letter before, the same two blocks name {value:.2f}; "
said += f"if none may read the one before that, {blind[2]:.2f}."
blinded = lc.claim("09.blind", said, blind[1], between=(0, 0.3))
text = """One block can find the same letter again, but reads that very letter: *who stood before it* is not in its key. (Unless it is exponentially larger, Sanford et al., 2024, or makes a key from two tokens, as in lesson 08.)

Without jumps a shortcut would do: name the letter that has not come for longest. **Right answers alone do not say how.**"""
lc.reveal("09.copies", lc.figure(fig, claim), blinded, text)

# %% [markdown] id="exit"
# ## Exit question

# %% id="09-exit_switch" tags=["exercise"]
### BEGIN SOLUTION
answer = "c"
### END SOLUTION
lc.quiz("09.exit_switch", answer=answer)

# %% [markdown] id="take-away"
# ## Take away
#
# **What turns attention into GPT or BERT?** Blocks, which add to a stream what attention reads and what an MLP makes of it; then one choice: mask and next token, or no mask and hidden tokens.
#
# - The parts read a normed copy, blind to shift and positive scale.
# - Without mask and places the order is invisible. With a start token the mask is a clock.
# - Answers to "what is next?" multiply to a text's probability. Those that see each other do not: two words are off by $e^{\mathrm{PMI}}$.
# - A decoder writes with a cache. An encoder can write, but reads all anew for each word.
# - Two blocks copy: one notes who stood before, the next looks for it.

# %% [markdown] id="more-time"
# ## If you have more time
#
# - Section 6 again: was it fair, and two heads to play with (3 minutes).
# - One question: who packs a text? (1 minute)
# - How large is it? Exercise 5 (3 minutes).
# - In a library: a guess (3 minutes).
# - The same block, trained twice on prose: a guess (7 minutes).

# %% [markdown] id="fair" tags=["after-prediction"]
# ### Had one block a fair chance?
#
# Tried beforehand, at a seed or two: rates of 0.0025, 0.01 and 0.02; 1,500 steps; twice the width with twice the heads; an MLP.
# One block was right in 0.13 to 0.36 after a jump, and in 0.07 to 0.13 for the first letter that follows: a guess.
# Two blocks learn it with the rate 0.0025, too, but not in 240 steps with 0.01.
#
# Olsson et al. (2022) saw such heads form in language models of two blocks and more, in one short phase of training, and in none of one block.

# %% [markdown] id="play-before"
# ### Two heads to play with
#
# Section 6's text, and who is read when a letter asks. Where does the second head look at the jump, letter 19?


# %% id="play" tags=["hide-input"]
# A slider over the letters.
def draw(ax, letter):
    rows = torch.stack([seen[i][heads[i]][letter - 1] for i in (0, 1)])  # [2, 24]
    ax.imshow(rows, cmap="Blues", vmin=0, vmax=1, aspect="auto")
    ax.add_patch(Rectangle((letter - 1.5, -0.5), 1, 2, fill=False, ec=ORANGE, lw=2))
    ax.set_xticks(range(24), letters)
    ax.set_yticks(range(2), ["block 1", "block 2"])
    ax.tick_params(length=0)
    ax.set_title(f"letter {letter}, {letters[letter - 1]}, asks")


lc.play(draw, letter=(2, 24, 20, 1))


# %% [markdown] id="packing"
# ### Who packs a text?

# %% id="09-exit_bits" tags=["exercise"]
### BEGIN SOLUTION
answer = "b"
### END SOLUTION
lc.quiz("09.exit_bits", answer=answer)

# %% [markdown] id="parameters-exercise"
# ### How large is it?
#
# A block has matrices for queries, keys, values and for what is written, $d \times d$ each, and an MLP with $M = 4 d$.
# Norms and biases are small, and do not count here; nor do places.
#
# **Exercise 5** (3 minutes). How many parameters do $L$ blocks and a table of $N$ tokens have, if the same table also names the next word? Write it in `L`, `d`, `N`.

# %% id="09-parameters" tags=["exercise"]
L, d, N = symbols("L d N", positive=True, integer=True)
### BEGIN SOLUTION
n_parameters = L * (4 * d**2 + 2 * d * 4 * d) + N * d
### END SOLUTION
### BEGIN STUDENT
# n_parameters = None  # an expression in L, d and N
### END STUDENT
lc.check("09.parameters", n_parameters)

# %% [markdown] id="hints-parameters"
# {{hints}}
#
# <details><summary>Two models that you know</summary>
#
# BERT-base and the smallest GPT-2 have $L = 12$ and $d = 768$ both: 85 million in their blocks, in matrices of the same shapes.
# Their tables have 30,522 and 50,257 tokens: that makes 108 and 124 million.
#
# </details>

# %% [markdown] id="torch-before"
# ### In a library
#
# The first transformer (Vaswani et al., 2017) translates: its decoder writes, and reads an encoder's tokens by a second attention.
# PyTorch has both kinds of layer.

# %% id="09-torch" tags=["exercise"]
### BEGIN SOLUTION
answer = "nn.TransformerEncoderLayer"
### END SOLUTION
lc.predict("09.torch", answer=answer)

# %% id="torch-measured" tags=["after-prediction"]
# Two layers of PyTorch.
options = {"d_model": 64, "nhead": 4, "dim_feedforward": 256, "dropout": 0.0, "norm_first": True}
encoder_layer = nn.TransformerEncoderLayer(**options, batch_first=True)
decoder_layer = nn.TransformerDecoderLayer(**options, batch_first=True)
x = torch.randn(1, 10, 64, generator=lc.rng("layer"))
later = nn.Transformer.generate_square_subsequent_mask(10)
with torch.no_grad():
    x_changed = torch.cat([x[:, :9], -x[:, 9:]], dim=1)
    old, new = encoder_layer(x, later), encoder_layer(x_changed, later)
what = "With a causal mask, tokens 1 to 9 of an encoder layer before and after token 10 changed"
claim = lc.same("09.encoder_layer", what, old[:, :-1], new[:, :-1], 1e-5)
sizes = [sum(p.numel() for p in layer.parameters()) for layer in (encoder_layer, decoder_layer)]
said = "Of a decoder layer's parameters, {value:.2f} are the second attention and its norm."
extra = lc.claim("09.second_attention", said, 1 - sizes[0] / sizes[1], between=(0.24, 0.26))
asks_an_encoder = "memory" in decoder_layer.forward.__annotations__
was = "nn.TransformerEncoderLayer" if asks_an_encoder else "nn.TransformerDecoderLayer"
text = """A decoder layer cannot even be called without an encoder's output, its `memory`.
**GPT is a stack of encoder layers with a causal mask.**"""
lc.reveal("09.torch", claim, extra, text, was=was)

# %% [markdown] id="prose-before"
# ### The same block, trained twice
#
# Real prose, letter by letter: documentation from your machine, 35 signs, windows of 48.
# One block has 48 numbers a token and four heads. It learns twice: with the mask to name the next letter, without it the hidden ones.
#
# A step of 16 windows gives the decoder 752 answers, the encoder about 115.
# So the encoder gets 1,960 steps for the decoder's 300: equally many answers. Each has its own learning rate, chosen by other files.
#
# Then letter 37 is asked for, in files that nobody has read:
#
# 1. of the decoder, from the 36 letters on the left;
# 2. of the encoder, from these and the 11 on the right;
# 3. of the decoder, by trying: each of 35 letters stands in the gap, and the window's probability is its weight;
# 4. of no model: how often did each letter stand, in the text that the models learn from, between the same two letters at the left and two at the right?
#
# By Bayes 3 aims at what 2 is asked, $P(\text{letter} | \text{left, right})$: perfect models would tie.
# Fewer bits are better; the letters' shares alone cost about 4.

# %% id="record"
record = lc.recorded("09_prose")
record

# %% id="09-gap" tags=["exercise"]
### BEGIN SOLUTION
answer = "counts"
### END SOLUTION
lc.predict("09.gap", answer=answer)

# %% id="gap-measured" tags=["after-prediction"]
# Bits for the hidden letter.
seed = torch.randint(2**31, (1,), generator=lc.rng("trained")).item()
rate = record["decoder 300 lr"].median
decoder = gaps.trained(is_causal=True, steps=300, lr=rate, seed=seed)
_, _, windows = gaps.windows()  # [B, T]
paid = {
    "decoder from the left": gaps.bits(gaps.from_left(decoder, windows), windows),
    "encoder": record["encoder 1960 both"].median,
    "decoder by trying": gaps.bits(gaps.by_trying(decoder, windows), windows),
    "counts": gaps.bits(gaps.by_counts(windows, 2), windows),
}
alone = gaps.bits(gaps.by_counts(windows, 0), windows)

# %% id="gap-figure" tags=["after-prediction"]
# The figure: who pays how much.
fig, ax = lc.subplots(height=2.6)
recorded = ("decoder 300 left", "encoder 1960 both", "decoder 300 tried")
for place, (way, colour) in enumerate(zip(paid, (BLUE, ORANGE, GREEN, GREY), strict=True)):
    ax.barh(place, paid[way], color=colour, height=0.6)
    ax.text(0.05, place, f"{paid[way]:.2f}", va="center", color="white")
for place, name in enumerate(recorded):
    ax.plot(record[name].values, [place - 0.4] * len(record[name].values), "k|", ms=6)
ax.axvline(alone, color=GREY, ls=":")
ax.text(alone - 0.05, 3.4, "the letters' shares alone", color=GREY, ha="right", va="bottom")
ax.set_yticks(range(4), paid)
ax.set(xlabel="bits for the hidden letter", ylim=(3.5, -0.6), xlim=(0, alone + 0.3))
said = f"Counting pays {paid['counts']:.2f} bits, {{value:.2f}} fewer than the decoder by trying. "
said += "Strokes: the record's seeds; the encoder's bar is their median."
claim = lc.claim("09.tried", said, paid["decoder by trying"] - paid["counts"], between=(0.01, 0.8))
lc.reveal("09.gap", lc.figure(fig, claim), was=min(paid, key=paid.get))

# %% id="gap-longer" tags=["after-prediction"]
# What it says, and what it does not.
few, many = record["encoder 300 both"], record["decoder 1000 tried"]
text = f"""**So small and so briefly trained, both models do worse than a count of neighbours** in the text that they learned from, the simplest rival, and easily forgotten.
After 1,000 steps the decoder by trying pays {many:.2f} (median, least and most of five seeds), about as few as the count.

With equal *steps*, 300, the encoder has had a seventh of the answers, and pays {few:.2f}: about what the decoder pays from the left alone.

Trying costs 35 readings for one letter, and $35^m$ for $m$ letters; the encoder answers all in one reading, each by itself."""
lc.reveal("09.gap", text)

# %% [markdown] id="sources"
# ## Sources
#
# - The article: an introduction to ultra-long context in language models, in Chinese, section 3.2, item 4.
# - Ba, Kiros and Hinton, Layer normalization, 2016.
# - Devlin, Chang, Lee and Toutanova, BERT: pre-training of deep bidirectional transformers for language understanding, NAACL 2019.
# - Elhage et al., A mathematical framework for transformer circuits, Transformer Circuits Thread, 2021.
# - Haviv, Ram, Press, Izsak and Levy, Transformer language models without positional encodings still learn positional information, Findings of EMNLP 2022.
# - Liao, Jiang and Liu, Probabilistically masked language model capable of autoregressive generation in arbitrary word order, ACL 2020: trained with any share hidden.
# - Olsson et al., In-context learning and induction heads, Transformer Circuits Thread, 2022.
# - Radford, Wu, Child, Luan, Amodei and Sutskever, Language models are unsupervised multitask learners (GPT-2), 2019.
# - Raffel et al., Exploring the limits of transfer learning with a unified text-to-text transformer (T5), Journal of Machine Learning Research, 2020: learned scores for distances.
# - Sanford, Hsu and Telgarsky, One-layer transformers fail to solve the induction heads task, 2024.
# - Torroba Hennigen and Kim, Deriving language models from masked language models, ACL 2023: the probability of two words from answers that see each other.
# - Vaswani et al., Attention is all you need, NeurIPS 2017.
# - Wang and Cho, BERT has a mouth, and it must speak: BERT as a Markov random field language model, NeuralGen 2019.

# %% id="report"
lc.report()
