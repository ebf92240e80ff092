"""Accuracy at recall against the numbers that a memory holds, all models with 24,000 parameters.

Two tasks: 8 keys of 32 written once, and the same with 4 of them written again. A matrix is tried
in 25 shapes. Lesson 13 shows the record, and trains one column of it anew.
"""

from lcutils import nets, recall

SEEDS = (0, 1, 2, 3, 4)
SIZES = (2, 4, 8, 16, 32)
SHAPES = [{"key_size": K, "value_size": V} for K in SIZES for V in SIZES]
LADDER = dict.fromkeys(("linear_attention", "scalar_decay", "delta_rule"), SHAPES)
MEMORIES = {
    **LADDER,
    "gated_delta_rule": SHAPES,
    "full_attention": [shape for shape in SHAPES if shape["key_size"] < 32],
    "window_attention": [{"window": n, "key_size": 4, "value_size": 8} for n in (4, 8, 16, 24)],
    "additive_memory": [{"size": n} for n in (64, 128, 256, 512)],
    "lstm": [{"size": n} for n in (16, 32, 48)],
}
TASKS = {"once": (0, LADDER), "rewritten": (4, MEMORIES)}  # keys that are written a second time


def measure(seed: int) -> dict[str, float]:
    """For each task, rung and size: floats of state, share of right answers."""
    found = {}
    for task, (n_rewritten, memories) in TASKS.items():
        for rung, sizes in memories.items():
            for size in sizes:
                result = recall.trained(
                    rung,
                    n_pairs=8,
                    n_rewritten=n_rewritten,
                    n_keys=32,
                    n_values=32,
                    seed=seed,
                    n_parameters=24_000,
                    **size,
                )
                name = f"{task} {rung} {'x'.join(map(str, size.values()))}"  # such as 8x32
                n_tokens = 3 * 8 + 2 * n_rewritten
                found[f"{name} floats"] = nets.state_size(result.model, n_tokens)
                found[f"{name} right"] = result.right
                found[f"{name} stale"] = result.stale
    return found
