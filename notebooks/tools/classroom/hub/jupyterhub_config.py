"""A JupyterHub for a class: one installation, and for each student an account and the lessons.

`notebooks/tools/hub.py` starts it, and tells it by variables where its files are, at which port
the proxy's API and the hub listen, and who the teacher is.
"""

import os
import resource
import sys
from collections.abc import Callable
from pathlib import Path

from jupyterhub.spawner import LocalProcessSpawner

HUB = Path(__file__).resolve().parents[2] / "hub.py"
GROUP = "workbook"  # who may log in
FILES = Path(os.environ["WORKBOOK_FILES"])
PROXY_PORT, HUB_PORT = (int(port) for port in os.environ["WORKBOOK_PORTS"].split())
IDLE = 3600  # seconds without a sign, after which a kernel or a server is stopped
LIMITS = {
    resource.RLIMIT_AS: 3 << 30,  # bytes of addresses a process; torch alone takes nearly one
    resource.RLIMIT_NPROC: 300,  # processes and threads a student; a server and a kernel have 40
    resource.RLIMIT_CORE: 0,
}

c = get_config()

# Each logs in by an account and a password of the machine. JupyterHub's shared password would
# let every student log in as every other.
c.JupyterHub.authenticator_class = "pam"
c.PAMAuthenticator.allowed_groups = {GROUP}
c.Authenticator.admin_users = set(os.environ.get("WORKBOOK_TEACHER", "").split())

# The proxy is a process of its own and servers are left running: a hub may end and come back
# while everybody works.
c.ConfigurableHTTPProxy.should_start = False
c.ConfigurableHTTPProxy.api_url = f"http://127.0.0.1:{PROXY_PORT}"
c.ConfigurableHTTPProxy.auth_token = (FILES / "proxy_token").read_text().strip()
c.JupyterHub.cleanup_servers = False
c.JupyterHub.bind_url = f"http://{os.environ['WORKBOOK_AT']}"
c.JupyterHub.hub_port = HUB_PORT
c.JupyterHub.db_url = f"sqlite:///{FILES}/hub.sqlite"
c.JupyterHub.cookie_secret_file = str(FILES / "cookie_secret")


class LimitedSpawner(LocalProcessSpawner):
    """A student's processes, none larger than `LIMITS`; this kind keeps no `mem_limit`."""

    def make_preexec_fn(self, name: str) -> Callable[[], None]:
        """What the new process does before it is the student's."""
        become = super().make_preexec_fn(name)

        def limited() -> None:
            for limit, most in LIMITS.items():
                resource.setrlimit(limit, (most, most))
            become()

        return limited


c.JupyterHub.spawner_class = LimitedSpawner
c.Spawner.cmd = [sys.executable, str(HUB), "student"]
c.Spawner.notebook_dir = "~/study"
c.Spawner.default_url = "/lab/tree/00_start_here.ipynb"
c.Spawner.start_timeout = c.Spawner.http_timeout = 180  # when a whole class comes at once
c.Spawner.env_keep = ["LANG", "LC_ALL"]
c.Spawner.environment = {
    "PATH": f"{Path(sys.executable).parent}:/usr/local/bin:/usr/bin:/bin",
    "OMP_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "OMP_WAIT_POLICY": "PASSIVE",
}
c.Spawner.args = [
    f"--MappingKernelManager.cull_idle_timeout={IDLE}",
    "--MappingKernelManager.cull_interval=300",
    "--KernelManager.transport=ipc",  # from a port any other student could read the outputs
]

# It ends with the hub, even one that was killed.
CULLER = [sys.executable, "-P", "-m", "jupyterhub_idle_culler", f"--timeout={IDLE}"]
c.JupyterHub.services = [
    {"name": "idle-culler", "command": ["setpriv", "--pdeathsig", "TERM", *CULLER]}
]
c.JupyterHub.load_roles = [
    {
        "name": "idle-culler",
        "scopes": ["list:users", "read:users:activity", "read:servers", "delete:servers"],
        "services": ["idle-culler"],
    }
]
