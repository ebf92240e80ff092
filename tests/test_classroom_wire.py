"""Frames: what was packed comes back; whatever else comes is refused, and nothing else happens."""

import json
import math
import socket
import struct
import time

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from classroom import answers, wire
from classroom.wire import BrokenError, Line
from lcutils.checking.runs import Asked


def travel(message):
    frame = wire.to_bytes(message)
    n_head, n_body = struct.unpack(">II", frame[:8])
    return wire.from_bytes(frame[8 : 8 + n_head], frame[8 + n_head : 8 + n_head + n_body])


@pytest.mark.parametrize(
    "tensor",
    [
        torch.randn(2, 3),
        torch.randn(3, 2, dtype=torch.float64).T,
        torch.ones(1).expand(4, 1)[:1],
        torch.empty(0, 3),
        torch.tensor(True),
        torch.tensor([1, -1], dtype=torch.int8),
        torch.tensor([1 + 2j]).conj(),
        torch.tensor([0.5], dtype=torch.bfloat16),
    ],
)
def test_a_tensor_comes_back_as_it_was(tensor):
    (back,) = travel({"x": [tensor]})["x"]
    assert back.dtype == tensor.dtype
    assert torch.equal(back, tensor)


def test_a_tensor_that_asks_for_gradients_still_asks():
    assert travel({"x": torch.ones(2, requires_grad=True)})["x"].requires_grad
    assert not travel({"x": torch.ones(2)})["x"].requires_grad


def test_of_a_large_tensor_the_shape_comes_back():
    back = travel({"x": torch.zeros(3_000, 1_000)})["x"]
    assert back.shape == (3_000, 1_000)
    assert back.untyped_storage().nbytes() == 4


@pytest.mark.parametrize("value", [0.1, -0.0, math.inf, 10**30, -(2**60), "β", None, [[], [1]], {}])
def test_a_plain_value_comes_back_as_it_was(value):
    back = travel({"x": value})["x"]
    assert repr(back) == repr(value)


def test_nothing_else_is_packed():
    for value in (object(), {1}, b"x", 1j, torch.ones(2).to_sparse(), lambda: 0):
        with pytest.raises(TypeError, match="does not travel"):
            wire.to_bytes({"x": value})


NODES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=9),
    lambda x: (
        st.lists(x, max_size=4) | st.dictionaries(st.sampled_from("dtfiesgxk"), x, max_size=3)
    ),
    max_leaves=12,
)


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=60) | NODES.map(lambda x: json.dumps(x).encode()), st.binary(max_size=20))
def test_of_random_bytes_comes_a_message_or_a_refusal(head, body):
    try:
        message = wire.from_bytes(head, body)
    except BrokenError:
        return
    assert type(message) is dict


@settings(max_examples=300, deadline=None)
@given(st.dictionaries(st.sampled_from("kv"), NODES, max_size=2))
def test_of_a_random_answer_comes_a_value_or_a_refusal(said):
    try:
        answers.hear(said)
    except BrokenError:
        return


@settings(max_examples=200, deadline=None)
@given(
    st.sampled_from(
        "none plain fraction decimal unreadable tensor array objects sympy list dict words".split()
    ),
    NODES,
)
def test_of_a_known_kind_with_random_contents_comes_a_value_or_a_refusal(kind, value):
    try:
        answers.hear({"k": kind, "v": value})
    except BrokenError:
        return


@settings(max_examples=200, deadline=None)
@given(
    st.dictionaries(
        st.sampled_from(
            ["calls", "gradient", "printed", "changed", "timed_out", "stopped", "code"]
        ),
        NODES,
    )
)
def test_of_random_results_comes_a_refusal(said):
    asked = Asked(((torch.ones(1),),), ((torch.ones(1),), torch.ones(1)), False)
    with pytest.raises(BrokenError):
        answers.hear_answered(said, asked)


@pytest.mark.parametrize(
    ("head", "body"),
    [
        ({"t": "float32", "s": [4 * 10**9, 4 * 10**9], "g": False}, b""),
        ({"t": "float32", "s": [-1, -1], "g": False}, b"1234"),
        ({"t": "float32", "s": [True], "g": False}, b"1234"),
        ({"t": "float32", "s": [1], "g": False}, b"12345678"),
        ({"t": "float32", "s": [0, 1 << 61], "g": False}, b""),
        ({"t": "object", "s": [1], "g": False}, b"12345678"),
        ({"e": "float32", "s": [1 << 40, 1 << 40]}, b""),
        ({"f": "0x1p99999999"}, b""),
        ({"i": "f" * 5000}, b""),
        (json.loads("[" * 40 + "]" * 40), b""),
        (3, b"left over"),
    ],
)
def test_a_forged_frame_is_refused(head, body):
    with pytest.raises(BrokenError):
        wire.from_bytes(json.dumps({"d": {"x": head}}).encode(), body)


def test_a_million_brackets_are_refused():
    with pytest.raises(BrokenError):
        wire.from_bytes(b"[" * 10**6, b"")


def pair():
    ours, theirs = socket.socketpair()
    line = Line(ours)
    line.deadline = time.monotonic() + 0.3
    return line, theirs


def test_a_length_of_four_gigabytes_is_refused():
    line, theirs = pair()
    with theirs, line._socket:
        theirs.sendall(b"\xff" * 8)
        with pytest.raises(BrokenError, match="too large"):
            line.receive()


def test_who_sends_too_slowly_is_given_up():
    line, theirs = pair()
    with theirs, line._socket:
        theirs.sendall(b"\0\0")
        with pytest.raises(BrokenError, match="too long"):
            line.receive()


def test_who_does_not_read_is_given_up():
    line, theirs = pair()
    with theirs, line._socket:
        with pytest.raises(BrokenError, match="too long"):
            line.send({"x": "x" * 1_000_000})


def test_who_has_gone_is_given_up():
    line, theirs = pair()
    theirs.close()
    with line._socket, pytest.raises(BrokenError, match="ended"):
        line.receive()
