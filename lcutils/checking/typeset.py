"""Reads a chain that is typed as in a book: LaTeX, norm bars, `tanh^2(a)`, numbered lines.

Text goes in and text comes out, in the signs that `algebra` reads; what is not known stays.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

_ENDS = re.compile(r"[-=]>|[⇒⟹→⟶⇔≡]|==?")  # of a line, beside the end of the row
_EDGES = " \t,;&\\"
_NUMBER = re.compile(r"\(?(\d+)(?:[):]|\.(?=\s))\s*")
_GOES_ON = re.compile(r"[*·×⋅/+)]|[-−](?!>)")  # at the start of a row
_SPACES = r"\\(?:(?:left|right|quad|qquad|displaystyle|limits)(?![a-zA-Z])|[,;:! ])"
_SQUARED = r"\s*(?:²|(?:\^|\*\*)\s*[({]?\s*2\s*[)}]?)"
_LATEX = (
    (r"\\\\", "\n"),
    (r"\\(?:begin|end)\{[^{}]*\}|&", " "),
    (_SPACES, " "),
    (r"\\(?:cdot|times)(?![a-zA-Z])", "*"),
    (r"\\(?:partial(?![a-zA-Z])|mathrm\{d\})\s*", "d"),
    (r"\\(?:[lr]?Vert(?![a-zA-Z])|\|)", "‖"),
    (r"\\(?:to|Rightarrow|implies|equiv)(?![a-zA-Z])", "="),
    (r"\\[dt]?frac\s*(\d)\s*(\d)", r" (\1/\2) "),
    (r"\\[dt]?frac\s*\{\s*(d\s*\w+)\s*\}\s*\{\s*(d\s*\w+)\s*\}", r" \1/\2 "),
    (r"\\[dt]?frac\s*\{([^{}]*)\}\s*\{([^{}]*)\}", r" ((\1)/(\2)) "),
    (r"\\([a-zA-Z]+)", r" \1 "),
)
_FUNCTION = re.compile(rf"\b(sinh?|cosh?|tanh?|sech){_SQUARED}\s*(\(|[^\W\d]\w*)")


def lines_of(text: str) -> list[str]:
    """The lines of a chain: an equals sign, an arrow or the end of a row ends one.

    What follows a # is a comment. A row that begins or ends with an operator goes on.
    """
    text = "".join(sign for sign in text if unicodedata.category(sign) != "Cf")  # not to be seen
    text = "\n".join(row.partition("#")[0] for row in text.split("\n"))
    text = re.sub(r"_\{(\w+)\}", r"_\1", text)
    if "\\" in text:
        for pattern, instead in _LATEX:
            text = re.sub(pattern, instead, text)
    rows = [row.strip(_EDGES) for row in text.split("\n")]
    joined: list[str] = []
    for row in _without_numbers([row for row in rows if row]):
        if joined and (_GOES_ON.match(row) or re.search(r"[-+*/·×⋅−(]$", joined[-1])):
            joined[-1] += f" {row}"
        else:
            joined.append(row)
    parts = (part.strip(_EDGES) for row in joined for part in _ENDS.split(row))
    return [in_keys(part) for part in parts if part]


def in_keys(text: str) -> str:
    """A line with `norm_sq(x)` for a squared length between bars, `tanh(a)^2` for `tanh²(a)`."""
    text = re.sub(rf"(?:‖|\|\|)(.+?)(?:‖|\|\|){_SQUARED}", r"norm_sq(\1)", text)
    while found := _FUNCTION.search(text):
        start, end = found.span(2)
        inside = found[2]
        if inside == "(":
            end = _closed(text, start)
            inside = text[start + 1 : end - 1]
        text = f"{text[: found.start()]}{found[1]}({inside})^2{text[end:]}"
    return text


def _closed(text: str, start: int) -> int:
    """The place after the bracket that closes the one at `start`, or the end."""
    depth = 0
    for place in range(start, len(text)):
        depth += {"(": 1, ")": -1}.get(text[place], 0)
        if not depth:
            return place + 1
    return len(text)


def _without_numbers(rows: Sequence[str]) -> Sequence[str]:
    """The rows without `1.`, `2)` before them, if each has its own."""
    numbers = [_NUMBER.match(row) for row in rows]
    if len(rows) > 1 and all(n and int(n[1]) == at for at, n in enumerate(numbers, start=1)):
        return [_NUMBER.sub("", row, count=1).strip(_EDGES) for row in rows]
    return rows
