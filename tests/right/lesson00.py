"""Lesson 00: other right answers to its functions."""

import torch


def text_mean_by_matrix(x):
    T = x.shape[1]
    return (torch.full((1, T), 1 / T, dtype=x.dtype) @ x)[:, 0]


RIGHT = {
    "00.text_mean": (
        lambda x: x.sum(1) / x.shape[1],
        text_mean_by_matrix,
        lambda x: torch.vmap(lambda text: text.mean(0))(x),
    ),
}
