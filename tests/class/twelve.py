"""A hub with twelve students and one in Chromium, killed while all of them work.

    python tests/class/twelve.py FOLDER        with 12
    python tests/class/twelve.py FOLDER 2      with two, to see whether it works at all

As root, with the Python of an environment that has JupyterHub too (see requirements.txt beside
this) and can be read by everybody; `configurable-http-proxy` is on PATH. FOLDER takes logs,
screenshots and `figures.json`. The accounts lcw01 to lcw13 are made, and removed at the end. It
takes some minutes of both cores and 8 GB, and so it is run by hand, when the hub has changed.
"""

from __future__ import annotations

import functools
import json
import os
import pwd
import re
import shutil
import signal
import statistics
import subprocess
import sys
import threading
import time
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

import requests
import websocket
from playwright.sync_api import Page, sync_playwright

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
TOOLS = ROOT / "notebooks" / "tools"
sys.path.insert(0, str(TOOLS))

import hub

AT = "127.0.0.1:8610"
URL = f"http://{AT}"
N = int(sys.argv[2]) if len(sys.argv) > 2 else 12
NAMES = [f"lcw{number:02}" for number in range(1, N + 2)]  # the last one has Chromium
LESSON = "05_memory.ipynb"
SOLUTION = ROOT / "notebooks" / "solutions" / LESSON
SOLVED = {x["id"]: "".join(x["source"]) for x in json.loads(SOLUTION.read_text())["cells"]}
PATIENCE = 400.0  # seconds, on a machine that may do other things
HUBS: list[subprocess.Popen[bytes]] = []
OUTSIDE = {  # what a student must not do -> what Python says then
    f"open('/home/{NAMES[0]}/study/{LESSON}')": "PermissionError",
    f"open({str(ROOT / 'README.md')!r}, 'a')": "PermissionError",
    f"open({str(Path(sys.prefix) / 'x')!r}, 'w')": "PermissionError",
    f"open('/proc/{os.getpid()}/environ').read()": "PermissionError",
    "torch.ones(1 << 30)": "RuntimeError",  # 4 GiB
}


class Student:
    """One who works through a lesson as Lab does: login form, oauth, contents, websocket."""

    def __init__(self, name: str, password: str) -> None:
        self.name, self._password = name, password
        self.http = requests.Session()
        self.home = f"{URL}/user/{name}"
        self.took: dict[str, float] = {}
        self.n_run, self.errors = 0, list[str]()
        self.fault: BaseException | None = None

    def work(self) -> None:
        """From the login to a saved lesson; what goes wrong is kept."""
        try:
            began = time.monotonic()
            self._login()
            self.took["to Lab"] = time.monotonic() - began
            notebook = self.contents("GET")["content"]
            self._connect()
            self.took["to a kernel"] = time.monotonic() - began
            self.execute(f"import torch\nmine = {self.name!r}")
            for cell in notebook["cells"]:
                if cell["cell_type"] == "code":
                    cell["source"] = SOLVED[cell["id"]]
                    cell["outputs"] = self.execute(cell["source"])
                    self.n_run += 1
            self.contents("PUT", json={"type": "notebook", "content": notebook})
            self.took["to the end"] = time.monotonic() - began
        except BaseException as fault:  # a thread's own would be lost
            self.fault = fault

    def _login(self) -> None:
        page = self.http.get(f"{URL}/hub/login")
        form = {"username": self.name, "password": self._password, "_xsrf": page.cookies["_xsrf"]}
        answer = self.http.post(f"{URL}/hub/login?next=", data=form)
        assert answer.ok, answer.text
        wait_for(self._is_in, PATIENCE, f"{self.name} is in Lab")

    def _is_in(self) -> bool:
        answer = self.http.get(f"{self.home}/lab")
        return answer.status_code == 200 and answer.url.startswith(self.home)

    def _token(self) -> str:
        cookies = [x for x in self.http.cookies if x.name == "_xsrf"]
        return next(x.value or "" for x in cookies if x.path == f"/user/{self.name}/")

    def api(self, method: str, path: str, **more: Any) -> Any:
        """What Lab asks its server."""
        headers = {"X-XSRFToken": self._token()}
        answer = self.http.request(
            method, f"{self.home}/api/{path}", headers=headers, timeout=60, **more
        )
        assert answer.ok, f"{method} {path}: {answer.status_code} {answer.text[:300]}"
        return answer.json() if answer.content else None

    def contents(self, method: str, **more: Any) -> Any:
        return self.api(method, f"contents/{LESSON}", **more)

    def _connect(self) -> None:
        wanted = {"path": LESSON, "name": "", "type": "notebook", "kernel": {"name": "python3"}}
        self.kernel = self.api("POST", "sessions", json=wanted)["kernel"]["id"]
        self.listen()

    def listen(self) -> None:
        """Open the websocket to the kernel."""
        place = f"{self.home}/api/kernels/{self.kernel}/channels".replace("http", "ws", 1)
        request = requests.Request("GET", f"{self.home}/")
        cookie = self.http.prepare_request(request).headers["Cookie"]
        self._channel = websocket.create_connection(
            f"{place}?session_id={uuid.uuid4().hex}",
            header={"Cookie": cookie},
            timeout=PATIENCE,
        )

    def execute(self, code: str) -> list[dict[str, Any]]:
        """The outputs of a cell, as they are stored."""
        id = uuid.uuid4().hex
        header = {"msg_id": id, "msg_type": "execute_request", "version": "5.3"}
        header |= {"username": self.name, "session": id, "date": ""}
        content = {"code": code, "silent": False, "store_history": True, "stop_on_error": True}
        message = {"header": header, "parent_header": {}, "metadata": {}, "content": content}
        self._channel.send(json.dumps(message | {"channel": "shell", "buffers": []}))
        outputs, open_ends = [], {"idle", "reply"}
        while open_ends:
            heard = self._channel.recv()
            if isinstance(heard, bytes) or not heard:  # a widget's buffers
                continue
            said = json.loads(heard)
            kind, told = said["header"]["msg_type"], said["content"]
            if said["parent_header"].get("msg_id") != id:
                continue
            if kind == "status" and told["execution_state"] == "idle":
                open_ends.discard("idle")
            elif kind == "execute_reply":
                open_ends.discard("reply")
            elif kind in ("stream", "display_data", "execute_result", "error"):
                if kind == "error":
                    self.errors.append(f"{told['ename']}: {told['evalue']}")
                told.pop("transient", None)
                outputs.append({"output_type": kind, **told})
        return outputs

    def ask(self, expression: str) -> str:
        """What an expression is, or the error that it raises."""
        (found,) = self.execute(expression)
        return found["ename"] if "ename" in found else found["data"]["text/plain"]


def wait_for(true: Callable[[], bool], seconds: float, what: str) -> float:
    """Look until it is true, and return how long that took."""
    began = time.monotonic()
    while not true():
        assert time.monotonic() < began + seconds, f"waited {seconds:g} s: {what}"
        time.sleep(0.5)
    return time.monotonic() - began


def start_hub(folder: Path) -> tuple[subprocess.Popen[bytes], float]:
    """The hub, and how long it took until it answered."""
    command = [sys.executable, str(TOOLS / "hub.py"), "start", "--at", AT]
    with (folder / "hub.log").open("ab") as log:
        process = subprocess.Popen(
            [*command, "--files", str(folder / "hub")], stdout=log, stderr=log
        )

    def answers() -> bool:
        assert process.poll() is None, (folder / "hub.log").read_text()[-3000:]
        try:
            return requests.get(f"{URL}/hub/login", timeout=5).status_code == 200
        except requests.RequestException:
            return False

    HUBS.append(process)
    return process, wait_for(answers, PATIENCE, "the hub answers")


def in_chromium(page: Page, name: str, password: str, shots: Path, took: dict[str, float]) -> None:
    """Through the login page to the first lesson."""
    began = time.monotonic()
    page.goto(f"{URL}/hub/login")
    page.screenshot(path=shots / "hub-login.png")
    page.fill("#username_input", name)
    page.fill("#password_input", password)
    page.click("#login_submit")
    page.wait_for_selector(".jp-MarkdownOutput h1 >> text=Start here")
    took["Chromium: login to the first lesson shown"] = time.monotonic() - began
    page.screenshot(path=shots / "hub-lesson-00.png")


def run_in_chromium(page: Page, name: str, shots: Path, took: dict[str, float]) -> None:
    """Open a lesson, run all of it, save."""
    began = time.monotonic()
    page.goto(f"{URL}/user/{name}/lab/tree/{LESSON}?reset")
    page.wait_for_selector(".jp-MarkdownOutput h1 >> text=The memory")
    idle = ".jp-Notebook-ExecutionIndicator[data-status=idle]"
    page.wait_for_selector(idle, state="attached")
    took["Chromium: lesson 05 opened"] = time.monotonic() - began
    page.click(".lm-MenuBar-itemLabel >> text=Run")
    page.click(".lm-Menu-itemLabel >> text='Run All Cells'")
    page.wait_for_timeout(2000)
    page.wait_for_selector(idle, state="attached")
    page.keyboard.press("Control+s")
    took["Chromium: lesson 05 opened, run, saved"] = time.monotonic() - began
    page.wait_for_timeout(1500)
    page.screenshot(path=shots / "hub-lesson-05-without-a-hub.png")


def memory() -> dict[str, float]:
    """MiB of memory by kind of process, each page counted once (PSS); a median for students."""
    users = {user.pw_uid: user.pw_name for user in pwd.getpwall() if user.pw_name in NAMES}
    found: dict[str, list[float]] = {}
    per_user: dict[str, float] = {}
    for place in Path("/proc").glob("[0-9]*"):
        try:
            command = (place / "cmdline").read_text().replace("\0", " ")
            lines = (place / "smaps_rollup").read_text().splitlines()
            uid = place.stat().st_uid
        except OSError:  # it has just ended
            continue
        pss = next((int(x.split()[1]) / 1024 for x in lines if x.startswith("Pss:")), 0.0)
        kinds = {"singleuser": "server", "ipykernel": "kernel"}
        others = {"jupyterhub -f": "hub", "http-proxy": "proxy", "idle_culler": "culler"}
        kind = next((k for x, k in (kinds if uid in users else others).items() if x in command), "")
        if kind:
            found.setdefault(kind, []).append(pss)
        if uid in users:
            per_user[users[uid]] = per_user.get(users[uid], 0) + pss
    return {
        **{kind: round(statistics.median(sizes)) for kind, sizes in found.items()},
        "a student": round(statistics.median(per_user.values())),
        "all students": round(sum(per_user.values())),
    }


def cullers() -> int:
    """How many idle cullers run."""
    commands = []
    for place in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            commands.append(place.read_text())
        except OSError:
            continue
    return sum("jupyterhub_idle_culler" in x and "setpriv" not in x for x in commands)


def load() -> str:
    return Path("/proc/loadavg").read_text().split()[0]


def trial(folder: Path, people: dict[str, str]) -> dict[str, Any]:
    """All of it; what was measured."""
    figures: dict[str, Any] = {"load before": load()}
    process, figures["hub started"] = start_hub(folder)
    students = [Student(name, people[name]) for name in NAMES[:N]]
    threads = [threading.Thread(target=student.work, daemon=True) for student in students]
    began = time.monotonic()
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox", "--disable-gpu"]
        )
        page = chromium.new_page(viewport={"width": 1200, "height": 900})
        page.set_default_timeout(1000 * PATIENCE)
        page.set_default_navigation_timeout(1000 * PATIENCE)
        for thread in threads:
            thread.start()
        in_chromium(page, NAMES[N], people[NAMES[N]], folder, figures)
        wait_for(lambda: all(x.n_run >= 3 or x.fault for x in students), PATIENCE, "all have begun")
        assert not any(x.fault for x in students), [x.fault for x in students]
        figures["load at the kill"] = load()
        figures["cells run at the kill"] = sorted(student.n_run for student in students)
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
        run_in_chromium(page, NAMES[N], folder, figures)
        time.sleep(5)
        figures["cells run without a hub"] = sorted(student.n_run for student in students)
        figures["cullers without a hub"] = cullers()
        process, figures["hub started again"] = start_hub(folder)
        for thread in threads:
            thread.join(PATIENCE)
        figures["all done"] = time.monotonic() - began
        figures["load at the end"] = load()
        chromium.close()
    figures["faults"] = [f"{x.name}: {x.fault!r}" for x in students if x.fault]
    figures["errors in cells"] = [error for x in students for error in x.errors]
    for step in ("to Lab", "to a kernel", "to the end"):
        times = [student.took[step] for student in students if step in student.took]
        figures[f"{step}: median, most"] = (statistics.median(times), max(times))
    figures["MiB"] = memory()
    figures["cullers"] = cullers()
    figures["kernels as they were"] = sum(lives(student) for student in students)
    figures["reports saved"] = [report(name) for name in NAMES[:N]]
    figures["the homes' modes"] = sorted(
        {oct(Path("/home", x).stat().st_mode & 0o777) for x in NAMES}
    )
    second = students[1]  # of the first nobody else may see anything
    figures["refused"] = {code: second.ask(code) for code in OUTSIDE}
    assert figures["refused"] == OUTSIDE
    assert second.ask("mine") == repr(second.name)  # the kernel lives
    process.terminate()
    figures["hub ended"] = process.wait(PATIENCE)
    return figures


def lives(student: Student) -> bool:
    """The hub that came back knows its server, and the kernel still has its variables."""
    student.listen()
    home = student.http.get(f"{URL}/hub/home").text
    return student.ask("mine") == repr(student.name) and 'id="stop"' in home


def report(name: str) -> list[str]:
    """What the report of the saved lesson counts: proved, confirmed, checked and so on."""
    path = Path("/home", name, "study", LESSON)
    last = json.loads(path.read_text())["cells"][-1]
    texts = ("".join(output.get("data", {}).get("text/plain", "")) for output in last["outputs"])
    return re.findall(r"\d+ of \d+", " ".join(texts))


def run_quietly(command: list[str]) -> int:
    return subprocess.run(command, capture_output=True, check=False).returncode


def remove(folder: Path) -> None:
    """The hub and the proxy, the students' processes, and the accounts."""
    for process in HUBS:
        process.kill()
    if (pid := folder / "hub" / "proxy.pid").exists():
        os.kill(int(pid.read_text()), signal.SIGTERM)
    there = {user.pw_name for user in pwd.getpwall()}
    for name in (name for name in NAMES if name in there):
        uid = str(pwd.getpwnam(name).pw_uid)
        for place in Path("/proc").glob("[0-9]*"):
            try:
                if place.stat().st_uid == int(uid):
                    os.kill(int(place.name), signal.SIGKILL)
            except OSError:  # it has just ended
                continue
        # it refuses while one of the processes still ends
        gone = functools.partial(run_quietly, ["userdel", "--remove", name])
        wait_for(lambda gone=gone: gone() in (0, 6), 30, f"{name} is removed")
    run_quietly(["groupdel", hub.GROUP])


def main(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    names = folder / "names.txt"
    names.write_text("\n".join(NAMES))
    try:
        figures = trial(folder, dict(hub.accounts(names)))
    finally:
        remove(folder)
    (folder / "figures.json").write_text(json.dumps(figures, indent=1))
    print(json.dumps(figures, indent=1))


if __name__ == "__main__":
    main(Path(sys.argv[1]).resolve())
