"""Argument checks, and the one form that an error takes.

`beta: expected [B, T, H] = [2, 5, 3], got [2, 5]. One number per token and head.`
TypeError for the wrong kind of thing, ValueError for the wrong value or shape.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from typing import NoReturn

import torch


def kind_of(value: object) -> str:
    """What `value` is, in the words of an error message: `a list`, `None`, `float32 [2, 5]`."""
    if value is None:
        return "None"
    if isinstance(value, torch.Tensor):
        return f"{_dtype(value)} {list(value.shape)}"
    if isinstance(value, bool | int | float | str):
        text = repr(value)
        return text if len(text) <= 40 else text[:37] + "..."
    name = type(value).__name__
    return f"{'an' if name[0] in 'aeiouAEIOU' else 'a'} {name}"


def refuse(
    name: str, expected: str, got: str, hint: str = "", error: type[Exception] = ValueError
) -> NoReturn:
    """Raise `name: expected ..., got .... hint`; `kind_of` says what a value is for `got`."""
    tail = f" {hint}" if hint else ""
    raise error(f"{name}: expected {expected}, got {got}.{tail}")


def tensor(
    name: str,
    value: object,
    letters: str,
    sizes: dict[str, int] | None = None,
    hint: str = "",
) -> torch.Tensor:
    """Check a floating-point tensor of shape `letters` ("B T H K") against the sizes known so far.

    Args:
        sizes: letter -> size; letters met for the first time are added to it.
    Returns: the tensor itself.
    Raises: TypeError if it is no floating-point tensor, ValueError if its shape differs.
    """
    sizes = {} if sizes is None else sizes
    names = letters.split()
    if not isinstance(value, torch.Tensor):
        refuse(name, f"a tensor [{', '.join(names)}]", kind_of(value), hint, TypeError)
    if not value.is_floating_point():
        refuse(
            name,
            "a floating-point tensor",
            kind_of(value),
            hint or "Convert it with .float().",
            TypeError,
        )
    shape = list(value.shape)
    fits = len(shape) == len(names) and shape == [
        sizes.get(letter, size) for letter, size in zip(names, shape, strict=True)
    ]
    if not fits:
        wanted = [sizes.get(letter) for letter in names]
        known = [letter if w is None else str(w) for letter, w in zip(names, wanted, strict=True)]
        listed = f"[{', '.join(names)}]"
        if any(w is not None for w in wanted):
            listed += f" = [{', '.join(known)}]"
        refuse(name, listed, str(shape), hint)
    sizes.update(zip(names, shape, strict=True))
    return value


def same_kind(*also: torch.dtype, **tensors: torch.Tensor) -> None:
    """Check that all are on the device of the first, in its dtype or in one of `also`.

    torch would mix or refuse them late. Within autocast, where its own functions take float32 and
    half types side by side, so do ours.
    Raises: TypeError naming the first that differs.
    """
    (first, wanted), *others = tensors.items()
    for name, value in others:
        is_right = value.dtype in (wanted.dtype, *also)
        if not is_right and wanted.dtype in _MIXED and value.dtype in _MIXED:
            is_right = autocasts(wanted.device)
        if value.device != wanted.device or not is_right:
            refuse(
                name,
                f"{_dtype(wanted)} on {wanted.device} like {first}",
                f"{_dtype(value)} on {value.device}",
                f"Convert it with .to({first}).",
                TypeError,
            )


_MIXED = (torch.float32, torch.bfloat16, torch.float16)


def autocasts(device: torch.device) -> bool:
    """Whether autocast is on for this device."""
    return device.type != "meta" and torch.is_autocast_enabled(device.type)


def _dtype(value: torch.Tensor) -> str:
    return str(value.dtype).removeprefix("torch.")


def number(
    name: str,
    value: object,
    low: float = -math.inf,
    high: float = math.inf,
    hint: str = "",
) -> float:
    """Check a finite real number with low <= value <= high; returns it as a float."""
    expected = (
        "a number" if low == -math.inf and high == math.inf else f"{low:g} <= {name} <= {high:g}"
    )
    if isinstance(value, bool) or not isinstance(value, int | float):
        refuse(name, expected, kind_of(value), hint, TypeError)
    if not (math.isfinite(value) and low <= value <= high):
        refuse(name, expected, kind_of(value), hint)
    return float(value)


def count(name: str, value: object, low: int = 1, high: float = math.inf, hint: str = "") -> int:
    """Check a whole number with low <= value <= high."""
    expected = f"a whole number of at least {low}"
    if high != math.inf:
        expected = f"a whole number from {low} to {high:g}"
    if isinstance(value, bool) or not isinstance(value, int):
        refuse(name, expected, kind_of(value), hint, TypeError)
    if not low <= value <= high:
        refuse(name, expected, kind_of(value), hint)
    return value


def text(name: str, value: object, hint: str = "") -> str:
    """Check a string that is not blank."""
    if not isinstance(value, str):
        refuse(name, "a string", kind_of(value), hint, TypeError)
    if not value.strip():
        refuse(name, "a string that is not blank", kind_of(value), hint)
    return value


def one_of(name: str, value: object, options: Iterable[str], hint: str = "") -> str:
    """Check a string that is one of `options`."""
    listed = list(options)
    if not isinstance(value, str):
        refuse(name, f"one of {', '.join(listed)}", kind_of(value), hint, TypeError)
    if value not in listed:
        refuse(name, f"one of {', '.join(listed)}", kind_of(value), hint)
    return value


def function(name: str, value: object, hint: str = "") -> Callable[..., object]:
    """Check something that can be called."""
    if not callable(value):
        refuse(name, "a function", kind_of(value), hint, TypeError)
    return value


def generator(name: str, value: object) -> torch.Generator:
    """Check a source of random numbers."""
    if not isinstance(value, torch.Generator):
        hint = 'Make one with lc.rng("what the numbers are for").'
        refuse(name, "a torch.Generator", kind_of(value), hint, TypeError)
    return value
