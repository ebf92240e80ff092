"""Text cut into pieces, merges learned from it, and tokens that give the text back."""

import itertools
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lcutils.text import tokens

LATIN = st.text(st.sampled_from("ab A'.1_\n"), min_size=1, max_size=30).filter(str.strip)
ANY = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=30).filter(str.strip)
MERGES = tokens.learn_merges(["the cat, the hat: the cat's hat. That's that."], 30)


@given(ANY | LATIN)
def test_pieces_put_together_are_the_text(text):
    assert "".join(tokens.pieces(text)) == text


@given(LATIN)
def test_a_space_stands_only_at_a_pieces_beginning(text):
    assert all(" " not in piece[1:] for piece in tokens.pieces(text))


@pytest.mark.parametrize("cut", [True, False])
@given(text=ANY | LATIN)
def test_every_text_comes_back(text, cut):
    assert tokens.decode(tokens.encode(text, MERGES, cut=cut), MERGES) == text


@given(ANY | LATIN)
def test_a_row_of_tokens_is_no_longer_than_its_bytes(text):
    assert len(tokens.encode(text, MERGES)) <= len(text.encode())


def most_frequent(words):
    counts = Counter()
    for word, n in words.items():
        for pair in itertools.pairwise(word):
            counts[pair] += n
    return max(counts, key=lambda pair: (counts[pair], -pair[0], -pair[1])) if counts else None


def joined(word, pair, new):
    out = []
    for token in word:
        # what was joined is above every byte, so no pair is taken twice
        if out and (out[-1], token) == pair:
            out[-1] = new
        else:
            out.append(token)
    return tuple(out)


@given(st.lists(LATIN, min_size=1, max_size=5))
def test_merges_are_those_of_counting_all_pairs_anew_each_time(texts):
    words = Counter(tuple(p.encode()) for text in texts for p in tokens.pieces(text))
    for m, pair in enumerate(tokens.learn_merges(texts, 6)):
        assert pair == most_frequent(words)
        again = Counter()
        for word, n in words.items():
            again[joined(word, pair, 256 + m)] += n
        words = again


@given(st.lists(LATIN, min_size=1, max_size=5))
def test_encoding_is_every_merge_in_the_order_learned(texts):
    merges = tokens.learn_merges(texts, 8)
    for text in texts:
        wanted = []
        for piece in tokens.pieces(text):
            word = tuple(piece.encode())
            for m, pair in enumerate(merges):
                word = joined(word, pair, 256 + m)
            wanted += word
        assert tokens.encode(text, merges) == wanted


def test_the_first_merges_are_those_that_a_shorter_list_has():
    texts = ["the cat, the hat: the cat's hat. That's that."]
    assert tokens.learn_merges(texts, 30)[:10] == tokens.learn_merges(texts, 10)


def test_learning_ends_when_no_pair_comes_twice():
    assert tokens.learn_merges(["abab"], 10) == [(97, 98)]


def test_only_uncut_text_has_merges_across_a_words_end():
    crossing = []
    for cut in (False, True):
        spelt = tokens.spellings(tokens.learn_merges(["a b a b a b a b"], 5, cut=cut))
        crossing.append(any(b" " in one[1:] for one in spelt))
    assert crossing == [True, False]


def test_a_merge_never_makes_a_row_longer_nor_shorter_than_half():
    for T in range(1, 8):
        for row in itertools.product((0, 1, 2), repeat=T):
            for pair in itertools.product((0, 1, 2), repeat=2):
                assert (T + 1) // 2 <= len(tokens._merged(list(row), pair, 3)) <= T


@pytest.mark.parametrize("text", ["", "  ", 3])
def test_what_is_no_text_is_refused(text):
    with pytest.raises((TypeError, ValueError), match="text: expected a string"):
        tokens.pieces(text)


def test_no_merges_are_refused():
    with pytest.raises(ValueError, match="n_merges"):
        tokens.learn_merges(["a"], 0)
