"""A verdict from outside is the one that the notebook gives, word for word."""

import decimal
import fractions
import linecache
import math
import struct

import numpy as np
import pytest
import sympy
import torch

from classroom import answers, expressions, wire
from lcutils import checking
from lcutils._typed import Unreadable
from lcutils.checking import functions, runs
from lcutils.checking.data import (
    DerivationExercise,
    ExpressionExercise,
    FunctionExercise,
    NumberExercise,
    OrderExercise,
    Prediction,
    Question,
)
from lcutils.checking.settings import known_settings
from lcutils.checking.turns import known_of
from lcutils.checking.values import judge_choice
from lcutils.exercises import catalogue
from lcutils.exercises._guesses import guessed
from lcutils.proof import MatrixSymbol

ENTRIES = catalogue()
ODD = [
    *(None, ..., True, 3, -(10**30), 2.5, math.nan, math.inf, 1 + 2j, "", "b", "1,000", "34 %"),
    *(
        "(T-1)/d",
        "β² x",
        ["b"],
        ("c", "a"),
        {"a"},
        {"a": 1},
        [],
        [1, [2, [3]]],
        b"b",
        object(),
        list,
    ),
    *(lambda x: x, fractions.Fraction(2, 3), decimal.Decimal("0.30"), np.float32(2), np.int64(3)),
    *(np.array([1.0]), np.array([1, 2]), torch.tensor(3.0), torch.tensor([1, 2]), torch.ones(2, 2)),
    *(sympy.Integer(3), sympy.Rational(1, 3), sympy.pi, sympy.Float("0.25"), sympy.Symbol("T")),
    *(sympy.zoo, sympy.Matrix([1]), sympy.symbols("p q")),
    *(torch.ones(2).to_sparse(), torch.empty(3, device="meta"), torch.nn.Parameter(torch.ones(1))),
    *(Unreadable("same", "NameError", "name 'same' is not defined"), np.bool_(True), 10**2000),
    sympy.Eq(sympy.Symbol("x"), sympy.sqrt(2)),
    sympy.Symbol("p") ^ sympy.Symbol("q"),
]


def of_kind(*kinds):
    return [
        pytest.param(entry, id=entry.id) for entry in ENTRIES.values() if isinstance(entry, kinds)
    ]


def travel(message):
    """The message at the other end of the wire."""
    frame = wire.to_bytes(message)
    n_head, n_body = struct.unpack(">II", frame[:8])
    assert len(frame) == 8 + n_head + n_body
    return wire.from_bytes(frame[8 : 8 + n_head], frame[8 + n_head :])


def heard(answer):
    return answers.hear(travel(answers.tell(answer)))


def judged_outside(exercise, answer, seed=0):
    """The verdict on a function, whose run knows no more than what came over the wire."""

    def tried(asked):
        found = runs.answered(answer, answers.hear_asked(travel(answers.tell_asked(asked))))
        return answers.hear_answered(travel(answers.tell_answered(found)), asked)

    said = travel(answers.tell(answer))
    if said["k"] != "function":
        return functions.judge(exercise, answers.heard_for(exercise, said), seed)
    return functions.judge_runs(exercise, tried, seed)


def written(source):
    """The function that a source defines, whose text can be looked up."""
    file = f"<outside {hash(source)}>"
    linecache.cache[file] = (len(source), None, source.splitlines(keepends=True), file)
    ours = {e.reference.__name__: e.reference for e in ENTRIES.values() if hasattr(e, "reference")}
    names = {"torch": torch, "math": math} | ours
    before = dict(names)
    exec(compile(source, file, "exec"), names)
    return next(x for name, x in reversed(names.items()) if before.get(name) is not x)


def returning(make):
    return lambda *inputs: make(inputs)


FAULTY = [
    returning(lambda inputs: None),
    returning(lambda inputs: [1, 2]),
    returning(lambda inputs: (x for x in inputs)),
    returning(lambda inputs: inputs[0] + 1),
    returning(lambda inputs: inputs[0].double() * math.nan),
    returning(lambda inputs: inputs[0].to(torch.complex64)),
    returning(lambda inputs: inputs[0].to_sparse()),
    returning(lambda inputs: torch.empty(3, device="meta")),
    returning(lambda inputs: torch.zeros(2_000, 1_000)),
    returning(lambda inputs: inputs[0].requires_grad_()),
    returning(lambda inputs: [x for x in inputs if isinstance(x, torch.Tensor)]),
    returning(lambda inputs: 1 / 0),
    returning(lambda inputs: torch.manual_seed(0)),
    returning(lambda inputs: print("here") or inputs[0] @ inputs[0]),
    lambda: 3,
]


@pytest.mark.parametrize("exercise", of_kind(FunctionExercise))
def test_a_function_gets_the_same_verdict_outside(exercise):
    def in_other_forms(*inputs):
        return exercise.reference(*inputs).tolist()

    def as_numpy(*inputs):
        return exercise.reference(*inputs).detach().numpy()

    def without_gradient(*inputs):
        return exercise.reference(*inputs).detach()

    def in_double(*inputs):
        return exercise.reference(*inputs).double()

    right = [exercise.reference, in_other_forms, as_numpy, without_gradient, in_double]
    slips = [written(slip.example) for slip in exercise.slips]
    require_same(exercise, *right, *exercise.mistakes.values(), *slips)


# two arguments; True and False, and a whole number; all that can be asked of one
@pytest.mark.parametrize("id", ["05.additive_step", "05.members", "11.write_chunk"])
def test_a_function_that_does_what_none_should_gets_the_same_verdict_outside(id):
    require_same(ENTRIES[id], *FAULTY)


def test_what_is_no_function_gets_the_same_verdict_outside():
    require_same(ENTRIES["05.additive_step"], *ODD)


def require_same(exercise, *given):
    for answer in given:
        with known_settings():
            inside = functions.judge(exercise, answer)
            outside = judged_outside(exercise, answer)
        assert outside == inside, answer


@pytest.mark.parametrize("entry", of_kind(NumberExercise, ExpressionExercise))
def test_a_number_or_an_expression_gets_the_same_verdict_outside(entry):
    if isinstance(entry, NumberExercise):
        given = [entry.value, str(entry.value), *entry.mistakes.values()]
    else:
        symbols = sympy.symbols(entry.symbols, positive=True, seq=True)
        plain = sympy.symbols(entry.symbols, seq=True)
        made = [entry.reference, *entry.mistakes.values()]
        given = [make(*symbols) for make in made] + [sympy.sympify(make(*plain)) for make in made]
        given += [str(made) for made in given]
    for answer in (*given, *(ODD if entry.id in ("05.half_life", "05.noise") else ())):
        inside = checking.judge(entry, answer)
        assert checking.judge(entry, heard(answer)) == inside, answer


@pytest.mark.slow
@pytest.mark.parametrize("exercise", of_kind(DerivationExercise))
def test_a_derivation_gets_the_same_verdict_outside(exercise):
    route = [exercise.start, *(step.line for step in exercise.route)]
    line = known_of(exercise).reader.line
    chains = [route, "\n= ".join(route), [line(text) for text in route], [line(route[0]), ...]]
    chains += [
        [line(route[0]), line(wrong), line(route[-1])] for wrong in exercise.mistakes.values()
    ]
    odd = [chain for chain in ODD if type(chain) is not Unreadable]
    for answer in (*chains, *odd[:20]):
        inside = checking.judge(exercise, answer)
        assert checking.judge(exercise, heard(answer)) == inside, answer


@pytest.mark.parametrize("entry", of_kind(OrderExercise, Question, Prediction))
def test_letters_and_guesses_are_read_the_same_outside(entry):
    def read(answer):
        if isinstance(entry, Question):
            return judge_choice(entry, answer)
        if isinstance(entry, Prediction):
            return guessed(entry, answer)[0]  # of what is none, the notebook has more words
        return checking.judge(entry, answer)

    choices = list(getattr(entry, "choices", ()))
    lines = list(getattr(entry, "lines", "ab"))
    given = [choices, *choices, lines, " ".join(reversed(lines)), *getattr(entry, "example", ())]
    for answer in (*given, *ODD[::3]):
        assert read(heard(answer)) == read(answer), answer


def test_an_expression_comes_back_as_it_was():
    d, T = sympy.symbols("d T", positive=True)
    n = sympy.Symbol("n", integer=True, positive=True)
    a, W = MatrixSymbol("a", n, 1), MatrixSymbol("W", n, n)
    for expression in (
        (T - 1) / d,
        sympy.sqrt(d) * sympy.exp(-T) + sympy.log(T, 2),
        sympy.Derivative(d**2, d),
        W.T * (a - 2 * W * a) + a,
        sympy.Max(d, 3) + sympy.floor(T / 3),
        sympy.Float("0.1", 40),
        -sympy.oo,
    ):
        assert expressions.expression_of(travel({"v": expressions.nodes_of(expression)})["v"]) == (
            expression
        )


def test_an_expression_with_a_function_that_is_not_listed_is_told_in_words():
    said = answers.tell(sympy.factorial(sympy.Symbol("n")))
    assert said == {"k": "words", "v": "a factorial"}
