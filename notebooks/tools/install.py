"""Makes the environment that the lessons run in, or mends it; what is done is not done again.

    python notebooks/tools/install.py            in the folder .venv
    python notebooks/tools/install.py FOLDER     in another one

It is the one script here that runs on any Python 3, so that one too old is told so.
"""

import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
PYTHONS = ["3.11", "3.12", "3.13"]  # as pyproject.toml promises; a test compares
KERNEL = "Long-Context Workbook"  # what Jupyter's menus call this environment
BIN = "Scripts" if os.name == "nt" else "bin"
ANOTHER = f"py -3.12 {Path(__file__)}" if os.name == "nt" else "make lab PYTHON=python3.12"
NOTIFICATION = "@jupyterlab/apputils-extension:notification"
SETTINGS = {NOTIFICATION: {"fetchNews": "false", "checkForUpdates": False}}


class InstallError(Exception):
    """What stands in the way, and what to do about it."""


def install(venv: Path) -> None:
    """Make the environment if it is not there or no good, and install what is not in it yet."""
    mark = venv / ".installed"
    has, wants = read(mark), state()
    fault = fault_of(venv)
    if fault:
        if venv.is_dir() and any(venv.iterdir()):
            if not has.get("made here"):
                raise InstallError(
                    f"{venv}: {fault}. It may hold more than the workbook's, so it stays: "
                    "delete or rename it, or choose another folder: make lab VENV=.venv2"
                )
            print(f"{venv}: {fault}. It is made anew.")
        refuse_python()
        has = {"made here": True}
        make(venv, mark, has)
    if {**has, **wants} == has:
        return
    has.setdefault("made here", False)
    python = venv / BIN / "python"
    if has.get("needs") != wants["needs"]:
        print(f"Installing into {venv}. This takes a few minutes, once.", flush=True)
        pip(python, "-r", str(ROOT / "requirements.txt"))
    install_package(python)
    name_the_kernel(venv)
    mark.write_text(json.dumps({**has, **wants}), encoding="utf-8")


def state() -> "dict[str, object]":
    """What an environment has in which nothing remains to be done."""
    files = [ROOT / "requirements.txt", ROOT / "pyproject.toml"]
    found = {"needs": digest(files), "lcutils": str(ROOT)}
    if not os.access(str(ROOT), os.W_OK):  # a copy is installed, which does not follow changes
        found["copied"] = digest(sorted((ROOT / "lcutils").rglob("*.py")))
    return dict(found)


def digest(files: "list[Path]") -> str:
    """One hash of the text of all these files."""
    texts = [file.read_bytes().replace(b"\r\n", b"\n") for file in files]
    return hashlib.sha256(b"\0".join(texts)).hexdigest()


def read(mark: Path) -> "dict[str, object]":
    """What an earlier run has left to say; nothing if there was none."""
    try:
        found = json.loads(mark.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def fault_of(venv: Path) -> str:
    """Why nothing can be installed into this folder as it is; empty if something can."""
    if not (venv / "pyvenv.cfg").is_file():
        return "it is no environment of Python's"
    asks = "import sys; print('%d.%d' % sys.version_info[:2], flush=True); import pip"
    command = [str(venv / BIN / "python"), "-I", "-c", asks]
    try:
        done = subprocess.run(
            command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, universal_newlines=True
        )
    except OSError:
        return "the Python that it was made with is gone"
    version = done.stdout.strip()
    if not version:
        return "its Python does not start"
    if version not in PYTHONS:
        return f"it has Python {version}; the workbook needs {PYTHONS[0]} to {PYTHONS[-1]}"
    return "it has no pip" if done.returncode else ""


def refuse_python() -> None:
    """Stop where the Python that runs this is not one that the workbook was tested with."""
    version = "{}.{}".format(*sys.version_info[:2])
    if version not in PYTHONS:
        raise InstallError(
            f"The workbook needs Python {PYTHONS[0]} to {PYTHONS[-1]}, and {sys.executable} is "
            f"{version}. Start it with another one: {ANOTHER}"
        )


def make(venv: Path, mark: Path, has: "dict[str, object]") -> None:
    """Make an empty environment. It is marked as ours before anything else is in it."""
    venv.mkdir(parents=True, exist_ok=True)
    mark.write_text(json.dumps(has), encoding="utf-8")
    for old in venv.iterdir():
        if old.is_dir() and not old.is_symlink():
            shutil.rmtree(str(old))
        elif old != mark:
            old.unlink()
    base = getattr(sys, "_base_executable", sys.executable)  # not one that has just been deleted
    done = subprocess.run(
        [base, "-m", "venv", str(venv)],
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, universal_newlines=True,
    )  # fmt: skip
    if done.returncode:
        raise InstallError(
            f"{done.stdout.strip()}\n{base} could not make {venv}; it says why above. "
            "On Debian and Ubuntu: apt install python3-venv"
        )


def pip(python: Path, *what: str) -> None:
    """Have pip install something. What it already has stays, so an interrupted run goes on."""
    command = [str(python), "-m", "pip", "install", "--quiet", *what]
    done = subprocess.run(command, stderr=subprocess.PIPE, universal_newlines=True)
    if not done.returncode:
        return
    if "connection" in done.stderr.lower():
        raise InstallError(
            "pip gets no answer from the network, which is needed once, to install. "
            "Connect, and type the same again: it goes on where it stopped."
        )
    raise InstallError(
        f"{done.stderr.strip()}\npip could not install everything; it says why above. "
        "Then type the same again: it goes on where it stopped."
    )


def install_package(python: Path) -> None:
    """Install lcutils, as a link to this folder, or as a copy if pip may not write here."""
    options = ["--no-deps", "--no-build-isolation"]
    if os.access(str(ROOT), os.W_OK):
        pip(python, *options, "-e", str(ROOT))
        return
    with tempfile.TemporaryDirectory() as folder:
        for name in ("pyproject.toml", "README.md", "LICENSE"):
            shutil.copyfile(str(ROOT / name), str(Path(folder, name)))
        shutil.copytree(
            str(ROOT / "lcutils"), str(Path(folder, "lcutils")), copy_function=shutil.copyfile
        )
        pip(python, *options, "--force-reinstall", folder)


def name_the_kernel(venv: Path) -> None:
    """Give the kernel a name to be found by, and have JupyterLab open without a question."""
    share = venv / "share" / "jupyter"
    kernel = share / "kernels" / "python3" / "kernel.json"
    spec = json.loads(kernel.read_text(encoding="utf-8"))
    kernel.write_text(json.dumps({**spec, "display_name": KERNEL}, indent=1), encoding="utf-8")
    overrides = share / "lab" / "settings" / "overrides.json"
    overrides.parent.mkdir(parents=True, exist_ok=True)
    values = {**read(overrides), **SETTINGS}  # an environment of the reader's may have some
    overrides.write_text(json.dumps(values, indent=1), encoding="utf-8")


def main(arguments: "list[str]") -> int:
    """The command line; returns the exit status."""
    venv = Path(arguments[0]).expanduser() if arguments else ROOT / ".venv"
    try:
        if os.path.lexists(str(venv)) and not venv.is_dir():
            raise InstallError(f"{venv} is no folder. Choose another: make lab VENV=.venv2")
        install(venv)
    except InstallError as error:
        print(error, file=sys.stderr)
    except PermissionError as error:
        print(
            f"{error.filename} cannot be written. Choose folders of your own: "
            "make lab VENV=~/lessons/.venv STUDY=~/lessons",
            file=sys.stderr,
        )
    except KeyboardInterrupt:
        print("Stopped. Type the same again: it goes on where it stopped.", file=sys.stderr)
    else:
        return 0
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
