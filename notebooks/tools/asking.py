"""The cells that are generated: what is asked above an answer, and what waits for a guess."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # the catalogue imports torch, for which a reader's copy need not wait
    from lcutils.exercises._catalogue import Entry

FIRST_LINE = "# Run this cell once you have guessed."
# What stands in the question's text as code or as TeX stays, and all else is plain words.
_AS_IT_IS = re.compile(r"(`[^`]+`|\$[^\s$](?:[^$]*[^\s$])?\$)")
_MEANS_SOMETHING = re.compile(r"[\\`*$\[\]~]|(?<![0-9A-Za-z])_|_(?![0-9A-Za-z])")


def plain(words: str) -> str:
    """The words as Markdown that shows them as they are, but for `code` and $TeX$."""
    parts = _AS_IT_IS.split(words)
    parts[::2] = [_escaped(part) for part in parts[::2]]
    return "".join(parts)


def _escaped(words: str) -> str:
    words = words.replace("&", "&amp;").replace("<", "&lt;")
    return _MEANS_SOMETHING.sub(r"\\\g<0>", words)


def is_asked(entry: Entry | None) -> bool:
    """Whether the entry is a question or a prediction, which the builder writes out."""
    from lcutils.checking.data import Prediction, Question

    return isinstance(entry, Question | Prediction)


def question(entry: Entry) -> str:
    """The Markdown above the line where a reader answers."""
    from lcutils.checking.data import Question

    if isinstance(entry, Question):
        listed = [f"- **{letter}**: {plain(x.text)}" for letter, x in entry.choices.items()]
        return "\n".join([f"**{plain(entry.text)}**", "", *listed])
    choices = getattr(entry, "choices", ())
    among = f" ({plain(', '.join(choices))})" if choices else ""
    return f"**Your guess.** {plain(getattr(entry, 'text', ''))}{among}"


def form(entry: Entry) -> str:
    """What a reader is to type, as the comment on the line to answer."""
    from lcutils.checking.data import Prediction, Question

    if isinstance(entry, Question):
        return 'a letter, such as "a"'
    if isinstance(entry, Prediction) and entry.numbers:
        if entry.numbers > 1:
            return f"{entry.numbers} numbers, such as {entry.example}"
        return f"a number, such as {entry.example[0]}"
    if choices := [f'"{choice}"' for choice in getattr(entry, "choices", ())]:
        return " or ".join([", ".join(choices[:-1]), choices[-1]] if choices[1:] else choices)
    return "a few words, in quotes"


def waiting(id: str, markdown: str) -> str:
    """The code that shows the Markdown to who has made the prediction `id`.

    Its first line is all that is seen while it is folded, so that one tells nothing.
    """
    shown = next(literal for literal in _literals(markdown) if _value(literal) == markdown)
    return f'{FIRST_LINE}\nlc.reveal("{id}", {shown})'


def _literals(text: str) -> Iterator[str]:
    yield f'r"""{text}"""'
    yield f"r'''{text}'''"
    yield repr(text)


def _value(literal: str) -> object:
    try:
        return ast.literal_eval(literal)
    except (SyntaxError, ValueError):  # the text ends the quotation
        return None
