"""The race of `13_frontier` with 1,000 steps of training in the place of 250, in fewer sizes."""

from race import Race, measure

SEEDS = range(5)
_COLUMN = [{"key_size": 8, "value_size": 32}]
RACE = Race(
    "rewritten",
    {
        **dict.fromkeys(("linear_attention", "scalar_decay", "delta_rule"), _COLUMN),
        "full_attention": [{"key_size": 3, "value_size": 2}],
        "lstm": [{"size": 48}],
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
