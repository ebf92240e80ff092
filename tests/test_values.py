"""A number, an expression, an order, a letter: right in any form that is equal, else told why."""

import math
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest
import sympy
import torch
from sympy import Eq, FiniteSet, Function, Integer, Rational, asinh, atanh, exp, log, solve, symbols

from lcutils._typed import Unreadable
from lcutils.checking import judge
from lcutils.checking.algebra import UnclearError, read
from lcutils.checking.data import ExpressionExercise, Question
from lcutils.checking.readings import letters_of, to_number
from lcutils.checking.values import judge_choice
from lcutils.exercises import catalogue

ENTRIES = catalogue()
T, d, n, kk, N, p, x, beta = symbols("T d n kk N p x beta", positive=True)
m = symbols("m")
S = sympy.Symbol


def verdict_on(id, answer, typed=""):
    entry = ENTRIES[id]
    return (judge_choice if isinstance(entry, Question) else judge)(entry, answer, typed)


def not_run(source, error="NameError", message="name 'x' is not defined"):
    return Unreadable(source, error, message)


# --- numbers

TWENTY_THREE = [
    *(23, 23.0, Fraction(23), Decimal("23.0"), Integer(23), sympy.Float(23), Rational(46, 2)),
    *(np.int64(23), np.float16(23), np.array(23), np.array([23]), np.array([[23.0]])),
    *(torch.tensor(23), torch.tensor([[23.0]]), torch.tensor(23, dtype=torch.bfloat16)),
    *(torch.tensor(23.0, requires_grad=True), torch.nn.Parameter(torch.tensor(23.0))),
    *([23], (23,), {23}, [[23]], {x: 23}, ["23"], solve(x - 23), solve(x - 23, dict=True)),
    *(Eq(x, 23), Eq(23, x), FiniteSet(23), exp(log(23))),
    *(
        "23",
        " 23 ",
        "+23",
        "23.",
        "23.0",
        "2.3e1",
        "46/2",
        "46 / 2",
        "２３",
        "２３．０",
        "٢٣",
        "23,0",
    ),
    *("2300 %", "2300%", "'23'", "“23”", np.str_("23")),
]


@pytest.mark.parametrize("answer", TWENTY_THREE, ids=repr)
def test_a_number_is_read_from_any_library_and_any_spelling(answer):
    number = to_number(answer)
    assert type(number) is float
    assert number == pytest.approx(23, rel=1e-12)


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("1,000", 1000),
        ("1 000", 1000),
        ("1_000", 1000),
        ("1'000", 1000),
        ("1\u00a0000", 1000),
        ("1\u202f000", 1000),
        ("１，０００", 1000),
        ("1,638,656.5", 1638656.5),
        ("1.638.656", 1638656),
        ("1.638.656,5", 1638656.5),
        ("12 345,5", 12345.5),
        ("1.000", 1),
        ("0,5", 0.5),
        ("3,14159", 3.14159),
        ("-0,5", -0.5),
        ("−3", -3),
        ("1/2/2", 0.25),
        ("1,000,", 1000),
        ("0.5 ,", 0.5),
        ("34 %", 0.34),
        ("1e-3", 0.001),
    ],
)
def test_a_string_means_the_number_that_its_writer_means(text, number):
    assert to_number(text) == pytest.approx(number, rel=1e-12)


NO_NUMBERS = [
    *(None, True, np.True_, torch.tensor(True), sympy.true, 23j, torch.tensor(23j), T, T - 1),
    *(math.nan, math.inf, "nan", "inf", "1e999", Decimal("NaN"), sympy.nan, sympy.oo, sympy.zoo),
    *("", " ", "some 23", "23 bits", "8 x 8", "8 × 8", "1,00,0", "1 2", "1/0", "--1", "pi", "²"),
    *([23, 24], [], {}, np.array([1, 2]), torch.ones(2), torch.ones(1, device="meta"), 10**5000),
    *(object(), int, lambda: 1, b"23", np.array(["x"]), np.array([object()])),
]


@pytest.mark.parametrize("answer", NO_NUMBERS, ids=lambda answer: repr(type(answer)))
def test_what_is_no_number_is_none_and_raises_nothing(answer):
    assert to_number(answer) is None


@pytest.mark.parametrize(
    ("id", "answer"),
    [
        *(("05.half_life", form) for form in TWENTY_THREE),
        ("05.half_life", "23 steps"),
        ("05.half_life", "about 23 steps"),
        ("05.half_life", "log(2)/-log(0.97)"),
        ("05.half_life", "ln(1/2) / ln(0.97)"),
        ("05.half_life", "h = 23"),
        ("05.half_life", not_run("log(0.5)/log(0.97)")),
        ("05.half_life", not_run("np.log(2)/-np.log(0.97)")),
        ("03.n_parameters", "1,638,656"),
        ("03.n_parameters", "100 × 64 × 256 + 2^8"),
        ("13.repeat", "61 %"),
    ],
    ids=repr,
)
def test_a_right_number_passes_in_any_form(id, answer):
    assert verdict_on(id, answer).passed


def test_a_number_with_a_comma_is_no_pair():
    assert verdict_on("05.half_life", (22, 8), "22,8").passed
    assert verdict_on("03.n_parameters", (1, 638, 656), "1,638,656").passed
    assert "These are 2 answers; wanted is" in verdict_on("05.half_life", (22, 8)).reason


@pytest.mark.parametrize("answer", NO_NUMBERS[1:], ids=lambda answer: repr(type(answer)))
def test_what_is_no_number_does_not_pass_as_one(answer):
    assert not verdict_on("05.half_life", answer).passed


# --- expressions

RIGHT = {
    "05.noise": [
        *("(T-1)/d", "（Ｔ－１）／ｄ", "(T−1)÷d", "T/d - 1/d", "noise = (T-1)/d", "[T - 1]/d"),
        *("(T-1)/d,", ("(T-1)/d",), ("(T-1)/d,",), not_run("(T-1)/d,")),
        *([[(T - 1) / d]], {m: (T - 1) / d}, Eq(m, (T - 1) / d), FiniteSet((T - 1) / d)),
        *((S("T", integer=True) - 1) / d, (S("T", negative=True) - 1) / S("d", complex=True)),
        *((T - 1.0) / d, 0.5 * (2 * T - 2) / d, np.float64(1) * (T - 1) / d),
        *(not_run("(T-1)/d"), not_run("(T−1)/d", "SyntaxError"), not_run("(T-1) / d")),
    ],
    "08.score_needed": [
        *(2 * atanh((T - 2) / T), asinh((T - 1 - 1 / (T - 1)) / 2), log((T - 1) ** 2.0) * 0.5),
        *(
            sympy.acosh((T - 1 + 1 / (T - 1)) / 2),
            sympy.Abs(log(T - 1)),
            -log(1 - (T - 2) / (T - 1)),
        ),
        *("2*atanh((T-2)/T)", "ln(T-1)", "−ln(1/(T−1))", "math.log(T - 1)", "sp.log(T-1)"),
    ],
    "08.slope_own": [
        "p(1 - p)",
        "p·(1−p)",
        "p − p²",
        "p - p^2",
        "p - p**2.0",
        0.25 - (p - 0.5) ** 2,
    ],
    "03.one_weight": ["(y-z)(1-y²)x", "(y - z) * (1 - y^2) * x"],
    "11.largest_beta": [
        *(solve(Eq(kk * x, 2), x), solve(kk * x - 2, x, dict=True), sympy.solveset(kk * x - 2, x)),
        *(
            "2/kk",
            "2 kk^-1",
            "2·kk⁻¹",
            "2kk**(-1)",
            "2.0/kk",
            "２／ｋｋ",
            Fraction(2) / kk,
            2.0 / kk,
        ),
    ],
    "11.missing_after": ["1 - βkk", "1 - β·kk", "1 - beta kk", 1 - S("β") * kk],
    "13.numbers_needed": [
        *(n * log(N) / math.log(2) / p, n * log(N, 2.0) / p, log(N**n, 2) / p),
        *(1.4426950408889634 * n * log(N) / p, solve(Eq(2 ** (m * p), N**n), m)),
        *("n log2(N)/p", "n·log₂(N)/p", "log2(N^n)/p", "n*log(N, 2.0)/p", "n ln(N)/(p ln(2))"),
        *(not_run("n*math.log(N, 2)/p", "TypeError"), not_run("n·log2(N)/p", "SyntaxError")),
    ],
}


@pytest.mark.parametrize(
    ("id", "answer"), [(id, answer) for id in RIGHT for answer in RIGHT[id]], ids=repr
)
def test_a_right_expression_passes_in_any_form(id, answer):
    verdict = verdict_on(id, answer)
    assert verdict.passed, verdict


@pytest.mark.parametrize(
    "answer",
    [
        (T - 1 - 1e-9) / d,
        (T - 1) / d + sympy.sin(sympy.pi * T) * sympy.sin(sympy.pi * d),
        (sympy.floor(T) - 1) / d,
        (sympy.Abs(T - 1)) / d,
        (T - 1.00001) / d,
        "(T - 1.00001)/d",
        "T - 1/d",
    ],
    ids=repr,
)
def test_an_expression_that_is_nearly_right_does_not_pass(answer):
    verdict = verdict_on("05.noise", answer)
    assert verdict.state == "wrong"
    assert verdict.example or not verdict.is_open


def test_a_decimal_is_the_number_that_it_equals_to_twelve_digits():
    right, wrong = log(N, 2) * n / p * (1 + 1e-14), log(N, 2) * n / p * (1 + 1e-9)
    assert verdict_on("13.numbers_needed", right).passed
    assert not verdict_on("13.numbers_needed", wrong).passed


def test_a_greek_letter_keeps_its_case():
    assert str(read("β·(1 - exp(-Δ))", {})) == "beta*(1 - exp(-Delta))"
    assert str(read("Δ - δ", {})) == "Delta - delta"


def test_an_example_does_not_show_the_form_of_the_answer():
    entropy = ExpressionExercise(
        "99.entropy", "p", lambda p: -p * log(p) - (1 - p) * log(1 - p), {}, (), ("1/4",)
    )
    (example,) = judge(entropy, p / 3).example
    assert example == "at p = 1/4: got 1/12, wanted 0.562335"
    (example,) = judge(entropy, entropy.reference(p) + Rational(1, 10**9)).example
    assert example == "at p = 1/4: got 0.562335145619, wanted 0.562335144619"


def test_a_wrong_string_is_told_its_mistake():
    verdict = verdict_on("05.noise", "T / d")
    assert verdict.reason == verdict_on("05.noise", T / d).reason
    assert not verdict.is_open


def test_what_was_typed_is_right_where_a_symbols_name_was_given_away():
    value = (T - 1) / 64
    assert not verdict_on("05.noise", value).passed
    assert verdict_on("05.noise", value, "(T-1)/d").passed
    assert verdict_on("05.noise", value, "T/d").reason.startswith("This counts the signal")
    assert verdict_on("05.noise", (T - 1) / d, "x/d").passed


@pytest.mark.parametrize(
    ("answer", "typed", "said"),
    [
        (p, "p^2", "In Python `^` is no power: write `p**2`."),
        (not_run("p - p^2"), "", "In Python `^` is no power: write `p - p**2`."),
        (sympy.Xor(S("a"), S("b")), "", "In Python `^` is no power"),
        (not_run("p(1 - p)"), "", "A star is missing: p(1 - p) is written p*(1 - p)."),
        (not_run("2p"), "", "A star is missing: 2p is written 2*p."),
        (not_run("sqrt p"), "", "`sqrt` needs brackets: `sqrt(...)`."),
        ("log p", "", "`log` needs brackets: `log(...)`."),
        ("q*(1-q)", "", "It contains q; wanted is an expression in p."),
        ("pp", "", "It contains pp; wanted is an expression in p. A product is written `p*p`."),
        ("1/(p - p)", "", "It divides by zero."),
        ([p, 1 - p], "", "These are 2 answers; wanted is an expression in p."),
        (
            not_run("foo(p)", message="name 'foo' is not defined"),
            "",
            "`foo(p)` could not be run: there is no `foo` here; wanted is an expression in p.",
        ),
        (
            not_run("p.root()", "AttributeError", "'Symbol' object has no attribute 'root'"),
            "",
            "`p.root()` could not be run: it raised AttributeError: 'Symbol' object has no "
            "attribute 'root'; wanted is an expression in p.",
        ),
        (
            not_run("p +", "SyntaxError", "invalid syntax"),
            "",
            "`p +` could not be run: Python cannot read it; wanted is an expression in p.",
        ),
    ],
)
def test_an_expression_that_python_does_not_take_is_told_how_to_write_it(answer, typed, said):
    verdict = verdict_on("08.slope_own", answer, typed)
    assert verdict.state == "wrong"
    assert verdict.reason.startswith(said)


def test_a_number_with_a_power_that_is_none_is_told():
    assert verdict_on("05.half_life", 8, "2^10").reason.startswith("In Python `^` is no power")
    assert verdict_on("05.half_life", 23, "20^3").passed


HOSTILE = {
    "a tower": "9**9**9**9",
    "a tower of symbols": "T**T**T**T",
    "exponentials": "exp(exp(exp(exp(T))))",
    "10 MB": "T" * 10**7,
    "deep": "(" * 140 + "T" + ")" * 140,
    "deeper": "(" * 10**5,
    "minus": "-" * 290 + "T",
    "an import": "__import__('os')",
    "an attribute": "T.__class__",
    "a module": "os.system(1)",
    "a lambda": "(lambda: 1)()",
    "a list comprehension": "[T for T in d]",
    "a call of a call": "exp(1)(2)",
    "a keyword": "exp(x=1)",
    "too few": "log()",
    "a string": "'a'",
    "zero byte": "T\0",
    "no sense": "T +* / d",
    "a choice": "T if d else 1",
    "a walrus": "(T := 1)",
    "infinity": "1e999",
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
@pytest.mark.parametrize("id", ["05.noise", "05.half_life", "03.train_step", "05.exit_sum"])
def test_a_hostile_string_is_refused_and_costs_nothing(id, text, monkeypatch):
    monkeypatch.setattr("builtins.eval", None)
    for answer in (text, not_run(text)):
        verdict = verdict_on(id, answer)
        assert not verdict.passed
        assert "was not understood within" not in verdict.reason
        assert len(verdict.reason) < 400


def test_an_object_too_large_to_work_out_is_refused_like_a_string():
    for tower in (T ** (T ** (T**T)), exp(exp(exp(exp(T))))):
        assert "grow too large" in verdict_on("05.noise", tower).reason


@pytest.mark.parametrize(
    "text", ["T.subs(T, 1)", "print(T)", "T; d", "T, d", "T == d", "T = d", "T[:1]"]
)
def test_only_algebra_is_read(text):
    with pytest.raises(UnclearError):
        read(text, {"T": T, "d": d})


def test_an_undefined_function_is_no_expression_in_the_symbols():
    assert not verdict_on("05.noise", Function("f")(T)).passed


# --- orders and letters

ORDERS = [
    *(
        "c d e a b",
        "cdeab",
        "c, d, e, a, b",
        "c，d，e，a，b",
        "c、d、e、a、b",
        "ｃｄｅａｂ",
        "C D E A B",
    ),
    *(
        "c->d->e->a->b",
        "c → d → e → a → b",
        "c > d > e > a > b",
        "(c)(d)(e)(a)(b)",
        "c\nd\ne\na\nb",
    ),
    *(
        list("cdeab"),
        tuple("CDEAB"),
        ["cdeab"],
        "cdeab,",
        (list("cdeab"),),
        "['c', 'd', 'e', 'a', 'b']",
        symbols("c d e a b"),
    ),
    *(not_run("c,d,e,a,b"), not_run("cdeab"), not_run("c -> d -> e -> a -> b", "SyntaxError")),
]


@pytest.mark.parametrize("answer", ORDERS, ids=repr)
def test_an_order_passes_in_any_form(answer):
    assert verdict_on("03.train_step", answer).passed


def test_an_order_of_names_that_mean_something_is_what_was_typed():
    things = (torch.ones(2), 1, len, "a", None)
    assert verdict_on("03.train_step", things, "c, d, e, a, b").passed
    assert not verdict_on("03.train_step", things).passed
    assert letters_of(things, "first, second") is None


@pytest.mark.parametrize(
    "answer",
    [set("cdeab"), 3, [1, 2], object(), {}, [], [[]]],
    ids=lambda answer: type(answer).__name__,
)
def test_what_has_no_order_is_refused_with_the_form(answer):
    assert 'such as "a b c d e"' in verdict_on("03.train_step", answer).reason


LETTERS = [
    *("b", " B ", "(b)", "b)", "B.", "ｂ", "'b'", "“b”", "[b]", "**b**", "b) which came first"),
    *(
        ["b"],
        ("b",),
        "b,",
        ("b,",),
        {"b"},
        S("b"),
        [S("b")],
        not_run("b"),
        not_run("b)", "SyntaxError"),
    ),
]


@pytest.mark.parametrize("answer", LETTERS, ids=repr)
def test_a_letter_is_read_in_any_form(answer):
    assert verdict_on("05.exit_sum", answer).passed


def test_a_bare_letter_counts_whatever_its_name_stands_for():
    for value in (torch.ones(3), 4, "a", print):
        assert verdict_on("05.exit_sum", value, "b").passed
    assert verdict_on("05.exit_sum", "b", "x").passed
    assert not verdict_on("05.exit_sum", "a", "x").passed


@pytest.mark.parametrize("answer", ["e", "which came first", "", 2, not_run("which"), [1], "ab"])
def test_no_letter_is_told_how_to_type_one(answer):
    verdict = verdict_on("05.exit_sum", answer, "f(b)")
    assert verdict.reason == ""
    assert verdict.headline == 'Type one of the letters a, b, c, d, in quotes, such as "a".'


def test_a_meaning_follows_what_is_right():
    said = {}
    for id, answer in (("05.half_life", 23), ("05.noise", "(T-1)/d"), ("03.train_step", "cdeab")):
        verdict = judge(replace(ENTRIES[id], meaning="So it is."), answer)
        said[id] = f"{verdict.headline} {verdict.reason}"
    assert said == {
        "05.half_life": "Right: 22.76 steps. So it is.",
        "05.noise": "Right. So it is.",
        "03.train_step": "Right. So it is.",
    }
