"""The models that lessons train: any rung in a block, read whole or in pieces, counted honestly."""

import itertools

import pytest
import torch
from torch.nn.functional import cross_entropy, softplus

from helpers import MODEL_OPTIONS, assert_close, assert_refused, model_of
from lcutils import memory, nets, tasks

B, T, d, H, K, V = 2, 12, 10, 2, 4, 5
of_each_rung = pytest.mark.parametrize("rung", nets.RUNGS)


def tokens_of(rng: torch.Generator, n_tokens: int = T) -> torch.Tensor:
    return torch.randint(9, (B, n_tokens), generator=rng)


def test_every_rung_of_the_ladder_has_a_model():
    plain = {n for n in memory.__all__ if not n.endswith(("_step", "_parallel"))}
    assert set(nets.RUNGS) == plain | {"lstm"}


@of_each_rung
@pytest.mark.parametrize("cuts", [[1], [4, 5, 11]])
def test_a_text_read_in_pieces_is_the_whole(rung, cuts, rng):
    model, tokens = model_of(rung), tokens_of(rng)
    want, last = model(tokens)
    states, outputs = None, []
    for start, end in itertools.pairwise([0, *cuts, T]):
        logits, states = model(tokens[:, start:end], states)
        outputs.append(logits)
    assert_close("logits", torch.cat(outputs, dim=1), want)
    for state, end in zip(states, last, strict=True):
        assert_close("memory", state[0], end[0])


@of_each_rung
def test_logits_do_not_depend_on_later_tokens(rung, rng):
    model, tokens = model_of(rung), tokens_of(rng)
    changed = tokens.clone()
    changed[:, 6:] = (tokens[:, 6:] + 1) % 9
    before, after = model(tokens)[0], model(changed)[0]
    assert_close("logits", after[:, :6], before[:, :6])
    assert not torch.allclose(after[:, 6], before[:, 6])


@of_each_rung
def test_every_weight_is_trained(rung, rng):
    model, tokens = model_of(rung), tokens_of(rng)
    logits, _ = model(tokens)
    cross_entropy(logits.flatten(0, 1), tokens.flatten() % 3).backward()
    for name, weight in model.named_parameters():
        assert weight.grad is not None, name
        assert weight.grad.abs().max() > 0, name


@of_each_rung
def test_the_seed_alone_fixes_the_first_weights(rung):
    state = torch.get_rng_state()
    one, same, other = (list(model_of(rung, seed).parameters()) for seed in (1, 1, 2))
    assert all(torch.equal(a, b) for a, b in zip(one, same, strict=True))
    assert not all(torch.equal(a, b) for a, b in zip(one, other, strict=True))
    assert torch.equal(torch.get_rng_state(), state)


SIZES = {  # of the memory of one block after T tokens, and after 10 T
    "additive_memory": (7, 7),
    "decay_memory": (7, 7),
    "lstm": (14, 14),
    "momentum_rule": (H * K * 2 * V, H * K * 2 * V),
    "two_layer_memory": (H * 6 * 2 * (K + V), H * 6 * 2 * (K + V)),
    "least_squares": (H * K * (K + V), H * K * (K + V)),
    "window_attention": (H * 4 * (K + V), H * 4 * (K + V)),
    "full_attention": (H * T * (K + V), H * 10 * T * (K + V)),
}


@of_each_rung
def test_the_state_is_counted_in_the_numbers_that_are_really_kept(rung):
    model = model_of(rung).float()
    short, long = SIZES.get(rung, (H * K * V, H * K * V))
    looked_back_to = 0 if "size" in MODEL_OPTIONS.get(rung, {}) else d  # in the second block
    assert nets.state_size(model, T) == 2 * short + looked_back_to
    assert nets.state_size(model, 10 * T) == 2 * long + looked_back_to


@of_each_rung
def test_no_weight_has_a_gradient_out_of_all_proportion_at_the_first_step(rung, rng):
    model, tokens = model_of(rung), tokens_of(rng)
    model(tokens)[0].square().sum().backward()
    largest = {name: p.grad.abs().max().item() for name, p in model.named_parameters()}
    assert max(largest.values()) < 1e3, largest


def test_several_rungs_stand_one_after_the_other_each_with_its_own_options():
    rungs = ("window_attention", "delta_rule")
    model = model_of(rungs, n_heads=H, key_size=K, window=3)
    assert [mixer.rung for mixer in model.mixers] == [*rungs, *rungs]
    assert model.mixers[0].options == {"window": 3}
    assert model.mixers[1].options == {}
    unknown = "options: expected those of delta_rule, got width."
    assert_refused(TypeError, unknown, model_of, rungs[1:], n_heads=H, key_size=K, width=3)
    assert_refused(ValueError, "rung: expected one of ", model_of, ("delta_rule", "delta"))


def _asked(rung, rng, bits):
    batch = tasks.mqar(B, n_pairs=2, n_keys=5, n_values=4, rng=rng)
    model = model_of(rung, seed=1)
    states = model(batch.tokens[:, :4])[1]
    return model, states, nets._rounded(model, states, bits)


@of_each_rung
def test_a_state_in_many_bits_is_as_it_was(rung, rng):
    _, states, rounded = _asked(rung, rng, 40)
    for before, after in zip(states, rounded, strict=True):
        for x, y in zip(before, after, strict=True):
            assert_close("state", y, x, 1e-9)


@of_each_rung
def test_a_state_in_two_bits_has_three_values_a_text_and_its_places(rung, rng):
    model, states, rounded = _asked(rung, rng, 2)
    for mixer, state, (after, *_) in zip(model.mixers, states, rounded, strict=True):
        kept = nets._without_places(mixer, after)
        texts = kept.movedim(2, 0) if rung == "lstm" else kept
        assert all(len(text.abs().unique()) <= 2 for text in texts)
        places = [x.shape[-1] - kept.shape[-1] for x in (after, state[0])]
        assert places[0] == places[1]
        if places[0]:
            assert torch.equal(after[..., K], state[0][..., K])


def test_fewer_than_two_bits_are_refused(rng):
    batch = tasks.mqar(B, n_pairs=2, n_keys=5, n_values=4, rng=rng)
    refused = "bits: expected a whole number of at least 2, got 1."
    assert_refused(ValueError, refused, nets.recalled, model_of("lstm"), batch, bits=1)


@pytest.mark.parametrize("has_slope", [True, False])
def test_the_slope_lowers_a_score_with_its_distance(has_slope):
    mixer = nets.Mixer("full_attention", d, key_size=K, has_slope=has_slope).double()
    x = torch.zeros(1, 5, d).double()
    with torch.no_grad():
        mixer.q.weight.zero_()  # all scores are equal but for the slope
        mixer.v.weight.copy_(torch.eye(d))
        mixer.out.weight.copy_(torch.eye(d))
        x[0, torch.arange(5), torch.arange(5)] = 1.0
        y, _ = mixer(x)
    slope = softplus(mixer.slope.detach()) if has_slope else 0.0
    want = (-slope * torch.arange(4, -1, -1).double()).softmax(dim=0)
    assert_close("weights", y[0, 4, :5], want)


def test_answers_are_read_where_keys_are_asked_for(rng):
    batch = tasks.mqar(B, n_pairs=2, n_keys=4, n_values=3, rng=rng)

    def knows(tokens):  # writes the values read so far into logits, as a lookup would
        logits = torch.full((*tokens.shape, 3), -9.0)
        for text, row in zip(tokens.tolist(), logits, strict=True):
            written = dict(zip(text[0:4:2], text[1:4:2], strict=True))
            for place, token in enumerate(text[4:], start=4):
                row[place, written[token] - 4] = 9.0
        return logits, None

    assert torch.equal(nets.recalled(knows, batch), batch.answers)
    assert nets.recall_loss(knows, batch) < 1e-6
    wrong = batch._replace(answers=(batch.answers + 1) % 3)
    assert_close("loss", nets.recall_loss(knows, wrong), torch.tensor(18.0), 1e-4)


@of_each_rung
@pytest.mark.parametrize("n_parameters", [2_000, 2_001, 30_000])
def test_the_width_comes_as_close_to_a_number_of_parameters_as_any(rung, n_parameters):
    options = {"n_tokens": 9, "n_answers": 3, **MODEL_OPTIONS.get(rung, {})}
    width = nets.width(rung, n_parameters, **options)
    gaps = []
    for size in (width - 1, width, width + 1):
        model = nets.Model(rung, d=size, **options)
        gaps.append(abs(sum(weight.numel() for weight in model.parameters()) - n_parameters))
    assert gaps[1] == min(gaps)


def test_a_memory_that_has_too_many_parameters_at_any_width_is_refused_by_name():
    message = "n_parameters: expected a whole number of at least 17568, got 1000. Or a smaller"
    options = {"n_tokens": 9, "n_answers": 3, "size": 64}
    assert_refused(ValueError, message, nets.width, "lstm", 1_000, **options)


BAD_MODELS = {
    "no rung": (("recall",), {}, ValueError, "rung: expected one of additive_memory, "),
    "misspelt": (
        ("delta_rule",),
        {"key_sise": 4},
        TypeError,
        "options: expected those of delta_rule, got key_sise.",
    ),
    "not its own": (
        ("delta_rule",),
        {"window": 4},
        TypeError,
        "options: expected those of delta_rule, got window.",
    ),
    "no size": (
        ("lstm",),
        {},
        TypeError,
        "VectorMixer.__init__() missing 1 required keyword-only argument: 'size'",
    ),
    "no window": (("window_attention",), {}, TypeError, "window: expected a number, got None."),
    "no width": (("delta_rule",), {"d": 0}, ValueError, "d: expected a whole number of at least"),
    "no keys": (("delta_rule",), {"key_size": 0}, ValueError, "key_size: expected a whole number"),
    "heads": (("delta_rule",), {"n_heads": 0}, ValueError, "n_heads: expected a whole number"),
    "seed": (("delta_rule",), {"seed": -1}, ValueError, "seed: expected a whole number of at"),
}


@pytest.mark.parametrize("case", BAD_MODELS)
def test_a_model_that_cannot_be_made_is_refused_by_name(case):
    names, options, error, message = BAD_MODELS[case]
    sizes = {"n_tokens": 9, "n_answers": 3}
    assert_refused(error, message, nets.Model, *names, **{**sizes, **options})


def test_the_tokens_counted_for_a_state_are_at_least_one():
    message = "n_tokens: expected a whole number of at least 1, got 0."
    assert_refused(ValueError, message, nets.state_size, model_of("delta_rule"), 0)
