"""The experiment of lesson 09: three ways to ask for a hidden letter."""

import math
import re

import pytest
import torch

from lcutils import gaps
from lcutils.transformer import Transformer

N = gaps.N


@pytest.fixture
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
    for ask, is_causal in ((gaps.from_left, True), (gaps.from_both, False), (gaps.by_trying, True)):
        model = made(is_causal)
        assert torch.equal(ask(model, tokens), ask(model, other)), ask


def test_the_right_side_is_seen_by_all_but_who_reads_from_the_left(tokens):
    other = tokens.clone()
    other[:, -1] = (tokens[:, -1] + 1) % N
    for ask, is_causal, sees in (
        (gaps.from_left, True, False),
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
    for ask in (gaps.from_left, gaps.by_trying):
        with pytest.raises(ValueError, match="expected a decoder, got an encoder"):
            ask(made(False), tokens)


def test_a_few_steps_make_both_better_than_chance():
    _, _, windows = gaps.windows()
    for is_causal, loss in ((True, gaps.next_loss), (False, gaps.hidden_loss)):
        model = gaps.trained(is_causal=is_causal, steps=25, lr=0.01, seed=0)
        assert loss(model, torch.Generator().manual_seed(1)).item() < math.log(N) - 0.3
        ask = gaps.from_left if is_causal else gaps.from_both
        assert gaps.bits(ask(model, windows), windows) < math.log2(N)


def test_counts_of_neighbours_are_those_of_a_plain_loop(tokens):
    prose = "".join(map(chr, gaps.windows()[0].flatten().tolist()))
    tokens[0] = gaps.windows()[0][0]
    one, two = gaps.by_counts(tokens, 1).softmax(dim=1), gaps.by_counts(tokens, 2).softmax(dim=1)
    for row in (0, 1):
        p = torch.tensor([prose.count(chr(letter)) + 1.0 for letter in range(N)])
        for k, found in ((1, one), (2, two)):
            left, right = (
                "".join(map(chr, tokens[row, start : start + k].tolist()))
                for start in (gaps.PLACE - k, gaps.PLACE + 1)
            )
            between = re.findall(f"(?={re.escape(left)}(.){re.escape(right)})", prose, re.DOTALL)
            seen = torch.tensor([float(between.count(chr(letter))) for letter in range(N)])
            p = seen + p / p.sum()
            assert torch.allclose(found[row], p / p.sum(), atol=1e-6)


def test_counts_see_neither_the_letter_asked_for_nor_those_out_of_reach(tokens):
    other = tokens.clone()
    for place in (gaps.PLACE, gaps.PLACE - 3, gaps.PLACE + 3):
        other[:, place] = (tokens[:, place] + 1) % N
    assert torch.equal(gaps.by_counts(tokens, 2), gaps.by_counts(other, 2))
