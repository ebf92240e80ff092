"""A chain: any true one from the start to the end passes, else the first false line is named."""

import itertools

import pytest
import torch
from sympy import (
    Add,
    Derivative,
    Eq,
    Function,
    Identity,
    Max,
    Mul,
    Symbol,
    cosh,
    diff,
    expand,
    sqrt,
    symbols,
    tanh,
    true,
)
from sympy import MatrixSymbol as SympyMatrixSymbol

import lcutils as lc
from lcutils import _ledger
from lcutils._typed import Unreadable
from lcutils.checking import guard, judge
from lcutils.checking.chains import MAX_LINES, Reader
from lcutils.checking.data import DerivationExercise
from lcutils.exercises import catalogue
from lcutils.proof import MatrixSymbol, dot, half_norm_sq, norm_sq

ENTRIES = catalogue()
EXERCISES = [entry for entry in ENTRIES.values() if isinstance(entry, DerivationExercise)]
NUMBERS, MATRICES = "03.lower_weight", "05.error_left"


def by_id(exercise):
    return exercise.id


def route(exercise):
    """Our own chain, as text."""
    return [exercise.start, *(step.line for step in exercise.route)]


def as_objects(exercise, lines):
    """Lines as SymPy's objects."""
    reader = Reader(exercise.symbols())
    return [reader.line(line) for line in lines]


# --- right


@pytest.mark.parametrize("exercise", EXERCISES, ids=by_id)
def test_our_own_chain_passes_as_objects_and_as_text(exercise):
    lines = route(exercise)
    for chain in (lines, as_objects(exercise, lines), " = ".join(lines), "\n= ".join(lines)):
        verdict = judge(exercise, chain)
        assert verdict.passed
        assert verdict.reason == exercise.meaning


# Symbols as a reader may make them: of other assumptions than ours.
dL_dy, dy_dh, dh_da, da_dw1 = symbols("dL_dy dy_dh dh_da da_dw1")
h, w1, w2, x, y, z, a, L = symbols("h w1 w2 x y z a L")
START, END = dL_dy * dy_dh * dh_da * da_dw1, (y - z) * w2 * (1 - h**2) * x
ONE, TWO = (y - z) * dy_dh * dh_da * da_dw1, (y - z) * w2 * dh_da * da_dw1
THREE = (y - z) * w2 * (1 - h**2) * da_dw1
TEXTS = ["dL_dy*dy_dh*dh_da*da_dw1", "(y-z)*dy_dh*dh_da*da_dw1", "(y-z)*w2*dh_da*da_dw1"]

V, T = symbols("V T", positive=True, integer=True)
beta = symbols("beta")


def shrunk(r, v):
    """Start, step and end of the chain on matrices."""
    squeezed = half_norm_sq((1 - beta) * (r - v))
    return half_norm_sq(r - beta * (r - v) - v), squeezed, (1 - beta) ** 2 * half_norm_sq(r - v)


r, v = MatrixSymbol("r", V, 1), MatrixSymbol("v", V, 1)
BEFORE, SQUEEZED, AFTER = shrunk(r, v)

RIGHT = {
    NUMBERS: {
        "begins after the start": [ONE, TWO, END],
        "a tuple": (START, ONE, TWO, END),
        "from the last link": [
            START,
            dL_dy * dy_dh * dh_da * x,
            dL_dy * dy_dh * (1 - h**2) * x,
            END,
        ],
        "expanded": [START, expand(ONE), expand(TWO), expand(END)],
        "unevaluated": [START, Mul(y - z, dy_dh, dh_da, da_dw1, evaluate=False), TWO, END],
        "repeats": [START, START, ONE, TWO, TWO, END, END],
        "pairs of sides": [Eq(START, ONE), Eq(TWO, END)],
        "a name for it all": [Eq(Symbol("dL_dw1"), START), ONE, TWO, END],
        "reasons, as lc.derive has them": [START, ("the error", ONE), ("w2", TWO), ("end", END)],
        "derivatives": [
            *(Derivative(L, w1), START),
            Derivative(L, y) * Derivative(y, h) * Derivative(h, a) * Derivative(a, w1),
            *((y - z) * w2 * Derivative(h, a) * x, END),
        ],
        "a gradient": [lc.grad((w2 * tanh(w1 * x) - z) ** 2 / 2, w1), START, TWO, END],
        "in a and w1": [
            START,
            ONE,
            TWO,
            TWO * (1 - tanh(a) ** 2) / dh_da,
            END.subs(h, tanh(w1 * x)),
        ],
        "another slope": [START, ONE, TWO, TWO / dh_da / cosh(a) ** 2, END],
        "in w2 h": [START, ONE.subs(y, w2 * h), TWO.subs(y, w2 * h), END],
        "decimals": [START, 1.0 * ONE, 0.5 * TWO * 2, (y - z) * w2 * (1 - h**2.0) * x],
        "a third": [START, ONE * (1 / 3) * 3, TWO / 3.0 * 3, END],
        "as in a book": "∂L/∂w₁ = ∂L/∂y · ∂y/∂h · ∂h/∂a · ∂a/∂w₁ = (y − z) · ∂y/∂h · ∂h/∂a · x"
        " = (y−z)·w₂·∂h/∂a·x = (y−z) w_2 (1 − h²) x",
        "lines of text": "dL/dw1 = dL/dy dy/dh dh/da da/dw1  # links\n= (y-z) dy/dh dh/da x\n"
        "\n= (y-z) w2 dh/da x\n= (y-z) w2 (1-h^2) x\n",
        "texts": [*TEXTS, "= (y-z) w2 (1-h^2) x"],
        "text and objects": [TEXTS[0], ONE, TEXTS[2], END],
        "names that were not set": Unreadable(
            f"[\n{TEXTS[0]},  # a, b\n{TEXTS[1]},\nsp.Eq({TEXTS[2]}, (y-z)*w2*(1-h**2)*x)]",
            "NameError",
            "name 'dL_dy' is not defined",
        ),
        "twenty lines": [START, *([ONE, TWO, THREE] * 6), END],
    },
    MATRICES: {
        "a vector by another letter": list(
            shrunk(MatrixSymbol("r", T, 1), MatrixSymbol("v", T, 1))
        ),
        "SymPy's own": list(shrunk(SympyMatrixSymbol("r", V, 1), SympyMatrixSymbol("v", V, 1))),
        "turned round": [
            BEFORE,
            half_norm_sq((beta - 1) * (v - r)),
            (beta - 1) ** 2 * AFTER / (1 - beta) ** 2,
        ],
        "dot products": [
            BEFORE,
            dot((1 - beta) * (r - v), (1 - beta) * (r - v)) / 2,
            (1 - beta) ** 2 * dot(r - v, r - v) / 2,
        ],
        "multiplied out": [
            BEFORE,
            half_norm_sq(r - v) - beta * dot(r - v, r - v) + beta**2 * half_norm_sq(v - r),
            (1 - 2 * beta + beta**2) * half_norm_sq(r - v),
        ],
        "each vector by itself": [BEFORE, norm_sq((1 - beta) * r - (1 - beta) * v) / 2, AFTER],
        "term by term": [
            BEFORE,
            (1 - beta) ** 2 * (dot(r, r) / 2 - dot(r, v) + dot(v, v) / 2),
            AFTER,
        ],
        "an identity": [BEFORE, half_norm_sq((1 - beta) * Identity(V) * (r - v)), AFTER],
        "transposes": [BEFORE, ((1 - beta) * (r - v)).T * ((1 - beta) * (r - v)) / 2, AFTER],
        "pairs of sides": [Eq(BEFORE, SQUEEZED), AFTER],
        "decimals": [
            0.5 * norm_sq(r - beta * (r - v) - v),
            SQUEEZED,
            (1 - beta) ** 2.0 * AFTER / (1 - beta) ** 2,
        ],
        "as in a book": "half_norm_sq(r − β(r − v) − v) = ((1−β)(r−v)).T @ (r−v)(1−β)/2"
        " = (1−β)² half_norm_sq(r − v)",
    },
}


@pytest.mark.parametrize(
    ("id", "chain"),
    [pytest.param(id, RIGHT[id][name], id=f"{id}: {name}") for id in RIGHT for name in RIGHT[id]],
)
def test_any_true_chain_passes_in_any_form(id, chain):
    verdict = judge(ENTRIES[id], chain)
    assert verdict.passed, verdict


def test_each_exercise_is_tried_with_at_least_six_other_right_chains():
    assert {exercise.id for exercise in EXERCISES} == set(RIGHT)
    assert all(len(chains) >= 6 for chains in RIGHT.values())


def test_what_was_typed_is_right_where_a_name_was_given_away():
    typed = f"[{', '.join(TEXTS)}, (y-z)*w2*(1-h**2)*x]"
    assert not judge(ENTRIES[NUMBERS], [1, 2, 3, 4]).passed
    assert judge(ENTRIES[NUMBERS], [1, 2, 3, 4], typed).passed
    assert judge(ENTRIES[NUMBERS], [START, ONE, TWO, END], "[1, 2]").passed


# --- wrong


@pytest.mark.parametrize(
    ("exercise", "sentence", "wrong"),
    [
        pytest.param(exercise, sentence, wrong, id=f"{exercise.id}: {sentence}")
        for exercise in EXERCISES
        for sentence, wrong in exercise.mistakes.items()
    ],
)
def test_a_wrong_turn_is_named_wherever_in_the_chain_it_is_taken(exercise, sentence, wrong):
    lines = as_objects(exercise, route(exercise))
    (turn,) = as_objects(exercise, [wrong])
    for place in (0, 1, len(lines) - 1):
        verdict = judge(exercise, [*lines[:place], turn, *lines[place:]])
        before = f"line {place}" if place else "the start"
        named = f"Line {place + 1} is not equal to {before}. {sentence}"
        assert (verdict.state, verdict.reason) == ("wrong", named)
        assert not verdict.is_open


@pytest.mark.parametrize("exercise", EXERCISES, ids=by_id)
def test_an_exercise_knows_at_least_five_wrong_turns_each_with_a_sentence_of_its_own(exercise):
    assert len(exercise.mistakes) >= 5
    assert all(sentence.endswith(".") for sentence in exercise.mistakes)
    assert all(step.hint.endswith((".", "?")) for step in exercise.route)
    assert not any(step.left.endswith(".") for step in exercise.route)


@pytest.mark.parametrize("exercise", EXERCISES, ids=by_id)
def test_each_line_of_our_chain_takes_one_step_more(exercise):
    for taken, line in enumerate(as_objects(exercise, route(exercise))):
        found = [step.is_taken(line) for step in exercise.route]
        assert found == [True] * taken + [False] * (len(exercise.route) - taken)


def test_the_first_false_line_is_shown_with_the_one_before_and_with_numbers():
    verdict = judge(ENTRIES[NUMBERS], [START, ONE, 3 * TWO, TWO, END])
    assert verdict.reason == "Line 3 is not equal to line 2."
    assert verdict.example == (
        "line 2: da_dw1*dh_da*dy_dh*(y - z)",
        "line 3: 3*da_dw1*dh_da*w2*(y - z)",
        "at h = 0, w2 = 2, x = 1, z = 2: line 2 is -4, it is -12",
    )
    verdict = judge(ENTRIES[MATRICES], [SQUEEZED, 3 * AFTER])
    assert verdict.example[1:] == (
        "line 2: 3*(1 - beta)**2*norm_sq(r - v)/2",
        "at V = 1, beta = 2, r = 1, v = 2: line 1 is 1/2, it is 3/2",
    )


@pytest.mark.parametrize(("taken", "line"), list(enumerate((START, ONE, TWO, THREE))))
def test_the_hint_is_for_the_step_after_the_last_true_line(taken, line):
    hint = ENTRIES[NUMBERS].route[taken].hint
    assert judge(ENTRIES[NUMBERS], [START, line, 5 * END]).hint == hint
    assert judge(ENTRIES[NUMBERS], [START, line]).hint == hint
    lc.check(NUMBERS, [START, line, 5 * END])
    assert hint in _ledger._entries[NUMBERS].text


def test_a_hint_is_for_the_link_that_is_left_in_whatever_order_they_were_taken():
    hints = ENTRIES[NUMBERS].hints
    assert judge(ENTRIES[NUMBERS], [dL_dy * w2 * (1 - h**2) * x]).hint == hints[0]
    assert judge(ENTRIES[NUMBERS], [(y - z) * dy_dh * Derivative(h, a) * x]).hint == hints[1]
    assert judge(ENTRIES[NUMBERS], [(y - z) * w2 * Derivative(h, a) * x]).hint == hints[2]


NOTHING = "All is true, but nothing stands between the start and the end."
ONE_ONLY = "All is true, but only 1 of at least 2 steps stands between the start and the end."


@pytest.mark.parametrize(
    ("id", "chain", "reason"),
    [
        (NUMBERS, [START, END], NOTHING),
        (NUMBERS, [END], NOTHING),
        (NUMBERS, [START, START, END, END], NOTHING),
        (NUMBERS, [START, expand(END), END], NOTHING),
        (NUMBERS, [START, diff((w2 * tanh(w1 * x) - z) ** 2 / 2, w1), END], NOTHING),
        (
            NUMBERS,
            [START, Add(END, x, -x, evaluate=False), Mul(2, END / 2, evaluate=False)],
            NOTHING,
        ),
        (
            NUMBERS,
            [Add(START, x, -x, evaluate=False), Mul(2, START / 2, evaluate=False), END],
            NOTHING,
        ),
        (
            NUMBERS,
            [Mul(x, START, 1 / x, evaluate=False), Mul(1, START, evaluate=False), END],
            NOTHING,
        ),
        (NUMBERS, [START, ONE, END], ONE_ONLY),
        (
            NUMBERS,
            [START, ONE, Mul(2, ONE / 2, evaluate=False), Add(ONE, 0, evaluate=False), END],
            ONE_ONLY,
        ),
        (MATRICES, [BEFORE, AFTER], NOTHING),
        (MATRICES, [BEFORE, half_norm_sq((r - v) - beta * (r - v)), AFTER], NOTHING),
        (MATRICES, [BEFORE, half_norm_sq(r - beta * (r - v) - v + v - v), AFTER], NOTHING),
        (MATRICES, [BEFORE, (1 - 2 * beta + beta**2) * half_norm_sq(r - v), AFTER], NOTHING),
    ],
)
def test_a_chain_that_begs_the_question_does_not_pass(id, chain, reason):
    verdict = judge(ENTRIES[id], chain)
    assert (verdict.state, verdict.reason) == ("wrong", reason)
    assert verdict.is_open
    assert verdict.hint


@pytest.mark.parametrize(
    ("id", "chain", "said"),
    [
        (NUMBERS, [END, THREE, TWO, START], "This runs from the end to the start. Turn it round"),
        (MATRICES, [AFTER, SQUEEZED, BEFORE], "This runs from the end to the start. Turn it round"),
        (NUMBERS, [START, ONE, TWO], "this is not yet the end: the link dh_da is still to be"),
        (NUMBERS, [START], "The line is true, and this is not yet the end: the link dL_dy"),
        (MATRICES, [BEFORE, SQUEEZED], "this is not yet the end: beta is still inside the norm."),
        (
            NUMBERS,
            [START, ONE, TWO, END, THREE],
            "All is true, and line 4 was the end: stop there.",
        ),
        (NUMBERS, [ONE * 3], "Line 1 is not equal to the start."),
        (NUMBERS, 3, "Line 1 is not equal to the start."),
        (NUMBERS, [START, 0, END], "`diff(L, w1)` is 0."),
        (NUMBERS, [START] * (MAX_LINES + 1), "These are more than 30 lines"),
        (NUMBERS, "\n".join(["x"] * 31), "These are more than 30 lines"),
        (NUMBERS, [START, START * Symbol("q")], "Line 2: it contains q; known are dL_dy, dy_dh"),
        (NUMBERS, [START, "the rest"], "Line 2: it contains"),
        (NUMBERS, [START, "(y - z"], "Line 2: it cannot be read: (y - z"),
        (NUMBERS, [START, START / (x - x)], "Line 2: it divides by zero."),
        (NUMBERS, [START, true], "Line 2: it is only True: write the two sides"),
        (NUMBERS, [START, [ONE, TWO]], "Line 2: this is a list; wanted is an expression."),
        (NUMBERS, {1: START, 2: END}, "This is a dict, which has no order; wanted is a list."),
        (NUMBERS, {START, END}, "This is a set, which has no order; wanted is a list."),
        (NUMBERS, [START, Function("f")(x)], "Line 2: it has a f in it; wanted are numbers"),
        (
            NUMBERS,
            [START, MatrixSymbol("x", 2, 1)],
            "Line 2: x is a matrix [2, 1]; wanted is a number.",
        ),
        (
            MATRICES,
            [BEFORE, (1 - beta) * (r - v)],
            "Its shape is [V, 1], that of the line before [1, 1].",
        ),
        (
            MATRICES,
            [half_norm_sq(MatrixSymbol("r", 3, 1))],
            "r is a matrix [3, 1]; wanted is a matrix [V, 1].",
        ),
        (
            MATRICES,
            [half_norm_sq(MatrixSymbol("r", V, 1) + MatrixSymbol("v", V, 1).T.T * 1)],
            "Line 1 is not",
        ),
        (
            MATRICES,
            [BEFORE, "half_norm_sq(r * v)"],
            "Line 2: product: expected inner sizes that agree",
        ),
        (MATRICES, [BEFORE, SQUEEZED * (1 + 1e-9)], "Line 2 is not equal to line 1."),
        (
            NUMBERS,
            Unreadable("[p_q, foo(x)]", "NameError", "name 'p_q' is not"),
            "there is no `p_q` here",
        ),
        (
            NUMBERS,
            Unreadable("[x, foo(x)]", "NameError", "name 'foo' is not"),
            "there is no `foo` here",
        ),
        (NUMBERS, Unreadable(f"[{TEXTS[0]}, x^2]", "NameError", ""), "`^` is no power"),
    ],
)
def test_a_chain_that_does_not_arrive_is_told_why(id, chain, said):
    verdict = judge(ENTRIES[id], chain)
    assert verdict.state == "wrong"
    assert said in verdict.reason


@pytest.mark.parametrize(
    "chain",
    [None, ..., [], (), [START, ..., END], [START, None], ["..."], [TEXTS[0], "...", "x"], ""],
)
def test_a_chain_with_a_gap_is_not_written_yet(chain):
    verdict = judge(ENTRIES[NUMBERS], chain)
    assert (verdict.state, verdict.headline) == ("waiting", "Not written yet.")


# --- neither proved nor refuted


def test_what_is_neither_proved_nor_refuted_is_said_and_never_passes():
    verdict = judge(ENTRIES[NUMBERS], [START, START * Max(1, h), TWO, END])
    assert verdict.state == "undecided"
    assert verdict.reason.startswith("I cannot see with")  # "within 5 s" on a slow machine
    assert verdict.reason.endswith("that line 2 is equal to line 1. Put a step between.")
    assert verdict.hint == ENTRIES[NUMBERS].hints[0]
    lc.check(NUMBERS, [START, START * Max(1, h), TWO, END])
    assert f"checked   0 of 1: none yet; undecided: {NUMBERS}" in repr(lc.report())


def test_what_takes_too_long_is_said_and_never_passes(monkeypatch):
    monkeypatch.setattr(guard, "SECONDS", 0.3)
    slow = START * sqrt((1 - h**2) ** 2) * (1 + sqrt(2 + h)) ** 8
    verdict = judge(ENTRIES[NUMBERS], [START, slow / expand(slow) * START, TWO, END])
    assert verdict.state == "undecided"
    assert (
        verdict.reason
        == "I cannot see within 0.3 s that line 2 is equal to line 1. Put a step between."
    )


# --- hostile


class Lying(Symbol):
    __slots__ = ()

    def __eq__(self, other):
        return True

    __hash__ = Symbol.__hash__


class Endless(list):
    def __iter__(self):
        return itertools.repeat(START)

    def __len__(self):
        return 4


class Growing:
    def __init__(self):
        self.lines = [START]

    def __getitem__(self, place):
        self.lines.append(START)
        return self.lines[place]


class Sly(str):
    __slots__ = ()

    def split(self, *given):
        return [*TEXTS, "(y-z)*w2*(1-h**2)*x"]

    __str__ = strip = partition = split


HOSTILE = {
    "a generator without end": itertools.repeat(START),
    "a list that lies": Endless([START]),
    "an object that grows": Growing(),
    "a symbol that lies": [START, Lying("x"), END],
    "a text that lies": Sly("x"),
    "texts that lie": [Sly("x"), Sly("y")],
    "a tensor": [START, torch.ones(2), END],
    "a function": [lambda: START],
    "a class": [Symbol],
    "a huge number": [START, 10**5000],
    "a huge number of SymPy": [START, Mul(START, 10**5000, evaluate=False)],
    "a tower": [START, x ** (x ** (x**x)), END],
    "a tower as text": [TEXTS[0], "9**9**9**9"],
    "a deep nest": [START, "(" * 140 + "x" + ")" * 140],
    "a deep list": [[[[[[START]]]]]],
    "10 MB": "x" * 10**7,
    "a million lines": [START] * 10**6,
    "a call": [TEXTS[0], "__import__('os').system('true')"],
    "an attribute": [TEXTS[0], "x.__class__.T"],
}


@pytest.mark.parametrize("answer", HOSTILE.values(), ids=HOSTILE)
@pytest.mark.parametrize("id", [NUMBERS, MATRICES])
def test_a_hostile_chain_is_refused_in_a_short_sentence(id, answer):
    verdict = judge(ENTRIES[id], answer)
    assert verdict.state == "wrong"
    assert 0 < len(verdict.reason) < 400
    assert all(len(line) < 300 for line in verdict.example)


def test_a_deep_nest_of_objects_is_refused():
    nest = x
    for _ in range(5000):
        nest = Add(nest, 1, evaluate=False)
    assert judge(ENTRIES[NUMBERS], [START, nest, END]).state != "right"
