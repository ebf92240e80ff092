"""Tricks that want to stop the judge, to fill the machine, or to reach out of the box."""

from tricks import Trick, harms

# What follows is a right answer only if something outside could be reached.
RIGHT_IF = """
lc.check("05.additive_step", lambda x, state: state + x if reached else x)
"""

TRICKS = harms(
    {
        "a loop without end": "while True:\n    pass",
        "a loop that swallows every stop": """
while True:
    try:
        while True:
            pass
    except BaseException:
        pass
""",
        "a loop that no signal reaches": """
import signal
signal.signal(signal.SIGINT, signal.SIG_IGN)
signal.pthread_sigmask(signal.SIG_BLOCK, signal.valid_signals())
while True:
    pass
""",
        "a function without end": """
def additive_step(x, state):
    while True:
        pass
lc.check("05.additive_step", additive_step)
""",
        "a loop in C": "sum(range(10**13))",
        "a regular expression without end": """
import re
lc.check("05.additive_step", lambda x, state: re.match("(a+)+$", "a" * 60 + "b"))
""",
        "sleep": "import time\ntime.sleep(10**6)",
        "an exit": "import sys\nsys.exit(0)",
        "an exit without a word": "import os\nos._exit(0)",
        "an exit within the function": """
import os
lc.check("05.additive_step", lambda x, state: os._exit(0))
""",
        "a segmentation fault": "import ctypes\nctypes.string_at(0)",
        "calls without end": """
import sys
sys.setrecursionlimit(10**9)
def deeper(n):
    return deeper(n + 1) + 1
deeper(0)
""",
        "all processes are killed": """
import os, signal
for process in (os.getppid(), 1, -1):
    try:
        os.kill(process, signal.SIGKILL)
    except OSError:
        pass
""",
        "a signal that comes later": "import signal\nsignal.alarm(2)",
        "a fork": """
import os
try:
    reached = os.fork() >= 0
except OSError:
    reached = False
"""
        + RIGHT_IF,
        "forks without end": """
import os
while True:
    try:
        os.fork()
    except OSError:
        pass
""",
        "another program": """
import subprocess
try:
    reached = subprocess.run(["/bin/true"]).returncode == 0
except OSError:
    reached = False
"""
        + RIGHT_IF,
        "another program in place of this one": """
import os
os.execv("/bin/true", ["true"])
""",
        "five thousand threads": """
import threading, time
try:
    for _ in range(5000):
        threading.Thread(target=time.sleep, args=(60,), daemon=True).start()
except RuntimeError:
    pass
raise RuntimeError("no more threads")
""",
        "a list that grows": """
grows = [0]
while True:
    grows += grows
""",
        "a tensor of 80 terabytes": 'lc.check("05.additive_step", lambda x, state: torch.zeros(10**13))',
        "a full disk": """
import os
reached = 0
for folder in ("/tmp", "/dev/shm", "OUTSIDE"):
    try:
        for n in range(20):
            with open(f"{folder}/{n}", "wb") as file:
                for _ in range(15):
                    file.write(bytes(1 << 20))
                reached += 15
    except OSError:
        pass
reached = reached > 100
"""
        + RIGHT_IF,
        "gigabytes are printed": """
import os
for _ in range(2000):
    os.write(1, bytes(1 << 20))
print("x" * 10**8)
""",
        "files are written everywhere": """
import os
reached = []
folders = ("", "etc", "usr", "lc", "lc/lcutils", "root", "home", "dev", "proc/1/root", "OUTSIDE")
for path in (*(os.path.join("/", folder, "x") for folder in folders), "/lc/lcutils/nets.py",
             "OUTSIDE/canary", os.path.join("/proc/1/root", "OUTSIDE".strip("/"), "x"),
             "/proc/sys/kernel/core_pattern", "/proc/sys/kernel/hostname", "/proc/sysrq-trigger"):
    try:
        with open(path, "a") as file:
            file.write("x")
        reached.append(path)
    except OSError:
        pass
"""
        + RIGHT_IF,
        "a socket to the network": """
import socket
reached = False
for family, address in ((socket.AF_INET, ("127.0.0.1", 22)), (socket.AF_UNIX, "/run/x")):
    try:
        socket.socket(family).connect(address)
        reached = True
    except OSError as error:
        reached = reached or error.errno not in (1,)
"""
        + RIGHT_IF,
        "calls of the kernel": """
import ctypes, os
libc = ctypes.CDLL(None, use_errno=True)
reached = [name for name, call in {
    "unshare": lambda: libc.unshare(0x10000000),
    "mount": lambda: libc.mount(b"none", b"/tmp", b"tmpfs", 0, None),
    "ptrace": lambda: libc.ptrace(0, 0, 0, 0),
    "chroot": lambda: libc.chroot(b"/tmp"),
    "setuid": lambda: libc.setuid(0),
    "memfd": lambda: -(libc.memfd_create(b"x", 0) < 0),
    "keyctl": lambda: -(libc.syscall(250, 0, -3, 1) < 0),
    "io_uring": lambda: -(libc.syscall(425, 8, ctypes.create_string_buffer(256)) < 0),
}.items() if call() == 0]
"""
        + RIGHT_IF,
        "the limits are raised": """
import resource
try:
    resource.setrlimit(resource.RLIMIT_AS, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    reached = True
except (ValueError, OSError):
    reached = False
"""
        + RIGHT_IF,
        "the builtins are taken away": """
import builtins
for name in ("len", "isinstance", "getattr", "BaseException", "print", "list"):
    delattr(builtins, name)
""",
        "the socket is closed": "import os\nos.closerange(3, 256)",
        "a thread that writes into the socket later": """
import threading, time
line = lc.check.__self__.line
def later():
    while True:
        time.sleep(0.3)
        line._socket.sendall(bytes(64))
threading.Thread(target=later, daemon=True).start()
""",
        "the ends of all other cells are forged": """
line = lc.check.__self__.line
for id in ("05-additive_step", "symbols", "05-noise", "05-recall", "05-half_life", "05-state_gradient"):
    line.send({"op": "cell", "id": id, "problem": None})
""",
        "one byte a second": """
import time
line = lc.check.__self__.line
for n in range(1000):
    line._socket.sendall(bytes([0]))
    time.sleep(1)
""",
        "a length of four gigabytes": "lc.check.__self__.line._socket.sendall(bytes([255]) * 8)",
        "nine hundred thousand brackets": """
import struct
head = b"[" * 900_000
lc.check.__self__.line._socket.sendall(struct.pack(">II", len(head), 0) + head)
""",
        "a tensor of no size at all": """
import json, struct
for node in ({"t": "float32", "s": [4 * 10**9, 4 * 10**9], "g": False}, {"e": "float32", "s": [-1]}):
    head = json.dumps({"d": {"op": "tried", "x": node}}).encode()
    lc.check.__self__.line._socket.sendall(struct.pack(">II", len(head), 0) + head)
""",
        "frames without end, and none is read": """
line = lc.check.__self__.line
while True:
    line.send({"op": "check", "id": "05.noise", "answer": {"k": "none"}, "typed": ""})
""",
        "our version is called without end": """
talk = lc.check.__self__
ours = lc.check("05.additive_scan", lambda *_: None)
while True:
    ours(torch.zeros(1, 1, 1), torch.zeros(1, 1))
""",
        "our version gets nonsense": """
ours = lc.check("05.additive_scan", lambda *_: None)
ours("x", [1, 2, 3])
""",
        "our version gets a tensor of another world": """
ours = lc.check("05.additive_scan", lambda *_: None)
ours(torch.ones(1, 10**6, 1).expand(1, 10**6, 500), torch.zeros(1, 500))
""",
        "results that are too large": """
lc.check("05.additive_step", lambda x, state: torch.zeros(10**7))
""",
        "inputs that were resized": """
def additive_step(x, state):
    out = state + x
    x.resize_(10**8)
    return out
lc.check("05.additive_step", additive_step)
""",
        "code of a million brackets": """
import linecache
def additive_step(x, state):
    return x
import inspect
inspect.getsource = lambda _: "def additive_step(x, state):\\n    return " + "(" * 10**6
lc.check("05.additive_step", additive_step)
""",
    },
    loses=("05.additive_scan", "05.noise"),
)

NOISE = {"id": "05.noise", "states": "wrong stopped raised open"}
TRICKS += harms(
    {
        "a tower of powers": """
import sympy
tower = sympy.Integer(10)
for _ in range(12):
    tower = sympy.Pow(10, tower, evaluate=False)
lc.check("05.noise", tower)
""",
        "a number of ten billion digits": """
import sympy
lc.check("05.noise", T + sympy.Pow(10, 10**10, evaluate=False) / d)
""",
        "a symbol whose name is a program": """
import sympy
lc.check("05.noise", sympy.Symbol("__import__('os').system('touch OUTSIDE/x')"))
""",
        "a text that is a program": """
lc.check("05.noise", "__import__('os').system('touch OUTSIDE/x')")
""",
        "what was typed is a program": """
from lcutils import _typed
_typed._sources["05.noise"] = "__import__('os').system('touch OUTSIDE/x')"
lc.check("05.noise", 3)
""",
        "an object that runs a program where it is unpickled": """
import os
class Bomb:
    def __reduce__(self):
        return os.system, ("touch OUTSIDE/x",)
lc.check("05.noise", [Bomb()])
""",
        "an expression of a million terms": """
import sympy
lc.check("05.noise", sympy.Add(*[sympy.Symbol(f"x{n}") for n in range(20_000)]))
""",
        "a tree of nodes that grows by itself": """
talk = lc.check.__self__
nodes = [["Rational", 0, 10, 1]] + [["Rational", 0, 99, 1], ["Pow", 2]] * 40
talk.ask("check", id="05.noise", answer={"k": "sympy", "v": nodes}, typed="")
""",
        "nodes that are none": """
talk = lc.check.__self__
for nodes in ([["Symbol", 0, "x" * 10**5, {}]], [["eval", 0]], [["Add", 5]], [[]], [["Symbol", 0, "x", {"real": "yes"}]],
              [["Float", 0, 0, 1 << 400, 10**9, 600]], [["Rational", 0, 1, 0]], [["Symbol", 0, "x", {"zero": True, "positive": True}]]):
    talk.ask("check", id="05.noise", answer={"k": "sympy", "v": nodes}, typed="")
""",
        "a list in a list in a list": """
deep = []
for _ in range(10_000):
    deep = [deep]
lc.check("05.noise", deep)
""",
    },
    **NOISE,
)
TRICKS += [
    Trick(
        "a derivation that nobody can work out",
        """
import sympy
x = r.T * r
lc.check("05.error_left", [half_norm_sq(r - beta * (r - v) - v), sympy.Pow(sympy.exp(sympy.exp(sympy.exp(beta))), 60) * half_norm_sq(r), ...])
lc.check("05.error_left", ["half_norm_sq(r - beta*(r - v) - v)", "(" * 150 + "beta" + "**9)" * 150])
""",
        id="05.error_left",
        states="wrong known undecided stopped raised open",
    ),
]
