"""The reader's copies in JupyterLab, as `make lab` opens them."""

import json
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

import study
from editions import ROOT
from lab import Lab, Server

pytestmark = pytest.mark.browser

# A kernel that finds all but lcutils, such as one of another environment.
OTHER = f"""\
import sys
sys.path = [place for place in sys.path if place not in ("", {str(ROOT)!r})]
sys.meta_path = [finder for finder in sys.meta_path if "editable" not in str(finder)]
from ipykernel.kernelapp import launch_new_instance
launch_new_instance()"""
CONTEXT = "window.jupyterapp.shell.currentWidget.context"
CELLS = "window.jupyterapp.shell.currentWidget.content.widgets"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What `make study` makes, and a copy of a lesson that another kernel was chosen for."""
    folder = tmp_path_factory.mktemp("study")
    study.copy_lessons(ROOT / "notebooks", folder)
    lesson = json.loads((folder / "05_memory.ipynb").read_text())
    lesson["metadata"]["kernelspec"] = {"display_name": "Other", "name": "other"}
    (folder / "05_elsewhere.ipynb").write_text(json.dumps(lesson))
    return folder


@pytest.fixture(scope="module")
def server(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Jupyter with the settings that installing has left, and a second kernel."""
    private = tmp_path_factory.mktemp("private")
    kernel = private / "data" / "kernels" / "other" / "kernel.json"
    kernel.parent.mkdir(parents=True)
    command = [sys.executable, "-c", OTHER, "-f", "{connection_file}"]
    kernel.write_text(json.dumps({"argv": command, "display_name": "Other", "language": "python"}))
    running = Server(folder, private)
    shutil.rmtree(private / "settings")  # a reader has none yet
    yield running
    running.stop()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    page = browser.new_page(viewport={"width": 900, "height": 1000})
    yield page
    page.close()


@pytest.mark.parametrize("name", ["00_start_here.ipynb", "solutions/05_memory_solution.ipynb"])
def test_a_copy_that_is_opened_needs_no_saving_and_stays_as_it_is(page, server, folder, name):
    before = (folder / name).read_bytes()
    lesson = Lab(page, server, name)
    page.wait_for_timeout(2000)  # what Jupyter has to change comes after the kernel has answered
    assert lesson.page.evaluate(f"{CONTEXT}.model.dirty") is False
    assert (folder / name).read_bytes() == before


def test_the_kernel_bears_the_workbooks_name(page, server):
    lesson = Lab(page, server, "00_start_here.ipynb")
    name = lesson.page.evaluate(f"{CONTEXT}.sessionContext.kernelDisplayName")
    assert name == "Long-Context Workbook"


def test_nothing_pops_up_over_the_first_page(page, server):
    Lab(page, server, "00_start_here.ipynb")
    page.wait_for_timeout(3000)
    assert page.query_selector_all(".Toastify__toast, .jp-Dialog") == []


def test_a_solution_link_leads_to_the_readers_solution(page, server):
    Lab(page, server, "05_memory.ipynb")
    link = page.locator("a", has_text="Solution").first
    page.locator("summary").first.scroll_into_view_if_needed()
    link.click()
    page.wait_for_function(f"{CONTEXT}.path === 'solutions/05_memory_solution.ipynb'")
    page.wait_for_function(f"{CELLS}[0]?.model.sharedModel.getSource()")
    assert "(solution)" in page.evaluate(f"{CELLS}[0].model.sharedModel.getSource()")


def test_another_kernel_says_which_one_to_choose(page, server):
    lesson = Lab(page, server, "05_elsewhere.ipynb")
    lesson.run_cell(study.SETUP_ID)
    (error,) = lesson.errors()
    assert "Change Kernel, Long-Context Workbook" in error
