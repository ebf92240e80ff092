"""How long a check takes, in time of the processor: it prints, and decides nothing.

python tests/bench/checks.py
"""

import contextlib
import io
import math
import statistics
import time

import sympy
import torch

import lcutils as lc
from lcutils.checking.cases import copies, make_cases
from lcutils.checking.data import DerivationExercise, FunctionExercise
from lcutils.exercises import catalogue

ROUNDS = 50


def median_ms(call):
    times = []
    for _ in range(ROUNDS):
        start = time.process_time()
        call()
        times.append(1e3 * (time.process_time() - start))
    return statistics.median(times)


def quiet_check(id, answer):
    with contextlib.redirect_stdout(io.StringIO()):
        lc.check(id, answer)


def main():
    torch.set_num_threads(1)
    T, d = sympy.symbols("T d", positive=True)
    n_wc, n_w, n_c, n, n_neg = sympy.symbols("n_wc n_w n_c n n_neg", positive=True)
    values = {
        "02.optimum": (n_wc * n / (n_neg * n_w * n_c), n_wc + n),
        "02.n_pairs": (34, 12.0),
        "05.noise": ((T - 1) / d, T + d),
        "05.half_life": (math.log(2) / -math.log(0.97), 12.0),
        "05.write_order": ("e b d a c", "a b c d e"),
    }
    for id, entry in catalogue().items():
        if isinstance(entry, DerivationExercise):
            chain = [entry.start, *(step.line for step in entry.route)]
            values[id] = chain, [*chain[:-1], "3"]
    print("id                     right    wrong    bare calls of the reference")
    for id, entry in catalogue().items():
        if isinstance(entry, FunctionExercise):
            cases = list(make_cases(entry, torch.Generator().manual_seed(0)))
            right, wrong = (lambda *a, f=entry.reference: f(*a)), (lambda *a: a[0] + 7)
            bare = median_ms(lambda c=cases, e=entry: [e.reference(*copies(k.inputs)) for k in c])
        elif id in values:
            (right, wrong), bare = values[id], math.nan
        else:
            continue
        quiet_check(id, right)  # the first one imports
        times = [median_ms(lambda i=id, a=answer: quiet_check(i, a)) for answer in (right, wrong)]
        ratio = (
            "" if math.isnan(bare) else f"{bare:6.2f} ms; a check is {times[0] / bare:.0f} times"
        )
        print(f"{id:<20} {times[0]:5.1f} ms {times[1]:5.1f} ms   {ratio}")


if __name__ == "__main__":
    main()
