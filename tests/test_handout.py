"""What is handed out: lessons that run alone in any folder, without solutions or dead links."""

import asyncio
import json
import os
import re
import shutil
import subprocess
import sys
import sysconfig
import zipfile
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient
from packaging.requirements import Requirement

import address
import build
import editions
import handout
from cells import SETUP_ID, read_cells, regions
from classroom.graft import plan
from editions import ROOT, VERSION, lesson_sources

SOURCES = lesson_sources(editions.SOURCES, [])
COLAB = "https://colab.research.google.com/#upload"
PYTORCH = "https://pytorch.org/get-started/locally/"
ADDRESS = "https://github.com/somebody/workbook"
LINK = re.compile(r'\]\(((?:\w+:|[\w./-]+\.ipynb)[^)\s]*)\)|href="([^"]+)"|click \w+ "([^"]+)"')
of_each_lesson = pytest.mark.parametrize("name", [source.stem for source in SOURCES])


@pytest.fixture(scope="module")
def files():
    """What a class gets, and the solutions for later, by their names."""
    return handout.handouts(ROOT / "notebooks")


@pytest.fixture(scope="module")
def carried():
    """The code below a lesson's title."""
    return handout.carried()


def cells_of(content):
    """A notebook's cells by their ids."""
    notebook = nbformat.reads(content.decode(), as_version=4)
    nbformat.validate(notebook)
    return {cell.id: cell for cell in notebook.cells}


def text_of(content):
    """What a file says, without the package in it."""
    if not content.startswith(b"{"):
        return content.decode()
    return "\n".join(cell.source for id, cell in cells_of(content).items() if id != SETUP_ID)


def links(content):
    return ["".join(found) for found in LINK.findall(text_of(content))]


# --- a lesson


@of_each_lesson
def test_a_lesson_says_what_the_student_edition_says_but_for_the_package_and_the_solutions(
    files, name
):
    given = cells_of(files[0][f"{name}.ipynb"])
    edition = cells_of((ROOT / "notebooks" / f"{name}.ipynb").read_bytes())
    assert list(given) == list(edition)
    differ = [id for id, cell in given.items() if cell.source != edition[id].source]
    assert differ[0] == SETUP_ID
    for id in differ[1:]:
        said, was = given[id].source.split("\n"), edition[id].source.split("\n")
        changed = [pair for pair in zip(said, was, strict=True) if pair[0] != pair[1]]
        ((line, link),) = changed
        assert link.startswith("[Solution](")
        assert line == f"*Solution: in `solutions/{name}_solution.ipynb`, once you have it.*"
    assert {id: cell.metadata.get("tags") for id, cell in given.items()} == {
        id: cell.metadata.get("tags") for id, cell in edition.items()
    }


@of_each_lesson
def test_nobody_has_run_a_lesson_and_no_machine_is_named_in_it(files, name):
    notebook = json.loads(files[0][f"{name}.ipynb"])
    code = [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]
    assert [cell for cell in code if cell["outputs"] or cell["execution_count"]] == []
    stored = json.loads((ROOT / "notebooks" / f"{name}.ipynb").read_text())["metadata"]
    assert notebook["metadata"] == stored
    assert stored["kernelspec"]["name"] == "python3"


@of_each_lesson
def test_the_package_is_folded_below_the_title_and_its_lines_are_short(files, name):
    first, second, *_ = cells_of(files[0][f"{name}.ipynb"]).values()
    assert first.source.startswith("# ")
    assert second.id == SETUP_ID
    assert second.metadata["jupyter"]["source_hidden"]
    assert second.metadata["cellView"] == "form"
    lines = second.source.split("\n")
    assert lines[0] == "# @title The workbook's package comes along"
    assert len(lines[0]) <= 44
    assert max(map(len, lines)) <= 4000
    assert len(lines) < 120


def test_what_is_folded_in_jupyter_is_folded_in_colab(files):
    for name, content in files[0].items():
        for cell in cells_of(content).values() if name.endswith(".ipynb") else []:
            assert ("jupyter" in cell.metadata) == ("cellView" in cell.metadata)


@of_each_lesson
def test_a_class_gets_no_solution(files, name):
    content = files[0][f"{name}.ipynb"]
    given, whole = cells_of(content), text_of(content)
    source = ROOT / "notebooks" / "source" / f"{name}.py"
    looked_at = 0
    for cell in read_cells(source.read_text(encoding="utf-8"), source.name):
        assert "solution" not in cell.tags or cell.id not in given
        for part in regions(cell) if cell.kind == "code" else []:
            solution = "\n".join(part.lines).strip()
            if part.kind == "SOLUTION":
                looked_at += 1
                assert solution not in given[cell.id].source
                assert solution.count("\n") < 2 or solution not in whole
    assert looked_at > 3
    assert "BEGIN SOLUTION" not in whole


@of_each_lesson
def test_a_lesson_handed_in_is_judged_as_one_from_the_students_edition(files, name):
    lesson = json.loads((ROOT / "notebooks" / f"{name}.ipynb").read_text())
    ours, theirs = plan(lesson, lesson), plan(lesson, json.loads(files[0][f"{name}.ipynb"]))
    assert theirs.version == ours.version
    assert theirs.needed() == ours.needed()
    assert theirs.whole() == ours.whole()


# --- the zips


def test_two_builds_are_the_same_bytes(files):
    again = handout.handouts(ROOT / "notebooks")
    assert again == files
    for before, after in zip(files, again, strict=True):
        assert handout.zipped(before) == handout.zipped(after)


def test_a_zip_holds_one_folder_and_says_nothing_of_when_and_where_it_was_made(tmp_path, files):
    assert handout.main([str(tmp_path)]) == 0
    whole = zipfile.ZipFile(tmp_path / "long-context-workbook.zip")
    assert whole.testzip() is None
    assert whole.namelist() == sorted(f"long-context-workbook/{name}" for name in files[0])
    assert {entry.date_time for entry in whole.infolist()} == {(1980, 1, 1, 0, 0, 0)}
    for name, content in files[0].items():
        assert (tmp_path / "long-context-workbook" / name).read_bytes() == content
    later = zipfile.ZipFile(tmp_path / "solutions.zip").namelist()
    assert later == [f"solutions/{source.stem}_solution.ipynb" for source in SOURCES]


def test_it_is_made_where_nothing_is_installed_as_the_workflow_for_a_release_does(tmp_path, files):
    workflow = (ROOT / ".github" / "workflows" / "release.yml").read_text()
    script = "notebooks/tools/handout.py"
    assert f"PYTHONPATH=. python {script} " in workflow
    command = [sys.executable, "-S", script, str(tmp_path)]
    env = {"PATH": os.environ["PATH"], "PYTHONPATH": "."}
    subprocess.run(command, cwd=ROOT, env=env, check=True, capture_output=True)
    for name in re.findall(r"dist/(\S+)", workflow):
        assert list(tmp_path.glob(name)), name
    start = tmp_path / "long-context-workbook" / "START.html"
    assert start.read_bytes() == files[0]["START.html"]


def test_a_lesson_that_is_gone_is_not_handed_out_again(tmp_path):
    old = tmp_path / "long-context-workbook" / "98_gone.ipynb"
    old.parent.mkdir()
    old.write_text("{}")
    handout.main([str(tmp_path)])
    assert not old.exists()


def test_a_solution_shows_what_it_shows_and_says_that_it_is_one(files):
    solution = cells_of(files[1]["solutions/05_memory_solution.ipynb"])
    edition = cells_of((ROOT / "notebooks" / "solutions" / "05_memory.ipynb").read_bytes())
    assert solution["promise"].source.startswith("# 05 · The memory update (solution)\n")
    code = {id: cell for id, cell in solution.items() if cell.cell_type == "code"}
    assert {id: cell.outputs for id, cell in code.items()} == {
        id: edition[id].outputs for id in code
    }


def test_the_package_has_every_file_of_lcutils_and_its_license():
    names = subprocess.run(
        ["git", "ls-files", "lcutils"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.split()
    packed = handout.package()
    assert set(names) <= set(packed)
    assert f"lcutils-{VERSION}.dist-info/LICENSE" in packed
    assert not [name for name in packed if "__pycache__" in name]


def test_the_requirements_are_what_a_reader_needs_in_the_versions_that_were_tested(files):
    given = files[0]["requirements.txt"].decode()
    pinned = (ROOT / "requirements.txt").read_text()
    lines = [line for line in given.split("\n") if re.match(r"\w", line)]
    assert {Requirement(line).name for line in lines} == {
        *(Requirement(need).name for need in editions.PROJECT["dependencies"]),
        *("jupyterlab", "ipykernel"),
    }
    constraints = files[0]["constraints.txt"].decode()
    assert all(f"\n{line}\n" in pinned for line in [*lines, *constraints.strip().split("\n")])
    assert re.findall(r"^-.*", given, re.MULTILINE) == ["-c constraints.txt"]  # no other place


def test_on_linux_the_start_page_leads_to_the_torch_for_cpus_that_was_tested(files):
    page = files[0]["START.html"].decode()
    (version,) = re.findall(r"install <code>torch==(\S+)</code>", page)
    assert f"\ntorch=={version}\n" in (ROOT / "requirements.txt").read_text()
    assert PYTORCH in page
    assert PYTORCH in (ROOT / "README.md").read_text()


# --- links


def test_without_an_address_no_link_leads_out_of_what_is_handed_out(files, monkeypatch):
    if editions.REPOSITORY:
        pytest.skip("the workbook has an address")
    for part in files:
        for name in part:
            if name.endswith((".ipynb", ".html")):
                places = [
                    (Path(name).parent / x).as_posix()
                    for x in links(part[name])
                    if x not in (COLAB, PYTORCH)
                ]
                assert [x for x in places if x not in part] == [], name
    assert links(files[0]["START.html"]) == [COLAB, PYTORCH]


def test_without_an_address_nothing_names_one():
    if editions.REPOSITORY:
        pytest.skip("the workbook has an address")
    for path in [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *ROOT.glob("notebooks/**/*.ipynb")]:
        found = [x for x in links(path.read_bytes()) if "github" in x or "colab" in x]
        assert found == [], path.name
    assert "urls" not in editions.PROJECT


@pytest.fixture
def workbook(tmp_path, monkeypatch):
    """A copy of all that has a use for the address, without one."""
    monkeypatch.setattr(editions, "REPOSITORY", "")
    for name in ("pyproject.toml", "README.md"):
        shutil.copy(ROOT / name, tmp_path / name)
    caches = shutil.ignore_patterns("__pycache__", ".ipynb_checkpoints", "tools", "runs")
    shutil.copytree(ROOT / "notebooks", tmp_path / "notebooks", ignore=caches)
    return tmp_path


def contents(folder):
    return {path: path.read_text() for path in folder.rglob("*.*") if path.is_file()}


def test_one_command_sets_the_address_everywhere(workbook, capsys):
    before = contents(workbook)
    assert address.main([ADDRESS], workbook) == 0
    after = contents(workbook)
    assert f'[project.urls]\nRepository = "{ADDRESS}"\n' in after[workbook / "pyproject.toml"]
    colab = f"https://colab.research.google.com/github/somebody/workbook/blob/v{VERSION}/notebooks"
    for source in SOURCES:
        assert f"({colab}/{source.stem}.ipynb)" in after[workbook / "README.md"]
        for path, wanted in build.plan(workbook / "notebooks" / "source" / source.name).items():
            assert build.stale(path, wanted) == ""
            was, now = (nbformat.reads(x[path], as_version=4).cells for x in (before, after))
            assert [cell.get("outputs") for cell in was] == [cell.get("outputs") for cell in now]
    chart = after[workbook / "notebooks" / "00_start_here.ipynb"]
    assert f'click l05 \\"{ADDRESS}/blob/v{VERSION}/notebooks/05_memory.ipynb\\"' in chart


def test_the_same_address_again_changes_nothing_and_another_leaves_no_trace_of_it(workbook, capsys):
    address.main([ADDRESS], workbook)
    once = contents(workbook)
    capsys.readouterr()
    assert address.main([ADDRESS + ".git/"], workbook) == 0
    assert contents(workbook) == once
    assert capsys.readouterr().out == f"{ADDRESS}: 0 files changed\n"
    other = "https://github.com/an-other/name.of_it"
    assert address.main([other], workbook) == 0
    twice = contents(workbook)
    assert not [path for path, text in twice.items() if "somebody/workbook" in text]
    address.main([ADDRESS], workbook)
    assert contents(workbook) == once


@pytest.mark.parametrize(
    "text",
    [
        "",
        "https://github.com/OWNER/NAME",
        "https://github.com/somebody",
        "http://github.com/somebody/workbook",
        "https://example.org/somebody/workbook",
        "https://github.com/somebody/workbook/tree/main",
        "https://github.com/some body/workbook",
        'https://github.com/somebody/work"book',
        "https://github.com/-somebody/workbook",
        "https://github.com/somebody/..",
    ],
)
def test_what_is_no_address_is_refused_with_a_sentence(workbook, capsys, text):
    before = contents(workbook)
    assert address.main([text] if text else [], workbook) == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith(f"{text!r} is no address of a repository. Type make address URL=https:")
    assert contents(workbook) == before


def test_a_lesson_that_was_not_built_stops_the_address_and_nothing_is_written(workbook, capsys):
    source = workbook / "notebooks" / "source" / "13_frontier.py"
    source.write_text(source.read_text().replace('lc.start("13")', 'lc.start("13")\nx = 1'))
    before = contents(workbook)
    assert address.main([ADDRESS], workbook) == 1
    assert "13_frontier.ipynb is not what its source builds" in capsys.readouterr().err
    assert contents(workbook) == before


# --- run where nothing else of the workbook is


@pytest.fixture
def bare(tmp_path, monkeypatch):
    """An empty folder, and a kernel that finds all that is installed but lcutils.

    Without the module `site` no .pth file is read, by which lcutils is found here.
    """
    kernel = tmp_path / "jupyter" / "kernels" / "bare" / "kernel.json"
    kernel.parent.mkdir(parents=True)
    argv = [sys.executable, "-S", "-m", "ipykernel_launcher", "-f", "{connection_file}"]
    kernel.write_text(json.dumps({"argv": argv, "display_name": "bare", "language": "python"}))
    monkeypatch.setenv("JUPYTER_PATH", str(tmp_path / "jupyter"))
    folder = tmp_path / "empty"
    folder.mkdir()
    return folder


def environment_of(folder):
    ours = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    private = {"TMPDIR": str(folder), "IPYTHONDIR": str(folder / "ipython")}
    return ours | editions.MODES | private | {"PYTHONPATH": sysconfig.get_path("purelib")}


def run(content, folder):
    """The notebook, run in the folder, and what its error outputs say."""
    notebook = nbformat.reads(content.decode(), as_version=4)
    client = NotebookClient(
        notebook,
        timeout=120,
        kernel_name="bare",
        allow_errors=True,
        resources={"metadata": {"path": str(folder)}},
    )
    asyncio.run(client.async_execute(env=environment_of(folder)))
    said = [x for cell in notebook.cells for x in cell.get("outputs", [])]
    return notebook, [x.evalue for x in said if x.output_type == "error"]


@pytest.mark.slow
@pytest.mark.parametrize("name", ["00_start_here", "10_fast_weights"])
def test_a_lesson_alone_in_an_empty_folder_runs_where_there_is_no_lcutils(files, bare, name):
    notebook, errors = run(files[0][f"{name}.ipynb"], bare)
    assert errors == []
    start = next(cell for cell in notebook.cells if cell.id == "start")
    assert start.outputs[0].text == f"Lesson {name[:2]}, seed 0\n"
    assert list(bare.glob("lcutils-*")) == []  # the package is gone again


def alone(code, bare, *options):
    """Run code where lcutils is missing; returns what it printed last, or its last line."""
    done = subprocess.run(
        [sys.executable, *options, "-"],
        input=code,
        cwd=bare,
        env=environment_of(bare),
        capture_output=True,
        text=True,
        check=False,
    )
    return (done.stdout or done.stderr).strip().split("\n")[-1]


WHERE = "\nimport lcutils; print(lcutils.__file__)"


def test_the_package_is_unpacked_where_it_is_missing_and_goes_with_the_process(bare, carried):
    assert "No module named 'lcutils'" in alone(WHERE, bare, "-S")
    file = Path(alone(carried + WHERE, bare, "-S"))
    assert file.is_relative_to(bare)
    assert not file.parent.parent.exists()


def test_the_records_of_long_runs_come_along(bare, carried):
    code = "\nimport lcutils as lc; print(lc.recorded('13_frontier'))"
    assert alone(carried + code, bare, "-S").startswith("Record 13_frontier: ")


def test_a_process_that_was_forked_leaves_the_package_to_its_parent(bare, carried):
    code = "\nimport os, sys\nif os.fork(): os.wait(); import lcutils; print(lcutils.start)"
    assert alone(carried + code, bare, "-S").startswith("<function start")


def test_where_lcutils_is_installed_the_package_is_not_unpacked(bare, carried):
    said = alone(f"import sys; sys.path.append({str(ROOT)!r})\n{carried}{WHERE}", bare, "-S")
    assert said == str(ROOT / "lcutils" / "__init__.py")


def test_a_python_without_what_the_lessons_need_says_how_to_get_it(bare, carried):
    code = "import sys; sys.path = [x for x in sys.path if 'site-packages' not in x]\n"
    said = alone(code + carried, bare, "-S")
    assert said.startswith("RuntimeError: This Python lacks torch, numpy, sympy, matplotlib, ")
    assert said.endswith("%pip install torch numpy sympy matplotlib ipywidgets packaging")


def test_a_python_that_is_too_old_is_told_so(bare, carried):
    said = alone(f"import sys; sys.version_info = (3, 10)\n{carried}", bare, "-S")
    assert said.startswith("RuntimeError: The workbook needs Python 3.11 to 3.13, and this is 3.")


def test_a_version_out_of_the_tested_range_is_named_though_nothing_is_installed(bare, carried):
    code = "\nfrom importlib import metadata; print(metadata.requires('lcutils'))"
    hide = "import sys; sys.path = [x for x in sys.path if 'site-packages' not in x]\n"
    folder = carried.replace("if missing:", "if False:")
    assert "torch>=" in alone(hide + folder + code, bare, "-S")
