"""The memory ladder, one file a rung or family.

Every rung is called alike, in the field's convention: q, k [B, T, H, K], v [B, T, H, V], then
by name g (log decay, at most 0), beta (write strength, from 0 to 1), scale, initial_state
[B, H, K, V], output_final_state; it returns (o [B, T, H, V], the last state or None). The plain
name is the form to train with; `_step` is one token, `_parallel` all pairs of tokens at once.
"""

from lcutils.memory.additive import (
    additive_memory,
    additive_memory_step,
    decay_memory,
    decay_memory_step,
)
from lcutils.memory.decay import (
    scalar_decay,
    scalar_decay_parallel,
    scalar_decay_step,
    vector_decay,
    vector_decay_parallel,
    vector_decay_step,
)
from lcutils.memory.delta import (
    delta_rule,
    delta_rule_parallel,
    delta_rule_step,
    gated_delta_rule,
    gated_delta_rule_parallel,
    gated_delta_rule_step,
)
from lcutils.memory.linear import (
    linear_attention,
    linear_attention_parallel,
    linear_attention_step,
)

__all__ = [
    "additive_memory",
    "additive_memory_step",
    "decay_memory",
    "decay_memory_step",
    "delta_rule",
    "delta_rule_parallel",
    "delta_rule_step",
    "gated_delta_rule",
    "gated_delta_rule_parallel",
    "gated_delta_rule_step",
    "linear_attention",
    "linear_attention_parallel",
    "linear_attention_step",
    "scalar_decay",
    "scalar_decay_parallel",
    "scalar_decay_step",
    "vector_decay",
    "vector_decay_parallel",
    "vector_decay_step",
]
