"""A course for nbgrader: what is released, and what its own commands make of hand-ins."""

import json
import os
import re

import nbformat
import pytest

import course
from boxed import open_folder, require_box
from editions import ROOT
from graded import (
    LESSONS,
    exercises,
    grades,
    hand_in,
    points,
    run,
    solved,
    steps,
)
from helpers import broken_links
from lcutils.checking.data import Prediction
from lcutils.exercises import catalogue

NBGRADER = ["05"] if os.environ.get("LC_COURSE") != "all" else list(LESSONS)


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    folder = tmp_path_factory.mktemp("course")
    assert course.make(folder) == []
    return folder


def read(path):
    return json.loads(path.read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", LESSONS.values())
def test_each_exercise_and_question_has_a_point_below_and_no_prediction_has(made, name):
    cells = read(made / "source" / name / f"{name}.ipynb")["cells"]
    ids = [cell["id"] for cell in cells]
    graded = points({"cells": cells})
    asked = [id for id in exercises({"cells": cells}) if is_counted(id)]
    assert graded == asked
    for id in graded:
        assert ids[ids.index(id) + 1] == f"{id}-point"


def is_counted(id):
    return not isinstance(catalogue()[id.replace("-", ".", 1)], Prediction)


@pytest.mark.parametrize("name", LESSONS.values())
def test_all_else_is_the_student_edition_not_run(made, name):
    given = read(ROOT / "notebooks" / f"{name}.ipynb")["cells"]
    cells = read(made / "source" / name / f"{name}.ipynb")["cells"]
    kept = [cell for cell in cells if "nbgrader" not in cell["metadata"]]
    assert [cell["id"] for cell in kept] == [cell["id"] for cell in given]
    for cell, ours in zip(kept, given, strict=True):
        if cell["cell_type"] == "code":
            assert (cell["source"], cell["outputs"]) == (ours["source"], [])


@pytest.mark.parametrize("name", LESSONS.values())
def test_no_link_leads_to_a_solution_or_nowhere(made, name):
    folder = made / "source" / name
    assert broken_links(nbformat.read(folder / f"{name}.ipynb", as_version=4), folder) == []
    assert "solutions/" not in (folder / f"{name}.ipynb").read_text(encoding="utf-8")


def test_what_a_teacher_changed_stays(made, capsys):
    path = made / "source" / LESSONS["05"] / "05_memory.ipynb"
    before = path.read_text()
    path.write_text("mine")
    try:
        assert course.main([str(made)]) == 0
        said = capsys.readouterr().out.splitlines()
        assert said[0].startswith("source/05_memory/05_memory.ipynb: there already")
        assert path.read_text() == "mine"
    finally:
        path.write_text(before)


def test_a_folder_that_cannot_be_made_is_one_sentence(tmp_path, capsys):
    (tmp_path / "file").write_text("")
    assert course.main([str(tmp_path / "file")]) == 1
    assert capsys.readouterr().err.count("\n") == 1


# --- with nbgrader itself


def require_nbgrader():
    """Skip where there is none; in CI it must be there."""
    require_box()
    if run(ROOT, "nbgrader", "--version").returncode:
        assert not os.environ.get("CI"), "No nbgrader here, and CI runs these tests: see .ci/run."
        pytest.skip("no nbgrader here")


@pytest.fixture(scope="module")
def graded():
    """(folder of the course, folder that anybody may write, (lesson, student) -> points)"""
    require_nbgrader()
    with open_folder() as folder, open_folder() as outside:
        course.make(folder)
        for number in NBGRADER:
            steps(folder, LESSONS[number], outside, only_right=number not in ("05", "11"))
        yield folder, outside, grades(folder)


@pytest.mark.slow
@pytest.mark.parametrize("number", NBGRADER)
def test_what_is_released_holds_no_solution(graded, number):
    name = LESSONS[number]
    given = read(ROOT / "notebooks" / f"{name}.ipynb")["cells"]
    released = {x["id"]: x for x in read(graded[0] / "release" / name / f"{name}.ipynb")["cells"]}
    for cell in given:
        if cell["cell_type"] == "code":
            assert "".join(released[cell["id"]]["source"]) == "".join(cell["source"])


@pytest.mark.slow
@pytest.mark.parametrize("number", NBGRADER)
def test_a_solved_lesson_has_all_points(graded, number):
    got, most = graded[2][LESSONS[number], "ann"]
    released = read(graded[0] / "release" / LESSONS[number] / f"{LESSONS[number]}.ipynb")
    assert got == most == len(points(released))


@pytest.mark.slow
@pytest.mark.parametrize("number", sorted({"05", "11"} & set(NBGRADER)))
def test_half_of_it_has_half_and_a_cheat_none(graded, number):
    name = LESSONS[number]
    most = graded[2][name, "ann"][0]
    assert graded[2][name, "ben"][0] == round(most / 2)
    assert graded[2][name, "cheat"][0] == 0
    assert list(graded[1].iterdir()) == []


@pytest.mark.slow
def test_the_feedback_says_each_verdict(graded):
    page = (graded[0] / "feedback" / "ben" / "05_memory" / "05_memory.html").read_text()
    assert "Right." in page
    assert "Not written yet." in page


@pytest.mark.slow
def test_where_the_judge_cannot_work_nobody_is_graded(graded):
    folder = graded[0]
    hand_in(folder, "dan", "05_memory", solved("05_memory"))
    (folder / "nbgrader_config.py").write_text(
        (folder / "nbgrader_config.py").read_text() + "import os\nos.environ['PATH'] = '/nowhere'\n"
    )
    done = run(folder, "nbgrader", "autograde", "05_memory", "--student", "dan")
    assert done.returncode != 0
    assert "NotJudgedError: Hand-ins run in a box, and bubblewrap" in done.stderr
    assert not (folder / "autograded" / "dan" / "05_memory").exists()


def test_ci_installs_what_is_pinned():
    pins = (ROOT / "tests" / "class" / "requirements.txt").read_text()
    assert re.findall(r"^(?!#|[\w.-]+==[\w.]+$).+$", pins, re.MULTILINE) == []
    assert {"nbgrader", "jupyterhub", "jupyterhub-idle-culler"} <= set(
        re.findall(r"^([\w-]+)==", pins, re.MULTILINE)
    )
