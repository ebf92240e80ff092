"""Frames between judge and worker: a JSON head, then the bytes of its tensors.

Whatever is read here may be forged. Nothing of it is executed or unpickled, and a shape is held
against the bytes that came before anything is allocated.
"""

from __future__ import annotations

import json
import math
import socket
import struct
import time
from typing import Any

import torch

MAX_HEAD, MAX_BODY = 1 << 20, 32 << 20  # bytes of a frame
MAX_NUMBERS = 1 << 20  # of a tensor whose values travel; of a larger one its shape does
_MAX_DEPTH, _MAX_AXES, _MAX_BITS = 16, 16, 8192
_PLAIN = 1 << 53  # whole numbers below it go as JSON has them
_DTYPES = {
    str(dtype).removeprefix("torch."): dtype
    for dtype in (
        *(torch.float64, torch.float32, torch.float16, torch.bfloat16),
        *(torch.int64, torch.int32, torch.int16, torch.int8, torch.uint8, torch.bool),
        *(torch.complex64, torch.complex128),
    )
}


class BrokenError(Exception):
    """The other side sent what no honest one sends, or nothing in time."""


def pack(value: Any, blobs: list[bytes]) -> Any:
    """A value as JSON has it; the bytes of its tensors go to `blobs`.

    Raises: TypeError for what does not travel.
    """
    kind = type(value)
    if value is None or kind in (bool, str):
        return value
    if kind is int:
        return value if abs(value) < _PLAIN else {"i": f"{value:x}"}
    if kind is float:
        return {"f": value.hex()}
    if kind in (list, tuple):
        return [pack(part, blobs) for part in value]
    if kind is dict:
        return {"d": {key: pack(part, blobs) for key, part in value.items()}}
    if isinstance(value, torch.Tensor):
        return _pack_tensor(value, blobs)
    raise TypeError(f"{kind.__name__} does not travel")


def travels(tensor: torch.Tensor) -> bool:
    """Can its shape go over the wire, and its values, if they are not too many?"""
    is_here = tensor.layout == torch.strided and tensor.device.type == "cpu"
    return is_here and not tensor.is_nested and tensor.dtype in _DTYPES.values()


def _pack_tensor(tensor: torch.Tensor, blobs: list[bytes]) -> dict[str, Any]:
    name, shape = str(tensor.dtype).removeprefix("torch."), list(tensor.shape)
    if not travels(tensor):
        raise TypeError(f"a tensor of {name} does not travel")
    if tensor.numel() > MAX_NUMBERS:
        return {"e": name, "s": shape}
    plain = torch.Tensor.detach(tensor).resolve_conj().resolve_neg()
    # a copy, since one number counts as contiguous whatever its stride
    flat = plain.clone(memory_format=torch.contiguous_format).reshape(-1)
    blobs.append(flat.view(torch.uint8).numpy().tobytes() if flat.numel() else b"")
    return {"t": name, "s": shape, "g": tensor.requires_grad}


class _Unpacking:
    """Reads the nodes of one frame, in order, and takes the bytes of each tensor."""

    def __init__(self, body: bytes) -> None:
        self._body, self._place = body, 0

    def value(self, node: Any, depth: int = 0) -> Any:
        if depth > _MAX_DEPTH:
            raise BrokenError("nested too deeply")
        kind = type(node)
        if node is None or kind in (bool, str, int):
            return node
        if kind is list:
            return [self.value(part, depth + 1) for part in node]
        if kind is dict and len(node) <= 3:
            match node:
                case {"f": str(text)} if len(text) < 40:
                    return _read(float.fromhex, text)
                case {"i": str(text)} if len(text) < _MAX_BITS // 4:
                    return _read(lambda x: int(x, 16), text)
                case {"d": dict(parts)}:
                    return {key: self.value(part, depth + 1) for key, part in parts.items()}
                case {"t": str(name), "s": list(shape), "g": bool(asks)} if name in _DTYPES:
                    return self._tensor(_DTYPES[name], shape, asks)
                case {"e": str(name), "s": list(shape)} if name in _DTYPES:
                    return torch.empty((), dtype=_DTYPES[name]).expand(_shape(shape))
        raise BrokenError("a frame with an unknown node")

    def _tensor(self, dtype: torch.dtype, shape: list[Any], asks: bool) -> torch.Tensor:
        count = math.prod(_shape(shape))
        end = self._place + count * dtype.itemsize
        if count > MAX_NUMBERS or end > len(self._body):
            raise BrokenError("fewer bytes than the shape says")
        raw = bytearray(self._body[self._place : end])
        self._place = end
        made = torch.frombuffer(raw, dtype=dtype) if raw else torch.empty(0, dtype=dtype)
        made = made.reshape(shape)
        is_smooth = dtype.is_floating_point or dtype.is_complex
        return made.requires_grad_() if asks and is_smooth else made

    def finish(self) -> None:
        """All bytes belong to a tensor."""
        if self._place != len(self._body):
            raise BrokenError("bytes left over")


def _shape(sizes: list[Any]) -> list[int]:
    if len(sizes) > _MAX_AXES or any(type(n) is not int or n < 0 for n in sizes):
        raise BrokenError("no shape")
    if math.prod(max(n, 1) for n in sizes) >= 1 << 60:
        raise BrokenError("a shape too large")
    return sizes


def _read(made: Any, text: str) -> Any:
    try:
        return made(text)
    except (ValueError, OverflowError):
        raise BrokenError("no number") from None


def to_bytes(message: dict[str, Any]) -> bytes:
    """One frame."""
    blobs: list[bytes] = []
    head = json.dumps(pack(message, blobs)).encode()
    body = b"".join(blobs)
    if len(head) > MAX_HEAD or len(body) > MAX_BODY:
        raise BrokenError("a frame too large to send")
    return struct.pack(">II", len(head), len(body)) + head + body


def from_bytes(head: bytes, body: bytes) -> dict[str, Any]:
    """The message of a frame; BrokenError for anything that is none."""
    try:
        node = json.loads(head)
    except (ValueError, RecursionError):
        raise BrokenError("a frame that is no JSON") from None
    unpacking = _Unpacking(body)
    message = unpacking.value(node)
    unpacking.finish()
    if type(message) is not dict:
        raise BrokenError("a frame that is no message")
    return message


class Line:
    """One end of the socket between the two; nothing waits beyond `deadline`, if there is one."""

    def __init__(self, end: socket.socket) -> None:
        self._socket = end
        self.deadline: float | None = None  # by time.monotonic

    def send(self, message: dict[str, Any]) -> None:
        """Send a message; a side that does not read is given up at the deadline."""
        frame = to_bytes(message)
        self._wait()
        try:
            self._socket.sendall(frame)
        except TimeoutError:
            raise BrokenError("it ran for too long") from None
        except OSError:
            raise BrokenError("its process ended") from None

    def receive(self) -> dict[str, Any]:
        """The next message."""
        n_head, n_body = struct.unpack(">II", self._exactly(8))
        if n_head > MAX_HEAD or n_body > MAX_BODY:
            raise BrokenError("a frame too large")
        return from_bytes(self._exactly(n_head), self._exactly(n_body))

    def _exactly(self, count: int) -> bytes:
        found = bytearray()
        while len(found) < count:
            self._wait()
            try:
                part = self._socket.recv(min(count - len(found), 1 << 16))
            except TimeoutError:
                raise BrokenError("it ran for too long") from None
            except OSError:
                part = b""
            if not part:
                raise BrokenError("its process ended")
            found += part
        return bytes(found)

    def _wait(self) -> None:
        if self.deadline is None:
            return
        left = self.deadline - time.monotonic()
        if left <= 0:
            raise BrokenError("it ran for too long")
        self._socket.settimeout(left)
