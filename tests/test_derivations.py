"""A chain: any true one from the start to the end passes, else the first false line is named."""

import pytest

from lcutils.checking import judge
from lcutils.checking.chains import Reader
from lcutils.checking.data import DerivationExercise
from lcutils.exercises import catalogue

EXERCISES = [entry for entry in catalogue().values() if isinstance(entry, DerivationExercise)]


def by_id(exercise):
    return exercise.id


def route(exercise):
    """Our own chain, as text."""
    return [exercise.start, *(step.line for step in exercise.route)]


def as_objects(exercise, lines):
    """Lines as SymPy's objects."""
    reader = Reader(exercise.symbols())
    return [reader.line(line) for line in lines]


@pytest.mark.parametrize("exercise", EXERCISES, ids=by_id)
def test_our_own_chain_passes_as_objects_and_as_text(exercise):
    lines = route(exercise)
    for chain in (lines, as_objects(exercise, lines), " = ".join(lines), "\n= ".join(lines)):
        assert judge(exercise, chain).passed


@pytest.mark.parametrize(
    ("exercise", "sentence", "wrong"),
    [
        pytest.param(exercise, sentence, wrong, id=f"{exercise.id}: {sentence}")
        for exercise in EXERCISES
        for sentence, wrong in exercise.mistakes.items()
    ],
)
def test_a_wrong_turn_is_named_wherever_in_the_chain_it_is_taken(exercise, sentence, wrong):
    lines = as_objects(exercise, route(exercise))
    (turn,) = as_objects(exercise, [wrong])
    for place in range(len(lines)):
        verdict = judge(exercise, [*lines[:place], turn, *lines[place:]])
        before = f"line {place}" if place else "the start"
        named = f"Line {place + 1} is not equal to {before}. {sentence}"
        assert (verdict.state, verdict.reason) == ("wrong", named)
        assert not verdict.is_open
