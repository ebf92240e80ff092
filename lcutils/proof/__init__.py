"""Proofs: the equation that is shown is the object that is proved.

Write matrices with `MatrixSymbol` from here (SymPy's own sorts what is typed), everything else
with SymPy. A statement is first tried at small exact numbers, which give the counterexample if it
is false; then for all sizes (`words.py`), else entry by entry at two sets of sizes (`values.py`)
and in float64 at 20 larger shapes (`tensors.py`).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from lcutils import _require
from lcutils._ledger import Entry, block, record, require_id
from lcutils._limit import TimeLimitExceeded, run_limited
from lcutils.proof import counterexample
from lcutils.proof.latex import chain, equation, latex, plain_words
from lcutils.proof.nodes import (
    Grad,
    MatrixSymbol,
    dot,
    each,
    grad,
    hadamard,
    half_norm_sq,
    norm_sq,
    sigma,
    sign_mean,
    sign_variance,
)
from lcutils.proof.statement import LARGER, Sizes, Statement

__all__ = [
    "MatrixSymbol",
    "ProofError",
    "derive",
    "dot",
    "each",
    "grad",
    "hadamard",
    "half_norm_sq",
    "norm_sq",
    "prove",
    "refute",
    "sigma",
    "sign_mean",
    "sign_variance",
]

_SECONDS = 10.0


class _Extent(NamedTuple):
    """How far a statement, or each step of a chain, is proved."""

    sizes: list[Sizes] | None  # None: for all sizes, or without any
    has_sizes: bool
    conditions: list[str]
    torch: bool = False

    def words(self, quote: str = "") -> str:
        """As the end of a sentence; `quote` stands around mathematics."""
        text = " for all sizes" if self.has_sizes else ""
        if self.sizes:
            shown = [
                ", ".join(f"{quote}{k} = {n}{quote}" for k, n in s.items()) for s in self.sizes
            ]
            text = f" for {' and '.join(shown)}"
        if self.conditions:
            given = ", ".join(f"{quote}{condition}{quote}" for condition in self.conditions)
            text += f"{' with' if text else ' for'} {given}"
        if self.torch:
            text += f"; agrees with PyTorch's gradient at {LARGER} larger shapes"
        elif self.sizes:
            text += f"; agrees at {LARGER} larger shapes"
        return text


class ProofError(AssertionError):
    """A statement is not what the lesson says it is: false, true, or undecided."""


def prove(
    id: str,
    lhs: Any,
    rhs: Any,
    *,
    reason: str | None = None,
    domain: Any = (),
    torch: bool = False,
) -> Entry:
    """Show lhs = rhs, and prove it.

    Args:
        id: names the meaning, such as `05.order_lost`; never reused.
        lhs, rhs: numbers or matrix expressions with symbolic sizes, or functions of the sizes
            (`lambda T, d: ...`) that return one.
        reason: the idea in a few words, shown below.
        domain: inequalities that the statement assumes, such as `(gamma < 1,)`.
        torch: compare each gradient with PyTorch's own, too.

    Returns: an entry that shows the equation and says for which sizes it is proved.
    Raises: ProofError if the statement is false, with numbers, or cannot be decided; ValueError
        or TypeError if it is no statement (both sides are one object, a decimal, ...).
    """
    require_id(id)
    if reason is not None:
        _require.text("reason", reason)
    statement = Statement(lhs, rhs, domain)
    if torch and not any(side.has(Grad) for side in statement.shown):
        _require.refuse("torch", "a statement with lc.grad(...) in it", "none", "Leave it out.")
    left, right = (latex(side) for side in statement.shown)
    extent = _how_far(id, statement, torch)
    why = f" *{plain_words(reason)}*" if reason else ""
    text = f"{left} = {right}\nProved{extent.words()}.{f' {reason}.' if reason else ''} [{id}]"
    said = f"**Proved**{extent.words('$')}.{why}"
    return record(Entry("proved", id, True, text, _shown(equation(left, right), said, id)))


def refute(id: str, lhs: Any, rhs: Any, *, domain: Any = (), unit: Any = ()) -> Entry:
    """Show that lhs = rhs is false, by the smallest numbers found at which the sides differ.

    Args:
        id: names the meaning, such as `05.article_sign`; never reused.
        lhs, rhs, domain: as for `prove`.
        unit: vectors that are to have length 1, each a direction of its own, such as `(k1, k2)`.

    Returns: an entry that shows lhs and rhs as unequal, with the numbers.
    Raises: ProofError if the statement is in fact true, or if no such numbers are found.
    """
    require_id(id)
    statement = Statement(lhs, rhs, domain)
    names = counterexample.unit_names(statement, unit)
    left, right = (latex(side) for side in statement.shown)
    shown, said = _why_false(id, statement, smallest=True, unit=names)
    if not said and names:
        raise ProofError(
            f"{id}: no counterexample with {' and '.join(names)} of length 1 was found: {left} = "
            f"{right}. It may be true there; without unit all lengths are tried."
        )
    if not said:
        _how_far(id, statement)
        raise ProofError(f"{id}: in fact true: {left} = {right}")
    text = f"{left} \\neq {right}\nNot equal. {said} [{id}]"
    markdown = _shown(equation(left, right, r"\neq"), f"**Not equal.** {shown}", id)
    return record(Entry("refuted", id, True, text, markdown))


def derive(id: str, first: Any, *steps: tuple[str, Any], domain: Any = ()) -> Entry:
    """Show a chain first = second = ..., each step proved from the one before.

    Args:
        id: names the meaning, such as `05.learns_nothing`; never reused.
        first: as lhs of `prove`.
        steps: pairs (reason, the next expression).
        domain: as for `prove`.

    Returns: an entry that shows the chain with its reasons.
    Raises: ProofError naming the first step that is false or undecided.
    """
    require_id(id)
    if not steps:
        _require.refuse("steps", "at least one pair (reason, expression)", "none")
    before, shown_first, lines, extents = first, "", [], []
    for number, step in enumerate(steps, start=1):
        if not isinstance(step, tuple) or len(step) != 2:
            got = _require.kind_of(step)
            _require.refuse(f"step {number}", "a pair (reason, expression)", got, error=TypeError)
        reason = _require.text(f"step {number}", step[0])
        statement = Statement(before, step[1], domain)
        extents.append(_how_far(f"{id}, step {number}", statement))
        left, right = (latex(side) for side in statement.shown)
        shown_first = shown_first or left
        lines.append((reason, right))
        before = step[1]
    conditions = dict.fromkeys(c for extent in extents for c in extent.conditions)
    whole = _Extent(
        next((extent.sizes for extent in extents if extent.sizes), None),
        any(extent.has_sizes for extent in extents),
        list(conditions),
    )
    sides = " = ".join([shown_first, *(side for _, side in lines)])
    text = f"{sides}\nProved{whole.words()}, step by step. [{id}]"
    said = f"**Proved**{whole.words('$')}, step by step."
    return record(Entry("proved", id, True, text, _shown(chain(shown_first, lines), said, id)))


def _shown(display: str, said: str, id: str) -> str:
    """Markdown behind the bar of what is true; between empty lines it is read as Markdown."""
    inner = f"\n\n{display}\n\n{said} <small>{id}</small>\n\n"
    return block("right", inner, "padding-bottom: 0;")  # the paragraph has a margin of its own


def _how_far(id: str, statement: Statement, torch: bool = False) -> _Extent:
    """For which sizes it is proved; ProofError if it is not."""
    left, right = (latex(side) for side in statement.shown)
    if at := statement.undefined_at():
        raise ProofError(f"{id}: {left} = {right} has no value at {at}. Leave that out in domain.")
    _, why = _why_false(id, statement, smallest=False)
    if why:
        _, why = _why_false(id, statement, smallest=True)
        raise ProofError(f"{id}: false: {left} = {right}. {why}")
    for_all = _limited(id, statement.proved_for_all_sizes)
    # both routes must agree: each guards the other against a mistake in our own rules
    if not _limited(id, lambda: all(map(statement.proved_at, statement.two_sizes()))):
        raise ProofError(
            f"{id}: undecided: {left} = {right}. No counterexample was found, and no proof. State "
            "positivity in the symbols or in domain, or split the statement with lc.derive."
        )
    if torch or not (for_all or statement.is_number):
        against = statement.disagreement()
        if against:
            raise ProofError(f"{id}: not confirmed: {left} = {right}. {against}")
    sizes = None if for_all or statement.is_number else statement.two_sizes()
    return _Extent(sizes, not statement.is_number, statement.conditions(), torch)


def _why_false(
    id: str, statement: Statement, *, smallest: bool, unit: Sequence[str] = ()
) -> tuple[str, str]:
    left, right = statement.shapes
    if left != right:
        sentence = f"The left side is {left}, the right side {right}."
        return sentence, sentence
    found = _limited(id, lambda: counterexample.find(statement, smallest=smallest, unit=unit))
    return (found.sentence("$"), found.sentence()) if found else ("", "")


def _limited(id: str, call: Callable[[], Any]) -> Any:
    try:
        return run_limited(call, _SECONDS)
    except TimeLimitExceeded:
        hint = "Split the statement with lc.derive, or state it for a smaller case."
        raise ProofError(f"{id}: undecided after {_SECONDS:g} s. {hint}") from None
