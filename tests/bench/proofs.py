"""Seconds a statement, true and false: the median and the slowest five."""

import statistics
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

import lcutils as lc
from statements import FALSE, TRUE


def seconds(call, statement):
    lhs, rhs, *options = statement()
    start = time.perf_counter()
    try:
        call("00.bench", lhs, rhs, **(options[0] if options else {}))
    except lc.ProofError:
        pass  # a false statement, refused
    return time.perf_counter() - start


seconds(lc.prove, TRUE["05.order_lost"])  # imports SymPy
for name, table in (("true", TRUE), ("false", FALSE)):
    times = {key: seconds(lc.prove, statement) for key, statement in table.items()}
    slowest = sorted(times, key=times.__getitem__)[-5:]
    print(f"{len(table)} {name} statements: median {statistics.median(times.values()):.3f} s")
    for key in reversed(slowest):
        print(f"    {times[key]:.2f} s  {key if isinstance(key, str) else ', '.join(key)}")
