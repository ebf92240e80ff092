"""The memory ladder on a GPU, forward | with backward: `python tests/bench/gpu_ladder.py`.

Ours side by side and one chunk after the other, the public plain forms of tests/bench/memory.py,
and, where flash-linear-attention is installed with all that it needs, its kernels in bfloat16.
Without a GPU the sizes are tiny: that only shows that it runs.
"""

import importlib
import statistics
import time

import torch
from memory import GATES, ours, peers
from torch.nn.functional import logsigmoid, normalize, scaled_dot_product_attention

from lcutils import memory
from lcutils.memory import _matrix

ON_GPU = torch.cuda.is_available()
DEVICE = "cuda" if ON_GPU else "cpu"
B, T, H, K, V = (2, 4096, 8, 64, 64) if ON_GPU else (1, 128, 2, 8, 8)
ROUNDS = 20 if ON_GPU else 1
KERNELS = {
    "linear_attention": ("linear_attn", "chunk_linear_attn", {"normalize": False}),
    "scalar_decay": ("simple_gla", "chunk_simple_gla", {}),
    "vector_decay": ("gla", "chunk_gla", {}),
    "delta_rule": ("delta_rule", "chunk_delta_rule", {}),
    "gated_delta_rule": ("gated_delta_rule", "chunk_gated_delta_rule", {}),
}


def inputs(name, dtype):
    torch.manual_seed(0)
    draw = lambda *axes: torch.randn(B, T, H, *axes, device=DEVICE)
    given = {"q": draw(K), "k": normalize(draw(K), dim=-1), "v": draw(V)}
    if "g" in GATES[name]:
        given["g"] = logsigmoid(draw(*[K] if name == "vector_decay" else []) + 3)
    if "beta" in GATES[name]:
        given["beta"] = draw().sigmoid()
    wide = [] if name == "vector_decay" else ["g"]  # what its kernels want in float32
    return {
        n: x.to(torch.float32 if n in wide else dtype).requires_grad_() for n, x in given.items()
    }


def milliseconds(call, given, backward):
    times = []
    for _ in range(3 + ROUNDS):  # three warm up
        if ON_GPU:
            torch.cuda.synchronize()
        start = time.perf_counter()
        with torch.set_grad_enabled(backward):
            o = call(**given)
        if backward:
            torch.autograd.grad(o.sum(), given.values())
        if ON_GPU:
            torch.cuda.synchronize()
        times.append(1e3 * (time.perf_counter() - start))
    return statistics.median(times[3:])


def one_by_one(name):
    """Ours as on a CPU: a chunk after the other."""

    def call(**given):
        rule, _matrix.is_for_a_cpu = _matrix.is_for_a_cpu, lambda x: True
        try:
            return getattr(memory, name)(**given)[0]
        finally:
            _matrix.is_for_a_cpu = rule

    return call


def kernel(name):
    place, call, options = KERNELS[name]
    call = getattr(importlib.import_module(f"fla.ops.{place}"), call)
    return lambda **given: call(**given, **options)[0]


def attention(q, k, v, **_):
    heads = (x.transpose(1, 2) for x in (q, k, v))
    return scaled_dot_product_attention(*heads, is_causal=True).transpose(1, 2)


def main():
    torch.set_num_threads(1)
    where = torch.cuda.get_device_name() if ON_GPU else "no GPU: tiny sizes"
    print(f"{where}; B {B}, T {T}, H {H}, K {K}, V {V}; milliseconds, forward | with backward")
    public = peers()
    for name in GATES:
        calls = {
            "ours": (ours(name), torch.float32),
            "ours, one chunk after the other": (one_by_one(name), torch.float32),
            "ours, bfloat16": (ours(name), torch.bfloat16),
        }
        calls |= {n: (c, torch.float32) for n, c in public[name].items() if "recurrent" not in n}
        if ON_GPU and importlib.util.find_spec("fla"):
            calls["fla's kernel, bfloat16"] = (kernel(name), torch.bfloat16)
        with torch.no_grad():
            exact = ours(name)(**{n: x.double() for n, x in inputs(name, torch.float32).items()})
        print(name)
        for label, (call, dtype) in calls.items():
            given = inputs(name, dtype)
            with torch.no_grad():
                off = (call(**given) - exact).abs().max() / exact.abs().max()
            both = [milliseconds(call, given, backward) for backward in (False, True)]
            print(f"    {both[0]:8.2f} | {both[1]:8.2f}   off by {off:.0e}   {label}", flush=True)
    given = {n: x for n, x in inputs("linear_attention", torch.bfloat16).items() if n in "qkv"}
    both = [milliseconds(attention, given, backward) for backward in (False, True)]
    print(f"fused attention, bfloat16\n    {both[0]:8.2f} | {both[1]:8.2f}")


if __name__ == "__main__":
    main()
