"""Entries show themselves, and the report counts them."""

import pytest

from lcutils import _ledger
from lcutils._ledger import Entry, record


@pytest.fixture(autouse=True)
def empty_ledger():
    _ledger.forget_all()
    yield
    _ledger.forget_all()


def test_entry_shows_text_and_only_the_rich_form_it_has():
    mathematics = Entry("proved", "05.sum", True, "c = c", markdown="$$c = c$$")
    assert mathematics._repr_mimebundle_() == {"text/plain": "c = c", "text/markdown": "$$c = c$$"}
    verdict = Entry("checked", "05.sum", True, "right", html="<div>right</div>")
    assert set(verdict._repr_mimebundle_()) == {"text/plain", "text/html"}


def test_a_later_result_takes_the_place_of_the_earlier_one():
    record(Entry("checked", "05.noise", False, "wrong"))
    record(Entry("checked", "05.noise", True, "right"))
    assert [entry.text for entry in _ledger.entries()] == ["right"]


@pytest.mark.parametrize("bad", ["noise", "5.noise", "05.Noise", "05.", " 05.noise"])
def test_ids_of_another_form_are_refused(bad):
    with pytest.raises(ValueError, match="id: expected a lesson's number"):
        record(Entry("proved", bad, True, "x"))


def test_unknown_kinds_are_refused():
    with pytest.raises(ValueError, match="kind: expected one of proved"):
        record(Entry("believed", "05.noise", True, "x"))
