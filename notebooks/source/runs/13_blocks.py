"""The race of `13_frontier` with two blocks in the place of one, the same 24,000 parameters.

Two blocks may be of two rungs: a window for what is near, a matrix for the rest.
"""

from race import Race, measure

SEEDS = range(5)


def _shapes(*shapes: tuple[int, int], **options: float) -> list[dict[str, float]]:
    return [{"key_size": K, "value_size": V, **options} for K, V in shapes]


_RULES = {"n_pairs": 8, "n_rewritten": 4, "n_keys": 32, "n_values": 32, "n_parameters": 24_000}
_HYBRID = _shapes((8, 4), (8, 8), (16, 16), window=4)
SHORT = Race(
    "rewritten",
    {
        **dict.fromkeys(
            ("linear_attention", "scalar_decay", "delta_rule"),
            _shapes((8, 8), (32, 2), (8, 32), (16, 16)),
        ),
        "gated_delta_rule": _shapes((8, 8)),
        "full_attention": _shapes((2, 2), (4, 2), (4, 4)),
        "window_attention+linear_attention": _HYBRID,
        "window_attention+delta_rule": _HYBRID,
        "lstm": [{"size": 32}],
    },
    _RULES | {"n_blocks": 2, "steps": 250},
)
LONG = Race(
    "long",
    {"linear_attention": _shapes((16, 16)), "delta_rule": _shapes((16, 16))},
    _RULES | {"n_blocks": 2, "steps": 1_000},
)


def jobs(found):
    return SHORT.jobs(found) | LONG.jobs(found)


def numbers(found):
    return SHORT.numbers(found) | LONG.numbers(found)
