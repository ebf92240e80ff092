"""Races: each contender's rate is its own, chosen at a seed and by texts that judge nobody."""

import math

import pytest

import race
from lcutils import nets, recall
from race import RATES, Race

RULES = {"n_pairs": 2, "n_keys": 4, "n_values": 4, "steps": 2, "d": 8}
RACE = Race("try", {"delta_rule": [{"key_size": 4, "value_size": 2}]}, RULES, seeds=(0, 1))
NAME = "try delta_rule 4x2"


def swept(best: float, rates=RATES) -> dict[str, dict[str, float]]:
    """What a sweep finds if this rate is best, and the others the worse the farther they are."""
    distance = {rate: abs(math.log(rate / best)) for rate in rates}
    return {f"{NAME} sweep {rate:g}": {"valid": 1 / (1 + distance[rate])} for rate in rates}


def rates_asked_for(found) -> list[float]:
    return [job["lr"] for job in RACE.jobs(found).values() if job["is_sweep"]]


def seeds_asked_for(found) -> list[int]:
    return [job["seed"] for job in RACE.jobs(found).values() if not job["is_sweep"]]


def test_four_rates_are_tried_first_and_none_of_the_seeds_that_count():
    assert rates_asked_for({}) == [0.003, 0.01, 0.02, 0.03]
    assert seeds_asked_for({}) == []


@pytest.mark.parametrize(
    ("best", "first", "then"),
    [
        (0.01, RATES[1:5], RATES[1:5]),
        (0.003, RATES[1:5], RATES[0:5]),
        (0.001, RATES[0:5], RATES[0:5]),
        (0.03, RATES[1:5], RATES[1:6]),
        (0.1, RATES[1:6], RATES[1:7]),
        (0.1, RATES[1:7], RATES[1:7]),
    ],
)
def test_a_sweep_goes_on_until_the_best_rate_has_a_worse_one_on_either_side(best, first, then):
    assert rates_asked_for(swept(best, first)) == list(then)


def test_the_seeds_that_count_run_at_the_best_rate_once_the_sweep_has_ended():
    assert seeds_asked_for(swept(0.03, RATES[1:5])) == []
    jobs = RACE.jobs(swept(0.03))
    judged = {name: job for name, job in jobs.items() if not job["is_sweep"]}
    assert list(judged) == [f"{NAME} seed 0", f"{NAME} seed 1"]
    assert {job["lr"] for job in judged.values()} == {0.03}
    assert {job["seed"] for job in jobs.values() if job["is_sweep"]}.isdisjoint(RACE.seeds)


def test_a_record_has_the_rate_and_all_seeds_also_one_that_failed():
    found = swept(0.02) | {
        f"{NAME} seed 0": {"right": math.nan},
        f"{NAME} seed 1": {"floats": 8.0, "right": 0.5},
    }
    numbers = RACE.numbers(found)
    assert numbers[f"{NAME} lr"] == [0.02]
    assert numbers[f"{NAME} right"] == [pytest.approx(math.nan, nan_ok=True), 0.5]
    assert numbers[f"{NAME} floats"][1] == 8.0


def test_a_sweep_is_judged_by_other_texts_than_the_seeds_that_count(monkeypatch):
    seen = []

    def recalled(model, batch, *, bits=None):
        seen.append((batch.tokens, bits))
        return batch.answers

    monkeypatch.setattr(nets, "recalled", recalled)
    job = {"rung": ["delta_rule"], "size": {"key_size": 4, "value_size": 2}, "lr": 0.01}
    rules = RULES | {"n_rewritten": 1}
    swept = race.measure(**job, rules=rules, seed=3, is_sweep=True)
    assert set(swept) == {"valid"}
    judged, chosen = (tokens for tokens, _ in seen)
    assert not (judged == chosen).all()
    seen.clear()
    final = race.measure(**job, rules=rules, seed=3, is_sweep=False)
    assert final["floats"] == 8
    by_bits = {bits: tokens for tokens, bits in seen[2:]}
    assert set(by_bits) == {2, 3, 4, 5, 6, 8}
    assert all((tokens == seen[0][0]).all() for tokens in by_bits.values())


def test_a_training_that_runs_away_loses_the_sweep_and_is_listed_as_failed(monkeypatch):
    def trained(*args, **options):
        raise FloatingPointError

    monkeypatch.setattr(recall, "trained", trained)
    job = {"rung": ["lstm"], "size": {"size": 4}, "rules": RULES, "lr": 0.1, "seed": 0}
    assert race.measure(**job, is_sweep=True) == {"valid": 0.0}
    assert math.isnan(race.measure(**job, is_sweep=False)["right"])
