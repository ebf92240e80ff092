"""Lesson 02: other right answers to its functions."""

import math

import torch


def rest_by_loop(counts, u):
    return torch.stack([(row[:, None] * u).sum(0) / row.sum() for row in counts])


def rest_by_least_squares(counts, u):
    roots = counts.sqrt()[:, :, None]  # [N, M, 1]
    return torch.linalg.lstsq(roots, roots * u).solution[:, 0]


def sgns_by_softplus(v, u, u_noise):
    softplus = torch.nn.functional.softplus
    near, far = torch.einsum("bd,bd->b", v, u), torch.einsum("bd,bnd->bn", v, u_noise)
    return (softplus(-near) + softplus(far).sum(-1)).sum() / len(v)


def sgns_by_cross_entropy(v, u, u_noise):
    scores = torch.cat([u[:, None], u_noise], 1) @ v.unsqueeze(2)
    labels = torch.zeros_like(scores)
    labels[:, 0] = 1
    loss = torch.nn.functional.binary_cross_entropy_with_logits
    return loss(scores, labels, reduction="sum") / v.shape[0]


def pmi_by_logarithms(counts):
    words, contexts = counts.sum(1).log(), counts.sum(0).log()
    return counts.log() - words[:, None] - contexts + counts.sum().log()


def pmi_by_loop(counts):
    out = torch.full_like(counts, -math.inf)
    for w, c in counts.nonzero():
        p_w, p_c = counts[w].sum() / counts.sum(), counts[:, c].sum() / counts.sum()
        out[w, c] = torch.log(counts[w, c] / counts.sum() / p_w / p_c)
    return out


def scores_by_loop(V, U, words, contexts):
    return torch.stack([V[w] @ U[c] for w, c in zip(words, contexts, strict=True)])


def scores_by_all_pairs(V, U, words, contexts):
    return (V @ U.T)[words, contexts]


def sgns_pair_by_pair(v, u, u_noise):
    def pair(v, u, noise):
        return torch.nn.functional.softplus(torch.cat([-(v @ u)[None], noise @ v])).sum()

    return torch.vmap(pair)(v, u, u_noise).mean()


RIGHT = {
    "02.resting_places": (
        rest_by_loop,
        rest_by_least_squares,
        lambda n, u: n.log().softmax(1) @ u,
    ),
    "02.sgns_loss": (sgns_by_softplus, sgns_by_cross_entropy, sgns_pair_by_pair),
    "02.pmi": (
        pmi_by_logarithms,
        pmi_by_loop,
        lambda n: torch.log(n * n.sum() / torch.outer(n.sum(1), n.sum(0))),
    ),
    "02.two_tables": (
        scores_by_loop,
        scores_by_all_pairs,
        lambda V, U, words, contexts: torch.vmap(torch.dot)(V[words], U[contexts]),
    ),
}
