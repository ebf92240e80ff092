"""One experiment that several lessons and long runs share: train a rung on recall, then ask it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import torch

from lcutils import nets, tasks, train


class Recalled(NamedTuple):
    """How a trained model answers texts that it has not seen.

    Args:
        right: share of right answers
        rewritten: share of them among keys written twice, NaN if there are none
        stale: among keys written twice, the share of answers that were right before
        model: what was trained
    """

    right: float
    rewritten: float
    stale: float
    model: nets.Model


def trained(
    rung: str | Sequence[str],
    *,
    n_pairs: int,
    n_rewritten: int = 0,
    n_keys: int = 64,
    n_values: int = 64,
    steps: int = 250,
    lr: float = 0.01,
    seed: int,
    n_parameters: int | None = None,
    **options: Any,
) -> Recalled:
    """Train a model on `tasks.mqar` and ask it 1,024 new texts.

    Args:
        rung: of `nets.Model`
        n_pairs, n_rewritten, n_keys, n_values: of `tasks.mqar`
        steps, lr: of `train.fit`, whose steps see 64 texts each
        seed: fixes the first weights, the texts to train on and the texts asked
        n_parameters: how many the model has, as nearly as its width allows; None leaves d alone
        options: of `nets.Model`
    Raises: TypeError, ValueError naming the argument.
    """

    def drawn(batch_size: int, rng: torch.Generator) -> tasks.Recall:
        return tasks.mqar(
            batch_size,
            n_pairs=n_pairs,
            n_rewritten=n_rewritten,
            n_keys=n_keys,
            n_values=n_values,
            rng=rng,
        )

    options |= {"n_tokens": n_keys + n_values, "n_answers": n_values}
    if n_parameters is not None:
        options["d"] = nets.width(rung, n_parameters, **options)
    model = nets.Model(rung, seed=seed, **options)
    train.fit(
        model,
        lambda model, rng: nets.recall_loss(model, drawn(64, rng)),
        steps=steps,
        seed=seed,
        lr=lr,
    )
    batch = drawn(1024, torch.Generator().manual_seed(10**6 + seed))
    answers = nets.recalled(model, batch)
    twice = batch.first != batch.answers
    right = answers == batch.answers
    return Recalled(
        right.float().mean().item(),
        right[twice].float().mean().item(),
        (answers == batch.first)[twice].float().mean().item(),
        model,
    )
