"""What is said of a function that is not right, and of one that is."""

import linecache

import pytest
import torch

from lcutils.checking import functions, syntax
from lcutils.checking.data import FunctionExercise, Slip, normal, row


def written(source, **names):
    """The function `answer` that `source` defines, as a cell would: its text can be looked up."""
    file = f"<cell {hash(source)}>"
    linecache.cache[file] = (len(source), None, source.splitlines(keepends=True), file)
    names = {"torch": torch, **names}
    exec(compile(source, file, "exec"), names)
    return names["answer"]


def running_mean(x):
    """x: [B, T] -> the mean of the first entries, at each step: [B, T]"""
    return x.cumsum(1) / torch.arange(1, x.shape[1] + 1, dtype=x.dtype)


SUM = "This is the running sum."
NO_AXIS = "cumsum needs an axis."
HARD = "torch.ones has no place here."
EXERCISE = FunctionExercise(
    "05.running_mean",
    running_mean,
    worked=(row([2, 4, 6]),),
    draw=lambda rng, B, T: (normal(rng, B, T),),
    sizes=({"B": 1, "T": 1}, {"B": 3, "T": 2}, {"B": 2, "T": 4}),
    mistakes={SUM: lambda x: x.cumsum(1)},
    hints=("Divide by how many there are.",),
    slips=(
        Slip(
            NO_AXIS,
            lambda tree: any(
                not call.args and not syntax.has_keyword(call, "dim")
                for call in syntax.calls(tree, "cumsum")
            ),
            "def answer(x):\n    return x.cumsum()",
        ),
        Slip(HARD, lambda tree: syntax.uses(tree, "ones"), "answer = lambda x: x + torch.ones(1)"),
    ),
    causal="x",
)


def judged(source, **names):
    return functions.judge(EXERCISE, written(source, **names))


# --- slips


def test_a_slip_is_named_where_the_function_raises():
    verdict = judged("def answer(x):\n    return x.cumsum() / len(x)")
    assert verdict.reason == NO_AXIS
    assert verdict.example[0] == "It raised this:"
    assert "    return x.cumsum() / len(x)".strip() in verdict.example
    assert not verdict.is_open


def test_a_slip_is_named_where_the_values_differ():
    verdict = judged("answer = lambda x: x + torch.ones(1)")
    assert verdict.reason == HARD
    assert verdict.example[-1] == "wanted = [[2, 3, 4]]"


def test_a_slip_is_named_after_the_shape():
    reason = judged("def answer(x):\n    return torch.ones(2, 2)").reason
    assert reason == f"The shape is [2, 2]; wanted is [1, 3]. {HARD}"


def test_a_slip_is_named_where_the_time_is_up(monkeypatch):
    monkeypatch.setattr(functions.guard, "SECONDS", 0.2)
    reason = judged("def answer(x):\n    while True:\n        torch.ones(1)").reason
    assert reason.startswith("It was stopped")
    assert reason.endswith(HARD)


def test_a_mistake_goes_before_a_slip():
    assert judged("answer = lambda x: torch.ones(1) * x.cumsum(1)").reason == SUM


def test_a_right_function_with_a_slip_in_it_is_right():
    verdict = judged("answer = lambda x: f(x) * torch.ones(1)", f=running_mean)
    assert (verdict.headline, verdict.reason) == ("Right.", "")


@pytest.mark.parametrize(
    "source",
    [
        "def answer(x):\n    return x + 1",
        "answer = torch.neg",
        "import functools\nanswer = functools.partial(torch.add, other=1)",
        "class Answer:\n    def __call__(self, x):\n        return -x\n\nanswer = Answer()",
        "table = {'one':\n    lambda x: -x,\n'two': 2}\nanswer = table['one']",
        "def answer(x):\n    return -x\nanswer.__wrapped__ = answer",
        "def answer(x):\n    return -x\nanswer.__wrapped__ = 3",
        "answer = eval('lambda x: -x')",
        "def answer(x):\n    return -x\nanswer.__code__ = (lambda x: -x).__code__",
    ],
)
def test_any_source_is_survived(source):
    verdict = judged(source)
    assert (verdict.state, verdict.reason) == ("wrong", "The values differ.")


def test_a_source_that_is_no_longer_there_is_survived():
    answer = written("def answer(x):\n    return x + torch.ones(1)")
    linecache.cache[answer.__code__.co_filename] = (0, None, ["def (\n"], "gone")
    assert functions.judge(EXERCISE, answer).reason == "The values differ."
    linecache.clearcache()
    assert functions.judge(EXERCISE, answer).reason == "The values differ."


def test_a_method_and_a_decorated_function_have_a_source():
    source = "class A:\n    def f(self, x):\n        return x + torch.ones(1)\n\nanswer = A().f"
    assert judged(source).reason == HARD
    source = (
        "import functools\n"
        "def twice(f):\n"
        "    @functools.wraps(f)\n"
        "    def g(x):\n"
        "        return 2 * f(x)\n"
        "    return g\n"
        "@twice\n"
        "def answer(x):\n"
        "    return x + torch.ones(1)\n"
    )
    assert judged(source).reason == HARD


def tree(source):
    return syntax.tree_of(written(source))


def test_a_lambda_is_found_by_its_arguments():
    found = tree("pair = (lambda a: a.sin(), lambda x, *, y: x.cos())\nanswer = pair[1]")
    assert syntax.calls(found, "cos")
    assert not syntax.calls(found, "sin")


def test_calls_are_found_as_functions_and_as_methods():
    found = tree("def answer(x):\n    return torch.softmax(x, dim=1) + x.softmax(0) + max(x)")
    assert [syntax.has_keyword(call, "dim") for call in syntax.calls(found, "softmax")] == [
        True,
        False,
    ]
    assert len(syntax.calls(found, "max", "softmax")) == 3
    assert not syntax.calls(found, "x", "torch")
    assert syntax.uses(found, "torch")
    assert not syntax.uses(found, "tanh")


@pytest.mark.parametrize(
    ("body", "has_one"),
    [
        ("for t in range(3):\n        x = x + t\n    return x", True),
        ("while len(x) > 3:\n        x = x[1:]\n    return x", True),
        ("return torch.stack([row for row in x])", True),
        ("return sum(row for row in x)", True),
        ("return x.cumsum(1)", False),
        ("a, b = (y + 1 for y in (x, x))\n    return a + b", False),
    ],
)
def test_a_loop_is_one_over_more_than_a_few_listed_values(body, has_one):
    assert syntax.has_loop(tree(f"def answer(x):\n    {body}")) == has_one
