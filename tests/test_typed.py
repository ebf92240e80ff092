"""An answer that cannot run does not stop the notebook, and nothing else of a cell changes."""

import re

import pytest
from IPython.core.interactiveshell import InteractiveShell
from IPython.utils.capture import capture_output
from traitlets.config import Config

import lcutils as lc
from lcutils import _ledger, _typed
from lcutils.exercises import _answers

RIGHT = "Right. b) If two words change places, the sum is the same number for number. [05.exit_sum]"
SYMBOLS = "from sympy import symbols\nT, d, p = symbols('T d p', positive=True)"


@pytest.fixture
def shell():
    """A notebook in which a lesson has begun."""
    config = Config()
    config.HistoryManager.enabled = False
    shell = InteractiveShell.instance(config=config)
    _answers._refused.clear()
    run(shell, "import lcutils as lc\nlc.start('05')")
    yield shell
    InteractiveShell.clear_instance()


def run(shell, cell):
    """What a cell prints or shows; an error goes on."""
    with capture_output() as captured:
        result = shell.run_cell(cell)
    result.raise_error()
    shown = [output.data["text/plain"] for output in captured.outputs]
    return (captured.stdout + "\n".join(shown)).removeprefix("Out[0]: ").strip()


def keeps(shell, cell):
    """What `lc.check` is told that was typed for 05.noise."""
    run(shell, "def check(id, answer):\n    said.append(_typed.source_of(id))")
    shell.user_ns.update(said=[], _typed=_typed)
    run(shell, cell)
    return shell.user_ns["said"][-1]


@pytest.mark.parametrize(
    ("cell", "said"),
    [
        ('answer = b\nlc.quiz("05.exit_sum", answer=answer)', "Right. b) If two words"),
        ("b = [1]\nanswer = b\nlc.quiz('05.exit_sum', answer=answer)", "Right. b) If two words"),
        ("answer = “b”\nlc.quiz('05.exit_sum', answer=answer)", "Right. b) If two words"),
        ("answer = b)  # a letter\nlc.quiz('05.exit_sum', answer=answer)", "Right. b) If two"),
        ("order = e, b, d, a, c\nlc.check('05.write_order', order)", "Right."),
        ("order = e -> b -> d -> a -> c\nlc.check('05.write_order', order)", "Right."),
        ("steps = log(2)/log(1/0.97)\nlc.check('05.half_life', steps)", "Right: 22.76 steps."),
        ("steps = 22,8\nlc.check('05.half_life', steps)", "Right: 22.76 steps."),
        ("steps = 2^5\nlc.check('05.half_life', steps)", "`^` is no power: write `2**5`."),
        ("steps = 1/0\nlc.check('05.half_life', steps)", "it raised ZeroDivisionError"),
        (f"{SYMBOLS}\nnoise = (T-1)/d\nlc.check('05.noise', noise)", "Right."),
        (f"{SYMBOLS}\nnoise = (T−1)/d\nlc.check('05.noise', noise)", "Right."),
        (f"{SYMBOLS}\nd = 64\nnoise = (T-1)/d\nlc.check('05.noise', noise)", "Right."),
        (
            f"{SYMBOLS}\nnoise = sqrt((T-1)/d)\nlc.check('05.noise', noise)",
            "This is the standard deviation; square it.",
        ),
        (
            f"{SYMBOLS}\nslope = p(1 - p)\nlc.check('08.slope_own', slope)",
            "A star is missing: p(1 - p) is written p*(1 - p).",
        ),
        (
            f"{SYMBOLS}\nslope = (1-p)^2\nlc.check('08.slope_own', slope)",
            "In Python `^` is no power: write `(1-p)**2`.",
        ),
        (
            "chain = [\n  half_norm_sq(r - beta*(r - v) - v),  # first, the start\n"
            "  half_norm_sq((1 - beta)*(r - v)),\n  (1 - beta)**2*half_norm_sq(r - v),\n]\n"
            "lc.check('05.error_left', chain)",
            "Right.",
        ),
        (
            "chain = [dL_dy*dy_dh, foo()]\nlc.check('03.lower_weight', chain)",
            "there is no `dL_dy` here; wanted is a list of lines",
        ),
        (
            "members = torch.topk\nmembers = lc.check('05.members', members)",
            "`torch.topk` could not be run: there is no `torch` here; wanted is a function.",
        ),
    ],
)
def test_what_cannot_run_is_judged_by_what_was_typed(shell, cell, said):
    assert said in run(shell, cell)


def test_a_cell_that_runs_keeps_its_result(shell):
    assert run(shell, "answer = 'b'\nlc.quiz('05.exit_sum', answer=answer)") == RIGHT
    assert run(shell, "steps = 23\nlc.check('05.half_life', steps)\nsteps + 1").startswith("24")


@pytest.mark.parametrize(
    ("cell", "error"),
    [
        ("answer = same", NameError),
        ("x = same\nanswer = x\nlc.quiz('05.exit_sum', answer=answer)", NameError),
        ("answer = same\nprint(answer)\nlc.quiz('05.exit_sum', answer=answer)", NameError),
        ("answer = [\n  same]\nlc.quiz('05.exit_sum', answer=answer)", NameError),
        ("answer = other = same\nlc.quiz('05.exit_sum', answer=answer)", NameError),
        ("answer, x = same, 1\nlc.quiz('05.exit_sum', answer=answer)", NameError),
        ("if True:\n    answer = same\nlc.quiz('05.exit_sum', answer=answer)", NameError),
        ("def f():\n    answer = b\n    lc.quiz('05.exit_sum', answer=answer)\nf()", NameError),
        ("lc.quiz('05.exit_sum', answer=answer)\nanswer = b", NameError),
        ("answer = b b\nfor", SyntaxError),
        ("answer = it rises\nfor\nlc.quiz('05.exit_sum', answer=answer)", SyntaxError),
        ("it rises\nlc.quiz('05.exit_sum', answer=answer)", SyntaxError),
        ("raise KeyboardInterrupt", KeyboardInterrupt),
    ],
)
def test_any_other_error_stops_its_cell_as_before(shell, cell, error):
    with pytest.raises(error):
        run(shell, cell)


def test_the_stop_button_stops_an_answer_too(shell):
    run(shell, "def stop():\n    raise KeyboardInterrupt")
    with pytest.raises(KeyboardInterrupt):
        run(shell, "steps = stop()\nlc.check('05.half_life', steps)")


def test_a_traceback_names_the_line_that_was_typed(shell):
    shell.run_line_magic("colors", "NoColor" if "NoColor" in shell.colors else "nocolor")
    with capture_output() as captured:
        shell.run_cell("answer = b\nlc.quiz('05.exit_sum', answer=answer)\n1 / 0")
    assert "----> 3 1 / 0" in captured.stdout


def test_no_name_but_the_answers_is_left_behind(shell):
    before = set(shell.user_ns)
    run(shell, "answer = same\nlc.quiz('05.exit_sum', answer=answer)")
    new = {name for name in set(shell.user_ns) - before if not re.fullmatch("_+i*[0-9]*", name)}
    assert new == {"answer"}  # but for what IPython keeps of a cell
    assert repr(shell.user_ns["answer"]) == "same (NameError: name 'same' is not defined)"


@pytest.mark.parametrize(
    ("cell", "source"),
    [
        ("x = (1-3)*2 # so\ncheck('05.noise', x)", "(1-3)*2"),
        ("x = ( 1-3 )\ncheck('05.noise', x)", "1-3"),
        ("x = 'typed'\ncheck('05.noise', x)", ""),
        ("x = 1 + 1\nx = 2 + 2\ncheck('05.noise', answer=x)", "2 + 2"),
        ("x = 1 + 1\nif x:\n    x = 3\ncheck('05.noise', x)", ""),
        ("x = 1 + 1\nx += 1\ncheck('05.noise', x)", ""),
        ("x = 1 + 1\nfor x in 'ab': pass\ncheck('05.noise', x)", ""),
        ("x = 1 + 1\nx = x * 2\ncheck('05.noise', x)", ""),
        ("x = 1 + 1\ndef x(): pass\ncheck('05.noise', x)", ""),
        ("x = 1 + 1\nimport sys as x\ncheck('05.noise', x)", ""),
        ("%time 1\nx = 1 +  1\ncheck('05.noise', x)", ""),  # the magic has a syntax tree of its own
    ],
)
def test_the_source_of_an_answer_is_the_line_that_set_it_or_nothing(shell, cell, source):
    assert keeps(shell, cell) == source


def test_a_source_is_forgotten_with_its_cell(shell):
    assert keeps(shell, "x = 1 + 1\ncheck('05.noise', x)") == "1 + 1"
    assert keeps(shell, "check('05.noise', x)") == ""


def test_a_lesson_that_begins_again_listens_once(shell):
    for _ in range(3):
        run(shell, "lc.start('05')")
    assert len(shell.ast_transformers) == len(shell.input_transformers_post) == 1


def test_without_a_notebook_nobody_listens(capsys):
    lc.start("05")
    assert _typed.source_of("05.noise") == ""


def test_an_error_without_words_is_kept_by_its_name():
    class WordlessError(Exception):
        def __str__(self):
            raise RuntimeError

    assert _typed.Unreadable.caught(" x ", WordlessError()).error == "WordlessError"


def test_a_verdict_on_an_answer_that_cannot_run_is_counted(shell):
    run(shell, "steps = same\nlc.check('05.half_life', steps)")
    assert not _ledger._entries["05.half_life"].passed
