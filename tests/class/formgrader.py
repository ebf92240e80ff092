"""nbgrader's formgrader in Chromium, for looking at a course that `graded.py` has graded.

`python tests/class/formgrader.py COURSE FOLDER` saves screenshots of its pages, grades one more
hand-in by its button, and says what the pages' scripts complained of.
"""

from __future__ import annotations

import argparse
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

HERE = Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent), str(HERE.parents[1] / "notebooks" / "tools")]

import psutil
from playwright.sync_api import Page

import graded
import lab
from boxed import as_user

NAME = graded.LESSONS["05"]


@contextmanager
def server(course: Path) -> Iterator[str]:
    """JupyterLab in the course's folder, as a teacher starts it: its address."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    options = ["--no-browser", "--ip=127.0.0.1", f"--port={port}", "--IdentityProvider.token="]
    with (course / "lab.log").open("wb") as log:
        process = subprocess.Popen(
            as_user(sys.executable, "-m", "jupyterlab", *options),
            cwd=course,
            env=graded.environment(course),
            stdout=log,
            stderr=log,
        )
        try:

            def answers() -> bool:
                assert process.poll() is None, (course / "lab.log").read_text()
                with socket.socket() as probe:
                    return probe.connect_ex(("127.0.0.1", port)) == 0

            lab.wait_until(answers, 60, "JupyterLab")
            yield f"http://127.0.0.1:{port}"
        finally:
            for child in psutil.Process(process.pid).children(recursive=True):
                child.terminate()  # bwrap, where it is between, passes no signal on
            process.terminate()
            process.wait()


def look(page: Page, address: str, course: Path, folder: Path) -> None:
    """Go through the pages as a teacher would; fail where what should be there is not."""

    def see(name: str, path: str, *texts: str) -> None:
        page.goto(path if "://" in path else f"{address}/formgrader/{path}")
        for text in texts:
            page.wait_for_selector(f"text={text}", timeout=20_000)
        page.wait_for_timeout(1000)
        page.screenshot(path=folder / f"{name}.png")

    graded.hand_in(course, "eve", NAME, graded.solved(NAME))
    see("formgrader-assignments", "manage_assignments", NAME)
    see("formgrader-submissions", f"manage_submissions/{NAME}", "ann", "eve")
    page.locator("tr", has_text="eve").locator("td.autograde a, .autograde a").first.click()
    page.wait_for_selector("text=Successfully autograded", timeout=120_000)
    page.screenshot(path=folder / "formgrader-autograded.png")
    see("formgrader-grades", f"gradebook/{NAME}/{NAME}", "Submission #1")
    scores = page.locator("tbody tr").all_inner_texts()
    (folder / "formgrader-grades.txt").write_text("\n".join(scores))
    page.locator("tbody tr a").first.click()
    page.wait_for_selector("text=Submission #1")
    page.wait_for_timeout(2000)
    page.screenshot(path=folder / "formgrader-submission.png", full_page=True)
    feedback = course / "feedback" / "ben" / NAME / f"{NAME}.html"
    see("nbgrader-feedback", feedback.as_uri(), "Right.")
    page.screenshot(path=folder / "nbgrader-feedback-whole.png", full_page=True)
    page.goto(f"{address}/lab")
    page.wait_for_selector("text=Nbgrader", timeout=60_000)


def main() -> None:
    """Look, and say what was found."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("course", type=Path)
    parser.add_argument("folder", type=Path, help="where the screenshots go")
    chosen = parser.parse_args()
    chosen.folder.mkdir(parents=True, exist_ok=True)
    chromium = shutil.which("chromium") or "chromium"
    with server(chosen.course.resolve()) as address, lab.browser(chromium) as browser:
        page = browser.new_page(viewport={"width": 1200, "height": 900})
        errors = list[str]()
        page.on("pageerror", lambda error: errors.append(str(error)))
        look(page, address, chosen.course.resolve(), chosen.folder)
    print(*errors, sep="\n")


if __name__ == "__main__":
    main()
