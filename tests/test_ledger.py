"""Entries show themselves, and the report counts them."""

import pytest

from lcutils import _ledger
from lcutils._ledger import Entry, record, report


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


def test_report_lists_ids_and_counts_by_kind_without_sentences():
    record(Entry("proved", "05.order_lost", True, "a sentence"))
    record(Entry("checked", "05.additive_scan", False, "a sentence"))
    record(Entry("checked", "05.noise", True, "a sentence"))
    assert repr(report()) == (
        "proved    1 of 1: 05.order_lost\nchecked   1 of 2: 05.noise; not yet: 05.additive_scan"
    )


def test_a_later_result_takes_the_place_of_the_earlier_one():
    record(Entry("checked", "05.noise", False, "wrong"))
    record(Entry("checked", "05.noise", True, "right"))
    assert repr(report()) == "checked   1 of 1: 05.noise"


def test_a_long_report_breaks_between_ids():
    for i in range(30):
        record(Entry("proved", f"05.statement_{i}", True, "x"))
    lines = repr(report()).split("\n")
    assert len(lines) > 1
    assert all(len(line) <= 90 for line in lines)
    assert all(line.rstrip(",").split()[-1].startswith("05.statement_") for line in lines)


def test_an_empty_report_says_so():
    assert repr(report()) == "Nothing proved, measured or checked yet."


def test_kept_undoes_what_a_block_does_to_the_ledger_even_when_it_raises():
    record(Entry("checked", "05.noise", False, "wrong"))

    def lie():
        with _ledger.kept():
            record(Entry("checked", "05.noise", True, "a lie"))
            raise RuntimeError("stop")

    with pytest.raises(RuntimeError, match="stop"):
        lie()
    assert repr(report()) == "checked   0 of 1: none yet; not yet: 05.noise"


@pytest.mark.parametrize("bad", ["noise", "5.noise", "05.Noise", "05.", " 05.noise"])
def test_ids_of_another_form_are_refused(bad):
    with pytest.raises(ValueError, match="id: expected a lesson's number"):
        record(Entry("proved", bad, True, "x"))


def test_unknown_kinds_are_refused():
    with pytest.raises(ValueError, match="kind: expected one of proved"):
        record(Entry("believed", "05.noise", True, "x"))
