"""Lesson 03: the gradients of one weight and of softmax, a training step, a parameter count."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor
from torch.nn import functional

from lcutils.checking.data import (
    ExpressionExercise,
    FunctionExercise,
    Inputs,
    NumberExercise,
    OrderExercise,
    Rule,
    normal,
    row,
)


def logits_gradient(logits: Tensor, target: Tensor) -> Tensor:
    """Gradient of the mean cross-entropy; logits: [B, C], target: whole numbers [B] -> [B, C]"""
    return (logits.softmax(dim=1) - _one_hot(logits, target)) / len(logits)


def _tanh(expression: Any) -> Any:
    import sympy

    return sympy.tanh(expression)


def _one_hot(logits: Tensor, target: Tensor) -> Tensor:
    return functional.one_hot(target, logits.shape[1]).to(logits.dtype)


def _less_one_hot(predicted: Tensor, target: Tensor) -> Tensor:
    return (predicted - _one_hot(predicted, target)) / len(predicted)


def _draw(rng: torch.Generator, B: int, C: int) -> Inputs:
    return normal(rng, B, C), torch.randint(C, (B,), generator=rng)


ENTRIES = (
    ExpressionExercise(
        "03.one_weight",
        "y z x",
        lambda y, z, x: (y - z) * (1 - y**2) * x,
        example=("1/2", "2", "-3"),  # a tanh is below 1
        mistakes={
            "tanh is taken twice: the slope is 1 - y^2, where y is tanh(a) already.": (
                lambda y, z, x: (y - z) * (1 - _tanh(y) ** 2) * x
            ),
            "The slope of tanh is 1 - y^2, not 1 + y^2.": lambda y, z, x: (y - z) * (1 + y**2) * x,
            "Half too much: the 1/2 cancels the 2 of the square.": (
                lambda y, z, x: (y - z) * (1 - y**2) * x / 2
            ),
            "This is the article's y - z: the slope of tanh and the input x are missing.": (
                lambda y, z, x: y - z
            ),
            "The input x is missing: the derivative of w x by w is x.": (
                lambda y, z, x: (y - z) * (1 - y**2)
            ),
            "The slope of tanh is missing: it is 1 - y^2.": lambda y, z, x: (y - z) * x,
            "The sign is the wrong way round: if y is above z and x above 0, L grows with w.": (
                lambda y, z, x: (z - y) * (1 - y**2) * x
            ),
            "The slope of tanh is 1 - y^2, not 1 - y.": lambda y, z, x: (y - z) * (1 - y) * x,
            "The slope of tanh is 1 - y^2, not (1 - y)^2.": (
                lambda y, z, x: (y - z) * (1 - y) ** 2 * x
            ),
            "y (1 - y) is the slope of the logistic function; that of tanh is 1 - y^2.": (
                lambda y, z, x: (y - z) * y * (1 - y) * x
            ),
            "Twice too large: the 1/2 cancels the 2 of the square.": (
                lambda y, z, x: 2 * (y - z) * (1 - y**2) * x
            ),
            "This is dy/dw; the factor dL/dy = y - z is missing.": lambda y, z, x: (1 - y**2) * x,
            "The loss itself stands there in place of its derivative y - z.": (
                lambda y, z, x: (y - z) ** 2 / 2 * (1 - y**2) * x
            ),
            "The slope is that at the output y, not that at the target z.": (
                lambda y, z, x: (y - z) * (1 - z**2) * x
            ),
        },
        hints=(
            "w acts on a, a on y, and y on L: there is one factor for each of the three.",
            "Begin with `(y - z)`. The derivative of `tanh(a)` is `1 - tanh(a)**2`: write it in y.",
        ),
    ),
    FunctionExercise(
        "03.logits_gradient",
        logits_gradient,
        worked=(row([0, 0, 2], [2, 0, 0]).log1p(), torch.tensor([0, 1])),
        draw=_draw,
        sizes=({"B": 1, "C": 1}, {"B": 1, "C": 4}, {"B": 5, "C": 3}, {"B": 3, "C": 6}),
        is_to_mend=True,
        mistakes={
            "The sign is the wrong way round: if the target's own logit rises, the loss falls.": (
                lambda a, t: -logits_gradient(a, t)
            ),
            "The sign is the wrong way round, and the division by B is missing.": (
                lambda a, t: -logits_gradient(a, t) * len(a)
            ),
            "exp alone is no softmax: divide by its sum over the classes.": (
                lambda a, t: _less_one_hot(a.exp(), t)
            ),
            "Twice too large: there is no square here.": lambda a, t: 2 * logits_gradient(a, t),
            "This is the gradient by the probabilities; wanted is that by the logits.": (
                lambda a, t: -_one_hot(a, t) / a.softmax(1) / len(a)
            ),
            "This is the loss itself, at each target's place.": (
                lambda a, t: -_one_hot(a, t) * a.log_softmax(1) / len(a)
            ),
            "The division by B is missing: the loss is a mean over the batch.": (
                lambda a, t: logits_gradient(a, t) * len(a)
            ),
            "It is divided by B and C; the loss is a mean over the batch alone.": (
                lambda a, t: logits_gradient(a, t) / a.shape[1]
            ),
            "It is divided by C, the number of classes; the mean is over the B inputs.": (
                lambda a, t: logits_gradient(a, t) * len(a) / a.shape[1]
            ),
            "Only onehot is divided by B: a bracket is missing.": (
                lambda a, t: a.softmax(1) - _one_hot(a, t) / len(a)
            ),
            "The target is missing: this is softmax / B.": lambda a, t: a.softmax(1) / len(a),
            "Softmax is missing: the logits are no probabilities.": _less_one_hot,
            "Softmax runs over the batch; it should run over the classes.": (
                lambda a, t: _less_one_hot(a.softmax(0), t)
            ),
            "This has the logarithm of softmax in place of softmax.": (
                lambda a, t: _less_one_hot(a.log_softmax(1), t)
            ),
            "This has a sigmoid for each class; wanted is one softmax over all of them.": (
                lambda a, t: _less_one_hot(a.sigmoid(), t)
            ),
            "onehot is added; it should be taken away.": (
                lambda a, t: (a.softmax(1) + _one_hot(a, t)) / len(a)
            ),
            "p (1 - p) is the slope of one probability by its own logit alone.": (
                lambda a, t: logits_gradient(a, t) * a.softmax(1) * (1 - a.softmax(1))
            ),
        },
        hints=(
            "If the target's own logit rises, does the loss rise or fall?",
            "Begin with `p = logits.softmax(dim=1)`. A gradient points to where the loss grows.",
        ),
        has_gradient=False,  # to compute it by autograd is right, too
    ),
    OrderExercise(
        "03.train_step",
        lines={
            "a": "loss.backward()",
            "b": "optimizer.step()",
            "c": "y = net(x)",
            "d": "optimizer.zero_grad()",
            "e": "loss = (y - z).square().sum(dim=1).mean() / 2",
        },
        rules=(
            Rule("c", "e", "There is no y yet: the loss is computed from it."),
            Rule("e", "a", "There is no loss yet: nothing can go back from it."),
            Rule("a", "b", "The step is made before the gradients of this batch are there."),
            Rule(
                "d",
                "b",
                "zero_grad() comes last: right from the second step on, but the first step would "
                "add to whatever gradients are there already.",
            ),
            Rule("d", "a", "zero_grad() comes after backward(): it wipes out the new gradients."),
        ),
        hints=(
            "`backward()` adds to the gradients that are there. `step()` takes what it finds.",
            "The last two lines are a and b.",
        ),
    ),
    NumberExercise(
        "03.n_parameters",
        100 * 64 * 256 + 256,
        tolerance=0.5,
        unit="parameters",
        mistakes={
            "Near, but wanted is the exact count: each of the 256 units has one bias.": (
                100 * 64 * 256
            ),
            "The layer has 256 biases, one for each unit, not one for each unit and word.": (
                100 * (64 * 256 + 256)
            ),
            "This is a layer that reads one word; all 100 stand side by side.": 64 * 256 + 256,
            "This is a layer that reads one word, without biases; there are 100 words.": 64 * 256,
            "The 100 words and their 64 numbers are added: there are 100 times 64 inputs.": (
                (100 + 64) * 256 + 256
            ),
            "Each word counts as one input here; it is 64 numbers.": 100 * 256 + 256,
            "This is the number of inputs. How many weights has each of the 256 units?": 100 * 64,
            "Inputs and units are added: each unit has a weight for every input.": 100 * 64 + 256,
            "This is the size in bytes, at 4 for each parameter.": 4 * (100 * 64 * 256 + 256),
        },
        hints=(
            "How many numbers stand side by side in the input? Each unit has a weight for each.",
            "Begin with `100 * 64` inputs. Each unit has one bias more.",
        ),
    ),
)
