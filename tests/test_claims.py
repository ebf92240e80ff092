"""Claims hold or say so; and each lesson's claims hold at seeds that its pages do not show."""

import pytest
import torch

from claims import run_source, table
from editions import SOURCES, lesson_sources
from helpers import assert_refused
from lcutils import ClaimError, _ledger, claim, same


@pytest.fixture(autouse=True)
def empty_ledger():
    _ledger.forget_all()
    yield
    _ledger.forget_all()


def test_a_claim_inside_its_range_is_shown_with_the_number_measured():
    entry = claim("05.noise", "The variance is {value:.2f}.", 0.126, between=(0.11, 0.14))
    assert entry.passed
    assert (
        entry.text
        == "Measured: The variance is 0.13. [05.noise; at every seed tried: 0.11 to 0.14]"
    )


@pytest.mark.parametrize(
    ("sentence", "between", "said"),
    [
        ("{value:.0f} words.", (18, 21), "at every seed tried: 18 to 21"),
        ("{value:.0f} numbers.", (416, 416), "416 at every seed tried"),
        ("{value:.2f} right.", (0.723633, 0.762085), "at every seed tried: 0.72 to 0.77"),
        ("{value} right.", (0.723633, 0.762085), "at every seed tried: 0.7236 to 0.7621"),
        ("{value:.0e} left.", (0.0, 1e-6), "at every seed tried: 0 to 1e-06"),
        ("{value:.1f} apart.", (0.005, 12_345.678), "at every seed tried: 0.005 to 12350"),
        ("{value:.2f} more.", (-0.123456, 0.0), "at every seed tried: -0.13 to 0"),
    ],
)
def test_the_range_is_short_and_never_narrower_than_what_was_tried(sentence, between, said):
    entry = claim("05.range", sentence, between[0], between=between)
    assert entry.text.endswith(f" [05.range; {said}]")
    assert said in entry.html


def test_two_ways_that_agree_are_counted_number_by_number():
    x = torch.zeros(40, 30)
    entry = same("10.forms", "Loop and table", x, x + 1e-12, 1e-10)
    assert entry.passed
    assert entry.text == (
        "Measured: Loop and table: of 1,200 numbers 0 differ by more than 1e-10. "
        "[10.forms; 0 at every seed tried]"
    )


@pytest.mark.parametrize("off", [1e-9, -1e-9, float("nan")])
def test_one_number_that_differs_or_is_none_is_counted(off, monkeypatch):
    monkeypatch.delenv("LC_STRICT", raising=False)
    x = torch.zeros(5)
    entry = same("10.forms", "Both", x, x + torch.tensor([0, 0, off, 0, 0]), 1e-10)
    assert not entry.passed
    assert "of 5 numbers 1 differ by more than 1e-10" in entry.text


def test_two_shapes_are_not_compared():
    got = r"other: expected a tensor of the shape of the first, got [2] and [2, 1]."
    assert_refused(ValueError, got, same, "10.x", "Both", torch.zeros(2), torch.zeros(2, 1), 0.1)


def test_both_ends_of_the_range_are_allowed():
    assert claim("05.low", "{value}", 1, between=(1, 2)).passed
    assert claim("05.high", "{value}", 2, between=(1, 2)).passed


def test_a_failed_claim_stops_the_build(monkeypatch):
    monkeypatch.setenv("LC_STRICT", "1")
    with pytest.raises(ClaimError, match="0.2 lies outside 0.11 to 0.14"):
        claim("05.noise", "The variance is {value:.2f}.", 0.2, between=(0.11, 0.14))
    assert not _ledger.entries()


def test_a_failed_claim_tells_a_reader_and_goes_on(monkeypatch):
    monkeypatch.delenv("LC_STRICT", raising=False)
    entry = claim("05.noise", "The variance is {value:.2f}.", 0.2, between=(0.11, 0.14))
    assert not entry.passed
    assert entry.text.startswith("NOT CONFIRMED: The variance is 0.20.")
    assert "Not confirmed." in entry.html


def test_a_tensor_with_one_entry_is_one_number():
    assert claim("05.one", "{value}", torch.tensor([0.5]), between=(0, 1)).passed


def test_nan_is_refused_not_compared():
    with pytest.raises(ValueError, match="value: expected a number, got nan"):
        claim("05.noise", "{value}", float("nan"), between=(0, 1))


@pytest.mark.parametrize("junk", [None, "1", torch.zeros(2), True, [1]], ids=repr)
def test_what_is_not_one_number_is_a_type_error(junk):
    with pytest.raises(TypeError, match="value: expected one number"):
        claim("05.noise", "{value}", junk, between=(0, 1))


def test_a_sentence_without_its_number_is_refused():
    with pytest.raises(ValueError, match=r"with \{value\} in it"):
        claim("05.noise", "The variance is 0.125.", 0.125, between=(0, 1))


def test_a_range_the_wrong_way_round_is_refused():
    with pytest.raises(ValueError, match="Swap the two"):
        claim("05.noise", "{value}", 0.5, between=(1, 0))


@pytest.mark.parametrize("junk", [None, 3, (1,), "ab"], ids=repr)
def test_a_range_that_is_no_pair_is_a_type_error(junk):
    with pytest.raises(TypeError, match=r"between: expected a pair \(low, high\)"):
        claim("05.noise", "{value}", 0.5, between=junk)


def test_the_sentence_cannot_carry_markup_into_the_page():
    entry = claim("05.noise", "<script>{value}</script>", 0.5, between=(0, 1))
    assert "<script" not in entry.html


@pytest.mark.slow
@pytest.mark.parametrize("source", lesson_sources(SOURCES, []), ids=lambda path: path.stem)
def test_every_claim_of_the_lesson_holds_at_another_seed(source):
    run = run_source(source, 1)  # `make claims` tries ten
    assert run.passed, table([run])
