"""What a reader is told, and what a cell gets back."""

import re
import subprocess
import sys

import pytest
import torch

import lcutils as lc
from editions import SOURCES, lesson_sources, read_cells, student_source
from helpers import written
from lcutils import _ledger, exercises
from lcutils._typed import Unreadable
from lcutils.checking.data import FunctionExercise, Prediction
from lcutils.checking.functions import OurVersion
from lcutils.checking.verdict import Verdict
from lcutils.exercises import _answers, _predictions

ID = "05.additive_scan"
CATALOGUE = exercises.catalogue()


@pytest.fixture(autouse=True)
def _fresh():
    _answers._refused.clear()
    _answers._seen_at_work.clear()
    _predictions._predictions.clear()


def right(x, initial_state):
    return initial_state[:, None] + x.cumsum(1)


def stub(x, initial_state):
    """x: [B, T, D]"""
    raise NotImplementedError("05.additive_scan: not written yet")


def bare_stub(x, initial_state):
    raise NotImplementedError


def text_of(id, answer):
    lc.check(id, answer)
    return _ledger._entries[id].text


def test_a_right_function_comes_back_itself_and_is_counted():
    assert lc.check(ID, right) is right
    assert f"checked   1 of 1: {ID}" in repr(lc.report())
    assert _ledger._entries[ID].text == f"Right. {CATALOGUE[ID].meaning} [{ID}]"


def test_a_wrong_function_is_replaced_by_ours_which_says_so_and_computes_right():
    ours = lc.check(ID, lambda x, initial_state: x)
    assert repr(ours) == ours.__name__ == "our version of additive_scan"
    x, c = torch.ones(1, 2, 1), torch.ones(1, 1)
    assert ours(x, initial_state=c).flatten().tolist() == [2, 3]
    assert f"checked   0 of 1: none yet; wrong: {ID}" in repr(lc.report())


@pytest.mark.parametrize("answer", [stub, bare_stub, None, ...])
def test_an_untouched_stub_is_not_written_yet_and_costs_no_hint(answer):
    assert text_of(ID, answer) == (
        f"Not written yet. [{ID}]\nUntil then the lesson goes on with our additive_scan."
    )
    assert not _answers._refused


@pytest.mark.parametrize("id", ["05.noise", "05.half_life", "05.write_order"])
def test_other_kinds_give_nothing_back(id):
    assert lc.check(id, None) is None
    assert text_of(id, None).startswith("Not written yet.")


def test_a_verdict_shows_the_worked_example_and_the_mistake():
    assert text_of(ID, lambda x, initial_state: x.cumsum(1)) == (
        "Not yet. The initial state is missing. [05.additive_scan]\n"
        "    x             = [[[1], [2], [4]]]\n"
        "    initial_state = [[10]]\n"
        "    got           = [[[1], [3], [7]]]\n"
        "    wanted        = [[[11], [13], [17]]]\n"
        "Until then the lesson goes on with our additive_scan."
    )


def test_the_shape_is_said_first():
    text = text_of(ID, lambda x, initial_state: initial_state + x.sum(1))
    assert text.startswith(
        "Not yet. The shape is [1, 1]; wanted is [1, 3, 1]. "
        "This is the last state alone; wanted are all T. [05.additive_scan]"
    )


def test_each_refusal_without_a_cause_gives_the_next_hint_and_then_the_last_again():
    hints = CATALOGUE[ID].hints
    texts = [text_of(ID, lambda x, initial_state: x.sin()) for _ in range(3)]
    assert [hint in text for text, hint in zip(texts, (*hints, hints[-1]), strict=True)] == [
        True
    ] * 3


TO_MEND = [e for e in CATALOGUE.values() if getattr(e, "given", "")]


def given(exercise):
    """The function to mend, as the student edition of its lesson gives it."""
    (source,) = SOURCES.glob(f"{exercise.id[:2]}_*.py")
    cells = read_cells(source.read_text("utf-8"), source.name)
    (cell,) = (cell for cell in cells if cell.exercise == exercise.id)
    return student_source(cell).partition(f"\n{exercise.reference.__name__} = lc.check(")[0]


def run_as_cell(exercise, source):
    ours = [e for e in CATALOGUE.values() if isinstance(e, FunctionExercise)]
    of_lesson = {e.reference.__name__: e.reference for e in ours if e.id[:3] == exercise.id[:3]}
    del of_lesson[exercise.reference.__name__]
    return text_of(exercise.id, written(source, {"torch": torch} | of_lesson))


@pytest.mark.parametrize("exercise", TO_MEND, ids=lambda exercise: exercise.id)
def test_a_fault_that_was_given_to_be_found_is_shown_at_first_and_named_the_next_time(exercise):
    named = next(iter(exercise.mistakes))
    first, second = (run_as_cell(exercise, given(exercise)) for _ in range(2))
    assert "as it is given" in first
    assert named not in first
    assert "wanted" in first
    assert named in second


@pytest.mark.parametrize("exercise", TO_MEND, ids=lambda exercise: exercise.id)
def test_a_comment_and_other_words_in_the_docstring_leave_a_function_as_it_is_given(exercise):
    source = given(exercise).replace('"""', '"""mine: ', 1).replace("return", "# mine\n    return")
    assert "as it is given" in run_as_cell(exercise, source)


@pytest.mark.parametrize("exercise", TO_MEND, ids=lambda exercise: exercise.id)
def test_a_first_try_with_the_values_of_what_is_given_is_not_called_untouched(exercise):
    named = next(iter(exercise.mistakes))
    assert named in run_as_cell(exercise, given(exercise).replace("return ", "return 1 * "))


def test_weights_times_the_mask_are_told_why_nan_stays():
    exercise = CATALOGUE["08.padded_attention"]
    named = next(iter(exercise.mistakes))
    assert "NaN times 0 is NaN" in named
    source = given(exercise).replace("    return", "    weights = weights * is_word\n    return")
    assert named in run_as_cell(exercise, source)


def test_where_the_gradients_alone_are_wrong_the_exercise_says_what_to_look_at():
    def detached(state, k, v, lr, decay):
        inner = state.detach().requires_grad_()
        (gradient,) = torch.autograd.grad(0.5 * (inner.T @ k - v).square().sum(), inner)
        return (1 - decay) * state - lr * gradient

    def mended_too_late(q, k, v, is_word):
        scores = (k @ q[:, :, None])[..., 0] * q.shape[1] ** -0.5
        weights = scores.masked_fill(~is_word, -torch.inf).softmax(dim=1)
        return (weights[:, None] @ v)[:, 0].nan_to_num()

    for id, answer in (("12.ttt_step", detached), ("08.padded_attention", mended_too_late)):
        text = text_of(id, answer)
        assert "The values are right, but the gradient that reaches" in text
        assert CATALOGUE[id].gradient_hint in text


def test_an_error_is_shown_with_the_readers_own_line():
    def answer(x, initial_state):
        return x.cumsum(1) @ initial_state.transpose(0, 5)

    text = text_of(ID, answer)
    assert "It raised this:" in text
    assert "IndexError: Dimension out of range" in text
    assert "    return x.cumsum(1) @ initial_state.transpose(0, 5)" in text


def test_a_function_right_for_the_small_example_alone_is_told_where_it_fails():
    def answer(x, initial_state):
        return right(x, initial_state) + (x.shape[2] > 2)

    text = text_of(ID, answer)
    assert "The small example comes out right; with B = 2, T = 5, D = 3 not:" in text
    assert re.search(r"at \[0, 0, 0\]: got -?[0-9.]+, wanted -?[0-9.]+", text)


def test_a_function_that_fails_at_an_edge_is_told_the_sizes():
    def answer(x, initial_state):
        return right(x, initial_state).squeeze(1) if x.shape[1] == 1 else right(x, initial_state)

    assert "The shape is [1, 1]; wanted is [1, 1, 1] for B = 1, T = 1, D = 1." in text_of(
        ID, answer
    )


def test_an_unknown_look_into_the_future_is_named():
    def answer(x, initial_state):
        return right(x, initial_state) + 0.5 * x.sum(1, keepdim=True)

    assert "The result at step 1 changes when x changes at later steps" in text_of(ID, answer)


def test_a_loss_of_precision_in_a_factor_is_no_mistake():
    def answer(x, initial_state, gamma):
        T = x.shape[1]
        powers = torch.tensor(gamma) ** torch.arange(T + 1)  # float32, whatever x is
        states = [
            sum((powers[t - s] * x[:, s] for s in range(t + 1)), powers[t + 1] * initial_state)
            for t in range(T)
        ]
        return torch.stack(states, 1)

    assert lc.check("05.decay_scan", answer) is answer


def test_a_right_function_that_returns_another_dtype_counts_and_the_lesson_goes_on_with_ours():
    def answer(x, initial_state):
        out = torch.zeros(x.shape)
        out += right(x, initial_state)
        return out

    assert isinstance(lc.check(ID, answer), OurVersion)
    entry = _ledger._entries[ID]
    assert entry.passed
    assert entry.text == (
        f"Right. {CATALOGUE[ID].meaning} [{ID}]\n"
        "It returned float32 where ours is float64: the lesson goes on with our additive_scan."
    )


def test_quiz_replies_to_the_choice_and_leaves_the_question_to_the_page():
    question = CATALOGUE["05.exit_sum"]
    assert lc.quiz("05.exit_sum", answer=None).text == "Type a letter. [05.exit_sum]"
    for letter, choice in question.choices.items():
        entry = lc.quiz("05.exit_sum", answer=f" {letter.upper()}) ")
        assert entry.passed == (letter == question.right)
        assert f"{letter}) {choice.reply}" in entry.text
        assert question.text not in entry.text + entry.html
    assert "answered  0 of 1" in repr(lc.report())


@pytest.mark.parametrize(
    "answer", ["skip", " Skip ", "ｓｋｉｐ", ["skip"], Unreadable("skip", "", "")]
)
def test_a_question_can_be_skipped(answer):
    entry = lc.quiz("05.exit_sum", answer=answer)
    assert (entry.text, entry.state) == ("Question skipped. [05.exit_sum]", "skipped")
    assert "answered  0 of 1: none yet; skipped: 05.exit_sum" in repr(lc.report())


def outputs(run, monkeypatch):
    """What IPython would show, as a list of mime bundles."""
    from IPython.core.interactiveshell import InteractiveShell
    from IPython.utils.capture import capture_output

    InteractiveShell.instance()
    try:
        with capture_output() as captured:
            run()
        return [output.data for output in captured.outputs]
    finally:
        InteractiveShell.clear_instance()


def test_in_a_notebook_a_verdict_is_shown_as_html_and_text(monkeypatch):
    shown = outputs(lambda: lc.check(ID, right), monkeypatch)
    assert [set(bundle) for bundle in shown] == [{"text/plain", "text/html"}]
    assert "border-left: 4px solid #2a7f62" in shown[0]["text/html"]


def test_what_stands_in_backticks_is_shown_as_code_and_stays_escaped():
    entry = Verdict("wrong", "Not yet.", "`a < b`", hint="Try `x.<b>`.").entry("checked", ID)
    assert "<code>a &lt; b</code>" in entry.html
    assert "Try <code>x.&lt;b&gt;</code>." in entry.html


def test_html_is_plain_and_follows_the_theme():
    lc.check(ID, lambda x, initial_state: x)
    lc.quiz("05.exit_sum", answer="a")
    lc.predict("05.order", answer="same")
    for entry in _ledger._entries.values():
        assert not re.search(r"<script|class=|\son\w+=|\bcolor: #|background: #", entry.html)
        assert entry.html.count("<div") == entry.html.count("</div>")


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: lc.check("05.additive_stp", right), ValueError, "Near to it: 05.additive_step"),
        (lambda: lc.check("06.nothing", right), ValueError, "Near to it: "),
        (lambda: lc.check("scan", right), ValueError, "id: expected a lesson's number"),
        (lambda: lc.check(None, right), TypeError, "id: expected a string, got None"),
        (lambda: lc.check("05.exit_sum", "b"), ValueError, "It is a question: use lc.quiz"),
        (lambda: lc.quiz(ID, answer="b"), ValueError, "It is an exercise: use lc.check"),
        (lambda: lc.quiz("05.exit_summ", answer="b"), ValueError, "Near to it: 05.exit_sum"),
    ],
)
def test_bad_arguments_are_refused_by_name(call, error, message):
    with pytest.raises(error, match=re.escape(message)):
        call()


def test_exercises_and_questions_are_those_that_the_lessons_ask():
    sources = "".join(path.read_text("utf-8") for path in lesson_sources(SOURCES, []))
    ids = {id for id, entry in CATALOGUE.items() if not isinstance(entry, Prediction)}
    assert set(re.findall(r'\blc\.(?:check|quiz)\("([^"]+)"', sources)) == ids


@pytest.mark.parametrize(
    "exercise",
    [e for e in CATALOGUE.values() if isinstance(e, FunctionExercise)],
    ids=lambda e: e.id,
)
def test_a_reference_is_named_like_its_id_and_documented(exercise):
    assert exercise.reference.__name__ == exercise.id[3:]
    assert "[" in exercise.reference.__doc__
    assert OurVersion(exercise).__doc__ == exercise.reference.__doc__


def test_importing_the_exercises_imports_neither_sympy_nor_ipython():
    code = (
        "import sys, lcutils as lc; lc.check('05.additive_step', None);"
        "print([m for m in ('sympy', 'IPython', 'matplotlib') if m in sys.modules])"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.splitlines()[-1] == "[]"


def test_a_check_gives_the_same_words_in_two_runs():
    code = (
        "import lcutils as lc, torch\n"
        "lc.check('05.decay_scan', lambda x, c, gamma: c[:, None] + x * torch.rand(1))\n"
        "lc.check('05.members', lambda state, keys, n: keys @ state > 0.3)\n"
    )
    run = [sys.executable, "-c", code]
    first, second = (
        subprocess.run(run, capture_output=True, text=True, check=True).stdout for _ in "ab"
    )
    assert first == second
    assert "Not yet." in first


LOADS_MORE = """
import sys, torch
from lcutils.checking import functions
from lcutils.exercises import catalogue

def layer_backward(x, W, b, z):
    def loss(W):
        return (torch.tanh(x @ W.T + b) - z).square().sum(dim=1).mean() / 2
    {first}
    return torch.func.grad(loss)(W)

before = len(sys.modules)
verdict = functions.judge(catalogue()["03.layer_backward"], layer_backward)
print(verdict.state, verdict.reason)
assert len(sys.modules) > before + 100, "nothing was loaded: this shows nothing"
"""


@pytest.mark.parametrize(
    ("first", "said"),
    [
        ("pass", "right"),
        ("torch.manual_seed(1)", "wrong It draws from torch's global random generator"),
    ],
)
def test_what_a_library_changes_while_it_loads_is_not_held_against_the_reader(first, said):
    command = [sys.executable, "-c", LOADS_MORE.format(first=first)]
    run = subprocess.run(command, capture_output=True, text=True, check=True)
    assert run.stdout.startswith(said)
