"""The race of `13_frontier` with 128 keys to draw from in the place of 32, and 40,000 parameters.

No matrix here has a row for each key of the world, but for the one of 128 x 2.
"""

from race import Race, measure

SEEDS = range(5)


def _shapes(*shapes: tuple[int, int], **options: float) -> list[dict[str, float]]:
    return [{"key_size": K, "value_size": V, **options} for K, V in shapes]


RACE = Race(
    "rewritten",
    {
        **dict.fromkeys(
            ("linear_attention", "scalar_decay", "delta_rule"),
            _shapes((32, 2), (32, 8), (32, 16), (128, 2)),
        ),
        "gated_delta_rule": _shapes((32, 2), (32, 8)),
        "full_attention": _shapes((4, 2), (4, 4), (8, 4)),
        "lstm": [{"size": 48}],
    },
    {
        "n_pairs": 8,
        "n_rewritten": 4,
        "n_keys": 128,
        "n_values": 32,
        "n_parameters": 40_000,
        "steps": 250,
    },
)
jobs, numbers = RACE.jobs, RACE.numbers
