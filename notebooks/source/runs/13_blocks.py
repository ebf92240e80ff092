"""The race of `13_frontier` with two blocks in the place of one, the same 24,000 parameters.

Two blocks may be of two rungs: a window for what is near, a matrix for the rest.
"""

from race import Race, measure

SEEDS = range(5)


def _shapes(*shapes: tuple[int, int], **options: float) -> list[dict[str, float]]:
    return [{"key_size": K, "value_size": V, **options} for K, V in shapes]


_HYBRID = _shapes((8, 4), (8, 8), window=4)
RACE = Race(
    "rewritten",
    {
        **dict.fromkeys(
            ("linear_attention", "scalar_decay", "delta_rule"),
            _shapes((8, 8), (8, 32), (16, 16)),
        ),
        "full_attention": _shapes((4, 2), (4, 4)),
        "window_attention+linear_attention": _HYBRID,
        "window_attention+delta_rule": _HYBRID,
        "lstm": [{"size": 32}],
    },
    {
        "n_pairs": 8,
        "n_rewritten": 4,
        "n_keys": 32,
        "n_values": 32,
        "n_parameters": 24_000,
        "n_blocks": 2,
        "steps": 250,
    },
)
jobs, numbers = RACE.jobs, RACE.numbers
