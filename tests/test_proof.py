"""True statements are proved, and for each kind of slip a false one is refused."""

import os
import subprocess
import sys

import pytest
from sympy import Abs, Max, Rational, symbols
from sympy import MatrixSymbol as SympyMatrixSymbol

import lcutils as lc
from lcutils._ledger import report
from lcutils.proof import MatrixSymbol, half_norm_sq
from statements import FALSE, TRUE, stored_noise

d, n = symbols("d n", positive=True, integer=True)
y, z = symbols("y z", real=True)
gamma = symbols("gamma", positive=True)
A, x, c = MatrixSymbol("A", d, n), MatrixSymbol("x", n, 1), MatrixSymbol("c", d, 1)

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


def parts(statement):
    lhs, rhs, *options = statement()
    return lhs, rhs, options[0] if options else {}


@pytest.mark.parametrize("id", sorted(TRUE))
def test_true_statement_is_proved(id):
    lhs, rhs, options = parts(TRUE[id])
    entry = lc.prove(id, lhs, rhs, **options)
    assert entry.passed
    assert entry.kind == "proved"
    assert "Proved" in entry.text
    assert id in entry.text


@pytest.mark.parametrize(("id", "kind"), sorted(FALSE), ids=lambda part: part.replace(" ", "-"))
def test_false_twin_is_refused_with_numbers(id, kind):
    lhs, rhs, options = parts(FALSE[id, kind])
    with pytest.raises(lc.ProofError, match="false: ") as refused:
        lc.prove(id, lhs, rhs, **options)
    assert "left side" in str(refused.value) or "differ at" in str(refused.value)
    assert not report().entries or id not in [entry.id for entry in report().entries]


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


def test_a_gradient_agrees_with_pytorch():
    entry = lc.prove("00.gradient", lc.grad(half_norm_sq(A * x), x), A.T * A * x, torch=True)
    assert "agrees with PyTorch's gradient" in entry.text


def test_what_cannot_be_decided_is_an_error_that_says_what_to_try():
    with pytest.raises(lc.ProofError, match=r"undecided.*lc\.derive"):
        lc.prove("00.larger", Max(y, z), (y + z + Abs(y - z)) / 2)


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
        (lambda: lc.derive("00.steps", y), "steps: expected at least one pair"),
        (lambda: lc.derive("00.steps", y, z), "step 1: expected a pair"),
        (lambda: lc.grad(A, A), "loss: expected"),
    ],
)
def test_bad_input_is_refused_by_name(call, message):
    with pytest.raises((TypeError, ValueError), match=message):
        call()


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
