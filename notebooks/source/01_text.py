# %% [markdown] id="promise"
# # 01 · Words in, numbers out
#
# **What is lost between the page and the numbers?**
#
# A network reads numbers.
# So the first step of every language model turns text into a row of whole numbers, its *tokens*, and whatever is lost there, no later step brings back.
#
# After this lesson you can say what four ways of reading lose and what they cost, write byte-pair encoding, with which most large models of today begin, and tell when a token that was learned can never be used.
#
# You need lists and loops in Python, logarithms, a little PyTorch.
# The core path takes about 70 minutes; the end of section 3 is a good place to stop half way.
#
# ## Before you begin
#
# Run the next two cells.

# %% id="start"
import math
import re
from collections import Counter
from itertools import accumulate, pairwise, product

import torch
from matplotlib.patches import FancyBboxPatch
from sympy import Rational, log, sqrt, symbols

import lcutils as lc
from lcutils import text
from lcutils.show import BLUE, GREEN, GREY, ORANGE, label_lines
from lcutils.text import tokens

lc.start("01")

# %% id="01-recall_memory" tags=["exercise"]
### BEGIN SOLUTION
answer = "b"
### END SOLUTION
lc.quiz("01.recall_memory", answer=answer)

# %% [markdown] id="one-sentence"
# ## 1. One sentence, four readers
#
# - *Content words*: letters only, all of them small, and no *stop words*, the little words such as "the", "in", "will" that are everywhere.
# - *Words of a table*: the 1,000 most frequent words of a text. Any other word becomes `?`.
# - *Characters*: each sign has a number in the Unicode table.
# - *Bytes*: UTF-8 writes each sign as one to four numbers from 0 to 255.
#
# The text for the table is the documentation of PyTorch and SymPy, read from the packages on your machine.

# %% id="four-readers"
prose = text.paragraphs()
table = text.vocabulary(prose, 1_000)  # word -> its place in the ranking, from 0


def words_of(said):
    return re.findall(r"[^\W\d_]+", said.lower())


def content_words(said):
    return [word for word in words_of(said) if word not in tokens.STOP_WORDS]


said = "In May the US let Will go: 東京!"
print("content  ", *content_words(said))
print("table    ", *(word if word in table else "?" for word in words_of(said)))
print("signs    ", *(ord(sign) for sign in said[:12]), "... in all", len(said))
print("bytes    ", *said.encode()[:12], "... in all", len(said.encode()))
print("and back ", bytes(said.encode()).decode())

# %% [markdown] id="four-readers-seen"
# The first reader has lost the month, the country and the man: in small letters they are stop words.
# The second has holes.
# The third and the fourth lose nothing, and pay with long rows.
#
# ## 2. Words that carry nothing?
#
# A tempting shortcut: clean the text first.
# The article that this workbook grew from begins so: cut into words, drop the stop words (section 3.1, step 1).
# Four pairs of sentences:
#
# | | one | other |
# |---|---|---|
# | a | The step is in place. | The step is not in place. |
# | b | From Oslo to Rome. | To Oslo from Rome. |
# | c | To be or not to be? | What is it for? |
# | d | Dog bites man. | Man bites dog. |

# %% id="01-stop_pairs" tags=["exercise"]
### BEGIN SOLUTION
answer = 3
### END SOLUTION
lc.predict("01.stop_pairs", answer=answer)

# %% id="stop-pairs-seen" tags=["after-prediction"]
pairs = [("The step is in place.", "The step is not in place.")]
pairs += [("From Oslo to Rome.", "To Oslo from Rome.")]
pairs += [("To be or not to be?", "What is it for?"), ("Dog bites man.", "Man bites dog.")]
rows, equal = ["| one | other |", "|---|---|"], 0
for pair in pairs:
    left, right = map(content_words, pair)
    equal += left == right
    rows.append(f"| {' '.join(left) or '(nothing)'} | {' '.join(right) or '(nothing)'} |")
seen = """The first pair lost its *not*, the second its direction, the third everything.
What is left is the order of the other words: it tells the last two apart."""
lc.reveal("01.stop_pairs", "\n".join(rows), seen, was=equal)

# %% [markdown] id="libraries"
# ### On real prose
#
# Those sentences were made for the purpose.
# So let us ask real prose: is a paragraph from PyTorch or from SymPy?
# The judge, *naive Bayes*, only counts: in each library every word has a share, and a paragraph belongs where the product of its words' shares is larger (one is added to each count, so that no share is zero).
# It never sees the order of the words.
# It learns from seven files in ten, drawn at random, and is asked about the others.
# Its right answers are counted for each library by itself, and the mean is taken: whoever always says the same has 0.5.


# %% id="judge"
def right_share(train, held, keep):
    """Share of right answers on `held`, if the judge sees what `keep` keeps"""
    counts = {"torch": Counter(), "sympy": Counter()}
    for p in train:
        counts[p.source_file.split("/")[0]].update(filter(keep, p.words))
    kinds = counts["torch"] | counts["sympy"]  # words that neither has say nothing
    right = {"torch": [], "sympy": []}
    for p in held:
        score = {}
        for name, count in counts.items():
            total = count.total() + len(kinds)
            seen = [word for word in p.words if word in kinds]
            score[name] = sum(math.log((count[word] + 1) / total) for word in seen)
        library = p.source_file.split("/")[0]
        right[library].append(max(score, key=score.get) == library)
    return sum(sum(one) / len(one) for one in right.values()) / 2


# %% id="split"
def split(prose, rng, part=0.7):
    """Two lists of paragraphs, with no file in both"""
    files = sorted({p.source_file for p in prose})
    drawn = torch.randperm(len(files), generator=rng)[: round(part * len(files))]
    chosen = {files[i] for i in drawn.tolist()}
    train = [p for p in prose if p.source_file in chosen]
    return train, [p for p in prose if p.source_file not in chosen]


# %% id="stop-words-tell" tags=["hide-input"]
# What stop words alone can tell.
is_stop = tokens.STOP_WORDS.__contains__
keeps, found = (lambda word: True, lambda word: not is_stop(word), is_stop), []
for again in range(5):
    train, held = split(prose, lc.rng(f"split {again}"))
    found.append([right_share(train, held, keep) for keep in keeps])
every, content, stop = torch.tensor(found).mean(dim=0).tolist()
spoken = [word for p in prose for word in p.words]
part = sum(map(is_stop, spoken)) / len(spoken)
sentence = (
    f"Stop words, {part:.2f} of all words, alone: {{value:.2f}} right (mean of five splits). "
)
sentence += f"All words: {every:.2f}; all but stop words: {content:.2f}; by a coin: 0.50."
lc.claim("01.stop_words_tell", sentence, stop, between=(0.58, 0.7))

# %% id="stop-words-spared" tags=["hide-input"]
# What is lost without them.
sentence = "Dropping them changes the share of right answers by {value:+.3f}."
lc.claim("01.stop_words_spared", sentence, content - every, between=(-0.03, 0.03))

# %% [markdown] id="stop-words-seen"
# So little words carry something: how sentences hang together is a mark of who wrote them (by such words Mosteller and Wallace told, in 1964, who had written which of the disputed *Federalist* papers).
# But this task can spare them, for the others tell nearly all.
# Whether a task can is a question about the task, not about the words, and has to be measured; besides, published lists of stop words differ (Nothman et al., 2018).
#
# ## 3. Words that are in no table
#
# Number the words of the text by how often they come: 0 is the most frequent.
# A table keeps the first `n_known` of them, 0 to `n_known - 1`.
#
# **Exercise 1** (2 minutes). All words that are not in the table get one number, the next that is free.


# %% id="01-known_words" tags=["exercise"]
def known_words(words, n_known):
    """words: [T] places in the ranking -> numbers: [T], n_known for the unknown"""
    ### BEGIN SOLUTION
    return torch.where(words < n_known, words, n_known)
    ### END SOLUTION


known_words = lc.check("01.known_words", known_words)

# %% [markdown] id="hints-known_words"
# {{hints}}
#
# How large must a table be?

# %% id="ranking"
counts = Counter(word for p in prose for word in p.words)
ranked = sorted(counts.values(), reverse=True)
print(f"{sum(ranked):,} words, {len(ranked):,} of them different,")
print(f"{ranked.count(1):,} of which come only once")

# %% id="01-half" tags=["exercise"]
### BEGIN SOLUTION
answer = 80  # a whole number
### END SOLUTION
lc.predict("01.half", answer=answer)

# %% id="half-seen" tags=["after-prediction"]
covered = [total / sum(ranked) for total in accumulate(ranked)]  # by the 1, 2, 3, ... first words
half = next(n for n, share in enumerate(covered, 1) if share >= 0.5)
zipf = list(accumulate(1 / r for r in range(1, len(ranked) + 1)))
fig, ax = lc.subplots(height=2.8)
ax.plot(range(1, len(ranked) + 1), covered, color=BLUE, label="this text")
ax.plot(range(1, len(ranked) + 1), [z / zipf[-1] for z in zipf], color=GREY, label="Zipf's law")
ax.plot(half, 0.5, "o", color=BLUE)
ax.set(xscale="log", xlabel="words in the table", ylabel="share of the text", ylim=(0, 1.02))
ax.set_xticks([1, 10, 100, 1_000], ["1", "10", "100", "1,000"])
label_lines(ax)
sentence = f"The {{value:.0f}} most frequent of {len(ranked):,} words are half of the text."
claim = lc.claim("01.half_words", sentence, half, between=(40, 140))
by_hand = r"""*Zipf's law* says: the word at place $r$ comes in proportion to $1/r$.
Then the first $n$ of $V$ words have the share $H_n / H_V$ with $H_n = 1 + \frac12 + \dots + \frac1n$.
By hand: $H_4 = 2.08$ and $H_{16} = 3.38$, so 4 of 16 words have $0.62$.
$H_n$ grows like $\log n$ (it lies between $\log(n + 1)$ and $1 + \log n$), so for large $V$ half of the text needs about $\sqrt V$ words:"""
V = symbols("V", positive=True, integer=True)
proof = lc.prove("01.half_zipf", log(sqrt(V)) / log(V), Rational(1, 2))
lc.reveal("01.half", lc.figure(fig, claim), by_hand, proof, was=half)

# %% [markdown] id="half-way"
# ### Half way
#
# **A good place to stop.**
# A table of words, however long, will meet words that it does not have; bytes never will.
# What comes: tokens between the two (40 minutes).

# %% [markdown] id="pairs"
# ## 4. From bytes to pieces
#
# *Byte-pair encoding* begins with bytes, and joins what stands side by side most often (Gage, 1994; for translation, Sennrich et al., 2016).
#
# By hand: `aaab aaab`. The pair `aa` comes four times, twice in each word, `ab` twice.
# Join `aa`, from left to right, and call it `X`: `Xab Xab`.
# Now `Xa` and `ab` come twice each. A tie goes to the pair with the smaller numbers, bytes before new tokens: `ab`, as `Y`, gives `XY XY`.
# Then `XY`, as `Z`: `Z Z`. Nine signs have become three.
#
# A text is first cut into words, each with the space before it, so that no pair reaches across a word's end.
# A word that came $n$ times is then counted once, $n$ times as heavily.
#
# **Exercise 2** (5 minutes). Count the pairs.


# %% id="01-pair_counts" tags=["exercise"]
def pair_counts(words, often, n_tokens):
    """words: [N, T], -1 behind an end, often: [N] -> [n_tokens, n_tokens]"""
    counts = torch.zeros(n_tokens, n_tokens, dtype=torch.long)  # row: left token
    ### BEGIN SOLUTION
    for word, n in zip(words.tolist(), often.tolist(), strict=True):
        for left, right in pairwise(word):
            if right >= 0:
                counts[left, right] += n
    return counts
    ### END SOLUTION


pair_counts = lc.check("01.pair_counts", pair_counts)

# %% [markdown] id="hints-pair_counts"
# {{hints}}
#
# **Exercise 3** (5 minutes). This joins a pair wherever it stands, all at once, and is right most of the time. When is it not? Mend it.


# %% id="01-merge" tags=["exercise"]
def merge(tokens, left, right, new):
    """tokens: [T] -> new wherever left, right stand side by side: [T - m]"""
    ### BEGIN SOLUTION
    row, out, i = tokens.tolist(), [], 0
    while i < len(row):
        is_pair = row[i : i + 2] == [left, right]
        out.append(new if is_pair else row[i])
        i += 2 if is_pair else 1
    return torch.tensor(out)
    ### END SOLUTION
    ### BEGIN STUDENT
    # is_pair = (tokens[:-1] == left) & (tokens[1:] == right)  # [T - 1]
    # out, stays = tokens.clone(), torch.ones(len(tokens), dtype=torch.bool)
    # out[:-1][is_pair] = new
    # stays[1:] = ~is_pair
    # return out[stays]
    ### END STUDENT


merge = lc.check("01.merge", merge)

# %% [markdown] id="hints-merge"
# {{hints}}
#
# The merges of our prose, learned from the files drawn before (on other words than those it is asked about below):

# %% id="learn"
train, held = split(prose, lc.rng("tokens"))
merges = tokens.learn_merges([p.text for p in train], 1_600)
learned = [spelt.decode(errors="replace") for spelt in tokens.spellings(merges)]
print(*(f"[{token}]" for token in learned[256:276]))


# %% id="boxes" tags=["hide-input"]
# Draws tokens as boxes.
def boxes(ax, said, n_merges, y=0.0):
    """The tokens of `said` as boxes in one row; returns how many there are"""
    found, x = tokens.encode(said, merges[:n_merges]), 0.0
    for token in found:
        name = learned[token]
        colour = GREY if token < tokens.N_BYTES else (BLUE if name.startswith(" ") else GREEN)
        look = {"boxstyle": "round,pad=0", "fc": "white", "ec": colour, "lw": 1.3}
        ax.add_patch(FancyBboxPatch((x + 0.08, y - 0.34), len(name) - 0.16, 0.68, **look))
        for place, sign in enumerate(name):
            ax.text(x + place + 0.5, y, sign, ha="center", va="center", size=9, family="monospace")
        x += len(name)
    return len(found)


# %% id="boxes-figure" tags=["hide-input"]
# The figure: more and more merges.
sentence = "Returns the gradient of the loss, unweighted."
steps = (0, 20, 100, 400, 1_600)
fig, ax = lc.subplots(height=2.4)
counted = [boxes(ax, sentence, n, y=-row) for row, n in enumerate(steps)]
ax.set(xlim=(-0.2, len(sentence) + 0.2), ylim=(-4.6, 0.6), xticks=[])
ax.set_yticks([-row for row in range(5)], [f"{n:,} merges" for n in steps])
for side in ("left", "bottom"):
    ax.spines[side].set_visible(False)
ax.tick_params(length=0)
said_of_it = f"{counted[0]} bytes become {counted[-1]} tokens; "
said_of_it += "what is rare falls into parts. Grey: a byte; blue: begins with a space."
lc.figure(fig, said_of_it)

# %% [markdown] id="shorter"
# A merge of $m$ pairs makes $T - m$ tokens out of $T$, so a row never grows.
# And since no token is in two pairs, $m \le T / 2$: no merge makes a row shorter than half.
# Tried on every row of up to six tokens out of three, with every pair:

# %% id="every-row" tags=["hide-input"]
# Every short row.
lengths = [
    (T, len(merge(torch.tensor(row), *pair, 3)))
    for T in range(1, 7)
    for row in product(range(3), repeat=T)
    for pair in product(range(3), repeat=2)
]
outside = sum(not (T + 1) // 2 <= after <= T for T, after in lengths)
sentence = f"Of {len(lengths):,} merges {{value:.0f}} make a row longer, or shorter than half."
lc.claim("01.never_longer", sentence, outside, between=(0, 0))

# %% [markdown] id="encode-before"
# **Exercise 4** (5 minutes). Now a new text: make all merges in it, in the order learned.
# Merge $m$ makes the token $256 + m$; use `merge`.


# %% id="01-encode" tags=["exercise"]
def encode(tokens, merges):
    """tokens: [T] bytes, merges: [M, 2] as learned -> all merges made: [T']"""
    ### BEGIN SOLUTION
    for m, (left, right) in enumerate(merges.tolist()):
        tokens = merge(tokens, left, right, 256 + m)
    return tokens
    ### END SOLUTION


encode = lc.check("01.encode", encode)

# %% [markdown] id="hints-encode"
# {{hints}}
#
# ## 5. What is lost, and what it costs
#
# Now all readers on the files that nobody learned from.
# Each has a vocabulary: 256 bytes and the merges; or a table of words and signs as they stand, capitals included, most frequent first.
# On the left, what a row costs; on the right, what is lost.

# %% id="readers"
sizes = (0, 50, 100, 200, 400, 800, 1_600)
n_words = sum(len(p.words) for p in held)
cost = []
for M in sizes:
    rows = (tokens.encode(p.text, merges[:M]) for p in held)
    cost.append(sum(map(len, rows)) / n_words)

pieces = [piece for p in held for piece in tokens.pieces(p.text)]
seen = Counter(piece for p in train for piece in tokens.pieces(p.text))
ranking = {piece: place for place, (piece, _) in enumerate(seen.most_common())}
places = torch.tensor([ranking.get(piece, len(ranking)) for piece in pieces])
is_lost = (known_words(places, 256 + M) == 256 + M for M in sizes)
lost = [unknown.double().mean().item() for unknown in is_lost]

# %% id="readers-figure" tags=["hide-input"]
# The figure: cost and loss.
fig, axes = lc.subplots(1, 2, height=2.9)
of_table = len(pieces) / n_words
axes[0].text(420, cost[1] + 0.2, "byte pairs", color=BLUE)
axes[0].text(300, of_table - 0.7, "words of a table", color=ORANGE)
axes[1].text(420, lost[1] + 0.05, "words of a table", color=ORANGE)
for ax, pairs_at, table_at, what, top in (
    (axes[0], cost, [of_table] * len(sizes), "tokens a word", 7),
    (axes[1], [0.0] * len(sizes), lost, "share that is unknown", 0.6),
):
    vocabulary = [256 + M for M in sizes]
    ax.plot(vocabulary, pairs_at, "o-", color=BLUE)
    ax.plot(vocabulary, table_at, "s-", color=ORANGE, ms=4)
    ax.set(xscale="log", xlabel="size of the vocabulary", ylabel=what, ylim=(-0.03 * top, top))
    ax.set_xticks([256, 512, 1_024, 1_856], ["256", "512", "1,024", "1,856"])
    ax.minorticks_off()


# %% id="readers-claim" tags=["hide-input"]
# What it shows, in numbers.
never_met = (places == len(ranking)).double().mean().item()
met = {word for p in train for word in p.words}  # in small letters
small = sum(word not in met for p in held for word in p.words) / n_words
sentence = f"1,600 merges: {{value:.2f}} tokens a word instead of {cost[0]:.2f}, and nothing lost. "
sentence += f"A table of that size: {of_table:.2f}, and {lost[-1]:.2f} of them unknown; "
sentence += f"with all {len(ranking):,} words and signs met before, still {never_met:.2f} "
sentence += f"(of words in small letters {small:.2f})."
lc.figure(fig, lc.claim("01.tokens_a_word", sentence, cost[-1], between=(1.5, 1.9)))

# %% id="back" tags=["hide-input"]
# Does every paragraph come back?
asked = [p.text for p in held] + [said, "Ça va? 不客气。", "naïve\tcafé\n"]
differ = sum(tokens.decode(tokens.encode(x, merges), merges) != x for x in asked)
sentence = f"Of {len(asked)} texts {{value:.0f}} come back changed."
lc.claim("01.comes_back", sentence, differ, between=(0, 0))

# %% [markdown] id="uncut"
# ## 6. The merge that is never made
#
# Why cut first? Is a tokenizer not just its list of merges?
#
# Learn 200 merges from the same prose, *uncut*: a pair may now reach across a word's end.
# Then encode as models do, with the text cut.
# A token can never be made if the cut goes through it.

# %% id="01-never_made" tags=["exercise"]
### BEGIN SOLUTION
answer = 90  # a whole number
### END SOLUTION
lc.predict("01.never_made", answer=answer)

# %% id="never-made-seen" tags=["after-prediction"]
some = [p.text for p in train[::3]]
uncut = tokens.learn_merges(some, 200, cut=False)
names = [spelt.decode(errors="replace") for spelt in tokens.spellings(uncut)][256:]
dead = [name for name in names if len(tokens.pieces(name)) > 1]
cut = tokens.learn_merges(some, 200)
tokens_with = [sum(len(tokens.encode(p.text, m)) for p in held) for m in (uncut, cut)]
first = " ".join(f"[{name}]" for name in dead[:6])
sentence = f"The cut goes through {{value:.0f}} of the 200. The first: {first}."
claim = lc.claim("01.dead_merges", sentence, len(dead), between=(40, 110))
longer = tokens_with[0] / tokens_with[1]
sentence = "With the same number of merges the row is {value:.2f} times as long as it need be."
cost_of_it = lc.claim("01.uncut_cost", sentence, longer, between=(1.15, 1.7))
why = """A word's end with the space behind it, such as "e" and " ", is the most frequent pair of uncut prose, and the cut goes right between the two.
**A tokenizer is its merges *and* its cut**: who trains with one and encodes with another pays for tokens that no text ever has.
Large models have such tokens, too (Land and Bartolo, 2024): each has a vector that no text ever reads."""
lc.reveal("01.never_made", claim, cost_of_it, why, was=len(dead))

# %% [markdown] id="bits-before"
# ## 7. Fewer tokens, fewer bits?
#
# A row of $T$ tokens out of $N$ can be written with $T \log_2 N$ bits.
# By hand: ten letters out of two cost $10 \cdot 1$ bits. If one pair is joined, there are nine tokens out of three: $9 \cdot 1.58 = 14.3$ bits.
# The row is shorter, and costs more!
#
# **Exercise 5** (4 minutes). One merge joins $m$ pairs, and the alphabet grows by one.
# For which $m$ do both rows cost the same? Write it in `T` and `N`.

# %% id="01-break_even" tags=["exercise"]
T, N = symbols("T N", positive=True)
### BEGIN SOLUTION
m = T * (1 - log(N) / log(N + 1))
### END SOLUTION
### BEGIN STUDENT
# m = None  # an expression such as T**2 / log(N)
### END STUDENT
lc.check("01.break_even", m)

# %% [markdown] id="hints-break_even"
# {{hints}}
#
# ## Exit question

# %% id="01-exit_unknown" tags=["exercise"]
### BEGIN SOLUTION
answer = "c"
### END SOLUTION
lc.quiz("01.exit_unknown", answer=answer)

# %% [markdown] id="take-away"
# ## Take away
#
# - What the first step drops is gone: a *not*, a direction, a name in capitals.
# - A few words are most of a text; under Zipf's law about $\sqrt V$ of $V$ are half. The others are rare, and some are in no table.
# - Bytes lose nothing and make long rows; byte pairs are in between: as short as they are frequent.
# - A tokenizer is its merges and its cut.
# - A shorter row is not always fewer bits.

# %% [markdown] id="more-time"
# ## If you have more time
#
# - A question (1 minute), and a sentence that is cut as you move a slider (2 minutes).
# - One sentence in five languages (3 minutes).
# - How few bits can a token have? A proof (5 minutes).

# %% id="01-exit_merges" tags=["exercise"]
### BEGIN SOLUTION
answer = "d"
### END SOLUTION
lc.quiz("01.exit_merges", answer=answer)


# %% id="play" tags=["hide-input"]
# Move the slider.
def draw(ax, n_merges):
    said = "A hook is called every time."
    n = boxes(ax, said, n_merges)
    ax.set(xlim=(-0.2, len(said) + 0.2), ylim=(-2, 2), xticks=[], yticks=[])
    ax.set_title(f"{n} tokens")
    for side in ("left", "bottom"):
        ax.spines[side].set_visible(False)


lc.play(draw, n_merges=(0, 800, 0, 10))

# %% [markdown] id="languages"
# ### One sentence in five languages
#
# The first sentence of the Universal Declaration of Human Rights, read with merges that were learned from English:

# %% id="languages-counted" tags=["hide-input"]
# Tokens for the same meaning.
declared = {
    "English": "All human beings are born free and equal in dignity and rights.",
    "German": "Alle Menschen sind frei und gleich an Würde und Rechten geboren.",
    "French": "Tous les êtres humains naissent libres et égaux en dignité et en droits.",
    "Arabic": "يولد جميع الناس أحراراً متساوين في الكرامة والحقوق.",
    "Chinese": "人人生而自由，在尊严和权利上一律平等。",
}
for name, x in declared.items():
    n_tokens = len(tokens.encode(x, merges))
    print(f"{name:8} {len(x):3} signs {len(x.encode()):4} bytes {n_tokens:4} tokens")
made = {name: len(tokens.encode(x, merges)) for name, x in declared.items()}
sentence = "Arabic takes {value:.1f} times the tokens of English."
lc.claim("01.languages", sentence, made["Arabic"] / made["English"], between=(3.3, 5.5))

# %% [markdown] id="languages-seen"
# Nothing is lost, but who was not in the text that merges were learned from pays in tokens: a longer row, and a context that is full sooner.
#
# ### How few bits can a token have?
#
# Not all tokens need as many bits: give the frequent ones short codes.
# By hand: tokens with shares $\frac12, \frac14, \frac14$ and the codes `0`, `10`, `11` cost $\frac12 \cdot 1 + \frac14 \cdot 2 + \frac14 \cdot 2 = 1.5$ bits a token, and $\log_2 3 = 1.58$.
# No code begins another, so the text can be read back without gaps.
# For the lengths $l_i$ of such codes $Z = \sum_i 2^{-l_i} \le 1$ (Kraft, 1949).
#
# Can it be fewer? Let $q_i = 2^{-l_i} / Z$, which are shares as well.
# The mean length, less the *entropy* $-\sum_i p_i \log_2 p_i$, is then (three tokens; their shares add up to 1):

# %% id="entropy-bound"
p = symbols("p_1:4", positive=True)
length = symbols("l_1:4", positive=True)
Z = symbols("Z", positive=True)
q = [2 ** (-one) / Z for one in length]
mean_length = sum(a * b for a, b in zip(p, length, strict=True))
above = mean_length + sum(a * log(a) for a in p) / log(2)
apart = sum(a * log(a / b) for a, b in zip(p, q, strict=True)) / log(2)
lc.prove("01.entropy_bound", above, apart - sum(p) * log(Z) / log(2))

# %% [markdown] id="entropy-seen"
# The first term is how far the shares $p$ are from $q$, and never below zero: $\log x \le x - 1$ gives $-\sum_i p_i \log(q_i / p_i) \ge -\sum_i (q_i - p_i) = 0$.
# The second is not below zero either, since $Z \le 1$.
# So no such code has fewer bits a token than the entropy.
#
# Do byte pairs bring bits down, then? Take as $q$ the shares in the learned files, and codes of the lengths $-\log_2 q_i$ (for many tokens at once, lengths need not be whole), on the others:


# %% id="bits-a-sign" tags=["hide-input"]
# Bits for a sign of the text.
def bits_a_sign(n_merges):
    """What the held files cost, if a token costs minus the logarithm of its share in the others"""
    counts = Counter(x for p in train for x in tokens.encode(p.text, merges[:n_merges]))
    total = counts.total() + tokens.N_BYTES + n_merges  # one more for each, so that none is zero
    rows = (tokens.encode(p.text, merges[:n_merges]) for p in held)
    bits = sum(-math.log2((counts[x] + 1) / total) for row in rows for x in row)
    return bits / sum(len(p.text) for p in held)


sentence = f"1,600 merges: {{value:.2f}} bits a sign; bytes: {bits_a_sign(0):.2f}."
lc.claim("01.bits_a_sign", sentence, bits_a_sign(1_600), between=(2.2, 2.8))

# %% [markdown] id="bits-a-sign-seen"
# A token of several signs knows which sign follows which: what a merge joins need not be told again.
#
# ## Sources
#
# - The article: an introduction to ultra-long context in language models, in Chinese, sections 3.1 and 3.2, step 1: words, and stop words dropped.
# - Gage, A new algorithm for data compression, The C Users Journal, 1994.
# - Kraft, A device for quantizing, grouping, and coding amplitude-modulated pulses, MIT, 1949.
# - Land and Bartolo, Fishing for Magikarp: automatically detecting under-trained tokens in large language models, EMNLP 2024.
# - Mosteller and Wallace, Inference and disputed authorship: The Federalist, 1964.
# - Nothman, Qin and Yurchak, Stop word lists in free open-source software packages, NLP-OSS 2018.
# - Radford et al., Language models are unsupervised multitask learners, 2019: byte pairs, and a cut before they are learned.
# - Sennrich, Haddow and Birch, Neural machine translation of rare words with subword units, ACL 2016.
# - Zipf, Human behavior and the principle of least effort, 1949.

# %% id="report"
lc.report()
