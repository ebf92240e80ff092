"""The microscope in JupyterLab: its slider moves, it fits, a stored notebook shows a picture."""

from collections.abc import Iterator
from pathlib import Path

import nbformat
import pytest
from playwright.sync_api import Browser

import build
import lab
from cells import read_cells
from lab import Lab, Server

pytestmark = pytest.mark.browser

LESSON = """\
# %% [markdown] id="promise"
# # 05 · Seen

# %% id="start"
import lcutils as lc

lc.start("05")

# %% id="watch"
story = "Ann: Oslo, Bob: Rome, Ann: Rome"
scope = lc.watch(story, orthogonal=True)
scope

# %% id="film"
scope.film([1, 2, 3], "It is written, and read.")

# %% id="hostile"
facts = [("<img src=x onerror=window.hacked=1>" + 8 * " long", "<script>hacked = 1</script>")]
facts += [(f"name {i} of many", f"value {i} of many") for i in range(11)]
lc.watch(facts, rungs=("full_attention", "gated_delta_rule"))

# %% id="one"
lc.watch("Ann: Oslo")
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A lesson, never run and as the build stores it."""
    folder = tmp_path_factory.mktemp("seen")
    seen = build.notebook(read_cells(LESSON, "seen.py"))
    nbformat.write(seen, folder / "seen.ipynb")
    nbformat.write(build.cleaned(build.execute(seen, folder), student=True), folder / "built.ipynb")
    return folder


@pytest.fixture(scope="module")
def server(folder: Path) -> Iterator[Server]:
    with lab.server(folder) as running:
        yield running


@pytest.fixture(scope="module", params=[(900, False), (700, True)], ids=["900 light", "700 dark"])
def seen(server: Server, browser: Browser, request: pytest.FixtureRequest) -> Lab:
    """The lesson after Run All."""
    width, dark = request.param
    lesson = lab.opened(browser, server, "seen.ipynb", width=width, dark=dark)
    lesson.run_all()
    return lesson


def picture(lesson: Lab) -> str | None:
    """The address of the microscope's picture, which is new for each picture."""
    image = lesson.output("watch").query_selector("img")
    assert image
    return image.get_attribute("src")


def test_it_runs_fits_and_can_be_read(seen):
    assert seen.errors() == []
    assert seen.too_wide() == []
    assert seen.faint() == []


def test_a_key_and_a_button_change_the_picture_and_not_the_height(seen):
    output, addresses = seen.output("watch"), [picture(seen)]
    height = output.bounding_box()["height"]
    slider, button = output.query_selector(".noUi-handle"), output.query_selector("text=Bob")
    for change in (lambda: slider.press("ArrowRight"), button.click):
        change()
        lab.wait_until(lambda: picture(seen) not in addresses, 10, "another picture")
        addresses.append(picture(seen))
    assert output.bounding_box()["height"] == height


def test_where_a_kernel_runs_only_the_widget_is_shown(seen):
    output = seen.output("watch")
    assert len(output.query_selector_all("img")) == 1
    assert output.query_selector(".noUi-handle")


def test_what_a_reader_types_is_text_and_runs_nowhere(seen):
    assert seen.page.evaluate("window.hacked") is None
    buttons = seen.output("hostile").query_selector_all("button")
    assert len(buttons) == 12
    assert "<img" in buttons[0].inner_text()


def test_a_single_fact_is_a_picture_alone(seen):
    output = seen.output("one")
    assert output.query_selector("img")
    assert output.query_selector("button, .noUi-handle") is None


def test_a_stored_lesson_shows_the_picture_after_the_last_fact(server, browser):
    stored = lab.opened(browser, server, "built.ipynb")
    output = stored.output("watch")
    assert output.query_selector("img").get_attribute("src").startswith("data:image/png")
    assert output.query_selector(".noUi-handle") is None
    assert stored.too_wide() == []
