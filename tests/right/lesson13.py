"""Lesson 13: other right answers to its functions."""

import torch


def recall_text_by_loop(keys, values, asked, n_keys):
    rows = []
    for key, value, order in zip(keys.tolist(), values.tolist(), asked.tolist(), strict=True):
        pairs = [token for k, v in zip(key, value, strict=True) for token in (k, v + n_keys)]
        rows.append(pairs + [key[place] for place in order])
    return torch.tensor(rows)


def recall_text_in_place_of_its_own(keys, values, asked, n_keys):
    B, N = keys.shape
    tokens = keys.new_zeros(B, 3 * N)
    tokens[:, 0 : 2 * N : 2], tokens[:, 1 : 2 * N : 2] = keys, n_keys + values
    tokens[:, 2 * N :] = keys[torch.arange(B)[:, None], asked]
    return tokens


def in_bits_by_list(states, bits):
    values = torch.linspace(-1, 1, 2**bits - 1, dtype=states.dtype)
    largest = states.abs().flatten(1).max(dim=1).values.view(-1, 1, 1)
    nearest = (states[..., None] / largest[..., None] - values).abs().argmin(dim=-1)
    return values[nearest] * largest


def in_bits_by_step(states, bits):
    rounded = []
    for state in states:
        step = state.abs().max() / ((2**bits - 2) / 2)
        rounded.append(torch.floor(state / step + 0.5) * step)
    return torch.stack(rounded)


def right_share_by_loop(logits, answers):
    right, N = 0, answers.shape[1]
    for scores, wanted in zip(logits, answers, strict=True):
        right += sum(int(s.argmax()) == int(w) for s, w in zip(scores[-N:], wanted, strict=True))
    return torch.tensor(right / answers.numel())


def right_share_by_maximum(logits, answers):
    asked = logits[:, logits.shape[1] - answers.shape[1] :]
    best = asked.max(-1).values
    return (asked.gather(2, answers[..., None])[..., 0] == best).sum() / answers.numel()


RIGHT = {
    "13.recall_text": (recall_text_by_loop, recall_text_in_place_of_its_own),
    "13.in_bits": (in_bits_by_list, in_bits_by_step),
    "13.right_share": (right_share_by_loop, right_share_by_maximum),
}
