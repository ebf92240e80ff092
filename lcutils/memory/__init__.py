"""The memory ladder, one file a rung or family."""

from lcutils.memory.additive import (
    additive_memory,
    additive_memory_step,
    decay_memory,
    decay_memory_step,
)
from lcutils.memory.linear import linear_attention_step

__all__ = [
    "additive_memory",
    "additive_memory_step",
    "decay_memory",
    "decay_memory_step",
    "linear_attention_step",
]
