"""Lesson 09: other right answers to its functions."""

import torch


def normed_by_torch(x):
    return torch.nn.functional.layer_norm(x, x.shape[-1:])


def block_by_torch(x, A, W, up, down):
    y = x + torch.einsum("ts,bsd,de->bte", A, normed_by_torch(x), W)
    return torch.nn.functional.relu(normed_by_torch(y) @ up) @ down + y


def block_token_by_token(x, A, W, up, down):
    read = (normed_by_torch(x) @ W).unbind(1)
    out = []
    for t in range(x.shape[1]):
        y = x[:, t] + sum(A[t, s] * read[s] for s in range(x.shape[1]))
        y_normed = (y - y.mean(1, keepdim=True)) / y.std(1, keepdim=True, correction=0)
        out.append(y + (y_normed @ up).clamp(min=0) @ down)
    return torch.stack(out, 1)


def next_token_loss_by_loop(logits, tokens):
    total, n = 0, 0
    for scores, text in zip(logits, tokens.tolist(), strict=True):
        for t in range(len(text) - 1):
            total, n = total - scores[t].log_softmax(0)[text[t + 1]], n + 1
    return total / n


def next_token_loss_by_ignoring(logits, tokens):
    wanted = tokens.roll(-1, 1)
    wanted[:, -1] = -100
    return torch.nn.functional.cross_entropy(logits.transpose(1, 2), wanted)


def mask_tokens_in_place_of_its_own(tokens, dice, others, hidden):
    seen, wanted = tokens.clone(), tokens.clone()
    wanted[dice >= 0.15] = -100
    seen[dice < 0.12] = hidden
    is_other = (dice >= 0.12) & (dice < 0.135)
    seen[is_other] = others[is_other]
    return torch.stack((seen, wanted))


def mask_tokens_by_loop(tokens, dice, others, hidden):
    seen, wanted = [], []
    for t, roll, o in zip(*(x.flatten().tolist() for x in (tokens, dice, others)), strict=True):
        seen.append(hidden if roll < 0.12 else o if roll < 0.135 else t)
        wanted.append(t if roll < 0.15 else -100)
    return torch.tensor([seen, wanted]).view(2, *tokens.shape)


RIGHT = {
    "09.block": (block_by_torch, block_token_by_token),
    "09.next_token_loss": (next_token_loss_by_loop, next_token_loss_by_ignoring),
    "09.mask_tokens": (mask_tokens_in_place_of_its_own, mask_tokens_by_loop),
}
