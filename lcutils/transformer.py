"""A small transformer: the same blocks read as a decoder or as an encoder, by one switch, the mask.

Blocks are pre-norm: `x + attention(norm(x))`, then `x + mlp(norm(x))`.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn.functional import relu

from lcutils import _require

_FASTER = 10.0  # a step of training moves a distance's score so many times as far as a weight


class Attention(nn.Module):
    """Softmax attention in heads; each head learns a score for each distance, if it has places.

    Args:
        d: model size
        n_heads: H, a divisor of d
        n_places: distances from here on share one score, to either side; 0: it knows no places
    Source: a learned number a distance as in T5 (Raffel et al., 2020, section 2.1); distances
        that are cut off as in Shaw, Uszkoreit and Vaswani (2018).
    """

    def __init__(self, d: int, n_heads: int, n_places: int) -> None:
        super().__init__()
        self.n_heads = n_heads
        self.q, self.k, self.v, self.out = (nn.Linear(d, d, bias=False) for _ in range(4))
        for layer in (self.q, self.k, self.v, self.out):
            nn.init.normal_(layer.weight, std=d**-0.5)
        self.places = nn.Parameter(torch.zeros(n_heads, 2 * n_places - 1)) if n_places else None

    def weights(self, x: Tensor, *, is_causal: bool) -> Tensor:
        """x [B, T, d] -> the weights [B, H, T, T], a row for each token that reads."""
        q, k = (self._in_heads(layer(x)) for layer in (self.q, self.k))
        scores = q @ k.mT * q.shape[-1] ** -0.5  # [B, H, T, T]
        place = torch.arange(x.shape[1])
        if self.places is not None:
            far = self.places.shape[1] // 2
            distance = (place[:, None] - place).clamp(-far, far)  # [T, T]
            scores = scores + _FASTER * self.places[:, distance + far]
        if is_causal:
            scores = scores.masked_fill(place > place[:, None], -torch.inf)
        weights: Tensor = scores.softmax(dim=-1)
        return weights

    def forward(self, x: Tensor, *, is_causal: bool) -> Tensor:
        """x [B, T, d] -> what each token reads, [B, T, d]."""
        o = self.weights(x, is_causal=is_causal) @ self._in_heads(self.v(x))  # [B, H, T, K]
        read: Tensor = self.out(o.transpose(1, 2).flatten(2))
        return read

    def _in_heads(self, x: Tensor) -> Tensor:
        heads: Tensor = x.unflatten(2, (self.n_heads, -1))
        return heads.transpose(1, 2)  # [B, H, T, K]


class Block(nn.Module):
    """Attention and an MLP with one hidden layer, each added to what it has read.

    Args:
        d: model size
        n_heads, n_places: of `Attention`
        n_hidden: M; 0: there is no MLP
    """

    def __init__(self, d: int, n_heads: int, n_places: int, n_hidden: int) -> None:
        super().__init__()
        self.norm1, self.attention = nn.LayerNorm(d), Attention(d, n_heads, n_places)
        self.norm2 = nn.LayerNorm(d) if n_hidden else None
        if n_hidden:
            self.up, self.down = nn.Linear(d, n_hidden), nn.Linear(n_hidden, d)

    def forward(self, x: Tensor, *, is_causal: bool) -> Tensor:
        """x [B, T, d] -> [B, T, d]."""
        x = x + self.attention(self.norm1(x), is_causal=is_causal)
        if self.norm2 is not None:
            x = x + self.down(relu(self.up(self.norm2(x))))
        return x


class Transformer(nn.Module):
    """Tokens in, logits of tokens out. `is_causal` makes it a decoder, without it is an encoder.

    Args:
        n_tokens: N, how many different tokens there are
        is_causal: whether token t reads tokens 1 to t only; may be switched at any time
        d: model size
        n_heads: H, a divisor of d
        n_blocks: L
        n_hidden: M of each block's MLP, 4 d unless given; 0: there is none
        n_places: of `Attention`
        seed: fixes the first weights; the global random state stays as it is
    Raises: TypeError, ValueError naming the argument.
    """

    def __init__(
        self,
        n_tokens: int,
        *,
        is_causal: bool,
        d: int = 64,
        n_heads: int = 4,
        n_blocks: int = 2,
        n_hidden: int | None = None,
        n_places: int = 16,
        seed: int = 0,
    ) -> None:
        super().__init__()
        named = {"n_tokens": n_tokens, "d": d, "n_heads": n_heads, "n_blocks": n_blocks}
        for name, value in named.items():
            _require.count(name, value)
        if d % n_heads:
            _require.refuse("n_heads", f"a divisor of d = {d}", str(n_heads))
        M = 4 * d if n_hidden is None else n_hidden
        for name, value in {"n_hidden": M, "n_places": n_places, "seed": seed}.items():
            _require.count(name, value, 0)
        self.is_causal = is_causal
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(seed)
            self.embedding = nn.Embedding(n_tokens, d)
            nn.init.normal_(self.embedding.weight, std=d**-0.5)  # logits of size 1
            self.blocks = nn.ModuleList(Block(d, n_heads, n_places, M) for _ in range(n_blocks))
            self.last_norm = nn.LayerNorm(d)

    def forward(self, tokens: Tensor) -> Tensor:
        """Tokens [B, T] -> logits [B, T, N]."""
        x: Tensor = self.embedding(tokens)
        for block in self.blocks:
            x = block(x, is_causal=self.is_causal)
        logits: Tensor = self.last_norm(x) @ self.embedding.weight.T
        return logits

    @torch.no_grad()
    def attention_weights(self, tokens: Tensor) -> list[Tensor]:
        """Tokens [B, T] -> the weights of each block, [B, H, T, T]."""
        x, found = self.embedding(tokens), []
        for block in self.blocks:
            assert isinstance(block, Block)
            found.append(block.attention.weights(block.norm1(x), is_causal=self.is_causal))
            x = block(x, is_causal=self.is_causal)
        return found
