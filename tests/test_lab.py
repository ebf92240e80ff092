"""In JupyterLab, as a reader sees it: a small lesson runs, sliders move, exercises answer."""

import shutil
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import nbformat
import pytest
from playwright.sync_api import Browser

import build
import lab
from cells import read_cells
from editions import ROOT
from lab import Lab, Server

pytestmark = pytest.mark.browser

BESIDE_FILES = ["00_start_here.ipynb", "05_memory.ipynb"]
TINY = """\
# %% [markdown] id="promise"
# # 05 · Tiny
# What is read: $o = S^\\top q$.

# %% id="start"
import lcutils as lc

lc.start("05")

# %% id="claim"
lc.claim("05.half", "Half is {value:.2f}; theory says 0.50.", 0.5, between=(0.4, 0.6))

# %% id="figure"
fig, axes = lc.subplots(1, 2)
axes[0].plot([0, 1])
lc.figure(fig, "Recall falls from 1.00 to 0.25 as T grows. A remark follows the title.")


# %% id="play"
def draw(ax, d, gamma):
    if d == 9:
        raise ValueError("nine is too many")
    ax.plot([gamma**age for age in range(d)])


lc.play(draw, d=(2, 10, 5), gamma=(0.8, 1.0))


# %% id="05-additive_step"
def additive_step(x, state):
    raise NotImplementedError


additive_step = lc.check("05.additive_step", additive_step)
"""
FOLDED = f"""\
# %% [markdown] id="promise"
# # 05 · Folded

# %% id="long" tags=["hide-input"]
{"x" * 100} = 1
"""
ANSWER = """\
def additive_step(x, state):
    return {}

additive_step = lc.check("05.additive_step", additive_step)"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small lesson, never run and as the build stores it, and copies of two real ones."""
    folder = tmp_path_factory.mktemp("lessons")
    tiny = build.notebook(read_cells(TINY, "tiny.py"))
    nbformat.write(tiny, folder / "tiny.ipynb")
    nbformat.write(build.cleaned(build.execute(tiny, folder), student=True), folder / "built.ipynb")
    folded = build.notebook(read_cells(FOLDED, "folded.py"))
    nbformat.write(folded, folder / "folded.ipynb")
    for name in BESIDE_FILES:
        shutil.copy(ROOT / "notebooks" / name, folder)
    return folder


@pytest.fixture(scope="module")
def server(folder: Path) -> Iterator[Server]:
    with lab.server(folder) as running:
        yield running


@pytest.fixture(scope="module")
def opened(server: Server, browser: Browser):
    """Opens a notebook in a window 900 pixels wide. (Kernels are run before Playwright's loop.)"""
    return partial(lab.opened, browser, server)


@pytest.fixture(scope="module")
def beside_files(server: Server, browser: Browser):
    """Opens a notebook as `make lab` does, beside the list of files, in a window of some width."""
    return partial(lab.opened, browser, server, place="lab")


@pytest.fixture(scope="module", params=[False, True], ids=["light", "dark"])
def tiny(opened, request: pytest.FixtureRequest) -> Lab:
    """The small lesson after Run All."""
    lesson = opened("tiny.ipynb", dark=request.param)
    lesson.run_all()
    return lesson


def press(lesson: Lab, *keys: str) -> None:
    """Move the slider `d`; after each key wait for the picture, or the error, that follows."""
    handle = lesson.output("play").query_selector(".noUi-handle")
    assert handle
    for key in keys:
        before = shown(lesson)
        handle.press(key)
        lab.wait_until(lambda: shown(lesson) != before, 10, "another picture")  # noqa: B023


def shown(lesson: Lab) -> tuple[str | None, str]:
    """The picture's address, which is new for each picture, and the error's text."""
    output = lesson.output("play")
    picture, error = output.query_selector("img"), output.query_selector(".widget-html")
    assert picture
    assert error
    return picture.get_attribute("src"), error.inner_text() if error.is_visible() else ""


def test_a_lesson_runs_without_an_error(tiny):
    assert tiny.errors() == []


def test_the_theme_is_the_one_asked_for(tiny, request):
    is_dark = "[dark]" in request.node.name
    assert tiny.page.evaluate("document.body.dataset.jpThemeLight") == str(not is_dark).lower()


def test_nothing_is_wider_than_a_narrow_window(tiny):
    assert tiny.too_wide() == []


def test_what_cells_show_can_be_read_in_the_theme(tiny):
    assert tiny.faint() == []


def test_a_figure_stands_under_its_title(tiny):
    output = tiny.output("figure")
    title, picture = output.query_selector("strong"), output.query_selector("img")
    assert title.inner_text() == "Recall falls from 1.00 to 0.25 as T grows."
    assert title.bounding_box()["y"] < picture.bounding_box()["y"]


def test_a_move_of_a_slider_changes_the_picture_and_not_the_height(tiny):
    before, height = shown(tiny), tiny.output("play").bounding_box()["height"]
    press(tiny, "ArrowLeft")
    assert shown(tiny)[0] != before[0]
    assert tiny.output("play").bounding_box()["height"] == height


def test_an_error_while_drawing_is_read_under_the_last_picture_and_goes_away(tiny):
    press(tiny, "Home", "End")
    last, _ = shown(tiny)
    press(tiny, "ArrowLeft")
    assert shown(tiny)[0] == last
    assert "ValueError: nine is too many" in shown(tiny)[1]
    press(tiny, "ArrowLeft")
    assert shown(tiny)[1] == ""


def test_an_exercise_names_the_mistake_and_then_passes(tiny):
    cell = "05-additive_step"
    assert "Not written yet" in tiny.output(cell).inner_text()
    tiny.edit_cell(cell, ANSWER.format("x"))
    tiny.run_cell(cell)
    assert "the old state is missing" in tiny.output(cell).inner_text()
    tiny.edit_cell(cell, ANSWER.format("state + x"))
    tiny.run_cell(cell)
    assert "Right" in tiny.output(cell).inner_text()
    assert tiny.errors() == []


def test_a_stored_lesson_says_how_to_bring_the_sliders_to_life(opened):
    stored = opened("built.ipynb")
    assert "Run this cell to move the sliders." in stored.output("play").inner_text()
    assert stored.output("play").query_selector(".noUi-handle") is None


@pytest.mark.parametrize("name", BESIDE_FILES)
def test_beside_the_list_of_files_a_lesson_fits_a_narrow_and_an_enlarged_window(beside_files, name):
    for width, zoom in ((900, 1.0), (1280, 1.5)):
        lesson = beside_files(name, width=width, zoom=zoom)
        assert lesson.page.locator("#jp-left-stack").bounding_box()["width"] > 200
        assert lesson.too_wide() == []
        assert lesson.too_wide_in_lab() == []


def test_a_folded_line_that_is_too_long_is_found(beside_files):
    lesson = beside_files("folded.ipynb")
    found = " ".join(lesson.too_wide_in_lab())
    assert "jp-PlaceholderText" in found
    assert "jp-WindowedPanel-outer" in found  # so the whole page scrolls
