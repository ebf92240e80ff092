"""What is said of a function that is not right, and of one that is."""

import linecache
import queue
import re
import socket
import subprocess
import threading
import time
from dataclasses import replace

import numpy as np
import pytest
import sympy
import torch

from lcutils.checking import functions, judge, syntax
from lcutils.checking.data import FunctionExercise, Slip, normal, row
from lcutils.exercises import catalogue
from lcutils.proof import MatrixSymbol


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


def test_an_unknown_name_is_said_before_a_slip():
    verdict = judged("def answer(x):\n    return cumsum(x, 1) / torch.ones(1) + x.cumsum()")
    assert verdict.reason == f"There is no name `cumsum` here. Is `torch.cumsum` meant? {NO_AXIS}"
    assert verdict.example[:2] == ("It raised this:", "NameError: name 'cumsum' is not defined")
    assert verdict.hint == ""


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
    ("arguments", "keeps"),
    [
        ("1", False),
        ("dim=1", False),
        ("1, keepdim=True", True),
        ("axis=1, keepdims=True", True),
        ("1, True", True),
    ],
)
def test_a_sum_keeps_its_axis_however_that_is_spelled(arguments, keeps):
    (call,) = syntax.calls(tree(f"def answer(x):\n    return x.sum({arguments})"), "sum")
    assert syntax.keeps_axis(call) == keeps


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


# --- kinds and dtypes


MEAN = "x.cumsum(1) / torch.arange(1, x.shape[1] + 1)"
FREE = replace(EXERCISE, has_gradient=False, slips=())
MASK = replace(
    FREE,
    reference=lambda x: x > 2,
    mistakes={"Twice the wrong way round.": lambda x: x < 2},
)


def judged_as(exercise, expression):
    names = {"np": np, "unit_keys": torch.eye, "_hidden_key": torch.eye}
    return functions.judge(exercise, written(f"def answer(x):\n    return {expression}", **names))


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_a_right_value_in_the_other_float_dtype_is_right(dtype):
    verdict = judged(f"def answer(x):\n    return ({MEAN}).to(torch.{dtype})")
    assert (verdict.headline, verdict.reason) == ("Right.", "")
    assert verdict.is_ours
    assert f"It returned {dtype} where ours is float" in verdict.footer


def test_where_dtype_is_the_point_the_other_one_is_refused():
    verdict = judged_as(replace(EXERCISE, keeps_dtype=True), f"({MEAN}).double()")
    assert verdict.reason == (
        "The result is float64; with these inputs float32 is wanted. "
        "Give new tensors the dtype of the inputs."
    )


@pytest.mark.parametrize(
    ("change", "kind"),
    [
        (".numpy()", "a NumPy array"),
        (".tolist()", "a list"),
        (",", "a tuple of one tensor (is there a comma behind it?)"),
    ],
)
def test_values_in_another_kind_are_right_only_where_no_gradient_is_asked_for(change, kind):
    expression = f"({MEAN}){change}"
    verdict = judged_as(FREE, expression)
    assert (verdict.state, verdict.is_ours) == ("right", True)
    assert verdict.footer.startswith(f"It returned {kind}: the lesson goes on with our")
    assert judged_as(EXERCISE, expression).reason == (
        f"The values are right, but it returned {kind}; "
        "wanted is a tensor, through which gradients flow back."
    )


@pytest.mark.parametrize("change", [".numpy()", ".tolist()", ",", ".double()"])
def test_a_wrong_value_is_named_before_its_kind_and_dtype(change):
    assert judged_as(EXERCISE, f"x.cumsum(1){change}").reason == SUM
    assert judged_as(EXERCISE, f"x.sin(){change}").reason == "The values differ."


@pytest.mark.parametrize("number", ["float(x.sum())", "np.float64(x.sum())", "x.sum().numpy()"])
def test_a_number_of_python_or_numpy_is_right_where_a_single_one_is_wanted(number):
    total = replace(FREE, reference=lambda x: x.sum(), mistakes={}, causal="")
    assert judged_as(total, number).passed
    assert not judged_as(total, f"{number} + 1").passed
    wrong = judged_as(FREE, "3.5").reason
    assert wrong == "It returned a number of Python's of shape []; wanted is a tensor [1, 3]."


def test_a_list_of_tensors_is_told_what_makes_one_of_it():
    assert "It returned a list of tensors (torch.stack" in judged_as(EXERCISE, "list(x)").reason


@pytest.mark.parametrize(("change", "name"), [(".float()", "float32"), (".int()", "int32")])
def test_a_mask_of_numbers_is_told_that_true_and_false_are_wanted(change, name):
    assert judged_as(MASK, f"(x > 2){change}").reason == (
        f"The values are right, but 0 and 1 in {name}; wanted are True and False: "
        "compare, or end with `.bool()`."
    )
    assert judged_as(MASK, "(x > 2).tolist()").passed


def test_whole_numbers_where_floats_are_wanted_are_told_so():
    whole = replace(FREE, reference=lambda x: (x > 2).to(x.dtype), mistakes={})
    for change in ("int()", "numpy().astype(int)"):
        reason = judged_as(whole, f"(x > 2).{change}").reason
        assert re.fullmatch(
            "The values are right, but the result is int..; wanted are floats, float32.", reason
        )
    assert judged_as(whole, "[[int(y > 2) for y in row] for row in x]").passed
    places = replace(FREE, reference=lambda x: x.argsort(1), mistakes={})
    assert judged_as(places, "x.argsort(1).int()").passed
    assert "wanted are whole numbers, int64" in judged_as(places, "x.argsort(1).float()").reason
    assert judged_as(EXERCISE, f"({MEAN}).long()").reason == (
        "The values differ: int64 has whole numbers only."
    )


def test_complex_numbers_are_refused_before_their_values():
    reason = judged_as(EXERCISE, f"({MEAN}) + 0j").reason
    assert reason == "The result is complex64; wanted are real numbers, float32."


# --- NaN, infinity, the future, other texts


def test_the_number_of_entries_that_are_nan_or_infinite_is_said():
    verdict = judged_as(EXERCISE, "x * 0 / 0")
    assert verdict.reason == "The values differ: 3 of 3 are NaN, and NaN times 0 is NaN."
    assert verdict.is_open
    assert judged_as(EXERCISE, "x.cumsum(1) / torch.arange(x.shape[1])").reason == (
        "The values differ: 1 of 3 is infinite, and infinity times 0 is NaN."
    )

    assert judged_as(EXERCISE, "x / (x - 2) * (x != 4)").reason == (
        "The values differ: 1 of 3 is infinite, and infinity times 0 is NaN."
    )
    assert judged_as(EXERCISE, "(x - 4) / 0").reason == (
        "The values differ: 3 of 3 are infinite or NaN, and infinity times 0 is NaN."
    )


def test_where_minus_infinity_is_wanted_it_is_not_counted():
    logs = replace(EXERCISE, reference=lambda x: x * 0 - torch.inf, mistakes={}, causal="")
    assert judged_as(logs, "x * 0").reason == "The values differ."


def test_a_look_into_the_future_is_said_alone_where_the_last_step_is_right():
    first = "torch.cat([x.mean(1, keepdim=True), x[:, :1]], 1)[:, : (x.shape[1] > 1)]"
    verdict = judged_as(
        EXERCISE, f"torch.cat([{first}, ({MEAN})[:, 1:]], 1) if x.shape[1] > 1 else x"
    )
    assert verdict.reason == (
        "The result at step 1 changes when x changes at later steps: it looks into the future."
    )


def test_where_the_last_step_is_wrong_too_that_is_said_before_the_future():
    reason = judged_as(EXERCISE, "x.softmax(1)").reason
    assert reason.startswith("The values differ, and at the last step, too, which has no future.")
    assert reason.endswith("it looks into the future.")


@pytest.mark.parametrize(
    "mixed", ["x.cumsum(0)", "x + x.sum()", "x.flatten().cumsum(0).view_as(x)"]
)
def test_what_mixes_texts_is_not_said_to_look_into_the_future(mixed):
    assert judged_as(EXERCISE, mixed).reason == (
        "The result of one text changes when another text does: "
        "is something carried over, or summed over the batch?"
    )


def test_infinity_is_named_before_a_look_into_the_future():
    reason = judged_as(EXERCISE, "x.sum(1, keepdim=True) / 0 * x").reason
    assert "the future" not in reason
    assert "infinite" in reason


# --- right


def test_a_right_function_is_told_the_meaning():
    told = replace(EXERCISE, meaning="It remembers all alike.")
    assert judged_as(told, MEAN).reason == "It remembers all alike."


def test_a_right_loop_is_told_where_none_is_asked_for():
    free = replace(EXERCISE, is_loop_free=True, meaning="It remembers all alike.")
    loop = "torch.stack([x[:, :t].mean(1) for t in range(1, x.shape[1] + 1)], 1)"
    verdict = judged_as(free, loop)
    assert (verdict.state, verdict.headline) == ("right", "Right,")
    assert verdict.reason == "with a loop; the exercise asks for none. It remembers all alike."
    assert judged_as(free, MEAN).headline == "Right."
    assert judged_as(EXERCISE, loop).headline == "Right."
    assert functions.judge(free, running_mean).headline == "Right."
    assert functions.judge(free, eval(f"lambda x: {loop}")).headline == "Right."  # no source


# --- errors


NOT_RUN = "or was the cell that defines it not run?"


@pytest.mark.parametrize(
    ("expression", "hint"),
    [
        ("x + x.T @ x", "Sizes 3 and 2 meet at axis 0. They must be equal, or one of them 1."),
        ("x @ x", "A matrix product of [1, 3] and [1, 3]: the 3 and the 1 must be equal."),
        ("x[None] @ x[None]", "In a matrix product the last axis of the first, here 3, must be"),
        ("x @ x[:, 0]", "A matrix [1, 3] times a vector [1]: the 3 and the 1 must be equal."),
        ("x[0] @ x[:, 0]", "The product of a vector [3] and a vector [1]: they must be equally"),
        ("x.reshape(2, -1)", "3 numbers do not fill the shape [2, -1]."),
        (
            "torch.einsum('ij,jk->ik', x, x)",
            "the letter j stands for an axis of 3 and for one of 2",
        ),
        ("x.expand(5, 4)", "A tensor of shape [1, 3] does not fit where [5, 4] is wanted."),
        ("torch.cat([x, x.T])", "What is joined along axis 0 must agree in all the others: here 3"),
        ("torch.cat([x, x[0]])", "A tensor of 2 axes and one of 1 are joined"),
        ("torch.stack([x, x.T])", "What is stacked must have one shape: here [1, 3] and [3, 1]"),
        ("x.clone().add_(x.T)", "The result has the shape [3, 3]; a tensor of shape [1, 3] has no"),
        ("x[torch.tensor([True, False])]", "A mask of shape [2] does not fit a tensor of shape"),
        ("x.cumsum(2)", "There is no axis 2 here: the axes go from -2 to 1."),
        ("x[0, 0, 0]", "There are more indices than axes; the tensor has 2."),
        ("x[:, 9]", "There is no entry 9 at axis 1, which is 3 long. Counting begins at 0."),
        ("x.softmax()", "`softmax` must be told along which axis: `dim=`."),
        ("(lambda q, k: q)(x)", "`<lambda>` is called with too few arguments: 'k' is missing."),
        ("(lambda q: q)(x, x)", "`<lambda>` is called with 2 arguments and takes 1."),
        ("(lambda q: q)(x, axis=1)", "`<lambda>` has no argument `axis`."),
        ("x if x > 0 else -x", "A tensor of more than one number is used where Python needs a"),
        ("float(x)", "A tensor of more than one number is used where Python needs a single one."),
        ("x.item()", "A tensor of more than one number is used where Python needs a single one."),
        ("range(x)", "A tensor of more than one number is used where Python needs a single one."),
        ("torch.ones(2, 3).T.view(-1)", "`.reshape` does without."),
        ("x @ x.double().T", "give new tensors the dtype of the inputs"),
        ("x[None] @ x[None].double().mT", "give new tensors the dtype of the inputs"),
        ("x.long().softmax(1)", "This needs floats"),
        ("x.long().mean()", "This needs floats"),
        ("x.long().div_(2)", "A tensor of whole numbers, Long, has no room for fractions."),
        ("x.masked_fill(x, 0)", "A mask must hold True and False"),
        ("x[:, x[0]]", "Floats are no places."),
        ("(x * 1).requires_grad_().numpy()", "NumPy knows none: compute with torch alone."),
        ("torch.autograd.grad(x.sum(), x)", "does not depend on what requires it"),
        ("x(1)", "is a * missing before the bracket, or has a variable the name of a function?"),
        ("x.shape()", "`shape` is no function: `x.shape[1]`."),
        ("len(x)(x)", "Has a variable the name of a function, such as `sum` or `max`?"),
        ("x.sum[0]", "A call is missing: `()`."),
        ("None + x", "Something in it is None: does a function return nothing?"),
        ("[1] + x", "Make a tensor of the list."),
        ("torch.sqrt(2) * x", "This function of torch wants a tensor"),
        ("len(x.sum())", "This is a single number: it has no axis left."),
        ("x @ x.sum()", "`@` is the matrix product; times a single number is `*`."),
        ("torch.dot(x, x)", "`torch.dot` takes two vectors; `@` takes matrices."),
        ("torch.pow(2, 3)", "`pow` does not take (int, int)."),
        ("x ^ 2", "`^` is no power in Python: `**` is."),
        ("answer(x)", "It calls itself without end"),
        ("input()", "in a check nothing can be typed"),
        ("torch.zeros(10**15)", "It asks for more memory than there is."),
        ("cumsum(x, 1)", "There is no name `cumsum` here. Is `torch.cumsum` meant?"),
        ("anwser(x)", f"There is no name `anwser` here. Is `answer` meant, {NOT_RUN}"),
        ("one_hot(x)", "Is `torch.nn.functional.one_hot` meant?"),
        ("argsrt(x)", "There is no name `argsrt` here. Is `torch.argsort` meant?"),
        ("softplus(x)", "Is `torch.nn.functional.softplus` meant?"),  # not torch._softplus
        ("unit_key(x)", f"There is no name `unit_key` here. Is `unit_keys` meant, {NOT_RUN}"),
        ("hidden_key(x)", "Is it imported, or defined, in a cell above?"),  # not _hidden_key
        ("no_such_thing(x)", "Is it imported, or defined, in a cell above?"),
        ("x.astype(float)", "A tensor has no `astype`. Is `.to(dtype)` meant?"),
        ("x.cumsun(1)", "A tensor has no `cumsun`. Is `cumsum` meant?"),
        ("torch.array([1])", "torch has no `array`. Is `torch.tensor` meant?"),
        ("np.cumsun(x)", "numpy has no `cumsun`. Is `cumsum` meant?"),
        ("[1].sum()", "A list has no `.sum`. Is a tensor meant?"),
        ("print(x).sum()", "None has no `.sum`: does a function before it return nothing?"),
    ],
)
def test_an_error_of_a_known_kind_is_said_in_plain_words(expression, hint):
    verdict = judged_as(replace(EXERCISE, slips=()), expression)
    assert verdict.reason.startswith("It raised this")
    assert hint in verdict.hint
    assert f"return {expression}" in verdict.example
    assert not verdict.is_open


@pytest.mark.parametrize(
    ("expression", "hint"),
    [
        ("g.T @ x", "`g` is not set in the function: it is a symbol of SymPy, from a cell above."),
        ("x @ T", "`T` is not set in the function"),
        ("exp(x) + nothing", "`exp` is SymPy's, for symbols: for tensors there is `torch.exp`."),
        ("x.T @ g_", "There is no name `g_` here."),  # T is an attribute there
    ],
)
def test_a_symbol_of_a_cell_above_where_a_tensor_is_meant_is_named(expression, hint):
    d = sympy.symbols("d", positive=True, integer=True)
    names = {"g": MatrixSymbol("g", d, 1), "T": sympy.Symbol("T"), "exp": sympy.exp}
    verdict = judge(EXERCISE, written(f"def answer(x):\n    return {expression}", **names))
    assert hint in verdict.hint


def test_after_an_error_the_shapes_of_the_inputs_stand_there_and_no_hint_that_does_not_fit():
    def answer(x, initial_state, gamma):
        raise ValueError("no")

    verdict = judge(catalogue()["05.decay_scan"], answer)
    assert verdict.example == (
        "ValueError: no",
        'raise ValueError("no")',
        "x: [1, 3, 1], initial_state: [1, 1], gamma: 0.5",
    )
    assert (verdict.hint, verdict.is_open) == ("", False)


def test_a_variable_without_a_value_is_named():
    verdict = judged("def answer(x):\n    y = y + x\n    return y")
    assert verdict.hint == "A variable is used before it has a value in this function."


def test_an_edit_of_an_input_that_only_gradients_notice_is_told():
    verdict = judged(
        "def answer(x):\n    y = x * 1\n    z = y.exp()\n    z.add_(1)\n"
        "    return running(x) + 0 * z",
        running=running_mean,
    )
    assert verdict.reason == "It raised this for B = 2, T = 4 when gradients are asked for:"
    assert verdict.hint.startswith("A tensor is edited in place")


# --- time


@pytest.mark.parametrize(
    ("body", "said", "line"),
    [
        ("while True: pass", "s. Is there a loop that never ends?", "while True: pass"),
        ("time.sleep(9)", "s, while it slept: there is nothing to wait for.", "time.sleep(9)"),
        (
            "threading.Lock().acquire() and lock.acquire()",
            "s, while it waited for a lock or another thread.",
            "threading.Lock().acquire() and lock.acquire()",
        ),
        (
            "queue.Queue().get()",
            "s, while it waited for a lock or another thread.",
            "queue.Queue().get()",
        ),
        (
            "subprocess.run(['sleep', '9'])",
            "s, while it waited for another program. The arguments are all it needs.",
            "subprocess.run(['sleep', '9'])",
        ),
        (
            "with socket.create_server(('127.0.0.1', 0)) as s:\n        s.accept()",
            "s, while it waited for the network. The arguments are all it needs.",
            "s.accept()",
        ),
    ],
)
def test_what_was_going_on_when_the_time_was_up_is_told(monkeypatch, body, said, line):
    monkeypatch.setattr(functions.guard, "SECONDS", 0.3)
    lock = threading.Lock()
    lock.acquire()
    names = {
        "time": time,
        "threading": threading,
        "queue": queue,
        "subprocess": subprocess,
        "socket": socket,
        "lock": lock,
    }
    verdict = judged(f"def answer(x):\n    {body}", **names)
    assert verdict.reason == f"It was stopped after 0.3 {said}"
    assert verdict.example == (line,)
    assert not verdict.is_open


@pytest.mark.parametrize(
    ("module", "said"),
    [
        ("torch._dynamo.convert_frame", "while PyTorch was compiling (torch.compile): hand in"),
        ("torch._inductor.codecache", "while PyTorch was compiling (torch.compile): hand in"),
        ("torch._dynamo.eval_frame", "Is there a loop that never ends?"),
    ],
)
def test_compiling_is_told_from_running_what_was_compiled(monkeypatch, module, said):
    monkeypatch.setattr(functions.guard, "SECONDS", 0.2)
    torch_like = {"__name__": module}
    exec("def call(f):\n    return f()", torch_like)
    source = (
        "def answer(x):\n    def loop():\n        while True:\n            pass\n    call(loop)"
    )
    assert said in judged(source, call=torch_like["call"]).reason
