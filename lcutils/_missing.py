"""What to do where a cell uses a name that a cell above, perhaps a folded one, was to make.

The kernel does not know the cells that have not run, so it cannot say which; to run all above is
right in any case.
"""

from __future__ import annotations

import sys
from types import TracebackType
from typing import Any

_ADVICE = (
    "{}. If it is not misspelt, a cell above makes it, perhaps a folded one. Run all cells above "
    "this one; in JupyterLab: menu Run, Run All Above Selected Cell."
)


def explain() -> None:
    """Say it from now on, as a part of the error; without IPython there are no cells."""
    if "IPython" not in sys.modules:
        return
    from IPython import get_ipython

    shell: Any = get_ipython()
    if shell is not None:
        shell.set_custom_exc((NameError,), _show)


def _show(
    shell: Any,
    kind: type[NameError],
    error: NameError,
    traceback: TracebackType,
    tb_offset: int | None = None,
) -> None:
    """Show an error of a cell as IPython does; in a library it is not the reader's to mend."""
    last = traceback
    while last.tb_next is not None:
        last = last.tb_next
    if kind is NameError and last.tb_frame.f_globals is shell.user_ns:
        error.args = (_ADVICE.format(error),)
    shell.showtraceback((kind, error, traceback), tb_offset=tb_offset)
