"""A cell that needs another one, which did not run, says what to run."""

import re

import pytest
from IPython.core.interactiveshell import InteractiveShell
from IPython.utils.capture import capture_output
from traitlets.config import Config

ADVICE = "If it is not misspelt, a cell above makes it, perhaps a folded one."


@pytest.fixture
def shell(tmp_path, monkeypatch):
    """A notebook in which a lesson has begun."""
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path))
    shell = InteractiveShell.instance(config=Config(HistoryManager={"enabled": False}))
    said(shell, "import lcutils as lc\nlc.start('05')")
    yield shell
    InteractiveShell.clear_instance()


def said(shell, cell):
    """What a cell prints, with the error that ends it."""
    with capture_output() as captured:
        shell.run_cell(cell)
    return re.sub(r"\x1b\[[0-9;]*m", "", captured.stdout)  # without colours


@pytest.mark.parametrize(
    "cell",
    [
        "lc.reveal('05.recall', expected(64, 20))",
        "def curve():\n    return expected(64, 20)\ncurve()",
    ],
)
def test_a_name_that_a_cell_above_was_to_make_is_told_with_what_to_run(shell, cell):
    text = said(shell, cell)
    assert f"NameError: name 'expected' is not defined. {ADVICE}" in text
    assert text.count(ADVICE) == 1
    assert "expected(64, 20)" in text  # the line, as IPython shows it
    assert "_missing" not in text


@pytest.mark.parametrize(
    "cell",
    [
        "def half():\n    print(x)\n    x = 1\nhalf()",
        "import dataclasses\ndataclasses.make_dataclass('A', [('x', 'NoSuchName')])\n1 / 0",
        "exec('nowhere', {})",
    ],
)
def test_any_other_error_is_shown_as_it_was(shell, cell):
    text = said(shell, cell)
    assert "Error" in text
    assert ADVICE not in text


def test_a_name_in_an_answer_that_is_checked_goes_to_the_verdict(shell):
    cell = "answer = b\nlc.quiz('05.exit_sum', answer=answer)"
    assert ADVICE not in said(shell, cell)
