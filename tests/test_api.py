"""What `import lcutils as lc` gives, what it costs, and which module may know which."""

import importlib
import inspect
import pkgutil
import random
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from packaging.requirements import Requirement

import lcutils as lc
from editions import PROJECT, ROOT, environment
from lcutils.exercises import catalogue

HEAVY = ("sympy", "matplotlib", "ipywidgets", "IPython", "torch", "numpy")
MODULES = [
    f"lcutils.{module.name}"
    for module in pkgutil.iter_modules(lc.__path__)
    if not module.name.startswith("_")
]


def in_new_process(program: str) -> str:
    """What a Python program prints in a process of its own."""
    command = [sys.executable, "-c", program]
    done = subprocess.run(command, env=environment(), capture_output=True, text=True, check=True)
    return done.stdout.strip()


def loaded_by(program: str) -> set[str]:
    """Which of the heavy packages a program loads."""
    loaded = in_new_process(f"import sys\n{program}\nprint(*sys.modules)")
    return set(HEAVY) & set(loaded.split())


# --- names


def test_every_public_name_is_found_and_says_what_it_is():
    for name in lc.__all__:
        assert inspect.getdoc(getattr(lc, name)), name


def test_a_name_that_is_not_there_is_an_attribute_error():
    with pytest.raises(AttributeError, match="module 'lcutils' has no attribute 'prooove'"):
        lc.prooove  # noqa: B018


def test_public_names_are_listed_for_completion():
    assert set(lc.__all__) <= set(dir(lc))


def test_no_module_has_the_name_of_a_public_function():
    # importing `lcutils.check` as a module would put it in the function's place
    assert not {module.partition(".")[2] for module in MODULES} & set(lc.__all__)


@pytest.mark.parametrize("seed", range(2))
def test_a_public_name_stays_what_it_is_in_any_order_of_use(seed):
    # a submodule of the same name would take its place once something has imported it
    uses = [f"assert callable(lc.{name}), {name!r}" for name in lc.__all__] * 2
    uses += [f"import {module}" for module in MODULES]
    random.Random(seed).shuffle(uses)
    assert in_new_process("\n".join(["import lcutils as lc", *uses, "print('done')"])) == "done"


def public_functions() -> dict[str, Callable[..., object]]:
    """What the modules offer: the names in `__all__`, else every function of their own."""
    found = {}
    for module in map(importlib.import_module, MODULES):
        for name, value in inspect.getmembers(module, inspect.isfunction):
            is_own = value.__module__ == module.__name__ and not name.startswith("_")
            if name in getattr(module, "__all__", [name] if is_own else []):
                found[f"{module.__name__}.{name}"] = value
    return found


def undocumented(function: Callable[..., object]) -> list[str]:
    """Parameters that a function's docstring does not mention."""
    doc = inspect.getdoc(function) or ""
    names = inspect.signature(function).parameters
    return [name for name in names if not re.search(rf"\b{name}\b", doc)]


@pytest.mark.parametrize("function", public_functions().values(), ids=public_functions())
def test_a_public_function_has_a_docstring_that_names_each_parameter(function):
    assert inspect.getdoc(function)
    assert not undocumented(function)


def test_a_parameter_that_is_not_documented_is_found():
    def step(state, beta):
        """One step from `state`."""

    assert undocumented(step) == ["beta"]


def test_the_version_is_the_projects():
    assert lc.__version__ == PROJECT["version"]


SUBJECT = ("lags", "memory", "nets", "proof", "recall", "records", "show", "tasks", "text", "train")


def test_a_module_of_the_subject_is_reached_from_the_package():
    seen = "[(name in dir(lc), getattr(lc, name).__name__) for name in names]"
    found = in_new_process(f"import lcutils as lc; names = {SUBJECT}; print({seen})")
    assert found == str([(True, f"lcutils.{name}") for name in SUBJECT])


# --- what an import costs


def test_importing_the_package_loads_nothing_heavy():
    assert loaded_by("import lcutils") == set()


@pytest.mark.parametrize(
    "module", ["startup", "claims", "checking", "exercises", "show", "microscope", "memory"]
)
def test_a_module_loads_torch_and_numpy_at_most(module):
    assert loaded_by(f"import lcutils.{module}") <= {"torch", "numpy"}


def test_what_a_program_loads_is_seen():
    assert "sympy" in loaded_by("import lcutils as lc; lc.prove")


# --- layers


def test_every_lesson_of_exercises_is_in_the_catalogue():
    folders = {path.name[-2:] for path in (ROOT / "lcutils" / "exercises").glob("lesson[0-9][0-9]")}
    assert {id[:2] for id in catalogue()} == folders


def test_no_import_of_the_package_hides_from_the_linter():
    # the package's own lazy names, and the lessons' folders, whose own imports the linter sees
    found = {
        path.relative_to(ROOT).as_posix()
        for path in (ROOT / "lcutils").rglob("*.py")
        if re.search(r"import_module|__import__", path.read_text(encoding="utf-8"))
    }
    assert found == {"lcutils/__init__.py", "lcutils/exercises/_catalogue.py"}


def layers_hold(root: Path) -> subprocess.CompletedProcess[str]:
    """import-linter over the package in `root`, by the contract of this project."""
    command = [str(Path(sys.executable).with_name("lint-imports")), "--no-cache"]
    return subprocess.run(
        [*command, str(ROOT / "pyproject.toml")],
        cwd=root,
        env=environment() | {"PYTHONPATH": str(root)},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture
def package(tmp_path):
    """A copy of the package, to break."""
    shutil.copytree(ROOT / "lcutils", tmp_path / "lcutils")
    return tmp_path


def test_modules_import_only_from_the_layers_below(package):
    done = layers_hold(package)
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize(
    ("module", "line"),
    [
        ("_require.py", "import lcutils._ledger"),
        ("tasks.py", "def f():\n    from lcutils import text"),
        ("show.py", "def f():\n    from lcutils.startup import rng"),
        ("checking/values.py", "def f():\n    from lcutils.exercises import catalogue"),
        ("new.py", '"""A module without a layer."""'),
    ],
    ids=[
        "upwards",
        "a sibling, in a function",
        "a sibling above",
        "machinery knows content",
        "no layer",
    ],
)
def test_an_import_against_the_layers_is_found(package, module, line):
    with (package / "lcutils" / module).open("a") as file:
        file.write(f"\n{line}\n")
    done = layers_hold(package)
    assert done.returncode == 1
    assert "BROKEN" in done.stdout or "new" in done.stdout


def test_the_tested_stack_lies_within_the_packages_ranges():
    lines = (ROOT / "requirements.txt").read_text().split("\n")
    pins = dict(line.split("==") for line in lines if "==" in line and not line.startswith("#"))
    for needed in map(Requirement, PROJECT["dependencies"]):
        assert needed.specifier.contains(pins[needed.name]), str(needed)
