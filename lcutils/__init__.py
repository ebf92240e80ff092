"""The Long-Context Workbook's helper package: `import lcutils as lc`.

Names are looked up when first used (PEP 562), so importing lcutils imports nothing else.
"""

from importlib import import_module

__version__ = "0.1.0"

_HOME = {
    "start": "startup",
    "rng": "startup",
    "prove": "proof",
    "refute": "proof",
    "derive": "proof",
    "grad": "proof",
    "ProofError": "proof",
    "claim": "claims",
    "same": "claims",
    "ClaimError": "claims",
    "recorded": "records",
    "check": "exercises",
    "predict": "exercises",
    "reveal": "exercises",
    "quiz": "exercises",
    "subplots": "show",
    "figure": "show",
    "play": "show",
    "watch": "microscope",
    "report": "exercises",
}

# `lc.memory` and its like: loaded when first used, as the names above.
_MODULES = (
    "gaps",
    "lags",
    "memory",
    "nets",
    "proof",
    "recall",
    "records",
    "show",
    "tasks",
    "text",
    "train",
    "transformer",
    "untrained",
)

__all__ = list(_HOME)


def __getattr__(name: str) -> object:
    if name in _MODULES:
        return import_module(f"lcutils.{name}")
    if name not in _HOME:
        raise AttributeError(f"module 'lcutils' has no attribute {name!r}")
    value = getattr(import_module(f"lcutils.{_HOME[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__, *_MODULES])
