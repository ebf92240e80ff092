"""A JupyterHub for a class. How to set it up stands in `classroom/hub/README.md`.

    python notebooks/tools/hub.py accounts NAMES    an account for each name of the file, as root
    python notebooks/tools/hub.py start             the proxy, unless it runs, and the hub, as root
    python notebooks/tools/hub.py student           what the hub starts for a student

Its files, secrets among them, are in /var/lib/workbook-hub; --files names another folder.
"""

from __future__ import annotations

import argparse
import os
import pwd
import re
import secrets
import shutil
import socket
import subprocess
import sys
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import NoReturn

TOOLS = Path(__file__).resolve().parent
CONFIG = TOOLS / "classroom" / "hub" / "jupyterhub_config.py"
GROUP = "workbook"  # a test compares it with the configuration's
FILES = Path("/var/lib/workbook-hub")
_NAME = re.compile(r"[a-z][a-z0-9_-]{0,30}")
_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"  # none that looks like another
_NOBODY = 65534


class RefusedError(Exception):
    """What stands in the way, and what to do about it."""


def require_root() -> None:
    """Only root can make accounts, check passwords and start processes for others."""
    if os.geteuid():
        raise RefusedError("A hub needs root: sudo make hub")


def accounts(names: Path) -> list[tuple[str, str]]:
    """Make an account for each line of the file that has none, with a home closed to others.

    Returns: the new names, each with its password, which is written down nowhere else.
    """
    require_root()
    wanted = dict.fromkeys(names.read_text(encoding="utf-8").split())
    if bad := [name for name in wanted if not _NAME.fullmatch(name)]:
        raise RefusedError(
            f"{bad[0]!r} is no name for an account: small letters, digits, - and _, "
            "a letter first, at most 31, one name a line."
        )
    there = {user.pw_name for user in pwd.getpwall()}
    subprocess.run(["groupadd", "--force", GROUP], check=True)
    made = []
    for name in (x for x in wanted if x not in there):
        password = "-".join(_word() for _ in range(3))
        home = ["--create-home", "-K", "HOME_MODE=0700", "--shell", "/bin/bash"]
        subprocess.run(["useradd", *home, "--groups", GROUP, name], check=True)
        subprocess.run(["chpasswd"], input=f"{name}:{password}\n", text=True, check=True)
        made.append((name, password))
    return made


def _word() -> str:
    return "".join(secrets.choice(_LETTERS) for _ in range(4))


def start(files: Path, at: str, teacher: str) -> NoReturn:
    """Become the hub, once the proxy runs. It listens at `at`, its API and the hub a port above."""
    require_root()
    _require_shared()
    proxy = _proxy(files)
    files.mkdir(mode=0o700, parents=True, exist_ok=True)
    files.chmod(0o700)
    address, _, port = at.rpartition(":")
    ports = int(port) + 1, int(port) + 2
    if _answers(ports[1]):
        raise RefusedError(f"A hub runs here already, at port {ports[1]}: end that one first.")
    token = files / "proxy_token"
    if not token.exists():
        token.write_text(secrets.token_hex(32))
    if not _answers(ports[0]):
        _start_proxy(proxy, files, (address, port), ports, token.read_text())
    os.environ |= {
        "WORKBOOK_AT": at,
        "WORKBOOK_FILES": str(files),
        "WORKBOOK_PORTS": "{} {}".format(*ports),
        "WORKBOOK_TEACHER": teacher,
    }
    os.chdir(files)
    os.execv(sys.executable, [sys.executable, "-P", "-m", "jupyterhub", "-f", str(CONFIG)])


def _require_shared() -> None:
    """All students run this installation, and need leave to read it."""
    for module in ("jupyterhub", "jupyterhub_idle_culler"):
        if not find_spec(module):
            raise RefusedError(
                f"There is no {module} here: {sys.executable} -m pip install jupyterhub "
                f"jupyterhub-idle-culler -c {TOOLS.parents[1]}/tests/class/requirements.txt"
            )
    tries = [sys.executable, "-P", "-c", f"import lcutils; open({str(CONFIG)!r})"]
    tried = subprocess.run(
        tries,
        user=_NOBODY,
        group=_NOBODY,
        extra_groups=[],
        cwd="/",
        capture_output=True,
        check=False,
    )
    if tried.returncode:
        raise RefusedError(
            f"Students may not read {sys.executable} and {TOOLS.parents[1]}. Have both, and the "
            "Python that the environment was made with, where everybody may read, such as in /opt."
        )


def _proxy(files: Path) -> str:
    name = "configurable-http-proxy"
    found = shutil.which(name, path=f"{files}/node_modules/.bin:{os.environ['PATH']}")
    if not found:
        raise RefusedError(f"There is no {name} here: npm install --prefix {files} {name}@5")
    return found


def _answers(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def _start_proxy(
    program: str, files: Path, at: tuple[str, str], ports: tuple[int, int], token: str
) -> None:
    """Start the proxy, which goes on when the hub ends."""
    command = [program, "--ip", at[0], "--port", at[1], "--api-ip", "127.0.0.1"]
    command += ["--api-port", str(ports[0])]
    command += ["--error-target", f"http://127.0.0.1:{ports[1]}/hub/error"]
    with (files / "proxy.log").open("ab") as log:
        proxy = subprocess.Popen(
            command,
            env=os.environ | {"CONFIGPROXY_AUTH_TOKEN": token},
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    (files / "proxy.pid").write_text(str(proxy.pid))


def student(options: Sequence[str]) -> NoReturn:
    """Copy the lessons that are not there yet, and become the student's Jupyter."""
    import study

    os.umask(0o077)
    study.main([str(Path.home() / "study")])  # what it cannot do it says in the hub's log
    os.execv(sys.executable, [sys.executable, "-P", "-m", "jupyterhub.singleuser", *options])


def main(arguments: Sequence[str]) -> int:
    """The command line; returns the exit status."""
    if arguments[:1] == ["student"]:
        student(arguments[1:])
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    verbs = parser.add_subparsers(dest="verb", required=True)
    verbs.add_parser("accounts").add_argument("names", type=Path)
    starting = verbs.add_parser("start")
    starting.add_argument("--files", type=Path, default=FILES)
    starting.add_argument(
        "--at", default="127.0.0.1:8000", help="the address and port of the proxy"
    )
    starting.add_argument("--teacher", default=os.environ.get("SUDO_USER", ""))
    chosen = parser.parse_args(arguments)
    try:
        if chosen.verb == "start":
            start(chosen.files, chosen.at, chosen.teacher)
        for name, password in accounts(chosen.names):
            print(f"{name} {password}")
    except (RefusedError, OSError) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
