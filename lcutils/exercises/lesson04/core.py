"""Lesson 04, core path: what a forecast costs, softmax at large scores, counts that share."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn.functional import cross_entropy

from lcutils.checking.data import FunctionExercise, NumberExercise, Slip, normal, row
from lcutils.checking.syntax import written


def perplexity(p: Tensor) -> Tensor:
    """p: [T] the probability that each letter which came had been given -> []"""
    return (-p.log().mean()).exp()


def log_softmax(scores: Tensor) -> Tensor:
    """scores: [B, V], also of 10,000 -> the logarithms of softmax, row by row: [B, V]"""
    shifted = scores - scores.amax(dim=1, keepdim=True)
    return shifted - shifted.exp().sum(dim=1, keepdim=True).log()


def smoothed(counts: Tensor, shorter: Tensor, m: Tensor) -> Tensor:
    """counts, shorter: [B, V], m: [B, 1] -> probabilities: [B, V]"""
    return (counts + m * shorter) / (counts.sum(dim=1, keepdim=True) + m)


def _draw_counts(rng: torch.Generator, B: int, V: int) -> tuple[Tensor, Tensor, Tensor]:
    counts = torch.poisson(2 * torch.rand(B, V, generator=rng, dtype=torch.float64), rng)
    counts[0, 0] += 1  # not all of them are 0
    shorter = normal(rng, B, V).softmax(1)
    return counts, shorter, 0.5 + 2 * torch.rand(B, 1, generator=rng, dtype=torch.float64)


def _by_hand(s: Tensor) -> Tensor:
    return s - s.exp().sum(1, keepdim=True).log()


def _shifted(s: Tensor) -> Tensor:
    return s - s.amax(1, keepdim=True)


_no_keepdim = written(
    r"\b(?:sum|amax|max|logsumexp)\((?:[^()]*, ?)?(?:dim=|axis=)?-?1\)",
    unless=r"\[:, None\]|unsqueeze",
)
_both_of_max = written(
    r"\bmax\((?:\w+, ?)?(?:dim=|axis=)?-?1\b[^()]*\)(?!\.values|\[0\])",
    unless=r"\w+, ?\w+\)? = .*max\(",
)

ENTRIES = (
    FunctionExercise(
        "04.perplexity",
        perplexity,
        worked=(torch.tensor([0.5, 0.03125]),),
        draw=lambda rng, T: (0.05 + 0.9 * torch.rand(T, generator=rng, dtype=torch.float64),),
        sizes=({"T": 1}, {"T": 3}, {"T": 6}),
        mistakes={
            "This is the mean of the choices, 1/p; the mean belongs to the logarithms.": (
                lambda p: (1 / p).mean()
            ),
            "This is 1 divided by the mean of p; the mean belongs to the logarithms.": (
                lambda p: 1 / p.mean()
            ),
            "This is the price in nats, a logarithm; perplexity is e to that power.": (
                lambda p: -p.log().mean()
            ),
            "This is the price in bits, a logarithm; perplexity is 2 to that power.": (
                lambda p: -p.log2().mean()
            ),
            "This is the mean logarithm: the price has a minus, and then comes the power.": (
                lambda p: p.log().mean()
            ),
            "The minus is missing: this is a typical probability, below 1.": (
                lambda p: p.log().mean().exp()
            ),
            "The logarithm is the natural one, the power one of 2: both should have one base.": (
                lambda p: 2 ** -p.log().mean()
            ),
            "The logarithm is that of base 2, the power one of e: both should have one base.": (
                lambda p: (-p.log2().mean()).exp()
            ),
            "The prices are summed, or the choices multiplied: take the mean, or the root.": (
                lambda p: (-p.log().sum()).exp()
            ),
            "These are the choices at each place; one number for the text is wanted.": (
                lambda p: 1 / p
            ),
            "These are the prices at each place; one number for the text is wanted.": (
                lambda p: -p.log()
            ),
            "The choices are summed.": lambda p: (1 / p).sum(),
            "This is the mean of p itself; no logarithm is taken.": lambda p: p.mean(),
            "p is no distribution here, but what the truth got, place by place: no weights p.": (
                lambda p: (-(p * p.log()).sum()).exp()
            ),
            "p is no distribution here, so the logarithms have no weights p before their mean.": (
                lambda p: (-(p * p.log()).mean()).exp()
            ),
            "The mean is taken first, then the logarithm, with the price as the result.": (
                lambda p: -p.mean().log()
            ),
            "The root is missing: 1 divided by the product, to the power of 1/T.": (
                lambda p: p.prod()
            ),
            "The square root is for two letters; for T of them it is the root of order T.": (
                lambda p: (1 / p).prod().sqrt()
            ),
            "The product is divided by T; the geometric mean takes the root of order T.": (
                lambda p: (1 / p).prod() / len(p)
            ),
            "The mean price is squared; it is the exponent, and 2 is the base.": (
                lambda p: p.log2().mean() ** 2
            ),
            "The mean price in nats is squared; it is the exponent, and e is the base.": (
                lambda p: p.log().mean() ** 2
            ),
            "The minus stands outside the power; it belongs to the logarithms.": (
                lambda p: -p.log().mean().exp()
            ),
            "`cross_entropy` takes scores, and makes a softmax of them; p are probabilities.": (
                lambda p: cross_entropy(p, p).exp()
            ),
        },
        hints=(
            "First the price of each letter, then their mean, then the power.",
            "Begin with `-p.log().mean()`. With the natural logarithm the power is `.exp()`.",
        ),
        meaning="As hard as a choice among so many equally likely letters.",
    ),
    FunctionExercise(
        "04.log_softmax",
        log_softmax,
        worked=(row([0, 0], [10_000, 0]),),
        draw=lambda rng, B, V, scale: (scale * normal(rng, B, V),),
        sizes=(
            {"B": 1, "V": 1, "scale": 1.0},
            {"B": 3, "V": 4, "scale": 1.0},
            {"B": 2, "V": 3, "scale": 1e4},
        ),
        mistakes={
            "exp overflows: e^10000 is infinite. Softmax stays the same if all scores of a row "
            "are moved.": lambda s: s.exp().div(s.exp().sum(1, keepdim=True)).log(),
            "exp overflows: a power in the sum is infinite. Move the largest score to 0.": (
                lambda s: s - s.exp().sum(1, keepdim=True).log()
            ),
            "Softmax has rounded small probabilities to 0, whose logarithm is minus infinity: "
            "take the logarithm before anything is divided.": lambda s: s.softmax(1).log(),
            "The sum runs over the batch; it should run over the letters, dim 1.": (
                lambda s: s.log_softmax(0)
            ),
            "The sum runs over the whole batch; each row has one of its own.": (
                lambda s: s.flatten().log_softmax(0).view_as(s)
            ),
            "The sign is the wrong way round: logarithms of probabilities are below 0.": (
                lambda s: -s.log_softmax(1)
            ),
            "This is softmax; wanted are its logarithms.": lambda s: s.softmax(1),
            "Only the largest score is taken away; the logarithm of the sum is missing.": (
                lambda s: s - s.amax(1, keepdim=True)
            ),
            "The logarithm of the sum is missing, and the scores are as they were.": lambda s: s,
            "This is minus the logarithm of the sum, without the score itself.": (
                lambda s: -s.logsumexp(1, keepdim=True).expand_as(s)
            ),
            "The largest score is taken away twice: the sum has the scores that were moved.": (
                lambda s: s.log_softmax(1) - s.amax(1, keepdim=True)
            ),
            "The largest score is added where it should be gone: use the moved scores twice.": (
                lambda s: s.log_softmax(1) + s.amax(1, keepdim=True)
            ),
            "The mean of the powers stands in place of their sum.": (
                lambda s: s.log_softmax(1) + torch.log(torch.tensor(float(s.shape[1])))
            ),
            "The scores are divided by the largest; it should be taken away.": (
                lambda s: (s / s.amax(1, keepdim=True)).log_softmax(1)
            ),
            "The largest score of the whole batch is taken away: in another row all powers may "
            "be 0.": lambda s: _by_hand(s - s.max()),
            "The scores are cut off at a largest value: what lies above becomes equal.": (
                lambda s: s.clamp(max=80).log_softmax(1)
            ),
            "This is the logarithm of base 2; torch's losses take the natural one.": (
                lambda s: s.log_softmax(1) / torch.log(torch.tensor(2.0))
            ),
            "This is the logarithm of base 10; torch's losses take the natural one.": (
                lambda s: s.log_softmax(1) / torch.log(torch.tensor(10.0))
            ),
            "One logarithm is to base 2, the powers are those of e: both should have one base.": (
                lambda s: s - s.amax(1, keepdim=True) - _shifted(s).exp().sum(1, True).log2()
            ),
            "One logarithm is to base 10, the powers are those of e: both should have one base.": (
                lambda s: s - s.amax(1, keepdim=True) - _shifted(s).exp().sum(1, True).log10()
            ),
            "Rows are moved one by one, but the sum runs over the whole batch.": (
                lambda s: _shifted(s) - _shifted(s).exp().sum().log()
            ),
            "Rows are moved one by one, but the sum runs over the batch, dim 0.": (
                lambda s: _shifted(s) - _shifted(s).exp().sum(0, keepdim=True).log()
            ),
            "The logarithm is taken of each power, and then summed; first comes the sum.": (
                lambda s: _shifted(s) - _shifted(s).exp().log().sum(1, keepdim=True)
            ),
            "The scores are divided by 10,000; that changes softmax, to take away does not.": (
                lambda s: _by_hand(s / 10_000)
            ),
            "A logarithm of a quotient is a difference; here the moved scores are divided.": (
                lambda s: _shifted(s) / _shifted(s).exp().sum(1, keepdim=True).log()
            ),
            "The sum of the powers is taken away as it is, without its logarithm.": (
                lambda s: _shifted(s) - _shifted(s).exp().sum(1, keepdim=True)
            ),
            "The largest score is that of each column; move each row by its own.": (
                lambda s: _by_hand(s - s.amax(0))
            ),
            "10,000 is taken from every score: where a row's largest is small, all its powers "
            "are 0.": lambda s: _by_hand(s - 10_000),
        },
        slips=(
            Slip(
                "With a dim, `max` returns two tensors, the values and their places: take "
                "`.values`, or `amax`.",
                _both_of_max,
                "def log_softmax(scores):\n"
                "    shifted = scores - scores.max(dim=1, keepdim=True)\n"
                "    return shifted - shifted.exp().sum(dim=1, keepdim=True).log()\n",
            ),
            Slip(
                "The largest score or the sum of a row is [B]; keepdim=True makes it [B, 1].",
                _no_keepdim,
                "def log_softmax(scores):\n"
                "    shifted = scores - scores.amax(dim=1)\n"
                "    return shifted - shifted.exp().sum(dim=1).log()\n",
            ),
            Slip(
                "A number that is added, or a lowest one, changes what is small: the logarithm of "
                "1e-9 is -20.7, and -10,000 is wanted.",
                written(r"\de-\d|0\.000|finfo"),
                "def log_softmax(scores):\n    return (scores.softmax(dim=1) + 1e-9).log()\n",
            ),
        ),
        hints=(
            "Which number can be taken from all scores of a row, so that no power overflows?",
            "Begin with `shifted = scores - scores.amax(dim=1, keepdim=True)`. "
            "The logarithm of a quotient is a difference.",
        ),
        meaning="The largest power is e^0: nothing overflows, and one term of the sum is 1.",
    ),
    FunctionExercise(
        "04.smoothed",
        smoothed,
        worked=(row([6, 2, 0]), row([0.25, 0.5, 0.25]), row([4])),
        draw=_draw_counts,
        sizes=({"B": 1, "V": 2}, {"B": 4, "V": 3}, {"B": 3, "V": 5}),
        mistakes={
            "The m that is added above is missing below: the row adds up to more than 1.": (
                lambda n, p, m: (n + m * p) / n.sum(1, keepdim=True)
            ),
            "Each letter gets m, whatever the shorter context says.": (
                lambda n, p, m: (n + m) / (n.sum(1, keepdim=True) + m * n.shape[1])
            ),
            "Each letter gets an equal part of m; the shorter context should share it out.": (
                lambda n, p, m: (n + m / n.shape[1]) / (n.sum(1, keepdim=True) + m)
            ),
            "m is missing above: what the shorter context says counts as one letter.": (
                lambda n, p, m: (n + p) / (n.sum(1, keepdim=True) + m)
            ),
            "m is missing: the shorter context weighs as much as one letter.": (
                lambda n, p, m: (n + p) / (n.sum(1, keepdim=True) + 1)
            ),
            "These are the counts alone, divided: a letter that never came still has 0.": (
                lambda n, p, m: n / n.sum(1, keepdim=True)
            ),
            "This is not divided: a row should add up to 1.": lambda n, p, m: n + m * p,
            "This is the shorter context alone.": lambda n, p, m: p,
            "The sum runs over the batch; each context has its own total, over the letters.": (
                lambda n, p, m: (n + m * p) / (n.sum(0, keepdim=True) + m)
            ),
            "The total is that of the whole batch; each context has its own.": (
                lambda n, p, m: (n + m * p) / (n.sum() + m)
            ),
            "The two are mixed half and half; the more was seen, the more counts should weigh.": (
                lambda n, p, m: (n / n.sum(1, keepdim=True) + p) / 2
            ),
            "Below stands m times the number of letters; what was added adds up to m alone.": (
                lambda n, p, m: (n + m * p) / (n.sum(1, keepdim=True) + m * n.shape[1])
            ),
            "Below stands 35 times m; what was added adds up to m alone.": (
                lambda n, p, m: (n + m * p) / (n.sum(1, keepdim=True) + 35 * m)
            ),
            "m is added above as it is, beside the shorter context's share.": (
                lambda n, p, m: (n + m + p) / (n.sum(1, keepdim=True) + m)
            ),
            "Counts and shorter context are multiplied; they should be added.": (
                lambda n, p, m: n * m * p / (n.sum(1, keepdim=True) + m)
            ),
            "Counts are taken for probabilities: they are not divided by their total.": (
                lambda n, p, m: (n + m * p) / (1 + m)
            ),
            "Each letter is divided by its own count and m; below belongs the total of its row.": (
                lambda n, p, m: (n + m * p) / (n + m)
            ),
            "Below stands the m of all contexts; each row has its own.": (
                lambda n, p, m: (n + m * p) / (n.sum(1, keepdim=True) + m.sum())
            ),
            "Only the counts are divided; what m adds belongs above the same line.": (
                lambda n, p, m: n / n.sum(1, keepdim=True) + m * p
            ),
            "A letter that came has its counts alone, another the shorter context: such a row "
            "adds up to more than 1.": (
                lambda n, p, m: torch.where(n > 0, n / n.sum(1, keepdim=True), p)
            ),
            "Only letters that never came get something from the shorter context.": (
                lambda n, p, m: torch.where(n > 0, n, m * p) / (n.sum(1, keepdim=True) + m)
            ),
            "A share is mixed with m times a share: multiply the first by its total.": (
                lambda n, p, m: (n / n.sum(1, keepdim=True) + m * p) / (1 + m)
            ),
            "It is divided by the number of letters, V; wanted is how many were counted, and m.": (
                lambda n, p, m: (n + m * p) / (n.shape[1] + m)
            ),
            "m is no weight between 0 and 1: it is a number of letters that are added.": (
                lambda n, p, m: (1 - m) * n / n.sum(1, keepdim=True) + m * p
            ),
            "Each letter gets the whole m: above belongs its share, and the row exceeds 1.": (
                lambda n, p, m: (n + m) / (n.sum(1, keepdim=True) + m)
            ),
            "A bracket is missing: the counts, too, stand above the line.": (
                lambda n, p, m: n + m * p / (n.sum(1, keepdim=True) + m)
            ),
            "A bracket is missing: m belongs below the line, beside the total.": (
                lambda n, p, m: (n + m * p) / n.sum(1, keepdim=True) + m
            ),
            "The share of the shorter context is divided by m; m letters are shared out, so it is "
            "a product.": lambda n, p, m: (n + p / m) / (n.sum(1, keepdim=True) + m),
            "Softmax raises e to the counts; they are only divided by their sum.": (
                lambda n, p, m: (n + m * p).softmax(1)
            ),
            "This is the example's m; each context has its own.": (
                lambda n, p, m: (n + 4 * p) / (n.sum(1, keepdim=True) + 4)
            ),
            "Above stands the example's m; each context has its own.": (
                lambda n, p, m: (n + 4 * p) / (n.sum(1, keepdim=True) + m)
            ),
            "Below stands the example's total; each context has its own.": (
                lambda n, p, m: (n + m * p) / (8 + m)
            ),
        },
        slips=(
            Slip(
                "The total of a row is [B]; keepdim=True makes it [B, 1], which fits to [B, V].",
                _no_keepdim,
                "def smoothed(counts, shorter, m):\n"
                "    return (counts + m * shorter) / (counts.sum(dim=1) + m)\n",
            ),
        ),
        hints=(
            "The shorter context adds `m` letters, shared out as it says. How many are there then?",
            "Begin with `counts + m * shorter`, and divide by its sum over the letters.",
        ),
        has_gradient=False,  # to divide by its own sum is right, too
        meaning="Much seen, and the counts decide; nothing seen, and the shorter context does.",
    ),
    NumberExercise(
        "04.test_set",
        250_000,
        tolerance=0.5,
        unit="texts",
        mistakes={
            "A fraction may be reduced: 855,676 and 1,000,000 have a common factor.": 1_000_000,
            "85.5676 is a percentage: as a share it has six decimals.": 10_000,
            "That would be 85.5676 itself as a fraction; the share is a hundredth of it.": 2_500,
            "Reduced too far: 855,676 is divisible by 4, and by no 8 and no 5.": 125_000,
            "Reduced too far: 855,676 is not divisible by 16.": 62_500,
            "Not reduced far enough: 855,676 is divisible by 4.": 500_000,
            "This is how many are right; asked is how many there are.": 213_919,
            "So many come near it, if it is rounded to four decimals; this program rounds "
            "nothing.": 1_656,
            "Six decimals, but a factor of ten is lost.": 100_000,
            "A factor of ten too many: what are the six decimals a fraction over?": 2_500_000,
            "This is the upper number of the fraction; the test set is the lower one.": 855_676,
            "This divides both numbers of the fraction; asked is the lower one after that.": 4,
            "A thousand times too few, or a point between the thousands: Python takes it for a "
            "decimal point.": 250,
        },
        hints=(
            "As a share it is 0.855676, a fraction over 1,000,000. Reduce it.",
            "Halve both numbers as long as both are even; then try 5, the other factor of "
            "1,000,000.",
        ),
        meaning="213,919 right of 250,000, or a multiple of both.",
    ),
)
