"""Long runs and their records: what a record says was measured by the code as it stands."""

import json
import math

import pytest

import runs
from helpers import assert_refused
from lcutils import claim, records
from lcutils.records import Record, Spread

SCRIPTS = sorted(runs.RUNS.glob("*.py"))
RACES = [script for script in SCRIPTS if "from race import" in script.read_text()]


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda script: script.stem)
def test_every_long_run_has_a_record_of_its_code_as_it_stands(script):
    assert runs.is_fresh(script), "make runs"


def test_every_record_has_its_script():
    assert {file.stem for file in runs.RECORDS.glob("*.json")} == {file.stem for file in SCRIPTS}


@pytest.fixture
def project(tmp_path):
    """A script that uses one module, which uses another; a third is used by nobody."""
    package, scripts = tmp_path / "lcutils", tmp_path / "runs"
    package.mkdir()
    scripts.mkdir()
    (package / "__init__.py").write_text("")
    (package / "near.py").write_text("def f():\n    from lcutils import far\n")
    (package / "far.py").write_text("X = 1\n")
    (package / "other.py").write_text("Y = 1\n")
    script = scripts / "99_try.py"
    script.write_text(
        "SEEDS = (4, 7)\n\n\ndef later():\n    import lcutils.near\n\n\n"
        "def measure(seed):\n    return {'seed': seed, 'twice': 2.0 * seed}\n"
    )
    return tmp_path


def test_a_run_is_recorded_with_every_number_at_each_seed(project, monkeypatch):
    monkeypatch.setattr(records.resources, "files", lambda name: project)
    script = project / "runs" / "99_try.py"
    runs.record(script, project, project)
    found = records.recorded("99_try")
    assert (found.name, found.seeds) == ("99_try", (4, 7))
    assert found["twice"] == Spread((8.0, 14.0))
    assert set(found.versions) == {"Python", "torch"}
    assert runs.is_fresh(script, project, project)
    assert str(found).startswith("Record 99_try: 2 seeds, 0 s of CPU, 20")


LATER = """
SEEDS = (4, 7)


def jobs(found):
    return {"first": {"x": 1}} | ({"second": {"x": 2}} if "first" in found else {})


def measure(x):
    open(f"{__file__}.{x}", "x").close()  # fails where it runs twice
    return {"x": x}


def numbers(found):
    return {"x": [found["first"]["x"], found["second"]["x"]]}
"""


def test_what_runs_next_may_depend_on_what_was_found_and_no_job_is_done_twice(project):
    script = project / "runs" / "99_try.py"
    script.write_text(LATER)
    runs.record(script, project, project)
    first = json.loads((project / "99_try.json").read_text())
    assert first["numbers"] == {"x": [1, 2]}
    runs.record(script, project, project)
    assert json.loads((project / "99_try.json").read_text()) == first


def test_jobs_that_other_code_did_are_done_again(project):
    script = project / "runs" / "99_try.py"
    runs.record(script, project, project)
    kept = {path.name for path in (project / ".runs").iterdir()}
    with (project / "lcutils" / "near.py").open("a") as file:
        file.write("Z = 3\n")
    runs.record(script, project, project)
    assert len({path.name for path in (project / ".runs").iterdir()} - kept) == 1


@pytest.mark.parametrize("part", ["runs/99_try.py", "lcutils/near.py", "lcutils/far.py"])
def test_a_record_is_stale_once_any_code_that_it_used_has_changed(part, project):
    script = project / "runs" / "99_try.py"
    before = runs.hash_of(script, project)
    (project / "lcutils" / "other.py").write_text("Y = 2\n")
    assert runs.hash_of(script, project) == before
    with (project / part).open("a") as file:
        file.write("Z = 3\n")
    assert runs.hash_of(script, project) != before


def test_how_a_checkout_ends_its_lines_makes_no_record_stale(project):
    script = project / "runs" / "99_try.py"
    before = runs.hash_of(script, project)
    for file in project.rglob("*.py"):
        file.write_bytes(file.read_bytes().replace(b"\n", b"\r\n"))
    assert runs.hash_of(script, project) == before


def test_the_words_of_a_docstring_make_no_record_stale_but_a_string_that_is_used_does(project):
    script, near = project / "runs" / "99_try.py", project / "lcutils" / "near.py"
    near.write_text('def f():\n    """One."""\n    from lcutils import far\n    return "One."\n')
    before = runs.hash_of(script, project)
    near.write_text(near.read_text().replace('"""One."""', '"""Two,\n    and more."""'))
    assert runs.hash_of(script, project) == before
    near.write_text(near.read_text().replace('"One."\n', '"Two."\n'))
    assert runs.hash_of(script, project) != before


def test_a_run_without_a_record_is_stale(project):
    assert not runs.is_fresh(project / "runs" / "99_try.py", project, project)


@pytest.mark.parametrize("script", RACES, ids=lambda script: script.stem)
def test_the_code_of_a_run_is_found_through_all_its_imports(script):
    found = {str(path.relative_to(runs.ROOT)) for path in runs.modules_of(script)}
    wanted = {"memory/_matrix.py", "_require.py", "train.py"}
    assert {f"lcutils/{name}" for name in wanted} | {"notebooks/tools/race.py"} <= found
    assert not any("exercises" in name or "proof" in name for name in found)


def test_the_run_of_lesson_09_hangs_on_its_own_model_and_text_and_has_five_seeds_or_more():
    script = runs.RUNS / "09_prose.py"
    found = {str(path.relative_to(runs.ROOT)) for path in runs.modules_of(script)}
    wanted = {"gaps.py", "transformer.py", "text/letters.py", "text/docstrings.py", "train.py"}
    assert {f"lcutils/{name}" for name in wanted} <= found
    numbers = records.recorded("09_prose").numbers
    assert min(len(v) for name, v in numbers.items() if not name.endswith(" lr")) >= 5


def test_only_a_stale_run_is_run_again(project, monkeypatch, capsys):
    monkeypatch.setattr(runs, "RUNS", project / "runs")
    monkeypatch.setattr(runs, "ROOT", project)
    ran = []
    monkeypatch.setattr(runs, "record", lambda script: ran.append(script.stem))
    monkeypatch.setattr(runs, "is_fresh", lambda script: False)
    assert runs.main(["--check"]) == 1
    assert ran == []
    assert runs.main([]) == 0
    monkeypatch.setattr(runs, "is_fresh", lambda script: True)
    assert runs.main([]) == 0
    assert ran == ["99_try"]
    assert runs.main(["99_try", "--force"]) == 0
    assert ran == ["99_try"] * 2
    with pytest.raises(SystemExit):
        runs.main(["98_none"])
    assert "no script 98_none" in capsys.readouterr().err


# --- what a lesson sees


RECORD = Record("13_try", "2026-11-26", 330.0, (0, 1), {"torch": "2.13.0"}, "", {"a": (1.0, 3.0)})


def test_a_spread_has_its_mean_and_its_middle():
    assert RECORD["a"].mean == 2.0
    assert Spread((0.1, math.nan, 0.9)).median == 0.1
    assert Spread((0.3, 0.1, 0.9)).median == 0.3


def test_a_live_number_is_held_to_four_deviations_of_the_record():
    spread = Spread((0.4, 0.6) * 8)
    low, high = spread.range
    assert (low, high) == pytest.approx((0.5 - 4 * 0.1033, 0.5 + 4 * 0.1033), abs=1e-4)
    assert claim("13.live", "{value}", 0.9, between=spread.range).passed
    assert not claim("13.live", "{value}", 0.92, between=spread.range).passed


def test_few_seeds_give_no_range():
    with pytest.raises(ValueError, match=r"values: expected ten seeds or more, got 2\."):
        RECORD["a"].range  # noqa: B018 - a property that raises


def test_a_record_says_where_it_comes_from():
    assert str(RECORD) == "Record 13_try: 2 seeds, 6 minutes of CPU, 2026-11-26, torch 2.13.0"


def test_a_number_that_was_not_recorded_is_refused_by_name():
    message = "\"name: expected a number of record 13_try, got 'b'. It has 1, among them a.\""
    assert_refused(KeyError, message, RECORD.__getitem__, "b")


def test_a_record_that_does_not_exist_is_refused_by_name():
    assert_refused(ValueError, "name: expected one of ", records.recorded, "99_none")


@pytest.mark.parametrize("script", RACES, ids=lambda script: script.stem)
def test_a_record_has_five_seeds_or_more_of_every_share(script):
    content = json.loads((runs.RECORDS / f"{script.stem}.json").read_text())
    shares = [values for name, values in content["numbers"].items() if name.endswith(" right")]
    assert shares
    assert min(map(len, shares)) >= 5


RACE_NUMBERS = {  # of two runs that keep as much, and of one that keeps more for less
    "a rule 2x4": (8.0, 0.5),
    "a rule 4x2": (8.0, 0.7),
    "a rule 4x4": (16.0, 0.6),
    "a rule 1x1": (1.0, 0.1),
    "a rule 8x8": (64.0, 1.0),
    "a rule 9x9": (81.0, 1.0005),
    "a rules 1x9": (9.0, 0.9),
}
RACE = Record(
    "99_try",
    "2026-01-01",
    1.0,
    (0, 1, 2),
    {},
    "",
    {
        f"{name} {key}": values
        for name, (floats, valid) in RACE_NUMBERS.items()
        for key, values in {
            "floats": (floats,) * 3,
            "valid": (0.0, valid, 1.1),
            "right": (0.5,) * 3,
        }.items()
    },
)


def test_the_frontier_has_the_runs_that_no_smaller_one_of_their_kind_equals():
    assert RACE.frontier("a rule") == ["a rule 1x1", "a rule 4x2", "a rule 8x8"]


def test_a_kind_of_runs_that_the_record_does_not_have_is_refused():
    with pytest.raises(KeyError, match="runs: expected one of a rule, a rules, got 'the rule'"):
        RACE.frontier("the rule")
