"""A guess first, in the form that is asked for; then the result, held against it."""

import re

import numpy as np
import pytest
import torch

import lcutils as lc
from editions import SOURCES, lesson_sources
from lcutils.checking.data import Prediction
from lcutils.exercises import _predictions, catalogue
from test_exercises import outputs

PREDICTIONS = {id: entry for id, entry in catalogue().items() if isinstance(entry, Prediction)}
FIRST = 'Predict first (or answer="skip").'


@pytest.fixture(autouse=True)
def _nothing_predicted():
    _predictions._predictions.clear()


def said(id, answer):
    """What is kept of an answer, or None and what is wanted instead."""
    entry = lc.predict(id, answer=answer)
    kept = _predictions._predictions.get(id)
    return kept if kept else entry.text


def test_predictions_are_those_that_the_lessons_ask():
    sources = "".join(path.read_text("utf-8") for path in lesson_sources(SOURCES, []))
    assert set(re.findall(r'\blc\.predict\("([^"]+)"', sources)) == set(PREDICTIONS)


def test_a_prediction_opens_what_is_revealed():
    assert repr(lc.reveal("05.order", "the sum")) == FIRST
    assert not lc.predict("05.order", answer=None).passed
    assert repr(lc.reveal("05.order", "the sum")) == FIRST
    entry = lc.predict("05.order", answer="different")
    assert (entry.kind, entry.text) == ("predicted", "You predicted: different [05.order]")
    assert repr(lc.reveal("05.order", "the sum", 0.25, entry)) == f"the sum\n0.25\n{entry.text}"


def test_what_was_said_is_told_again_only_beside_what_was():
    lc.predict("05.order", answer="different")
    assert repr(lc.reveal("05.order", 1, was="same")) == 'You said "different"; it is "same".\n1'
    assert repr(lc.reveal("05.order", 1)) == "1"


def test_skipping_is_a_prediction_and_taking_it_back_closes_again():
    lc.predict("05.order", answer="Skip ")
    assert repr(lc.reveal("05.order", 1, was="same")) == "Prediction skipped.\n1"
    assert repr(lc.reveal("05.order", 1)) == "1"
    lc.predict("05.order", answer=None)
    assert repr(lc.reveal("05.order", 1)) == FIRST


def test_a_prediction_of_one_id_does_not_open_another():
    lc.predict("05.order", answer="same")
    assert repr(lc.reveal("05.recall", 1)) == FIRST


@pytest.mark.parametrize(
    ("id", "answer", "kept"),
    [
        ("05.recall", 20, "20"),
        ("05.recall", "about 1,000 words", "1000"),
        ("12.prose", [0.123456], "0.1235"),
        ("05.recall", "19.0", "19"),
        ("02.both_learn", [-0.25, 30], "-0.25, 30"),
        ("05.overwrite", "1 and 0", "1, 0"),
        ("11.learned", "0.5,0.3", "0.5, 0.3"),
        ("11.learned", "[1,.3]", "1, 0.3"),
        ("11.learned", ([1, 0.3],), "1, 0.3"),
        ("11.learned", "1, 0.3,", "1, 0.3"),
        ("11.learned", ("1, 0.3",), "1, 0.3"),
        ("08.unscaled", "0.3,", "0.3"),
        ("11.learned", "50%,30%", "0.5, 0.3"),
        ("11.learned", "0,5; 0,3", "0.5, 0.3"),
        ("00.numbers", "1,000 64", "1000, 64"),
        ("00.numbers", (64_000, 64.0), "64000, 64"),
        ("00.numbers", "64_000 and 64", "64000, 64"),
        ("00.numbers", np.array([64_000, 64]), "64000, 64"),
        ("00.numbers", torch.tensor([64_000, 64]), "64000, 64"),
        ("05.recall", np.int64(20), "20"),
        ("00.numbers", "64 000, 64", "64000, 64"),
        ("10.recall", "0,5; 0,9; 0,5", "0.5, 0.9, 0.5"),
        ("10.recall", "50%, 90%, 50%", "0.5, 0.9, 0.5"),
        ("10.recall", ["1/2", 0.9, ".5"], "0.5, 0.9, 0.5"),
        ("10.recall", "[0.5, 0.9, 0.5]", "0.5, 0.9, 0.5"),
        ("05.order", "ｓａｍｅ", "same"),
        ("05.order", "Same", "same"),
        ("05.order", "different, since W comes between", "different"),
        ("05.order", "diff", "different"),
        ("13.shape", "8x8", "8 x 8"),
        ("13.shape", "32 × 2", "32 x 2"),
        ("13.plain", "delta rule", "the delta rule"),
        ("08.unit_keys", "√K", "sqrt(K)"),
        ("08.unit_keys", "1/√K", "1/sqrt(K)"),
        ("08.unit_keys", "1 / √(K)", "1/sqrt(K)"),
        ("08.one_pair", "-v", "-v"),
        ("08.one_pair", "−v", "-v"),
        ("08.unscaled", "30 %", "0.3"),
        ("08.unscaled", "about 0.3", "0.3"),
        ("08.one_pair", 0, "0"),
        ("00.numbers", [64_000, "about 64"], "64000, 64"),
        ("00.numbers", "about 64,000 and 64 or so", "64000, 64"),
        ("00.ann", ["Oslo", "Rome"], "both"),
        ("00.ann", "Oslo and Rome", "both"),
        ("05.shrink", ["W", "R"], "W, R"),
        ("05.shrink", [0.7, "it falls"], "0.7, it falls"),
    ],
)
def test_a_guess_of_the_form_that_is_asked_for_is_kept(id, answer, kept):
    assert said(id, answer) == kept


@pytest.mark.parametrize(
    ("id", "answer", "wanted"),
    [
        ("00.ann", "either", "Type one of "),
        ("08.unit_keys", "∛K", "Type one of "),
        ("05.recall", "many", "Type a number, such as 10"),
        ("05.recall", "0.3 d", "Type a number, such as 10"),
        ("05.recall", "3 or 4", "Type a number, such as 10"),
        ("00.numbers", "64k and 64", "Type 2 numbers"),
        ("10.recall", [90, 50, 10], "A share lies between 0 and 1: 90 % is 0.9"),
        ("03.shift", 6.4, "A share lies between 0 and 1: 90 % is 0.9 (or"),
        ("08.unscaled", 0.05, "The largest of 16 shares lies between 0.06 and 1"),
        (
            "05.recall",
            "-3 words",
            'This is counted in whole numbers, from 0 on (or answer="skip").',
        ),
        ("13.fewest", 2.5, "This is counted in whole numbers"),
        ("00.numbers", [64_000, -64], "This is counted in whole numbers"),
        ("02.both_learn", [1.5, 0], "A cosine lies between -1 and 1 (or"),
        ("02.both_learn", [1, -0.5], "This loss is half a mean of squares: not below 0 (or"),
        ("02.dimensions", [0.5, -2], "A correlation lies between -1 and 1 (or"),
        ("05.overwrite", [1, -1], "It reads from 0, not at all, to 1, in full (or"),
        ("12.prose", -1, "A surprise is a squared length: not below 0 (or"),
        ("11.learned", "0,5", "Type 2 numbers in a list, such as [0.5, 0.5]"),
        ("11.learned", "0,5,0,3", "Type 2 numbers"),
        ("00.numbers", "1,000.5", "Type 2 numbers"),
        ("10.recall", "1,000.5,1", "Type 3 numbers"),
        (
            "10.recall",
            [0.5],
            "This is one number. Type 3 numbers in a list, such as [0.5, 0.5, 0.5]",
        ),
        ("00.numbers", [64_000], "This is one number. Type 2 numbers"),
        ("00.numbers", [64_000, "few"], "This is a list. Type 2 numbers"),
        ("05.order", "not the same", 'Type one of "same"'),
        ("11.half", "no more", "Type one of"),
        ("05.recall", [1, 2], "This is a list. Type a number"),
        ("05.recall", float("nan"), "Type a number"),
        ("00.numbers", 1, "Type 2 numbers in a list, such as [10, 20]"),
        ("05.order", "perhaps", 'Type one of "same", "different" (or "skip").'),
        ("05.order", "same or different", 'Type one of "same"'),
        ("05.order", 3, 'Type one of "same"'),
        ("05.shrink", {}, "This is a dict. Type words, in quotes"),
        ("05.shrink", [{}, {}], "Type words"),
    ],
)
def test_a_guess_of_another_form_is_asked_for_again_and_opens_nothing(id, answer, wanted):
    assert wanted in said(id, answer)
    assert repr(lc.reveal(id, "secret")) == FIRST


@pytest.mark.parametrize("id", PREDICTIONS)
def test_a_range_stands_for_one_number_or_for_all(id):
    asked = PREDICTIONS[id]
    assert len(asked.ranges) in {0, min(1, asked.numbers), asked.numbers}
    assert not any(range_.sentence.endswith(".") for range_ in asked.ranges)


@pytest.mark.parametrize(
    ("first", "stays", "head"),
    [(20, "20", "You said 20; it is 7."), ("skip", "skipped", "Prediction skipped.")],
)
def test_a_guess_that_cannot_be_kept_leaves_the_one_before_in_force(first, stays, head):
    lc.predict("05.recall", answer=first)
    before = repr(lc.report())
    entry = lc.predict("05.recall", answer=-3)
    assert entry.text == (
        'This is counted in whole numbers, from 0 on (or answer="skip"). '
        f"Until then your prediction stays: {stays}. [05.recall]"
    )
    assert repr(lc.reveal("05.recall", "the sum", was=7)) == f"{head}\nthe sum"
    assert repr(lc.report()) == before
    lc.predict("05.recall", answer=None)
    assert repr(lc.reveal("05.recall", "the sum")) == FIRST


class Hangs(str):
    __slots__ = ()

    def strip(self, *rest):
        while True:
            pass


def test_a_guess_that_cannot_be_read_ends_nothing(monkeypatch):
    monkeypatch.setattr("lcutils.checking.guard.SECONDS", 0.3)
    assert "nothing that can be kept" in said("05.shrink", Hangs("x"))
    assert len(said("05.shrink", "x" * 10**6)) == 300


@pytest.mark.parametrize(
    ("id", "answer", "was", "head"),
    [
        ("05.recall", 64, 19, "You said 64; it is 19."),
        ("08.unscaled", 0.3, 0.9876, "You said 0.3; it is 0.99."),
        ("05.recall", 19, 19, "You said 19, and so it is."),
        ("00.numbers", [64, 64], [64_000, 64], "You said 64, 64; it is 64000, 64."),
        ("05.order", "different", "same", 'You said "different"; it is "same".'),
        ("05.order", "skip", "same", "Prediction skipped."),
    ],
)
def test_the_result_is_held_against_the_prediction(id, answer, was, head):
    lc.predict(id, answer=answer)
    assert repr(lc.reveal(id, "why", was=was)) == f"{head}\nwhy"


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: lc.predict("order", answer=1), ValueError, "id: expected"),
        (lambda: lc.predict("05.ordr", answer=1), ValueError, "Near to it: 05.order"),
        (lambda: lc.predict("05.noise", answer=1), ValueError, "It is an exercise: use lc.check"),
        (lambda: lc.check("05.order", 1), ValueError, "It is a prediction: use lc.predict"),
        (lambda: lc.reveal("order", 1), ValueError, "id: expected"),
        (lambda: lc.reveal("05.order"), ValueError, "things: expected at least one"),
        (lambda: lc.reveal("05.order", 1, was="both"), ValueError, "was: expected one of same"),
        (lambda: lc.reveal("05.recall", 1, was=[1, 2]), ValueError, "was: expected 1 numbers"),
    ],
)
def test_bad_arguments_are_refused_by_name(call, error, message):
    with pytest.raises(error, match=re.escape(message)):
        call()


def test_in_a_notebook_revealed_things_show_themselves_in_order_and_words_as_markdown(monkeypatch):
    lc.predict("05.order", answer="same")
    entry = lc.quiz("05.exit_sum", answer="b")
    shown = outputs(lc.reveal("05.order", "a **sum**", entry, 2)._ipython_display_, monkeypatch)
    texts = [bundle["text/plain"] for bundle in shown]
    assert texts == ["a **sum**", entry.text, "2"]
    assert shown[0]["text/markdown"] == "a **sum**"


def test_in_a_notebook_nothing_is_revealed_before_the_prediction(monkeypatch):
    shown = outputs(lc.reveal("05.order", "secret")._ipython_display_, monkeypatch)
    assert len(shown) == 1
    assert "secret" not in str(shown)
