"""Lesson 13: the judge, who counts right answers."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

from lcutils.checking.data import FunctionExercise, Slip, row
from lcutils.checking.syntax import written


def right_share(logits: Tensor, answers: Tensor) -> Tensor:
    """logits: [B, T, M], answers: [B, N] -> share of right answers, a tensor []"""
    N = answers.shape[1]
    return (logits[:, -N:].argmax(dim=2) == answers).float().mean()


def _draw_scores(rng: torch.Generator, B: int, T: int, M: int, N: int) -> tuple[Tensor, Tensor]:
    logits = torch.randn(B, T, M, generator=rng, dtype=torch.float64)
    best = logits[:, -N:].argmax(dim=2)
    other = torch.randint(M, (B, N), generator=rng)
    return logits, torch.where(torch.rand(B, N, generator=rng) < 0.5, best, other)


def _share(logits: Tensor, answers: Tensor) -> Tensor:
    return (logits.argmax(2) == answers).float().mean()


def _at(places: Callable[[Tensor, int], Tensor]) -> Callable[..., Tensor]:
    """The share of right answers at other places than the last N."""
    return lambda logits, answers: _share(places(logits, answers.shape[1]), answers)


ENTRIES = (
    FunctionExercise(
        "13.right_share",
        right_share,
        worked=(
            row(
                [
                    [1, 0, 0],
                    [0, 1, 0],
                    [1, 0, 0],
                    [0, 0, 1],
                    [0, 1, 0],
                    [1, 0, 0],
                    [0, 0, 1],
                    [1, 0, 0],
                ]
            ),
            torch.tensor([[2, 0]]),
        ),
        draw=_draw_scores,
        # places of 2 N tokens or more, then the queries; so many that few shares agree by chance
        sizes=(
            {"B": 1, "T": 3, "M": 2, "N": 1},
            {"B": 40, "T": 10, "M": 4, "N": 2},
            {"B": 100, "T": 18, "M": 5, "N": 4},
        ),
        given="""
N = answers.shape[1]
return (logits[:, :N].argmax(dim=2) == answers).float().mean()
""",
        mistakes={
            "These are the first N places, where pairs are written; "
            "the keys asked for stand at the end.": lambda logits, answers: (
                (logits[:, : answers.shape[1]].argmax(2) == answers).float().mean()
            ),
            "One place early: here the answer stands where its key is read, "
            "not before it.": lambda logits, answers: (
                (logits[:, -answers.shape[1] - 1 : -1].argmax(2) == answers).float().mean()
            ),
            "The largest is taken over places; wanted is the answer with the largest "
            "logit.": lambda logits, answers: (
                (
                    logits[:, -answers.shape[1] :].argmax(1)[:, : answers.shape[1]]
                    == answers[:, : logits.shape[2]]
                )
                .float()
                .mean()
            ),
            "A text counts only if all its answers are right; "
            "count each answer.": lambda logits, answers: (
                (logits[:, -answers.shape[1] :].argmax(2) == answers).all(1).float().mean()
            ),
            "This is how many are right; divide by how many there are.": lambda logits, answers: (
                (logits[:, -answers.shape[1] :].argmax(2) == answers).float().sum()
            ),
            "This is one share for each text; wanted is one number.": lambda logits, answers: (
                (logits[:, -answers.shape[1] :].argmax(2) == answers).float().mean(1)
            ),
            "This is the share of wrong answers.": lambda logits, answers: (
                (logits[:, -answers.shape[1] :].argmax(2) != answers).float().mean()
            ),
            "This takes the answer with the smallest logit.": lambda logits, answers: (
                (logits[:, -answers.shape[1] :].argmin(2) == answers).float().mean()
            ),
            "This is the probability that the model gives to the right answers; "
            "count how often its first choice is right.": lambda logits, answers: (
                logits[:, -answers.shape[1] :].softmax(2).gather(2, answers[..., None]).mean()
            ),
            "These are N places of the pairs, from the second on; the keys asked for stand at the "
            "end.": _at(lambda x, N: x[:, 1 : N + 1]),
            "These are places N to 2 N, of the pairs; the keys asked for stand at the end.": _at(
                lambda x, N: x[:, N : 2 * N]
            ),
            "The queries begin at 2 N only if no key is written twice; they are always the last "
            "N.": _at(lambda x, N: x[:, 2 * N : 3 * N]),
            "These are the N places before the last N.": _at(lambda x, N: x[:, -2 * N : -N]),
            "This takes every second place, as if answers stood in the text; the last N places "
            "are all queries.": _at(lambda x, N: x[:, -2 * N :: 2]),
            "These are the places where the first values are written.": _at(
                lambda x, N: x[:, 1 : 2 * N : 2]
            ),
            "These are the places where the first keys are written.": _at(
                lambda x, N: x[:, : 2 * N : 2]
            ),
            "The places are read backwards.": _at(lambda x, N: x[:, -N:].flip(1)),
            "The last place is taken for all answers; each has its own.": _at(
                lambda x, N: x[:, -1:]
            ),
            "The last query is left out.": lambda logits, answers: _share(
                logits[:, -answers.shape[1] : -1], answers[:, :-1]
            ),
            "Only the last query counts; there are N of each text.": lambda logits, answers: _share(
                logits[:, -1:], answers[:, -1:]
            ),
            "This is in percent; wanted is a share from 0 to 1.": lambda logits, answers: (
                100 * right_share(logits, answers)
            ),
            "Divided by N alone: there are B times N answers.": lambda logits, answers: (
                right_share(logits, answers) * len(answers)
            ),
            "Divided by the number of texts alone: each has N answers.": lambda logits, answers: (
                right_share(logits, answers) * answers.shape[1]
            ),
            "Divided by T; there are N answers in a text.": lambda logits, answers: (
                right_share(logits, answers) * answers.numel() / logits.shape[1]
            ),
            "A text counts if one of its answers is right; count each answer.": (
                lambda logits, answers: (
                    (logits[:, -answers.shape[1] :].argmax(2) == answers).any(1).float().mean()
                )
            ),
            "This is one share for each place; wanted is one number.": lambda logits, answers: (
                (logits[:, -answers.shape[1] :].argmax(2) == answers).float().mean(0)
            ),
            "This says of each answer whether it is right; wanted is the share.": (
                lambda logits, answers: (
                    logits[:, -answers.shape[1] :].argmax(2) == answers
                ).float()
            ),
            "`argmax()` without an axis is one place in the whole tensor.": (
                lambda logits, answers: (
                    (logits[:, -answers.shape[1] :].argmax() == answers).float().mean()
                )
            ),
            "The largest logit is compared; wanted is where it stands.": lambda logits, answers: (
                (logits[:, -answers.shape[1] :].amax(2) == answers).float().mean()
            ),
            "Each logit is compared with the answer; wanted is where the largest one stands.": (
                lambda logits, answers: (
                    (logits[:, -answers.shape[1] :] == answers[..., None]).float().mean()
                )
            ),
            "This is how sure the model is of its first choice; count how often that is right.": (
                lambda logits, answers: logits[:, -answers.shape[1] :].softmax(2).amax(2).mean()
            ),
            "This is the loss; wanted is the share of right answers.": lambda logits, answers: (
                torch.nn.functional.cross_entropy(
                    logits[:, -answers.shape[1] :].flatten(0, 1), answers.flatten()
                )
            ),
            "This is by how much the numbers of the tokens differ; a token is right or wrong.": (
                lambda logits, answers: (
                    (logits[:, -answers.shape[1] :].argmax(2) - answers).float().mean()
                )
            ),
        },
        slips=(
            Slip(
                "The M logits of a place lie along axis 2; axis 1 is time.",
                written(r"argmax\((dim=|axis=)?1\)", unless=r"logits\[:, [^:\]]*\]|\bfor\b"),
                "def right_share(logits, answers):\n"
                "    N = answers.shape[1]\n"
                "    return (logits[:, -N:].argmax(dim=1) == answers).float().mean()\n",
            ),
            Slip(
                "How many places this takes depends on T. The queries are the last N of them.",
                written(r"logits\[:, (\w+( [*+] \w+)*:|:-\w+)\]"),
                "def right_share(logits, answers):\n"
                "    N = answers.shape[1]\n"
                "    return (logits[:, 2 * N:].argmax(dim=2) == answers).float().mean()\n",
            ),
            Slip(
                "This is one place of each text, and no stretch of places: is a colon missing?",
                written(r"logits\[:, -?(N|answers\.shape\[1\])\]", unless=r"\bfor\b"),
                "def right_share(logits, answers):\n"
                "    N = answers.shape[1]\n"
                "    return (logits[:, -N].argmax(dim=1) == answers).float().mean()\n",
            ),
            Slip(
                "This cuts the batch; time is axis 1.",
                written(r"logits\[-?\w*:-?\w*\]"),
                "def right_share(logits, answers):\n"
                "    N = answers.shape[1]\n"
                "    return (logits[-N:].argmax(dim=2) == answers).float().mean()\n",
            ),
            Slip(
                "All T places are compared; only the last N have an answer.",
                written(r"\blogits\.argmax\(", unless=r"logits =|logits\.argmax\([^)]*\)\["),
                "def right_share(logits, answers):\n"
                "    return (logits.argmax(dim=2) == answers).float().mean()\n",
            ),
            Slip(
                "`.max(dim=2)` gives two tensors, the largest logits and their places; it is the "
                "places that are compared.",
                written(r"\.max\([^)]+\) =="),
                "def right_share(logits, answers):\n"
                "    N = answers.shape[1]\n"
                "    return (logits[:, -N:].max(dim=2) == answers).float().mean()\n",
            ),
            Slip(
                "PyTorch takes no mean of True and False: make numbers of them first.",
                written(r"== answers\)\.mean\("),
                "def right_share(logits, answers):\n"
                "    N = answers.shape[1]\n"
                "    return (logits[:, -N:].argmax(dim=2) == answers).mean()\n",
            ),
        ),
        meaning="Each question counts once; blind guesses get one of M.",
        hints=(
            "At which places of the text does the model see the keys that are asked for?",
            "They are the last N, whatever T is: count from the end.",
        ),
        has_gradient=False,
    ),
)
