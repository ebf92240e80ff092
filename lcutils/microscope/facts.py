"""What a reader types, read as facts: pairs (name, value), or words without one."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple, NoReturn

from lcutils import _require

MOST_FACTS, MOST_ROWS = 24, 12  # more have no room on the slider, or in the picture
_LONGEST = 80  # characters of a name or a value
_WANTED = 'facts such as "Ann: Oslo, Bob: Rome", pairs (name, value), or words'
_UNSEEN = re.compile(r"[\s\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]+")
_PARTS = re.compile("[,;\n，；、]")
_COLON = re.compile("[:：=→]|->")


class Story(NamedTuple):
    """Facts in their order, and who and what occurs in them, each once, in order."""

    facts: list[tuple[str, str]]  # what is written; of single words each is its own value
    strip: list[str]  # as the picture's first line shows them
    names: list[str]
    values: list[str]
    unit: str  # what is told one after the other: "fact", or "word"


def read(facts: object, others: object, *, pairs: bool) -> Story:
    """What is told.

    Args:
        facts: a text, a dict, or a list of pairs or of texts
        others: further candidates for an answer, as a text or a list
        pairs: whether the memory keeps pairs; one that keeps vectors stores each fact as one item
    Raises: TypeError, ValueError naming the argument.
    """
    told = _told(facts)
    strip = [": ".join(fact) for fact in told]
    if not pairs:
        written = [(item, item) for item in strip]
    elif len(told[0]) == 2:
        written = [(fact[0], fact[1]) for fact in told]
    else:  # each word, and the word after it
        if len(told) < 2:
            _refuse(strip[0], "A single word is told nothing about.")
        written = list(pairwise(strip))
    _require.count("facts", len(written), 1, MOST_FACTS, "Each has a place on the slider.")
    values = list(dict.fromkeys([*(value for _, value in written), *_candidates(others)]))
    names = list(dict.fromkeys(name for name, _ in written)) if pairs else values
    for what, found in (("names", names), ("values", values)):
        _require.count(f"{what} in facts", len(found), 1, MOST_ROWS, "Each has a row.")
    return Story(written, strip, names, values, "fact" if len(told[0]) == 2 else "word")


def _told(facts: object) -> list[tuple[str, ...]]:
    """All pairs, or all single words."""
    if isinstance(facts, dict):
        facts = list(facts.items())
    if isinstance(facts, str):
        parts = _PARTS.split(facts) if _COLON.search(facts) else facts.split()
        facts = [part for part in parts if part.strip()]
    if not isinstance(facts, list | tuple):
        _require.refuse("facts", _WANTED, _require.kind_of(facts), error=TypeError)
    if not facts:
        _require.refuse("facts", _WANTED, "none")
    told = [_fact(entry) for entry in facts]
    if len({len(fact) for fact in told}) > 1:
        lonely = next(fact[0] for fact in told if len(fact) == 1)
        _refuse(lonely, "It has no value. Commas, semicolons and new lines part facts.")
    return told


def _fact(entry: object) -> tuple[str, ...]:
    if isinstance(entry, list | tuple):
        if len(entry) != 2:
            hint = f"A fact is a pair; this one has {len(entry)} entries."
            _require.refuse("facts", _WANTED, _require.kind_of(entry), hint)
        return _word(entry[0]), _word(entry[1])
    if not isinstance(entry, str):
        _require.refuse("facts", _WANTED, f"{_require.kind_of(entry)} among them", error=TypeError)
    parts = _COLON.split(entry, maxsplit=1)
    return tuple(_word(part) for part in parts)


def _word(word: object) -> str:
    """One name or value, on one line."""
    if isinstance(word, bool) or not isinstance(word, str | int | float):
        hint = "A name or a value is a text."
        _require.refuse("facts", _WANTED, _require.kind_of(word), hint, TypeError)
    shown = _UNSEEN.sub(" ", str(word)).strip()
    if not shown:
        _refuse(str(word), "Names and values are there to be read.")
    if len(shown) > _LONGEST:
        _refuse(shown, f"At most {_LONGEST} characters a name or a value.")
    return shown


def _refuse(got: str, hint: str) -> NoReturn:
    _require.refuse("facts", _WANTED, _require.kind_of(got), hint)


def _candidates(others: object) -> Sequence[str]:
    if isinstance(others, str):
        others = _PARTS.split(others) if _PARTS.search(others) else others.split()
    if not isinstance(others, list | tuple) or not all(isinstance(x, str) for x in others):
        expected = 'further values such as ("Riga", "Bern")'
        _require.refuse("others", expected, _require.kind_of(others), error=TypeError)
    return [_word(word) for word in others if word.strip()]
