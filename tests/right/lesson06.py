"""Lesson 06: other right answers to its functions."""

import torch


def rnn_backward_by_copies(h, U, error):
    """The gradient by every copy of U, each by itself, from the slopes of all later steps."""
    slopes, total = 1 - h[1:] ** 2, 0
    for t in range(len(h) - 1):
        g = error
        for later in range(len(h) - 2, t, -1):
            g = U.mT @ (slopes[later] * g)
        total = total + (slopes[t] * g)[:, None] * h[t]
    return total


def rnn_backward_from_the_front(h, U, error):
    """The change of h_T with each weight, carried forward (real-time recurrent learning)."""
    N = len(U)
    moved = torch.zeros(N, N, N, dtype=U.dtype)  # of h_t, by each weight
    for t in range(1, len(h)):
        moved = torch.einsum("im,mjk->ijk", U, moved)
        moved = moved + torch.einsum("ij,k->ijk", torch.eye(N, dtype=U.dtype), h[t - 1])
        moved = (1 - h[t] ** 2)[:, None, None] * moved
    return torch.einsum("i,ijk->jk", error, moved)


def clip_by_branch(by_W, by_U, limit):
    length = (by_W.square().sum() + by_U.square().sum()).sqrt()
    both = torch.hstack([by_W, by_U])
    return both * limit / length if length > limit else both


def clip_by_torch(by_W, by_U, limit):
    pair = [torch.nn.Parameter(torch.zeros_like(g)) for g in (by_W, by_U)]
    for weight, gradient in zip(pair, (by_W, by_U), strict=True):
        weight.grad = gradient.detach().clone()
    torch.nn.utils.clip_grad_norm_(pair, limit)
    return torch.cat([weight.grad for weight in pair], 1)


def read_after_keeping(x, U, cut):
    """The state is cut where a piece ends, once it is kept."""
    state, states = torch.zeros_like(x[:, 0]), []
    for t in range(x.shape[1]):
        state = torch.tanh(state @ U.T + x[:, t])
        states.append(state)
        if (t + 1) % cut == 0:
            state = state.data
    return torch.stack(states, 1)


def read_piece_by_piece(x, U, cut):
    state, pieces = x.new_zeros(len(x), x.shape[2]), []
    for piece in x.split(cut, dim=1):
        state = state.detach()
        for token in piece.unbind(1):
            state = (torch.einsum("bn,mn->bm", state, U) + token).tanh()
            pieces.append(state[:, None])
    return torch.cat(pieces, 1)


RIGHT = {
    "06.rnn_backward": (rnn_backward_by_copies, rnn_backward_from_the_front),
    "06.clip_by_norm": (clip_by_branch, clip_by_torch),
    "06.read_in_pieces": (read_after_keeping, read_piece_by_piece),
}
