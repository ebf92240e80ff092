"""The environment that lessons run in: made, mended, gone on with, or refused in a sentence."""

import json
import re
import subprocess
import sys

import pytest
from packaging.specifiers import SpecifierSet

import install
from editions import PROJECT, ROOT


@pytest.fixture
def pips(monkeypatch):
    """What pip is asked for, and pip does nothing but leave the kernel that ipykernel brings."""
    asked = []

    def pip(python, *what):
        asked.append(what[0] if what[0] == "-r" else "lcutils")
        kernel = python.parent.parent / "share" / "jupyter" / "kernels" / "python3" / "kernel.json"
        kernel.parent.mkdir(parents=True, exist_ok=True)
        kernel.write_text('{"argv": ["python"], "display_name": "Python 3"}')

    monkeypatch.setattr(install, "pip", pip)
    return asked


@pytest.fixture
def venv(tmp_path):
    """Where the environment would be: not there yet."""
    return tmp_path / "my venv"


def environment(venv, script=None, made_here=True):
    """An environment whose Python is this shell script, or missing."""
    (venv / "bin").mkdir(parents=True)
    (venv / "pyvenv.cfg").write_text("home = /usr/bin\n")
    (venv / "own").write_text("somebody's")
    python = venv / "bin" / "python"
    if script is None:
        python.symlink_to(venv / "gone")
    else:
        python.write_text(f"#!/bin/sh\n{script}\n")
        python.chmod(0o755)
    if made_here:
        (venv / ".installed").write_text('{"made here": true}')


@pytest.fixture
def makes(monkeypatch):
    """`python -m venv` in a moment: one whose Python answers as it should."""
    real = subprocess.run

    def run(command, **options):
        if command[1:3] == ["-m", "venv"]:
            folder = install.Path(command[3])
            (folder / "bin").mkdir()
            (folder / "pyvenv.cfg").touch()
            (folder / "bin" / "python").write_text("#!/bin/sh\necho 3.12\n")
            (folder / "bin" / "python").chmod(0o755)
            return subprocess.CompletedProcess(command, 0, "")
        return real(command, **options)

    monkeypatch.setattr(install.subprocess, "run", run)


def said(capsys):
    """The one line that stands on the error stream."""
    (line,) = capsys.readouterr().err.splitlines()
    return line


def test_the_pythons_are_those_that_the_package_accepts():
    accepts = SpecifierSet(PROJECT["requires-python"])
    assert [f"3.{n}" for n in range(30) if accepts.contains(f"3.{n}.0")] == install.PYTHONS


def test_an_environment_is_made_once(venv, pips, makes):
    assert install.main([str(venv)]) == 0
    assert install.main([str(venv)]) == 0
    assert pips == ["-r", "lcutils"]


def test_the_kernel_has_a_name_and_jupyter_asks_nothing(venv, pips, makes):
    install.main([str(venv)])
    share = venv / "share" / "jupyter"
    kernel = json.loads((share / "kernels" / "python3" / "kernel.json").read_text())
    assert kernel == {"argv": ["python"], "display_name": "Long-Context Workbook"}
    (settings,) = json.loads((share / "lab" / "settings" / "overrides.json").read_text()).values()
    assert settings == {"fetchNews": "false", "checkForUpdates": False}


def test_settings_of_the_readers_own_environment_stay(venv, pips):
    environment(venv, "echo 3.12", made_here=False)
    settings = venv / "share" / "jupyter" / "lab" / "settings" / "overrides.json"
    settings.parent.mkdir(parents=True)
    settings.write_text('{"theme": "dark"}')
    assert install.main([str(venv)]) == 0
    assert json.loads(settings.read_text())["theme"] == "dark"
    assert pips == ["-r", "lcutils"]


@pytest.mark.parametrize("version", ["2.7", "3.10", "3.14"])
def test_a_python_that_will_not_do_is_told_so_before_anything_is_made(
    venv, monkeypatch, capsys, version
):
    numbers = tuple(map(int, version.split(".")))
    monkeypatch.setattr(install.sys, "version_info", (*numbers, 0))
    assert install.main([str(venv)]) == 1
    assert re.match(
        rf"The workbook needs Python 3.11 to 3.13, and \S+ is {version}\. Start it", said(capsys)
    )
    assert not venv.exists()


BAD = {
    "gone": (None, "the Python that it was made with is gone"),
    "silent": ("exit 1", "its Python does not start"),
    "old": ("echo 3.10", "it has Python 3.10; the workbook needs 3.11 to 3.13"),
    "no pip": ("echo 3.12; exit 1", "it has no pip"),
}


@pytest.mark.parametrize(("script", "fault"), BAD.values(), ids=BAD)
def test_a_bad_environment_that_we_made_is_made_anew(venv, pips, makes, capsys, script, fault):
    environment(venv, script)
    assert install.main([str(venv)]) == 0
    assert f"my venv: {fault}. It is made anew." in capsys.readouterr().out
    assert not (venv / "own").exists()
    assert pips == ["-r", "lcutils"]


@pytest.mark.parametrize(("script", "fault"), BAD.values(), ids=BAD)
def test_a_bad_environment_that_we_did_not_make_is_named_and_stays(
    venv, pips, capsys, script, fault
):
    environment(venv, script, made_here=False)
    before = sorted(venv.rglob("*"))
    assert install.main([str(venv)]) == 1
    assert f"my venv: {fault}. It may hold more than the workbook's, so it stays: delete" in said(
        capsys
    )
    assert (sorted(venv.rglob("*")), pips) == (before, [])


def test_a_folder_that_is_no_environment_stays(venv, pips, capsys):
    venv.mkdir()
    (venv / "thesis.txt").write_text("mine")
    assert install.main([str(venv)]) == 1
    assert "make lab VENV=.venv2" in said(capsys)
    assert (venv / "thesis.txt").read_text() == "mine"


def test_a_file_where_the_environment_would_be_stays(venv, capsys):
    venv.write_text("mine")
    assert install.main([str(venv)]) == 1
    assert "my venv is no folder. Choose another: make lab VENV=.venv2" in said(capsys)
    assert venv.read_text() == "mine"


def test_after_a_stop_in_the_middle_the_next_run_goes_on(venv, pips, makes, monkeypatch, capsys):
    work = install.pip

    def stopped(python, *what):
        raise KeyboardInterrupt

    monkeypatch.setattr(install, "pip", stopped)
    assert install.main([str(venv)]) == 1
    assert "it goes on where it stopped" in said(capsys)
    (venv / "half").touch()
    monkeypatch.setattr(install, "pip", work)
    assert install.main([str(venv)]) == 0
    assert (venv / "half").exists()  # what was installed is not thrown away
    assert pips == ["-r", "lcutils"]


def test_after_the_folder_was_moved_only_lcutils_is_installed_again(
    venv, pips, makes, monkeypatch, tmp_path
):
    install.main([str(venv)])
    moved = tmp_path / "moved"
    (moved / "lcutils").mkdir(parents=True)
    for name in ("requirements.txt", "pyproject.toml"):
        (moved / name).write_bytes((ROOT / name).read_bytes())
    venv.rename(moved / ".venv")
    monkeypatch.setattr(install, "ROOT", moved)
    pips.clear()
    assert install.main([]) == 0
    assert pips == ["lcutils"]


def test_changed_requirements_are_installed(venv, pips, makes, monkeypatch):
    install.main([str(venv)])
    pips.clear()
    real = install.digest
    monkeypatch.setattr(install, "digest", lambda files: real(files)[::-1])
    assert install.main([str(venv)]) == 0
    assert pips == ["-r", "lcutils"]


def test_where_one_may_not_write_a_copy_is_installed_and_follows_changes(
    venv, makes, monkeypatch, pips
):
    monkeypatch.setattr(install.os, "access", lambda path, mode: False)
    assert install.main([str(venv)]) == 0
    assert install.main([str(venv)]) == 0
    assert pips == ["-r", "lcutils"]
    real = install.digest
    monkeypatch.setattr(
        install, "digest", lambda files: real(files) + ("x" if len(files) > 2 else "")
    )
    assert install.main([str(venv)]) == 0
    assert pips == ["-r", "lcutils", "lcutils"]


def test_a_folder_that_may_not_be_written_is_one_sentence(venv, monkeypatch, capsys):
    def refused(self, *args, **options):
        raise PermissionError(13, "Permission denied", str(self))  # root may write anywhere

    monkeypatch.setattr(install.Path, "mkdir", refused)
    assert install.main([str(venv)]) == 1
    assert said(capsys).endswith("make lab VENV=~/lessons/.venv STUDY=~/lessons")


REFUSALS = {
    "network": ("Retrying after connection broken by 'NewConnectionError'", "pip gets no answer"),
    "other": ("ERROR: No matching distribution", "ERROR: No matching distribution\npip could not"),
}


@pytest.mark.parametrize(("words", "says"), REFUSALS.values(), ids=REFUSALS)
def test_when_pip_fails_the_reader_is_told_what_to_do(venv, capsys, words, says):
    environment(venv, f'case "$*" in *pip*install*) echo "{words}" >&2; exit 1;; esac; echo 3.12')
    assert install.main([str(venv)]) == 1
    error = capsys.readouterr().err
    assert error.startswith(says)
    assert "it goes on where it stopped" in error
    assert json.loads((venv / ".installed").read_text()) == {"made here": True}


def test_where_an_environment_cannot_be_made_the_package_to_install_is_named(
    venv, monkeypatch, capsys
):
    def run(command, **options):
        return subprocess.CompletedProcess(command, 1, "ensurepip is not available\n")

    monkeypatch.setattr(install.subprocess, "run", run)
    assert install.main([str(venv)]) == 1
    error = capsys.readouterr().err
    assert error.startswith("ensurepip is not available\n")
    assert error.endswith("On Debian and Ubuntu: apt install python3-venv\n")


def test_a_real_environment_without_pip_is_found_out(venv):
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(venv)], check=True)
    assert install.fault_of(venv) == "it has no pip"


def test_the_environment_of_this_run_has_no_fault():
    assert install.fault_of(install.Path(sys.prefix)) == ""
