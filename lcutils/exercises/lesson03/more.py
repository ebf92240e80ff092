"""Lesson 03: the gradients of one weight and of softmax, a training step, a parameter count."""

from __future__ import annotations

import ast

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
    Slip,
    hyperbolic_tangent,
    normal,
    row,
)
from lcutils.checking.syntax import operands


def logits_gradient(logits: Tensor, target: Tensor) -> Tensor:
    """Gradient of the mean cross-entropy; logits: [B, C], target: whole numbers [B] -> [B, C]"""
    return (logits.softmax(dim=1) - _one_hot(logits, target)) / len(logits)


def _one_hot(logits: Tensor, target: Tensor) -> Tensor:
    return functional.one_hot(target, logits.shape[1]).to(logits.dtype)


def _less_one_hot(predicted: Tensor, target: Tensor) -> Tensor:
    return (predicted - _one_hot(predicted, target)) / len(predicted)


def _softmax_twice(logits: Tensor, target: Tensor) -> Tensor:
    p = logits.softmax(dim=1)
    slope = logits_gradient(p, target)
    return p * (slope - (p * slope).sum(dim=1, keepdim=True))


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
                lambda y, z, x: (y - z) * (1 - hyperbolic_tangent(y) ** 2) * x
            ),
            "The slope of tanh is 1 - y^2, not 1 + y^2.": lambda y, z, x: (y - z) * (1 + y**2) * x,
            "Half of it: the 1/2 cancels the 2 of the square.": (
                lambda y, z, x: (y - z) * (1 - y**2) * x / 2
            ),
            "This is the shortcut y - z: the slope of tanh and the input x are missing.": (
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
            "A bracket is missing: y - z belongs in one.": (lambda y, z, x: y - z * (1 - y**2) * x),
            "A bracket is missing: 1 - y^2 belongs in one.": lambda y, z, x: y - z - y**2 * x,
            "The slope is that at the output, 1 - y^2, not 1 - x^2.": (
                lambda y, z, x: (y - z) * (1 - x**2) * x
            ),
            "The slope is 1 - y^2, not 1 - x^2; and the input x is one more factor.": (
                lambda y, z, x: (y - z) * (1 - x**2)
            ),
            "tanh is taken of x; the slope at a is 1 - y^2.": (
                lambda y, z, x: (y - z) * (1 - hyperbolic_tangent(x) ** 2) * x
            ),
            "y is tanh(a) already: take no tanh of it.": (
                lambda y, z, x: (hyperbolic_tangent(y) - z) * (1 - hyperbolic_tangent(y) ** 2) * x
            ),
            "The slope of tanh is 1 - y^2, not y^2.": lambda y, z, x: (y - z) * y**2 * x,
            "y stands in place of the slope 1 - y^2.": lambda y, z, x: (y - z) * y * x,
            "The slope of tanh is there twice.": lambda y, z, x: (y - z) * (1 - y**2) ** 2 * x,
            "The input x is there twice.": lambda y, z, x: (y - z) * (1 - y**2) * x**2,
            "x divides; the derivative of w x by w is x.": (
                lambda y, z, x: (y - z) * (1 - y**2) / x
            ),
            "The links are added; the chain rule multiplies them.": (
                lambda y, z, x: (y - z) + (1 - y**2) + x
            ),
            "The square is still there: the derivative of 1/2 (y - z)^2 is y - z.": (
                lambda y, z, x: (y - z) ** 2 * (1 - y**2) * x
            ),
            "The target z is missing: the first link is y - z.": (
                lambda y, z, x: y * (1 - y**2) * x
            ),
            "The sign is the wrong way round, and the slope of tanh is missing.": (
                lambda y, z, x: (z - y) * x
            ),
            "The sign is the wrong way round, and the input x is missing.": (
                lambda y, z, x: (z - y) * (1 - y**2)
            ),
            "This is dy/da alone, one of three links.": lambda y, z, x: 1 - y**2,
            "This is da/dw alone, one of three links.": lambda y, z, x: x,
            "This is the loss itself; wanted is how it changes with w.": (
                lambda y, z, x: (y - z) ** 2 / 2
            ),
        },
        hints=(
            "w acts on a, a on y, and y on L: there is one factor for each of the three.",
            "Begin with `(y - z)`. The derivative of `tanh(a)` is `1 - tanh(a)**2`: write it in y.",
        ),
        meaning="Three links, three factors: where one of them is 0 the weight learns nothing.",
    ),
    FunctionExercise(
        "03.logits_gradient",
        logits_gradient,
        worked=(row([0, 0, 2], [2, 0, 0]).log1p(), torch.tensor([0, 1])),
        draw=_draw,
        sizes=({"B": 1, "C": 1}, {"B": 1, "C": 4}, {"B": 5, "C": 3}, {"B": 3, "C": 6}),
        given="""
onehot = torch.nn.functional.one_hot(target, logits.shape[1])
return (onehot - logits.softmax(dim=1)) / len(logits)
""",
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
            "onehot multiplies; it should be taken away.": (
                lambda a, t: a.softmax(1) * _one_hot(a, t) / len(a)
            ),
            "onehot multiplies, so all but one place is lost; and B should divide.": (
                lambda a, t: a.softmax(1) * _one_hot(a, t)
            ),
            "onehot multiplies, with a minus; it should be taken away.": (
                lambda a, t: -a.softmax(1) * _one_hot(a, t) / len(a)
            ),
            "The signs are lost: at the target's place the slope is below 0.": (
                lambda a, t: logits_gradient(a, t).abs()
            ),
            "There is no square here: the slope is softmax - onehot itself.": (
                lambda a, t: (a.softmax(1) - _one_hot(a, t)).square() / len(a)
            ),
            "Half of it: cross-entropy has no 1/2.": lambda a, t: logits_gradient(a, t) / 2,
            "1 is taken away everywhere; that is for the target's place alone.": (
                lambda a, t: (a.softmax(1) - 1) / len(a)
            ),
            "The number of the class is taken away; wanted is a 1 at its place.": (
                lambda a, t: (a.softmax(1) - t[:, None]) / len(a)
            ),
            "out[:, target] is whole columns; each row has a target of its own.": (
                lambda a, t: (a.softmax(1) - _one_hot(a, t).amax(0)) / len(a)
            ),
            "Softmax is missing: this is -onehot / B.": lambda a, t: -_one_hot(a, t) / len(a),
            "This is the slope of each probability by its own logit; where is the target?": (
                lambda a, t: a.softmax(1) * (1 - a.softmax(1)) / len(a)
            ),
            "softmax is taken twice: cross_entropy takes the logits.": _softmax_twice,
            "Softmax runs over the whole batch; each row has a sum of its own.": (
                lambda a, t: _less_one_hot(a.flatten().softmax(0).view_as(a), t)
            ),
            "This is the loss itself; wanted is its slope for each logit.": (
                functional.cross_entropy
            ),
            "These are the targets' places alone; every logit has a slope.": (
                lambda a, t: logits_gradient(a, t).gather(1, t[:, None])[:, 0]
            ),
            "The inputs are added up; each has a row of its own.": (
                lambda a, t: logits_gradient(a, t).sum(0)
            ),
        },
        slips=(
            Slip(
                "target holds the numbers of the classes; wanted is a 1 at each one's place.",
                lambda tree: any(right == "target" for _, right in operands(tree, ast.Sub)),
                "def logits_gradient(logits, target):\n"
                "    return (logits.softmax(dim=1) - target) / len(logits)\n",
            ),
        ),
        hints=(
            "If the target's own logit rises, does the loss rise or fall?",
            "Begin with `p = logits.softmax(dim=1)`. A gradient points to where the loss grows.",
        ),
        meaning="What was said minus what is true: each row adds up to 0.",
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
        meaning="PyTorch adds each gradient to the one that is there, until it is set to zero.",
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
            "These are the biases alone.": 256,
        },
        hints=(
            "How many numbers stand side by side in the input? Each unit has a weight for each.",
            "Begin with `100 * 64` inputs. Each unit has one bias more.",
        ),
        meaning="One word more in the window would cost 16,384 more.",
    ),
)
