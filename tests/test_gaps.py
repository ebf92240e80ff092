"""The experiment of lesson 09: three ways to ask for a hidden letter."""

import math

import pytest
import torch

from lcutils import gaps
from lcutils.text.letters import LETTERS
from lcutils.transformer import Transformer

N = len(LETTERS)


@pytest.fixture(scope="module")
def tokens():
    return torch.randint(N, (5, gaps.T), generator=torch.Generator().manual_seed(0))


def made(is_causal):
    return Transformer(N + 1, is_causal=is_causal, d=8, n_heads=2, n_blocks=1)


def test_no_window_is_in_two_of_the_three_sets():
    sets = [set(map(tuple, windows.tolist())) for windows in gaps.windows()]
    assert all(windows.shape[1] == gaps.T for windows in gaps.windows())
    assert len(sets[0] & sets[2]) < 0.02 * len(sets[2])  # what two files say in the same words
    assert len(sets[0]) > 2_000


def test_the_letter_asked_for_is_seen_by_nobody(tokens):
    other = tokens.clone()
    other[:, gaps.PLACE] = (tokens[:, gaps.PLACE] + 1) % N
    ways = ((gaps.from_left, True), (gaps.from_left, False), (gaps.from_both, False))
    for ask, is_causal in (*ways, (gaps.by_trying, True)):
        model = made(is_causal)
        assert torch.equal(ask(model, tokens), ask(model, other)), ask


def test_the_right_side_is_seen_by_all_but_who_reads_from_the_left(tokens):
    other = tokens.clone()
    other[:, -1] = (tokens[:, -1] + 1) % N
    for ask, is_causal, sees in (
        (gaps.from_left, True, False),
        (gaps.from_left, False, False),
        (gaps.from_both, False, True),
        (gaps.by_trying, True, True),
    ):
        model = made(is_causal)
        assert torch.equal(ask(model, tokens), ask(model, other)) != sees, ask


def test_trying_is_the_rule_of_bayes(tokens):
    model = made(True)
    logits = gaps.by_trying(model, tokens).log_softmax(dim=1)
    whole = []
    for letter in range(N):
        text = tokens.clone()
        text[:, gaps.PLACE] = letter
        whole.append(-gaps.losses(model, text).sum(dim=1))
    assert torch.allclose(logits, torch.stack(whole, 1).log_softmax(1), atol=1e-4)


def test_an_encoder_is_asked_for_fifteen_letters_in_a_hundred(monkeypatch):
    seen = {}

    class Watched(torch.nn.Module):
        def forward(self, tokens):
            seen["tokens"] = tokens
            return torch.zeros(*tokens.shape, N + 1)

    windows = gaps.windows()[0][:1].repeat(4_000, 1)
    monkeypatch.setattr(gaps, "_drawn", lambda rng: windows)
    loss = gaps.hidden_loss(Watched(), torch.Generator().manual_seed(0))
    assert math.isclose(loss.item(), math.log(N + 1), rel_tol=1e-4)
    assert abs((seen["tokens"] == gaps.HIDDEN).float().mean() - 0.12) < 0.005
    is_other = (seen["tokens"] != windows) & (seen["tokens"] != gaps.HIDDEN)
    assert abs(is_other.float().mean() - 0.015) < 0.002


def test_who_cannot_answer_says_so(tokens):
    with pytest.raises(ValueError, match="expected an encoder, got a decoder"):
        gaps.from_both(made(True), tokens)
    with pytest.raises(ValueError, match="expected a decoder, got an encoder"):
        gaps.by_trying(made(False), tokens)


def test_a_few_steps_make_both_better_than_chance():
    _, _, windows = gaps.windows()
    for is_causal, loss in ((True, gaps.next_loss), (False, gaps.hidden_loss)):
        model = gaps.trained(is_causal=is_causal, steps=25, lr=0.01, seed=0)
        assert loss(model, torch.Generator().manual_seed(1)).item() < math.log(N) - 0.3
        assert gaps.bits(gaps.from_left(model, windows), windows) < math.log2(N)
