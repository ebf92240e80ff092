"""What a reader set for the whole notebook, or ran before, does not change a verdict."""

import contextlib
import io
import locale
import logging
import random
import signal
import subprocess
import sys
import warnings

import numpy as np
import pytest
import torch

import lcutils as lc
from lcutils import _ledger, exercises
from lcutils.checking.settings import known_settings

CATALOGUE = exercises.catalogue()
STEP, SCAN, TRAIN = "05.additive_step", "05.decay_scan", "03.layer_backward"


def right_step(x, state):
    return state + x


def right_scan(x, initial_state, gamma):
    states = [initial_state]
    for t in range(x.shape[1]):
        states.append(gamma * states[-1] + x[:, t])
    return torch.stack(states[1:], 1)


def scan_by_new_tensors(x, initial_state, gamma):
    out = torch.zeros(x.shape)
    out[:, 0] = gamma * initial_state + x[:, 0]
    for t in range(1, x.shape[1]):
        out[:, t] = gamma * out[:, t - 1].clone() + x[:, t]
    return out


def scan_that_divides_by_zero(x, initial_state, gamma):
    np.zeros(2) / np.zeros(2)
    return right_scan(x, initial_state, gamma) / 0


def scan_with_a_warning(x, initial_state, gamma):
    warnings.warn("beware", stacklevel=1)
    return torch.nn.functional.softmax(right_scan(x, initial_state, gamma))


def scan_that_draws(x, initial_state, gamma):
    return right_scan(x, initial_state, gamma) + torch.rand(1)


def deep_step(x, state, depth=500):
    return deep_step(x, state, depth - 1) if depth else state + x


ANSWERS = (
    (STEP, right_step),
    (STEP, lambda x, state: state - x),
    (STEP, lambda x, state: (state + x).detach()),
    (STEP, deep_step),
    (SCAN, right_scan),
    (SCAN, scan_by_new_tensors),
    (SCAN, scan_that_divides_by_zero),
    (SCAN, scan_with_a_warning),
    (SCAN, scan_that_draws),
    (TRAIN, lambda x, W, b, z: W * 0.1),
    ("05.half_life", 23),
    ("05.half_life", 12),
    ("05.noise", "(T - 1) / d"),
    ("05.write_order", "a b c d e"),
)


def verdicts():
    with contextlib.redirect_stdout(io.StringIO()):
        for id, answer in ANSWERS:
            lc.check(id, answer)
            entry = _ledger._entries[id]
            yield id, entry.passed, entry.text
            exercises._answers._refused.clear()


EXPECTED = list(verdicts())
DEPTH = sys.getrecursionlimit()


def entered(manager):
    """A context that stays open for the test, as one does in a cell that never leaves it."""
    stack = contextlib.ExitStack()
    stack.enter_context(manager)
    return stack.close


def with_(put, value, back):
    put(value)
    return lambda: put(back)


def setting_dtype():
    return with_(torch.set_default_dtype, torch.float64, torch.float32)


def setting_device():
    return with_(torch.set_default_device, "meta", None)


def setting_warnings():
    context = warnings.catch_warnings()
    context.__enter__()
    warnings.simplefilter("error")
    return lambda: context.__exit__(None, None, None)


def setting_signal():
    before = signal.signal(signal.SIGINT, lambda *_: None)
    return lambda: signal.signal(signal.SIGINT, before)


def setting_logging():
    root = logging.getLogger()
    before = root.level
    logging.basicConfig(level=logging.DEBUG, stream=sys.stderr)
    return lambda: root.setLevel(before)


def setting_locale():
    before = locale.setlocale(locale.LC_ALL)
    for name in ("de_DE.UTF-8", "fr_FR.UTF-8", "C.UTF-8"):
        with contextlib.suppress(locale.Error):
            locale.setlocale(locale.LC_ALL, name)
            break
    return lambda: locale.setlocale(locale.LC_ALL, before)


def setting_seeds():
    torch.manual_seed(7)
    random.seed(7)
    np.random.seed(7)  # noqa: NPY002
    return lambda: None


def setting_printing():
    torch.set_printoptions(precision=1, sci_mode=True)
    np.set_printoptions(precision=1)
    return lambda: (torch.set_printoptions(profile="default"), np.set_printoptions(precision=8))


def setting_numpy():
    before = np.seterr(all="raise")
    return lambda: np.seterr(**before)


def setting_style():
    import matplotlib as mpl

    mpl.rcParams["font.size"] = 30
    return mpl.rcdefaults


SETTINGS = {
    "default dtype": setting_dtype,
    "default device": setting_device,
    "a device for a block": lambda: entered(torch.device("meta")),
    "no gradients": lambda: with_(torch.set_grad_enabled, False, True),
    "no gradients for a block": lambda: entered(torch.no_grad()),
    "inference mode": lambda: entered(torch.inference_mode()),
    "deterministic": lambda: with_(torch.use_deterministic_algorithms, True, False),
    "anomalies": lambda: with_(torch.autograd.set_detect_anomaly, True, False),
    "autocast": lambda: entered(torch.autocast("cpu", dtype=torch.bfloat16)),
    "matmul precision": lambda: with_(torch.set_float32_matmul_precision, "medium", "highest"),
    "threads": lambda: with_(torch.set_num_threads, 2, 1),
    "printing": setting_printing,
    "warnings are errors": setting_warnings,
    "NumPy raises": setting_numpy,
    "few calls deep": lambda: with_(sys.setrecursionlimit, 250, DEPTH),
    "locale": setting_locale,
    "seeds": setting_seeds,
    "SIGINT": setting_signal,
    "logging": setting_logging,
    "matplotlib": setting_style,
}


@pytest.mark.parametrize("put", SETTINGS.values(), ids=SETTINGS)
def test_verdicts_do_not_depend_on(put):
    back = put()
    try:
        found = list(verdicts())
    finally:
        back()
    assert found == EXPECTED


def now():
    return {
        "dtype": torch.get_default_dtype(),
        "device": torch.get_default_device(),
        "gradients": torch.is_grad_enabled(),
        "inference": torch.is_inference_mode_enabled(),
        "deterministic": torch.are_deterministic_algorithms_enabled(),
        "warn only": torch.is_deterministic_algorithms_warn_only_enabled(),
        "anomalies": torch.is_anomaly_enabled(),
        "autocast": torch.is_autocast_enabled("cpu"),
        "precision": torch.get_float32_matmul_precision(),
        "threads": torch.get_num_threads(),
        "errors": np.geterr(),
        "depth": sys.getrecursionlimit(),
        "filters": list(warnings.filters),
        "SIGINT": signal.getsignal(signal.SIGINT),
        "streams": (sys.stdout, sys.stderr, sys.stdin),
    }


@pytest.mark.parametrize("put", SETTINGS.values(), ids=SETTINGS)
def test_after_a_check_the_reader_has_again(put):
    back = put()
    try:
        before = now()
        lc.check(SCAN, right_scan)
        lc.check(SCAN, scan_that_draws)
        after = now()
    finally:
        back()
    assert after == before


def test_the_settings_come_back_after_an_error_too():
    def fail():
        torch.set_default_dtype(torch.float64)
        try:
            with known_settings():
                assert torch.get_default_dtype() == torch.float32
                raise KeyError
        finally:
            assert torch.get_default_dtype() == torch.float64
            torch.set_default_dtype(torch.float32)

    with pytest.raises(KeyError):
        fail()


def test_settings_that_change_the_verdict_without_a_guard_are_among_those_tried():
    torch.set_default_dtype(torch.float64)
    try:
        assert torch.zeros(1).dtype == torch.float64
        with known_settings():
            assert torch.zeros(1).dtype == torch.float32
    finally:
        torch.set_default_dtype(torch.float32)
    with torch.device("meta"), torch.inference_mode(), known_settings():
        assert torch.zeros(1).device.type == "cpu"
        assert not torch.zeros(1).is_inference()


LOADED = ((TRAIN, lambda x, W, b, z: W * 0.1), (STEP, right_step))
BEFORE_THE_FIRST_IMPORT = """
import sys, warnings, torch, numpy as np
{setting}
import lcutils as lc
from lcutils.exercises import catalogue
lc.check("03.layer_backward", lambda x, W, b, z: W * 0.1)
lc.check("05.additive_step", lambda x, state: state + x)
worked = [t for e in catalogue().values() for t in getattr(e, "worked", ())]
print({{(str(t.dtype), str(t.device)) for t in worked if isinstance(t, torch.Tensor)
       if t.is_floating_point()}})
"""


@pytest.mark.parametrize(
    "setting",
    [
        "torch.set_default_dtype(torch.float64)",
        "torch.set_default_device('meta')",
        "torch.inference_mode().__enter__()",
        "np.seterr(all='raise'); warnings.simplefilter('error'); sum = max = len = id = None",
    ],
)
def test_the_catalogue_may_be_loaded_under_any_setting(setting):
    code = BEFORE_THE_FIRST_IMPORT.format(setting=setting)
    command = [sys.executable, "-c", code]
    found = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    exercises._answers._refused.clear()
    for id, answer in LOADED:
        lc.check(id, answer)
        assert _ledger._entries[id].text in found
    assert found.endswith("{('torch.float32', 'cpu')}\n")


def test_names_of_python_that_a_reader_gave_another_value_matter_to_nobody_else():
    shadowed = {"sum": 0, "max": 3, "id": "05", "len": None, "print": 1, "torch": torch}
    exec("def answer(x, state):\n    return state + x", shadowed)
    lc.check(STEP, shadowed["answer"])
    assert _ledger._entries[STEP].passed
    exec("def answer(x, state):\n    return sum([state, x])", shadowed)
    lc.check(STEP, shadowed["answer"])
    assert "Has a variable the name of a function" in _ledger._entries[STEP].text


def test_a_verdict_goes_to_the_stdout_that_the_reader_put_in_place(capsys):
    theirs = io.StringIO()
    with contextlib.redirect_stdout(theirs):
        lc.check(STEP, right_step)
    assert theirs.getvalue() == f"Right. {CATALOGUE[STEP].meaning} [{STEP}]\n"
    assert capsys.readouterr().out == ""


def test_the_readers_own_handler_of_the_stop_button_is_called_during_a_check():
    pressed = []
    before = signal.signal(signal.SIGINT, lambda *_: pressed.append(1))
    try:
        lc.check(STEP, lambda x, state: (signal.raise_signal(signal.SIGINT), state + x)[1])
    finally:
        signal.signal(signal.SIGINT, before)
    assert pressed
    assert _ledger._entries[STEP].passed
