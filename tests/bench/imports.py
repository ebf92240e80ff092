"""Seconds of `import lcutils` with a generator drawn, beside `import torch` alone, in pairs."""

import statistics
import subprocess
import sys
import time

CALLS = {
    "import torch": "import torch",
    "import lcutils": "import lcutils",
    "import lcutils, lc.rng": "import lcutils as lc; lc.rng('bench')",
}
times: dict[str, list[float]] = {name: [] for name in CALLS}
for _ in range(7):
    for name, code in CALLS.items():
        start = time.perf_counter()
        subprocess.run([sys.executable, "-c", code], check=True)
        times[name].append(time.perf_counter() - start)
for name, seconds in times.items():
    ratios = [a / b for a, b in zip(seconds, times["import torch"], strict=True)]
    median = statistics.median(seconds)
    print(f"{name}: {median:.2f} s, {statistics.median(ratios):.2f} of import torch")
