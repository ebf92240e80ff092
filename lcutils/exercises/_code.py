"""Looks into the code of an answer: for slips, which its values do not tell."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable


def written(pattern: str, *, unless: str = "") -> Callable[[ast.AST], bool]:
    """Whether code has a pattern, as `ast.unparse` writes it: one form for all spellings.

    Args:
        pattern: a regular expression.
        unless: another one, of what makes the first one harmless.
    """

    def found(tree: ast.AST) -> bool:
        code = ast.unparse(tree)
        is_harmless = bool(unless and re.search(unless, code))
        return not is_harmless and re.search(pattern, code) is not None

    return found
