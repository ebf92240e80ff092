"""From cells to stored notebooks: running, cleaning, refusing; what nbval then compares."""

import os
import re
import runpy
import subprocess
import sys
from types import ModuleType, SimpleNamespace

import nbformat
import pytest
from nbformat import NotebookNode

import build
import editions
from cells import BuildError, read_cells
from editions import MODES, ROOT, VERSION, environment, setup
from helpers import code, never_run, notebook_of, shown

TINY = '''\
# %% [markdown] id="promise"
# # 07 · Tiny

# %% id="modes"
import os
import time

from sympy import symbols

import lcutils as lc

lc.start("07")
print(os.environ["LC_STRICT"], os.environ["LC_THREADS"], os.environ["OMP_NUM_THREADS"])

# %% id="number"
print("a number:", 0.25)

# %% id="equation"
symbols("x") ** 2

# %% id="sentence"
lc.claim("07.quarter", "A quarter is {value:.2f}.", 0.25, between=(0.2, 0.3))

# %% id="stub" tags=["exercise"]
def double(x):
    """x: [B] -> [B]"""
    ### BEGIN SOLUTION
    return 2 * x
    ### END SOLUTION


try:
    print(double(2))
except NotImplementedError as error:
    print(error)

# %% id="spoils" tags=["after-prediction"]
print("it was 7")

# %% id="slider"
import ipywidgets

ipywidgets.IntSlider(3)

# %% id="seconds" tags=["nbval-ignore-output"]
print(time.perf_counter())

# %% id="error" tags=["raises-exception"]
raise ValueError("shown on purpose")
'''


@pytest.fixture(scope="module")
def lesson(tmp_path_factory):
    """A tiny lesson, built: where its source is."""
    source = tmp_path_factory.mktemp("tiny") / "notebooks" / "source" / "07_tiny.py"
    source.parent.mkdir(parents=True)
    source.write_text(TINY)
    build.build(source)
    return source


def stored(source) -> dict[str, NotebookNode]:
    """The two editions as they are stored, by the name of their folder."""
    return {path.parent.name: nbformat.read(path, as_version=4) for path in build.plan(source)}


def cell_of(notebook: NotebookNode, id: str) -> NotebookNode:
    return next(cell for cell in notebook.cells if cell.id == id)


def text_of(notebook: NotebookNode, id: str) -> str:
    return "".join(output.get("text", "") for output in cell_of(notebook, id).outputs)


# --- running


def test_both_editions_run_from_top_to_bottom(lesson):
    for folder, notebook in stored(lesson).items():
        assert not never_run(notebook, student=folder == "notebooks")


def test_an_exercise_not_written_yet_says_so_and_the_student_edition_goes_on(lesson):
    assert text_of(stored(lesson)["notebooks"], "stub") == "stub: not written yet\n"
    assert text_of(stored(lesson)["solutions"], "stub") == "4\n"


def test_a_lesson_runs_strictly_with_seed_0_and_one_thread(lesson):
    assert text_of(stored(lesson)["notebooks"], "modes") == "Lesson 07, seed 0\n1 1 1\n"


def test_a_lesson_runs_with_this_checkouts_package_and_no_settings_of_python(monkeypatch):
    monkeypatch.setenv("PYTHONSTARTUP", "mine.py")
    monkeypatch.setenv("LC_SEED", "7")
    made = environment()
    assert {name: made[name] for name in MODES} == MODES
    assert [name for name in made if name.startswith("PYTHON")] == ["PYTHONPATH"]
    assert made["PYTHONPATH"] == str(ROOT)


def test_a_cell_that_fails_stops_the_build_with_its_id_and_nothing_is_written(tmp_path):
    source = tmp_path / "notebooks" / "source" / "07_fails.py"
    source.parent.mkdir(parents=True)
    source.write_text('# %% id="fine"\nprint(1)\n\n# %% id="fails"\n1 / 0\n')
    with pytest.raises(BuildError, match="07_fails.ipynb: cell 'fails': ZeroDivisionError: div"):
        build.build(source)
    assert not list(tmp_path.rglob("*.ipynb"))


@pytest.mark.slow
def test_a_cell_that_never_ends_is_stopped(monkeypatch, tmp_path):
    monkeypatch.setattr(build, "CELL_SECONDS", 1)
    cells = read_cells('# %% id="waits"\nimport time\ntime.sleep(60)', "source/07_tiny.py")
    with pytest.raises(BuildError, match="cell 'waits': stopped after 1 s"):
        build.execute(build.notebook(cells), tmp_path)


# --- cleaning


def test_a_cell_that_spoils_a_prediction_shows_nothing_in_the_student_edition(lesson):
    spoils = cell_of(stored(lesson)["notebooks"], "spoils")
    assert (spoils.outputs, spoils.execution_count) == ([], None)
    assert text_of(stored(lesson)["solutions"], "spoils") == "it was 7\n"


def test_a_widget_keeps_all_it_shows_but_its_view(lesson):
    (output,) = cell_of(stored(lesson)["solutions"], "slider").outputs
    assert list(output.data) == ["text/plain"]


def test_an_error_on_purpose_keeps_its_message_without_a_traceback(lesson):
    (output,) = cell_of(stored(lesson)["solutions"], "error").outputs
    assert (output.evalue, output.traceback) == ("shown on purpose", [])


def test_metadata_names_no_version_and_holds_no_widget_state(lesson):
    metadata = stored(lesson)["notebooks"].metadata
    assert set(metadata) == {"kernelspec", "language_info", "workbook"}
    assert metadata.language_info == {"file_extension": ".py", "name": "python"}


def test_tags_become_metadata_and_hidden_input_is_folded():
    cells = read_cells('# %% id="a" tags=["hide-input", "exercise"]\nx = 1', "source/07_tiny.py")
    (cell,) = build.notebook(cells).cells
    assert cell.metadata == {
        "tags": ["hide-input", "exercise"],
        "jupyter": {"source_hidden": True},
    }


@pytest.mark.slow
def test_a_second_build_gives_the_same_bytes(lesson):
    before = [path.read_bytes() for path in build.plan(lesson)]
    build.build(lesson)
    assert [path.read_bytes() for path in build.plan(lesson)] == before


def test_a_timing_is_new_once_its_source_has_changed():
    def timed(source, text):
        return notebook_of(code(source, shown(text), tags=["nbval-ignore-output"]))

    old, same, changed = timed("time()", "1 s"), timed("time()", "2 s"), timed("time(2)", "3 s")
    for made in (same, changed):
        made.cells[0].id = old.cells[0].id
    assert build.cleaned(same, True, old).cells[0].outputs == old.cells[0].outputs
    assert build.cleaned(changed, True, old).cells[0].outputs == changed.cells[0].outputs


# --- refusing


@pytest.mark.parametrize(
    ("cell", "message"),
    [
        (code("x", shown("<object at 0x7f3a2b1c>")), "a memory address, different in each run"),
        (code("x", shown("in /home/reader/a.py")), "a path of this machine"),
        (code("x", shown(r"in C:\Users\reader")), "a path of this machine"),
        (code("x", shown(f"in {ROOT}")), "the path of this checkout"),
        (code("open('/Users/reader/x')"), "a path of this machine"),
        (code("x", shown("<script>f()</script>", "text/html")), "a script"),
        (code("x", shown('<b onclick="f()">', "text/html")), "an event attribute"),
        (nbformat.v4.new_markdown_cell("<script>"), "a script"),
        (code("x", shown("x" * 300_000)), "300000 allowed; the largest cell is"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_must_not_be_published_is_refused_with_its_cell(cell, message):
    with pytest.raises(BuildError, match=re.escape(message)) as error:
        build.refuse_unsafe(notebook_of(code("fine", shown("fine")), cell))
    assert cell.id in str(error.value)


def test_ordinary_outputs_are_not_refused():
    texts = ["0.25 of 0x10", "torch.Size([2, 3])", "and/home or off", "a <b>word</b> on=3"]
    build.refuse_unsafe(notebook_of(*(code("x", shown(text)) for text in texts)))


# --- stale


def test_a_lesson_just_built_is_not_stale(lesson):
    assert [build.stale(path, wanted) for path, wanted in build.plan(lesson).items()] == ["", ""]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("0.25)\n\n# %% id=", "0.5)\n\n# %% id="),
        ('id="number"', 'id="a-number"'),
        ('tags=["after-prediction"]', 'tags=["hide-input"]'),
        ("07 · Tiny", "07 · Small"),
        ('# %% id="seconds" tags=["nbval-ignore-output"]\n', ""),
        (TINY[TINY.index('\n# %% id="error"') :], ""),
    ],
    ids=["source", "id", "tag", "markdown", "one cell fewer", "the last cell gone"],
)
def test_a_lesson_is_stale_once_its_source_builds_something_else(lesson, tmp_path, old, new):
    assert TINY.count(old) == 1
    changed = tmp_path / "source" / lesson.name
    changed.parent.mkdir()
    changed.write_text(TINY.replace(old, new))
    for (path, _), wanted in zip(
        build.plan(lesson).items(), build.plan(changed).values(), strict=True
    ):
        assert build.stale(path, wanted)


def test_a_notebook_edited_by_hand_is_stale(lesson, tmp_path):
    path, wanted = next(iter(build.plan(lesson).items()))
    edited = tmp_path / path.name
    edited.write_text(path.read_text().replace("07 · Tiny", "07 · Mine"))
    assert build.stale(edited, wanted) == "cell 'promise' is not what the source builds"


def test_a_notebook_with_a_cell_added_by_hand_is_stale(lesson, tmp_path):
    path, wanted = next(iter(build.plan(lesson).items()))
    longer = nbformat.read(path, as_version=4)
    longer.cells.append(code("x = 1"))
    (tmp_path / path.name).write_text(build.as_text(longer))
    assert build.stale(tmp_path / path.name, wanted)


def test_the_command_checks_and_builds_only_what_is_stale(lesson, monkeypatch, capsys):
    monkeypatch.setattr(build, "SOURCES", lesson.parent)
    assert build.main([]) == 0
    assert build.main(["07", "--check"]) == 0
    assert capsys.readouterr().out == "07_tiny: fresh\n" * 2
    monkeypatch.setattr(build, "stale", lambda path, wanted: "not built yet")
    assert build.main(["--check"]) == 1
    assert capsys.readouterr().out == "07_tiny: not built yet\n"


def test_the_command_names_a_lesson_that_does_not_exist(monkeypatch, lesson, capsys):
    monkeypatch.setattr(build, "SOURCES", lesson.parent)
    with pytest.raises(SystemExit):
        build.main(["08"])
    assert "no source of lesson 08" in capsys.readouterr().err


# --- nbval


@pytest.mark.slow
def test_nbval_passes_what_was_built_and_fails_a_changed_number_equation_and_sentence(
    lesson, tmp_path
):
    (path, *_) = build.plan(lesson)
    whole, changed = tmp_path / "whole.ipynb", tmp_path / "changed.ipynb"
    text = path.read_text()
    whole.write_text(text)
    for old, new in [("a number: 0.25", "a number: 0.26"), ("x^{2}", "x^{3}"), ("0.25.", "0.26.")]:
        assert old in text
        text = text.replace(old, new)
    changed.write_text(text)
    plain = ["--nbval", "-q", "-rA", "-p", "no:cacheprovider", "-c", os.devnull]
    plain += [f"--rootdir={tmp_path}", "-n2", "--dist=loadfile"]
    ran = subprocess.run(
        [sys.executable, "-m", "pytest", *plain, str(whole), str(changed)],
        env=environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    cells = nbformat.reads(text, as_version=4).cells
    ids = [cell.id for cell in cells if cell.cell_type == "code"]
    failed = re.findall(r"^FAILED .*?(\w+)\.ipynb::Cell (\d+)", ran.stdout, re.MULTILINE)
    assert [(name, ids[int(number)]) for name, number in failed] == [
        ("changed", "number"),
        ("changed", "equation"),
        ("changed", "sentence"),
    ], ran.stdout
    assert f"3 failed, {2 * len(ids) - 3} passed" in ran.stdout


# --- the generated cell below the title


@pytest.fixture
def run(monkeypatch, tmp_path):
    """Runs that cell, with or without lcutils, Colab, an address; returns its commands."""

    def run_setup(has_lcutils=False, in_colab=False, has_address=False):
        address = "https://github.com/somebody/workbook" if has_address else ""
        monkeypatch.setattr(editions, "REPOSITORY", address)
        found = object() if has_lcutils else None
        monkeypatch.setattr("importlib.util.find_spec", lambda name: found)
        if in_colab:
            monkeypatch.setitem(sys.modules, "google.colab", ModuleType("google.colab"))
        (tmp_path / "setup.py").write_text(setup())
        commands = []
        shell = SimpleNamespace(system=commands.append)
        runpy.run_path(str(tmp_path / "setup.py"), {"get_ipython": lambda: shell})
        return commands

    return run_setup


@pytest.mark.parametrize("in_colab", [False, True])
@pytest.mark.parametrize("has_address", [False, True])
def test_the_generated_cell_does_nothing_where_lcutils_is_installed(run, in_colab, has_address):
    assert run(has_lcutils=True, in_colab=in_colab, has_address=has_address) == []


@pytest.mark.parametrize(
    ("in_colab", "has_address"), [(False, False), (False, True), (True, False)]
)
def test_without_lcutils_it_says_which_kernel_to_choose(run, in_colab, has_address):
    with pytest.raises(RuntimeError, match="Kernel, Change Kernel, Long-Context"):
        run(in_colab=in_colab, has_address=has_address)


def test_in_colab_it_installs_the_tagged_package_alone_if_there_is_an_address(run):
    (command,) = run(in_colab=True, has_address=True)
    source = f"git+https://github.com/somebody/workbook@v{VERSION}"
    assert command == f"pip install -q --no-deps '{source}'"
