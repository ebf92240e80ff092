"""Lesson 10: mistakes that raise, or that values do not tell, seen in the code."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from lcutils.checking.data import Slip
from lcutils.checking.syntax import calls, code_of, keeps_axis, written

_PRODUCTS = ("einsum", "matmul", "bmm", "baddbmm")


def _n_loops(tree: ast.AST) -> int:
    return sum(isinstance(node, ast.For | ast.comprehension) for node in ast.walk(tree))


def _products(tree: ast.AST) -> Iterator[ast.BinOp]:
    """Every `a @ b`"""
    for node in ast.walk(tree):
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.MatMult):
            yield node


def _has_product(tree: ast.AST) -> bool:
    return any(_products(tree)) or bool(calls(tree, *_PRODUCTS))


def _names(tree: ast.AST) -> set[str]:
    return {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}


def _takes_outer_of_a_batch(tree: ast.AST) -> bool:
    return any("[:" in ast.unparse(arg) for call in calls(tree, "outer") for arg in call.args)


def _leaves_a_token_out(tree: ast.AST) -> bool:
    if "k[:, 0" in code_of(tree):  # the first is written before the loop
        return False
    return any(
        (len(call.args) == 2 and ast.unparse(call.args[0]) != "0")
        or any(isinstance(arg, ast.BinOp) and isinstance(arg.op, ast.Sub) for arg in call.args)
        for call in calls(tree, "range")
    )


def _walks_over_texts(tree: ast.AST) -> bool:
    walked = {ast.unparse(arg) for call in calls(tree, "range", "zip") for arg in call.args}
    return _n_loops(tree) == 1 and bool(walked & {"q", "q.shape[0]", "len(q)", "q.size(0)"})


def _edits_the_state(tree: ast.AST) -> bool:
    text = code_of(tree)
    if not any(sign in text for sign in ("new_zeros", "dtype", "_like", ".to(")):
        return False  # then two dtypes meet before
    return any(
        isinstance(node, ast.AugAssign)
        and isinstance(node.target, ast.Name)
        and "k" in _names(node.value)
        for node in ast.walk(tree)
    )


def _multiplies_by_a_mask(tree: ast.AST) -> bool:
    masks = {
        target.id
        for node in ast.walk(tree)
        if isinstance(node, ast.Assign) and _is_mask(node.value)
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    sides = (side for product in _products(tree) for side in (product.left, product.right))
    return any(_is_mask(side) or ast.unparse(side) in masks for side in sides)


def _is_mask(node: ast.AST) -> bool:
    text = ast.unparse(node)
    return "ones(" in text and "tril" in text and "@" not in text and "*" not in text


def _turns_other_axes(tree: ast.AST) -> bool:
    turned = {"k", "k.T", "k.t()", "k.transpose(0, 1)", "k.transpose(0, 2)"}
    return any(
        ast.unparse(product.left) == "q" and ast.unparse(product.right) in turned
        for product in _products(tree)
    )


_is_of_three = written(r"\b(ones\(\(?3, 3|(eye|tri)\(3)")


def _writes_a_mask_by_hand(tree: ast.AST) -> bool:
    return _is_of_three(tree) or any(
        isinstance(arg, ast.List) and any(isinstance(line, ast.List) for line in arg.elts)
        for call in calls(tree, "tensor")
        for arg in call.args
    )


def _adds_the_state_itself(tree: ast.AST) -> bool:
    for node in ast.walk(tree):
        writes_it = isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "state"
        value = node.value if isinstance(node, ast.Assign | ast.Return) else None
        if isinstance(value, ast.BinOp) and isinstance(value.op, ast.Add) and not writes_it:
            sides = (value.left, value.right)
            is_last = isinstance(node, ast.Return) or any(map(_has_product, sides))
            if is_last and any("state" in _names(s) and not _has_product(s) for s in sides):
                return True
    return False


def _sums_without_keeping_the_axis(tree: ast.AST) -> bool:
    gives_one_back = any(
        isinstance(node, ast.Constant) and node.value is None for node in ast.walk(tree)
    ) or bool(calls(tree, "unsqueeze", "view", "reshape"))
    sums = [call for call in calls(tree, "sum") if call.args or call.keywords]
    return not gives_one_back and bool(sums) and not any(map(keeps_axis, sums))


FAST_WEIGHTS = (
    Slip(
        "q[:, t] is [B, K]; as a column for each text it needs an axis more, [B, K, 1].",
        written(r"(\.mT|transpose\([^()]*\)) @ \w+\[:, \w+\](?![\[.])"),
        """
def fast_weights(q, k, v):
    state, outputs = q.new_zeros(q.shape[0], q.shape[2], v.shape[2]), []
    for t in range(q.shape[1]):
        state = state + k[:, t, :, None] * v[:, t, None, :]
        outputs.append(state.mT @ q[:, t])
    return torch.stack(outputs, dim=1)
""",
    ),
    Slip(
        "torch.outer takes two vectors, and k[:, t] is a vector for each text of the batch.",
        _takes_outer_of_a_batch,
        """
def fast_weights(q, k, v):
    state, outputs = q.new_zeros(q.shape[0], q.shape[2], v.shape[2]), []
    for t in range(q.shape[1]):
        state = state + torch.outer(k[:, t], v[:, t])
        outputs.append((q[:, t, None, :] @ state)[:, 0])
    return torch.stack(outputs, dim=1)
""",
    ),
    Slip(
        "The loop leaves a token out: `range(T)` goes from the first to the last.",
        _leaves_a_token_out,
        """
def fast_weights(q, k, v):
    state, outputs = q.new_zeros(q.shape[0], q.shape[2], v.shape[2]), []
    for t in range(1, q.shape[1]):
        state = state + k[:, t, :, None] * v[:, t, None, :]
        outputs.append((q[:, t, None, :] @ state)[:, 0])
    return torch.stack(outputs, dim=1)
""",
    ),
    Slip(
        "The loop goes over the texts of the batch, the first axis; time is the second.",
        _walks_over_texts,
        """
def fast_weights(q, k, v):
    state, outputs = q.new_zeros(q.shape[0], q.shape[2], v.shape[2]), []
    for t in range(q.shape[0]):
        state = state + k[:, t, :, None] * v[:, t, None, :]
        outputs.append((q[:, t, None, :] @ state)[:, 0])
    return torch.stack(outputs, dim=1)
""",
    ),
    Slip(
        "`+=` changes the state that a token before has read, and its gradient still needs the "
        "old one: make a new state.",
        _edits_the_state,
        """
def fast_weights(q, k, v):
    state, outputs = q.new_zeros(q.shape[0], q.shape[2], v.shape[2]), []
    for t in range(q.shape[1]):
        state += k[:, t, :, None] * v[:, t, None, :]
        outputs.append((q[:, t, None, :] @ state)[:, 0])
    return torch.stack(outputs, dim=1)
""",
    ),
)
ALL_AT_ONCE = (
    Slip(
        "`@` with M is a matrix product; the circle with a dot is a product entry by entry.",
        _multiplies_by_a_mask,
        """
def all_at_once(q, k, v):
    M = torch.ones(q.shape[1], q.shape[1]).tril()
    return (q @ k.mT @ M) @ v
""",
    ),
    Slip(
        "This M is for three tokens; make it for any T.",
        _writes_a_mask_by_hand,
        """
def all_at_once(q, k, v):
    M = torch.tensor([[1, 0, 0], [1, 1, 0], [1, 1, 1]])
    return (q @ k.mT * M) @ v
""",
    ),
    Slip(
        "To choose with a mask lays what is chosen in one row: it is no table any more.",
        written(r"\[(:, |\.\.\., )?(M|\w*mask\w*)\](?! = )"),
        """
def all_at_once(q, k, v):
    M = torch.ones(q.shape[1], q.shape[1], dtype=torch.bool).tril()
    return (q @ k.mT)[:, M] @ v
""",
    ),
    Slip(
        "The last two axes of k must change places, and no others: `.T` turns all three.",
        _turns_other_axes,
        """
def all_at_once(q, k, v):
    return (q @ k.T).tril() @ v
""",
    ),
)
READ_CHUNK = (
    Slip(
        "S is K x V: a row of queries reads it as q @ S, without a transpose.",
        written(r"q @ (state|S)\.(mT|T\b|transpose)"),
        """
def read_chunk(state, q, k, v):
    return (q @ k.mT).tril() @ v + q @ state.mT
""",
    ),
    Slip(
        "The old memory is added as it stands; the queries have to read it first.",
        _adds_the_state_itself,
        """
def read_chunk(state, q, k, v):
    return (q @ k.mT).tril() @ v + state
""",
    ),
)
WEIGHTED_MEAN = (
    Slip(
        "`sum` takes its axis away, so that the sums do not stand beside their rows: keepdim.",
        _sums_without_keeping_the_axis,
        """
def weighted_mean(q, k, v):
    weights = (q @ k.mT).tril()
    return weights @ v / weights.sum(dim=2)
""",
    ),
    Slip(
        "These are the sums of the columns, what each key gets from all queries; the weights of a "
        "token stand in a row.",
        written(r"(?<!\b[kv])\.sum\((dim=|axis=)?(1|-2), keepdims?=True"),
        """
def weighted_mean(q, k, v):
    weights = (q @ k.mT).tril()
    return weights @ v / weights.sum(dim=1, keepdim=True)
""",
    ),
)
