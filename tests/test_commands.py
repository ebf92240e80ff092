"""README, CONTRIBUTING, Makefile, CI and requirements say the same, and it is true."""

import os
import re
import subprocess
import tomllib
from importlib import metadata

import pytest
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet

from editions import PROJECT, ROOT, SOURCES, lesson_sources

README = (ROOT / "README.md").read_text()
CONTRIBUTING = (ROOT / "CONTRIBUTING.md").read_text()
MAKEFILE = (ROOT / "Makefile").read_text()
TEACHING = (ROOT / "TEACHING.md").read_text()
HUB = (ROOT / "notebooks" / "tools" / "classroom" / "hub" / "README.md").read_text()
TARGETS = set(re.findall(r"^([a-z]+):", MAKEFILE, re.MULTILINE))
PINS = re.findall(r"^[\w.-]+==.+$", (ROOT / "requirements.txt").read_text(), re.MULTILINE)
TEXTS = "\n".join([README, CONTRIBUTING, TEACHING, HUB])
NAMED = set(re.findall(r"(?:^|`|sudo )make ([a-z]+)", TEXTS, re.MULTILINE))


def make(*arguments: str, env=()) -> subprocess.CompletedProcess[str]:
    """Run make, in an environment without what an outer make has set."""
    outer = {"MAKEFLAGS", "MAKELEVEL", "MFLAGS", "MAKEOVERRIDES", "VENV", "STUDY", "LAB", "PYTHON"}
    outer |= {"IN", "OUT", "N"}
    env = {name: value for name, value in os.environ.items() if name not in outer} | dict(env)
    command = ["make", *arguments]
    return subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, check=False)


def recipe(*arguments: str, env=()) -> str:
    """What make would run for a target."""
    done = make("--dry-run", *arguments, env=env)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_every_command_that_is_named_exists():
    assert {"lab", "test", "quick", "lesson"} <= NAMED <= TARGETS


def test_make_alone_lists_every_target():
    listed = re.findall(r"^make ([a-z]+) ", make().stdout, re.MULTILINE)
    assert set(listed) == TARGETS


def test_make_lab_installs_copies_and_opens_the_first_lesson():
    done = recipe("lab")
    steps = ["install.py", "study.py", "-m jupyterlab "]
    assert [done.index(step) for step in steps] == sorted(done.index(step) for step in steps)
    assert done.rstrip().endswith('"study/00_start_here.ipynb"')


def test_make_lab_passes_options_on():
    options = "--no-browser --port=9999"
    assert f" {options} " in recipe("lab", f"LAB={options}")
    assert 'LAB="--no-browser --port=9999"' in make().stdout


@pytest.mark.parametrize(("user", "n"), [("0", 1), ("1000", 0)])
def test_make_lab_works_for_root_as_in_a_container(tmp_path, user, n):
    (tmp_path / "id").write_text(f"#!/bin/sh\necho {user}\n")
    (tmp_path / "id").chmod(0o755)
    done = recipe("lab", env={"PATH": f"{tmp_path}:{os.environ['PATH']}"})
    assert done.count("--allow-root") == n


@pytest.mark.parametrize("folder", ["/a b", "~/c d"])
def test_make_lab_takes_other_folders(folder):
    done = recipe("lab", f"STUDY={folder}/study", f"VENV={folder}/venv", env={"HOME": "/home/x"})
    full = folder.replace("~", "/home/x")
    assert f'install.py "{full}/venv"' in done
    assert f'"{full}/venv/bin/python" notebooks/tools/study.py "{full}/study"' in done
    assert f'--ServerApp.root_dir="{full}/study"' in done
    assert done.rstrip().endswith(f'"{full}/study/00_start_here.ipynb"')


def test_a_python_that_is_not_there_is_one_sentence(tmp_path):
    done = make("install", "PYTHON=python3.99", f"VENV={tmp_path}/venv")
    assert done.returncode != 0
    assert done.stdout.startswith("There is no python3.99. Install Python 3.11 to 3.13, or name")
    assert not (tmp_path / "venv").exists()


def test_without_any_other_python_that_of_the_environment_is_enough(tmp_path):
    python = tmp_path / "my venv" / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.write_text('#!/bin/sh\necho "$0 ran $1"\n')
    python.chmod(0o755)
    done = make("--silent", "install", "PYTHON=python3.99", f"VENV={tmp_path}/my venv")
    assert done.stdout == f"{python} ran notebooks/tools/install.py\n"


def test_nothing_but_its_python_is_called_from_an_environment_that_may_have_moved():
    assert set(re.findall(r"bin/(\w+)", MAKEFILE)) == {"python"}


@pytest.mark.parametrize(
    "step",
    ["ruff check", "ruff format --check", "mypy", "lint_imports", 'tests -q -m "not browser"',
     "--nbval", "notebooks/*.ipynb notebooks/solutions/*.ipynb", "-m browser"],
)  # fmt: skip
def test_make_test_leaves_nothing_out(step):
    assert step in recipe("test")


def test_make_test_never_looks_at_the_readers_copies():
    assert "study" not in recipe("test").replace("notebooks/tools/study.py", "")


def test_make_lesson_asks_which():
    done = make("-o", "install", "lesson")
    assert "make lesson N=05" in done.stdout
    assert done.returncode != 0


def test_make_collect_asks_what_and_of_which_lesson():
    for given in ([], ["IN=hand-ins"], ["N=05"]):
        done = make("-o", "install", "collect", *given)
        assert "make collect IN=folder N=05" in done.stdout
        assert done.returncode != 0


def test_make_collect_takes_folders_of_any_name():
    done = recipe("collect", "N=05", "IN=~/hand ins", "OUT=/a b", env={"HOME": "/home/x"})
    assert done.endswith('notebooks/tools/collect.py "05" "/home/x/hand ins" --out "/a b"\n')
    assert recipe("collect", "N=05", "IN=x.zip").endswith('collect.py "05" "x.zip" \n')


def test_the_readme_names_every_lesson_and_no_other():
    linked = set(re.findall(r"\(notebooks/([0-9]{2}_\w+)\.ipynb\)", README))
    assert linked == {source.stem for source in lesson_sources(SOURCES, [])}


def test_the_commands_for_windows_do_what_make_does():
    block = README.partition("## Without make")[2].split("```")[1]
    first, *others = [line.replace("\\", "/") for line in block.strip().split("\n")]
    done = recipe("lab").replace('"', "").replace("--allow-root ", "").replace(".py study", ".py")
    assert f"{first.removeprefix('python ')} .venv\n" in done
    assert [line.replace("/Scripts/", "/bin/") for line in others] == [
        re.sub(r" +", " ", line) for line in done.strip().split("\n")[-2:]
    ]


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


@pytest.mark.parametrize("pin", PINS)
def test_every_pin_is_what_is_installed_and_admits_every_python_that_is_promised(pin):
    needs = Requirement(pin)
    distribution = metadata.distribution(needs.name)
    assert needs.specifier.contains(distribution.version), "make install"
    admits = SpecifierSet(distribution.metadata["Requires-Python"] or "")
    promised = SpecifierSet(PROJECT["requires-python"])
    every = [f"3.{minor}.{patch}" for minor in range(20) for patch in (0, 1, 2, 3, 4, 5, 30)]
    assert [python for python in promised.filter(every) if not admits.contains(python)] == []


def test_contributing_is_read_in_a_minute():
    assert len(CONTRIBUTING.split("\n")) < 60


def test_ci_tries_the_oldest_and_the_newest_python_that_the_package_accepts():
    workflow = (ROOT / ".github" / "workflows" / "test.yml").read_text()
    tried = re.findall(r'"(3\.\d+)"', workflow)
    assert PROJECT["requires-python"] == ">=3.11,<3.14"
    assert tried == ["3.11", "3.13"]
    lint = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["ruff"]["target-version"]
    assert lint == "py311"
