# %% [markdown] id="promise"
# # 01 · Words in, numbers out
#
# **What is lost between the page and the numbers?**
#
# A network reads numbers.
# So the first step of every language model turns text into a row of whole numbers, its *tokens*, and whatever is lost there, no later step brings back.
#
# After this lesson you can say what four ways of reading lose and what they cost, write byte-pair encoding, with which GPT-2 and many large models since begin, and tell when a token that was learned can never be used.
#
# You need lists and loops in Python, logarithms, a little PyTorch.
# The core path takes about 75 minutes; the end of section 3 is a good place to stop half way.
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
from sympy import exp, log, sqrt, symbols

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
# - *Characters*: each letter, digit, space or sign has a number in the Unicode table.
# - *Bytes*: the code UTF-8 writes each character as one to four numbers from 0 to 255.
#
# The text for the table is documentation of PyTorch and SymPy, read on your machine.

# %% id="four-readers"
prose = text.paragraphs()
table = text.vocabulary(prose, 1_000)  # word -> its place, from 0


def words_of(said):
    return re.findall(r"[^\W\d_]+", said.lower())


def content_words(said):
    return [word for word in words_of(said) if word not in tokens.STOP_WORDS]


said = "In May the US let Will go: 東京!"
print("content   ", *content_words(said))
known = (word if word in table else "?" for word in words_of(said))
print("table     ", *known)
print("characters", *map(ord, said[:12]), "... in all", len(said))
print("bytes     ", *said.encode()[:12], "... in all", len(said.encode()))
print("and back  ", bytes(said.encode()).decode())

# %% [markdown] id="four-readers-seen"
# The first reader has lost the month, the country and the man: in small letters they are stop words.
# The second has holes, and small letters only.
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
# Two questions:
#
# - *Which library?* Is a paragraph from PyTorch or from SymPy? All its words are told.
# - *One or many?* A word is covered, and told without its ending: was it "row" or "rows"? Two words before it and two behind it are told. Whoever writes has to know.
#
# One judge, *naive Bayes*, answers both by counting: among the words told with an answer each has a share, and the answer with the larger product of shares wins (one is added to each count, so that none is zero).
# It learns from seven files in ten, drawn at random, and is asked about the others.
# Right answers are counted for each answer by itself, then averaged: a coin has 0.5, and so has whoever always says the same.


# %% id="judge"
def right_share(train, held):
    """Share right on `held`; both are lists of (words told, answer, file)"""
    counts = {False: Counter(), True: Counter()}
    for words, answer, _ in train:
        counts[answer].update(words)
    kinds = counts[False] | counts[True]  # words in neither say nothing
    right = {False: [], True: []}
    for words, answer, _ in held:
        score = {}
        for guess, count in counts.items():
            total = count.total() + len(kinds)
            seen = [count[word] + 1 for word in words if word in kinds]
            score[guess] = sum(math.log(n / total) for n in seen)
        right[answer].append(score[answer] > score[not answer])
    return sum(sum(one) / len(one) for one in right.values()) / 2


# %% id="split" tags=["hide-input"]
# Seven files in ten; the first question.
files = sorted({p.source_file for p in prose})


def drawn_files(rng, part=0.7):
    """The names of `part` of all files"""
    order = torch.randperm(len(files), generator=rng).tolist()
    return {files[i] for i in order[: round(part * len(files))]}


def which_library(keep):
    told = ((list(filter(keep, p.words)), p.source_file) for p in prose)
    return [(words, name.startswith("sympy"), name) for words, name in told]


# %% id="question-number" tags=["hide-input"]
# (words told, answer, file): one or many.
kinds = {word for p in prose for word in p.words} - tokens.STOP_WORDS
two_forms = {word for word in kinds if len(word) > 2 and word + "s" in kinds}


def one_or_many(keep, n_near=2):
    asked = []
    for p in prose:
        for i, word in enumerate(p.words):
            is_many = word.endswith("s") and word[:-1] in two_forms
            if is_many or word in two_forms:
                before = [w for w in p.words[:i] if keep(w)][-n_near:] if n_near else []
                behind = [w for w in p.words[i + 1 :] if keep(w)][:n_near]
                told = [word[:-1] if is_many else word]
                told += [f"{w} _" for w in before] + [f"_ {w}" for w in behind]
                asked.append((told, is_many, p.source_file))
    return asked


# %% id="asked" tags=["hide-input"]
# Five splits of the files, each judged.
is_stop = tokens.STOP_WORDS.__contains__
keeps = (lambda word: True, lambda word: not is_stop(word), is_stop)
asked = [which_library(keep) for keep in keeps] + [one_or_many(keep) for keep in keeps]
asked.append(one_or_many(is_stop, n_near=0))  # the covered word alone
found = []
for again in range(5):
    chosen = drawn_files(lc.rng(f"split {again}"))
    sides = (
        [[x for x in one if (x[2] in chosen) == side] for side in (True, False)] for one in asked
    )
    found.append([right_share(train, held) for train, held in sides])
library, number = torch.tensor(found).mean(dim=0).split([3, 4])

# %% id="asked-figure" tags=["hide-input"]
# The figure: both questions.
told = ("all words", "all but stop words", "stop words alone", "only the covered word")
fig, axes = lc.subplots(1, 2, sharey=True, height=2.5)
for ax, right, what in zip(
    axes, (library, number), ("which library?", "one or many?"), strict=True
):
    ax.barh(range(len(right)), right - 0.5, left=0.5, color=BLUE, height=0.55)
    for row, share in enumerate(right.tolist()):
        ax.text(share + 0.01, row, f"{share:.2f}", va="center", size=9)
    ax.set(xlim=(0.5, 1.12), ylim=(3.6, -0.6), xlabel="share of right answers")
    ax.set_title(what, size=10)
    ax.set_xticks([0.5, 0.75, 1])
    ax.set_yticks(range(4), told)
sentence = "One or many? Without stop words the share of right answers changes by {value:+.3f} "
sentence += "(mean of five splits)."
claim = lc.claim("01.stop_words_needed", sentence, number[1] - number[0], between=(-0.14, -0.02))
lc.figure(fig, claim)

# %% id="stop-words-spared" tags=["hide-input"]
# Which library?
spoken = [word for p in prose for word in p.words]
part = sum(map(is_stop, spoken)) / len(spoken)
sentence = (
    f"Which library? Without stop words, {part:.2f} of all words, it changes by {{value:+.3f}}."
)
lc.claim("01.stop_words_spared", sentence, library[1] - library[0], between=(-0.03, 0.03))

# %% [markdown] id="stop-words-seen"
# The first question can spare the stop words, though alone they beat a coin: a mark of what is written and by whom (by such words Mosteller and Wallace judged, in 1964, who wrote the disputed *Federalist* papers).
# The second cannot: "a", "these", "is", "are" tell one from many; other neighbours add little to the habit of the covered word.
# Which it is has to be measured; besides, published lists of stop words differ (Nothman et al., 2018).
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

# %% id="half-counted" tags=["hide-input"]
# Shares of the text, and of the law.
covered = [total / sum(ranked) for total in accumulate(ranked)]  # by the 1, 2, 3, ... first words
half = next(n for n, share in enumerate(covered, 1) if share >= 0.5)
zipf = list(accumulate(1 / r for r in range(1, len(ranked) + 1)))
half_of_law = next(n for n, z in enumerate(zipf, 1) if z >= zipf[-1] / 2)
V, c_E = symbols("V c_E", positive=True)

# %% id="half-seen" tags=["after-prediction"]
fig, ax = lc.subplots(height=2.8)
ax.plot(range(1, len(ranked) + 1), covered, color=BLUE, label="this text")
ax.plot(range(1, len(ranked) + 1), [z / zipf[-1] for z in zipf], color=GREY, label="Zipf's law")
ax.plot(half, 0.5, "o", color=BLUE)
ax.set(xscale="log", xlabel="words in the table", ylabel="share of the text", ylim=(0, 1.02))
ax.set_xticks([1, 10, 100, 1_000], ["1", "10", "100", "1,000"])
label_lines(ax)
sentence = f"The {{value:.0f}} most frequent of {len(ranked):,} words are half of the text."
claim = lc.claim("01.half_words", sentence, half, between=(40, 140))
ax.plot(half_of_law, 0.5, "o", color=GREY)
by_hand = r"""*Zipf's law* says: the word at place $r$ comes in proportion to $1/r$.
Then the first $n$ of $V$ words have the share $H_n / H_V$ with $H_n = 1 + \frac12 + \dots + \frac1n$.
By hand: $H_4 = 2.08$ and $H_{16} = 3.38$, so 4 of 16 words have $0.62$.
For large $n$, $H_n$ is nearly $\log n + c_E$, with Euler's constant $c_E = 0.577$ (proved at the end).
Half of $H_V$ is then reached at $n = e^{-c_E / 2} \sqrt V = 0.75 \sqrt V$:"""
n_half = exp(-c_E / 2) * sqrt(V)
proof = lc.prove("01.half_zipf", log(n_half) + c_E, (log(V) + c_E) / 2)
compared = f"The law asks for {half_of_law} words here, this text for {half}: its first words are less frequent."
lc.reveal("01.half", lc.figure(fig, claim), by_hand, proof, compared, was=half)

# %% [markdown] id="half-way"
# ### Half way
#
# **A good place to stop.**
# A table of words, however long, will meet words that it does not have; bytes never will.
# What comes: tokens between the two (45 minutes).

# %% [markdown] id="pairs"
# ## 4. From bytes to pieces
#
# *Byte-pair encoding* begins with bytes, and joins what stands side by side most often (Gage, 1994; for translation, Sennrich et al., 2016).
#
# By hand: the word `aaab`, which comes twice. The pair `aa` comes four times: in each word at two places, though only one of the two can be joined. `ab` comes twice.
# Join `aa`, from left to right, and call it `X`: the word is `Xab`.
# Now `Xa` and `ab` come twice each. A tie goes to the pair with the smaller numbers, bytes before new tokens: `ab`, as `Y`, gives `XY`.
# Then `XY`, as `Z`: four bytes have become one token.
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
# The merges of our prose, learned from seven files in ten:

# %% id="learn"
chosen = drawn_files(lc.rng("tokens"))
train = [p for p in prose if p.source_file in chosen]
held = [p for p in prose if p.source_file not in chosen]
merges = tokens.learn_merges([p.text for p in train], 1_600)
spelt = tokens.spellings(merges)  # the bytes of each token
learned = [one.decode(errors="replace") for one in spelt]
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
# Count, join, count again: your own functions learn from `aaab`, twice.

# %% id="own-merges"
words, own = torch.tensor([list(b"aaab")]), []
for new in (256, 257, 258):
    counts = pair_counts(words, torch.tensor([2]), new)
    pair = divmod(counts.argmax().item(), new)  # the first of the largest
    words = merge(words[0], *pair, new)[None]
    own.append(pair)
print(own, encode(torch.tensor(list(b"aaab")), torch.tensor(own)))

# %% [markdown] id="readers-before"
# ## 5. What is lost, and what it costs
#
# Now all readers on the other files.
# Each has a *vocabulary*, all tokens that it can make: 256 bytes and the merges, or a table of the most frequent words and punctuation, capitals kept, or of characters.
# Left, what a text costs; right, what is lost.


# %% id="readers"
def unknown(learned, asked, sizes):
    """Shares of `asked` that tables made from `learned` do not have"""
    ranked = Counter(learned).most_common()
    ranking = {part: place for place, (part, _) in enumerate(ranked)}
    places = torch.tensor([ranking.get(part, 10**6) for part in asked])
    lost = (known_words(places, n) == n for n in sizes)
    return [one.double().mean().item() for one in lost]


n_words = sum(len(p.words) for p in held)
sizes = (0, 50, 100, 200, 400, 800, 1_600)
rows = ([tokens.encode(p.text, merges[:M]) for p in held] for M in sizes)
cost = [sum(map(len, row)) / n_words for row in rows]


# %% id="readers-lost"
def parts(said):
    return [x.strip() for x in tokens.pieces(said) if x.strip()]


pieces = [x for p in held for x in parts(p.text)]
learned_from = [x for p in train for x in parts(p.text)]
lost = unknown(learned_from, pieces, [256 + M for M in sizes])

letters, met = ("".join(p.text for p in some) for some in (held, train))
tables = (10, 20, 40, len(set(met)))
letters_lost = unknown(met, letters, tables)

# %% id="readers-figure" tags=["hide-input"]
# The figure: cost and loss.
fig, axes = lc.subplots(1, 2, height=3.1)
a_word, a_letter = len(pieces) / n_words, len(letters) / n_words
vocabulary = [256 + M for M in sizes]
for ax, pairs_at, words_at, letters_at, what, top in (
    (axes[0], cost, [a_word] * len(sizes), [a_letter] * len(tables), "tokens a word", 8),
    (axes[1], [0.0] * len(sizes), lost, letters_lost, "share that is unknown", 0.6),
):
    ax.plot(vocabulary, pairs_at, "o-", color=BLUE)
    ax.plot(vocabulary, words_at, "s-", color=ORANGE, ms=4)
    ax.plot(tables, letters_at, "^-", color=GREEN, ms=5)
    ax.set(xscale="log", xlabel="size of the vocabulary", ylabel=what, ylim=(-0.03 * top, top))
    ax.set_xticks([10, 100, 256, 1_856], ["10", "100", "256", "1,856"])
    ax.minorticks_off()

# %% id="readers-labels" tags=["hide-input"]
# Its labels, and what it shows, in numbers.
axes[0].text(10, a_letter + 0.3, "characters", color=GREEN)
axes[0].text(256, a_letter + 0.5, "bytes", color=BLUE)
axes[0].text(600, cost[2] + 0.2, "byte pairs", color=BLUE)
axes[0].text(60, a_word - 0.3, "words", color=ORANGE)
axes[1].text(24, letters_lost[0], "characters", color=GREEN)
axes[1].text(420, lost[1] + 0.05, "words", color=ORANGE)
axes[1].text(300, 0.03, "byte pairs", color=BLUE)
(never,) = unknown(learned_from, pieces, [10**6])
sentence = f"1,600 merges: {{value:.2f}} tokens a word instead of {cost[0]:.2f}, and nothing lost. "
sentence += f"A table of that size: {a_word:.2f}, and {lost[-1]:.2f} of them unknown; "
sentence += f"with all words met before, still {never:.2f}. "
sentence += f"{tables[-1]} characters: {a_letter:.2f}, and {letters_lost[-1]:.4f} unknown."
lc.figure(fig, lc.claim("01.tokens_a_word", sentence, cost[-1], between=(1.4, 2.0)))

# %% id="back" tags=["hide-input"]
# Does every paragraph come back?
asked = [p.text for p in held] + [said, "Ça va? 不客气。", "naïve\tcafé\n"]
differ = sum(tokens.decode(tokens.encode(x, merges), merges) != x for x in asked)
sentence = f"Of {len(asked)} texts {{value:.0f}} come back changed."
lc.claim("01.comes_back", sentence, differ, between=(0, 0))

# %% [markdown] id="languages"
# ### Other scripts
#
# English makes do with a hundred characters.
# Here are names of countries and languages as five languages write them (CLDR, from the package babel, which JupyterLab brings); a random half is asked about.

# %% id="names" tags=["hide-input"]
# The names, in a random order.
spoken = {"en": "English", "de": "German", "fr": "French"}
spoken |= {"ar": "Arabic", "zh": "Chinese"}
named = text.names("territories", [*spoken])
named += text.names("languages", [*spoken])
order = torch.randperm(len(named), generator=lc.rng("names")).tolist()
named = [[f" {name}" for name in named[i]] for i in order]
learned_names, asked_names = named[::2], named[1::2]
if not named:
    print("The package babel is not installed: no names here.")

# %% id="names-lost" tags=["hide-input"]
# What tables of English prose lose.
unknown_share = {}
for language, asked in zip(spoken.values(), zip(*asked_names, strict=True), strict=False):
    (words,) = unknown(learned_from, [x for name in asked for x in parts(name)], [10**6])
    (unknown_share[language],) = unknown(met, "".join(asked).replace(" ", ""), [10**6])
    print(f"{language:7} unknown: {words:.2f} of the words, ", end="")
    print(f"{unknown_share[language]:.2f} of the characters")
sentence = "A share of {value:.2f} of the Arabic characters is in no table of English prose."
arabic = unknown_share.get("Arabic")
lc.claim("01.unknown_arabic", sentence, arabic, between=(0.9, 1)) if named else None

# %% id="languages-counted" tags=["hide-input"]
# Tokens a name.
in_all = [name for one in learned_names for name in one]
in_all = tokens.learn_merges(in_all, 1_600) if named else []
made = [
    [sum(len(tokens.encode(name, M)) for name in asked) / len(asked) for M in (merges, in_all)]
    for asked in zip(*asked_names, strict=True)
]

# %% id="languages-figure" tags=["hide-input"]
# The figure: two kinds of merges.
fig, ax = lc.subplots(height=2.4)
for row, (english, of_all) in enumerate(made):
    ax.plot([of_all, english], [row, row], color=GREY, lw=1, zorder=1)
    ax.plot(english, row, "s", color=ORANGE)
    ax.plot(of_all, row, "o", color=BLUE)
ax.set(xlabel="tokens a name", xlim=(0, 23), ylim=(4.6, -0.9), yticks=range(5))
ax.set_yticklabels(spoken.values())
ax.text(9, 0, "merges of English prose", color=ORANGE, va="center")
ax.text(9, 1, "merges of names in all five", color=BLUE, va="center")
sentence = "With merges of English prose an Arabic name has {value:.1f} times the tokens of an "
sentence += "English one."
toll = [made[3][i] / made[0][i] for i in (0, 1)] if named else None
claim = lc.claim("01.languages", sentence, toll[0], between=(2.5, 4)) if named else None
lc.figure(fig, claim) if named else None

# %% id="toll" tags=["hide-input"]
# And with merges of all five.
sentence = "With as many merges of names in all five languages: {value:.2f} times."
lc.claim("01.shared_merges", sentence, toll[1], between=(0.9, 1.3)) if named else None

# %% [markdown] id="languages-seen"
# UTF-8 spends two bytes on an Arabic letter, three on most Chinese characters, and merges of English prose hardly join any.
# So whose language was not learned from pays with longer rows; learn from all five, and that is nearly gone.

# %% [markdown] id="uncut"
# ## 6. The merge that is never made
#
# Why cut first? Is a tokenizer not just its list of merges?
#
# Learn 200 merges from every fifth of those paragraphs, *uncut*: a pair may now reach across a word's end.
# Then encode as models do, with the text cut.
# A token can never be made if the cut goes through it.

# %% id="01-never_made" tags=["exercise"]
### BEGIN SOLUTION
answer = 90  # a whole number
### END SOLUTION
lc.predict("01.never_made", answer=answer)

# %% id="never-made-seen" tags=["after-prediction"]
some = [p.text for p in train[::5]]
uncut = tokens.learn_merges(some, 200, cut=False)
names = [spelt.decode(errors="replace") for spelt in tokens.spellings(uncut)][256:]
dead = [name for name in names if len(tokens.pieces(name)) > 1]
cut = tokens.learn_merges(some, 200)
few = [p.text for p in held[::4]]
tokens_with = [sum(len(tokens.encode(said, m)) for said in few) for m in (uncut, cut)]
unmixed = sum(len(tokens.encode(said, uncut, cut=False)) for said in few) / tokens_with[1]
first = " ".join(f"[{name}]" for name in dead[:6])
sentence = f"The cut goes through {{value:.0f}} of the 200. The first: {first}."
claim = lc.claim("01.dead_merges", sentence, len(dead), between=(35, 115))
longer = tokens_with[0] / tokens_with[1]
sentence = "A row is {value:.2f} times as long as with 200 merges of cut text; if the new text is "
sentence += f"not cut either, {unmixed:.2f} times: only the mixture is bad."
cost_of_it = lc.claim("01.uncut_cost", sentence, longer, between=(1.1, 1.8))
why = """A word's end with the space behind it, such as "e" and " ", is the most frequent pair of uncut prose, and the cut goes right between the two.
**A tokenizer is its merges *and* its cut**: who trains with one and encodes with another pays for tokens that no text ever has.
Large models, too, have unreachable tokens (Land and Bartolo, 2024): each has a vector that is never read."""
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

# %% id="row-bits" tags=["hide-input"]
# And on our prose?
a_sign = [
    one * n_words / len(letters) * math.log2(256 + M) for one, M in zip(cost, sizes, strict=True)
]
sentence = (
    f"On our prose merges pay: {{value:.2f}} bits a character with 1,600, {a_sign[0]:.2f} in bytes."
)
lc.claim("01.row_bits", sentence, a_sign[-1], between=(2.3, 3.7))

# %% [markdown] id="exit"
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
# - A few words are half of a text: under Zipf's law about $0.75 \sqrt V$ of $V$. The others are rare, and some are in no table.
# - Bytes lose nothing and make long rows; with byte pairs what is frequent, in the text learned from, is few tokens.
# - A tokenizer is its merges and its cut.
# - A shorter row is not always fewer bits; on our prose it was.

# %% [markdown] id="more-time"
# ## If you have more time
#
# - A question (1 minute), and a sentence that is cut as you move a slider (2 minutes).
# - How fast $H_n$ grows: two proofs (4 minutes).
# - How few bits can a token have? A derivation, exercise 6, and a proof (9 minutes).

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
    ax.set(xlim=(-0.2, len(said) + 0.2), ylim=(-1, 1), xticks=[], yticks=[])
    ax.set_title(f"{n} tokens")
    for side in ("left", "bottom"):
        ax.spines[side].set_visible(False)


lc.play(draw, n_merges=(0, 800, 0, 10))

# %% [markdown] id="growth"
# ### How fast $H_n$ grows
#
# The shares of Zipf's law are $\frac{1}{r H_V}$, so that all $V$ make 1; the first $n$ of them make $H_n / H_V$. And $H_n$?
#
# A logarithm stays below its tangent at 1: $\log x \le x - 1$.
# For the difference has the slope

# %% id="tangent"
x = symbols("x", positive=True)
lc.prove("01.tangent", lc.grad(x - 1 - log(x), x), (x - 1) / x)

# %% [markdown] id="tangent-seen"
# which is negative below 1 and positive above, so the difference is smallest at 1, where it is zero.
#
# With $x = \frac{k + 1}{k}$ it says $\log \frac{k + 1}{k} \le \frac1k$.
# By hand: $\log \frac21 + \log \frac32 + \log \frac43 = \log 4 = 1.39$, and $H_3 = 1.83$.
# Sums of such logarithms fold up for every $n$:

# %% id="telescope"
n = symbols("n", positive=True, integer=True)
folded = log(n + 1) + log((n + 2) / (n + 1))
lc.prove("01.telescope", folded, log(n + 2), reason="one more term")

# %% [markdown] id="telescope-seen"
# So $\log(n + 1) \le H_n$, and $H_n - \log n$ is never below zero.
# With $x = \frac{k - 1}{k}$ it says $\frac1k \le \log \frac{k}{k - 1}$: from $k - 1$ to $k$, $H$ grows by no more than $\log$ does, so $H_n - \log n$ never rises.
# What never rises and stays above zero has a limit, here $c_E = 0.577$: at $n = 1$ the difference is $1$, at $16$ it is $0.61$.
#
# ### How few bits can a token have?
#
# Not all tokens need as many bits: give the frequent ones short codes.
# By hand: tokens with shares $\frac12, \frac14, \frac14$ and the codes `0`, `10`, `11` cost $\frac12 \cdot 1 + \frac14 \cdot 2 + \frac14 \cdot 2 = 1.5$ bits a token, and $\log_2 3 = 1.58$.
# No code begins another, so the text can be read back without gaps.
# For the lengths $l_i$ of such codes $Z = \sum_i 2^{-l_i} \le 1$ (Kraft, 1949).
#
# **Exercise 6** (4 minutes). Two tokens come with the shares $p$ and $r$; their codes are as long as other shares $q$ and $s$ would want, $-\log q$ and $-\log s$ (in bits: divided by $\log 2$).
# How much longer is the mean than the entropy $-p \log p - r \log r$? Begin with the line below, and end with two logarithms, one with each share.
# One line at least stands between.

# %% id="01-wrong_shares" tags=["exercise"]
p, q, r, s = symbols("p q r s", positive=True)
### BEGIN SOLUTION
chain = [
    -p * log(q) - r * log(s) + p * log(p) + r * log(r),
    p * (log(p) - log(q)) + r * (log(r) - log(s)),
    p * log(p / q) + r * log(r / s),
]
### END SOLUTION
### BEGIN STUDENT
# chain = [
#     -p * log(q) - r * log(s) + p * log(p) + r * log(r),
#     ...,  # your lines, each with a comma behind it
# ]
### END STUDENT
lc.check("01.wrong_shares", chain)

# %% [markdown] id="hints-wrong_shares"
# {{hints}}
#
# Can a code be shorter than the entropy? Let $q_i = 2^{-l_i} / Z$, which add up to 1: they are shares as well, and $l_i = -\log_2 (q_i Z)$.
# The mean length, less the entropy $-\sum_i p_i \log_2 p_i$, is then, for three tokens and times $\log 2$, so that all logarithms are natural:

# %% id="entropy-bound"
p = symbols("p_1:4", positive=True)
q = symbols("q_1:4", positive=True)
Z = symbols("Z", positive=True)
mean_length = sum(-a * log(b * Z) for a, b in zip(p, q, strict=True))
above = mean_length + sum(a * log(a) for a in p)
apart = sum(a * log(a / b) for a, b in zip(p, q, strict=True))
lc.prove("01.entropy_bound", above, apart - sum(p) * log(Z))

# %% [markdown] id="entropy-seen"
# The part with the quotients $p_i / q_i$ is how far the shares are apart, and never below zero: $\log x \le x - 1$ with $x = q_i / p_i$ gives $-\sum_i p_i \log(q_i / p_i) \ge -\sum_i (q_i - p_i) = 0$.
# The part with $Z$ is not below zero either, since the $p_i$ add up to 1 and $Z \le 1$.
# So no such code has fewer bits a token than the entropy.
#
# Do byte pairs bring bits down, then? Take as $q$ the shares in the learned files, and codes of the lengths $-\log_2 q_i$ (for many tokens at once, lengths need not be whole), on the others:


# %% id="bits-a-sign" tags=["hide-input"]
# Bits for a character of the text.
def bits_a_sign(n_merges):
    """What the held files cost, if a token costs minus the logarithm of its share in the others"""
    counts = Counter(x for p in train for x in tokens.encode(p.text, merges[:n_merges]))
    total = counts.total() + tokens.N_BYTES + n_merges  # one more for each, so that none is zero
    rows = (tokens.encode(p.text, merges[:n_merges]) for p in held)
    bits = sum(-math.log2((counts[x] + 1) / total) for row in rows for x in row)
    return bits / sum(len(p.text) for p in held)


sentence = "Each token by itself: {value:.2f} bits a character with 1,600 merges, "
sentence += f"{bits_a_sign(0):.2f} in bytes."
lc.claim("01.bits_a_sign", sentence, bits_a_sign(1_600), between=(2.0, 3.1))


# %% id="bits-with-memory" tags=["hide-input"]
# And if bytes before are looked at?
def bits_after(n_before):
    follows = Counter()  # bytes before, and the next; what was never met is left to fewer bytes
    for row, k in product((p.text.encode() for p in train), range(n_before + 1)):
        follows.update(row[i - k : i + 1] for i in range(k, len(row)))
    met_before, bits = Counter(), 0.0
    for place, n in follows.items():
        met_before[place[:-1]] += n
    asked = [p.text.encode() for p in held]
    for row, i in ((one, i) for one in asked for i in range(len(one))):
        share = 1 / 256
        for k in range(min(i, n_before) + 1):
            n = follows[row[i - k : i + 1]] + 4 * share
            share = n / (met_before[row[i - k : i]] + 4)
        bits -= math.log2(share)
    return bits / sum(len(p.text) for p in held)


sentence = "Bytes alone, after a look at the three bytes before: {value:.2f} bits a character."
lc.claim("01.bits_with_memory", sentence, bits_after(3), between=(1.9, 2.8))

# %% [markdown] id="bits-a-sign-seen"
# A token of several characters knows which follows which: what a merge joins need not be told again.
# But that is only so much of the past as lies within a token. Whoever remembers what came before needs no merges for it, and what a memory is worth is what this workbook is about.
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
