"""The memory ladder beside public pure-torch forms: `python tests/bench/memory.py` prints ratios.

What is compared takes turns, in one process, on one thread; the clock is the process's CPU time,
and each figure a median. `tests/bench/requirements.txt` lists the public packages; what is not
installed is left out. Peak memory is measured in a fresh process for each form.
"""

import argparse
import importlib.util
import math
import resource
import statistics
import subprocess
import sys
import threading
import time
from pathlib import Path

import torch
from torch.nn.functional import logsigmoid, normalize, scaled_dot_product_attention

from lcutils import memory

H, K, V = 4, 64, 64
LENGTHS = (256, 1024, 4096)
GATES = {
    "linear_attention": (),
    "scalar_decay": ("g",),
    "vector_decay": ("g",),
    "delta_rule": ("beta",),
    "gated_delta_rule": ("g", "beta"),
}
# multiplications and additions a token of the chunked form, in units of 2 K V H
WORK = {"linear_attention": 4, "scalar_decay": 4, "delta_rule": 6.5, "gated_delta_rule": 6.5}


def inputs(name, T, requires_grad=False):
    rng = torch.Generator().manual_seed(0)
    q, k = (torch.randn(1, T, H, K, generator=rng) for _ in range(2))
    given = {"q": q, "k": normalize(k, dim=-1), "v": torch.randn(1, T, H, V, generator=rng)}
    if "g" in GATES[name]:
        axes = (1, T, H, K) if name == "vector_decay" else (1, T, H)
        given["g"] = logsigmoid(torch.randn(*axes, generator=rng) + 3)
    if "beta" in GATES[name]:
        given["beta"] = torch.randn(1, T, H, generator=rng).sigmoid()
    return {n: x.requires_grad_(requires_grad) for n, x in given.items()}


def from_file(package, path, name):
    """A function from one file of an installed package, which is not imported: that needs a GPU."""
    spec = importlib.util.find_spec(package)
    if spec is None:
        return None
    file = Path(spec.submodule_search_locations[0]) / path
    spec = importlib.util.spec_from_file_location(name, file)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return getattr(module, name)


def heads_first(call, **options):
    def turned(**given):
        out = call(**{n: x.transpose(1, 2) for n, x in given.items()}, **options)
        return out[0].transpose(1, 2)

    return turned


def peers():
    """rung -> {name: a function of our inputs}"""
    found = {name: {} for name in GATES}

    def add(rung, name, path, wrap=lambda call: lambda **given: call(**given)[0]):
        call = from_file("fla", path, name)
        if call is not None:
            found[rung][f"fla {name}"] = wrap(call)

    add(
        "linear_attention",
        "naive_chunk_linear_attn",
        "ops/linear_attn/naive.py",
        lambda call: lambda **given: call(**given),
    )
    add("scalar_decay", "naive_chunk_simple_gla", "ops/simple_gla/naive.py")
    add(
        "vector_decay",
        "naive_recurrent_gla",
        "ops/gla/naive.py",
        lambda call: lambda q, k, v, g: call(q, k, v, g)[0],
    )
    add("delta_rule", "delta_rule_chunkwise", "ops/delta_rule/naive.py", heads_first)
    add("gated_delta_rule", "naive_chunk_gated_delta_rule", "ops/gated_delta_rule/naive.py")
    if importlib.util.find_spec("transformers"):
        from transformers.models.qwen3_next.modeling_qwen3_next import torch_chunk_gated_delta_rule

        found["gated_delta_rule"]["transformers torch_chunk_gated_delta_rule"] = lambda **given: (
            torch_chunk_gated_delta_rule(
                given["q"], given["k"], given["v"], given["g"], given["beta"]
            )[0]
        )
    return found


def ours(name):
    call = getattr(memory, name)
    return lambda **given: call(**given)[0]


def steps(name):
    call = getattr(memory, f"{name}_step")

    def loop(q, k, v, **gates):
        state, outputs = q.new_zeros(1, H, K, V), []
        tokens = zip(
            q.unbind(1),
            k.unbind(1),
            v.unbind(1),
            *(x.unbind(1) for x in gates.values()),
            strict=True,
        )
        for q, k, v, *now in tokens:
            o, state = call(q, k, v, state, **dict(zip(gates, now, strict=True)))
            outputs.append(o)
        return torch.stack(outputs, dim=1)

    return loop


def attention(q, k, v):
    q, k, v = (x.transpose(1, 2) for x in (q, k, v))
    return scaled_dot_product_attention(q, k, v, is_causal=True).transpose(1, 2)


def once(call, given, backward):
    for x in given.values():
        x.grad = None
    start = time.process_time()
    if backward:
        call(**given).sum().backward()
    else:
        with torch.no_grad():
            call(**given)
    return time.process_time() - start


def in_turns(calls, given, backward, rounds):
    """Median milliseconds of each call."""
    times = {name: [] for name in calls}
    for turn in range(rounds + 1):
        for name, call in calls.items():
            seconds = once(call, given, backward)
            if turn:  # the first warms up
                times[name].append(1e3 * seconds)
    return {name: statistics.median(t) for name, t in times.items()}


def compare(found, rounds):
    print("ours to each public form, forward | with backward; ms are ours")
    exponents = {}
    for rung, calls in found.items():
        for T in LENGTHS:
            row, mine = {}, []
            for backward in (False, True):
                given = inputs(rung, T, requires_grad=backward)
                fast = {
                    "ours": ours(rung),
                    **{n: c for n, c in calls.items() if "recurrent" not in n},
                }
                median = in_turns(fast, given, backward, rounds)
                slow = {"ours": ours(rung), **{n: c for n, c in calls.items() if "recurrent" in n}}
                slow["our step loop"] = steps(rung)
                if T < 4096 or not backward:  # minutes, by then
                    loops = in_turns(slow, given, backward, max(2, rounds // 4))
                    median |= {
                        n: loops[n] / loops["ours"] * median["ours"] for n in slow if n != "ours"
                    }
                mine.append(median["ours"])
                for name, value in median.items():
                    row.setdefault(name, []).append(median["ours"] / value)
            exponents.setdefault(rung, []).append(mine)
            print(f"{rung:17} T = {T:4}   {mine[0]:7.1f} | {mine[1]:7.1f} ms")
            for name, ratios in row.items():
                if name != "ours":
                    print(f"    {' | '.join(f'{r:5.2f}' for r in ratios)}   {name}")
        first, *_, last = exponents[rung]
        growth = [
            math.log(b / a) / math.log(LENGTHS[-1] / LENGTHS[0])
            for a, b in zip(first, last, strict=True)
        ]
        print(f"    grows with T to the power {growth[0]:.2f} | {growth[1]:.2f}")


def crossover(rounds):
    print("\nfused softmax attention to ours, forward | with backward (above 1: ours is faster)")
    for T in (128, 256, 512, 1024, 2048, 4096):
        row = {rung: [] for rung in GATES}
        for backward in (False, True):
            plain = inputs("linear_attention", T, requires_grad=backward)
            for rung in GATES:
                given = inputs(rung, T, requires_grad=backward)
                calls = {
                    "ours": ours(rung),
                    "attention": lambda plain=plain, **_: attention(**plain),
                }
                median = in_turns(calls, given, backward, max(3, rounds // 2))
                row[rung].append(median["attention"] / median["ours"])
        print(f"T = {T:4}  " + "   ".join(f"{r} {a:.2f} | {b:.2f}" for r, (a, b) in row.items()))


def share_of_peak(rounds):
    a, b = torch.randn(2, 1024, 1024)
    seconds = min(once(lambda a, b: a @ b, {"a": a, "b": b}, False) for _ in range(20))
    peak = 2 * 1024**3 / seconds
    print(f"\nshare of the matrix-multiply peak, {peak / 1e9:.0f} GFLOP/s, forward at T = 4096")
    for rung, units in WORK.items():
        ms = in_turns({"ours": ours(rung)}, inputs(rung, 4096), False, rounds)["ours"]
        print(f"    {rung:17} {units * 2 * K * V * H * 4096 / (ms / 1e3) / peak:.2f}")


def decode():
    print("\none token, microseconds, at a context of 1k | 4k | 16k | 64k tokens")
    for rung in GATES:
        call, state, row = getattr(memory, f"{rung}_step"), torch.zeros(1, H, K, V), []
        given = {n: x[:, 0] for n, x in inputs(rung, 1).items()}
        gates = {n: given[n] for n in GATES[rung]}
        with torch.no_grad():
            for _ in (1024, 4096, 16384, 65536):  # what came before is in the state, of one size
                start = time.process_time()
                for _ in range(2000):
                    _, state = call(given["q"], given["k"], given["v"], state, **gates)
                row.append(1e6 * (time.process_time() - start) / 2000)
        print(f"    {rung:17} " + " | ".join(f"{us:5.0f}" for us in row))
    row = []
    for T in (1024, 4096, 16384, 65536):
        q, k, v = torch.randn(1, H, 1, K), torch.randn(1, H, T, K), torch.randn(1, H, T, V)
        n = max(10, 2_000_000 // T // 10)
        with torch.no_grad():
            scaled_dot_product_attention(q, k, v)
            start = time.process_time()
            for _ in range(n):
                scaled_dot_product_attention(q, k, v)
            row.append(1e6 * (time.process_time() - start) / n)
    print("    attention, cache  " + " | ".join(f"{us:5.0f}" for us in row))


def peak_memory(rung, name, backward):
    """MiB that a call adds to the peak of a fresh process, at T = 4096."""
    command = [sys.executable, __file__, "--peak", rung, name, str(int(backward))]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return float(done.stdout.split()[-1])


def measure_peak(rung, name, backward):
    calls = {"ours": ours(rung), **peers()[rung]}
    once(calls[name], inputs(rung, 64, requires_grad=backward), backward)  # imports and pools
    given, done, seen = inputs(rung, 4096, requires_grad=backward), threading.Event(), [0]

    def watch():
        while not done.is_set():
            seen.append(resident())
            time.sleep(0.0005)

    before, watcher = resident(), threading.Thread(target=watch)
    watcher.start()
    for _ in range(3):
        once(calls[name], given, backward)
    done.set()
    watcher.join()
    print((max(seen) - before) / 2**20)


def resident():
    """Bytes of memory that this process holds now (Linux)."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize()


def memory_table(found):
    print("\npeak MiB at T = 4096, forward | with backward")
    for rung, calls in found.items():
        for name in ["ours", *(n for n in calls if "recurrent" not in n)]:
            row = [peak_memory(rung, name, backward) for backward in (False, True)]
            print(f"    {rung:17} {row[0]:6.0f} | {row[1]:6.0f}   {name}")


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--peak", nargs=3, help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    torch.set_num_threads(1)
    if chosen.peak:
        rung, name, backward = chosen.peak
        measure_peak(rung, name, bool(int(backward)))
        return
    found = peers()
    compare(found, chosen.rounds)
    share_of_peak(chosen.rounds)
    crossover(chosen.rounds)
    decode()
    memory_table(found)


if __name__ == "__main__":
    main()
