"""README, CONTRIBUTING, Makefile, CI and requirements say the same, and it is true."""

import os
import re
import shutil
import subprocess
import tomllib

import pytest

from editions import PROJECT, ROOT, SOURCES, lesson_sources

README = (ROOT / "README.md").read_text()
CONTRIBUTING = (ROOT / "CONTRIBUTING.md").read_text()
MAKEFILE = (ROOT / "Makefile").read_text()
TARGETS = set(re.findall(r"^([a-z]+):", MAKEFILE, re.MULTILINE))
NAMED = set(re.findall(r"(?:^|`)make ([a-z]+)", f"{README}\n{CONTRIBUTING}", re.MULTILINE))


def make(*arguments: str, folder=ROOT) -> subprocess.CompletedProcess[str]:
    """Run make, in an environment without what an outer make has set."""
    outer = {"MAKEFLAGS", "MAKELEVEL", "MFLAGS", "MAKEOVERRIDES"}
    env = {name: value for name, value in os.environ.items() if name not in outer}
    command = ["make", *arguments]
    return subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True, check=False)


def recipe(target: str) -> str:
    """What make would run for a target, on a machine where nothing is installed yet."""
    done = make("--dry-run", "--always-make", target)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_every_command_that_is_named_exists():
    assert {"lab", "test", "quick", "lesson"} <= NAMED <= TARGETS


def test_make_alone_lists_every_target():
    listed = re.findall(r"^make ([a-z]+) ", make().stdout, re.MULTILINE)
    assert set(listed) == TARGETS


def test_make_lab_installs_copies_and_opens_the_first_lesson():
    done = recipe("lab")
    steps = ["-m venv", "install --quiet -r requirements.txt", "--no-deps", "study.py", " lab "]
    assert [done.index(step) for step in steps] == sorted(done.index(step) for step in steps)
    assert done.rstrip().endswith("study/00_start_here.ipynb")


@pytest.mark.parametrize(
    "step",
    ["ruff check", "ruff format --check", "mypy", "lint-imports", 'tests -q -m "not browser"',
     "--nbval", "notebooks/*.ipynb notebooks/solutions/*.ipynb", "-m browser"],
)  # fmt: skip
def test_make_test_leaves_nothing_out(step):
    assert step in recipe("test")


def test_make_test_never_looks_at_the_readers_copies():
    assert "study" not in recipe("test").replace("notebooks/tools/study.py", "")


def test_make_installs_once(tmp_path):
    for name in ("Makefile", "requirements.txt", "pyproject.toml"):
        shutil.copy(ROOT / name, tmp_path)
    (tmp_path / ".venv").mkdir()
    assert "pip install" in make("--dry-run", "install", folder=tmp_path).stdout
    (tmp_path / ".venv" / ".installed").touch()
    assert "pip install" not in make("--dry-run", "install", folder=tmp_path).stdout


def test_make_lesson_asks_which():
    done = make("-o", ".venv/.installed", "lesson")
    assert "make lesson N=05" in done.stdout
    assert done.returncode != 0


def test_the_readme_names_every_lesson_and_no_other():
    linked = set(re.findall(r"\(notebooks/([0-9]{2}_\w+)\.ipynb\)", README))
    assert linked == {source.stem for source in lesson_sources(SOURCES, [])}


def test_the_commands_for_windows_do_what_make_does():
    done = recipe("study")
    for line in re.findall(r"^\.venv\\Scripts\\python (.*)$", README, re.MULTILINE):
        assert line.replace("\\", "/") in done.replace("--quiet ", "")


def test_ci_runs_make_test_with_a_browser_and_nothing_else():
    script = (ROOT / ".ci" / "run").read_text()
    workflow = (ROOT / ".github" / "workflows" / "test.yml").read_text()
    assert script.rstrip().endswith("\nmake test")
    assert "export CI=1" in script
    assert re.findall(r"- run: (.*)", workflow) == ["bash .ci/run"]


def direct(requirements: str) -> set[str]:
    """The packages that requirements.txt asks for itself, not those that they bring."""
    own = requirements.partition("# What these bring")[0]
    return set(re.findall(r"^([\w-]+)==", own, re.MULTILINE))


def test_each_dependency_has_its_reason_in_contributing():
    reasons = CONTRIBUTING.partition("## Dependencies")[2]
    lists = re.findall(r"^- ([^:]+):", reasons, re.MULTILINE)
    assert set(", ".join(lists).split(", ")) == direct((ROOT / "requirements.txt").read_text())


def test_every_requirement_is_pinned():
    lines = (ROOT / "requirements.txt").read_text().split("\n")
    named = [line for line in lines if line and not line.startswith("#")]
    assert [line for line in named if not re.fullmatch(r"[\w.-]+==[\w.]+", line)] == []


def test_contributing_is_read_in_a_minute():
    assert len(CONTRIBUTING.split("\n")) < 60


def test_ci_tries_the_oldest_and_the_newest_python_that_the_package_accepts():
    workflow = (ROOT / ".github" / "workflows" / "test.yml").read_text()
    tried = re.findall(r'"(3\.\d+)"', workflow)
    assert PROJECT["requires-python"] == ">=3.11,<3.14"
    assert tried == ["3.11", "3.13"]
    lint = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["ruff"]["target-version"]
    assert lint == "py311"
