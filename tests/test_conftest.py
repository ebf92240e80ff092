"""What conftest promises: no network but loopback, and no browser test skipped in silence."""

import os
import shutil
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from conftest import NetworkUsed

BROWSER_TEST = """\
import pytest

@pytest.mark.browser
def test_page(chromium):
    pass
"""
NOBODY = "192.0.2.1"  # an address reserved for documentation


def test_a_connection_to_another_machine_is_refused():
    with socket.socket() as caller, pytest.raises(NetworkUsed, match=f"connect to .*{NOBODY}"):
        caller.connect((NOBODY, 80))


def test_looking_up_a_name_is_refused():
    with pytest.raises(NetworkUsed, match=r"example\.org"):
        socket.getaddrinfo("example.org", 80)


def test_a_connection_to_this_machine_is_not_refused():
    with socket.create_server(("127.0.0.1", 0)) as server:
        socket.create_connection(server.getsockname(), timeout=1).close()


def run_without_chromium(folder: Path, **modes: str) -> subprocess.CompletedProcess[str]:
    """pytest with this conftest over one browser test, where no browser can be found."""
    shutil.copy(Path(__file__).with_name("conftest.py"), folder)
    (folder / "test_page.py").write_text(BROWSER_TEST)
    (folder / "pytest.ini").write_text("[pytest]\nmarkers = browser\n")
    env = {name: value for name, value in os.environ.items() if name != "CI"}
    return subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", str(folder)],
        env=env | {"PATH": str(folder), "PYTHONPATH": os.pathsep.join(sys.path)} | modes,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.slow
def test_where_there_is_no_browser_its_tests_are_skipped_and_the_last_line_says_so(tmp_path):
    done = run_without_chromium(tmp_path)
    assert done.returncode == 0
    last = done.stdout.rstrip().rpartition("\n")[2]
    assert last == "Browser tests were skipped: no Chromium found."


@pytest.mark.slow
def test_in_ci_a_missing_browser_fails(tmp_path):
    done = run_without_chromium(tmp_path, CI="1")
    assert done.returncode == 1
    assert "No Chromium here" in done.stdout
