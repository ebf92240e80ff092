"""When two results are the same, and how numbers are written."""

from __future__ import annotations

import torch
from torch import Tensor

from lcutils import _require

# Relative, and absolute near zero. Not finer for float64: a reader may compute a factor in
# float32, and that is no mistake; the known mistakes are off by far more.
_TOLERANCE = 1e-4


def same(left: object, right: object) -> bool:
    """Do two outputs, inputs or gradients agree in shape and values? Dtypes may differ."""
    if not isinstance(left, Tensor) or not isinstance(right, Tensor):
        return left is right or (type(left) is type(right) and left == right)
    if left.shape != right.shape or left.is_complex() or right.is_complex():
        return False
    if not (has_memory(left) and has_memory(right)):
        return False
    return bool(is_close(left, right).all())


def is_close(left: Tensor, right: Tensor) -> Tensor:
    """Where two tensors of one shape agree."""
    return torch.isclose(left.double(), right.double(), _TOLERANCE, _TOLERANCE, equal_nan=True)


def has_memory(tensor: Tensor) -> bool:
    """Is its memory as large as its shape says? If not, reading it would end the process."""
    if tensor.numel() == 0:
        return True
    pairs = zip(tensor.shape, tensor.stride(), strict=True)
    last = tensor.storage_offset() + sum((size - 1) * stride for size, stride in pairs)
    return tensor.untyped_storage().nbytes() >= (last + 1) * tensor.element_size()


def not_finite(got: Tensor, wanted: Tensor) -> str:
    """How many entries are NaN or infinite and should not be, or nothing."""
    n_nan = int((got.isnan() & ~wanted.isnan()).sum())
    n_infinite = int((got.isinf() & ~wanted.isinf()).sum())
    if not n_nan + n_infinite:
        return ""
    name = " or ".join(["infinite"] * (n_infinite > 0) + ["NaN"] * (n_nan > 0))
    verb = "is" if n_nan + n_infinite == 1 else "are"
    known = "infinity times 0" if n_infinite else "NaN times 0"
    return f"{n_nan + n_infinite} of {got.numel()} {verb} {name}, and {known} is NaN."


def dtype_name(tensor: Tensor) -> str:
    """Such as float32."""
    return str(tensor.dtype).removeprefix("torch.")


def numbers(value: object) -> str:
    """A tensor or a number, to four digits, in brackets as Python writes lists."""
    if isinstance(value, Tensor):
        return numbers(value.tolist())
    if isinstance(value, list):
        return f"[{', '.join(map(numbers, value))}]"
    return f"{value:.4g}" if isinstance(value, float) else _require.kind_of(value)
