"""One thread, a seeded generator, no network but loopback, no open figures, Chromium if found."""

import hashlib
import os
import shutil
import signal
import socket
import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.sync_api import Browser

THREADS = {"OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1", "OMP_WAIT_POLICY": "PASSIVE"}
os.environ.update(THREADS)  # before torch is imported, here and in every kernel that tests start

import pytest
import torch

from lcutils import _ledger, _typed

# A shell that starts `make test` in the background has it ignore what a stop button sends.
signal.signal(signal.SIGINT, signal.default_int_handler)

CHROMIUM = next(
    filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None
)


class NetworkUsed(BaseException):
    """A test reached for the network. A BaseException, so that no `except Exception` hides it."""


def _is_loopback(host: object) -> bool:
    if isinstance(host, bytes):
        host = host.decode()
    return host in (None, "", "localhost", "::1", "0.0.0.0") or str(host).startswith("127.")


@pytest.fixture(scope="session", autouse=True)
def _no_network() -> Iterator[None]:
    """The workbook works offline: everything but loopback is refused."""

    def guard(real):
        def connect(self, address, *rest):
            if self.family in (socket.AF_INET, socket.AF_INET6) and not _is_loopback(address[0]):
                raise NetworkUsed(f"connect to {address}")
            return real(self, address, *rest)

        return connect

    def getaddrinfo(host, *rest, **options):
        if not _is_loopback(host):
            raise NetworkUsed(f"look up {host}")
        return look_up(host, *rest, **options)

    look_up = socket.getaddrinfo
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket.socket, "connect", guard(socket.socket.connect))
        patch.setattr(socket.socket, "connect_ex", guard(socket.socket.connect_ex))
        patch.setattr(socket, "getaddrinfo", getaddrinfo)
        yield


@pytest.fixture(autouse=True)
def _clean_slate(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Each test starts as a reader's first cell does: seed 0, one thread, nothing recorded."""
    for name in ("LC_SEED", "LC_THREADS", "LC_STRICT"):
        monkeypatch.delenv(name, raising=False)
    torch.set_num_threads(1)
    torch.manual_seed(0)
    _ledger.forget_all()
    _typed._sources.clear()
    yield
    if "matplotlib.pyplot" in sys.modules:
        sys.modules["matplotlib.pyplot"].close("all")


@pytest.fixture
def rng(request: pytest.FixtureRequest) -> torch.Generator:
    """A generator of the test's own: the same numbers in any order of the tests."""
    digest = hashlib.sha256(request.node.nodeid.encode()).digest()
    return torch.Generator().manual_seed(int.from_bytes(digest[:7], "big"))


@pytest.fixture(scope="session")
def chromium() -> str:
    """Where Chromium is. Tests marked `browser` are skipped where it is not, but fail in CI."""
    assert CHROMIUM, "No Chromium here, and CI runs the browser tests: install it."
    return CHROMIUM


@pytest.fixture(scope="module")
def browser(chromium: str) -> Iterator["Browser"]:
    """A Chromium for all tests of a module."""
    import lab  # Playwright, which few tests need

    with lab.browser(chromium) as running:
        yield running


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:  # of one file stay with one worker, unless they say otherwise
        if item.get_closest_marker("browser") and not item.get_closest_marker("xdist_group"):
            item.add_marker(pytest.mark.xdist_group(item.path.name))
    if CHROMIUM or os.environ.get("CI"):
        return
    for item in items:
        if item.get_closest_marker("browser"):
            item.add_marker(pytest.mark.skip(reason="no Chromium here"))


def pytest_unconfigure(config: pytest.Config) -> None:
    """The last line of the run, so that nobody takes a run without a browser for a whole one."""
    is_worker = hasattr(config, "workerinput")
    if not (CHROMIUM or os.environ.get("CI") or is_worker):
        print("Browser tests were skipped: no Chromium found.")
