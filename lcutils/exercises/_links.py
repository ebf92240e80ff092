"""The chain rule as a derivation: has a line something in the place of each of its links?"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any


def worked_out(link: str, *, links_in: Callable[[Any], Sequence[str]]) -> Callable[[Any], bool]:
    """Whether a line has something in the place of this link, by name or as a derivative.

    Args:
        link: its name, such as "dh_da"
        links_in: the links that a derivative in the line stands for
    """

    def is_taken(line: Any) -> bool:
        from sympy import Derivative

        hidden = {link for slope in line.atoms(Derivative) for link in links_in(slope)}
        return link not in hidden | {s.name for s in line.free_symbols}

    return is_taken
