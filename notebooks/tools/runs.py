"""Runs the scripts that take longer than a lesson may, and records what they measured.

    python notebooks/tools/runs.py                   those whose code has changed since their record
    python notebooks/tools/runs.py 13_frontier --force
    python notebooks/tools/runs.py --check           only says which have; runs nothing

A script in `notebooks/source/runs/` has SEEDS and a function `measure(seed)` that returns numbers
by their names. Two seeds run side by side.
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
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from importlib import metadata
from pathlib import Path

from editions import ROOT, SOURCES
from lcutils._files import write_whole

RUNS, RECORDS = SOURCES / "runs", ROOT / "lcutils" / "records"


def modules_of(file: Path, root: Path = ROOT) -> set[Path]:
    """The files of lcutils that a file imports, and those that they import, and so on."""
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
    return {path for path in paths if path.is_file()}


def hash_of(script: Path, root: Path = ROOT) -> str:
    """Of the script and every file of lcutils that it uses; a change in any makes another.

    How a checkout ends its lines is no change.
    """
    digest = hashlib.sha256()
    for file in [script, *sorted(modules_of(script, root))]:
        text = file.read_bytes().replace(b"\r\n", b"\n")
        digest.update(f"{file.relative_to(root).as_posix()}\n".encode() + text)
    return digest.hexdigest()


def is_fresh(script: Path, records: Path = RECORDS, root: Path = ROOT) -> bool:
    """Whether the script's record was made by the code as it stands."""
    record = records / f"{script.stem}.json"
    if not record.is_file():
        return False
    found: dict[str, object] = json.loads(record.read_text(encoding="utf-8"))
    return found["hash"] == hash_of(script, root)


def measure(script: Path, seed: int) -> tuple[dict[str, float], float]:
    """What a script measures at one seed, and the seconds of CPU that it takes."""
    import torch

    torch.set_num_threads(1)
    started = time.process_time()
    numbers = runpy.run_path(str(script))["measure"](seed)
    return numbers, time.process_time() - started


def record(script: Path, records: Path = RECORDS, root: Path = ROOT) -> None:
    """Run a script at all its seeds and write its record."""
    seeds = runpy.run_path(str(script))["SEEDS"]
    spawn = multiprocessing.get_context("spawn")  # as if each ran alone
    with ProcessPoolExecutor(2, mp_context=spawn) as pool:
        results = []
        for seed, result in zip(
            seeds, pool.map(measure, [script] * len(seeds), seeds), strict=True
        ):
            results.append(result)
            print(f"{script.stem}, seed {seed}: {result[1]:.0f} s of CPU", flush=True)
    names = list(results[0][0])
    content = {
        "name": script.stem,
        "date": datetime.date.today().isoformat(),
        "seconds": round(sum(seconds for _, seconds in results), 1),
        "seeds": list(seeds),
        "versions": {"Python": platform.python_version(), "torch": metadata.version("torch")},
        "hash": hash_of(script, root),
        "numbers": {name: [numbers[name] for numbers, _ in results] for name in names},
    }
    text = json.dumps(content, indent=1)
    write_whole(records / f"{script.stem}.json", f"{text}\n".encode())


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
