"""The reader's copies: lessons made once and never touched again, solutions kept up to date."""

import os
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest

import build
import study as copies
from editions import ROOT, read_cells
from helpers import broken_links
from lcutils._files import write_whole
from study import SETUP, SETUP_ID, copy_lessons

LESSONS = sorted(ROOT.glob("notebooks/[0-9]*.ipynb"))
SCRIPT = ROOT / "notebooks" / "tools" / "study.py"
TITLE = '# %% [markdown] id="promise"\n# # 07 · Tiny\n# Read [the next](08_next.ipynb).\n'
LINK = "../notebooks/solutions/07_tiny.ipynb#cell-id=one"
HINTS = (
    f'# %% [markdown] id="hints"\n# [Solution]({LINK}) (https://x.org/solutions/07_tiny.ipynb)\n'
)


@pytest.fixture
def folders(tmp_path):
    """A folder with one lesson and its solution, and the reader's folder, not there yet."""
    notebooks = tmp_path / "notebooks"
    write_lesson(notebooks, "x = 1")
    return notebooks, tmp_path / "study"


def write_lesson(notebooks, source, answer=2):
    """Both editions, run, with the setup cell first."""
    for folder, text in ((notebooks, source), (notebooks / "solutions", f"x = {answer}")):
        made = build.notebook(
            read_cells(f'{TITLE}\n# %% id="one"\n{text}\n\n{HINTS}', "source/07_tiny.py")
        )
        setup = nbformat.v4.new_code_cell("import sys", id=SETUP_ID)
        setup.metadata["jupyter"] = {"source_hidden": True}
        made.cells.insert(0, setup)
        for cell in made.cells:
            if cell.cell_type == "code":
                cell.execution_count = 3
                cell.outputs = [nbformat.v4.new_output("stream", text="shown\n")]
        write_whole(folder / "07_tiny.ipynb", build.as_text(made).encode())


def read(path):
    """A notebook's cells by id, and its metadata."""
    notebook = nbformat.read(path, as_version=4)
    nbformat.validate(notebook)
    return {cell.id: cell for cell in notebook.cells}, notebook.metadata


# --- a lesson's copy


def test_a_lesson_that_is_not_there_is_copied_as_nobody_has_run_it(folders):
    notebooks, study = folders
    assert copy_lessons(notebooks, study) == ["study/07_tiny.ipynb: copied"]
    cells, _ = read(study / "07_tiny.ipynb")
    assert cells["one"].source == "x = 1"
    assert [cell.outputs for cell in cells.values() if cell.cell_type == "code"] == [[], []]
    assert {cell.get("execution_count") for cell in cells.values()} == {None}


def test_a_copy_keeps_the_hash_of_its_lesson(folders):
    notebooks, study = folders
    copy_lessons(notebooks, study)
    _, metadata = read(study / "07_tiny.ipynb")
    assert metadata.workbook == read(notebooks / "07_tiny.ipynb")[1].workbook


def test_a_copy_names_the_kernel_and_the_python_of_this_machine(folders):
    notebooks, study = folders
    copy_lessons(notebooks, study)
    for name in ("07_tiny.ipynb", "solutions/07_tiny_solution.ipynb"):
        _, metadata = read(study / name)
        assert metadata.kernelspec.name == "python3"
        assert metadata.language_info.version == ".".join(map(str, sys.version_info[:3]))


def test_a_copy_is_stored_as_jupyter_stores_it(folders):
    notebooks, study = folders
    copy_lessons(notebooks, study)
    copy = study / "07_tiny.ipynb"
    assert copy.read_text() == build.as_text(nbformat.read(copy, as_version=4))


def test_the_setup_cell_becomes_the_check_of_the_kernel_folded_below_the_title(folders):
    notebooks, study = folders
    copy_lessons(notebooks, study)
    for name in ("07_tiny.ipynb", "solutions/07_tiny_solution.ipynb"):
        cells, _ = read(study / name)
        assert list(cells) == ["promise", SETUP_ID, "one", "hints"]
        assert cells[SETUP_ID].source == SETUP
        assert cells[SETUP_ID].metadata.jupyter.source_hidden


@pytest.mark.parametrize("lesson", LESSONS, ids=lambda lesson: lesson.stem)
def test_every_lesson_has_the_cell_that_is_replaced(lesson):
    assert SETUP_ID in read(lesson)[0]


@pytest.mark.parametrize(("options", "says"), [(["-S"], "Change Kernel, Long-Context"), ([], "")])
def test_the_check_speaks_only_where_lcutils_is_missing(tmp_path, options, says):
    env = {"PATH": os.environ["PATH"]} if options else os.environ | {"PYTHONPATH": str(ROOT)}
    command = [sys.executable, *options, "-c", SETUP]
    done = subprocess.run(
        command, env=env, cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert (says in done.stderr, done.returncode) == (True, int(bool(says)))


def test_the_check_is_short_and_fits_a_narrow_window():
    lines = SETUP.split("\n")
    assert len(lines) <= 6
    assert max(map(len, lines)) <= 72


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


# --- a solution's copy


def solution_of(study):
    return study / "solutions" / "07_tiny_solution.ipynb"


def test_a_solution_says_that_it_is_one_and_keeps_what_it_shows(folders):
    notebooks, study = folders
    copy_lessons(notebooks, study)
    cells, _ = read(solution_of(study))
    assert cells["promise"].source.startswith("# 07 · Tiny (solution)\n")
    assert (cells["one"].source, cells["one"].execution_count) == ("x = 2", 3)
    assert cells["one"].outputs[0].text == "shown\n"


def test_a_solution_is_to_be_read_only(folders):
    notebooks, study = folders
    copy_lessons(notebooks, study)
    solution_of(study).chmod(0o644)  # as after a stop between writing it and this
    copy_lessons(notebooks, study)
    assert solution_of(study).stat().st_mode & 0o777 == 0o444


def test_links_lead_to_the_readers_own_copies(folders):
    notebooks, study = folders
    copy_lessons(notebooks, study)
    lesson, solution = read(study / "07_tiny.ipynb")[0], read(solution_of(study))[0]
    assert "(solutions/07_tiny_solution.ipynb#cell-id=one)" in lesson["hints"].source
    assert "(https://x.org/solutions/07_tiny.ipynb)" in lesson["hints"].source
    assert "(08_next.ipynb)" in lesson["promise"].source
    assert "(../08_next.ipynb)" in solution["promise"].source


def test_no_link_of_a_real_lesson_or_solution_leads_nowhere_or_out_of_the_folder(tmp_path):
    copy_lessons(ROOT / "notebooks", tmp_path / "study")
    made = sorted((tmp_path / "study").rglob("*.ipynb"))
    assert len(made) == 2 * len(LESSONS)
    for copy in made:
        assert broken_links(nbformat.read(copy, as_version=4), copy.parent) == []


@pytest.mark.parametrize("answer", [2, 3])
def test_a_solution_that_has_changed_replaces_the_old_copy(folders, answer):
    notebooks, study = folders
    copy_lessons(notebooks, study)
    before = solution_of(study).stat()
    write_lesson(notebooks, "x = 1", answer)
    assert copy_lessons(notebooks, study) == []
    assert read(solution_of(study))[0]["one"].source == f"x = {answer}"
    assert solution_of(study).stat().st_mode == before.st_mode
    assert (solution_of(study).stat().st_ino == before.st_ino) == (answer == 2)


def test_a_solution_in_which_somebody_wrote_stays(folders):
    notebooks, study = folders
    copy_lessons(notebooks, study)
    text = solution_of(study).read_text().replace("x = 2", "x = my_answer")
    solution_of(study).chmod(0o644)
    solution_of(study).write_text(text)
    (line,) = copy_lessons(notebooks, study)
    assert line.startswith("study/solutions/07_tiny_solution.ipynb: written in, so it stays")
    assert solution_of(study).read_text() == text


@pytest.mark.parametrize("text", ["", "mine", "{}", '{"metadata": {"workbook": {}}}', "[]"])
def test_a_file_of_the_readers_that_is_no_solution_is_left_alone(folders, text):
    notebooks, study = folders
    write_whole(solution_of(study), text.encode())
    assert len(copy_lessons(notebooks, study)) == 2
    assert solution_of(study).read_text() == text


# --- from a command line, when something stands in the way


def run(*arguments, python=(sys.executable,), env=None):
    command = [*python, str(SCRIPT), *map(str, arguments)]
    env = os.environ | {"PYTHONPATH": str(ROOT)} if env is None else env
    return subprocess.run(command, env=env, capture_output=True, text=True, check=False)


def test_the_reader_may_choose_the_folder(tmp_path):
    done = run("~/my lessons", env=os.environ | {"HOME": str(tmp_path), "PYTHONPATH": str(ROOT)})
    assert done.returncode == 0
    assert "my lessons/00_start_here.ipynb: copied" in done.stdout
    assert (tmp_path / "my lessons" / "solutions" / "00_start_here_solution.ipynb").exists()


@pytest.mark.parametrize("name", ["study", "study/solutions"])
def test_a_file_where_the_folder_would_be_is_one_sentence_and_stays(tmp_path, name):
    write_whole(tmp_path / name, b"mine")
    done = run(tmp_path / "study")
    assert done.returncode == 1
    (line,) = done.stderr.splitlines()
    assert f"({Path(name).name} is no folder). Choose another folder: make lab STUDY=" in line
    assert (tmp_path / name).read_bytes() == b"mine"


def test_a_folder_that_may_not_be_written_is_one_sentence(folders, monkeypatch, capsys):
    def refused(path, content):
        raise PermissionError(13, "Permission denied", str(path))  # root may write anywhere

    monkeypatch.setattr(copies, "write_whole", refused)
    assert copies.main([str(folders[1])]) == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert line.endswith("(Permission denied). Choose another folder: make lab STUDY=~/lessons")


def test_a_python_without_lcutils_is_told_which_to_use():
    done = run(python=(sys.executable, "-S"), env={"PATH": os.environ["PATH"]})
    assert done.returncode == 1
    (line,) = done.stderr.splitlines()
    assert line.endswith("Type `make study`, or use the Python in .venv.")


def test_a_stop_at_any_moment_leaves_whole_files_only(folders, monkeypatch):
    notebooks, study = folders
    copy_lessons(notebooks, study)
    before = {path: path.read_bytes() for path in study.rglob("*.ipynb")}
    write_lesson(notebooks, "x = 1", 3)

    def stopped(self, target):
        raise KeyboardInterrupt

    monkeypatch.setattr(Path, "replace", stopped)
    with pytest.raises(KeyboardInterrupt):
        copy_lessons(notebooks, study)
    assert {path: path.read_bytes() for path in study.rglob("*.ipynb")} == before
