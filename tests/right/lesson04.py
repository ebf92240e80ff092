"""Lesson 04: other right answers to its functions."""

import torch


def perplexity_by_root(p):
    return (1 / p.prod()) ** (1 / len(p))


def perplexity_in_bits(p):
    return 2 ** (-torch.log2(p).sum() / p.shape[0])


def log_softmax_by_logsumexp(scores):
    return scores - torch.logsumexp(scores, dim=-1)[:, None]


def log_softmax_by_row(scores):
    rows = [row - max(row) for row in scores]
    return torch.stack([row - row.exp().sum().log() for row in rows])


def smoothed_by_weight(counts, shorter, m):
    seen = counts.sum(1).unsqueeze(1)
    weight = seen / (seen + m)
    return weight * counts / seen.clamp(min=1) + (1 - weight) * shorter


def smoothed_by_its_own_sum(counts, shorter, m):
    filled = counts + m * shorter
    return filled / filled.sum(dim=1, keepdim=True)


def top_p_by_loop(p, mass):
    kept, total = torch.zeros_like(p), 0.0
    for place in p.argsort(descending=True):
        if total >= mass:
            break
        kept[place] = p[place]
        total += p[place]
    return kept / total


def top_p_by_mask(p, mass):
    above = torch.stack([p[p > one].sum() for one in p])
    return torch.where(above < mass, p, 0) / p[above < mass].sum()


RIGHT = {
    "04.perplexity": (
        perplexity_by_root,
        perplexity_in_bits,
        lambda p: torch.exp(
            torch.nn.functional.nll_loss(p.log()[:, None], torch.zeros(len(p)).long())
        ),
    ),
    "04.log_softmax": (
        log_softmax_by_logsumexp,
        log_softmax_by_row,
        lambda scores: torch.nn.functional.log_softmax(scores, dim=-1),
    ),
    "04.smoothed": (
        smoothed_by_weight,
        smoothed_by_its_own_sum,
        lambda n, p, m: (n / m + p) / (n.sum(-1)[:, None] / m + 1),
    ),
    "04.top_p": (
        top_p_by_loop,
        top_p_by_mask,
        lambda p, mass: torch.nn.functional.normalize(
            p
            * (torch.tril(torch.ones(len(p), len(p)).to(p), -1) @ p.sort().values.flip(0) < mass)[
                p.argsort(descending=True).argsort()
            ],
            p=1,
            dim=0,
        ),
    ),
}
