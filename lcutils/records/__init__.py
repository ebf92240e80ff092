"""Records of runs that take longer than a lesson may: what `make runs` measured at each seed.

A record is a file `13_frontier.json` in this folder, written by `notebooks/tools/runs.py` from the
script of the same name in `notebooks/source/runs/`.
"""

from __future__ import annotations

import json
import math
import statistics
from dataclasses import dataclass
from difflib import get_close_matches
from importlib import resources

from lcutils import _require


@dataclass(frozen=True)
class Spread:
    """One number of a long run, measured at each of its seeds; NaN where a training ran away."""

    values: tuple[float, ...]

    @property
    def _known(self) -> list[float]:
        return [0.0 if math.isnan(x) else x for x in self.values]

    @property
    def mean(self) -> float:
        """The mean over the seeds, NaN if a training ran away."""
        return sum(self.values) / len(self.values)

    @property
    def median(self) -> float:
        """The middle one; a training that ran away counts as 0, for it answers nothing."""
        return statistics.median(self._known)

    def __format__(self, spec: str) -> str:
        """The median, and in brackets the least and the most: "0.97 (0.96 to 0.97)"."""
        low, high = min(self._known), max(self._known)
        return f"{self.median:{spec}} ({low:{spec}} to {high:{spec}})"

    @property
    def range(self) -> tuple[float, float]:
        """The mean, and four standard deviations at either side.

        For `lc.claim(..., between=...)`, where a run at another seed is held to the record.
        Raises: ValueError for fewer than ten seeds, whose deviation may be half the true one.
        """
        if len(self.values) < 10:
            _require.refuse("values", "ten seeds or more", f"{len(self.values)}")
        margin = 4 * statistics.stdev(self.values)
        return self.mean - margin, self.mean + margin


@dataclass(frozen=True)
class Record:
    """What a long run measured: `record["delta_rule"]` is a `Spread` over its seeds.

    Args:
        name: of the script
        date: on which it ran
        seconds: of CPU, over all seeds
        seeds: which
        versions: of Python and torch
        hash: of the script and of all of lcutils that it uses
        numbers: name -> a number for each seed
    """

    name: str
    date: str
    seconds: float
    seeds: tuple[int, ...]
    versions: dict[str, str]
    hash: str
    numbers: dict[str, tuple[float, ...]]

    def __getitem__(self, name: str) -> Spread:
        if name not in self.numbers:
            near = get_close_matches(name, self.numbers) or list(self.numbers)[:3]
            hint = f"It has {len(self.numbers)}, among them {', '.join(near)}."
            _require.refuse("name", f"a number of record {self.name}", repr(name), hint, KeyError)
        return Spread(self.numbers[name])

    def frontier(self, runs: str) -> list[str]:
        """The runs that no smaller one of their kind equals, chosen by texts that judge nobody.

        Args:
            runs: their kind, as their names begin, such as "rewritten delta_rule"
        Returns: their names, from the smallest on, such as "rewritten delta_rule 32x2": those
            whose median share of right answers on the validation texts, "... valid", is at least
            0.001 above that of all that keep fewer numbers.
        Raises: KeyError if no run is of that kind.
        """
        names = [name.removesuffix(" floats") for name in self.numbers if name.endswith(" floats")]
        mine = [name for name in names if name.rpartition(" ")[0] == runs]
        if not mine:
            kinds = dict.fromkeys(name.rpartition(" ")[0] for name in names)
            _require.refuse("runs", f"one of {', '.join(kinds)}", repr(runs), "", KeyError)
        found = [(self[f"{x} floats"].median, -self[f"{x} valid"].median, x) for x in mine]
        best, chosen = -0.001, []
        for _, valid, name in sorted(found):
            if -valid >= best + 0.001:
                best = -valid
                chosen.append(name)
        return chosen

    def __repr__(self) -> str:
        took = f"{self.seconds / 60:.0f} minutes" if self.seconds > 90 else f"{self.seconds:.0f} s"
        ran = ", ".join(f"{name} {version}" for name, version in self.versions.items())
        return f"Record {self.name}: {len(self.seeds)} seeds, {took} of CPU, {self.date}, {ran}"


def recorded(name: str) -> Record:
    """The record of a long run.

    Args:
        name: of its script, such as "13_frontier"
    Returns: a `Record`; shown, it says when it ran and how long it took.
    Raises: ValueError for a name that has no record.
    """
    folder = resources.files("lcutils.records")
    known = sorted(f.name[:-5] for f in folder.iterdir() if f.name.endswith(".json"))
    _require.one_of("name", name, known)
    found = json.loads((folder / f"{name}.json").read_text(encoding="utf-8"))
    numbers = {key: tuple(values) for key, values in found.pop("numbers").items()}
    return Record(**{**found, "seeds": tuple(found["seeds"]), "numbers": numbers})
