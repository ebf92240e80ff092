"""Before a hub starts: what is refused, in one sentence with the cure; and what a student gets."""

import os
import re
import runpy
import subprocess
import sys
import types

import pytest

import hub
from editions import ROOT


@pytest.fixture
def as_root(monkeypatch):
    monkeypatch.setattr(os, "geteuid", lambda: 0)


@pytest.fixture
def ran(monkeypatch):
    """The commands that were run instead of running them, each with its input."""
    found = []

    def run(command, input="", **options):
        found.append((command, input))
        return subprocess.CompletedProcess(command, 0)

    monkeypatch.setattr(subprocess, "run", run)
    return found


def test_without_root_nothing_is_done(monkeypatch, tmp_path, capsys, ran):
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    for arguments in (["accounts", str(tmp_path)], ["start", "--files", str(tmp_path)]):
        assert hub.main(arguments) == 1
        assert capsys.readouterr().err == "A hub needs root: sudo make hub\n"
    assert ran == []


def test_each_new_name_gets_an_account_with_a_closed_home_and_a_password(as_root, tmp_path, ran):
    names = tmp_path / "names.txt"
    names.write_text("ann-b\nroot\nann-b\nben_2\n")
    made = dict(hub.accounts(names))
    assert list(made) == ["ann-b", "ben_2"]
    added = [command for command, _ in ran if command[0] == "useradd"]
    assert [command[-1] for command in added] == ["ann-b", "ben_2"]
    assert all("HOME_MODE=0700" in command and hub.GROUP in command for command in added)
    said = [text for command, text in ran if command == ["chpasswd"]]
    assert said == [f"{name}:{password}\n" for name, password in made.items()]
    assert all(re.fullmatch(r"([a-z2-9]{4}-){2}[a-z2-9]{4}", x) for x in made.values())


@pytest.mark.parametrize("name", ["Ann", "1ann", "a:b", "../ann", "-ann", "a" * 32])
def test_of_names_of_which_one_is_none_no_account_is_made(as_root, tmp_path, ran, name):
    names = tmp_path / "names.txt"
    names.write_text(f"ben\n{name}\n")
    with pytest.raises(hub.RefusedError, match="is no name for an account"):
        hub.accounts(names)
    assert ran == []


def test_a_package_that_is_missing_is_named_with_the_command(as_root, monkeypatch, tmp_path):
    monkeypatch.setattr(hub, "find_spec", lambda name: None)
    with pytest.raises(hub.RefusedError, match=r"no jupyterhub here: .* -c .*requirements\.txt$"):
        hub.start(tmp_path, "127.0.0.1:1", "")


def test_a_python_that_students_cannot_start_is_refused(as_root, monkeypatch, tmp_path):
    monkeypatch.setattr(hub, "find_spec", lambda name: True)
    monkeypatch.setattr(
        subprocess, "run", lambda command, **options: subprocess.CompletedProcess(command, 1)
    )
    with pytest.raises(hub.RefusedError, match="^Students may not read .* such as in /opt"):
        hub.start(tmp_path, "127.0.0.1:1", "")


def test_a_proxy_that_is_missing_is_named_with_the_command(as_root, monkeypatch, tmp_path, ran):
    monkeypatch.setattr(hub, "find_spec", lambda name: True)
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(hub.RefusedError, match="npm install --prefix .* configurable-http-proxy"):
        hub.start(tmp_path, "127.0.0.1:1", "")


def test_a_student_gets_the_lessons_and_then_the_server(monkeypatch, tmp_path):
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setattr(os, "execv", lambda program, command: started.append(command))
    started = []
    before = os.umask(0o022)
    try:
        hub.student(["--port=1"])
    finally:
        assert os.umask(before) == 0o077
    assert started == [[sys.executable, "-P", "-m", "jupyterhub.singleuser", "--port=1"]]
    assert (tmp_path / "study" / "solutions" / "05_memory_solution.ipynb").exists()
    assert (tmp_path / "study" / "05_memory.ipynb").stat().st_mode & 0o077 == 0


class Settings:
    """A configuration that takes any setting."""

    def __getattr__(self, name):
        found = Settings()
        setattr(self, name, found)
        return found


def test_the_configuration_closes_what_it_must(monkeypatch, tmp_path):
    (tmp_path / "proxy_token").write_text("secret\n")
    for name, value in {"FILES": tmp_path, "PORTS": "2 3", "AT": "a:1", "TEACHER": "tea"}.items():
        monkeypatch.setenv(f"WORKBOOK_{name}", str(value))
    spawner = types.ModuleType("jupyterhub.spawner")
    spawner.LocalProcessSpawner = object
    monkeypatch.setitem(sys.modules, "jupyterhub.spawner", spawner)
    settings = Settings()
    runpy.run_path(str(hub.CONFIG), {"get_config": lambda: settings})
    assert settings.PAMAuthenticator.allowed_groups == {hub.GROUP}
    assert settings.Authenticator.admin_users == {"tea"}
    assert settings.JupyterHub.authenticator_class == "pam"
    assert (
        settings.JupyterHub.cleanup_servers is settings.ConfigurableHTTPProxy.should_start is False
    )
    assert settings.ConfigurableHTTPProxy.auth_token == "secret"
    assert settings.Spawner.cmd == [sys.executable, str(ROOT / "notebooks/tools/hub.py"), "student"]


def test_a_hub_that_runs_is_not_started_twice(as_root, monkeypatch, tmp_path, ran):
    monkeypatch.setattr(hub, "find_spec", lambda name: True)
    monkeypatch.setattr(hub.shutil, "which", lambda *_, **__: "/proxy")
    monkeypatch.setattr(hub, "_answers", lambda port: port == 3)
    with pytest.raises(hub.RefusedError, match="A hub runs here already, at port 3"):
        hub.start(tmp_path, "127.0.0.1:1", "")
