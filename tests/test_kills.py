"""Every known mistake is refused and named; right answers, also unusual ones, always pass."""

import ast
import itertools
import math

import pytest
import torch
from sympy import Rational, cancel, diff, exp, expand, log, symbols, sympify, tanh

from editions import SOURCES, lesson_sources, read_cells, solution_source
from helpers import written
from lcutils.checking import functions, syntax, values
from lcutils.checking.cases import copies, make_cases
from lcutils.checking.comparing import same
from lcutils.checking.data import (
    ExpressionExercise,
    FunctionExercise,
    NumberExercise,
    OrderExercise,
    Question,
)
from lcutils.exercises import catalogue
from right import RIGHT
from right.lesson02 import pmi_by_logarithms

ENTRIES = catalogue()
T, d = symbols("T d", positive=True, integer=True)


def of_kind(kind):
    return [entry for entry in ENTRIES.values() if isinstance(entry, kind)]


def mistakes(kind):
    return [
        pytest.param(exercise, sentence, wrong, id=f"{exercise.id}: {sentence}")
        for exercise in of_kind(kind)
        for sentence, wrong in exercise.mistakes.items()
    ]


def by_id(exercise):
    return exercise.id


@pytest.mark.parametrize(("exercise", "sentence", "wrong"), mistakes(FunctionExercise))
def test_a_wrong_function_is_refused_and_its_mistake_named(exercise, sentence, wrong):
    for seed in range(5):
        verdict = functions.judge(exercise, lambda *inputs: wrong(*inputs), seed)
        assert verdict.state == "wrong"
        assert verdict.reason.endswith(sentence)


@pytest.mark.parametrize(("exercise", "sentence", "wrong"), mistakes(NumberExercise))
def test_a_wrong_number_is_refused_and_its_mistake_named(exercise, sentence, wrong):
    for rounded in (wrong, float(f"{wrong:.4g}"), float(f"{wrong:.3g}")):
        verdict = values.judge_number(exercise, rounded)
        assert (verdict.state, verdict.reason) == ("wrong", sentence)


@pytest.mark.parametrize(("exercise", "sentence", "wrong"), mistakes(ExpressionExercise))
def test_a_wrong_expression_is_refused_and_its_mistake_named(exercise, sentence, wrong):
    stated = sympify(wrong(*symbols(exercise.symbols, positive=True, seq=True)))
    for rewritten in (stated, expand(stated)):
        verdict = values.judge_expression(exercise, rewritten)
        assert (verdict.state, verdict.reason) == ("wrong", sentence)


def slips():
    return [(e, slip) for e in of_kind(FunctionExercise) for slip in e.slips]


def test_each_slip_is_refused_and_named():
    for exercise, slip in slips():
        lesson = exercise.id[:3]
        ours = [e.reference for e in of_kind(FunctionExercise) if e.id.startswith(lesson)]
        names = {"torch": torch, "math": math} | {f.__name__: f for f in ours}
        names.pop(exercise.reference.__name__)
        verdict = functions.judge(exercise, written(slip.example, names))
        assert verdict.state == "wrong", slip.sentence
        assert verdict.reason.endswith(slip.sentence), verdict


def test_no_slip_is_found_in_the_solution_or_in_another_right_answer():
    solutions = {
        cell.exercise: ast.parse(solution_source(cell))
        for path in lesson_sources(SOURCES, [])
        for cell in read_cells(path.read_text("utf-8"), path.name)
        if "exercise" in cell.tags
    }
    for exercise, slip in slips():
        trees = [solutions[exercise.id], *map(syntax.tree_of, RIGHT[exercise.id])]
        assert not any(tree and slip.found(tree) for tree in trees), slip.sentence


@pytest.mark.parametrize(
    "body",
    [
        "return causal_attention(q / n_heads, k, v)",
        "return causal_attention(q, k, v).unflatten(2, (n_heads, -1)).mean(2)",
        "K = q.shape[2] // n_heads; return causal_attention(q[..., :K], k[..., :K], v[..., :K])",
        "q, k, v = (torch.stack(x.chunk(n_heads, 2), 1) for x in (q, k, v)); "
        "return causal_attention(q[:, 0], k[:, 0], v[:, 0])",
        "return causal_attention(q, k, v, n_heads)",
    ],
)
def test_heads_that_attention_was_not_given_are_not_asked_for(body):
    (slip,) = (s for s in ENTRIES["08.multi_head"].slips if "where can the heads go" in s.sentence)
    assert not slip.found(ast.parse(f"def multi_head(q, k, v, n_heads):\n    {body}"))


@pytest.mark.parametrize("id", ["02.resting_places", "02.pmi"])
def test_a_slip_is_found_whatever_the_docstring_says(id):
    for slip in ENTRIES[id].slips:
        head, body = slip.example.split("\n", 1)
        docstring = "    'One place for each word; None is left out. A view, with an einsum of .T'"
        assert slip.found(ast.parse(slip.example).body[0]), slip.sentence
        assert slip.found(ast.parse(f"{head}\n{docstring}\n{body}").body[0]), slip.sentence


def test_no_slip_is_found_in_a_docstring():
    for exercise, slip in slips():
        for tree in filter(None, map(syntax.tree_of, RIGHT[exercise.id])):
            if isinstance(tree, ast.FunctionDef):
                told = ast.Expr(ast.Constant(slip.example))
                tree.body.insert(0, told)
                assert not slip.found(tree), slip.sentence


def test_sentences_of_slips_and_mistakes_are_told_apart():
    for exercise in of_kind(FunctionExercise):
        sentences = [*exercise.mistakes, *(slip.sentence for slip in exercise.slips)]
        assert len(set(sentences)) == len(sentences)
        assert all(sentence.endswith((".", "?")) for sentence in sentences)


@pytest.mark.parametrize("exercise", of_kind(FunctionExercise), ids=by_id)
def test_mistakes_of_a_function_are_told_apart_pairwise(exercise):
    def signature(function, seed):
        result = []
        for case in make_cases(exercise, torch.Generator().manual_seed(seed)):
            inputs = copies(case.inputs)
            result.append((function(*inputs), *inputs))
        return result

    functions = {"right": exercise.reference, **exercise.mistakes}
    for seed in range(5):
        seen = {name: signature(function, seed) for name, function in functions.items()}
        for one, other in itertools.combinations(seen, 2):
            pairs = zip(seen[one], seen[other], strict=True)
            assert not all(all(map(same, a, b)) for a, b in pairs), (one, other)


@pytest.mark.parametrize("kind", [FunctionExercise, NumberExercise, ExpressionExercise])
def test_an_exercise_knows_at_least_five_mistakes_each_with_a_sentence_of_its_own(kind):
    for exercise in of_kind(kind):
        assert len(exercise.mistakes) >= 5
        assert all(sentence.endswith((".", "?")) for sentence in exercise.mistakes)


@pytest.mark.slow
@pytest.mark.parametrize("exercise", of_kind(FunctionExercise), ids=by_id)
def test_other_right_functions_pass_at_50_seeds(exercise):
    assert len(RIGHT[exercise.id]) >= 2
    for seed in range(50):  # the solution itself is judged in the solution edition
        for function in RIGHT[exercise.id]:
            verdict = functions.judge(exercise, function, seed)
            assert verdict.passed, (seed, verdict)


@pytest.mark.parametrize("exercise", of_kind(FunctionExercise), ids=by_id)
def test_the_worked_example_alone_exposes_most_mistakes(exercise):
    exposed = 0
    for wrong in exercise.mistakes.values():
        inputs = copies(exercise.worked)
        exposed += not same(wrong(*inputs), exercise.reference(*copies(exercise.worked)))
    assert exposed >= len(exercise.mistakes) / 2


@pytest.mark.parametrize("answer", [22, 22.76, 23, 22.5, math.log(0.5, 0.97), Rational(91, 4)])
def test_the_half_life_passes_rounded_too(answer):
    assert values.judge_number(ENTRIES["05.half_life"], answer).passed


@pytest.mark.parametrize("answer", [21, 24, 33.3, 16.7, -22.76, 0.0303, 0, 22.76e3])
def test_other_half_lives_do_not_pass(answer):
    assert not values.judge_number(ENTRIES["05.half_life"], answer).passed


@pytest.mark.parametrize(
    "answer",
    [
        (T - 1) / d,
        T / d - 1 / d,
        -(1 - T) / d,
        cancel((T**2 - 1) / (d * (T + 1))),
        (T**2 - 1) / (d * (T + 1)),
        symbols("T") / symbols("d") - 1 / symbols("d"),
    ],
)
def test_the_noise_passes_in_every_form(answer):
    assert values.judge_expression(ENTRIES["05.noise"], answer).passed


@pytest.mark.parametrize(
    "answer",
    [
        log(T - 1),
        -log(1 / (T - 1)),
        log((T - 1) ** 2) / 2,
        log(T) - log(T / (T - 1)),
        log(T) + log(1 - 1 / T),
        log(symbols("T") - 1, 2) * log(2),
    ],
)
def test_the_score_needed_passes_in_every_form(answer):
    assert values.judge_expression(ENTRIES["08.score_needed"], answer).passed


@pytest.mark.parametrize("answer", [log(T), log(T - 2), log(1 / (T - 1)), log(T - 1) ** 2])
def test_another_score_does_not_pass(answer):
    assert not values.judge_expression(ENTRIES["08.score_needed"], answer).passed


def test_exactly_two_orders_of_the_lines_are_right():
    exercise = ENTRIES["05.write_order"]
    passed = [
        "".join(order)
        for order in itertools.permutations(exercise.lines)
        if values.judge_order(exercise, " ".join(order)).passed
    ]
    assert passed == ["bedac", "ebdac"]


@pytest.mark.parametrize(
    ("order", "said"),
    [
        ("e b a d c", "no word yet to add"),
        ("e d b a c", "set to zero after the loop began"),
        ("b d e a c", "drawn once, before"),
        ("e b d c a", "read before anything"),
        ("a b c d e", "no word yet to add"),
        ("e b d a", "Line c is missing"),
        ("e b d a c a", "Line a stands there twice"),
        ("e b d a c f", "There is no line f"),
    ],
)
def test_a_wrong_order_is_refused_and_its_mistake_named(order, said):
    verdict = values.judge_order(ENTRIES["05.write_order"], order)
    assert verdict.state == "wrong"
    assert said in verdict.reason


@pytest.mark.parametrize("order", ["ebdac", "E B D A C", "b, e, d, a, c", "e-b-d-a-c"])
def test_an_order_may_be_typed_in_any_way(order):
    assert values.judge_order(ENTRIES["05.write_order"], order).passed


def test_each_rule_is_the_first_that_some_order_breaks():
    for exercise in of_kind(OrderExercise):
        orders = itertools.permutations(exercise.lines)
        broken = {values.broken_rule(exercise, order) for order in orders}
        assert broken == {*exercise.rules, None}


@pytest.mark.parametrize("question", of_kind(Question), ids=by_id)
def test_each_choice_has_a_reply_of_its_own_and_one_is_right(question):
    verdicts = [values.judge_choice(question, letter) for letter in question.choices]
    assert len({verdict.reason for verdict in verdicts}) == len(question.choices) == 4
    assert [v.passed for v in verdicts] == [letter == question.right for letter in question.choices]


@pytest.mark.parametrize("question", of_kind(Question), ids=by_id)
def test_the_length_of_a_choice_does_not_give_it_away(question):
    lengths = {letter: len(choice.text) for letter, choice in question.choices.items()}
    assert max(lengths.values()) <= 1.35 * min(lengths.values())
    assert lengths[question.right] != max(lengths.values())


y, z, x, w = symbols("y z x w", positive=True)


@pytest.mark.parametrize(
    "answer",
    [
        (y - z) * (1 - y**2) * x,
        x * (y - z) * (1 - y) * (1 + y),
        -(z - y) * x + (z - y) * x * y**2,
        expand((y - z) * (1 - y**2) * x),
        (symbols("y") - symbols("z")) * (1 - symbols("y") ** 2) * symbols("x"),
    ],
)
def test_the_gradient_of_one_weight_passes_in_every_form(answer):
    assert values.judge_expression(ENTRIES["03.one_weight"], answer).passed


def test_the_gradient_of_one_weight_is_that_of_the_loss():
    wanted = diff((tanh(w * x) - z) ** 2 / 2, w)
    ours = ENTRIES["03.one_weight"].reference(tanh(w * x), z, x)
    assert expand(wanted - ours) == 0


def test_a_wrong_gradient_of_one_weight_is_shown_at_a_tanh_below_one():
    verdict = values.judge_expression(ENTRIES["03.one_weight"], y * z * x)
    assert verdict.example == ("at y = 1/2, z = 2, x = -3: got -3, wanted 27/8",)


def test_the_gradient_of_one_weight_is_wanted_in_y_not_in_w():
    answer = (tanh(w * x) - z) * (1 - tanh(w * x) ** 2) * x
    verdict = values.judge_expression(ENTRIES["03.one_weight"], answer)
    assert verdict.reason.startswith("It contains w;")


def test_three_orders_of_a_training_step_are_right_with_zero_grad_before_backward():
    exercise = ENTRIES["03.train_step"]
    passed = [
        "".join(order)
        for order in itertools.permutations(exercise.lines)
        if values.judge_order(exercise, " ".join(order)).passed
    ]
    assert passed == ["cdeab", "cedab", "dceab"]


@pytest.mark.parametrize(
    ("order", "said"),
    [
        ("ceadb", "wipes out the new gradients"),
        ("ceabd", "right from the second step on"),
        ("dceba", "before the gradients of this batch"),
        ("dcaeb", "no loss yet"),
        ("decab", "no y yet"),
    ],
)
def test_a_wrong_training_step_is_refused_and_its_mistake_named(order, said):
    verdict = values.judge_order(ENTRIES["03.train_step"], order)
    assert verdict.state == "wrong"
    assert said in verdict.reason


def test_the_number_of_parameters_is_that_of_a_layer_of_torch():
    layer = torch.nn.Linear(100 * 64, 256)
    count = sum(p.numel() for p in layer.parameters())
    assert values.judge_number(ENTRIES["03.n_parameters"], count).passed
    for near in (count - 1, count + 1, 1.64e6, count - 256):
        assert not values.judge_number(ENTRIES["03.n_parameters"], near).passed


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (1_638_656, f"1,638,656 parameters. {ENTRIES['03.n_parameters'].meaning}"),
        (5_000_000, "It is not 5,000,000 parameters."),
        (0.25, "It is not 0.25 parameters."),
        (1e300, "It is not 1e+300 parameters."),
    ],
)
def test_a_count_is_said_in_full(answer, said):
    assert values.judge_number(ENTRIES["03.n_parameters"], answer).reason == said


def test_an_expression_that_agrees_at_the_first_points_only_does_not_pass():
    zero_at_small_T = (T - 2) * (T - 3) * (T - 4) * (T - 5)
    verdict = values.judge_expression(ENTRIES["05.noise"], (T - 1) / d + zero_at_small_T)
    assert not verdict.passed


beta, n_sq, kk, N, p, K, V = symbols("beta n kk N p K V", positive=True)
a, b, L = symbols("a b L", positive=True)


@pytest.mark.parametrize(
    ("id", "answer"),
    [
        ("11.missing_after", -(beta * kk - 1)),
        ("11.missing_after", cancel((1 - beta**2 * kk**2) / (1 + beta * kk))),
        ("11.largest_beta", 1 / kk + 1 / kk),
        ("12.two_steps", beta + beta * (1 - beta * kk)),
        ("12.two_steps", (1 - (1 - beta * kk) ** 2) / kk),
        ("12.list_size", (K**2 + K * V) / (K + V)),
        ("13.numbers_needed", log(N**n_sq) / log(2**p)),
        ("13.numbers_needed", n_sq / (p * log(2, N))),
        ("13.break_even", 1 / (1 / K + 1 / V)),
        ("13.break_even", K - K**2 / (K + V)),
        ("09.product", (p / a) * (p / b)),
        ("09.product", p * exp(log(p / (a * b)))),
        ("09.parameters", d * (12 * L * d + N)),
    ],
)
def test_a_line_of_algebra_passes_in_another_form(id, answer):
    assert values.judge_expression(ENTRIES[id], answer).passed


def test_true_is_no_number():
    verdict = values.judge_number(ENTRIES["05.half_life"], True)
    assert verdict.reason == "This is True; wanted is a number, in steps."


n_wc, n_w, n_c, n, n_neg = symbols("n_wc n_w n_c n n_neg", positive=True)


@pytest.mark.parametrize(
    "answer",
    [
        n_wc * n / (n_neg * n_w * n_c),
        n_wc / (n_neg * (n_w * n_c / n)),
        (n_wc / n) / ((n_w / n) * (n_c / n)) / n_neg,
        exp(log(n_wc * n / (n_w * n_c)) - log(n_neg)),
        symbols("n_wc") * symbols("n") / (symbols("n_neg") * symbols("n_w") * symbols("n_c")),
    ],
)
def test_the_optimum_passes_in_every_form(answer):
    assert values.judge_expression(ENTRIES["02.optimum"], answer).passed


def test_the_optimum_is_where_the_slope_is_zero():
    score = log(ENTRIES["02.optimum"].reference(n_wc, n_w, n_c, n, n_neg))
    slope = n_wc / (1 + exp(score)) - n_neg * n_w * n_c / n / (1 + exp(-score))
    assert cancel(slope) == 0


def test_the_number_of_pairs_is_that_of_a_count_by_hand():
    pairs = [(w, c) for w in range(10) for c in range(10) if 1 <= abs(w - c) <= 2]
    assert values.judge_number(ENTRIES["02.n_pairs"], len(pairs)).passed
    assert not values.judge_number(ENTRIES["02.n_pairs"], len(pairs) + 1).passed


@pytest.mark.parametrize("instead", [math.inf, math.nan, -1e30, 0.0])
def test_minus_infinity_is_wanted_and_nothing_else_will_do(instead):
    def answer(counts):
        out = pmi_by_logarithms(counts)
        return torch.where(out.isinf(), torch.full_like(out, instead), out)

    assert functions.judge(ENTRIES["02.pmi"], pmi_by_logarithms).passed
    assert functions.judge(ENTRIES["02.pmi"], answer).state == "wrong"


def test_a_loss_that_is_infinite_at_large_scores_is_told_at_which():
    def answer(v, u, u_noise):
        near, far = (v * u).sum(1), (u_noise @ v[:, :, None]).squeeze(2)
        return ((-near).exp().log1p() + far.exp().log1p().sum(1)).mean()

    verdict = functions.judge(ENTRIES["02.sgns_loss"], answer)
    assert verdict.reason.startswith("At scores of 200 this is infinite.")
    assert verdict.example[0].endswith("with B = 5, n_neg = 4, D = 3, score = 200 not:")
    assert verdict.example[1].startswith("got inf, wanted ")


p, K = symbols("p K", positive=True)


@pytest.mark.parametrize(
    "answer",
    [
        p - p**2,
        -p * (p - 1),
        1 / (1 / p + 1 / (1 - p)),
        0.25 - (p - 0.5) ** 2,
        (1 - p**2 - (1 - p) ** 2) / 2,
        exp(log(p) + log(1 - p)),
    ],
)
def test_the_slope_of_a_weight_passes_in_every_form(answer):
    assert values.judge_expression(ENTRIES["08.slope_own"], answer).passed


@pytest.mark.parametrize(
    "answer",
    [n / K - 1 / K, -(1 - n) / K, n / K * (1 - 1 / n), (n**2 - 1) / (K * (n + 1)), (n - 1.0) / K],
)
def test_the_cross_talk_passes_in_every_form(answer):
    assert values.judge_expression(ENTRIES["10.cross_talk"], answer).passed


@pytest.mark.parametrize("ends", ["nowhere", "everywhere", "once", "from the last token on"])
def test_the_gradient_of_a_text_in_pieces_ends_where_a_piece_begins(ends):
    """The values are right in all of them; only gradients tell."""

    def read_in_pieces(x, U, cut):
        T = x.shape[1]
        later = range(T % cut, T, cut)
        places = {"nowhere": (), "everywhere": range(T), "once": (T - cut,)}.get(ends, later)
        state, states = torch.zeros_like(x[:, 0]), []
        for t in range(T):
            if t in places:
                state = state.detach()
            state = torch.tanh(state @ U.T + x[:, t])
            states.append(state)
        return torch.stack(states, dim=1)

    verdict = functions.judge(ENTRIES["06.read_in_pieces"], read_in_pieces)
    assert verdict.state == "wrong"
    assert verdict.reason.startswith("The values are right, but the gradient")


@pytest.mark.parametrize(
    ("steps", "told"), [(60, "60 steps leave 0.027: too much."), (140, "0.00022: too little.")]
)
def test_a_distance_that_is_wrong_is_told_what_is_left_there(steps, told):
    verdict = values.judge_number(ENTRIES["06.horizon"], steps)
    assert verdict.state == "wrong"
    assert verdict.reason.endswith(told)


def test_where_the_answer_cuts_a_gradient_nothing_is_said_against_detach():
    def read_in_pieces(x, U, cut):
        return ENTRIES["06.read_in_pieces"].reference(x.detach(), U, cut)

    verdict = functions.judge(ENTRIES["06.read_in_pieces"], read_in_pieces)
    assert "no gradient flows back to x" in verdict.reason
    assert "without .detach()" not in verdict.reason
