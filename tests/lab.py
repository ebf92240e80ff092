"""A real JupyterLab in a real browser, for tests and for looking at a lesson.

`python tests/lab.py notebook.ipynb folder [--dark] [--width 900]` runs a copy of the notebook
and saves its whole length as screenshots, one below the other.
"""

import argparse
import json
import os
import secrets
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, ElementHandle, Page, sync_playwright

ROOT = Path(__file__).resolve().parent.parent
CHROMIUM_FLAGS = [
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
]
PLUGINS = "@jupyterlab/apputils-extension"
QUIET = {
    f"{PLUGINS}/notification": {"fetchNews": "false", "checkForUpdates": False},
    # a windowed notebook has only the visible cells in the page: no whole-length screenshot
    "@jupyterlab/notebook-extension/tracker": {"windowingMode": "none"},
    "@jupyterlab/docmanager-extension/plugin": {"autosave": False},
}
SCROLLER = ".jp-WindowedPanel-outer"
CELL = "window.jupyterapp.shell.currentWidget.content.widgets.find(c => c.model.id === id)"


def wait_until(true: Callable[[], bool], seconds: float, what: str) -> None:
    """Look again and again until `true()`; fail with what was waited for."""
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, f"waited {seconds:g} s for {what}"
        time.sleep(0.05)


class Server:
    """JupyterLab on a free port of this machine, with settings and kernels of its own."""

    def __init__(self, root: Path, private: Path) -> None:
        """Start it on the folder `root`; what it writes besides goes to the folder `private`."""
        self.token = secrets.token_hex(16)
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = probe.getsockname()[1]
        self.address = f"http://127.0.0.1:{port}"
        self._settings = private / "settings"
        for name, values in QUIET.items():
            self.set(name, values)
        folders = {
            "JUPYTERLAB_SETTINGS_DIR": self._settings,
            "JUPYTERLAB_WORKSPACES_DIR": private / "workspaces",
            "JUPYTER_CONFIG_DIR": private / "config",
            "JUPYTER_DATA_DIR": private / "data",
            "JUPYTER_RUNTIME_DIR": private / "runtime",
            "IPYTHONDIR": private / "ipython",
            "PYTHONPATH": ROOT,
        }
        options = ["--no-browser", "--allow-root", "--expose-app-in-browser", "--ip=127.0.0.1"]
        options += [f"--port={port}", "--ServerApp.port_retries=0", f"--ServerApp.root_dir={root}"]
        options += [f"--IdentityProvider.token={self.token}", "--LabApp.news_url="]
        self._log = private / "log"
        with self._log.open("w") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "jupyterlab", *options],
                env=os.environ | {name: str(folder) for name, folder in folders.items()},
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        wait_until(self._answers, 60, f"JupyterLab to start; it said: {self._log.read_text()}")

    def set(self, plugin: str, values: dict[str, object]) -> None:
        """Write user settings; a page opened afterwards has them."""
        extension, name = plugin.rsplit("/", 1)
        path = self._settings / extension / f"{name}.jupyterlab-settings"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(values))

    def set_dark(self, dark: bool) -> None:
        """Choose the theme of pages opened afterwards."""
        self.set(f"{PLUGINS}/themes", {"theme": "JupyterLab Dark" if dark else "JupyterLab Light"})

    def stop(self) -> None:
        """End the server and, through it, its kernels."""
        self._request("api/shutdown", method="POST")
        try:
            self._process.wait(20)
        finally:
            self._process.kill()  # does nothing where it has ended
            self._process.wait()

    def end_kernels(self) -> None:
        """End all kernels, whose memory the next notebook may need."""
        for kernel in json.loads(self._request("api/kernels")):
            self._request(f"api/kernels/{kernel['id']}", method="DELETE")

    def _answers(self) -> bool:
        assert self._process.poll() is None, f"JupyterLab ended: {self._log.read_text()}"
        try:
            return bool(self._request("api/status"))
        except OSError:
            return False

    def _request(self, path: str, method: str = "GET") -> bytes:
        request = urllib.request.Request(
            f"{self.address}/{path}",
            method=method,
            headers={"Authorization": f"token {self.token}"},
        )
        with urllib.request.urlopen(request, timeout=10) as answer:
            return answer.read()


class Lab:
    """One notebook, open in JupyterLab in a page of the browser; cells go by their ids."""

    def __init__(self, page: Page, server: Server, notebook: str, place: str = "doc") -> None:
        """Open `notebook`, a path under the server's root, and wait for its kernel.

        Args:
            place: "doc" shows it alone, "lab" beside the files, as `make lab` does.
        """
        self.page = page
        fresh = "reset&" if place == "lab" else ""  # else what was open, or shut, comes back
        page.goto(f"{server.address}/{place}/tree/{notebook}?{fresh}token={server.token}")
        page.wait_for_function(
            """() => {
                const panel = window.jupyterapp?.shell.currentWidget;
                const session = panel?.context?.sessionContext?.session;
                return panel?.content?.widgets.length && session?.kernel?.status === 'idle';
            }""",
            timeout=60_000,
        )
        self._settle()

    def run_all(self) -> None:
        """Run every cell and wait until the last has ended and its outputs stand still."""
        self.page.evaluate("window.jupyterapp.commands.execute('notebook:run-all-cells')")
        self._settle()

    def run_cell(self, id: str) -> None:
        """Run one cell and wait until it has ended."""
        self.page.evaluate(
            f"""async id => {{
                const cell = {CELL};
                const notebook = window.jupyterapp.shell.currentWidget.content;
                notebook.activeCellIndex = notebook.widgets.indexOf(cell);
                notebook.deselectAll();
                await window.jupyterapp.commands.execute('notebook:run-cell');
            }}""",
            id,
        )
        self._settle()

    def edit_cell(self, id: str, source: str) -> None:
        """Put `source` in a cell's place, as a reader who typed it."""
        self.page.evaluate(
            f"([id, source]) => {CELL}.model.sharedModel.setSource(source)", [id, source]
        )

    def output(self, id: str) -> ElementHandle:
        """What stands beneath a cell."""
        element = self.page.evaluate_handle(f"id => {CELL}.outputArea.node", id).as_element()
        assert element, f"no output area: {id}"
        return element

    def errors(self) -> list[str]:
        """The error outputs of all cells, each with its cell's id."""
        return self.page.evaluate(
            """() => window.jupyterapp.shell.currentWidget.content.widgets.flatMap(cell =>
                (cell.model.outputs?.toJSON() ?? [])
                    .filter(output => output.output_type === 'error')
                    .map(output => `${cell.model.id}: ${output.ename}: ${output.evalue}`))"""
        )

    def too_wide(self) -> list[str]:
        """What in the notebook is cut off at the right or scrolls sideways, code cells aside."""
        return self.page.evaluate(
            """() => {
                const notebook = window.jupyterapp.shell.currentWidget.content.node;
                const right = notebook.getBoundingClientRect().right + 1;
                return [...notebook.querySelectorAll('.jp-OutputArea *, .jp-MarkdownOutput *')]
                    .filter(node => !node.closest('.jp-Editor, mjx-assistive-mml'))
                    .filter(node => node.getBoundingClientRect().right > right
                        || (node.scrollWidth > node.clientWidth + 1 && node.clientWidth > 0
                            && /auto|scroll/.test(getComputedStyle(node).overflowX)))
                    .map(node => `${node.tagName}.${node.className}`);
            }"""
        )

    def too_wide_in_lab(self) -> list[str]:
        """What makes the page or the notebook scroll sideways, folded and open code included.

        An open cell whose code is wider scrolls by itself, inside its box.
        """
        return self.page.evaluate(
            """scroller => {
                const notebook = window.jupyterapp.shell.currentWidget.content.node;
                const outer = notebook.querySelector(scroller);
                const right = outer.getBoundingClientRect().left + outer.clientWidth + 1;
                const scrolls = node => node.scrollWidth > node.clientWidth + 1;
                const found = [document.scrollingElement, outer].filter(scrolls);
                for (const node of notebook.querySelectorAll('.jp-Cell *'))
                    if (!node.closest('.cm-editor, mjx-container, .jp-OutputArea')
                        && node.getBoundingClientRect().right > right) found.push(node);
                return found.map(node =>
                    `${node.tagName}.${node.className}: ${node.textContent.slice(0, 60)}`);
            }""",
            SCROLLER,
        )

    def faint(self) -> list[str]:
        """Text beneath cells with less contrast than 4.5 to 1, opacity left aside."""
        return self.page.evaluate(
            """() => {
                const numbers = colour => colour.match(/[0-9.]+/g).map(Number);
                const luminance = colour => numbers(colour).slice(0, 3)
                    .map(v => v / 255 <= 0.04045 ? v / 3294.6 : ((v / 255 + 0.055) / 1.055) ** 2.4)
                    .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
                const behind = node => {
                    const colour = getComputedStyle(node).backgroundColor;
                    return (numbers(colour)[3] ?? 1) > 0.5 ? colour : behind(node.parentElement);
                };
                const notebook = window.jupyterapp.shell.currentWidget.content.node;
                return [...notebook.querySelectorAll('.jp-OutputArea-output *')]
                    .filter(node => [...node.childNodes].some(child =>
                        child.nodeType === Node.TEXT_NODE && child.textContent.trim()))
                    .filter(node => node.checkVisibility() && !node.closest('mjx-container'))
                    .filter(node => {
                        const pair = [getComputedStyle(node).color, behind(node)].map(luminance);
                        return (Math.max(...pair) + 0.05) / (Math.min(...pair) + 0.05) < 4.5;
                    })
                    .map(node => node.textContent.trim());
            }"""
        )

    def screenshots(self, folder: Path, name: str) -> list[Path]:
        """Save the notebook in its whole length: `name-00.png`, `name-01.png`, ..."""
        self.page.evaluate("window.jupyterapp.shell.currentWidget.content.mode = 'command'")
        scroller = self.page.locator(SCROLLER)
        pieces = []
        while True:
            is_more = scroller.evaluate(
                """(node, piece) => {
                    const step = node.clientHeight - 40;  // what is cut through is seen twice
                    node.scrollTop = piece * step;
                    const cells = node.querySelectorAll('.jp-Cell');
                    const end = cells[cells.length - 1].getBoundingClientRect().bottom;
                    return end > node.getBoundingClientRect().bottom;
                }""",
                len(pieces),
            )
            self._settle()
            pieces.append(folder / f"{name}-{len(pieces):02}.png")
            scroller.screenshot(path=pieces[-1])
            if not is_more:
                return pieces

    def _settle(self) -> None:
        """Wait until pictures are loaded, mathematics is set and the notebook's height stands."""
        self.page.wait_for_function(
            """scroller => {
                const notebook = window.jupyterapp.shell.currentWidget.content.node;
                const open = [...notebook.querySelectorAll('img')].some(image => !image.complete);
                const now = notebook.querySelector(scroller).scrollHeight;
                const seen = window.seenHeights = (window.seenHeights ?? []).slice(-4);
                seen.push(open ? NaN : now);
                return seen.length === 5 && seen.every(height => height === now);
            }""",
            arg=SCROLLER,
            polling=100,
        )


def opened(
    browser: Browser,
    server: Server,
    notebook: str,
    *,
    width: int = 900,
    zoom: float = 1.0,
    dark: bool = False,
    place: str = "doc",
) -> Lab:
    """A notebook in a window `width` pixels wide; no other page is open, no other kernel runs."""
    server.end_kernels()
    server.set_dark(dark)
    for context in browser.contexts:
        context.close()
    size = {"width": int(width / zoom), "height": int(1000 / zoom)}
    page = browser.new_page(viewport=size, device_scale_factor=zoom)
    return Lab(page, server, notebook, place)


@contextmanager
def browser(executable: str) -> Iterator[Browser]:
    """Chromium without a window."""
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=executable, args=CHROMIUM_FLAGS)
        try:
            yield chromium
        finally:
            chromium.close()


@contextmanager
def server(root: Path) -> Iterator[Server]:
    """JupyterLab on the folder `root`."""
    with tempfile.TemporaryDirectory() as private:
        running = Server(root, Path(private))
        try:
            yield running
        finally:
            running.stop()


def main() -> None:
    """Run a copy of a notebook and save screenshots of its whole length."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("notebook", type=Path)
    parser.add_argument("folder", type=Path, help="where the screenshots go")
    parser.add_argument("--dark", action="store_true")
    parser.add_argument("--width", type=int, default=1000, help="of the window, in pixels")
    parser.add_argument("--chromium", default=shutil.which("chromium"))
    options = parser.parse_args()
    options.folder.mkdir(parents=True, exist_ok=True)
    name = f"{options.notebook.stem}-{'dark' if options.dark else 'light'}"
    with tempfile.TemporaryDirectory() as folder, browser(options.chromium) as chromium:
        root = Path(folder)
        shutil.copy(options.notebook, root)
        with server(root) as running:
            running.set_dark(options.dark)
            page = chromium.new_page(viewport={"width": options.width, "height": 1300})
            lab = Lab(page, running, options.notebook.name)
            lab.run_all()
            lines = [str(piece) for piece in lab.screenshots(options.folder, name)]
            lines += [f"error in {error}" for error in lab.errors()]
            lines += [f"too wide: {node}" for node in lab.too_wide()]
            lines += [f"hard to read: {text}" for text in lab.faint()]
            print(*lines, sep="\n")


if __name__ == "__main__":
    main()
