"""The report knows what the lesson has: what is right, wrong, not written, skipped or not run."""

import os
import re
from urllib.parse import unquote_to_bytes

import pytest

import lcutils as lc
from lcutils import _ledger
from lcutils._ledger import Entry, record
from lcutils.checking.data import Prediction, Question
from lcutils.exercises import _answers, catalogue


def lines():
    """The rows of the report by their kind, each on one line."""
    text = re.sub(r"\n {10}", " ", repr(lc.report()))
    return {line.split()[0]: line for line in text.split("\n")}


@pytest.fixture(autouse=True)
def _nothing_seen():
    _answers._seen_at_work.clear()


def start(capsys):
    lc.start("05")
    capsys.readouterr()


def test_without_a_lesson_only_what_ran_is_listed():
    assert repr(lc.report()) == "Nothing proved, measured or checked yet."
    record(Entry("proved", "05.order_lost", True, "a sentence"))
    record(Entry("checked", "05.noise", True, "a sentence"))
    assert lines()["proved"] == "proved    1 of 1: 05.order_lost"
    assert lines()["checked"] == "checked   1 of 1: 05.noise"


def test_what_was_not_run_is_counted_and_named(capsys):
    start(capsys)
    in_lesson = [id for id in catalogue() if id.startswith("05.")]
    text = repr(lc.report())
    assert all(id in text for id in in_lesson)
    counted = re.findall(r"^\w+ +(\d+) of (\d+): none yet; not run: ", text, re.MULTILINE)
    assert [done for done, _ in counted] == ["0"] * 3
    assert sum(int(of) for _, of in counted) == len(in_lesson)
    assert text.startswith("Lesson 05. This run only: for you, not for grades.\n")
    n_predictions = sum(isinstance(catalogue()[id], Prediction) for id in in_lesson)
    n_others = len(in_lesson) - n_predictions
    assert f"\nExercises and questions, {n_others}: {n_others} not run.\n" in text
    assert f"\nPredictions, {n_predictions}: {n_predictions} not run.\n" in text


def test_wrong_not_written_and_skipped_are_told_apart(capsys):
    start(capsys)
    lc.check("05.noise", None)
    lc.check("05.half_life", 3)
    lc.predict("05.order", answer="skip")
    lc.predict("05.recall", answer=20)
    lc.quiz("05.exit_sum", answer="a")
    found = lines()
    assert "wrong: 05.half_life; not written: 05.noise; not run: " in found["checked"]
    assert found["predicted"].startswith("predicted 1 of 4: 05.recall; skipped: 05.order; not run:")
    assert "wrong: 05.exit_sum; not run: " in found["answered"]
    lc.quiz("05.recall_window", answer="d")
    text = repr(lc.report())
    assert "\nExercises and questions, 16: 1 right, 2 wrong, 1 not written, 12 not run.\n" in text
    assert "\nPredictions, 4: 1 made, 1 skipped, 2 not run.\n" in text


def test_an_untouched_copy_that_was_run_is_told_what_there_is_and_nothing_else(capsys):
    start(capsys)
    verbs = {Prediction: lc.predict, Question: lc.quiz}
    for id, asked in catalogue().items():
        if id.startswith("05."):
            verb = verbs.get(type(asked))
            _ = verb(id, answer=None) if verb else lc.check(id, None)
    text = repr(lc.report())
    assert (
        "\nExercises and questions, 16: 16 not written.\nPredictions, 4: 4 not written.\n" in text
    )
    assert not re.search("wrong|not run|skipped|tries", text)


def test_in_a_lesson_the_last_line_says_how_to_hand_it_in(capsys):
    record(Entry("checked", "05.noise", True, "a sentence"))
    assert "hand it in" not in repr(lc.report())
    start(capsys)
    for shown in lc.report()._repr_mimebundle_().values():
        said = " ".join(re.sub("<[^>]+>", "", shown).split())
        assert "In a class: Restart Kernel and Run All Cells (menu Kernel;" in said
        assert said.endswith("then save this notebook, or download it, and hand it in.")


def test_what_a_reader_does_stands_above_what_the_lesson_shows(capsys):
    start(capsys)
    record(Entry("proved", "05.order_lost", True, "a sentence"))
    kinds = re.findall(r"^(\w+) +\d+ of", repr(lc.report()), re.MULTILINE)
    assert kinds == ["checked", "answered", "predicted", "proved"]


def test_a_function_to_mend_that_was_only_run_is_not_written_and_no_try(capsys):
    start(capsys)

    def state_gradient(state, target):
        return target - state

    for tries in range(2):
        lc.check("05.state_gradient", state_gradient)
        assert _ledger.tries("05.state_gradient") == tries
    assert "wrong: 05.state_gradient;" in lines()["checked"]


def test_the_number_of_tries_is_told_and_running_a_cell_again_is_no_other_try(capsys):
    start(capsys)
    for steps in (3, 3, 4, None, 22.7):
        lc.check("05.half_life", steps)
    assert "05.half_life (3 tries)" in lines()["checked"]
    lc.quiz("05.exit_sum", answer="b")
    assert "05.exit_sum;" in lines()["answered"]


def test_a_lesson_begun_again_starts_from_nothing(capsys):
    start(capsys)
    lc.check("05.half_life", 3)
    start(capsys)
    assert "wrong" not in repr(lc.report())


def test_where_jupyter_has_said_the_notebooks_name_each_id_leads_to_its_cell(capsys, monkeypatch):
    start(capsys)
    bundle = lc.report()._repr_mimebundle_()
    assert "href" not in bundle["text/html"]
    monkeypatch.setenv("JPY_SESSION_NAME", "/somewhere/study/05 mine.ipynb")
    bundle = lc.report()._repr_mimebundle_()
    assert '<a href="05%20mine.ipynb#cell-id=05-half_life">05.half_life</a>' in bundle["text/html"]
    assert "somewhere" not in str(bundle)
    record(Entry("proved", "05.order_lost", True, "in a cell of another name"))
    assert "cell-id=05-order_lost" not in lc.report()._repr_mimebundle_()["text/html"]


@pytest.mark.parametrize("name", ['05 "><b>.ipynb', "05 caf\udce9.ipynb"])
def test_a_notebook_of_any_name_is_linked_to(capsys, monkeypatch, name):
    start(capsys)
    monkeypatch.setenv("JPY_SESSION_NAME", name)
    places = re.findall('<a href="([^"]*)#cell-id=', lc.report()._repr_mimebundle_()["text/html"])
    assert {os.fsdecode(unquote_to_bytes(place)) for place in places} == {name}


def test_a_long_report_breaks_between_ids():
    for i in range(30):
        record(Entry("proved", f"05.statement_{i}", True, "x"))
    rows = repr(lc.report()).split("\n")
    assert len(rows) > 2
    assert all(len(row) <= 90 for row in rows)
    assert all(row.rstrip(",").split()[-1].startswith("05.statement_") for row in rows[1:])


def test_a_readers_code_can_change_neither_entries_nor_tries_nor_the_lesson(capsys):
    start(capsys)
    lc.check("05.half_life", 3)
    before = repr(lc.report())

    def lie():
        with _ledger.kept():
            record(Entry("checked", "05.half_life", True, "a lie", state="right"))
            _ledger.begin("11")
            raise RuntimeError("stop")

    with pytest.raises(RuntimeError, match="stop"):
        lie()
    assert repr(lc.report()) == before
