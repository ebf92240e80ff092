"""Tricks that want a point for nothing."""

from tricks import Trick, cheats

RIGHT_IF = """
def additive_step(x, state):
    return state + x if found else x


lc.check("05.additive_step", additive_step)
"""

TRICKS = cheats(
    {
        "the check is another function": """
lc.check = lambda id, answer: answer
additive_step = lc.check("05.additive_step", lambda x, state: x)
""",
        "the verbs of the package are replaced": """
import lcutils.exercises
lcutils.exercises.check.__self__.ask = lambda *a, **k: True
additive_step = lc.check("05.additive_step", lambda x, state: x)
""",
        "the ledger is filled": """
from lcutils import _ledger
_ledger.record(_ledger.Entry("checked", "05.additive_step", True, "Right."))
lc.report()
""",
        "isclose says yes": """
torch.isclose = lambda a, b, *_, **__: torch.ones_like(a, dtype=torch.bool)
lc.check("05.additive_step", lambda x, state: x)
""",
        "same says yes": """
from lcutils.checking import cases, comparing, faults, functions
for module in (comparing, faults, functions):
    module.same = lambda *_: True
lc.check("05.additive_step", lambda x, state: x)
""",
        "a verdict is always passed": """
from lcutils.checking.verdict import Verdict
Verdict.passed = property(lambda self: True)
lc.check("05.additive_step", lambda x, state: x)
""",
        "the reference is imported": """
from lcutils.exercises.lesson05.core import additive_step
lc.check("05.additive_step", additive_step)
""",
        "the catalogue is asked": """
from lcutils.exercises import catalogue
lc.check("05.additive_step", catalogue()["05.additive_step"].reference)
""",
        "the reference is looked for among all objects": """
import gc
found = [x for x in gc.get_objects() if hasattr(type(x), "reference") or "reference" in getattr(x, "__dict__", ())]
found = [x for x in found if type(x).__name__ == "FunctionExercise"]
"""
        + RIGHT_IF,
        "the frames below are looked at": """
import sys
found = []
def peek():
    frame = sys._getframe()
    while frame:
        found.extend(x for x in frame.f_locals.values() if type(x).__name__ in ("Case", "Trial", "FunctionExercise"))
        found.extend(x for k, x in frame.f_locals.items() if k == "wanted" and isinstance(x, torch.Tensor))
        frame = frame.f_back
def additive_step(x, state):
    peek()
    return state + x if found else x
lc.check("05.additive_step", additive_step)
""",
        "the answers are looked for on the disk": """
import os
found = [a for a, _, files in os.walk("/") if "lesson05" in a or "solutions" in a and "05_memory.ipynb" in files]
"""
        + RIGHT_IF,
        "the judge's folders are reached through proc": """
import glob
found = glob.glob("/proc/*/rootOUTSIDE/canary") + glob.glob("/proc/*/cwd/notebooks") + glob.glob("OUTSIDE/*")
"""
        + RIGHT_IF,
        "files left open are read": """
import os
found = []
for fd in range(3, 256):
    try:
        found += [x for x in [os.readlink(f"/proc/self/fd/{fd}")] if x.startswith(("/work", "/home", "/root"))]
    except OSError:
        pass
"""
        + RIGHT_IF,
        "our version of it": """
ours = lc.check("05.additive_step", None)
lc.check("05.additive_step", lc.check("05.additive_step", lambda x, state: x))
""",
        "our version within a function": """
ours = lc.check("05.additive_step", lambda x, state: x)
lc.check("05.additive_step", lambda x, state: ours(x, state))
""",
        "our version of another exercise": """
scan = lc.check("05.additive_scan", lambda x, initial_state: x)
lc.check("05.additive_step", lambda x, state: scan(x[:, None], state)[:, 0])
""",
        "our version of another exercise, by its keywords, and its gradients": """
scan = lc.check("05.decay_scan", lambda x, initial_state, gamma: x)
lc.check("05.additive_step", lambda x, state: scan(gamma=1.0, x=x[:, None], initial_state=state)[:, 0])
""",
        "inputs of one check are solved by our version before the next": """
seen, known = [], {}
key = lambda x, state: (x.detach().numpy().tobytes(), state.detach().numpy().tobytes())
def additive_step(x, state):
    seen.append((x.detach().clone(), state.detach().clone()))
    return known.get(key(x, state), x)
ours = lc.check("05.additive_step", additive_step)
for pair in list(seen):
    known[key(*pair)] = ours(*pair)
lc.check("05.additive_step", additive_step)
""",
        "a subclass of a tensor that is equal to all": """
class Equal(torch.Tensor):
    @classmethod
    def __torch_function__(cls, function, types, args=(), kwargs=None):
        return torch.ones(3, 2, dtype=torch.bool)
lc.check("05.additive_step", lambda x, state: x.as_subclass(Equal))
""",
        "a thread mends the result when it was judged": """
import threading, time
def additive_step(x, state):
    made = x.clone()
    threading.Thread(target=lambda: (time.sleep(0.05), made.add_(state))).start()
    return made
lc.check("05.additive_step", additive_step)
""",
        "the results are made up": """
import dataclasses
import classroom.worker as worker, sys
main = sys.modules["__main__"]
real = main.answered
def made_up(answer, asked):
    found = real(answer, asked)
    for call in found.calls:
        call.kind, call.raised, call.done = "", None, True
        call.output = call.first = torch.zeros(call.inputs[0].shape)
    return dataclasses.replace(found)
main.answered = made_up
lc.check("05.additive_step", lambda x, state: x)
""",
        "the results say that nothing was asked": """
import sys
sys.modules["__main__"].tell_answered = lambda found: {"calls": [], "gradient": None, "printed": [], "changed": [], "timed_out": False, "stopped": ["", ""], "code": ""}
lc.check("05.additive_step", lambda x, state: x)
""",
        "a frame that says right": """
line = lc.check.__self__.line
line.send({"op": "told", "value": True})
line.send({"op": "verdict", "id": "05.additive_step", "state": "right"})
""",
        "while it is tried, it asks for ours by hand": """
talk = lc.check.__self__
lc.check("05.additive_step", lambda x, state: talk.ask("ours", id="05.additive_step", names=[], values=[x, state], grad=None))
""",
        "another cell in the judge's eyes": """
line = lc.check.__self__.line
for _ in range(40):
    line.send({"op": "cell", "id": "05-additive_step", "problem": None})
""",
    }
)

TRICKS += [
    Trick(
        "all letters, one after the other",
        'for letter in "abcd":\n    lc.quiz("05.exit_sum", answer=letter)',
        id="05.exit_sum",
        is_cheat=True,
    ),
    Trick(
        "a number that is equal to all",
        """
class Equal(float):
    __eq__ = __le__ = __ge__ = __lt__ = lambda *_: True
    __sub__ = __rsub__ = __abs__ = __float__ = lambda *_: 0.0
lc.check("05.half_life", Equal(3))
""",
        id="05.half_life",
        is_cheat=True,
    ),
    Trick(
        "an object that is equal to all",
        """
class Equal:
    __eq__ = lambda *_: True
    __class__ = float
lc.check("05.half_life", Equal())
""",
        id="05.half_life",
        is_cheat=True,
    ),
    Trick(
        "an expression whose difference from all is zero",
        """
class Zero(type(d)):
    __sub__ = __rsub__ = lambda *_: 0
    _eval_subs = lambda *_: 0
lc.check("05.noise", Zero("T"))
""",
        id="05.noise",
        is_cheat=True,
    ),
]
