"""The first line of a lesson, and its random numbers."""

from __future__ import annotations

import hashlib
import os
import random
import re
from importlib import metadata

import numpy as np
import torch
from packaging.requirements import Requirement

from lcutils import _ledger, _missing, _require, _typed


def start(lesson: str) -> None:
    """Begin a lesson: seed and threads are set, and nothing is proved or checked yet.

    Prints `Lesson 05, seed 0`, and a line more for each package outside its tested range.

    Args:
        lesson: its number in two digits, such as "05".

    The environment variables LC_SEED (default 0) and LC_THREADS (default 1) change the two.
    Raises: ValueError where one of them, or `lesson`, is not such a number.
    """
    if not re.fullmatch("[0-9]{2}", _require.text("lesson", lesson)):
        _require.refuse("lesson", "two digits such as '05'", repr(lesson))
    seed = _seed()
    torch.set_num_threads(_from_environment("LC_THREADS", default=1, low=1, high=1024))
    torch.manual_seed(seed)
    random.seed(seed)
    np.random.seed(seed)  # noqa: NPY002 - a reader's own cell may draw from the global generator
    _ledger.begin(lesson)
    _typed.listen()
    _missing.explain()
    print(f"Lesson {lesson}, seed {seed}")
    for line in _versions_out_of_range():
        print(line)


def rng(name: str) -> torch.Generator:
    """A generator of random numbers that depends on `name` and LC_SEED only.

    Each experiment has its own, so cells run in any order, or twice, give the same numbers.

    Args:
        name: says what the numbers are for, such as "recall".

    Returns: a new generator on the CPU.
    Raises: ValueError for a blank name or a bad LC_SEED.
    """
    digest = hashlib.sha256(f"{_seed()}:{_require.text('name', name)}".encode()).digest()
    return torch.Generator().manual_seed(int.from_bytes(digest[:7], "big"))


def _seed() -> int:
    return _from_environment("LC_SEED", default=0, low=0, high=2**32 - 1)  # numpy takes 32 bits


def _from_environment(name: str, default: int, low: int, high: int) -> int:
    value = os.environ.get(name, str(default))
    if not (value.isascii() and value.isdigit() and low <= int(value) <= high):
        _require.refuse(
            name,
            f"a whole number from {low} to {high}",
            repr(value),
            f"Set this environment variable as in {name}={max(low, 7)}, "
            f"or unset it for {name}={default}.",
        )
    return int(value)


def _versions_out_of_range() -> list[str]:
    """One line for each package that this one needs in another version than is installed."""
    try:
        needed = metadata.requires("lcutils") or []
    except metadata.PackageNotFoundError:  # a checkout on the path: nothing states its ranges
        return []
    lines = []
    for requirement in map(Requirement, needed):
        try:
            installed = metadata.version(requirement.name)
        except metadata.PackageNotFoundError:
            lines.append(f"{requirement.name} is not installed; the workbook needs {requirement}.")
            continue
        if not requirement.specifier.contains(installed, prereleases=True):
            lines.append(
                f"{requirement.name} {installed} is installed, but the workbook was tested with "
                f"{requirement}: figures may differ."
            )
    return lines
