"""True statements are proved, and for each kind of slip a false one is refused."""

import itertools
import os
import subprocess
import sys

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from sympy import (
    Abs,
    Determinant,
    Identity,
    Max,
    Rational,
    Sum,
    Trace,
    exp,
    log,
    oo,
    sec,
    sqrt,
    symbols,
)
from sympy import MatrixSymbol as SympyMatrixSymbol

import lcutils as lc
from helpers import assert_close
from lcutils import _ledger
from lcutils.proof import MatrixSymbol, dot, each, grad, hadamard, half_norm_sq, norm_sq, sigma
from lcutils.proof.decide import directions, points
from lcutils.proof.forms import Forms
from lcutils.proof.holding import at_a_point, hold
from lcutils.proof.tensors import Tensors
from lcutils.proof.words import Words
from statements import FALSE, TRUE, stored_noise

d, n = symbols("d n", positive=True, integer=True)
y, z = symbols("y z", real=True)
gamma, k = symbols("gamma", positive=True), symbols("k", integer=True)
A, x, c = MatrixSymbol("A", d, n), MatrixSymbol("x", n, 1), MatrixSymbol("c", d, 1)

S, R = MatrixSymbol("S", n, n), MatrixSymbol("R", n, n)
NOWHERE = (gamma < 1, gamma > 2)


def one(d):
    return MatrixSymbol("o", d, 1)


def sec_by_hand(d):
    return -(-1 * each(sec, one(d)))


KINDS = {
    "sign",
    "transpose",
    "factor 2",
    "missing term",
    "swapped operands",
    "wrong index",
    "true at one point only",
    "true for 2 x 2 only",
    "true only for positive x",
    "equal to 12 digits",
    "chain rule",
}


# proved entry by entry; every other statement with sizes in it is proved for all sizes
AT_SIZES = {
    *("02.skip_gram", "03.layer", "03.bias", "03.top_weights", "03.bottom_weights", "03.softmax"),
    *("03.error", "03.error_below", "03.article_output", "04.shift_all"),
    *("05.noise_stored", "05.noise_unstored", "05.signal", "08.variance", "10.rows"),
}
WITHOUT_SIZES = {
    *(
        "02.pmi",
        "02.pmi_optimum",
        "02.sgns_slope",
        "02.sigma_mirrored",
        "02.sigma_slope",
        "04.heat",
        "04.shift",
        "05.total_weight",
        "05.all_weight",
        "05.half_life",
    ),
    *("05.noise_weight", "06.slope", "07.quarter", "14.rotation", "00.root"),
    *("08.score_learns", "08.sharpness_moves", "13.tables", "13.cache"),
}


def parts(statement):
    lhs, rhs, *options = statement()
    return lhs, rhs, options[0] if options else {}


@pytest.mark.parametrize("id", sorted(TRUE))
def test_true_statement_is_proved(id):
    lhs, rhs, options = parts(TRUE[id])
    entry = lc.prove(id, lhs, rhs, **options)
    assert entry.passed
    assert entry.kind == "proved"
    assert id in entry.text
    if id in AT_SIZES:
        assert "; agrees " in entry.text
    elif id in WITHOUT_SIZES:
        assert "sizes" not in entry.text
    else:
        assert "Proved for all sizes" in entry.text


@pytest.mark.parametrize(("id", "kind"), sorted(FALSE), ids=lambda part: part.replace(" ", "-"))
def test_false_twin_is_refused_with_numbers(id, kind):
    lhs, rhs, options = parts(FALSE[id, kind])
    with pytest.raises(lc.ProofError, match="false: ") as refused:
        lc.prove(id, lhs, rhs, **options)
    assert "left side" in str(refused.value) or "differ at" in str(refused.value)
    assert id not in [entry.id for entry in _ledger.entries()]


@pytest.mark.parametrize(("id", "kind"), sorted(FALSE), ids=lambda part: part.replace(" ", "-"))
def test_false_twin_is_refuted(id, kind):
    lhs, rhs, options = parts(FALSE[id, kind])
    options = {name: value for name, value in options.items() if name == "domain"}
    entry = lc.refute(id, lhs, rhs, **options)
    assert entry.kind == "refuted"
    assert "Not equal." in entry.text


def test_there_are_forty_of_each_and_every_kind_of_slip():
    assert len(TRUE) >= 40
    assert len(FALSE) >= 40
    assert {kind for _, kind in FALSE} >= KINDS


K, V = symbols("K V", positive=True, integer=True)
k1, k2, v1, v2 = (MatrixSymbol(f"{a}_{i}", n, 1) for a, n in (("k", K), ("v", V)) for i in (1, 2))
MEMORY, BOTH = MatrixSymbol("M", K, V), k1 * v1.T + k2 * v2.T


def test_a_counterexample_can_be_looked_for_among_different_keys_of_length_1():
    entry = lc.refute("10.no_cross_talk", BOTH.T * k1, v1, unit=(k1, k2))
    assert "At K = 2, V = 1, k_{1} = [[1], [0]], k_{2} = [[3/5], [4/5]]" in entry.text
    assert r"the left side is \frac{8}{5}, the right side 1." in entry.text


def test_what_keys_of_length_1_make_true_is_not_refuted_by_others():
    written = MEMORY + k1 * (v1 - MEMORY.T * k1).T
    assert "Not equal." in lc.refute("11.exact", written.T * k1, v1).text
    with pytest.raises(lc.ProofError, match="no counterexample with k_1 of length 1 was found"):
        lc.refute("11.exact", written.T * k1, v1, unit=k1)


@pytest.mark.parametrize("size", [2, 3, 4, 7])
def test_directions_have_length_1_exactly_and_no_two_are_parallel(size):
    vectors = [symbols(f"{name}1:{size + 1}") for name in "abcde"]
    for point in directions(vectors):
        found = [[point[entry] for entry in vector] for vector in vectors]
        assert all(sum(x**2 for x in vector) == 1 for vector in found)
        pairs = itertools.combinations(found, 2)
        assert all(sum(x * y for x, y in zip(*pair, strict=True)) ** 2 < 1 for pair in pairs)


def test_a_true_statement_is_not_refuted():
    with pytest.raises(lc.ProofError, match="in fact true"):
        lc.refute("00.square", (y + z) ** 2, y**2 + 2 * y * z + z**2)


def test_a_statement_about_any_size_says_so():
    entry = lc.prove("00.linear", A * (x + x), 2 * A * x)
    assert "Proved for all sizes" in entry.text


def test_a_function_of_the_sizes_is_proved_for_those_shown_and_tried_at_larger_ones():
    entry = lc.prove("00.noise", stored_noise, lambda T, d: Rational(T - 1, d))
    assert "T = 2, d = 3 and T = 3, d = 4" in entry.text
    assert "20 larger shapes" in entry.text


def test_a_chain_is_proved_step_by_step_and_names_the_step_that_fails():
    steps = ("double it", 2 * A * x), ("halve it", A * x)
    with pytest.raises(lc.ProofError, match="step 2: false"):
        lc.derive("00.chain", A * (x + x), *steps)


def test_a_chain_is_proved_no_further_than_its_weakest_step():
    squared = hadamard(x, x)
    steps = ("all sizes", 2 * hadamard(x, x)), ("entry by entry", hadamard(2 * x, x))
    entry = lc.derive("00.weakest", gamma * (squared + squared) / gamma, *steps)
    assert "Proved for n = 2 and n = 3 with \\gamma > 0; agrees at 20" in entry.text


def test_a_single_entry_is_proved_at_sizes():
    entry = lc.prove("00.entry", x[0, 0] * (x + x), 2 * x * x[0, 0])
    assert "Proved for n = 2 and n = 3;" in entry.text


def test_a_gradient_agrees_with_pytorch():
    entry = lc.prove("00.gradient", lc.grad(half_norm_sq(A * x), x), A.T * A * x, torch=True)
    assert "agrees with PyTorch's gradient" in entry.text


def test_sigma_is_the_logistic_function_and_prints_as_one_sign():
    entry = lc.prove("00.sigma", sigma(z), 1 / (1 + exp(-z)))
    assert entry.text.startswith(r"\sigma{\left(z\right)} = ")
    assert sigma(z).diff(z).subs(z, 0).evalf() == 0.25
    entry = lc.prove("00.sigmas", grad(dot(c, each(sigma, A * x)), c), each(sigma, A * x))
    assert entry.text.startswith(r"\nabla_{c} \left[ c^\top \sigma\left(A x\right) \right] = ")


def test_what_cannot_be_decided_is_an_error_that_says_what_to_try():
    with pytest.raises(lc.ProofError, match=r"undecided.*lc\.derive"):
        lc.prove("00.larger", Max(y, z), (y + z + Abs(y - z)) / 2)


def test_what_holds_at_small_sizes_only_is_not_confirmed_at_larger_ones():
    with pytest.raises(lc.ProofError, match=r"not confirmed.*differ at T = "):
        lc.prove("00.small", lambda T: (y + 1) ** 2 + (T - 2) * (T - 3), y**2 + 2 * y + 1)


def test_points_respect_what_is_known_of_the_symbols_and_the_domain():
    whole = symbols("m", positive=True, integer=True)
    for point in points([whole, y, z], (y < z, z <= 3), 30):
        assert point[whole].is_positive
        assert point[whole].is_integer
        assert point[y] < point[z] <= 3


def test_what_has_no_value_at_the_least_whole_number_is_not_proved_for_it():
    m = symbols("m", integer=True, nonnegative=True)
    root, parts = log(sqrt(n)) / log(n), 1 / m - 1 / (m + 1)
    for left, right, at in ((root, Rational(1, 2), "n = 1"), (1 / (m * (m + 1)), parts, "m = 0")):
        with pytest.raises(lc.ProofError, match=f"has no value at {at}. Leave that out in domain"):
            lc.prove("00.least", left, right)
    assert (
        "for n = 2, 3, \\dots." in lc.prove("00.least", root, Rational(1, 2), domain=(n > 1,)).text
    )
    entry = lc.prove("00.least", 1 / (m * (m + 1)), parts, domain=(m >= 1,))
    assert "for m = 1, 2, \\dots." in entry.text
    endless = Sum(Rational(1, 2) ** (m + k), (k, 0, oo))
    assert "for m = 0, 1" in lc.prove("00.least", endless, 2 * Rational(1, 2) ** m).text


def test_a_premise_in_the_domain_is_used_and_shown():
    entry = lc.prove("00.size", Abs(1 - gamma), 1 - gamma, domain=(gamma < 1,))
    assert "0 < \\gamma < 1" in entry.text
    with pytest.raises(lc.ProofError, match="false"):
        lc.prove("00.size", Abs(1 - gamma), 1 - gamma)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: lc.prove("no id", y, z), "id: expected"),
        (lambda: lc.prove("00.same", y + z, z + y), "rhs: expected something other than lhs"),
        (lambda: lc.prove("00.decimal", y / 2, 0.5 * y), "rhs: expected exact numbers"),
        (lambda: lc.prove("00.text", "y", z), "lhs: expected an expression, got 'y'"),
        (lambda: lc.prove("00.sorted", SympyMatrixSymbol("B", d, n), A), "keep their order"),
        (lambda: lc.prove("00.torch", y, z, torch=True), "torch: expected a statement with"),
        (lambda: lc.prove("00.domain", y, z, domain=(1,)), "domain: expected inequalities"),
        (lambda: lc.refute("00.unit", A * x, c, unit=("x",)), "unit: expected vectors of the"),
        (lambda: lc.refute("00.unit", A * x, c, unit=A), r"unit: .*, got A \[d, n\]\. Such as"),
        (lambda: lc.refute("00.unit", A * x, c, unit=k1), "unit: expected vectors of the"),
        (lambda: lc.refute("00.unit", A * x, c, unit=(x, x)), "Such as .*, each once"),
        (lambda: lc.derive("00.steps", y), "steps: expected at least one pair"),
        (lambda: lc.derive("00.steps", y, z), "step 1: expected a pair"),
        (lambda: lc.grad(A, A), "loss: expected"),
        (lambda: lc.grad(y, A * x), "x: expected a symbol"),
        (lambda: lc.prove("00.det", Determinant(S), norm_sq(S)), "got Determinant"),
        (lambda: lc.prove("00.power", S**-1, S * S), "got MatPow"),
        (lambda: lc.prove("00.name", A * x, MatrixSymbol("x", d, 1)), "two called x"),
        (lambda: lc.prove("00.size", lambda d: one(d), A * x), "sizes: expected those of"),
        (lambda: lc.prove("00.sec", lambda d: each(sec, one(d)), sec_by_hand), "that PyTorch has"),
        (lambda: lc.prove("00.none", y, 2 * y - y + gamma, domain=NOWHERE), "some point satisfies"),
        (lambda: MatrixSymbol("A", 0, 1), "rows: expected a whole number"),
        (lambda: MatrixSymbol("A", d, symbols("k")), "columns: expected a positive integer"),
        (lambda: A + A.T, "sum: expected terms of shape"),
        (lambda: A * A, "product: expected inner sizes that agree"),
        (lambda: A * x + 1, "sum: expected matrices, got 1"),
        (lambda: dot(x, c), "b: expected shape"),
        (lambda: each(1, x), "function: expected a SymPy function"),
        (lambda: norm_sq(y), "x: expected a matrix"),
    ],
)
def test_bad_input_is_refused_by_name(call, message):
    with pytest.raises((TypeError, ValueError), match=message):
        call()


def squares():
    """Expressions of shape n x n made of what the proof for all sizes can read."""

    def larger(inner):
        return st.one_of(
            st.builds(lambda a, b: a + b, inner, inner),
            st.builds(lambda a, b: a - b, inner, inner),
            st.builds(lambda a, b: a * b, inner, inner),
            st.builds(lambda a: a.T, inner),
            st.builds(lambda a: gamma * a / 2, inner),
            st.builds(lambda a, b: dot(a, b) * a, inner, inner),
            st.builds(lambda a, b: dot(a * x, b * x) ** 2 * b, inner, inner),
            st.builds(lambda a: Trace(a) * a, inner),
            st.builds(lambda a: grad(half_norm_sq(a), S), inner),
            st.builds(lambda a: grad(x.T * a * x, S), inner),
            st.builds(lambda a: grad(exp(-norm_sq(a * x) / 50) + dot(a, S), S), inner),
        )

    return st.recursive(st.sampled_from([S, R, S * x * x.T, Identity(n)]), larger, max_leaves=4)


@given(squares())
@settings(max_examples=150, deadline=None, derandomize=True)
def test_the_words_of_an_expression_have_its_value_and_autograds(expression):
    tensors = Tensors({"n": 3}, {gamma: Rational(3, 4)}, torch.Generator().manual_seed(0))
    want = tensors.side(expression).detach()
    words = Words()
    total = torch.zeros(3, 3, dtype=torch.float64)
    named = words.matrix(expression)

    def product(word):
        value = torch.eye(3 if not word else int(word[0].rows.subs(n, 3)), dtype=torch.float64)
        for letter in word:
            matrix = tensors.matrix({"S": S, "R": R, "x": x}[letter.name]).detach()
            value = value @ (matrix.T if letter.transposed else matrix)
        return value

    numbers = {name: float(product(cycle).trace()) for cycle, name in words._names.items()}
    for word, coefficient in named.items():
        total += float(coefficient.subs({**numbers, gamma: Rational(3, 4), n: 3})) * product(word)
    scale = float(want.abs().max().clamp(min=1))
    assert_close(str(expression), total / scale, want / scale)


def test_shapes_that_differ_are_a_false_statement():
    with pytest.raises(lc.ProofError, match="left side is .*d, 1.*, the right side"):
        lc.prove("00.shapes", A * x, c.T)


DISPLAYED = """
from sympy import symbols
import lcutils as lc
from lcutils.proof import MatrixSymbol, half_norm_sq
d, n = symbols("d n", positive=True, integer=True)
W, x, c = MatrixSymbol("W", d, n), MatrixSymbol("x", n, 1), MatrixSymbol("c", d, 1)
print(lc.prove("00.order", W * x + c, c + W * x).markdown)
print(lc.prove("00.gradient", lc.grad(half_norm_sq(W * x - c), W), (W * x - c) * x.T).markdown)
print(lc.refute("00.sign", W * x - c, c - W * x).markdown)
"""


def test_what_is_displayed_keeps_the_authors_order_in_every_run():
    outputs = [
        subprocess.run(
            [sys.executable, "-c", DISPLAYED],
            env=os.environ | {"PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    ]
    assert outputs[0] == outputs[1]
    assert "W x + c = c + W x" in outputs[0]
    assert r"\left(W x - c\right) x^\top" in outputs[0]
    assert r"W x - c \neq c - W x" in outputs[0]


# --- lines that may well be false


def test_a_line_is_held_against_another_and_a_false_one_is_given_its_numbers():
    left, right = half_norm_sq((1 - gamma) * c), (1 - gamma) ** 2 * half_norm_sq(c)
    assert hold(left, left) is True
    assert hold(left, right) is True
    assert hold(left, 2 * right).sentence() == (
        "At d = 1, gamma = 2, c = 1 the left side is 1/2, the right side 1."
    )
    assert hold(y, Max(y, -1), ()).at == (("y", "-2"),)
    assert hold(y, Max(y, -1), (y > 0,)) in (True, None)


def test_a_value_at_a_point_is_the_same_for_equal_expressions_alone():
    left, right = half_norm_sq((1 - gamma) * c), (1 - gamma) ** 2 * half_norm_sq(c)
    assert abs(at_a_point(left) - at_a_point(right)) < 1e-12
    assert abs(at_a_point(left) - at_a_point(2 * right)) > 1e-3


def test_a_form_is_what_sympy_makes_by_itself_and_no_more():
    form = Forms().of
    assert form(c + A * x - c) == form(A * x)
    assert form((c - A * x) - c) == form(-(A * x))
    assert form(norm_sq(c + A * x)) == form(norm_sq(A * x + c))
    assert form(norm_sq(2 * c)) != form(4 * norm_sq(c))
    assert form(A * x) != form(x.T * A.T)


def test_an_expression_is_written_as_it_was_typed():
    assert str(half_norm_sq(c - gamma * (A * x - c))) == "norm_sq(c - gamma*(A*x - c))/2"
    assert str((A * x).T * (c + c)) == "(A*x).T*(c + c)"
    assert str(dot(c, each(exp, hadamard(c, c)))) == "dot(c, each(exp, hadamard(c, c)))"


def test_a_whole_power_of_a_matrix_is_a_product_with_every_factor_in_its_place():
    N = symbols("N", positive=True, integer=True)
    U, x = MatrixSymbol("U", N, N), MatrixSymbol("x", N, 1)
    assert U**3 == U * U * U
    assert U.T**2 * x == U.T * U.T * x
