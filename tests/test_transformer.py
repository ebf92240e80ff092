"""The transformer of lesson 09: one switch makes a decoder or an encoder of the same weights."""

import pytest
import torch
from torch.nn.functional import layer_norm

from lcutils.transformer import Block, Transformer

TOKENS = torch.tensor([[3, 1, 4, 1, 0], [2, 0, 2, 4, 3]])


def made(**options):
    return Transformer(5, d=12, n_heads=3, **options).double()


def test_a_decoder_feels_nothing_that_comes_later():
    model, other = made(is_causal=True), TOKENS.clone()
    other[:, 3:] = 0
    assert torch.equal(model(TOKENS)[:, :3], model(other)[:, :3])
    assert not torch.equal(model(TOKENS)[:, 3:], model(other)[:, 3:])


def test_the_switch_makes_an_encoder_that_feels_it():
    model, other = made(is_causal=True), TOKENS.clone()
    other[:, 4] = 2
    model.is_causal = False
    assert (model(TOKENS) != model(other)).any(dim=2).all()


def test_an_encoder_without_places_shuffles_with_its_tokens():
    order = torch.tensor([2, 4, 0, 3, 1])
    for is_causal, differs in ((False, False), (True, True)):
        model = made(is_causal=is_causal, n_places=0)
        gap = (model(TOKENS[:, order]) - model(TOKENS)[:, order]).abs().max()
        assert (gap > 1e-6) == differs


def test_distances_beyond_the_last_place_share_a_score():
    model = made(is_causal=False, n_blocks=1, n_places=3)
    attention = model.blocks[0].attention
    torch.nn.init.zeros_(attention.q.weight)
    torch.nn.init.normal_(attention.places)
    weights = attention.weights(model.embedding(TOKENS), is_causal=False)  # [B, H, T, T]
    assert torch.allclose(weights[..., 0, 2], weights[..., 0, 4])
    assert not torch.allclose(weights[..., 0, 1], weights[..., 0, 2])


def test_a_block_adds_twice_to_its_stream():
    block = Block(12, 3, 4, 7)
    x = torch.randn(2, 5, 12)
    normed = layer_norm(x, (12,))
    y = x + block.attention(normed, is_causal=True)
    wanted = y + block.down(block.up(layer_norm(y, (12,))).relu())
    assert torch.allclose(block(x, is_causal=True), wanted, atol=1e-6)


def test_a_block_without_an_mlp_has_no_weights_for_one():
    model = made(is_causal=True, n_hidden=0)
    assert not any("up" in name or "down" in name for name, _ in model.named_parameters())
    assert model(TOKENS).shape == (2, 5, 5)


def test_weights_of_each_block_add_up_to_one_and_leave_out_what_is_masked():
    for weights in made(is_causal=True).attention_weights(TOKENS):
        assert weights.shape == (2, 3, 5, 5)
        assert torch.allclose(weights.sum(dim=3), torch.ones(2, 3, 5, dtype=torch.double))
        assert not weights.triu(1).any()


def test_a_seed_fixes_the_weights_and_leaves_the_global_state():
    before = torch.get_rng_state()
    one, same, other = (made(is_causal=True, seed=seed) for seed in (1, 1, 2))
    assert torch.equal(torch.get_rng_state(), before)
    assert torch.equal(one(TOKENS), same(TOKENS))
    assert not torch.equal(one(TOKENS), other(TOKENS))


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"n_heads": 5}, "n_heads: expected a divisor of d = 64, got 5."),
        ({"n_blocks": 0}, "n_blocks: "),
        ({"n_places": -1}, "n_places: "),
    ],
)
def test_an_argument_that_does_not_fit_is_named(options, said):
    with pytest.raises(ValueError, match=said):
        Transformer(5, is_causal=True, **options)
