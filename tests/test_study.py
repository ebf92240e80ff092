"""The reader's own copies: made once, never touched again."""

import pytest

import build
from editions import read_cells
from lcutils._files import write_whole
from study import copy_lessons


@pytest.fixture
def folders(tmp_path):
    """A folder with one lesson, and the reader's folder, not there yet."""
    notebooks = tmp_path / "notebooks"
    write_lesson(notebooks, "x = 1")
    return notebooks, tmp_path / "study"


def write_lesson(notebooks, source):
    cells = read_cells(f'# %% id="one"\n{source}\n', "source/07_tiny.py")
    write_whole(notebooks / "07_tiny.ipynb", build.as_text(build.notebook(cells)).encode())


def test_a_lesson_that_is_not_there_is_copied(folders):
    notebooks, study = folders
    assert copy_lessons(notebooks, study) == ["study/07_tiny.ipynb: copied"]
    lesson, copy = notebooks / "07_tiny.ipynb", study / "07_tiny.ipynb"
    assert copy.read_bytes() == lesson.read_bytes()


def test_the_solution_edition_is_not_copied(folders):
    notebooks, study = folders
    write_lesson(notebooks / "solutions", "x = 2")
    copy_lessons(notebooks, study)
    assert [path.name for path in study.rglob("*")] == ["07_tiny.ipynb"]


def test_a_copy_with_the_readers_work_is_not_touched(folders):
    notebooks, study = folders
    copy_lessons(notebooks, study)
    copy = study / "07_tiny.ipynb"
    copy.write_text(copy.read_text().replace("x = 1", "x = my_answer"))
    before = copy.read_text()
    assert copy_lessons(notebooks, study) == []
    assert copy.read_text() == before


def test_a_copy_older_than_its_lesson_is_named_and_not_touched(folders):
    notebooks, study = folders
    copy_lessons(notebooks, study)
    before = (study / "07_tiny.ipynb").read_text()
    write_lesson(notebooks, "x = 2")
    (line,) = copy_lessons(notebooks, study)
    assert line.startswith("study/07_tiny.ipynb: older than its lesson")
    assert (study / "07_tiny.ipynb").read_text() == before


def test_after_renaming_an_old_copy_the_reader_gets_a_new_one(folders):
    notebooks, study = folders
    copy_lessons(notebooks, study)
    write_lesson(notebooks, "x = 2")
    (study / "07_tiny.ipynb").rename(study / "07_mine.ipynb")
    assert copy_lessons(notebooks, study) == ["study/07_tiny.ipynb: copied"]
    assert (study / "07_mine.ipynb").exists()


@pytest.mark.parametrize("text", ["", "not a notebook", "{}", '{"cells": []}', "[]"])
def test_a_file_of_the_readers_that_is_no_lesson_is_left_alone(folders, text):
    notebooks, study = folders
    study.mkdir()
    (study / "07_tiny.ipynb").write_text(text)
    (line,) = copy_lessons(notebooks, study)
    assert line.startswith("study/07_tiny.ipynb: cannot be compared with its lesson")
    assert (study / "07_tiny.ipynb").read_text() == text


def test_a_link_that_leads_nowhere_is_left_alone(folders):
    notebooks, study = folders
    study.mkdir()
    (study / "07_tiny.ipynb").symlink_to("gone.ipynb")
    (line,) = copy_lessons(notebooks, study)
    assert "cannot be compared" in line
    assert (study / "07_tiny.ipynb").is_symlink()
