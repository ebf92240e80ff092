"""Text cut into pieces, and pieces into tokens: byte pairs learned from a text, and stop words."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Sequence
from itertools import pairwise

from lcutils import _require

N_BYTES = 256  # tokens 0 to 255 are the bytes themselves
Pair = tuple[int, int]

# Words that lists of stop words have: they say how other words hang together. Ours is short, as
# lists go; toolkits have some with hundreds.
STOP_WORDS = frozenset(
    """a about after all also an and any are as at be because been before between both but by can
    could did do does each for from had has have he her his how i if in into is it its may me might
    must my no nor not of off on only or other our out over own she should so some such than that
    the their them then there these they this those through to too under until up us very was we
    were what when where which while who will with would you your""".split()
)

_PIECE = re.compile(r" ?[^\W\d_]+| ?\d+| ?[^\w\s]+|\s|_")


def pieces(text: str) -> list[str]:
    """A text cut before its spaces and between letters, digits and signs; nothing is lost.

    Args:
        text: any string
    Returns: pieces that, put together, are the text.
    Source: the idea is GPT-2's: no token reaches across a word's end (Radford et al. 2019,
        section 2.2). Its pattern has more cases.

    >>> pieces("It won't, in 1.6 s.")
    ['It', ' won', "'", 't', ',', ' in', ' 1', '.', '6', ' s', '.']
    """
    return _PIECE.findall(_require.text("text", text))


def learn_merges(texts: Sequence[str], n_merges: int, *, cut: bool = True) -> list[Pair]:
    """Byte-pair encoding: again and again, the pair that stands side by side most often is joined.

    Args:
        texts: what is learned from; no pair goes from one into the next
        n_merges: M, how many pairs at most; fewer where no pair comes twice any more
        cut: whether no pair may go from one of a text's `pieces` into the next
    Returns: pairs of tokens in the order learned; pair m makes token 256 + m. Of pairs that come
        equally often, the one with the smaller numbers.
    Raises: TypeError, ValueError naming the argument.
    Source: Sennrich, Haddow and Birch 2016, "Neural Machine Translation of Rare Words with
        Subword Units", algorithm 1; on bytes here.

    >>> learn_merges(["aaab aaab"], 2)  # 97 is a, 98 is b
    [(97, 97), (97, 98)]
    """
    _require.count("n_merges", n_merges)
    often = Counter(piece for text in texts for piece in (pieces(text) if cut else [text]))
    words, weights = [list(piece.encode()) for piece in often], list(often.values())
    counts: Counter[Pair] = Counter()
    places: defaultdict[Pair, set[int]] = defaultdict(set)  # which words have had a pair

    def count(i: int, sign: int) -> None:
        for pair in pairwise(words[i]):
            counts[pair] += sign * weights[i]
            if counts[pair]:
                places[pair].add(i)
            else:
                del counts[pair]

    for i in range(len(words)):
        count(i, 1)
    merges: list[Pair] = []
    while len(merges) < n_merges and counts:
        most = max(counts.values())
        if most < 2:
            break
        best = min(pair for pair, n in counts.items() if n == most)
        for i in sorted(places[best]):
            count(i, -1)
            words[i] = _merged(words[i], best, N_BYTES + len(merges))
            count(i, 1)
        del places[best]
        merges.append(best)
    return merges


def _merged(tokens: list[int], pair: Pair, new: int) -> list[int]:
    """The tokens, with `new` wherever the pair stands, found from left to right."""
    left, right = pair
    out, i, last = [], 0, len(tokens) - 1
    while i <= last:
        is_pair = tokens[i] == left and i < last and tokens[i + 1] == right
        out.append(new if is_pair else tokens[i])
        i += 1 + is_pair
    return out


def encode(text: str, merges: Sequence[Pair], *, cut: bool = True) -> list[int]:
    """The tokens of a text: its bytes, joined by the merges in the order learned.

    Args:
        text: any string, in any script
        merges: from `learn_merges`
        cut: as there; give the same, or some merges are never made
    Returns: numbers from 0 to 255 + M.

    >>> encode("aaab", [(97, 97), (97, 98)])
    [256, 257]
    """
    order = {pair: m for m, pair in enumerate(merges)}
    known: dict[str, list[int]] = {}  # most pieces come again
    tokens: list[int] = []
    for piece in pieces(text) if cut else [text]:
        if piece not in known:
            known[piece] = _encoded(piece, order)
        tokens += known[piece]
    return tokens


def _encoded(piece: str, order: dict[Pair, int]) -> list[int]:
    tokens = list(piece.encode())
    while len(tokens) > 1:
        first = min(pairwise(tokens), key=lambda pair: order.get(pair, len(order)))
        if first not in order:
            break
        tokens = _merged(tokens, first, N_BYTES + order[first])
    return tokens


def spellings(merges: Sequence[Pair]) -> list[bytes]:
    """The bytes that each token stands for: of the 256 bytes, then of the merges."""
    spelt = [bytes([byte]) for byte in range(N_BYTES)]
    for left, right in merges:
        spelt.append(spelt[left] + spelt[right])
    return spelt


def decode(tokens: Sequence[int], merges: Sequence[Pair]) -> str:
    """The text that tokens stand for; half a sign of a foreign script becomes a question mark.

    >>> decode([256, 257], [(97, 97), (97, 98)])
    'aaab'
    """
    spelt = spellings(merges)
    return b"".join(spelt[token] for token in tokens).decode(errors="replace")
