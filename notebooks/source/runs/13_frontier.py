"""Accuracy at recall against the numbers that a memory holds, all models with 24,000 parameters.

Two tasks: 8 keys of 32 written once, and the same with 4 of them written again. Lesson 13 shows
the record, and trains one column of it anew.
"""

from lcutils import nets, recall

SEEDS = (0, 1, 2, 3, 4)
TASKS = {"once": 0, "rewritten": 4}  # keys that are written a second time
SIZES = {
    "additive_memory": (64, 128, 256, 512),
    "lstm": (16, 32, 48),
    "linear_attention": (2, 4, 8, 16, 32),
    "scalar_decay": (2, 4, 8, 16, 32),
    "delta_rule": (2, 4, 8, 16, 32),
    "gated_delta_rule": (2, 4, 8, 16, 32),
    "window_attention": (4, 8, 16, 24),
    "full_attention": (2, 4, 8, 16),
}


def measure(seed: int) -> dict[str, float]:
    """For each task, rung and size: floats of state, share of right answers."""
    found = {}
    for task, n_rewritten in TASKS.items():
        for rung, sizes in SIZES.items():
            for size in sizes:
                result = recall.trained(
                    rung,
                    n_pairs=8,
                    n_rewritten=n_rewritten,
                    n_keys=32,
                    n_values=32,
                    seed=seed,
                    n_parameters=24_000,
                    **recall.memory_of(rung, size),
                )
                n_tokens = 3 * 8 + 2 * n_rewritten
                found[f"{task} {rung} {size} floats"] = nets.state_size(result.model, n_tokens)
                found[f"{task} {rung} {size} right"] = result.right
                found[f"{task} {rung} {size} stale"] = result.stale
    return found
