"""Recall against the numbers that a memory keeps: one block, 24,000 parameters, 250 steps.

Two tasks: 8 keys of 32 written once, and the same with 4 of them written again. Every contender
has a rate of its own. Lesson 13 shows the record, and trains one column of it anew.
"""

from race import Race, measure

SEEDS = range(5)
_SIZES = (2, 4, 8, 16, 32)


def _shapes(*shapes: tuple[int, int], **options: float) -> list[dict[str, float]]:
    return [{"key_size": K, "value_size": V, **options} for K, V in shapes]


_ALL = _shapes(*((K, V) for K in _SIZES for V in _SIZES))
_SOME = _shapes((4, 4), (8, 4), (8, 8), (16, 4), (32, 2), (8, 32), (32, 8))
_CACHES = _shapes(*((K, V) for K in (2, 4, 8) for V in (2, 4, 8)), (3, 2), (3, 3), (16, 8))
_WINDOWS = [
    size for window in (4, 8, 12, 16, 20) for size in _shapes((4, 4), (8, 8), window=window)
]
_LADDER = ("linear_attention", "scalar_decay", "delta_rule")
_RULES = {"n_pairs": 8, "n_keys": 32, "n_values": 32, "n_parameters": 24_000, "steps": 250}

REWRITTEN = Race(
    "rewritten",
    {
        **dict.fromkeys(_LADDER, _ALL),
        "gated_delta_rule": _SOME,
        "vector_decay": _SOME,
        "momentum_rule": _SOME[:4],
        "two_layer_memory": _shapes((4, 4), (8, 4), (8, 8)),
        "least_squares": _shapes((8, 4), (16, 4), ridge=0.1),
        "full_attention": _CACHES,
        "window_attention": _WINDOWS,
        "additive_memory": [{"size": n} for n in (64, 256)],
        "lstm": [{"size": n} for n in (16, 32, 48)],
    },
    _RULES | {"n_rewritten": 4},
)
COLUMN = Race(  # what the lesson trains anew is held to twenty seeds
    "column",
    dict.fromkeys(_LADDER, _shapes((8, 32))),
    _RULES | {"n_rewritten": 4},
    seeds=range(100, 120),
)
ONCE = Race(
    "once",
    dict.fromkeys(
        _LADDER,
        _shapes((4, 2), (4, 4), (8, 4), (16, 2), (2, 32), (8, 8), (16, 4), (32, 2)),
    ),
    _RULES | {"n_rewritten": 0},
)
_RACES = (REWRITTEN, COLUMN, ONCE)


def jobs(found):
    return {name: job for race in _RACES for name, job in race.jobs(found).items()}


def numbers(found):
    return {name: values for race in _RACES for name, values in race.numbers(found).items()}
