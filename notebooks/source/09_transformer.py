# %% [markdown] id="promise"
# # 09 · Encoder and decoder
#
# **What turns attention into BERT and into GPT?**
#
# Attention reads. A model must also keep what it has read, and be asked something.
#
# After this lesson you can write a block, say what its mask changes, ask a model for the next word or for a hidden one, and say why only one of the two can write.
#
# You need lesson 08, probabilities, some PyTorch.
# The core path takes about 70 minutes; the end of section 3 is a good place to stop half way.
#
# ## Before you begin
#
# Run the next two cells.

# %% id="start"
import torch
from sympy import Rational, exp, sqrt, symbols
from torch import nn

import lcutils as lc
from lcutils import gaps, transformer
from lcutils.proof import MatrixSymbol, dot, norm_sq
from lcutils.show import BLUE, GREEN, GREY, ORANGE

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
# The MLP has one hidden number, $h = \max(0, x_1 + x_2)$, and writes $h \cdot (0, 0, \frac12, \frac12)$.
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
# With $b$ more in each entry the mean, too, is $b$ more. For entry 1 of $d$ with the sum $s$:

# %% id="shift"
d = symbols("d", positive=True, integer=True)
x1, s, b = symbols("x_1 s b", real=True)
lc.prove("09.shift", x1 + b - (s + d * b) / d, x1 - s / d, reason="all d numbers have b more")

# %% [markdown] id="scale-before"
# A factor $a > 0$ cancels; $u$ has mean 0:

# %% id="scale"
a, u = symbols("a", positive=True), MatrixSymbol("u", d, 1)
lc.prove("09.scale", a * u / sqrt(norm_sq(a * u) / d), u / sqrt(norm_sq(u) / d))

# %% [markdown] id="scale-seen"
# A factor $-1$ turns the sign. (Nearly, with the small $\epsilon$ that keeps the root above 0.)
# However long the stream has grown, a part reads its direction alone.


# %% id="normed"
def normed(x):
    """x: [..., d] -> each vector with mean 0 and mean square 1"""
    x = x - x.mean(dim=-1, keepdim=True)
    return x / (x.square().mean(dim=-1, keepdim=True) + 1e-5).sqrt()


# %% [markdown] id="block-exercise"
# **Exercise 1** (7 minutes). Write the block.
# Row $t$ of `A` holds the weights of what token $t$ reads; that goes through `W`. The MLP has `up`, a ReLU, `down`.


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
# The stream is never overwritten, it is a sum.
# By hand: dog is $(1, 1, -1, -1) + (1, 1, -1, -1) + (0, 0, 1, 1)$.
# A model names the word whose vector $w$ has the largest product with it, so each part has its say (up to the last norm, which divides all alike):

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
# Without it each token reads all. Everything else stays, to the last number.

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
    """Tiles for each number; framed: the tokens that another last word changes"""
    tiles = torch.full((3, 14), torch.nan)
    for t in range(3):
        tiles[:, 5 * t : 5 * t + 4] = before[:, t]
    ax.imshow(tiles, cmap="PRGn", vmin=-4, vmax=4, aspect="auto")
    for row, column in tiles.isfinite().nonzero().tolist():
        number = f"{tiles[row, column]:.1f}".replace("-", "−").removesuffix(".0")
        ax.text(column, row, number, ha="center", va="center", size=8)
    for stage, t in (before != after).any(dim=2).nonzero().tolist():
        corner = (5 * t - 0.5, stage - 0.5)
        ax.add_patch(Rectangle(corner, 4, 1, fill=False, ec=ORANGE, lw=3, clip_on=False))
    ax.set_xticks([1.5, 6.5, 11.5], sentence.split())
    ax.set_yticks(range(3), ["word", "+ attention", "+ MLP"])
    ax.tick_params(length=0)
    ax.spines[:].set_visible(False)


# %% id="changed-seen" tags=["after-prediction"]
# The figure: another last word.
fig, both = lc.subplots(2, 1, height=4.6)
changed = []
for ax, is_causal in zip(both, (True, False), strict=True):
    before, after = (stages(f"dog bites {last}", is_causal) for last in ("man", "dog"))
    draw_stages(ax, before, after, "dog bites man")
    ax.set_title("with the mask" if is_causal else "without it")
    changed.append((before[-1] != after[-1]).any(dim=1).sum().item())
said = (
    f"Another last word changes {changed[0]} of the 3 tokens with the mask, {changed[1]} without."
)
text = """Framed is what becomes another number.
With the mask nothing later is felt: **a decoder**, as GPT is.
Without it each word feels all: **an encoder**, as BERT is."""
lc.reveal("09.changed", lc.figure(fig, said), text, was=changed)

# %% [markdown] id="order-before"
# ## 3. Who knows the order?
#
# So far no token was told its place.
# Take two blocks with 64 numbers a token, weights at random.

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
said = "Scores of the three words at bites: with the mask they differ by up to {value:.2f}, "
said += f"without it by {apart[False]:.0e}."
claim = lc.claim("09.order_apart", said, apart[True], between=(0.05, 9))
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
other = (exp(s3) * v3 + exp(s2) * v2) / (exp(s3) + exp(s2))
false = lc.refute("09.swap_masked", masked, other)
lc.reveal("09.order", proof, "With the mask token 2 reads tokens 1 and 2 only:", false)

# %% [markdown] id="clock" tags=["after-prediction"]
# Norm and MLP look at one token at a time. So from an encoder without places shuffled words come out as the same vectors, shuffled.
#
# **The mask alone is a clock.** By hand: let only the first token have a $1$ in some entry. Who reads the mean of all up to itself finds $1$, $\frac12$, $\frac13$, $\dots$ there.
# So decoders can do without places (Haviv et al., 2022); encoders cannot.

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
    changed = torch.cat([x[:, :9], -x[:, 9:]], dim=1)
    one, other = encoder_layer(x, later), encoder_layer(changed, later)
what = "With a causal mask, tokens 1 to 9 of an encoder layer before and after token 10 changed"
claim = lc.same("09.encoder_layer", what, one[:, :-1], other[:, :-1], 1e-5)
sizes = [sum(p.numel() for p in layer.parameters()) for layer in (encoder_layer, decoder_layer)]
said = "Of a decoder layer's parameters, {value:.2f} are the second attention and its norm."
extra = lc.claim("09.second_attention", said, 1 - sizes[0] / sizes[1], between=(0.24, 0.26))
asks_an_encoder = "memory" in decoder_layer.forward.__annotations__
was = "nn.TransformerEncoderLayer" if asks_an_encoder else "nn.TransformerDecoderLayer"
text = """A decoder layer cannot even be called without an encoder's output, its `memory`.
**GPT is a stack of encoder layers with a causal mask.**"""
lc.reveal("09.torch", claim, extra, text, was=was)

# %% [markdown] id="half-way"
# ### Half way
#
# **A good place to stop.**
#
# ## 4. What is asked
#
# GPT is asked at each place for the *next* token.
# By hand: if it gives dog $\frac14$, and then bites $\frac12$, it gives the text "dog bites" $\frac18$.
# For any text, $p(x_1, \dots, x_T) = p(x_1)\, p(x_2 | x_1) \cdots p(x_T | x_1 \dots x_{T-1})$: **the answers, multiplied, are the probability of the text.** No answer sees what it is asked for.
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
# 15 in 100 are asked for. Of these, 8 in 10 become a token that means "hidden", 1 in 10 some other token, and 1 in 10 is left: what can be read may be right or wrong.
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
# ## 5. Can an encoder write?
#
# May its answers be multiplied, too?
# Of texts of two words, let one have the probability $p$, its first word the share $a$ and its second $b$.
#
# **Exercise 4** (3 minutes). Multiply the two answers, $p(x_1 | x_2)$ and $p(x_2 | x_1)$. Write the product in `p`, `a`, `b`.

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
# Now the texts are cities, half of them New York, half Los Angeles:
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
words = torch.randint(2, (10_000, 2), generator=lc.rng("cities"))  # each by its own answer
share = (words[:, 0] == words[:, 1]).double().mean()
said = "Both drawn at once, 10,000 times: {value:.2f} of them are cities."
claim = lc.claim("09.cities_drawn", said, share, between=(0.48, 0.52))
no_joint = lc.refute("09.no_joint", p**2 / (a * b), p, domain=(p < a, p < b, a < 1, b < 1))
text = r"""Each answer is $\frac12, \frac12$: New Angeles is as likely as New York.
(Draw one, put it in, then ask for the other: that gives cities only.)

With one word shown, the other is certain: the answers multiply to $1$ for New York, and to $1$ for Los Angeles, together $2$.
Each is off by the factor $p / (a b)$, or $e$ to lesson 02's PMI:"""
D = symbols("D", positive=True)
quarter = Rational(1, 4)
cells = 2 * (quarter + D) ** 2 / quarter + 2 * (quarter - D) ** 2 / quarter
after = r"""Let every word have the share $\frac12$, and $p$ be $\frac14 + D$ for two of the four texts, $\frac14 - D$ for the others. The four products add up to"""
total = lc.prove("09.total", cells, 1 + 16 * D**2)
end = r"""For the cities $D = \frac14$, and that is $2$.
**Only for independent words, $D = 0$, do an encoder's answers multiply to a probability.**"""
lc.reveal("09.cities", claim, text, no_joint, after, total, end, was=share.item())

# %% [markdown] id="prose-before"
# ## 6. The same block, trained twice
#
# Real prose, letter by letter: documentation from your machine, 33 letters, windows of 48.
# One block has 48 numbers a token and four heads, which learn a score for each distance.
# It is trained for 300 steps of 16 windows: with the mask for the next letter, without it for hidden ones.
# Each has its own learning rate, chosen by other files and another seed.
#
# Then letter 37 is asked for:
#
# 1. of the decoder, from the 36 letters on the left;
# 2. of the encoder, from these and the 11 on the right;
# 3. of the decoder, by trying: each of the 33 letters stands in the gap, and the window's probability is its weight.
#
# Fewer bits are better; knowing how frequent each letter is costs about 4.

# %% id="record"
record = lc.recorded("09_prose")
record

# %% id="trained"
seed = torch.randint(2**31, (1,), generator=lc.rng("trained")).item()
rates = {kind: record[f"{kind} 1 lr"].median for kind in ("decoder", "encoder")}
decoder = gaps.trained(is_causal=True, steps=300, lr=rates["decoder"], seed=seed)
encoder = gaps.trained(is_causal=False, steps=300, lr=rates["encoder"], seed=seed)

# %% id="09-gap" tags=["exercise"]
### BEGIN SOLUTION
answer = "decoder by trying"
### END SOLUTION
lc.predict("09.gap", answer=answer)

# %% id="gap-measured" tags=["after-prediction"]
# Bits for the hidden letter.
_, _, windows = gaps.windows()  # [N, T]
letters = windows[:, gaps.PLACE]
ways = {
    "decoder from the left": ("decoder 1 300 left", gaps.from_left(decoder, windows)),
    "encoder from both sides": ("encoder 1 300 both", gaps.from_both(encoder, windows)),
    "decoder by trying": ("decoder 1 300 tried", gaps.by_trying(decoder, windows)),
}
paid = {way: gaps.bits(logits, windows) for way, (_, logits) in ways.items()}
shares = torch.bincount(gaps.windows()[0].flatten(), minlength=33).double()
alone = gaps.bits((shares + 1).log().expand(len(windows), -1), windows)

# %% id="gap-figure" tags=["after-prediction"]
# The figure: who pays how much.
fig, ax = lc.subplots(height=2.4)
for place, (way, colour) in enumerate(zip(paid, (BLUE, ORANGE, GREEN), strict=True)):
    ax.barh(place, paid[way], color=colour, height=0.6)
    ax.text(0.05, place, f"{paid[way]:.2f}", va="center", color="white")
    ax.plot(record[ways[way][0]].values, [place] * 10, "|", color=GREY, ms=12)
ax.axvline(alone, color=GREY, ls=":")
ax.text(alone - 0.05, -0.55, "the letters' shares alone", color=GREY, ha="right", va="bottom")
ax.set_yticks(range(3), paid)
ax.set(xlabel="bits for the hidden letter", ylim=(2.5, -0.6), xlim=(0, alone + 0.3))
low, high = record["decoder 1 300 tried"].range
said = "By trying, the decoder pays {value:.2f} bits, fewer than the encoder that learned to fill "
said += f"gaps, with {paid['encoder from both sides']:.2f}. Grey strokes: the record's ten seeds."
claim = lc.claim("09.tried", said, paid["decoder by trying"], between=(low, high))
text = """**A decoder has the probability of whole texts, so it can be asked anything**, at the price of 33 readings for one letter.
An encoder answers in one, and only the question that it was trained for.
It also learns from fewer answers, 15 letters in 100, the decoder from all; and some encoders begin late."""
lc.reveal("09.gap", lc.figure(fig, claim), text, was=min(paid, key=paid.get))

# %% id="gap-longer" tags=["after-prediction"]
# More steps, and a second block.
longer = record["encoder 1 1000 both"], record["decoder 1 1000 tried"]
deeper = record["encoder 2 1500 both"], record["decoder 2 1500 tried"]
text = f"""Does the encoder catch up? After 1,000 steps it pays {longer[0]:.2f} bits, the decoder by trying {longer[1]:.2f};
with two blocks and 1,500 steps {deeper[0]:.2f} and {deeper[1]:.2f} (medians of five seeds, least and most)."""
more = gaps.bits(gaps.from_left(encoder, windows), windows) - paid["decoder from the left"]
said = (
    "With nothing to the right, as when writing, the encoder pays {value:.2f} bits more than the "
)
said += "decoder for the same letter."
claim = lc.claim("09.encoder_left", said, more, between=(0.4, 2.2))
lc.reveal("09.gap", text, claim)

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
# - A block adds to a stream what attention reads and what an MLP makes of it. Both read a normed copy, blind to shift and positive scale.
# - One switch, the mask, parts decoder and encoder. Without mask and places, order is invisible; the mask alone tells it.
# - Another question goes with it: the next token, or hidden ones.
# - Answers to "what is next?" multiply to the text's probability. Those to "what is hidden?" do not: they are too large by $e^{\text{PMI}}$.
# - So a decoder can write, and can fill gaps by trying; an encoder fills them in one reading.

# %% [markdown] id="more-time"
# ## If you have more time
#
# - One question: who packs a text? (1 minute)
# - How large is it? Exercise 5 (4 minutes).
# - Two blocks that copy, made by hand, and whether training finds them (8 minutes).

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
# BERT-base and the smallest GPT-2 have $L = 12$ and $d = 768$ both: 85 million in their blocks, of one shape.
# Their tables have 30,522 and 50,257 tokens: that makes 108 and 124 million.
#
# </details>
#
# ### Two blocks that copy
#
# "q 7 b 0 x 3 q": what comes next?
# An *induction head* looks for the token that came after the last q (Elhage et al., 2021).
# It takes two blocks. By hand, with a vector for each letter at right angles to the others:
#
# 1. In the first, each token reads the token before it, and writes it into a part of the stream of its own.
# 2. In the second, each token asks: who has stood *after* a letter like me? It compares its own letter with those other parts, and reads the letter that it finds.


# %% id="induction-made"
def next_letters(tokens, n_blocks):
    """tokens: [T], whole numbers -> what each token names as the next: [T]"""
    T = len(tokens)
    x = torch.eye(26)[tokens]  # [T, 26]
    before = torch.cat([0 * x[:1], x[:-1]])  # what the first block reads
    keys = before if n_blocks == 2 else x
    later = torch.ones(T, T, dtype=torch.bool).triu(1)
    A = (100 * x @ keys.T).masked_fill(later, -torch.inf).softmax(dim=1)
    return (A @ x).argmax(dim=1)


# %% id="induction-measured" tags=["hide-input"]
# Twelve letters, and the same again.
rng = lc.rng("copies")
texts = [torch.randperm(26, generator=rng)[:12].repeat(2) for _ in range(200)]
right = [
    torch.stack([(next_letters(text, n)[12:-1] == text[13:]).float() for text in texts]).mean()
    for n in (1, 2)
]
said = "12 letters twice: two blocks name {value:.2f} of the letters that come again, "
said += f"one block without the first {right[0]:.2f}."
lc.claim("09.two_copy", said, right[1], between=(1, 1))

# %% [markdown] id="copies-before"
# One block alone finds the same letter again, and reads that very letter: *who stood before it* is not in its key.
# (Unless a key is made from two tokens, as in lesson 08's model.)
#
# Do trained models find these two blocks?
# Olsson et al. (2022) saw induction heads form in models of two blocks and more, in one short phase of training, and in none of one block.
# Their models had read billions of tokens; ours reads a million letters.

# %% id="09-copies" tags=["exercise"]
### BEGIN SOLUTION
answer = "about the same"
### END SOLUTION
lc.predict("09.copies", answer=answer)

# %% id="copies-recorded" tags=["after-prediction"]
# From the record.
new, again, head = (record[f"decoder 2 1500 {name}"] for name in ("new", "again", "head"))
text = f"""The first time a letter costs {new:.1f} bits, the second time {again:.1f} (five seeds).
The most that any of its eight heads gives to the token it should look at is {head.median:.2%} of its weight.
**No induction head was seen here**, at this size and after so few steps. That says nothing against those who saw them in larger models."""
gain = new.median - again.median
was = "about the same" if abs(gain) < 0.5 else "the second time" if gain > 0 else "the first time"
lc.reveal("09.copies", text, was=was)

# %% [markdown] id="sources"
# ## Sources
#
# - The article: an introduction to ultra-long context in language models, in Chinese, section 3.2, item 4.
# - Ba, Kiros and Hinton, Layer normalization, 2016.
# - Devlin, Chang, Lee and Toutanova, BERT: pre-training of deep bidirectional transformers for language understanding, NAACL 2019.
# - Elhage et al., A mathematical framework for transformer circuits, Transformer Circuits Thread, 2021.
# - Haviv, Ram, Press, Izsak and Levy, Transformer language models without positional encodings still learn positional information, Findings of EMNLP 2022.
# - Olsson et al., In-context learning and induction heads, Transformer Circuits Thread, 2022.
# - Radford, Wu, Child, Luan, Amodei and Sutskever, Language models are unsupervised multitask learners (GPT-2), 2019.
# - Raffel et al., Exploring the limits of transfer learning with a unified text-to-text transformer (T5), Journal of Machine Learning Research, 2020: learned scores for distances.
# - Vaswani et al., Attention is all you need, NeurIPS 2017.

# %% id="report"
lc.report()
