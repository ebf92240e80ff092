"""A made-up class: right answers, known mistakes, wrong ones without a name, and nothing at all.

python tests/class/made_up.py 05 FOLDER    writes fourteen hand-ins, named as Moodle names them
"""

from __future__ import annotations

import json
import random
import sys
from pathlib import Path
from typing import Any

import sympy

from editions import ROOT
from lcutils.checking.data import (
    ExpressionExercise,
    FunctionExercise,
    NumberExercise,
    OrderExercise,
    Prediction,
    Question,
)
from lcutils.exercises import catalogue

STUDENTS = (
    *("Adams Ann", "Berg Björn", "Castillo María José", "Dương Minh", "Eze Chidi"),
    *("Fischer Zoë", "Grant Olu", "Haddad Rana", "Ito Ken", "Jansen Mia"),
    *(
        "Kowalska Ewa",
        "López-García Juan Ignacio de la Santísima Trinidad",
        "Müller Tim",
        "O'Neil Pat",
    ),
)
# What is wrong in a function: the first are made by more.
BODIES = {
    "05.additive_step": ("x", "(state + x) / 2", "state - x", "2 * state + x", "state + word"),
    "05.state_gradient": ("2 * (state - target)", "(state - target) ** 2", "target"),
    "05.delta_step": (
        "state + torch.outer(k, v)",
        "state + torch.outer(k, v - state @ k)",
        "state * 0.5 + torch.outer(k, v) / 2",
        "torch.outer(k, v)",
    ),
    "05.additive_scan": ("x.cumsum(1)", "x.cumsum(0) + initial_state[:, None]", "initial_state"),
    "05.decay_scan": ("x.cumsum(1)", "gamma * x.cumsum(1) + initial_state[:, None]"),
    "05.members": ("keys @ state > 0.5", "(keys @ state).topk(n_items).indices", "keys @ state"),
    "11.delta_step": (
        "state + k[:, :, None] * (beta[:, None] * v)[:, None]",
        "state + k[:, :, None] * (v - (k[:, None] @ state)[:, 0])[:, None]",
        "state + 3 * k[:, :, None] * v[:, None]",
        "state + k @ v",
    ),
    "11.delta_chunk": ("beta[..., None] * v", "v", "torch.linalg.solve(k @ k.mT, v)"),
    "11.write_chunk": (
        "state + k.mT @ (beta[..., None] * (v - k @ state))",
        "state + k.mT @ v",
        "state + k.mT @ delta_chunk(k, v, beta) / 2",
    ),
}
WORDS = ("W gets smaller, R larger", "w gets smaller,  R larger.", "both vanish", "nothing changes")
RIGHT, MISTAKE, UNWRITTEN, GIVEN, DELETED, UNREADABLE = range(6)


def made_up(number: str, count: int = len(STUDENTS), seed: int = 0) -> dict[str, str]:
    """File's name -> notebook, named as Moodle names them."""
    given, solved = (_notebook(folder, number) for folder in ("notebooks", "notebooks/solutions"))
    right = {cell["id"]: "".join(cell["source"]) for cell in solved["cells"]}
    made = {}
    for place, student in enumerate(STUDENTS[:count]):
        rng = random.Random(f"{number} {place} {seed}")
        notebook = json.loads(json.dumps(given))
        skill = 0.25 + 0.6 * place / count
        for cell in list(notebook["cells"]):
            id = cell["id"].replace("-", ".", 1)
            if id in catalogue():
                _answer(notebook, cell, catalogue()[id], right[cell["id"]], skill, rng)
        name = f"{student}_{40_000 + 37 * place}_assignsubmission_file/{_slug(number)}.ipynb"
        made[name] = json.dumps(notebook)
    first, *_, last = made
    made[last] = made[first]  # two hand-ins with one text
    return made


def _answer(
    notebook: dict[str, Any],
    cell: dict[str, Any],
    entry: Any,
    right: str,
    skill: float,
    rng: random.Random,
) -> None:
    weights = [skill, 0.9 - skill, 0.05, 0.12 * (1 - skill), 0.02, 0.03]
    if isinstance(entry, Prediction):
        weights[MISTAKE] += skill  # a guess need not be right
    how = rng.choices(range(6), weights)[0]
    if how == RIGHT:
        cell["source"] = right
    elif how == DELETED:
        notebook["cells"].remove(cell)
    elif how == UNWRITTEN:
        cell["source"] = "# I did not get to this one\n" + "".join(cell["source"])
    elif how == UNREADABLE:
        cell["source"] = right + "\n)"
    elif how == MISTAKE:
        cell["source"] = _mistaken(entry, "".join(cell["source"]), rng) or right


def _mistaken(entry: Any, stub: str, rng: random.Random) -> str:
    """The stub with a wrong answer in it, or nothing."""
    if isinstance(entry, FunctionExercise):
        bodies = BODIES[entry.id]
        body = rng.choices(bodies, range(2 * len(bodies), len(bodies), -1))[0]
        head, _, call = stub.partition("\n\n\n")
        return f"{head.splitlines()[0]}\n    return {body}\n\n\n{call}"
    wrong = _wrong_value(entry, rng)
    name = next((line for line in stub.splitlines() if " = None" in line), "")
    return stub.replace(name, f"{name.partition(' = ')[0]} = {wrong}") if name and wrong else ""


def _wrong_value(entry: Any, rng: random.Random) -> str:
    if isinstance(entry, Question):
        return repr(rng.choice(sorted(entry.choices)))
    if isinstance(entry, Prediction):
        if entry.choices:
            return repr(rng.choice(entry.choices))
        if not entry.numbers:
            return repr(rng.choice(WORDS))
        is_small = entry.example[0] < 1
        drawn = [rng.choice([0.1, 0.5, 0.9, 1.0] if is_small else [4, 8, 16, 20, 32, 48, 64])]
        drawn += [round(rng.random(), 1) for _ in range(entry.numbers - 1)]
        return repr(drawn if entry.numbers > 1 else drawn[0])
    if isinstance(entry, NumberExercise):
        return repr(rng.choice([*list(entry.mistakes.values())[:3], entry.value * 3 + 1]))
    if isinstance(entry, ExpressionExercise):
        symbols = sympy.symbols(entry.symbols, seq=True)
        made = [wrong(*symbols) for wrong in list(entry.mistakes.values())[:3]]
        return repr(str(rng.choice([*made, symbols[0] + 7])))
    if isinstance(entry, OrderExercise):
        return repr(" ".join(rng.sample(list(entry.lines), len(entry.lines))))
    return ""


def _slug(number: str) -> str:
    return next((ROOT / "notebooks").glob(f"{number}_*.ipynb")).stem


def _notebook(folder: str, number: str) -> dict[str, Any]:
    path = ROOT / folder / f"{_slug(number)}.ipynb"
    found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return found


def main(number: str, folder: str) -> None:
    """Write a class into a folder."""
    for name, text in made_up(number).items():
        path = Path(folder) / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
