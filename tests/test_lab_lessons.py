"""In JupyterLab every lesson runs, and fits a narrow window."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

import lab
from editions import ROOT
from lab import Server

pytestmark = pytest.mark.browser

LESSONS = sorted(ROOT.glob("notebooks/[0-9]*.ipynb"))


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder: Path = tmp_path_factory.mktemp("lessons")
    for lesson in LESSONS:
        shutil.copy(lesson, folder)
    with lab.server(folder) as running:
        yield running


@pytest.mark.parametrize(
    "name",
    [  # half of them for each of two workers: no other file takes as long
        pytest.param(lesson.name, marks=pytest.mark.xdist_group(f"lessons {place % 2}"))
        for place, lesson in enumerate(LESSONS)
    ],
)
def test_a_lesson_runs_and_fits_a_narrow_window(server: Server, browser: Browser, name):
    lesson = lab.opened(browser, server, name)
    lesson.run_all()
    assert lesson.errors() == []
    assert lesson.too_wide() == []
