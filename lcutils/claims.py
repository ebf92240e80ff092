"""Claims: sentences that report an experiment, printed with the number that the run produced."""

from __future__ import annotations

import html
import math
import os
import re
from collections.abc import Sequence

import torch

from lcutils import _require
from lcutils._ledger import Entry, block, record, require_id


class ClaimError(AssertionError):
    """A claim of the lesson does not hold in this run."""


def claim(id: str, sentence: str, value: object, *, between: Sequence[float]) -> Entry:
    """State a measured result, and check that it lies in the range that the lesson promises.

    Args:
        id: names the meaning, such as `05.noise_measured`; never reused.
        sentence: the text to show; `{value:.3f}` in it becomes the number measured.
        value: the number measured: a float, an int, or a tensor with one entry.
        between: (low, high), both allowed; from the spread over seeds, not from this run.

    Returns: an entry that shows the sentence, marked as confirmed or not.
    Raises: ClaimError where LC_STRICT is set (the build, the tests, `make claims`) and the value
        lies outside; a reader on another machine sees the failed claim and goes on.
    """
    require_id(id)
    _require.text("sentence", sentence)
    if "{value" not in sentence:
        _require.refuse("sentence", "a sentence with {value} in it", _require.kind_of(sentence))
    number = _one_number(value)
    low, high = _range(between)
    passed = low <= number <= high
    shown = sentence.format(value=number)
    if passed:
        note = _at_every_seed(low, high, sentence)
        text = f"Measured: {shown} [{id}; {note}]"
    else:
        note = f"not confirmed in this run: {number:g} lies outside {low:g} to {high:g}"
        text = f"NOT CONFIRMED: {shown} [{id}; {note}]"
    if not passed and os.environ.get("LC_STRICT"):
        raise ClaimError(text)
    inner = (
        f"<b>{'Measured.' if passed else 'Not confirmed.'}</b> {html.escape(shown)}<br>"
        f'<span style="opacity: 0.7; font-size: 0.85em;">{id} · {note}</span>'
    )
    html_block = block("right" if passed else "wrong", inner)
    return record(Entry("measured", id, passed, text, html=html_block))


def same(id: str, what: str, one: torch.Tensor, other: torch.Tensor, within: float) -> Entry:
    """Claim that two ways to compute something agree in every number.

    Args:
        id: as in `claim`
        what: begins the sentence, such as "Loop and table", which then counts the numbers
        one, other: tensors of one shape
        within: how far two numbers may be apart; of the size of what is rounded off
    Returns, Raises: as `claim`; ValueError if the shapes differ.
    """
    if one.shape != other.shape:
        got = f"{list(one.shape)} and {list(other.shape)}"
        _require.refuse("other", "a tensor of the shape of the first", got)
    sentence = f"{what}: of {one.numel():,} numbers {{value:.0f}} differ by more than {within:g}."
    differ = ((one - other).abs() <= within).logical_not().sum()  # NaN agrees with nothing
    return claim(id, sentence, differ, between=(0, 0))


def _at_every_seed(low: float, high: float, sentence: str) -> str:
    if low == high:
        return f"{low:g} at every seed tried"
    decimals = re.search(r"\{value:[^}]*\.(\d+)f", sentence)
    shown = [_short(x, up, int(decimals[1]) if decimals else 4) for x, up in ((low, 0), (high, 1))]
    return f"at every seed tried: {' to '.join(shown)}"


def _short(end: float, up: int, decimals: int) -> str:
    """An end of the range as it was typed; one of more than four digits is rounded outwards."""
    if float(f"{end:.4g}") == end or end.is_integer():
        return f"{end:.12g}"
    scale = 10.0 ** min(decimals, 3 - math.floor(math.log10(abs(end))))
    return f"{(math.floor(end * scale) + up) / scale:.12g}"


def _one_number(value: object) -> float:
    if isinstance(value, torch.Tensor) and value.numel() == 1:
        value = value.item()
    if isinstance(value, bool) or not isinstance(value, int | float):
        _require.refuse(
            "value",
            "one number",
            _require.kind_of(value),
            "A claim reports one number; take a mean first.",
            TypeError,
        )
    if math.isnan(value):
        _require.refuse("value", "a number", "nan", "The measurement itself failed.")
    return float(value)


def _range(between: object) -> tuple[float, float]:
    if not isinstance(between, list | tuple) or len(between) != 2:
        _require.refuse("between", "a pair (low, high)", _require.kind_of(between), error=TypeError)
    low, high = (_require.number("between", end) for end in between)
    if low > high:
        _require.refuse("between", "low <= high", f"({low:g}, {high:g})", "Swap the two.")
    return low, high
