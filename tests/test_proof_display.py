"""What is displayed is what is proved: the LaTeX, read back, has the value of the object."""

import re

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from sympy import Identity, OneMatrix, Rational, symbols, tanh

import lcutils as lc
from helpers import assert_close
from lcutils._ledger import block
from lcutils.proof import MatrixSymbol, dot, each, grad, hadamard, half_norm_sq, norm_sq, sigma
from lcutils.proof.latex import _terms, latex
from lcutils.proof.tensors import Tensors

n = symbols("n", positive=True, integer=True)
gamma, beta = symbols("gamma beta", positive=True)
A, B, x, y = (MatrixSymbol(s, n, w) for s, w in (("A", n), ("B", n), ("x", 1), ("y", 1)))
POINT = {gamma: Rational(3, 4), beta: Rational(5, 3)}

TOKEN = re.compile(
    r"\\(?:left|right)(?:\\langle|\\rangle|[()\[\]])|\\[A-Za-z]+|\d+|[A-Za-z]|[-+^{},]"
)
CLOSING = {r"\right)", r"\right\rangle", r"\rVert", "}", ",", "+", "-", ""}


class Reader:
    """Reads the LaTeX of sums, products, powers, transposes, norms and dot products."""

    def __init__(self, source, values):
        self.tokens = TOKEN.findall(source)
        assert "".join(self.tokens) == re.sub(r"\s", "", source), "a sign that the reader skips"
        self.values = values

    def peek(self):
        return self.tokens[0] if self.tokens else ""

    def take(self, wanted=None):
        token = self.tokens.pop(0)
        assert wanted in (None, token), f"expected {wanted}, got {token}"
        return token

    def sum(self):
        total = -self.product() if self.peek() == "-" and self.take() else self.product()
        while self.peek() in ("+", "-"):
            total = total + self.product() if self.take() == "+" else total - self.product()
        return total

    def product(self):
        result = self.power()
        while self.peek() not in CLOSING:
            if self.peek() == r"\odot":
                self.take()
                result = result * self.power()
                continue
            if self.peek() == r"\cdot":
                self.take()
            factor = self.power()
            if result.numel() == 1 or factor.numel() == 1:
                result = result.squeeze() * factor if result.numel() == 1 else result * factor
            else:
                result = result @ factor
        return result

    def power(self):
        result = self.atom()
        while self.peek() == "^":
            self.take()
            braced = self.peek() == "{" and self.take()
            token = self.take()
            result = result.T if token == r"\top" else result ** int(token)
            if braced:
                self.take("}")
        return result

    def group(self, closing):
        inside = self.sum()
        self.take(closing)
        return inside

    def atom(self):
        token = self.take()
        if token == r"\left(":
            return self.group(r"\right)")
        if token == r"\lVert":
            inside = self.group(r"\rVert")
            self.take("^")
            self.take("2")
            return inside.square().sum()
        if token == r"\left\langle":
            left = self.group(",")
            return (left * self.group(r"\right\rangle")).sum()
        if token in (r"\tfrac", r"\frac"):
            self.take("{")
            above = self.group("}")
            self.take("{")
            return above / self.group("}")
        if token == r"\tanh":
            return self.atom().tanh()
        if token == r"\sigma":
            return self.atom().sigmoid()
        if token == "{":
            return self.group("}")
        if token.isdigit():
            return torch.tensor(float(token), dtype=torch.float64)
        return self.values[token]


def squares():
    """Expressions of one shape, n x n."""

    def larger(inner):
        number = st.sampled_from([gamma, beta, 2, Rational(1, 2), gamma - beta, -gamma])
        return st.one_of(
            st.builds(lambda a, b: a + b, inner, inner),
            st.builds(lambda a, b: a - b, inner, inner),
            st.builds(lambda a, b: a * b, inner, inner),
            st.builds(lambda a: -a, inner),
            st.builds(lambda a: a.T, inner),
            st.builds(lambda s, a: s * a, number, inner),
            st.builds(lambda a, s: a * s, inner, number),
            st.builds(lambda a: a / 3, inner),
            st.builds(hadamard, inner, inner),
            st.builds(lambda a, b, c: dot(a * x, b * y) * c, inner, inner, inner),
            st.builds(lambda a, b, c: (dot(a, b) - gamma) ** 2 * c, inner, inner, inner),
            st.builds(lambda a, b: half_norm_sq(a) * norm_sq(x) * b, inner, inner),
            st.builds(lambda a: each(tanh, a), inner),
            st.builds(lambda a: each(sigma, a), inner),
            st.builds(lambda a, b: sigma(dot(a * x, y) - gamma) * b, inner, inner),
        )

    leaves = st.sampled_from([A, B, x * y.T, A - Identity(n), (1 - beta) * Identity(n) + B])
    return st.recursive(leaves, larger, max_leaves=6)


@given(squares())
@settings(max_examples=300, deadline=None, derandomize=True)
def test_the_latex_read_back_has_the_value_of_the_expression(expression):
    tensors = Tensors({"n": 3}, POINT, torch.Generator().manual_seed(0))
    want = tensors.side(expression).detach()
    values = {s: tensors.matrix(m).detach() for s, m in (("A", A), ("B", B), ("x", x), ("y", y))}
    values |= {f"\\{s.name}": tensors.number(s) for s in POINT}
    values["I"] = torch.eye(3, dtype=torch.float64)
    shown = latex(expression)
    reader = Reader(shown, values)
    got = reader.sum()
    assert not reader.tokens, f"{shown}: stopped before {reader.tokens}"
    scale = float(want.abs().max().clamp(min=1))
    assert_close(shown, got / scale, want / scale)


def test_the_reader_notices_a_missing_bracket():
    values = {s: torch.randn(3, 3, dtype=torch.float64) for s in "AB"}
    right = Reader(r"A \left(A + B\right)", values).sum()
    wrong = Reader(r"A A + B", values).sum()
    assert not torch.allclose(right, wrong)


@pytest.mark.parametrize(
    ("expression", "shown"),
    [
        (B * y + A * x, r"B y + A x"),
        (y + (A * x + y), r"y + \left(A x + y\right)"),
        (y - (A * x + y), r"y - \left(A x + y\right)"),
        (A * (B * x), r"A \left(B x\right)"),
        (A - beta * x * (A.T * x - y).T, r"A - \beta x \left(A^\top x - y\right)^\top"),
        (
            grad(half_norm_sq(x - y), x),
            r"\nabla_{x} \left[ \tfrac{1}{2} \lVert x - y \rVert^2 \right]",
        ),
        (dot(x, A * y), r"x^\top A y"),
        (dot(A, B), r"\left\langle A, B \right\rangle"),
        (gamma**2 * A * x, r"\gamma^{2} A x"),
        (A * (Identity(n) - beta * x * x.T), r"A \left(I - \beta x x^\top\right)"),
        (A[0, 0], r"\left[A\right]_{1,1}"),
        (x * OneMatrix(n, 1).T * y, r"x \mathbf{1}^\top y"),
        (y + OneMatrix(n, 1), r"y + \mathbf{1}"),
        (sigma(-dot(x, y)) * x, r"\sigma{\left(- x^\top y\right)} x"),
        (sigma(gamma) ** 2, r"\sigma^{2}{\left(\gamma\right)}"),
    ],
    ids=str,
)
def test_terms_factors_and_brackets_stay_as_written(expression, shown):
    assert latex(expression) == shown


def test_a_short_equation_stands_on_one_line_and_a_long_one_breaks_before_the_equals_sign():
    short = lc.prove("00.short", A * (x + y), A * x + A * y).markdown
    assert "\n\n$$\nA \\left(x + y\\right) = A x + A y\n$$\n\n**Proved**" in short
    long = sum([A * B * x] * 20, A * x)
    lines = lc.prove("00.long", long, A * x + 20 * A * B * x).markdown.splitlines()
    assert lines[3] == r"\begin{aligned}"
    (equals,) = (i for i, line in enumerate(lines) if line.startswith("& = "))
    assert lines[equals] == "& = A x + 20 A B x"
    parts = [re.sub(r"^&( \\quad)? | \\\\$", "", line) for line in lines[4:equals]]
    assert "".join(parts) == latex(long)
    assert len(parts) == 3


@pytest.mark.parametrize(
    ("side", "terms"),
    [
        ("a + b - c", ["a", " + b", " - c"]),
        ("-a", ["-a"]),
        (r"A \odot B", ["A", r" \odot B"]),
        (r"\left(a + b\right) c + d", [r"\left(a + b\right) c", " + d"]),
        ("a_{t + 1} - b", ["a_{t + 1}", " - b"]),
        (r"\lVert a + b \rVert^2 - c", [r"\lVert a + b \rVert^2", " - c"]),
        (
            r"\left\langle a + b, c \right\rangle - d",
            [r"\left\langle a + b, c \right\rangle", " - d"],
        ),
    ],
)
def test_a_line_breaks_between_terms_and_not_inside_brackets(side, terms):
    assert _terms(side) == terms


def test_what_is_proved_or_refuted_stands_behind_the_bar_of_what_is_true():
    entries = [
        lc.prove("00.bar", A * (x + x), 2 * A * x),
        lc.refute("00.no_bar", A * x, x),
        lc.derive("00.chain_bar", A * (x + x), ("double", 2 * A * x)),
    ]
    for entry in entries:
        opening, *inner, closing = entry.markdown.split("\n\n")
        assert (opening, closing) == tuple(block("right", "\n", "padding-bottom: 0;").split("\n"))
        assert inner[0].startswith("$$\n")
        assert inner[-1].endswith(f"<small>{entry.id}</small>")


def test_each_step_of_a_chain_has_its_reason_below_it():
    entry = lc.derive("00.chain", A * (x + x), ("double", 2 * A * x), ("100 % & more", A * x * 2))
    lines = entry.markdown.split("\n")
    step = lines.index(r"A \left(x + x\right) & = 2 A x \\")
    assert lines[step + 1] == r"& \quad \small \text{double} \\[0.5em]"
    assert lines[step + 3] == r"& \quad \small \text{100 \% \& more}"


def test_a_long_chain_begins_on_a_line_of_its_own():
    entry = lc.derive(
        "00.long_chain", sum([A * B * x] * 7, A * x), ("count", A * x + 7 * A * B * x)
    )
    lines = entry.markdown.split("\n")
    assert lines[4].startswith("& A x + A B x")
    assert lines[5] == r"& = A x + 7 A B x \\"
    assert lines[6] == r"& \quad \small \text{count}"


def test_a_reason_is_shown_as_typed():
    entry = lc.prove("00.reason", A * (x + x), 2 * A * x, reason="a_b*c $ <b>")
    assert r"*a\_b\*c \$ \<b>*" in entry.markdown


def test_the_smallest_counterexample_is_in_whole_numbers():
    entry = lc.refute("00.sign", grad(half_norm_sq(x - y), x), y - x)
    end = "At $n = 1$, $x = 1$, $y = 2$ the left side is $-1$, the right side $1$."
    assert end in entry.markdown
    assert end.replace("$", "") in entry.text


def test_matrices_of_fixed_shape_are_not_called_all_sizes():
    P = MatrixSymbol("P", 2, 2)
    size = Identity(2)
    determinant = (dot(size, P) ** 2 - dot(P.T, P)) / 2
    entry = lc.prove("00.cayley", P * P - dot(size, P) * P, -determinant * size)
    assert r"Proved for P \in \mathbb{R}^{2 \times 2}." in entry.text
