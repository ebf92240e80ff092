"""Every known mistake is refused and named; right answers, also unusual ones, always pass."""

import itertools
import math

import pytest
import torch
from sympy import Rational, cancel, expand, symbols

from lcutils.exercises import _functions, _values, catalogue
from lcutils.exercises._cases import copies, make_cases, same
from lcutils.exercises._data import (
    ExpressionExercise,
    FunctionExercise,
    NumberExercise,
    OrderExercise,
    Question,
)

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


def loop_step(x, state):
    rows = [[c + y for c, y in zip(*pair, strict=True)] for pair in zip(state, x, strict=True)]
    return torch.stack([torch.stack(row) for row in rows])


def gradient_by_autograd(state, target):
    leaf = state.detach().clone().requires_grad_()
    (0.5 * (leaf - target).pow(2).sum()).backward()
    return leaf.grad


def scan_by_loop(x, initial_state):
    states = [initial_state + x[:, 0]]
    for t in range(1, x.shape[1]):
        states.append(states[-1] + x[:, t])
    return torch.stack(states, 1)


def scan_by_matrix(x, initial_state):
    T = x.shape[1]
    return torch.ones(T, T, dtype=x.dtype).tril() @ x + initial_state.unsqueeze(1)


def decay_by_matrix(x, initial_state, gamma):
    t = torch.arange(x.shape[1])
    weights = (gamma ** (t[:, None] - t).clamp(min=0)).tril().to(x.dtype)
    faded = gamma ** (t + 1).to(x.dtype)
    return weights @ x + faded[None, :, None] * initial_state[:, None]


def decay_in_place_of_its_own(x, initial_state, gamma):
    out = x.clone()
    out[:, 0] = out[:, 0] + gamma * initial_state
    for t in range(1, x.shape[1]):
        out[:, t] = out[:, t] + gamma * out[:, t - 1].clone()
    return out


def members_by_threshold(state, keys, n_items):
    read = (keys * state).sum(-1)
    return read >= read.sort(descending=True).values[n_items - 1]


def members_by_rank(state, keys, n_items):
    return (keys @ state).neg().argsort().argsort() < n_items


def text_mean_by_matrix(x):
    T = x.shape[1]
    return (torch.full((1, T), 1 / T, dtype=x.dtype) @ x)[:, 0]


RIGHT = {
    "00.text_mean": (lambda x: x.sum(1) / x.shape[1], text_mean_by_matrix),
    "05.additive_step": (lambda x, state: torch.add(x, state), loop_step),
    "05.state_gradient": (gradient_by_autograd, lambda state, target: -(target - state)),
    "05.additive_scan": (scan_by_loop, scan_by_matrix),
    "05.decay_scan": (decay_by_matrix, decay_in_place_of_its_own),
    "05.members": (members_by_threshold, members_by_rank),
}


@pytest.mark.parametrize(("exercise", "sentence", "wrong"), mistakes(FunctionExercise))
def test_a_wrong_function_is_refused_and_its_mistake_named(exercise, sentence, wrong):
    for seed in range(5):
        verdict = _functions.judge(exercise, lambda *inputs: wrong(*inputs), seed)
        assert verdict.state == "wrong"
        assert verdict.reason.endswith(sentence)


@pytest.mark.parametrize(("exercise", "sentence", "wrong"), mistakes(NumberExercise))
def test_a_wrong_number_is_refused_and_its_mistake_named(exercise, sentence, wrong):
    for rounded in (wrong, float(f"{wrong:.4g}"), float(f"{wrong:.3g}")):
        verdict = _values.judge_number(exercise, rounded)
        assert (verdict.state, verdict.reason) == ("wrong", sentence)


@pytest.mark.parametrize(("exercise", "sentence", "wrong"), mistakes(ExpressionExercise))
def test_a_wrong_expression_is_refused_and_its_mistake_named(exercise, sentence, wrong):
    for rewritten in (wrong(T, d), expand(wrong(T, d))):
        verdict = _values.judge_expression(exercise, rewritten)
        assert (verdict.state, verdict.reason) == ("wrong", sentence)


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
def test_right_functions_pass_at_200_seeds(exercise):
    assert len(RIGHT[exercise.id]) >= 2
    for seed in range(200):
        for function in (lambda *inputs: exercise.reference(*inputs), *RIGHT[exercise.id]):
            verdict = _functions.judge(exercise, function, seed)
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
    assert _values.judge_number(ENTRIES["05.half_life"], answer).passed


@pytest.mark.parametrize("answer", [21, 24, 33.3, 16.7, -22.76, 0.0303, 0, 22.76e3])
def test_other_half_lives_do_not_pass(answer):
    assert not _values.judge_number(ENTRIES["05.half_life"], answer).passed


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
    assert _values.judge_expression(ENTRIES["05.noise"], answer).passed


def test_exactly_two_orders_of_the_lines_are_right():
    exercise = ENTRIES["05.write_order"]
    passed = [
        "".join(order)
        for order in itertools.permutations(exercise.lines)
        if _values.judge_order(exercise, " ".join(order)).passed
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
    verdict = _values.judge_order(ENTRIES["05.write_order"], order)
    assert verdict.state == "wrong"
    assert said in verdict.reason


@pytest.mark.parametrize("order", ["ebdac", "E B D A C", "b, e, d, a, c", "e-b-d-a-c"])
def test_an_order_may_be_typed_in_any_way(order):
    assert _values.judge_order(ENTRIES["05.write_order"], order).passed


def test_each_rule_is_the_first_that_some_order_breaks():
    for exercise in of_kind(OrderExercise):
        orders = itertools.permutations(exercise.lines)
        broken = {_values.broken_rule(exercise, order) for order in orders}
        assert broken == {*exercise.rules, None}


@pytest.mark.parametrize("question", of_kind(Question), ids=by_id)
def test_each_choice_has_a_reply_of_its_own_and_one_is_right(question):
    verdicts = [_values.judge_choice(question, letter) for letter in question.choices]
    assert len({verdict.reason for verdict in verdicts}) == len(question.choices) == 4
    assert [v.passed for v in verdicts] == [letter == question.right for letter in question.choices]


@pytest.mark.parametrize("question", of_kind(Question), ids=by_id)
def test_the_length_of_a_choice_does_not_give_it_away(question):
    lengths = {letter: len(choice.text) for letter, choice in question.choices.items()}
    assert max(lengths.values()) <= 1.35 * min(lengths.values())
    assert lengths[question.right] != max(lengths.values())


def test_an_expression_that_agrees_at_the_first_points_only_does_not_pass():
    zero_at_small_T = (T - 2) * (T - 3) * (T - 4) * (T - 5)
    verdict = _values.judge_expression(ENTRIES["05.noise"], (T - 1) / d + zero_at_small_T)
    assert not verdict.passed


def test_true_is_no_number():
    verdict = _values.judge_number(ENTRIES["05.half_life"], True)
    assert verdict.reason == "This is True; wanted is a number, in steps."
