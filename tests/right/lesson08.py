"""Lesson 08: other right answers to its functions."""

import math

import torch


def causal_attention_by_torch(q, k, v):
    return torch.nn.functional.scaled_dot_product_attention(q, k, v, is_causal=True)


def causal_attention_token_by_token(q, k, v):
    outputs = []
    for t in range(q.shape[1]):
        scores = (k[:, : t + 1] @ q[:, t, :, None])[..., 0] / math.sqrt(q.shape[2])
        weights = scores.exp() / scores.exp().sum(1, keepdim=True)
        outputs.append((weights[:, :, None] * v[:, : t + 1]).sum(1))
    return torch.stack(outputs, 1)


def padded_attention_by_large_number(q, k, v, is_word):
    scores = torch.einsum("bk,bnk->bn", q, k) / math.sqrt(q.shape[1])
    weights = torch.where(is_word, scores, -1e9).softmax(1) * is_word
    return torch.einsum("bn,bnv->bv", weights, v)


def padded_attention_by_where(q, k, v, is_word):
    scores = torch.where(is_word, (k * q[:, None]).sum(2) * q.shape[1] ** -0.5, -torch.inf)
    weights = torch.where(is_word, scores.softmax(1), 0)
    return (weights[:, :, None] * v).sum(1)


def multi_head_by_loop(q, k, v, n_heads):
    parts = (x.chunk(n_heads, dim=2) for x in (q, k, v))
    return torch.cat([causal_attention_by_torch(*one) for one in zip(*parts, strict=True)], 2)


def multi_head_by_einsum(q, k, v, n_heads):
    q, k, v = (x.reshape(*x.shape[:2], n_heads, -1) for x in (q, k, v))
    scores = torch.einsum("bthk,bshk->bhts", q, k) / math.sqrt(q.shape[3])
    later = torch.arange(q.shape[1]) > torch.arange(q.shape[1])[:, None]
    weights = scores.masked_fill(later, -torch.inf).softmax(3)
    return torch.einsum("bhts,bshv->bthv", weights, v).flatten(2)


def causal_attention_normalised_after_the_mask(q, k, v):
    pulls = (q @ k.mT * q.shape[2] ** -0.5).softmax(2).tril()
    return pulls / pulls.sum(2, keepdim=True) @ v


def padded_attention_by_torch(q, k, v, is_word):
    attention = torch.nn.functional.scaled_dot_product_attention
    return attention(q[:, None], k, v, attn_mask=is_word[:, None])[:, 0]


def padded_attention_with_one_more_allowed(q, k, v, is_word):
    scores = (k @ q[:, :, None])[..., 0] * q.shape[1] ** -0.5
    has_word = is_word.any(1, keepdim=True)
    weights = scores.masked_fill(~(is_word | ~has_word), -torch.inf).softmax(1) * has_word
    return (weights[:, None] @ v)[:, 0]


def multi_head_in_the_batch(q, k, v, n_heads):
    B, T = q.shape[:2]
    parts = (x.reshape(B, T, n_heads, -1).transpose(1, 2).flatten(0, 1) for x in (q, k, v))
    o = causal_attention_by_torch(*parts)
    return o.reshape(B, n_heads, T, -1).transpose(1, 2).reshape(B, T, -1)


RIGHT = {
    "08.causal_attention": (
        causal_attention_by_torch,
        causal_attention_token_by_token,
        causal_attention_normalised_after_the_mask,
    ),
    "08.padded_attention": (
        padded_attention_by_large_number,
        padded_attention_by_where,
        padded_attention_by_torch,
        padded_attention_with_one_more_allowed,
    ),
    "08.multi_head": (multi_head_by_loop, multi_head_by_einsum, multi_head_in_the_batch),
}
