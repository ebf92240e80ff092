"""A chain: any true one from the start to the end passes, else the first false line is named."""

import itertools
import re

import numpy as np
import pytest
import torch
from sympy import (
    Add,
    Derivative,
    Eq,
    Expr,
    Function,
    Identity,
    Lambda,
    Max,
    Mul,
    Rational,
    Symbol,
    Tuple,
    binomial,
    cos,
    cosh,
    diff,
    evaluate,
    expand,
    log,
    sech,
    sin,
    sqrt,
    symbols,
    tanh,
    true,
)
from sympy import MatrixSymbol as SympyMatrixSymbol

import lcutils as lc
from lcutils import _ledger
from lcutils._typed import Unreadable
from lcutils.checking import chains, guard, judge
from lcutils.checking.algebra import read
from lcutils.checking.chains import MAX_LINES, Reader
from lcutils.checking.data import DerivationExercise
from lcutils.exercises import catalogue
from lcutils.proof import MatrixSymbol, dot, half_norm_sq, norm_sq
from lcutils.proof.holding import hold
from lcutils.proof.statement import Statement

ENTRIES = catalogue()
EXERCISES = [entry for entry in ENTRIES.values() if isinstance(entry, DerivationExercise)]
NUMBERS, MATRICES = "03.lower_weight", "05.error_left"
LOGARITHMS, PRICE = "01.wrong_shares", "04.split_price"
SIDES, WAYS = "06.other_side", "07.two_ways"


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
    texts = (" = ".join(lines), "\n= ".join(lines))
    behind = ((lines,), (texts[1],), f"{texts[1]},")  # with a comma behind them
    for chain in (lines, as_objects(exercise, lines), *texts, *behind):
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

PAID = "-p1*log(q1) - p2*log(q2)"
N = symbols("N", positive=True, integer=True)
U = MatrixSymbol("U", N, N)
e, x1, x2, x3 = (MatrixSymbol(name, N, 1) for name in ("e", "x1", "x2", "x3"))
PLACED = dot(e, U * (U * x1 + x2) + x3)
APART = dot(e, U * U * x1) + dot(e, U * x2) + dot(e, x3)
MOVED = dot(U.T * U.T * e, x1) + dot(U.T * e, x2) + dot(e, x3)

LENGTHS = "-p*log(q) - r*log(s) + p*log(p) + r*log(r)"
GROUPED, QUOTIENTS = "p*(log(p) - log(q)) + r*(log(r) - log(s))", "p*log(p/q) + r*log(r/s)"
P, Q, R, S = symbols("p q r s")
c, f, g, s = symbols("c f g r")
dg_da, da_dh, dh_dc = symbols("dg_da da_dh dh_dc")
BOTH, ONLY = f + dg_da * da_dh * dh_dc, f + (1 - g**2) * s * (1 - h**2)


def unevaluated():
    """Lines as SymPy keeps them where it was told to change nothing."""
    with evaluate(False):
        return [START, (y - z) * dy_dh * dh_da * da_dw1, TWO, (y - z) * w2 * (1 - h**2) * x]


RIGHT = {
    NUMBERS: {
        "begins after the start": [ONE, TWO, END],
        "a tuple": (START, ONE, TWO, END),
        "one line between": [START, ONE, END],
        "one line between, from the last link": [START, dL_dy * dy_dh * dh_da * x, END],
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
            ONE,
            *((y - z) * w2 * Derivative(h, a) * x, END),
        ],
        "a gradient": [lc.grad((w2 * tanh(w1 * x) - z) ** 2 / 2, w1), START, ONE, TWO, END],
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
        "LaTeX": r"""
            \frac{\partial L}{\partial y} \frac{dy}{dh} \cdot \frac{dh}{da} \frac{da}{dw_{1}} \\
            &= (y-z) \times w_{2} \frac{\partial h}{\partial a} \frac{\partial a}{\partial w_1} \\
            &= \left(y-z\right) w_2 \frac{dh}{da} x
            &= (y-z) w_2 (1-\tanh^2(a)) x
        """,
        "a letter more, then one less": [*TEXTS[:2], "(y-z) w2 (1 - tanh²(a)) x", "(y-z)w2(1-h²)x"],
        "a slope of tanh by its own name": [*TEXTS, "(y-z) w2 sech^2(a) x"],
        "links taken together": "dL/dy*dy/dh*dh/da*da/dw1 = dL/dh*dh/da*da/dw1 = (y-z)*dy/dw1"
        " = (y-z)*w2*dh_dw1 = (y-z)*w2*(1-h^2)*x",
        "derivatives as text": [
            TEXTS[0],
            "diff((y-z)**2/2, y)*dy_dh*dh_da*da_dw1",
            "(y-z)*diff(w2*h, h)*Derivative(tanh(a), a)*diff(w1*x, w1)",
            "(y-z)*w2*(1-h**2)*x",
        ],
        "numbered": "\n".join(f"{n}. {line}" for n, line in enumerate([*TEXTS, str(END)], start=1)),
        "each line named": "\n".join(f"dL/dw1 = {line}" for line in [*TEXTS, str(END)]),
        "each pair named": [Eq(Symbol("g"), line) for line in (START, ONE, TWO, END)],
        "arrows": " => ".join([*TEXTS, str(END)]),
        "rows that go on": "dL_dy * dy_dh\n * dh_da * da_dw1 =\n(y - z) * dy_dh *\ndh_da * da_dw1"
        "\n= (y\n - z)*w2*dh_da*da_dw1\n= (y-z)*w2*(1-h**2)*x",
        "signs that are not to be seen": "\u200b= ".join([*TEXTS, str(END)]),
        "an equation where a name is set": Unreadable(
            " = ".join([*TEXTS, str(END)]), "SyntaxError", "invalid syntax"
        ),
        "an array": np.array([START, ONE, TWO, END]),
        "SymPy's tuple": Tuple(START, ONE, TWO, END),
        "unevaluated by a setting": unevaluated(),
        "twenty lines": [START, *([ONE, TWO, THREE] * 6), END],
    },
    WAYS: {
        "from the last link": [
            BOTH,
            f + dg_da * da_dh * (1 - h**2),
            f + dg_da * s * (1 - h**2),
            ONLY,
        ],
        "one line between": [BOTH, f + (1 - g**2) * da_dh * dh_dc, ONLY],
        "expanded": [BOTH, f + s * dh_dc - g**2 * s * dh_dc, expand(ONLY)],
        "in a and c": [BOTH, f + dg_da * s / cosh(c) ** 2, f + s * sech(a) ** 2 * sech(c) ** 2],
        "with tanh written out": [
            BOTH,
            f + s * dh_dc * (1 - tanh(a) ** 2),
            f + s * (1 - h**2) * (1 - tanh(s * h) ** 2),
        ],
        "links taken together": "f + dg/dc = f + dg/dh dh/dc = f + (1-g²) r dh/dc"
        " = f + (1-g²) r (1 - h²)",
        "a name for it all": [Eq(Symbol("slope"), BOTH), f + dg_da * s * dh_dc, ONLY],
        "as in a book": "∂g/∂a · ∂a/∂h · ∂h/∂c + f = (1−g²) · ∂a/∂h · ∂h/∂c + f"
        " = (1−g²) · r · (1−h²) + f",
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
        "transposes at the end": [
            BEFORE,
            SQUEEZED,
            (1 - beta) ** 2 / 2 * (r - v).T @ (r - v),
        ],
        "a product with a number in it": [
            BEFORE,
            SQUEEZED,
            (r - v).T * (1 - beta) ** 2 * (r - v) / 2,
        ],
        "the bracket opened": [BEFORE, half_norm_sq(r - beta * r + beta * v - v), AFTER],
        "norms between bars": "½‖r − β(r − v) − v‖²\n= 1/2 ||(1−β)(r − v)||^2\n= (1−β)² ½‖r − v‖²",
        "LaTeX": r"""\tfrac12 \lVert r - \beta (r - v) - v \rVert^2
            = \frac{1}{2} \|(1-\beta)(r-v)\|^2
            = (1-\beta)^{2} \tfrac12 \lVert r - v \rVert^{2}""",
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
    SIDES: {
        "one after the other": [
            PLACED,
            dot(e, U * (U * x1 + x2)) + dot(e, x3),
            dot(U.T * e, U * x1 + x2) + dot(e, x3),
            dot(U.T * e, U * x1) + dot(U.T * e, x2) + dot(e, x3),
            MOVED,
        ],
        "the older one first": [PLACED, dot(e, U * U * x1) + dot(e, U * x2 + x3), MOVED],
        "a bracket opened first": [PLACED, dot(e, U * U * x1 + U * x2 + x3), MOVED],
        "turned round": [PLACED, APART, dot(x3, e) + dot(x2, U.T * e) + dot(x1, U.T * U.T * e)],
        "a product transposed": [
            PLACED,
            APART,
            dot((U * U).T * e, x1) + dot(U.T * e, x2) + dot(e, x3),
        ],
        "begins after the start": [APART, MOVED],
        "a square": [PLACED, dot(e, U**2 * x1) + dot(e, U * x2) + dot(e, x3), MOVED],
        "texts": [
            "dot(e, U*(U*x1 + x2) + x3)",
            "dot(e, U*U*x1) + dot(e, U*x2) + dot(e, x3)",
            "dot(U.T*U.T*e, x1) + dot(U.T*e, x2) + dot(e, x3)",
        ],
    },
    LOGARITHMS: {
        "one token after the other": [
            LENGTHS,
            "p*(log(p) - log(q)) - r*log(s) + r*log(r)",
            "p*log(p/q) - r*log(s) + r*log(r)",
            QUOTIENTS,
        ],
        "one share, then the rest": [LENGTHS, "p*log(p/q) + r*log(r) - r*log(s)", QUOTIENTS],
        "quotients turned round": [LENGTHS, GROUPED, "-p*log(q/p) - r*log(s/r)"],
        "symbols of a reader's own": [
            -P * log(Q) - R * log(S) + P * log(P) + R * log(R),
            P * (log(P) - log(Q)) + R * (log(R) - log(S)),
            P * log(P / Q) + R * log(R / S),
        ],
        "lengths as logarithms of one over the share": [
            "p*log(1/q) + r*log(1/s) + p*log(p) + r*log(r)",
            QUOTIENTS,
        ],
        "shares as exponents between": [LENGTHS, "log((p/q)**p) + log((r/s)**r)", QUOTIENTS],
        "the shorter one first": [LENGTHS, "r*(log(r) - log(s)) + p*log(p/q)", QUOTIENTS],
        "as in a book": "−p·ln(q) − r·ln(s) + p·ln(p) + r·ln(r) = p(ln(p)−ln(q)) + r(ln(r)−ln(s))"
        " = p·ln(p/q) + r·ln(r/s)",
        "LaTeX": r"""p(\log(p) - \log(q)) + r(\log(r) - \log(s))
            = p\log(\frac{p}{q}) + r\log(\frac{r}{s})""",
    },
    PRICE: {
        "logarithms of both between": [
            PAID,
            "-p1*(log(p1) - log(p1/q1)) - p2*(log(p2) - log(p2/q2))",
            "H + KL",
        ],
        "one word after the other": [
            PAID,
            "-p1*log(p1) + p1*log(p1/q1) - p2*log(q2)",
            "-p1*log(p1) + p1*log(p1/q1) - p2*log(p2) + p2*log(p2/q2)",
            "H + KL",
        ],
        "one name, then the other": [PAID, "H - p1*log(q1/p1) - p2*log(q2/p2)", "KL + H"],
        "one over the forecast": ["p1*log(1/q1) + p2*log(1/q2)", "H + KL"],
        "shares as exponents between": [PAID, "-log(q1**p1 * q2**p2)", "H + KL"],
        "as in a book": "−p₁ ln(q₁) − p₂ ln(q₂) = −p₁ ln(p₁) − p₂ ln(p₂) + p₁ ln(p₁/q₁)"
        " + p₂ ln(p₂/q₂) = H + KL",
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
        "at h = 0, w2 = 2, x = 1, z = 2, y = 0: line 2 is -4, line 3 is -12",
    )
    verdict = judge(ENTRIES[MATRICES], [SQUEEZED, 3 * AFTER])
    assert verdict.example[1:] == (
        "line 2: 3*(1 - beta)**2*norm_sq(r - v)/2",
        "at V = 1, beta = 2, r = 1, v = 2: line 1 is 1/2, line 2 is 3/2",
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


OFF = r - beta * (r - v) - v
NOTHING = "All is true, but nothing stands between the start and the end."
REWRITTEN = (
    r" Line \d is (line \d|the start) with its terms sorted, .* otherwise, which is no step\."
)
PADDED = " A line that only sorts or rewrites the one before is no step."


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
        (MATRICES, [BEFORE, AFTER], NOTHING),
        (MATRICES, [BEFORE, half_norm_sq((r - v) - beta * (r - v)), AFTER], NOTHING),
        (MATRICES, [BEFORE, half_norm_sq(r - beta * (r - v) - v + v - v), AFTER], NOTHING),
        (MATRICES, [BEFORE, (1 - 2 * beta + beta**2) * half_norm_sq(r - v), AFTER], NOTHING),
    ],
)
def test_a_chain_that_begs_the_question_does_not_pass(id, chain, reason):
    verdict = judge(ENTRIES[id], chain)
    stands = re.sub(REWRITTEN, "", verdict.reason).removesuffix(PADDED)
    assert (verdict.state, stands) == ("wrong", reason)
    assert verdict.is_open
    assert verdict.hint


@pytest.mark.parametrize(
    ("id", "padding"),
    [
        (NUMBERS, [START * (sin(x) ** 2 + cos(x) ** 2), START * (1 + h) - h * START]),
        (NUMBERS, [START * (x + 1) ** 2 / (x**2 + 2 * x + 1), START * (x + h) / (x + tanh(a))]),
        (NUMBERS, [START + h - tanh(a), START + y - w2 * h]),
        (NUMBERS, [START * w1 * x / a, START * a / (w1 * x)]),
        (NUMBERS, [Derivative(L, y) * dy_dh * dh_da * da_dw1, Derivative(L, y) * START / dL_dy]),
        (NUMBERS, [Derivative(L, w1), Derivative((w2 * tanh(w1 * x) - z) ** 2 / 2, w1)]),
        (NUMBERS, ["dL_dw1", "dL/dw1"]),
        (NUMBERS, [END.subs(h, tanh(a)), END.subs(y, w2 * h)]),
        (MATRICES, [dot(OFF, OFF) / 2]),
        (MATRICES, [OFF.T * OFF / 2]),
        (MATRICES, [half_norm_sq(OFF.T)]),
        (MATRICES, [half_norm_sq(v - r + beta * (r - v))]),
        (MATRICES, [half_norm_sq(r + beta * (v - r) - v)]),
        (MATRICES, [half_norm_sq(-OFF)]),
        (MATRICES, [BEFORE + dot(r, v) - dot(v, r)]),
        (MATRICES, [(beta - 1) ** 2 * half_norm_sq(v - r), AFTER]),
    ],
)
def test_padding_is_no_step(id, padding):
    start, end = (START, END) if id == NUMBERS else (BEFORE, AFTER)
    verdict = judge(ENTRIES[id], [start, *padding, end])
    assert verdict.state == "wrong"
    assert re.fullmatch(f"{re.escape(NOTHING)}({re.escape(PADDED)}|{REWRITTEN})", verdict.reason)
    assert verdict.hint == ENTRIES[id].hints[0]


REGROUPED = half_norm_sq((r - v) - beta * (r - v))


@pytest.mark.parametrize(
    ("chain", "said"),
    [
        ([BEFORE, REGROUPED, AFTER], "Line 2 is line 1"),
        ([REGROUPED, AFTER], "Line 1 is the start"),
        ([BEFORE, BEFORE, half_norm_sq(-OFF), AFTER], "Line 3 is line 2"),
        (["½‖r − β(r − v) − v‖²", "½‖r − v − β(r − v)‖²", "(1−β)²½‖r − v‖²"], "Line 2 is line 1"),
    ],
)
def test_a_line_that_only_sorts_or_groups_the_terms_of_another_is_named(chain, said):
    reason = (
        f"{NOTHING} {said} with its terms sorted, grouped or written otherwise, which is no step."
    )
    assert judge(ENTRIES[MATRICES], chain).reason == reason


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
        (NUMBERS, [START, 0, END], "This is 0. So is `diff(L, w1)`, where `L` is only a name"),
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
            "It is a matrix [V, 1], and the line before is a number.",
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
        (NUMBERS, [START, ONE / (y - w2 * h)], "It has no value anywhere: something is divided"),
        (NUMBERS, [START, Lambda(x, x)], "Line 2: it cannot be read: Lambda(_x, _x)"),
        (
            NUMBERS,
            f"{START} = x, as above",
            "Line 2: it cannot be read: x, as above. Words go behind",
        ),
        (
            NUMBERS,
            f"{START} = x (input)",
            "dL_dy, dy_dh, dh_da, da_dw1, y, z, h, a, x, w1, w2, L. W",
        ),
        (NUMBERS, "diff(L) = x", "Line 1: a derivative is by one name, such as `diff(L, y)`."),
        (NUMBERS, "diff(L, y + z) = x", "Line 1: a derivative is by one name"),
        (
            NUMBERS,
            Unreadable(f"[{TEXTS[0]}\n({TEXTS[1]}), x]", "NameError", ""),
            "Line 1: is there a comma missing behind dL_dy*dy_dh*dh_da*da_dw1?",
        ),
        (
            MATRICES,
            Unreadable("[half_norm_sq(\n  beta)]", "TypeError", ""),
            "Line 1: `half_norm_sq` cannot be called so: x: expected a matrix, got a Symbol.",
        ),
    ],
)
def test_a_chain_that_does_not_arrive_is_told_why(id, chain, said):
    verdict = judge(ENTRIES[id], chain)
    assert verdict.state == "wrong"
    assert said in verdict.reason


@pytest.mark.parametrize(
    ("named", "said"),
    [
        ("dL/dw1", ""),
        ("∂L/∂w₁", ""),
        ("dL_dw_1", ""),
        ("gradient", ""),
        ("dL/dw2", "This is the gradient of the upper weight w2; asked is that of w1."),
        ("dL_dh", "The slope of the bend and the input are lost"),
    ],
)
def test_the_name_for_a_chain_is_no_line_but_may_not_be_that_of_another_slope(named, said):
    right = f"{named} = {' = '.join(TEXTS)} = {END}"
    verdict = judge(ENTRIES[NUMBERS], right)
    assert verdict.passed == (not said)
    assert said in verdict.reason
    wrong = judge(ENTRIES[NUMBERS], f"{named} = {TEXTS[0]} = 3*{TEXTS[1]}")
    assert wrong.reason.startswith(f"Line {1 if said else 2} is not equal to")


@pytest.mark.parametrize("exercise", EXERCISES, ids=by_id)
def test_what_is_the_same_for_every_chain_is_read_once(exercise, monkeypatch):
    chain = [*route(exercise)[:-1], "3"]
    first = judge(exercise, chain)
    texts = []
    monkeypatch.setattr(
        chains, "read", lambda text, *a, **k: texts.append(text) or read(text, *a, **k)
    )
    assert judge(exercise, chain) == first
    assert texts == chain


def test_lines_that_are_far_from_each_other_at_a_point_are_refuted_without_a_proof(monkeypatch):
    def refuse(*given, **named):
        raise AssertionError("a proof was tried")

    monkeypatch.setattr(Statement, "proved_for_all_sizes", refuse)
    assert hold(SQUEEZED, 3 * AFTER).left == "1/2"


def test_a_side_that_stands_in_two_equations_is_one_line():
    verdict = judge(ENTRIES[NUMBERS], [Eq(START, ONE), Eq(ONE, TWO), Eq(TWO, 3 * END)])
    assert verdict.reason.startswith("Line 4 is not equal to line 3.")
    verdict = judge(ENTRIES[NUMBERS], [START, ONE, ONE, 3 * TWO])
    assert verdict.reason.startswith("Line 4 is not equal to line 3.")


@pytest.mark.parametrize(
    ("line", "numbers"),
    [
        ((y - z) * w2 * dh_da * w1, "at h = 0, w2 = 2, x = 1, z = 2, w1 = 0, y = 0: line 1 is"),
        (3 * dL_dy, "at h = 0, w2 = 2, x = 1, z = 2: line 1 is -4, line 2 is -6"),
        (
            (y - z) * w2 * a,
            "at h = 0, w2 = 2, x = 1, z = 2, a = 0, y = 0: line 1 is -4, line 2 is 0",
        ),
        (START + Rational(1, 10**14), "line 1 is -4, line 2 is -3.99999999999999"),
        (START * 10**4000, "line 1 is -4, line 2 is -4.000e+4000"),
        (START + Rational(1, 10**400), "line 1 is -4, line 2 is -4 + 1.000e-400"),
    ],
)
def test_numbers_say_what_each_name_in_the_lines_is_and_show_the_difference(line, numbers):
    verdict = judge(ENTRIES[NUMBERS], [START, line])
    assert numbers in verdict.example[-1]
    assert len(verdict.example[-1]) < 200


def test_what_is_true_for_one_entry_alone_is_refuted_with_two():
    verdict = judge(ENTRIES[MATRICES], [SQUEEZED, AFTER + dot(r, v) ** 2 - dot(r, r) * dot(v, v)])
    assert verdict.reason == "Line 2 is not equal to line 1."
    assert verdict.example[-1].startswith("at V = 2, beta = 2, r = [[2], [1]], v = [[2], [-1]]: ")


@pytest.mark.parametrize(
    ("slope", "left"),
    [
        (Derivative(tanh(a), a), "dh_da"),
        (Derivative(h, a), "dh_da"),
        (Derivative(y, a) / w2, "dy_dh"),
        (Derivative((y - z) ** 2 / 2, h) / (y - z) / w2 * (1 - h**2), "dL_dy"),
        (Derivative(L, w1) / (y - z) / w2 / x, "dL_dy"),
        (Derivative(y, w1) / w2 / x, "dy_dh"),
    ],
)
def test_a_link_that_hides_in_a_derivative_is_still_to_be_worked_out(slope, left):
    verdict = judge(ENTRIES[NUMBERS], [START, (y - z) * w2 * x * slope])
    assert verdict.reason.endswith(f"not yet the end: the link {left} is still to be worked out.")


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


class Liar(MatrixSymbol):
    __slots__ = ()

    def __eq__(self, other):
        return True

    __hash__ = MatrixSymbol.__hash__


class Whatever(Expr):
    def __eq__(self, other):
        return True

    def __str__(self):
        raise SystemExit

    __hash__ = Expr.__hash__
    _sympystr = __repr__ = __str__


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


class Loop(str):
    __slots__ = ()

    def __repr__(self):
        while True:
            pass

    __str__ = __repr__


HOSTILE = {
    "a generator without end": itertools.repeat(START),
    "a list that lies": Endless([START]),
    "an object that grows": Growing(),
    "a symbol that lies": [START, Lying("x"), END],
    "a text that lies": Sly("x"),
    "texts that lie": [Sly("x"), Sly("y")],
    "a text without end": Loop("x"),
    "a reason without end": [(Loop("x"), START), END],
    "a function that lies": [START, type("Liar", (Function,), {"__eq__": lambda *a: True})(x), END],
    "a matrix that lies": [half_norm_sq(Liar("r", V, 1)), AFTER],
    "an expression that lies": [START, Whatever(), END],
    "a nest of functions": [START, sin(sin(x, evaluate=False), evaluate=False), 10**4000 * START],
    "what divides by zero": ["1/(h - tanh(a))", "1/(h - tanh(a))", "1/(1 - 1)"],
    "a table": np.zeros((3, 3)),
    "a huge array": np.broadcast_to(1.0, (10**6, 10**6)),
    "LaTeX without end": "\\frac{" * 500,
    "brackets without end": "tanh^2(" * 500,
    "bars without end": "||" * 2000,
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


def test_a_derivative_without_end_is_stopped(monkeypatch):
    monkeypatch.setattr(guard, "SECONDS", 0.5)
    endless = START * Derivative(tanh(a), (a, 1000))
    assert judge(ENTRIES[NUMBERS], [START, endless, END]).state == "undecided"


def test_what_takes_too_long_to_read_is_said(monkeypatch):
    monkeypatch.setattr(guard, "SECONDS", 0.5)
    endless = binomial(10**9, 5 * 10**8, evaluate=False)
    verdict = judge(ENTRIES[NUMBERS], [START, START * endless, END])
    assert verdict.reason.startswith("It could not be read within 0.5 s; wanted is a list of lines")


def test_a_deep_nest_of_objects_is_refused():
    nest = x
    for _ in range(5000):
        nest = Add(nest, 1, evaluate=False)
    assert judge(ENTRIES[NUMBERS], [START, nest, END]).state != "right"
