"""The memory ladder, one file a rung or family.

Every rung is called alike, in the field's convention: q, k [B, T, H, K], v [B, T, H, V], then
by name g (log decay, at most 0), beta (write strength, from 0 to 2), scale, initial_state
[B, H, K, V], output_final_state; it returns (o [B, T, H, V], the last state or None). The plain
name is the form to train with; `_step` is one token, `_parallel` all pairs of tokens at once.
A form that is not there does not exist. g = -inf resets the memory. The state is a matrix
[B, H, K, V], and where it says so a cache of tokens, or what a memory that trains has to carry.
An LSTM is `torch.nn.LSTM`, its step `torch.nn.LSTMCell`.

The five rungs that flash-linear-attention has, too, and what is different there:

| here               | there                    | there, besides q, k, v of the same shapes      |
|--------------------|--------------------------|------------------------------------------------|
| `linear_attention` | `chunk_linear_attn`      | `normalize=True`; here is no normaliser        |
| `scalar_decay`     | `chunk_simple_gla`       | g may be left out, or one `g_gamma` a head     |
| `vector_decay`     | `chunk_gla`              | nothing                                        |
| `delta_rule`       | `chunk_delta_rule`       | `use_qk_l2norm_in_kernel`; here keys stay      |
| `gated_delta_rule` | `chunk_gated_delta_rule` | the same, and beta may come before its sigmoid |

There g and beta may be given by place, in an order that differs between its own forms; here by
name alone. Its batches of unequal length (`cu_seqlens`) and settings of its kernels are not here.
When a laptop is outgrown, its kernels are what to train with: on a GPU they are faster than any
plain form, ours included, though there it works on all chunks side by side.

q, k, v may be half types; gates and state may then be float32. What is computed is computed in
float32 at least, whatever autocast says, o has the dtype of v, and the state is float32: in half
it would drift. Everything goes through `torch.compile(fullgraph=True)`, vmap and gradients per
example; there code cannot look at numbers, so the range of a gate is not checked, and decay takes
the form that bears any strength, which is slower.
"""

from lcutils.memory.additive import (
    additive_memory,
    additive_memory_step,
    decay_memory,
    decay_memory_step,
)
from lcutils.memory.attention import (
    full_attention,
    full_attention_step,
    window_attention,
    window_attention_step,
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
from lcutils.memory.learning import (
    momentum_rule,
    momentum_rule_step,
    two_layer_memory,
    two_layer_memory_step,
)
from lcutils.memory.linear import (
    linear_attention,
    linear_attention_parallel,
    linear_attention_step,
)
from lcutils.memory.squares import least_squares, least_squares_step

__all__ = [
    "additive_memory",
    "additive_memory_step",
    "decay_memory",
    "decay_memory_step",
    "delta_rule",
    "delta_rule_parallel",
    "delta_rule_step",
    "full_attention",
    "full_attention_step",
    "gated_delta_rule",
    "gated_delta_rule_parallel",
    "gated_delta_rule_step",
    "least_squares",
    "least_squares_step",
    "linear_attention",
    "linear_attention_parallel",
    "linear_attention_step",
    "momentum_rule",
    "momentum_rule_step",
    "scalar_decay",
    "scalar_decay_parallel",
    "scalar_decay_step",
    "two_layer_memory",
    "two_layer_memory_step",
    "vector_decay",
    "vector_decay_parallel",
    "vector_decay_step",
    "window_attention",
    "window_attention_step",
]
