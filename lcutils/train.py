"""Training by a fixed number of steps: seeded, stopped at any time, continued to the same bits."""

from __future__ import annotations

import hashlib
import io
import math
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from lcutils import _require
from lcutils._files import write_whole

Loss = Callable[[nn.Module, torch.Generator], Tensor]

_WARM_UP = 20  # steps
_SAVE_SECONDS, _SHOW_SECONDS = 10.0, 0.2


@dataclass(frozen=True)
class Run:
    """What `fit` did: the loss of each step done, and how many steps were asked for."""

    losses: list[float] = field(repr=False)
    steps: int

    @property
    def is_complete(self) -> bool:
        """Whether all steps were done; if not, the stop button ended the run."""
        return len(self.losses) == self.steps

    def __repr__(self) -> str:
        stopped = "" if self.is_complete else ", stopped"
        return f"{len(self.losses)} of {self.steps} steps{stopped}"


def fit(
    model: nn.Module,
    loss: Loss,
    *,
    steps: int,
    seed: int,
    lr: float = 0.01,
    checkpoint: str | Path | None = None,
) -> Run:
    """Train a model for a fixed number of steps of AdamW.

    The random numbers of step i come from `seed` and i alone, so a run that was stopped and goes
    on ends in the very bits of one that was not. The stop button ends a run between two steps:
    the model never holds half of one. The learning rate rises over 20 steps and falls as
    sqrt(1 - i / steps), gradients longer than 1 are cut to 1, weights decay by 0.01.

    Args:
        model: trained in place
        loss: loss(model, rng) gives a scalar, on a batch that it draws with `rng`
        steps: how many steps in all, those that the checkpoint has included
        seed: fixes the batches, and dropout; the first weights are the model's own
        lr: the highest learning rate
        checkpoint: a file that is written every 10 seconds and at the end, as a whole or not at
            all. A run that finds its own goes on from there. One of another run is refused, and
            stays as it is.
    Returns: a `Run`: its losses, and whether it is complete. Called again without a checkpoint,
        it begins at step 1, with the weights that the model has then.
    Raises: TypeError, ValueError naming the argument; FloatingPointError for a loss or gradient
        that is not finite, with the model as it was before that step.
    """
    if not isinstance(model, nn.Module):
        _require.refuse("model", "a torch.nn.Module", _require.kind_of(model), error=TypeError)
    _require.function("loss", loss)
    _require.count("steps", steps)
    _require.count("seed", seed, 0)
    if _require.number("lr", lr, 0.0) == 0:
        _require.refuse("lr", "a number above 0", "0", "Nothing would be learned.")
    run = _Training(model, loss, steps, seed, lr, None if checkpoint is None else Path(checkpoint))
    show, was_training = _progress(), model.training
    with torch.random.fork_rng(devices=[]), _stop_button() as button:
        run.resume()
        model.train()
        try:
            while len(run.losses) < steps and not button.is_pressed:
                buffers = {name: buffer.clone() for name, buffer in model.named_buffers()}
                try:
                    with button.may_interrupt():
                        value = run.find_gradient()
                except BaseException as error:
                    for name, buffer in model.named_buffers():
                        buffer.copy_(buffers[name])
                    if button.is_pressed and isinstance(error, KeyboardInterrupt):
                        break
                    raise
                run.take_step(value)
                run.save(_SAVE_SECONDS)
                show(f"{run.bar()} {run.describe()}", is_last=False)
        finally:
            run.optimizer.zero_grad()
            model.train(was_training)
            run.save(0.0)
    show(run.describe(), is_last=True)
    return Run(run.losses, steps)


class _Training:
    """A model, its optimizer and the losses so far; whole between its methods."""

    def __init__(
        self, model: nn.Module, loss: Loss, steps: int, seed: int, lr: float, path: Path | None
    ) -> None:
        self.model, self.loss, self.seed, self.path = model, loss, seed, path
        self.losses: list[float] = []
        self.optimizer = torch.optim.AdamW(model.parameters(), lr, weight_decay=0.01)
        self.settings: dict[str, Any] = {"steps": steps, "seed": seed, "lr": lr}
        self.settings["model"] = _digest(model.state_dict())  # as it is before the first step
        self.rng = torch.Generator()
        self.saved_at, self.n_saved = time.monotonic(), 0

    def find_gradient(self) -> float:
        """The loss of the next step, its gradient left in the weights: no weight changes."""
        step = len(self.losses)
        digest = hashlib.sha256(f"{self.seed}:{step}".encode()).digest()
        self.rng.manual_seed(int.from_bytes(digest[:7], "big"))
        torch.manual_seed(int.from_bytes(digest[7:14], "big"))  # dropout has no generator
        self.optimizer.zero_grad()
        value = self.loss(self.model, self.rng)
        if not isinstance(value, Tensor) or value.ndim or not value.requires_grad:
            hint = "It must be computed from the model, and be one number."
            _require.refuse("loss", "a scalar tensor", _require.kind_of(value), hint, TypeError)
        value.backward()
        length = nn.utils.clip_grad_norm_(self.model.parameters(), 1.0)
        if not (value.isfinite() and length.isfinite()):
            raise FloatingPointError(
                f"Step {step + 1}: the loss is {value.item():g}, its gradient {length.item():g} "
                "long. A smaller lr may help; the model is as it was before this step."
            )
        return value.item()

    def take_step(self, value: float) -> None:
        """Move the weights by the gradient that was found with this loss."""
        step, steps = len(self.losses), self.settings["steps"]
        for group in self.optimizer.param_groups:
            rise, fall = min(1.0, (step + 1) / _WARM_UP), math.sqrt(1 - step / steps)
            group["lr"] = self.settings["lr"] * rise * fall
        self.optimizer.step()
        self.losses.append(value)

    def bar(self) -> str:
        """Twenty places, filled as far as the run has come."""
        return f"{'█' * (20 * len(self.losses) // self.settings['steps']):·<20}"

    def describe(self) -> str:
        """How far the run has come, in words."""
        last = f", loss {self.losses[-1]:.3g}" if self.losses else ""
        return f"{len(self.losses)} of {self.settings['steps']} steps{last}"

    def save(self, after: float) -> None:
        """Write the checkpoint if there are new steps and `after` seconds since the last one."""
        is_due = time.monotonic() - self.saved_at >= after
        if self.path is None or not is_due or len(self.losses) == self.n_saved:
            return
        content = io.BytesIO()
        state = {"model": self.model.state_dict(), "optimizer": self.optimizer.state_dict()}
        torch.save({"settings": self.settings, "losses": self.losses, **state}, content)
        write_whole(self.path, content.getvalue())
        self.saved_at, self.n_saved = time.monotonic(), len(self.losses)

    def resume(self) -> None:
        """Go on from the checkpoint, if there is one and it is this run's."""
        if self.path is None or not self.path.exists():
            return
        kept = _read(self.path)
        stopped = kept["settings"] | {"model": _digest(kept["model"])}
        if self.settings not in (kept["settings"], stopped):  # neither made anew nor stopped there
            differs = [n for n in self.settings if self.settings[n] != kept["settings"].get(n)]
            hint = "Make the model anew as it was, or choose another file."
            got = f"one that differs in {', '.join(differs)}"
            _require.refuse("checkpoint", "the file of this very run", got, hint)
        self.settings = kept["settings"]
        self.model.load_state_dict(kept["model"])
        self.optimizer.load_state_dict(kept["optimizer"])
        self.losses = kept["losses"]
        self.n_saved = len(self.losses)


def _read(path: Path) -> dict[str, Any]:
    content = path.read_bytes()
    try:
        kept = dict(torch.load(io.BytesIO(content), weights_only=True))
    except Exception:  # whatever torch makes of bytes that it did not write
        kept = {}
    if not {"settings", "losses", "model", "optimizer"} <= set(kept):
        _require.refuse("checkpoint", "a file that fit wrote", path.name, "Choose another file.")
    return kept


def _digest(weights: dict[str, Tensor]) -> str:
    """Tells two states of models apart: names, shapes, kinds and every bit."""
    digest = hashlib.sha256()
    for name, value in weights.items():
        digest.update(f"{name} {value.dtype} {list(value.shape)};".encode())
        digest.update(value.detach().cpu().flatten().view(torch.uint8).numpy().tobytes())
    return digest.hexdigest()


class _Button:
    """The stop button while a run goes on."""

    def __init__(self) -> None:
        self.is_pressed = False
        self._may_interrupt = False

    def press(self, *_: object) -> None:
        """The handler of SIGINT."""
        self.is_pressed = True
        if self._may_interrupt:
            self._may_interrupt = False  # here, since what is raised may come before any `finally`
            raise KeyboardInterrupt

    @contextmanager
    def may_interrupt(self) -> Iterator[None]:
        """Around what may be left anywhere, since it can be done again."""
        self._may_interrupt = True
        try:
            yield
        finally:
            self._may_interrupt = False


@contextmanager
def _stop_button() -> Iterator[_Button]:
    button = _Button()
    if threading.current_thread() is not threading.main_thread():
        yield button  # Python hands signals to the main thread alone
        return
    previous = signal.signal(signal.SIGINT, button.press)
    try:
        yield button
    finally:
        signal.signal(signal.SIGINT, signal.SIG_DFL if previous is None else previous)


def _progress() -> Callable[..., None]:
    """What shows a line of progress: in a notebook, in a terminal, or nowhere."""
    shell = sys.modules["IPython"].get_ipython() if "IPython" in sys.modules else None
    if os.environ.get("LC_STRICT"):  # what a built notebook shows must not depend on its speed
        update = None
    elif shell is not None and hasattr(shell, "kernel"):
        from IPython.display import display

        handle = display({"text/plain": ""}, raw=True, display_id=True)
        update = lambda line: handle.update({"text/plain": line}, raw=True)
    elif sys.stderr.isatty():
        update = lambda line: print(f"\r{line}", end="", file=sys.stderr, flush=True)
    else:
        update = None
    shown = 0.0

    def show(line: str, is_last: bool) -> None:
        nonlocal shown
        if update is not None and (is_last or time.monotonic() - shown >= _SHOW_SECONDS):
            update(f"{line:60}\n" if is_last else line)  # wide enough to cover the bar
            shown = time.monotonic()

    return show
