"""Stop buttons and kill -9 at random moments of a training: nothing is lost, no bit differs.

`make faults` does it 200 and 100 times; `tests/test_train.py` a few times. Prints what was seen.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import random
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import torch
from torch import Tensor, nn

from lcutils import train

STEPS, WIDE = 40, 100_000


def model_of(width: int = 64) -> nn.Module:
    """A small model that has a buffer, and the same first weights in every process."""
    torch.manual_seed(7)
    layers = nn.Linear(8, width), nn.BatchNorm1d(width), nn.Tanh(), nn.Dropout(0.1)
    return nn.Sequential(*layers, nn.Linear(width, 1))


def loss(model: nn.Module, rng: torch.Generator) -> Tensor:
    """Any task will do."""
    x = torch.randn(32, 8, generator=rng)
    return (model(x)[:, 0] - x.prod(dim=1)).square().mean()


def bits(model: nn.Module) -> str:
    """Tells two models apart that differ in one bit."""
    return train._digest(model.state_dict())


def states(width: int = 64) -> list[str]:
    """The bits of the model before step 1 and after each step of a run that nothing disturbs."""
    model, found = model_of(width), []

    def watched(model: nn.Module, rng: torch.Generator) -> Tensor:
        found.append(bits(model))
        return loss(model, rng)

    train.fit(model, watched, steps=STEPS, seed=3)
    return [*found, bits(model)]


@contextlib.contextmanager
def pressed_after(seconds: float) -> Iterator[None]:
    """The stop button, pressed once at that time, unless the block has ended by then."""
    ended = threading.Event()

    def press() -> None:
        if not ended.wait(seconds):
            signal.pthread_kill(threading.main_thread().ident, signal.SIGINT)

    thread = threading.Thread(target=press)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()


def interrupt(times: int, chance: random.Random) -> str:
    """Press stop so often while trainings go on; each goes on from its checkpoint to the end."""
    undisturbed, pressed, moments = states(), 0, []
    started = time.perf_counter()
    train.fit(model_of(), loss, steps=STEPS, seed=3)
    usual = time.perf_counter() - started
    while pressed < times:
        with tempfile.TemporaryDirectory() as folder:
            path, model, done = Path(folder) / "run.pt", model_of(), 0
            while done < STEPS:
                with contextlib.suppress(KeyboardInterrupt), pressed_after(chance.random() * usual):
                    done = 0  # a press before fit begins or after it has ended is not fit's
                    run = train.fit(model, loss, steps=STEPS, seed=3, checkpoint=path)
                    done = len(run.losses)
                    assert bits(model) == undisturbed[done], f"torn after {done} steps"
                    if not run.is_complete:
                        pressed += 1
                        moments.append(done)
                if chance.random() < 0.5:
                    model = model_of()  # as one does who restarts the kernel
    return f"{pressed} stops, after {min(moments)} to {max(moments)} of {STEPS} steps: none lost"


def save_each_step(path: Path) -> None:
    """In a process of its own: trains a wide model, and says when it begins to write a step."""
    write_whole = train.write_whole

    def announced(path: Path, content: bytes) -> None:
        print("writing", flush=True)
        write_whole(path, content)

    train._SAVE_SECONDS, train.write_whole = 0.0, announced
    train.fit(model_of(WIDE), loss, steps=STEPS, seed=3, checkpoint=path)


def kill(times: int, chance: random.Random) -> str:
    """Kill -9 so often a process that saves: the step saved last is there, whole, and goes on."""
    undisturbed, while_writing = states(WIDE), 0
    command = [sys.executable, __file__, "--save"]
    for _ in range(times):
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "run.pt"
            process = subprocess.Popen([*command, str(path)], stdout=subprocess.PIPE)
            writes = chance.randrange(2, 8)
            for _ in range(writes):
                assert process.stdout.readline() == b"writing\n"
            time.sleep(chance.random() * 0.03)
            process.kill()
            writes += process.communicate()[0].count(b"writing")
            while_writing += any(child.name.startswith(".") for child in path.parent.iterdir())
            kept, model = train._read(path), model_of(WIDE)
            model.load_state_dict(kept["model"])
            done = len(kept["losses"])
            assert bits(model) == undisturbed[done], f"torn after {done} steps"
            assert done in (writes - 1, writes), "a step that was saved is lost"
            run = train.fit(model_of(WIDE), loss, steps=STEPS, seed=3, checkpoint=path)
            assert run.is_complete
    return f"{times} kills, {while_writing} of them within a write: none lost"


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--interrupts", type=int, default=200)
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument("--save", type=Path, help=argparse.SUPPRESS)
    options = parser.parse_args()
    torch.set_num_threads(1)
    if options.save:
        save_each_step(options.save)
    else:
        random_moments = random.Random(os.getpid())
        print(interrupt(options.interrupts, random_moments), flush=True)
        print(kill(options.kills, random_moments), flush=True)
