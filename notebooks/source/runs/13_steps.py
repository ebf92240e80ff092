"""The race of `13_frontier` with 1,000 steps of training in the place of 250, in fewer sizes."""

from race import Race, measure

SEEDS = range(5)


def _shapes(*shapes: tuple[int, int], **options: float) -> list[dict[str, float]]:
    return [{"key_size": K, "value_size": V, **options} for K, V in shapes]


RACE = Race(
    "rewritten",
    {
        **dict.fromkeys(
            ("linear_attention", "scalar_decay", "delta_rule"),
            _shapes((8, 4), (8, 8), (16, 4), (32, 2), (8, 32), (32, 8)),
        ),
        "gated_delta_rule": _shapes((8, 8), (16, 4), (32, 2)),
        "vector_decay": _shapes((8, 8), (16, 4)),
        "momentum_rule": _shapes((16, 4)),
        "full_attention": _shapes((2, 2), (3, 2), (4, 2), (4, 4)),
        "window_attention": _shapes((8, 8), window=16),
        "additive_memory": [{"size": 256}],
        "lstm": [{"size": n} for n in (32, 48)],
    },
    {
        "n_pairs": 8,
        "n_rewritten": 4,
        "n_keys": 32,
        "n_values": 32,
        "n_parameters": 24_000,
        "steps": 1_000,
    },
)
jobs, numbers = RACE.jobs, RACE.numbers
