"""Lesson 09: a block of a transformer, pre-norm."""

from __future__ import annotations

import re

import torch
from torch import Tensor
from torch.nn.functional import gelu

from lcutils.checking.data import FunctionExercise, Inputs, Slip, normal, row
from lcutils.checking.syntax import code_of


def block(x: Tensor, A: Tensor, W: Tensor, up: Tensor, down: Tensor) -> Tensor:
    """x: [B, T, d], A: [T, T], W: [d, d], up: [d, M], down: [M, d] -> [B, T, d]"""
    x = x + _read(x, A, W)
    return x + _mlp(x, up, down)


def normed(x: Tensor) -> Tensor:
    """x: [..., d] -> each vector with mean 0 and mean square 1, as in the lesson"""
    x = x - x.mean(dim=-1, keepdim=True)
    return x * (x.square().mean(dim=-1, keepdim=True) + 1e-5).rsqrt()


def _read(x: Tensor, A: Tensor, W: Tensor) -> Tensor:
    return A @ normed(x) @ W


def _mlp(x: Tensor, up: Tensor, down: Tensor) -> Tensor:
    return (normed(x) @ up).relu() @ down


def _over_tokens(x: Tensor) -> Tensor:
    return normed(x.mT).mT


def _centred(x: Tensor) -> Tensor:
    return x - x.mean(dim=-1, keepdim=True)


def _draw(rng: torch.Generator, B: int, T: int, d: int, M: int) -> Inputs:
    A = normal(rng, T, T).softmax(dim=1)
    x = normal(rng, B, T, d) + 4 * torch.arange(d)  # no vector is nearly flat: eps would decide
    return x, A, normal(rng, d, d) / d, normal(rng, d, M), normal(rng, M, d)


ENTRIES = (
    FunctionExercise(
        "09.block",
        block,
        worked=(
            row([[2, 2, 0, 0], [0, 3, 0, 1]]),
            torch.tensor([[0.5, 0.5], [0.25, 0.75]]),
            torch.tensor([[1.0, 1, 0, 0], [0, 1, 0, 0], [0, 0, 2, 0], [0, 0, 0, 1]]),
            torch.tensor([[1.0, 0, -1], [1, -1, 0], [0, 1, 0], [0, 0, 0]]),
            torch.tensor([[0.0, 0, 1, 1], [1, 0, 0, 2], [0, 1, 0, 0]]),
        ),
        draw=_draw,
        sizes=(
            {"B": 1, "T": 1, "d": 4, "M": 1},
            {"B": 2, "T": 4, "d": 5, "M": 3},
            {"B": 3, "T": 2, "d": 4, "M": 6},
        ),
        mistakes={
            "Normed after each sum (post-norm): that rescales the stream. Norm what is read.": (
                lambda x, A, W, u, v: (lambda y: normed(y + (y @ u).relu() @ v))(
                    normed(x + A @ x @ W)
                )
            ),
            "Nothing is added to the stream: both parts write over what was there.": (
                lambda x, A, W, u, v: _mlp(_read(x, A, W), u, v)
            ),
            "After attention the old x is gone: add what is read to it.": (
                lambda x, A, W, u, v: _read(x, A, W) + _mlp(_read(x, A, W), u, v)
            ),
            "After the MLP the stream is gone: add what the MLP writes to it.": (
                lambda x, A, W, u, v: _mlp(x + _read(x, A, W), u, v)
            ),
            "The MLP reads the stream as it was before attention; it should read what is there "
            "now.": lambda x, A, W, u, v: x + _read(x, A, W) + _mlp(x, u, v),
            "The MLP comes first here; attention should.": lambda x, A, W, u, v: (
                lambda y: y + _read(y, A, W)
            )(x + _mlp(x, u, v)),
            "No norm is at work: attention and MLP should read normed vectors.": (
                lambda x, A, W, u, v: (lambda y: y + (y @ u).relu() @ v)(x + A @ x @ W)
            ),
            "Attention reads the stream itself; it should read the normed one.": (
                lambda x, A, W, u, v: (lambda y: y + _mlp(y, u, v))(x + A @ x @ W)
            ),
            "The MLP reads the stream itself; it should read the normed one.": (
                lambda x, A, W, u, v: (lambda y: y + (y @ u).relu() @ v)(x + _read(x, A, W))
            ),
            "What attention reads is added to the normed x; the stream itself has no norm.": (
                lambda x, A, W, u, v: (lambda y: y + _mlp(y, u, v))(normed(x) + _read(x, A, W))
            ),
            "The stream itself was normed, twice; only what is read is.": (
                lambda x, A, W, u, v: (lambda y: normed(y) + _mlp(y, u, v))(
                    normed(x) + _read(x, A, W)
                )
            ),
            "What the MLP writes is added to the normed stream; add it to the stream.": (
                lambda x, A, W, u, v: (lambda y: normed(y) + _mlp(y, u, v))(x + _read(x, A, W))
            ),
            "The result is normed once more; the stream leaves the block as it is.": (
                lambda x, A, W, u, v: normed(block(x, A, W, u, v))
            ),
            "The ReLU is missing: two matrices in a row are one.": lambda x, A, W, u, v: (
                lambda y: y + normed(y) @ u @ v
            )(x + _read(x, A, W)),
            "The ReLU comes after `down`; it stands between the two.": lambda x, A, W, u, v: (
                lambda y: y + (normed(y) @ u @ v).relu()
            )(x + _read(x, A, W)),
            "The ReLU cuts the stream; it stands between `up` and `down`.": (
                lambda x, A, W, u, v: block(x, A, W, u, v).relu()
            ),
            "A is missing: each token reads itself alone.": lambda x, A, W, u, v: (
                lambda y: y + _mlp(y, u, v)
            )(x + normed(x) @ W),
            "A is transposed: row t holds the weights of token t.": lambda x, A, W, u, v: block(
                x, A.mT, W, u, v
            ),
            "W is missing: what is read goes through W.": lambda x, A, W, u, v: (
                lambda y: y + _mlp(y, u, v)
            )(x + A @ normed(x)),
            "W is transposed: vectors are rows here, `x @ W`.": lambda x, A, W, u, v: block(
                x, A, W.mT, u, v
            ),
            "The norm goes over the tokens; it goes over the d numbers of each.": (
                lambda x, A, W, u, v: (lambda y: y + (_over_tokens(y) @ u).relu() @ v)(
                    x + A @ _over_tokens(x) @ W
                )
            ),
            "The mean was taken off, but nothing divided: use `normed`.": lambda x, A, W, u, v: (
                lambda y: y + (_centred(y) @ u).relu() @ v
            )(x + A @ _centred(x) @ W),
            "This MLP has a GELU, as GPT has; a ReLU is wanted.": lambda x, A, W, u, v: (
                lambda y: y + gelu(normed(y) @ u) @ v
            )(x + _read(x, A, W)),
            "What is written was normed; the norm belongs to what is read.": (
                lambda x, A, W, u, v: (lambda y: y + normed((y @ u).relu() @ v))(
                    x + normed(A @ x @ W)
                )
            ),
            "The norm comes after A: norm x first, and then let A read.": lambda x, A, W, u, v: (
                lambda y: y + _mlp(y, u, v)
            )(x + normed(A @ x) @ W),
            "What attention writes was normed; it is added as it is.": lambda x, A, W, u, v: (
                lambda y: y + _mlp(y, u, v)
            )(x + normed(_read(x, A, W))),
            "Attention reads the stream, and what it writes was normed: norm what is read.": (
                lambda x, A, W, u, v: (lambda y: y + _mlp(y, u, v))(x + normed(A @ x @ W))
            ),
            "What the MLP writes was normed; it is added as it is.": lambda x, A, W, u, v: (
                lambda y: y + normed(_mlp(y, u, v))
            )(x + _read(x, A, W)),
            "This MLP has a tanh; a ReLU is wanted.": lambda x, A, W, u, v: (
                lambda y: y + (normed(y) @ u).tanh() @ v
            )(x + _read(x, A, W)),
            "Attention has no ReLU: it stands between `up` and `down` alone.": (
                lambda x, A, W, u, v: (lambda y: y + _mlp(y, u, v))(x + _read(x, A, W).relu())
            ),
            "The ReLU comes before `up`; it belongs between `up` and `down`.": (
                lambda x, A, W, u, v: (lambda y: y + normed(y).relu() @ u @ v)(x + _read(x, A, W))
            ),
            "A holds the mask where there is one: cut nothing off.": lambda x, A, W, u, v: block(
                x, A.tril(), W, u, v
            ),
            "The MLP reads only what attention read; it should read the sum with x.": (
                lambda x, A, W, u, v: (lambda read: x + read + _mlp(read, u, v))(_read(x, A, W))
            ),
            "A is given: no new weights are made from x.": lambda x, A, W, u, v: block(
                x, (normed(x) @ normed(x).mT).softmax(-1), W, u, v
            ),
            "The first sum is missing: x is read anew, so what attention read is lost.": (
                lambda x, A, W, u, v: x + _mlp(_read(x, A, W), u, v)
            ),
            "The MLP read the new stream, but its result was added to the old one.": (
                lambda x, A, W, u, v: x + _mlp(x + _read(x, A, W), u, v)
            ),
            "This is half of the block: the MLP is missing.": lambda x, A, W, u, v: (
                x + _read(x, A, W)
            ),
            "This is half of the block: attention is missing.": lambda x, A, W, u, v: (
                x + _mlp(x, u, v)
            ),
            "This is what the MLP writes and attention reads; the stream is missing.": (
                lambda x, A, W, u, v: block(x, A, W, u, v) - x
            ),
            "x was added twice: `x + read` has it already.": lambda x, A, W, u, v: (
                block(x, A, W, u, v) + x
            ),
            "The softmax is there already: A holds the weights.": lambda x, A, W, u, v: block(
                x, A.softmax(-1), W, u, v
            ),
        },
        slips=(
            Slip(
                "`normed` is a function: `normed(x)`, with what it should read.",
                lambda tree: bool(re.search(r"(?<!\w)normed @", code_of(tree))),
                "def block(x, A, W, up, down):\n    x = x + A @ normed @ W\n    return x\n",
            ),
        ),
        hints=(
            "Two lines. In the first, attention reads `A @ normed(x) @ W`; what becomes of x?",
            "The second is `return x + ...`, with the new x: `normed(x) @ up`, a ReLU, `@ down`.",
        ),
        meaning="Each part reads a normed copy, and adds to the stream itself.",
    ),
)
