"""A clone in which git was told to end lines as Windows does is the same workbook."""

import shutil
import subprocess

import pytest

import build
import runs
from editions import ROOT, lesson_sources

PARTS = [".gitattributes", ".ci", "Makefile", "lcutils", "notebooks", "figures", "pyproject.toml"]


@pytest.fixture(scope="module")
def clone(tmp_path_factory):
    """Of this working tree, with core.autocrlf=true."""
    origin, clone = tmp_path_factory.mktemp("origin"), tmp_path_factory.mktemp("clone") / "it"

    def git(*arguments):
        names = ["-c", "user.name=x", "-c", "user.email=x@x.org", "-c", "core.safecrlf=false"]
        command = ["git", "-C", str(origin), *names, *arguments]
        subprocess.run(command, check=True, capture_output=True)

    caches = shutil.ignore_patterns("__pycache__", ".ipynb_checkpoints")
    for part in PARTS:
        if (ROOT / part).is_dir():
            shutil.copytree(ROOT / part, origin / part, ignore=caches)
        else:
            shutil.copy(ROOT / part, origin / part)
    git("init", "--quiet")
    git("add", "--force", ".")
    git("commit", "--quiet", "--message", "all")
    git("clone", "--quiet", "--config", "core.autocrlf=true", str(origin), str(clone))
    return clone


def test_every_file_has_the_bytes_that_it_has_here(clone):
    files = [path for path in clone.rglob("*") if path.is_file() and ".git" not in path.parts]
    assert len(files) > 100
    assert [x for x in files if x.read_bytes() != (ROOT / x.relative_to(clone)).read_bytes()] == []


@pytest.mark.parametrize("lines", ["as attributes say", "CRLF all the same"])
def test_its_records_are_fresh_and_its_notebooks_are_those_of_their_sources(clone, lines):
    if lines == "CRLF all the same":  # as a download may have them, or an editor
        for file in [*clone.rglob("*.py"), *clone.rglob("*.ipynb"), *clone.rglob("*.json")]:
            file.write_bytes(file.read_bytes().replace(b"\n", b"\r\n"))
    for script in sorted((clone / "notebooks" / "source" / "runs").glob("*.py")):
        assert runs.is_fresh(script, clone / "lcutils" / "records", clone)
    (source,) = lesson_sources(clone / "notebooks" / "source", ["05"])
    for path, wanted in build.plan(source).items():
        assert build.stale(path, wanted) == ""
