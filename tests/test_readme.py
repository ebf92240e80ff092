"""What README says of commands, lessons and figures is what the repository holds."""

import io
import re
import sys
from pathlib import Path

import nbformat
import numpy as np
import pytest
import torch
from PIL import Image

from editions import ROOT, SOURCES, lessons, row
from figures import FACTS, PICTURES, overwritten, picture
from lcutils.exercises import catalogue

README = (ROOT / "README.md").read_text(encoding="utf-8")
SOLUTIONS = ROOT / "notebooks" / "solutions"


@pytest.mark.parametrize("lesson", lessons(SOURCES), ids=lambda lesson: lesson.name)
def test_each_lesson_has_its_row_with_its_question_its_minutes_and_what_it_needs(lesson):
    assert row(lesson, "notebooks/") in README.split("\n")


def test_the_hours_of_all_lessons_are_right():
    hours = sum(lesson.minutes for lesson in lessons(SOURCES)) / 60
    assert f"{round(hours)} hours in all" in README, f"they take {hours:.1f}"


@pytest.mark.parametrize("lesson", lessons(SOURCES), ids=lambda lesson: lesson.name)
def test_in_the_solution_everything_is_proved_confirmed_and_right(lesson):
    last = nbformat.read(SOLUTIONS / lesson.file, as_version=4).cells[-1]
    lines = re.findall(r"^\w+ +(\d+) of (\d+):", last.outputs[0].data["text/plain"], re.MULTILINE)
    assert lines
    assert all(done == of for done, of in lines)


def test_the_number_of_mistakes_that_exercises_know_is_right():
    parts = ("mistakes", "rules", "slips")
    n_mistakes = sum(len(getattr(x, part, ())) for x in catalogue().values() for part in parts)
    assert f"know {n_mistakes:,} wrong answers" in README, f"they know {n_mistakes:,}"


@pytest.mark.parametrize("name", PICTURES)
def test_a_picture_and_its_sentence_are_those_of_the_lesson(name):
    stem, cell_id = PICTURES[name]
    png, sentence = picture(SOLUTIONS / f"{stem}.ipynb", cell_id)
    assert (ROOT / "figures" / name).read_bytes() == png, "run `make figures`"
    assert README.count(sentence) == 2  # for who does not see the picture, and beneath it


@pytest.fixture(scope="module")
def drawn():
    """file in figures/ -> the picture and its sentence, as they are made now"""
    return overwritten()


def test_every_picture_has_its_lesson_or_is_drawn(drawn):
    assert {path.name for path in (ROOT / "figures").iterdir()} == {*PICTURES, *drawn}


def frames(png: bytes) -> list[np.ndarray]:
    """Of an animation, or the one picture: [height, width, 3] each."""
    image = Image.open(io.BytesIO(png))
    found = []
    for index in range(getattr(image, "n_frames", 1)):
        image.seek(index)
        found.append(np.asarray(image.convert("RGB")))
    return found


@pytest.mark.parametrize("name", ["overwrite.png", "overwrite-film.png"])
def test_a_drawn_picture_is_the_stored_one(drawn, name):
    stored, now = frames((ROOT / "figures" / name).read_bytes()), frames(drawn[name][0])
    assert len(stored) == len(now)
    for before, after in zip(stored, now, strict=True):
        assert before.shape == after.shape
        # another machine may round the shade of a number, or the edge of a letter, otherwise
        assert (before != after).mean() < 0.01, "run `make figures`"


def test_the_story_that_moves_stands_still_for_who_wants_that_and_is_told_in_words(drawn):
    moving, still = drawn
    assert f'(prefers-reduced-motion: reduce)" srcset="figures/{still}"' in README
    assert f'<img src="figures/{moving}"' in README
    assert README.count(drawn[moving][1]) == 2  # for who does not see it, and beneath it


def test_pictures_drawn_twice_are_the_same_bytes(drawn):
    assert overwritten() == drawn


def test_the_animation_has_a_frame_for_each_fact_stays_on_the_last_and_is_small(drawn):
    png, _ = drawn["overwrite.png"]
    image, pauses = Image.open(io.BytesIO(png)), []
    for index in range(image.n_frames):
        image.seek(index)
        pauses.append(image.info["duration"])
    assert len(pauses) == len(FACTS.split(","))
    assert pauses[-1] > max(pauses[:-1])
    assert len(png) < 300_000


def test_the_drawn_pictures_sentence_says_what_the_memories_answer(drawn):
    says = "linear attention is torn (Oslo, Rome or Kyiv), and the delta rule is right (Kyiv)"
    assert {says in sentence for _, sentence in drawn.values()} == {True}


def test_a_cell_without_a_picture_is_refused():
    with pytest.raises(ValueError, match="cell 'start' shows no picture"):
        picture(SOLUTIONS / "05_memory.ipynb", "start")


def test_the_two_commands_stand_on_the_first_screen_with_minutes_and_size():
    first_screen = "\n".join(README.split("\n")[:22])
    assert re.search(r"^make lab +# \d+ minutes and [\d.]+ GB", first_screen, re.MULTILINE)
    assert re.search(r"^make test ", first_screen, re.MULTILINE)


@pytest.mark.skipif(sys.prefix == sys.base_prefix, reason="not in an environment of its own")
@pytest.mark.skipif(torch.version.cuda is not None, reason="PyTorch has its GPU libraries")
def test_the_environment_is_as_large_as_the_readme_says():
    said = float(re.search(r"and ([\d.]+) GB in \.venv", README)[1])
    files = (path for path in Path(sys.prefix).rglob("*") if not path.is_symlink())
    size = sum(path.stat().st_size for path in files if path.is_file()) / 1e9
    assert said == pytest.approx(size, rel=0.15)  # platforms and Pythons differ a little


def test_what_the_readme_links_to_exists():
    links = re.findall(r'\]\(([^)#]+)\)|(?:href|src)="([^"]+)"', README)
    places = [place for pair in links for place in pair if place and "://" not in place]
    assert len(places) > 5
    assert [place for place in places if not (ROOT / place).exists()] == []
