"""Global settings of Python, NumPy and torch: known ones for a check, then the reader's again."""

from __future__ import annotations

import os
import pickle
import random
import sys
import warnings
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import numpy as np
import torch

_CPU = torch.device("cpu")
_DEPTH = 3000  # of calls: enough for SymPy, and no danger to the process


def _cuda_states() -> list[torch.Tensor]:
    return torch.cuda.get_rng_state_all() if torch.cuda.is_initialized() else []


def _set_cuda_states(states: list[torch.Tensor]) -> None:
    if states:  # empty where the answer was the first to use a GPU
        torch.cuda.set_rng_state_all(states)


def _numpy_state() -> bytes:
    return pickle.dumps(np.random.get_state())  # noqa: NPY002 - a reader's own cell may use it


def _set_numpy_state(state: bytes) -> None:
    np.random.set_state(pickle.loads(state))  # noqa: NPY002


def _set_default_device(device: torch.device) -> None:
    if torch.get_default_device() != device:  # setting it costs every later call a little
        torch.set_default_device(None if device == torch.device("cpu") else device)


def _set_environment(before: dict[str, str]) -> None:
    os.environ.clear()
    os.environ.update(before)


def _set_path(before: list[str]) -> None:
    sys.path[:] = before


def _streams() -> tuple[Any, Any, Any]:
    return sys.stdout, sys.stderr, sys.stdin


def _set_streams(before: tuple[Any, Any, Any]) -> None:
    sys.stdout, sys.stderr, sys.stdin = before


def _deterministic() -> tuple[bool, bool]:
    warns = torch.is_deterministic_algorithms_warn_only_enabled()
    return torch.are_deterministic_algorithms_enabled(), warns


def _set_deterministic(before: tuple[bool, bool]) -> None:
    torch.use_deterministic_algorithms(before[0], warn_only=before[1])


Setting = tuple[str, Callable[[], Any], Callable[[Any], Any]]
# A name stands where a change spoils what comes after the answer; such an answer is refused.
SETTINGS: tuple[Setting, ...] = (
    ("torch's global random generator", torch.get_rng_state, torch.set_rng_state),
    ("torch's global random generator", _cuda_states, _set_cuda_states),
    ("NumPy's global random generator", _numpy_state, _set_numpy_state),
    ("Python's global random generator", random.getstate, random.setstate),
    ("torch's default dtype", torch.get_default_dtype, torch.set_default_dtype),
    ("torch's default device", torch.get_default_device, _set_default_device),
    ("torch's number of threads", torch.get_num_threads, torch.set_num_threads),
    ("torch's gradient mode", torch.is_grad_enabled, torch.set_grad_enabled),
    ("torch's anomaly mode", torch.is_anomaly_enabled, torch.autograd.set_detect_anomaly),
    ("torch's deterministic mode", _deterministic, _set_deterministic),
    ("NumPy's error handling", np.geterr, lambda before: np.seterr(**before)),
    ("Python's recursion limit", sys.getrecursionlimit, sys.setrecursionlimit),
    ("environment variables", os.environ.copy, _set_environment),
    ("", sys.gettrace, sys.settrace),
    ("", sys.getprofile, sys.setprofile),
    ("", sys.path.copy, _set_path),
    ("", _streams, _set_streams),
)

# What a check runs under: what torch starts with.
_KNOWN: tuple[tuple[Callable[[], Any], Callable[[Any], Any], Any], ...] = (
    (torch.get_default_dtype, torch.set_default_dtype, torch.float32),
    (torch.get_float32_matmul_precision, torch.set_float32_matmul_precision, "highest"),
    (_deterministic, _set_deterministic, (False, False)),
    (torch.is_anomaly_enabled, torch.autograd.set_detect_anomaly, False),
    (sys.getrecursionlimit, sys.setrecursionlimit, _DEPTH),
)


def comparable(value: Any) -> Any:
    """Something that `!=` compares; it cannot compare tensors."""
    if isinstance(value, torch.Tensor):
        return value.numpy().tobytes()
    if isinstance(value, list):
        return [comparable(entry) for entry in value]
    return value


@contextmanager
def known_settings() -> Iterator[None]:
    """What a reader set for the whole notebook does not matter inside, and is back afterwards."""
    with ExitStack() as stack:
        stack.enter_context(warnings.catch_warnings())
        warnings.simplefilter("ignore")
        stack.enter_context(np.errstate(divide="warn", over="warn", under="ignore", invalid="warn"))
        stack.enter_context(torch.autocast("cpu", enabled=False))
        stack.enter_context(torch.inference_mode(False))
        stack.enter_context(torch.enable_grad())
        if torch.get_default_device() != _CPU:  # setting it costs every call inside a little
            stack.enter_context(_CPU)
        for get, put, value in _KNOWN:
            before = get()
            if before != value:
                stack.callback(put, before)
                put(value)
        yield
