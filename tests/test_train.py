"""Training: the same bits from the same seed, whole at every stop, never another run's file."""

import io
import itertools
import math
import random
import signal
import threading

import pytest
import torch
from torch import nn

import faults
from faults import STEPS, bits, loss, model_of
from helpers import assert_refused
from lcutils import nets, tasks, train


def fit(model, loss=loss, **change):
    return train.fit(model, loss, **{"steps": STEPS, "seed": 3, **change})


def pressing_stop_in(step: int, loss=loss):
    """A loss in whose computation, at that step, someone presses the stop button."""
    calls = []

    def pressed(model, rng):
        calls.append(1)
        value = loss(model, rng)
        if len(calls) == step:
            signal.raise_signal(signal.SIGINT)
        return value

    return pressed


# --- the same seed, the same bits


def test_the_seed_and_the_first_weights_fix_every_bit():
    one, same, other = model_of(), model_of(), model_of()
    runs = fit(one), fit(same), fit(other, seed=4)
    assert bits(one) == bits(same) != bits(other)
    assert runs[0] == runs[1] != runs[2]


def test_a_run_says_how_far_it_came():
    run = fit(model_of())
    assert (len(run.losses), run.is_complete, str(run)) == (STEPS, True, f"{STEPS} of 40 steps")
    assert all(math.isfinite(loss) for loss in run.losses)


def test_the_global_random_state_is_neither_used_nor_changed():
    one, other = model_of(), model_of()
    state = torch.get_rng_state()
    fit(one)
    assert torch.equal(torch.get_rng_state(), state)
    torch.manual_seed(99)
    fit(other)
    assert bits(one) == bits(other)


def test_dropout_and_batches_are_drawn_apart():
    seeds = []

    def watched(model, rng):
        seeds.append((rng.initial_seed(), torch.initial_seed()))
        return loss(model, rng)

    fit(model_of(), watched)
    assert len({seed for pair in seeds for seed in pair}) == 2 * STEPS


@pytest.mark.parametrize("is_training", [True, False])
def test_a_model_is_trained_in_training_mode_and_left_in_its_own(is_training):
    model, modes = model_of().train(is_training), []

    def watched(model, rng):
        modes.append(model.training)
        return loss(model, rng)

    fit(model, watched)
    assert set(modes) == {True}
    assert model.training == is_training


def test_the_learning_rate_rises_and_falls():
    model, moved = nn.Linear(1, 1, bias=False), []
    nn.init.zeros_(model.weight)

    def falling(model, rng):
        moved.append(model.weight.item())
        return model.weight.sum()

    fit(model, falling, steps=100, lr=0.1)
    steps = [before - after for before, after in itertools.pairwise(moved)]
    # AdamW moves by lr where the gradient is constant, and decays by lr * 0.01 of the weight
    assert steps[0] == pytest.approx(0.1 / 20, rel=1e-3)
    assert steps[19] == pytest.approx(0.1 * math.sqrt(1 - 19 / 100), rel=0.03)
    assert max(steps) == steps[19]
    assert steps[98] < 0.015


# --- stop


@pytest.mark.parametrize("step", [1, 2, 17, STEPS])
def test_a_stop_leaves_whole_steps_and_the_rest_ends_in_the_same_bits(step, tmp_path):
    undisturbed = faults.states()
    model, path = model_of(), tmp_path / "run.pt"
    run = fit(model, pressing_stop_in(step), checkpoint=path)
    assert (len(run.losses), run.is_complete) == (step - 1, False)
    assert bits(model) == undisturbed[step - 1]
    assert str(run) == f"{step - 1} of 40 steps, stopped"
    for again in (model, model_of()):  # the cell is run again, or the kernel was restarted
        assert fit(again, checkpoint=path).is_complete
        assert bits(again) == undisturbed[STEPS]


def test_stops_at_random_moments_lose_nothing():
    assert faults.interrupt(5, random.Random(1)).endswith("none lost")


@pytest.mark.slow
def test_kills_while_saving_lose_nothing():
    assert faults.kill(5, random.Random(1)).endswith("none lost")


def test_a_loss_that_catches_the_stop_ends_the_run_all_the_same():
    def deaf(model, rng):
        try:
            signal.raise_signal(signal.SIGINT)
        except KeyboardInterrupt:
            pass
        return loss(model, rng)

    assert len(fit(model_of(), deaf).losses) == 1


def test_a_loss_that_never_ends_can_be_stopped():
    def endless(model, rng):
        while True:
            pass

    with faults.pressed_after(0.2):
        run = fit(model_of(), endless)
    assert run.losses == []


def test_a_keyboard_interrupt_that_nobody_pressed_is_an_error():
    def broken(model, rng):
        raise KeyboardInterrupt("mine")

    with pytest.raises(KeyboardInterrupt, match="mine"):
        fit(model_of(), broken)


def test_the_stop_button_is_given_back():
    before = signal.getsignal(signal.SIGINT)
    fit(model_of())
    fit(model_of(), pressing_stop_in(3))
    with pytest.raises(ZeroDivisionError):
        fit(model_of(), lambda model, rng: 1 / 0)
    assert signal.getsignal(signal.SIGINT) is before


def test_a_run_outside_the_main_thread_is_the_same():
    one, other = model_of(), model_of()
    fit(one)
    thread = threading.Thread(target=fit, args=(other,))
    thread.start()
    thread.join()
    assert bits(one) == bits(other)


# --- errors in the middle


@pytest.mark.parametrize("failure", ["error", "nan", "infinite gradient"])
def test_a_failure_leaves_the_last_whole_step_and_saves_it(failure, tmp_path):
    undisturbed, path = faults.states(), tmp_path / "run.pt"
    errors = {"error": ZeroDivisionError, "nan": FloatingPointError}
    calls = []

    def failing(model, rng):
        calls.append(1)
        value = loss(model, rng)
        if len(calls) < 8:
            return value
        if failure == "error":
            return 1 / 0
        if failure == "nan":
            return value * torch.nan
        return value + (model[0].weight[0, 0] * 0).sqrt()  # finite, of infinite slope

    model = model_of()
    with pytest.raises(errors.get(failure, FloatingPointError)):
        fit(model, failing, checkpoint=path)
    assert bits(model) == undisturbed[7]
    assert all(weight.grad is None for weight in model.parameters())
    again = model_of()
    assert fit(again, checkpoint=path).is_complete
    assert bits(again) == undisturbed[STEPS]


def test_a_loss_that_is_not_finite_is_named_with_its_step():
    message = "Step 1: the loss is nan, its gradient nan long. A smaller lr may help"
    nan = lambda model, rng: loss(model, rng) * torch.nan
    assert_refused(FloatingPointError, message, fit, model_of(), nan)


# --- the checkpoint


def test_a_finished_run_is_read_and_not_done_again(tmp_path):
    path, model, again = tmp_path / "run.pt", model_of(), model_of()
    run = fit(model, checkpoint=path)
    assert fit(again, lambda model, rng: 1 / 0, checkpoint=path) == run
    assert bits(again) == bits(model)


@pytest.mark.parametrize("change", [{"seed": 4}, {"lr": 0.02}, {"steps": 41}, {"model": 65}])
def test_another_runs_checkpoint_is_refused_and_stays(change, tmp_path):
    path = tmp_path / "run.pt"
    fit(model_of(), checkpoint=path)
    before, [name] = path.read_bytes(), change
    model = model_of(change.pop("model", 64))
    weights = bits(model)
    with pytest.raises(ValueError, match=f"the file of this very run, got one .* in {name}. Make"):
        fit(model, checkpoint=path, **change)
    assert path.read_bytes() == before
    assert bits(model) == weights


@pytest.mark.parametrize("content", ["", "nonsense", "cut off", "something else"])
def test_a_file_that_fit_did_not_write_is_refused_and_stays(content, tmp_path):
    path = tmp_path / "run.pt"
    fit(model_of(), checkpoint=path)
    other = io.BytesIO()
    torch.save({"model": 1}, other)
    found = {"cut off": path.read_bytes()[:-100], "something else": other.getvalue()}
    path.write_bytes(found.get(content, content.encode()))
    before = path.read_bytes()
    message = "checkpoint: expected a file that fit wrote, got run.pt. Choose another file."
    assert_refused(ValueError, message, fit, model_of(), checkpoint=path)
    assert path.read_bytes() == before


def test_a_checkpoint_runs_no_code(tmp_path):
    path = tmp_path / "run.pt"
    torch.save({"settings": Trap(), "losses": [], "model": {}, "optimizer": {}}, path)
    with pytest.raises(ValueError, match="a file that fit wrote"):
        fit(model_of(), checkpoint=path)
    assert not Trap.sprung


class Trap:
    """What a file with code in it would do."""

    sprung = False

    def __reduce__(self):
        return setattr, (Trap, "sprung", True)


# --- progress, and what is refused


def test_progress_is_shown_in_a_terminal_alone(monkeypatch, capsys):
    fit(model_of())
    assert capsys.readouterr() == ("", "")
    monkeypatch.setattr("sys.stderr.isatty", lambda: True)
    fit(model_of(), pressing_stop_in(30))
    shown = capsys.readouterr().err.split("\r")
    assert shown[1].startswith("···················· 1 of 40 steps, loss ")
    assert shown[-1].startswith("29 of 40 steps, loss ")
    assert shown[-1].endswith("\n")
    monkeypatch.setenv("LC_STRICT", "1")
    fit(model_of())
    assert capsys.readouterr().err == ""


BAD_CALLS = {
    "no model": ({"model": 1}, TypeError, "model: expected a torch.nn.Module, got 1."),
    "no loss": ({"loss": 1}, TypeError, "loss: expected a function, got 1."),
    "no steps": ({"steps": 0}, ValueError, "steps: expected a whole number of at least 1, got 0."),
    "no seed": ({"seed": None}, TypeError, "seed: expected a whole number of at least 0, got N"),
    "no rate": ({"lr": 0.0}, ValueError, "lr: expected a number above 0, got 0. Nothing would"),
    "a number": (
        {"loss": lambda model, rng: 1.0},
        TypeError,
        "loss: expected a scalar tensor, got 1.0. It must be computed from the model",
    ),
    "many losses": (
        {"loss": lambda model, rng: model[0].weight},
        TypeError,
        "loss: expected a scalar tensor, got float32 [64, 8]. It must",
    ),
    "apart from the model": (
        {"loss": lambda model, rng: torch.tensor(1.0)},
        TypeError,
        "loss: expected a scalar tensor, got float32 []. It must be computed from the model",
    ),
}


@pytest.mark.parametrize("case", BAD_CALLS)
def test_a_call_that_cannot_work_is_refused_by_name(case):
    change, error, message = BAD_CALLS[case]
    assert_refused(error, message, fit, **{"model": model_of(), **change})


# --- learning


@pytest.mark.slow
@pytest.mark.parametrize("rung", ["delta_rule", "full_attention"])
def test_a_model_learns_to_answer_with_the_newest_value(rung):
    model = nets.Model(rung, n_tokens=16, n_answers=8, d=32)

    def recall_loss(model, rng):
        batch = tasks.mqar(64, n_pairs=4, n_rewritten=4, n_keys=8, n_values=8, rng=rng)
        logits = model(batch.tokens)[0][:, -4:]
        return nn.functional.cross_entropy(logits.flatten(0, 1), batch.answers.flatten())

    run = train.fit(model, recall_loss, steps=150, seed=0)
    assert run.losses[0] == pytest.approx(math.log(8), abs=0.7)
    assert sum(run.losses[-10:]) / 10 < 0.1
