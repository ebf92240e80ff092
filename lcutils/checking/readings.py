"""Reads what a reader wrote: a number, a word or letters, in whatever form they come.

Whatever is read here may be hostile: only methods of Python's, NumPy's and torch's own types are
called, never those that a class of the reader's put in their place.
"""

from __future__ import annotations

import math
import re
import sys
import unicodedata
from collections.abc import Container
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np
import torch

from lcutils._typed import Unreadable

MAX_LENGTH = 300  # of a string that is read
_DEPTH = 4  # of lists in lists
_QUOTES = " \t\n\"'`“”‘’„«»"
_FORMS = (  # of a number in a string; group 1 is cleared of all but digits, group 2 follows a point
    r"([+-]?\d{1,3}(?:,\d{3})+)(?:\.(\d+))?",  # 1,000 and 1,000.5
    r"([+-]?\d{1,3}(?:\.\d{3})+),(\d+)",  # 1.000,5
    r"([+-]?\d{1,3}(?:\.\d{3}){2,})",  # 1.000.000
    r"([+-]?\d{1,3}(?:[ _']\d{3})+)(?:[.,](\d+))?",  # 1 000 and 1_000 and 1'000
    r"([+-]?\d+),(\d+)",  # 0,5: a comma before three digits was read as 1,000
)


def to_number(answer: Any) -> float | None:
    """The finite number that an answer is, whichever library it comes from, else None.

    A list, tuple, set or dict of one is that one. A string may have separated thousands, a decimal
    comma, full-width digits, one fraction bar, or a percent sign: "34 %" is 0.34. A bool, NaN,
    infinity, a complex number and a string with words are no numbers.
    """
    try:
        number = _number(only(answer))
    except (ValueError, OverflowError, ZeroDivisionError, TypeError, RuntimeError):
        return None  # 10**5000, "1/0", a tensor without memory
    return number if number is not None and math.isfinite(number) else None


def _number(answer: Any) -> float | None:
    kind: type = type(answer)
    if issubclass(kind, bool | np.bool_):
        return None
    if issubclass(kind, str):
        return _number_in(plain(answer))
    if issubclass(kind, int):
        return int.__float__(answer)
    if issubclass(kind, float):
        return float.__float__(answer)
    if kind in (Fraction, Decimal) or issubclass(kind, np.integer | np.floating):
        return float(answer)
    if kind is np.ndarray and answer.size == 1:
        return _number(answer.item())
    if kind in (torch.Tensor, torch.nn.Parameter) and answer.numel() == 1:
        return _number(answer.item())
    if is_sympy(answer) and getattr(answer, "is_number", False):
        return float(answer)
    return None


def _number_in(text: str) -> float | None:
    """`text` is plain."""
    if text.endswith("%"):
        share = _number_in(text[:-1].strip())
        return None if share is None else share / 100
    top, bar, bottom = text.rpartition("/")
    if bar:
        above, below = _number_in(top.strip()), _number_in(bottom.strip())
        return None if above is None or below is None else above / below
    for form in _FORMS:
        match = re.fullmatch(form, text, re.ASCII)
        if match:
            whole, *after = match.groups()
            text = f"{re.sub('[^0-9+-]', '', whole)}.{''.join(filter(None, after))}"
            break
    is_decimal = re.fullmatch(r"[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?", text, re.ASCII | re.I)
    return float(text) if is_decimal else None


def plain(text: str) -> str:
    """A string in the signs of an English keyboard, without quotes around it or a comma behind."""
    text = re.sub(r"[⁰¹²³⁴-⁹⁺⁻ⁿ]+", r"^(\g<0>)", str.__str__(text)[: MAX_LENGTH + 1])  # 10²
    text = "".join(f"({s})" if "<fraction>" in unicodedata.decomposition(s) else s for s in text)
    text = unicodedata.normalize("NFKC", text)
    text = "".join(str(unicodedata.decimal(sign, sign)) for sign in text)  # Arabic digits too
    return text.translate(_SIGNS).strip(_QUOTES).removesuffix(",").rstrip(_QUOTES)


_SIGNS = str.maketrans({"−": "-", "–": "-", "—": "-", "∕": "/", "⁄": "/", "÷": "/"})


def only(answer: Any, names: Container[str] = ()) -> Any:
    """What stands alone in a list, tuple, set or dict of one, as `solve` returns it.

    An equation whose one side is a symbol not in `names`, the unknown, counts as its other side.
    """
    for _ in range(_DEPTH):
        kind = type(answer)
        if kind in (list, tuple, set, frozenset) and len(answer) == 1:
            (answer,) = answer
        elif kind is dict and len(answer) == 1:
            (answer,) = answer.values()
        elif is_sympy(answer) and kind.__name__ == "FiniteSet" and len(answer.args) == 1:
            (answer,) = answer.args
        elif is_sympy(answer) and kind.__name__ == "Equality":
            left, right = answer.args
            if _is_unknown(left, names):
                return right
            return left if _is_unknown(right, names) else answer
        else:
            break
    return answer


def _is_unknown(side: Any, names: Container[str]) -> bool:
    return bool(side.is_Symbol) and side.name not in names


def is_sympy(value: object) -> bool:
    """Is it an object of a class of SymPy's own?"""
    basic = getattr(sys.modules.get("sympy"), "Basic", None)
    is_one = basic is not None and issubclass(type(value), basic)
    return is_one and str(type(value).__module__).split(".")[0] == "sympy"


def text_of(answer: Any) -> str:
    """What was written, if the answer is words or a bare name; else nothing.

    A string, a name without quotes, a SymPy symbol, or a list of one of them.
    """
    answer = only(answer)
    kind: type = type(answer)
    if issubclass(kind, str):
        return plain(answer)
    if kind is Unreadable:
        return plain(answer.source)
    return plain(answer.name) if is_sympy(answer) and kind.__name__ == "Symbol" else ""


def letter_of(answer: Any, choices: Container[str], typed: str = "") -> str:
    """The one of the choices that an answer is: "(b)", "B.", "b) why", ["b"], b; else nothing.

    Args:
        typed: what the reader typed: in `answer = b` this is the letter, whatever b is.
    """
    text = text_of(answer)
    for match in (
        re.fullmatch(r"[\W_]*([^\W_])[\W_]*", plain(typed)),
        re.fullmatch(r"[\W_]*([^\W_])[\W_]*", text),
        re.match(r"\W*([^\W_]) ?[).:]", text),
    ):
        if match and match[1].lower() in choices:
            return match[1].lower()
    return ""


def letters_of(answer: Any, typed: str = "") -> list[str] | None:
    """The letters that an answer lists, in lower case; None if it is no list of letters.

    Args:
        typed: what the reader typed: `order = c, a, b` lists letters, whatever these names are.
    """
    answer = only(answer)
    parts = [text_of(part) for part in answer] if type(answer) in (list, tuple) else []
    text = " ".join(parts) if parts and all(parts) else text_of(answer)
    if not text and all(len(word) == 1 for word in re.findall(r"\w+", plain(typed))):
        text = plain(typed)
    if not text and not issubclass(type(answer), str):
        return None
    return re.findall(r"[^\W_]", text.lower())
