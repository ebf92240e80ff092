"""Runs the scripts that take longer than a lesson may, and records what they measured.

    python notebooks/tools/runs.py                   those whose code has changed since their record
    python notebooks/tools/runs.py 13_frontier --force
    python notebooks/tools/runs.py --check           only says which have; runs nothing

A script in `notebooks/source/runs/` has SEEDS and a function `measure(seed)` that returns numbers
by their names. Where what is run depends on what was found it has three functions instead:
`jobs(found)` gives the arguments of all jobs that are known by now, by their names,
`measure(**job)` does one, and `numbers(found)` gives what the record keeps. Two jobs run side by
side. Each is written down in `.runs/` once it is done: a run that was stopped goes on from there.
"""

from __future__ import annotations

import argparse
import ast
import datetime
import hashlib
import json
import multiprocessing
import platform
import runpy
import sys
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, ProcessPoolExecutor, wait
from importlib import metadata
from pathlib import Path
from typing import Any

from editions import ROOT, SOURCES
from lcutils._files import write_whole

RUNS, RECORDS = SOURCES / "runs", ROOT / "lcutils" / "records"
_TOOLS = Path(__file__).parent.relative_to(ROOT)
_SHOW_SECONDS = 30.0

Numbers = dict[str, float]


def modules_of(file: Path, root: Path = ROOT) -> set[Path]:
    """The files of ours that a file imports, and those that they import, and so on."""
    found: set[Path] = set()
    waiting = [file]
    while waiting:
        for module in _imported(waiting.pop(), root) - found:
            found.add(module)
            waiting.append(module)
    return found


def _imported(file: Path, root: Path) -> set[Path]:
    names = set()
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names |= {node.module} | {f"{node.module}.{alias.name}" for alias in node.names}
    paths = set()
    for name in names:
        place = root.joinpath(*name.split("."))
        if name.startswith("lcutils."):  # `import lcutils` alone loads nothing else
            paths |= {place.with_suffix(".py"), place / "__init__.py"}
        elif "." not in name:
            paths.add(root / _TOOLS / f"{name}.py")
    return {path for path in paths if path.is_file()}


def hash_of(script: Path, root: Path = ROOT) -> str:
    """Of the script and every file of ours that it uses; a change in any makes another.

    How a checkout ends its lines is no change, and the words of a docstring are none.
    """
    digest = hashlib.sha256()
    for file in [script, *sorted(modules_of(script, root))]:
        text = _without_docstrings(file.read_text(encoding="utf-8"))
        digest.update(f"{file.relative_to(root).as_posix()}\n{text}".encode())
    return digest.hexdigest()


def _without_docstrings(text: str) -> str:
    owners = ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef
    words: set[int] = set()  # the lines of all docstrings
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, owners) and ast.get_docstring(node) is not None:
            docstring = node.body[0]
            words |= set(range(docstring.lineno, (docstring.end_lineno or 0) + 1))
    return "\n".join(line for i, line in enumerate(text.splitlines(), 1) if i not in words)


def is_fresh(script: Path, records: Path = RECORDS, root: Path = ROOT) -> bool:
    """Whether the script's record was made by the code as it stands."""
    record = records / f"{script.stem}.json"
    if not record.is_file():
        return False
    found: dict[str, object] = json.loads(record.read_text(encoding="utf-8"))
    return found["hash"] == hash_of(script, root)


def measure(script: Path, job: Mapping[str, Any]) -> tuple[Numbers, float]:
    """What a script finds in one job, and the seconds of CPU that it takes."""
    import torch

    torch.set_num_threads(1)
    started = time.process_time()
    numbers = runpy.run_path(str(script))["measure"](**job)
    return numbers, time.process_time() - started


def record(script: Path, records: Path = RECORDS, root: Path = ROOT) -> None:
    """Do all jobs of a script that are not done yet, and write its record."""
    module = runpy.run_path(str(script))
    seeds = list(module["SEEDS"])
    code = hash_of(script, root)
    kept = _Kept(root / ".runs" / f"{script.stem}-{code[:12]}.jsonl")
    jobs = module.get("jobs", lambda found: {f"seed {seed}": {"seed": seed} for seed in seeds})
    spawn = multiprocessing.get_context("spawn")  # as if each ran alone
    shown = time.monotonic()
    with ProcessPoolExecutor(2, mp_context=spawn) as pool:
        running: dict[Any, str] = {}
        while True:
            known = jobs(kept.found)
            left = [name for name in known if name not in kept.found]
            for name in left:
                if name not in running.values() and len(running) < 4:  # two of them wait
                    running[pool.submit(measure, script, known[name])] = name
            if not running:
                break
            for done in wait(running, return_when=FIRST_COMPLETED).done:
                kept.add(running.pop(done), *done.result())
            if time.monotonic() - shown > _SHOW_SECONDS:
                shown = time.monotonic()
                hours = kept.seconds / len(kept.found) * (len(left) - 1) / 3600
                print(
                    f"{script.stem}: {len(kept.found)} of {len(known)} jobs known by now are done, "
                    f"{hours:.1f} hours of CPU to go",
                    flush=True,
                )
    if "numbers" in module:
        numbers = module["numbers"](kept.found)
    else:
        numbers = {
            name: [kept.found[f"seed {seed}"][name] for seed in seeds]
            for name in kept.found[f"seed {seeds[0]}"]
        }
    content = {
        "name": script.stem,
        "date": datetime.date.today().isoformat(),
        "seconds": round(kept.seconds, 1),
        "seeds": seeds,
        "versions": {"Python": platform.python_version(), "torch": metadata.version("torch")},
        "hash": code,
    }
    lines = [f" {json.dumps(key)}: {json.dumps(value)}" for key, value in content.items()]
    rows = [f"  {json.dumps(key)}: {json.dumps(values)}" for key, values in numbers.items()]
    text = "{\n" + ",\n".join(lines) + ',\n "numbers": {\n' + ",\n".join(rows) + "\n }\n}\n"
    write_whole(records / f"{script.stem}.json", text.encode())


class _Kept:
    """What the jobs done so far have found, in a file with a line for each."""

    def __init__(self, path: Path) -> None:
        self.path, self.found, self.seconds = path, dict[str, Numbers](), 0.0
        path.parent.mkdir(exist_ok=True)
        path.touch()
        for line in path.read_text(encoding="utf-8").splitlines():
            self._take(**json.loads(line))

    def add(self, job: str, numbers: Numbers, seconds: float) -> None:
        line = json.dumps({"job": job, "numbers": numbers, "seconds": round(seconds, 2)})
        with self.path.open("a", encoding="utf-8") as file:
            file.write(f"{line}\n")
        self._take(job, numbers, seconds)

    def _take(self, job: str, numbers: Numbers, seconds: float) -> None:
        self.found[job] = numbers
        self.seconds += seconds


def main(arguments: Sequence[str] | None = None) -> int:
    """The command line; returns the exit status."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n\n")[0])
    parser.add_argument("name", nargs="*", help="such as 13_frontier; all if none is given")
    parser.add_argument("--force", action="store_true", help="run it even if nothing has changed")
    parser.add_argument("--check", action="store_true", help="only say which have no fresh record")
    options = parser.parse_args(arguments)
    scripts = {script.stem: script for script in sorted(RUNS.glob("*.py"))}
    if unknown := set(options.name) - set(scripts):
        parser.error(f"no script {', '.join(sorted(unknown))} in {RUNS.relative_to(ROOT)}")
    wanted = [scripts[name] for name in options.name or scripts]
    stale = [script for script in wanted if options.force or not is_fresh(script)]
    for script in stale:
        print(f"{script.stem}: {'no fresh record' if options.check else 'running'}")
        if not options.check:
            record(script)
    return 1 if options.check and stale else 0


if __name__ == "__main__":
    sys.exit(main())
