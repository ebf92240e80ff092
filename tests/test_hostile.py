"""Whatever is handed in, the check survives, refuses it, and leaves the notebook as it was."""

import builtins
import itertools
import os
import pickle
import random
import signal
import sys
import threading
import time
import warnings

import numpy as np
import pytest
import torch
from torch import nn

import lcutils as lc
from lcutils import _ledger, exercises
from lcutils._limit import _interrupt_main_thread
from lcutils.checking import guard
from lcutils.checking.functions import OurVersion
from lcutils.exercises import _answers, _predictions

ID = "05.additive_step"
torch.ones(1).to("meta")  # the first use imports much
lc.check, lc.quiz, lc.predict  # noqa: B018 - looked up once, so that no test is the first
exercises.catalogue()


@pytest.fixture(autouse=True)
def _quick_limit(monkeypatch):
    monkeypatch.setattr(guard, "SECONDS", 0.4)
    random.seed(0)  # as `lc.start` does, so that seeding once more with 0 changes nothing
    np.random.seed(0)  # noqa: NPY002
    _answers._refused.clear()
    _predictions._predictions.clear()


def right(x, state):
    return state + x


def verdict(answer, id=ID):
    """(does it pass?, what is said)"""
    returned = lc.check(id, answer)
    entry = _ledger._entries[id]
    if id == ID:
        assert (returned is answer) == entry.passed
        assert entry.passed or isinstance(returned, OurVersion)
    else:
        assert returned is None
    return entry.passed, entry.text


class Lying(torch.Tensor):
    @classmethod
    def __torch_function__(cls, function, types, args=(), kwargs=None):
        name = getattr(function, "__name__", "")
        if name in ("allclose", "equal", "eq", "isclose", "__eq__", "all"):
            return torch.tensor(True)
        return super().__torch_function__(function, types, args, kwargs or {})

    def __eq__(self, other):
        return True

    __hash__ = torch.Tensor.__hash__


class UnspeakableError(Exception):
    def __str__(self):
        raise RuntimeError("no words")


class ExitingError(Exception):
    def __str__(self):
        raise SystemExit


class Nameless(type):
    @property
    def __name__(cls):
        raise RuntimeError("no name")


class NamelessError(Exception, metaclass=Nameless):
    pass


class Odd:
    def __getattr__(self, name):
        raise SystemExit(name)

    def __repr__(self):
        raise SystemExit

    __str__ = __float__ = __bool__ = __eq__ = __repr__
    __hash__ = None


class Word(str):
    __slots__ = ()

    def __repr__(self):
        while True:
            pass


def lying_instance(x, state):
    out = torch.zeros_like(x)
    out.detach = lambda: state + x
    out.clone = lambda: state + x
    return out


def edits_state(x, state):
    state += x
    return state


def edits_x_but_returns_right(x, state):
    result = state + x
    x.zero_()
    return result


def seeds(x, state):
    torch.manual_seed(0)
    return state + x


def draws_from(draw):
    def answer(x, state):
        draw()
        return state + x

    return answer


def recurses(x, state):
    return recurses(x, state)


def loops(x, state):
    while True:
        pass


def loops_and_swallows_once(x, state):
    try:
        loops(x, state)
    except BaseException:
        return state + x


def sleeps(x, state):
    time.sleep(60)


def raises(error):
    def answer(x, state):
        raise error

    return answer


def yields(x, state):
    yield state + x


def keeps_a_buffer():
    buffer = torch.zeros(100)

    def answer(x, state):
        out = buffer[: x.numel()].view(x.shape).to(x.dtype) if x.dtype != buffer.dtype else None
        if out is None:
            out = buffer[: x.numel()].view(x.shape)
        return out.copy_((state + x).detach())

    return answer


def endless_list():
    inner = []
    inner.append(inner)
    return inner


def half_right():
    calls = itertools.count()
    return lambda x, state: state + x if next(calls) % 2 else state - x


def freed(x, state):
    out = state + x
    out.untyped_storage().resize_(0)
    return out


def frees_input(x, state):
    out = state + x
    state.untyped_storage().resize_(0)
    return out


REFUSED = {
    "a string": ("state + x", "wanted is a function"),
    "a list": ([1, 2], "This is a list"),
    "a dict": ({}, "This is a dict"),
    "NaN": (float("nan"), "This is nan"),
    "a huge number": (10**5000, "5001 digits"),
    "a tensor": (torch.ones(1, 2), "This is float32 [1, 2]"),
    "a class": (nn.Linear, "This is a class"),
    "an odd object": (Odd(), "wanted is a function"),
    "a word without end": (Word("x"), "wanted is a function"),
    "a generator": ((x for x in ()), "wanted is a function"),
    "a module": (nn.Linear(2, 2), "It raised this"),
    "one argument": (lambda x: x, r"It cannot be called with (x, state)"),
    "no argument": (lambda: 1, "It cannot be called"),
    "three arguments": (lambda a, b, c: a, "It cannot be called"),
    "print": (print, "It returned None"),
    "len": (len, "It cannot be called"),
    "nothing returned": (lambda x, state: None, "is the return missing?"),
    "a list returned": (lambda x, state: (state + x).tolist(), "it returned a list"),
    "an array returned": (lambda x, state: (state + x).detach().numpy(), "a NumPy array"),
    "a pair returned": (lambda x, state: (state + x, state), "It returned a tuple of tensors"),
    "an odd pair returned": (lambda x, state: (Odd(), Odd()), "It returned a tuple"),
    "a list without end": (lambda x, state: endless_list(), "It returned a list"),
    "a row of texts": (lambda x, state: np.array(["a", "b"]), "It returned a NumPy array"),
    "an array of objects": (lambda x, state: np.array([object()]), "It returned a NumPy array"),
    "an array of 1e12": (lambda x, state: np.broadcast_to(1.0, (10**6, 10**6)), "a NumPy array"),
    "a generator returned": (yields, "yield"),
    "an odd object returned": (lambda x, state: Odd(), "It returned an Odd"),
    "a word without end returned": (lambda x, state: Word("x"), "It was stopped"),
    "NaN returned": (lambda x, state: state + x + float("nan"), "The values differ"),
    "infinity returned": (lambda x, state: state + x + float("inf"), "The values differ"),
    "whole numbers returned": (lambda x, state: (state + x).long(), "int64 has whole numbers"),
    "complex returned": (lambda x, state: (state + x) + 0j, "The result is complex64"),
    "a gradient asked for": (lambda x, state: (state + x).requires_grad_(), "asks for gradients"),
    "no gradient": (lambda x, state: (state + x).detach(), "no gradient flows back to x"),
    "a graph cut for x": (lambda x, state: state + x.detach(), "no gradient flows back to x"),
    "a NaN gradient": (
        lambda x, state: state + x + 0 * (x - x).sqrt(),
        "the gradient that reaches x is NaN",
    ),
    "a subclass": (lambda x, state: state.as_subclass(Lying), "a subclass of torch.Tensor, Lying"),
    "a parameter": (lambda x, state: nn.Parameter(state + x), "asks for gradients"),
    "an instance that lies": (lying_instance, "The values differ"),
    "sparse": (lambda x, state: (state + x).to_sparse(), "another layout"),
    "meta": (lambda x, state: (state + x).to("meta"), "another layout or device"),
    "1e12 numbers": (
        lambda x, state: (state + x)[0, 0].expand(10**6, 10**6),
        "The shape is [1000000, 1000000]; wanted is [1, 2]",
    ),
    "too much memory": (lambda x, state: torch.zeros(10**15), "RuntimeError"),
    "an input returned": (lambda x, state: state, "nothing has been written"),
    "a view returned": (lambda x, state: state[:, :1], "The shape is [1, 1]"),
    "state edited": (edits_state, "The sum is right, but state is edited in place"),
    "x edited": (edits_x_but_returns_right, "It edits x in place"),
    "gradients turned on": (
        lambda x, state: (state.requires_grad_() + x).detach(),
        "It edits state (it asks for gradients now)",
    ),
    "one memory": (keeps_a_buffer(), "changed when the function was called again"),
    "half right": (half_right(), "Not yet"),
    "freed memory": (freed, "a tensor whose memory was freed"),
    "an input's memory freed": (frees_input, "It edits"),
    "seeds torch": (seeds, "It draws from torch's global random generator"),
    "seeds NumPy": (
        draws_from(lambda: np.random.seed(0)),  # noqa: NPY002
        "It draws from NumPy's global random generator, or seeds it",
    ),
    "seeds random": (draws_from(lambda: random.seed(0)), "Python's global random generator"),
    "draws from torch": (draws_from(lambda: torch.rand(1)), "torch's global random generator"),
    "draws from NumPy": (
        draws_from(lambda: np.random.rand()),  # noqa: NPY002
        "It draws from NumPy's global random generator",
    ),
    "draws from random": (draws_from(random.random), "Python's global random generator"),
    "default dtype": (
        draws_from(lambda: torch.set_default_dtype(torch.float64)),
        "It changes torch's default dtype",
    ),
    "threads": (draws_from(lambda: torch.set_num_threads(2)), "torch's number of threads"),
    "gradient mode": (draws_from(lambda: os.environ.update(A="b")), "environment variables"),
    "recursion limit": (draws_from(lambda: sys.setrecursionlimit(500)), "recursion limit"),
    "an error": (raises(ValueError("bad <b>")), "ValueError: bad <b>"),
    "an error without words": (raises(UnspeakableError()), "UnspeakableError"),
    "an error without a name": (raises(NamelessError()), "an error that cannot be shown"),
    "an error that exits": (raises(ExitingError()), "an error that cannot be shown"),
    "an odd attribute": (lambda x, state: Odd().sum, "SystemExit: sum"),
    "a name of its own": (raises(NameError("x", name=Odd())), "an error that cannot be shown"),
    "waits for input": (lambda x, state: input("x? "), "It raised this"),
    "reads from the keyboard": (lambda x, state: sys.stdin.readline(), "It raised this"),
    "an address": (raises(ValueError(f"{object()}")), "<object object at 0x...>"),
    "another stub": (raises(NotImplementedError("no such operator")), "no such operator"),
    "SystemExit": (raises(SystemExit(1)), "SystemExit"),
    "GeneratorExit": (raises(GeneratorExit()), "GeneratorExit"),
    "its own KeyboardInterrupt": (raises(KeyboardInterrupt()), "KeyboardInterrupt"),
    "MemoryError": (raises(MemoryError()), "MemoryError"),
    "recursion": (recurses, "RecursionError"),
    "a loop": (loops, "It was stopped after 0.4 s"),
    "a loop that swallows": (loops_and_swallows_once, "It was stopped"),
    "sleep": (sleeps, "It was stopped"),
}


@pytest.mark.parametrize(("answer", "said"), REFUSED.values(), ids=REFUSED)
def test_a_hostile_answer_is_refused_by_name_twice_and_the_next_right_one_passes(answer, said):
    before = state_of_the_world()
    for _ in range(2):
        passed, text = verdict(answer)
        assert not passed
        assert said in text
    assert verdict(right)[0]
    assert state_of_the_world() == before


def state_of_the_world():
    """What a check must not touch, in a form that can be compared."""
    return {
        "torch": torch.get_rng_state().numpy().tobytes(),
        "numpy": pickle.dumps(np.random.get_state()),  # noqa: NPY002
        "random": random.getstate(),
        "settings": (
            torch.get_default_dtype(),
            torch.get_default_device(),
            torch.get_num_threads(),
            torch.is_grad_enabled(),
            torch.is_inference_mode_enabled(),
            sys.getrecursionlimit(),
            np.geterr(),
            dict(os.environ),
            list(sys.path),
            list(warnings.filters),
            signal.getsignal(signal.SIGINT),
            sys.gettrace(),
            threading.active_count(),
        ),
        "streams": (id(sys.stdout), id(sys.stderr), id(sys.stdin)),
        "names": {
            (place.__name__, name): id(value)
            for place in (builtins, torch, torch.Tensor, lc, exercises)
            for name, value in vars(place).items()
            if not name.startswith("_")
        },
        "modules": {
            name: id(sys.modules[name]) for name in ("torch", "numpy", "lcutils", "random")
        },
    }


def replaces(place, name, value):
    def answer(x, state):
        setattr(place, name, value)
        return state - x

    return answer


def removes(place, name):
    def answer(x, state):
        delattr(place, name)
        return state - x

    return answer


def removes_modules(x, state):
    for name in ("torch", "numpy", "lcutils", "lcutils.exercises", "lcutils.checking.guard"):
        del sys.modules[name]
    return state - x


def lie(*args, **kwargs):
    return True


MEDDLING = {
    "check": replaces(lc, "check", lie),
    "judge": replaces(_answers, "judge", lie),
    "a new name in our module": replaces(exercises, "len", lie),
    "the guard's restore": replaces(guard, "_restore_names", lie),
    "torch.allclose": replaces(torch, "allclose", lie),
    "torch.isclose": replaces(torch, "isclose", lie),
    "torch.set_rng_state": replaces(torch, "set_rng_state", lie),
    "Tensor.__eq__": replaces(torch.Tensor, "__eq__", lie),
    "Tensor.clone": replaces(torch.Tensor, "clone", lambda t: t),
    "len": replaces(builtins, "len", lie),
    "isinstance": replaces(builtins, "isinstance", lie),
    "print": replaces(builtins, "print", lie),
    "str removed": removes(builtins, "str"),
    "torch.add removed": removes(torch, "add"),
    "check removed": removes(exercises, "check"),
    "modules removed": removes_modules,
    "stdout closed": draws_from(lambda: sys.stdout.close()),
    "stdout removed": replaces(sys, "stdout", None),
    "warnings silenced": draws_from(lambda: warnings.simplefilter("ignore")),
    "path": draws_from(lambda: sys.path.clear()),
    "trace": draws_from(lambda: sys.settrace(lambda *a: None)),
    "default device": draws_from(lambda: torch.set_default_device("meta")),
    "inference mode": draws_from(lambda: torch.inference_mode().__enter__()),
    "gradients off": draws_from(lambda: torch.set_grad_enabled(False)),
    "ledger": draws_from(_ledger.forget_all),
    "a check inside": draws_from(lambda: lc.check(ID, right)),
}


@pytest.mark.parametrize("answer", MEDDLING.values(), ids=MEDDLING)
def test_what_an_answer_does_to_its_surroundings_is_undone(answer, capsys):
    lc.check("05.half_life", 23)
    before = state_of_the_world()
    entries = dict(_ledger._entries)
    lc.check(ID, answer)
    del _ledger._entries[ID]
    assert state_of_the_world() == before
    assert _ledger._entries == entries
    assert verdict(right)[0]
    assert not verdict(lambda x, state: state - x)[0]


@pytest.mark.parametrize(
    "name", [name for name, answer in MEDDLING.items() if answer.__qualname__.startswith("re")]
)
def test_an_answer_that_replaces_what_checks_it_does_not_pass(name):
    assert not verdict(MEDDLING[name])[0]


class Module(nn.Module):
    def forward(self, x, state):
        return state + x


class Callable:
    def __call__(self, x, state):
        return state + x


@pytest.mark.parametrize("answer", [Module(), Callable(), torch.add, lambda *a: sum(a)])
def test_anything_that_computes_right_passes(answer):
    assert verdict(answer)[0]


def test_a_right_function_that_prints_passes_and_its_output_is_cut():
    def chatty(x, state):
        for line in range(1000):
            print("line", line)
        print("no end", file=sys.stderr, end="")
        return state + x

    passed, text = verdict(chatty)
    assert passed
    assert text.count("\n    line") == 20
    assert "line 19\n    ... and 981 more lines" in text


def test_a_long_line_is_cut():
    def chatty(x, state):
        print("y" * 10**6)
        return state + x

    passed, text = verdict(chatty)
    assert passed
    assert len(text) < 400


def test_output_of_exactly_twenty_lines_is_shown_whole():
    def chatty(x, state):
        print("\n".join(map(str, range(20))))
        return state + x

    assert "more lines" not in verdict(chatty)[1]


def test_what_a_reader_wrote_cannot_become_html():
    class ScriptError(ValueError):
        pass

    ScriptError.__name__ = "<script>alert(1)</script>"

    def answer(x, state):
        print("<script>alert(2)</script>")
        raise ScriptError("<script>alert(3)</script>")

    lc.check(ID, answer)
    lc.quiz("05.exit_sum", answer="<script>")
    lc.check("05.half_life", "<script>")
    lc.check("05.write_order", "<script>")
    lc.predict("05.shrink", answer="<script>")
    for entry in _ledger._entries.values():
        assert "<script" not in entry.html
        assert "alert(2)" not in entry.html or "&lt;script&gt;alert(2)" in entry.html
    assert "&lt;script&gt;alert(3)&lt;/script&gt;" in _ledger._entries[ID].html


@pytest.mark.parametrize("id", [ID, "05.noise"])
def test_a_real_stop_during_a_check_stops_the_cell(id, monkeypatch):
    monkeypatch.setattr(guard, "SECONDS", 20)
    before = state_of_the_world()
    answer = loops if id == ID else Word("x")
    timer = threading.Timer(0.2, _interrupt_main_thread)
    timer.start()
    with pytest.raises(KeyboardInterrupt):
        lc.check(id, answer)
    timer.join()
    assert state_of_the_world() == before
    assert verdict(right)[0]


def test_a_real_stop_that_the_answer_swallows_stops_the_cell_nevertheless(monkeypatch):
    monkeypatch.setattr(guard, "SECONDS", 20)

    def swallow(x, state):
        try:
            signal.raise_signal(signal.SIGINT)
        except BaseException:
            return state + x

    with pytest.raises(KeyboardInterrupt):
        lc.check(ID, swallow)


JUNK = [
    *("", "  ", "T", [], {}, (), object(), float("nan"), float("inf"), 10**5000, True, b"x"),
    *(torch.ones(2), torch.tensor(1j), np.array([1, 2]), Odd(), Word("x"), Lying(), lambda: 1, int),
]


@pytest.mark.parametrize(
    "id", ["05.noise", "05.half_life", "05.write_order", "03.lower_weight", "05.error_left", ID]
)
def test_junk_never_passes_and_never_raises(id):
    for junk in JUNK:
        assert not verdict(junk, id)[0]


def test_junk_in_a_quiz_is_answered_with_the_letters():
    for junk in JUNK:
        entry = lc.quiz("05.exit_sum", answer=junk)
        assert not entry.passed
        assert "Type one of the letters a, b, c, d, in quotes" in entry.text


def test_our_version_does_not_pass_in_any_disguise():
    ours = lc.check(ID, None)
    passed, text = verdict_of(ours)
    assert not passed
    assert "This is our version: run your own cell again." in text

    def after_another_check(x, state):
        lc.check("05.members", lambda *inputs: None)
        return ours(x, state)

    for disguise in (lambda x, state: ours(x, state), Wrapped(ours), after_another_check):
        passed, text = verdict_of(disguise)
        assert not passed
        assert "write one of your own" in text
    x = torch.ones(1, 2)
    assert torch.equal(ours(x, x), x + x)


class Wrapped:
    def __init__(self, function):
        self.function = function

    def __call__(self, x, state):
        return self.function(x, state)


def verdict_of(answer):
    lc.check(ID, answer)
    return _ledger._entries[ID].passed, _ledger._entries[ID].text
