"""`make claims`: the sources as plain scripts, each claim at each seed."""

import pytest

import claims
from claims import Measured, Run, table

SCRIPT = """\
import os
import lcutils as lc
seed = int(os.environ["LC_SEED"])
print("noise")
lc.claim("07.seed", "The seed is {value}.", seed, between=(0, 1))
lc.claim("07.strict", "{value}", int(os.environ["LC_STRICT"]), between=(1, 1))
"""


@pytest.fixture
def script(tmp_path):
    path = tmp_path / "07_tiny.py"
    path.write_text(SCRIPT)
    return path


def test_a_run_notes_each_claim_at_its_seed(script):
    run = claims.run_source(script, seed=1)
    assert run.claims == (
        Measured("07.seed", 1.0, 0.0, 1.0, True),
        Measured("07.strict", 1.0, 1.0, 1.0, True),
    )
    assert run.passed


def test_a_claim_that_fails_is_noted_and_those_below_it_still_run(script):
    run = claims.run_source(script, seed=2)
    assert [claim.confirmed for claim in run.claims] == [False, True]
    assert not run.passed


def test_a_script_that_breaks_is_not_passed_and_says_why(script):
    script.write_text(SCRIPT + "1 / 0\n")
    run = claims.run_source(script, seed=0)
    assert run.error == "ZeroDivisionError: division by zero"
    assert [claim.id for claim in run.claims] == ["07.seed", "07.strict"]
    assert not run.passed


def runs(*values: float, low: float = 0.0, high: float = 1.0) -> list[Run]:
    """Runs at seeds 0, 1, ... with one claim that measured these values."""
    return [
        Run("07_tiny", seed, (Measured("07.share", value, low, high, low <= value <= high),), "")
        for seed, value in enumerate(values)
    ]


def test_the_table_shows_min_median_max_range_and_margin_in_spreads():
    _, line = table(runs(0.3, 0.5, 0.4)).split("\n")
    assert line.split() == ["07.share", "0.3", "0.4", "0.5", "0", "1", "1.5"]


def test_the_table_says_at_which_seeds_a_claim_failed():
    _, line = table(runs(0.5, 1.5, 2.5)).split("\n")
    assert line.endswith("-0.8  FAILS at seed 1, 2")


def test_a_value_that_never_varies_has_no_finite_margin():
    assert table(runs(0.5, 0.5)).endswith(" inf")
    assert table(runs(1.5)).endswith("-inf  FAILS at seed 0")


def test_the_table_ends_with_what_broke():
    broken = Run("07_tiny", 3, (), "ValueError: no")
    assert table([*runs(0.5), broken]).endswith("07_tiny at seed 3: ValueError: no")


def test_the_command_runs_the_lessons_asked_for_and_fails_with_them(monkeypatch, capsys):
    asked = []

    def run_source(source, seed):
        asked.append((source.name[:2], seed))
        return runs(0.5 if seed == 1 else 1.5)[0]

    monkeypatch.setattr(claims, "run_source", run_source)
    assert claims.main(["00", "--seeds", "1"]) == 0
    assert claims.main(["00", "--seeds", "1", "2"]) == 1
    assert sorted(set(asked)) == [("00", 1), ("00", 2)]
    assert capsys.readouterr().out.endswith("1 runs passed, 1 failed\n")


def test_the_command_names_a_lesson_that_does_not_exist(capsys):
    with pytest.raises(SystemExit):
        claims.main(["77"])
    assert "no source of lesson 77" in capsys.readouterr().err
