"""A call is left when its time is up or the reader presses stop, and nothing stays changed."""

import _weakrefset
import gc
import signal
import sys
import threading
import time
import weakref

import pytest

from lcutils import _limit
from lcutils._limit import TimeLimitExceeded, run_limited


@pytest.fixture(autouse=True)
def _handler_stays():
    before, threads = signal.getsignal(signal.SIGINT), threading.active_count()
    yield
    assert signal.getsignal(signal.SIGINT) is before
    assert threading.active_count() == threads


def loop():
    while True:
        pass


def press_stop():
    signal.raise_signal(signal.SIGINT)


def stop_after(seconds):
    timer = threading.Timer(seconds, _limit._interrupt_main_thread)
    timer.start()
    return timer


def test_a_quick_call_returns_its_value():
    assert run_limited(lambda: 7, 5) == 7


def test_an_error_of_the_call_comes_through_as_it_is():
    with pytest.raises(ZeroDivisionError):
        run_limited(lambda: 1 / 0, 5)


def test_an_endless_loop_is_left_when_its_time_is_up():
    start = time.perf_counter()
    with pytest.raises(TimeLimitExceeded, match=r"stopped after 0\.1 s"):
        run_limited(loop, 0.1)
    assert time.perf_counter() - start < 2


@pytest.mark.parametrize(
    ("share", "most"),
    [(1, 1), (0.5, 2), (0.25, 4), (0.1, 6), (0.04, 1), (0, 1), (2, 1)],
    ids=["alone", "two", "four", "ten", "asleep", "hanging", "two threads"],
)
def test_on_a_busy_machine_a_call_gets_the_time_of_the_processor_but_not_without_end(
    share, most, monkeypatch
):
    start = time.monotonic()
    monkeypatch.setattr(_limit, "process_time", lambda: share * (time.monotonic() - start))
    with pytest.raises(TimeLimitExceeded):
        run_limited(loop, 0.2)
    assert 0.2 * most - 0.02 < time.monotonic() - start < 0.2 * most + 0.4


def test_a_call_that_a_busy_machine_slows_down_returns_its_value(monkeypatch):
    start = time.monotonic()
    monkeypatch.setattr(_limit, "process_time", lambda: 0.25 * (time.monotonic() - start))
    assert run_limited(lambda: time.sleep(0.3) or 7, 0.1) == 7


def test_a_sleeping_call_is_woken():
    start = time.perf_counter()
    with pytest.raises(TimeLimitExceeded):
        run_limited(lambda: time.sleep(30), 0.1)
    assert time.perf_counter() - start < 2


def test_what_a_call_waits_for_another_process_is_not_its_time():
    def wait():
        for _ in range(3):
            with _limit.elsewhere():
                time.sleep(0.3)
        return 7

    assert run_limited(wait, 0.2) == 7


def test_a_call_that_sleeps_after_such_a_wait_is_woken():
    def wait_and_sleep():
        with _limit.elsewhere():
            time.sleep(0.4)
        time.sleep(30)

    start = time.perf_counter()
    with pytest.raises(TimeLimitExceeded):
        run_limited(wait_and_sleep, 0.2)
    assert 0.5 < time.perf_counter() - start < 3


def test_a_loop_that_catches_every_exception_once_is_stopped_by_the_next_signal():
    def stubborn():
        for _ in range(3):
            try:
                loop()
            except BaseException:
                continue
        return "escaped"

    with pytest.raises(TimeLimitExceeded):
        run_limited(stubborn, 0.1)


def test_a_call_that_swallows_the_limit_does_not_return_its_value():
    def swallow():
        try:
            loop()
        except BaseException:
            return "as if nothing had happened"

    with pytest.raises(TimeLimitExceeded):
        run_limited(swallow, 0.1)


def test_the_limit_names_itself_even_if_the_call_turns_it_into_another_error():
    def disguise():
        try:
            loop()
        except BaseException:
            raise ValueError("something else") from None

    with pytest.raises(TimeLimitExceeded):
        run_limited(disguise, 0.1)


def test_an_import_is_let_finish_and_then_the_call_is_stopped(tmp_path, monkeypatch):
    (tmp_path / "slow_to_load.py").write_text("import time\ntime.sleep(0.5)\nwhole = True\n")
    monkeypatch.syspath_prepend(tmp_path)

    def load():
        import slow_to_load

        loaded.append(slow_to_load.whole)
        loop()

    loaded = []
    start = time.monotonic()
    with pytest.raises(TimeLimitExceeded):
        run_limited(load, 0.1)
    assert loaded == [True]
    assert time.monotonic() - start < 5


def test_an_import_that_never_ends_is_stopped_nevertheless(tmp_path, monkeypatch):
    monkeypatch.setattr(_limit, "_MAX_IMPORT_SECONDS", 0.2)
    (tmp_path / "never_loaded.py").write_text("while True:\n    pass\n")
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(TimeLimitExceeded):
        run_limited(lambda: __import__("never_loaded"), 0.1)


@pytest.mark.parametrize("module", [_weakrefset, weakref])
def test_a_weak_reference_is_let_go_and_then_the_call_is_stopped(module, monkeypatch):
    source = "def remove(reference):\n    end = now() + 0.5\n    while now() < end:\n        pass\n"
    names = {"now": time.monotonic}
    exec(compile(source + "    gone.append(True)\n", module.__file__, "exec"), names)
    gone, printed = names.setdefault("gone", []), []
    monkeypatch.setattr(sys, "unraisablehook", printed.append)

    def drop():
        thing = {1}
        reference = weakref.ref(thing, names["remove"])
        del thing
        loop()
        return reference

    with pytest.raises(TimeLimitExceeded):
        run_limited(drop, 0.1)
    assert gone == [True]
    assert printed == []


def test_a_callback_of_the_garbage_collector_ends_and_then_the_call_is_stopped(monkeypatch):
    ended = []

    def slow(phase, info):
        end = time.monotonic() + 0.3
        while time.monotonic() < end:
            pass
        ended.append(phase)

    gc.callbacks.append(slow)
    printed = []
    monkeypatch.setattr(sys, "unraisablehook", printed.append)
    try:
        with pytest.raises(TimeLimitExceeded):
            run_limited(lambda: (gc.collect(), loop()), 0.1)
    finally:
        gc.callbacks.remove(slow)
    assert ended[:2] == ["start", "stop"]
    assert printed == []


def test_a_callback_that_never_ends_is_stopped_nevertheless(monkeypatch):
    monkeypatch.setattr(_limit, "_MAX_CALLBACK_SECONDS", 0.2)
    monkeypatch.setattr(sys, "unraisablehook", lambda message: None)

    def endless(phase, info):
        loop()

    gc.callbacks.append(endless)
    try:
        with pytest.raises(TimeLimitExceeded):
            run_limited(lambda: (gc.collect(), loop()), 0.1)
    finally:
        gc.callbacks.remove(endless)


def test_the_stop_button_stops_the_call():
    timer = stop_after(0.1)
    with pytest.raises(KeyboardInterrupt):
        run_limited(loop, 20)
    timer.join()


def test_the_stop_button_counts_even_where_the_call_swallows_it():
    def swallow():
        try:
            press_stop()
        except BaseException:
            return "as if nothing had happened"

    with pytest.raises(KeyboardInterrupt):
        run_limited(swallow, 5)


def test_a_keyboard_interrupt_that_the_call_raises_itself_is_the_calls_own():
    def pretend():
        try:
            raise KeyboardInterrupt
        except KeyboardInterrupt:
            return "its own affair"

    assert run_limited(pretend, 5) == "its own affair"


def test_what_comes_afterwards_runs_whether_the_call_returns_raises_or_is_stopped():
    seen = []
    run_limited(lambda: 1, 5, lambda: seen.append("returned"))
    with pytest.raises(ZeroDivisionError):
        run_limited(lambda: 1 / 0, 5, lambda: seen.append("raised"))
    with pytest.raises(TimeLimitExceeded):
        run_limited(loop, 0.05, lambda: seen.append("stopped"))
    assert seen == ["returned", "raised", "stopped"]


def test_the_stop_button_waits_until_what_comes_afterwards_is_done():
    seen = []

    def tidy():
        press_stop()
        seen.append("tidied")

    with pytest.raises(KeyboardInterrupt):
        run_limited(lambda: 1, 5, tidy)
    assert seen == ["tidied"]


def test_the_limit_does_not_reach_what_comes_afterwards():
    assert run_limited(lambda: 7, 0.05, lambda: time.sleep(0.2)) == 7


def test_an_error_in_what_comes_afterwards_is_not_hidden_and_the_handler_is_restored():
    with pytest.raises(ZeroDivisionError):
        run_limited(lambda: 7, 5, lambda: 1 / 0)


def test_a_handler_that_the_call_installed_is_replaced():
    def install():
        signal.signal(signal.SIGINT, signal.default_int_handler)
        loop()

    with pytest.raises(TimeLimitExceeded):
        run_limited(install, 0.1)


def test_limits_nest_and_the_outer_one_is_kept():
    start = time.perf_counter()
    with pytest.raises(TimeLimitExceeded, match=r"0\.1 s"):
        run_limited(lambda: run_limited(loop, 30), 0.1)
    assert time.perf_counter() - start < 2


def test_limits_nest_and_the_inner_one_leaves_the_outer_call_running():
    def outer():
        with pytest.raises(TimeLimitExceeded, match=r"0\.05 s"):
            run_limited(loop, 0.05)
        return "went on"

    assert run_limited(outer, 20) == "went on"


def test_many_calls_that_end_just_at_the_limit_leave_no_signal_behind():
    outcomes = set()
    for attempt in range(150):
        end = time.perf_counter() + 0.002

        def just_about(end=end):
            while time.perf_counter() < end:
                pass
            return "in time"

        try:
            outcomes.add(run_limited(just_about, 0.0015 + 0.00001 * (attempt % 100)))
        except TimeLimitExceeded:
            outcomes.add("late")
    assert outcomes <= {"in time", "late"}


def test_values_of_the_call_are_not_kept_alive():
    class Value:
        pass

    value = Value()
    seen = weakref.ref(value)
    gc.disable()
    try:
        run_limited(lambda kept=value: None, 5)
        del value
        assert seen() is None
    finally:
        gc.enable()


def test_another_thread_is_refused():
    caught = []

    def work():
        try:
            run_limited(lambda: 1, 5)
        except RuntimeError as error:
            caught.append(str(error))

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert caught == ["A time limit works in the main thread only; call this from a cell."]


def test_where_no_thread_can_be_started_that_is_said_and_the_handler_is_as_it_was(monkeypatch):
    def start(_):
        raise RuntimeError("can't start new thread")

    before = signal.getsignal(signal.SIGINT)
    monkeypatch.setattr(threading.Thread, "start", start)
    with pytest.raises(RuntimeError, match="can't start new thread"):
        run_limited(lambda: 1, 1.0)
    assert signal.getsignal(signal.SIGINT) is before
