"""The first line of a lesson: seed, threads, versions; and random numbers by name."""

import random
from importlib import metadata

import numpy as np
import pytest
import torch

import lcutils as lc
from lcutils import _ledger, startup
from lcutils._ledger import Entry, record

NEEDED = ["torch>=2.6", "sympy>=1.13,<1.15"]


@pytest.fixture
def installed(monkeypatch):
    """Versions that seem to be installed; a test changes them."""
    versions = {"torch": "2.13.0+cpu", "sympy": "1.14.0"}

    def version(name):
        if name not in versions:
            raise metadata.PackageNotFoundError(name)
        return versions[name]

    monkeypatch.setattr(startup.metadata, "requires", lambda name: NEEDED)
    monkeypatch.setattr(startup.metadata, "version", version)
    return versions


def test_start_says_lesson_and_seed_and_nothing_else_where_all_is_well(installed, capsys):
    assert lc.start("05") is None
    assert capsys.readouterr().out == "Lesson 05, seed 0\n"


def test_start_says_which_seed_it_was_given(installed, monkeypatch, capsys):
    monkeypatch.setenv("LC_SEED", "7")
    lc.start("05")
    assert capsys.readouterr().out == "Lesson 05, seed 7\n"


def test_start_names_a_version_outside_its_range(installed, capsys):
    installed["sympy"] = "1.15"
    lc.start("05")
    assert capsys.readouterr().out.split("\n")[1].startswith("sympy 1.15 is installed, but")


def test_a_version_that_is_just_inside_its_range_is_not_named(installed, capsys):
    installed.update(torch="2.6.0", sympy="1.14.9")
    lc.start("05")
    assert capsys.readouterr().out == "Lesson 05, seed 0\n"


def test_start_names_a_package_that_is_not_installed(installed, capsys):
    del installed["sympy"]
    lc.start("05")
    said = capsys.readouterr().out
    assert "sympy is not installed; the workbook needs sympy<1.15,>=1.13." in said


def test_start_goes_on_where_the_package_itself_is_only_on_the_path(monkeypatch, capsys):
    def requires(name):
        raise metadata.PackageNotFoundError(name)

    monkeypatch.setattr(startup.metadata, "requires", requires)
    lc.start("05")
    assert capsys.readouterr().out == "Lesson 05, seed 0\n"


def test_start_sets_the_number_of_threads(installed, monkeypatch):
    monkeypatch.setenv("LC_THREADS", "2")
    lc.start("05")
    assert torch.get_num_threads() == 2
    monkeypatch.delenv("LC_THREADS")
    lc.start("05")
    assert torch.get_num_threads() == 1


def drawn_globally() -> list[float]:
    return [random.random(), float(np.random.rand()), torch.rand(()).item()]  # noqa: NPY002


def test_start_seeds_the_global_generators(installed, monkeypatch):
    lc.start("05")
    first = drawn_globally()
    lc.start("05")
    assert drawn_globally() == first
    monkeypatch.setenv("LC_SEED", "1")
    lc.start("05")
    assert not set(drawn_globally()) & set(first)


def test_start_begins_an_empty_ledger(installed):
    record(Entry("checked", "05.noise", True, "right"))
    lc.start("05")
    assert not _ledger.entries()
    assert _ledger.lesson() == "05"


@pytest.mark.parametrize("junk", ["5", "005", "05 ", "ab", "٠٥", "05_memory"])
def test_a_lesson_that_is_not_two_digits_is_refused(junk):
    with pytest.raises(ValueError, match="lesson: expected two digits such as '05'"):
        lc.start(junk)


@pytest.mark.parametrize("junk", [5, None, ["05"]], ids=repr)
def test_a_lesson_that_is_no_string_is_a_type_error(junk):
    with pytest.raises(TypeError, match="lesson: expected a string"):
        lc.start(junk)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("LC_SEED", "-1"),
        ("LC_SEED", "x"),
        ("LC_SEED", ""),
        ("LC_SEED", "1.5"),
        ("LC_SEED", str(2**32)),
        ("LC_SEED", "²"),
        ("LC_THREADS", "0"),
        ("LC_THREADS", "many"),
        ("LC_THREADS", "1025"),
    ],
)
def test_a_mode_that_is_no_number_in_range_is_refused_by_name(monkeypatch, name, value):
    monkeypatch.setenv(name, value)
    with pytest.raises(ValueError, match=f"{name}: expected a whole number from .*Set this"):
        lc.start("05")


def drawn(name: str) -> list[float]:
    return torch.rand(4, generator=lc.rng(name)).tolist()


def test_a_generator_gives_the_same_numbers_each_time_and_after_any_other():
    first = drawn("recall")
    drawn("noise")
    torch.rand(3)
    assert drawn("recall") == first


def test_generators_of_other_names_or_seeds_give_other_numbers(monkeypatch):
    first = drawn("recall")
    assert drawn("noise") != first
    monkeypatch.setenv("LC_SEED", "1")
    assert drawn("recall") != first


def test_a_generator_draws_the_same_numbers_in_every_process():
    # from the name by SHA-256, not by Python's `hash`, which differs in each process
    assert lc.rng("recall").initial_seed() == 11504632137445423


def test_a_generator_leaves_the_global_one_alone():
    before = torch.random.get_rng_state()
    drawn("recall")
    assert torch.equal(torch.random.get_rng_state(), before)


def test_a_generator_without_a_name_is_refused():
    with pytest.raises(ValueError, match="name: expected a string that is not blank"):
        lc.rng(" ")
