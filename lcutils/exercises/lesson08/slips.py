"""Lesson 08: mistakes that raise, seen in the code."""

from __future__ import annotations

import ast

from lcutils.checking.data import Slip
from lcutils.checking.syntax import calls, code_of, keeps_axis

_LOOPS = (ast.For, ast.ListComp, ast.GeneratorExp)


def _takes_softmax_of_no_axis(tree: ast.AST) -> bool:
    return any(
        isinstance(call.func, ast.Attribute)
        and ast.unparse(call.func.value) not in ("torch", "F", "torch.nn.functional")
        and not call.args
        and not call.keywords
        for call in calls(tree, "softmax")
    )


def _turns_other_axes(tree: ast.AST) -> bool:
    turned = {"k", "k.T", "k.t()", "k.transpose(0, 1)", "k.transpose(0, 2)"}
    return any(
        isinstance(node, ast.BinOp)
        and isinstance(node.op, ast.MatMult)
        and ast.unparse(node.left) == "q"
        and ast.unparse(node.right) in turned
        for node in ast.walk(tree)
    )


def _loses_the_axis(tree: ast.AST) -> bool:
    nodes = list(ast.walk(tree))
    if any(isinstance(node, _LOOPS) for node in nodes):  # there a row may stand alone
        return False
    sums = [node for node in calls(tree, "sum") if node.args or node.keywords]
    lost = {ast.unparse(node) for node in sums if not keeps_axis(node)}
    lost |= {
        ast.unparse(node.targets[0])
        for node in nodes
        if isinstance(node, ast.Assign) and ast.unparse(node.value) in lost
    }
    return any(
        isinstance(node, ast.BinOp)
        and isinstance(node.op, ast.Div)
        and ast.unparse(node.right) in lost
        for node in nodes
    )


def _asks_without_the_axis(tree: ast.AST) -> bool:
    meets_its_row: set[ast.AST | None] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Subscript):  # an index: one answer a row is right there
            meets_its_row |= set(calls(node.slice, "any"))
        if isinstance(node, ast.Subscript | ast.Attribute | ast.Assign):  # [:, None], unsqueeze,
            value = node.value  # or a name, which may get its axis later
            meets_its_row.add(value.operand if isinstance(value, ast.UnaryOp) else value)
    return any(
        (call.args or call.keywords) and not keeps_axis(call) and call not in meets_its_row
        for call in calls(tree, "any")
    )


def _edits_the_weights(tree: ast.AST) -> bool:
    weights = {
        target.id
        for node in ast.walk(tree)
        if isinstance(node, ast.Assign) and calls(node.value, "softmax")
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    for node in ast.walk(tree):
        edited: ast.AST | None = None
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Subscript):
            edited = node.targets[0].value
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            edited = node.func.value if node.func.attr.endswith("_") else None
        if isinstance(edited, ast.Name) and edited.id in weights:
            return True
    return False


def _gives_it_four_axes(tree: ast.AST) -> bool:
    loops = [node for node in ast.walk(tree) if isinstance(node, _LOOPS)]
    in_loops = {call for loop in loops for call in calls(loop, "causal_attention")}
    text = code_of(tree)
    joins_heads_and_batch = any(sign in text for sign in ("vmap", "flatten(0", "* n_heads"))
    return not joins_heads_and_batch and any(
        call not in in_loops and _has_new_axes(tree, call)
        for call in calls(tree, "causal_attention")
    )


def _has_new_axes(tree: ast.AST, call: ast.Call) -> bool:
    """Was an axis made for the heads before this call, and none of its arguments cut out again?"""
    made = calls(tree, "unflatten", "reshape", "view", "stack")
    is_cut = any(isinstance(argument, ast.Subscript) for argument in call.args)
    return not is_cut and any(
        call not in ast.walk(split) and split.lineno <= call.lineno for split in made
    )


def _splits_off_the_heads_last(tree: ast.AST) -> bool:
    split = calls(tree, "unflatten", "reshape", "view")
    return any(ast.unparse(call).rstrip(")").endswith(", n_heads") for call in split)


_LOST = (
    "A sum over an axis takes the axis away; with keepdim=True it stays, of size 1, and each row "
    "meets its own sum."
)
CAUSAL_ATTENTION = (
    Slip(
        _LOST,
        _loses_the_axis,
        """
def causal_attention(q, k, v):
    pulls = (q @ k.mT * q.shape[2] ** -0.5).exp().tril()
    return pulls / pulls.sum(dim=2) @ v
""",
    ),
    Slip(
        "`softmax` must be told along which axis the weights add up to 1.",
        _takes_softmax_of_no_axis,
        """
def causal_attention(q, k, v):
    scores = q @ k.mT * q.shape[2] ** -0.5
    later = torch.ones(q.shape[1], q.shape[1], dtype=torch.bool).triu(1)
    return scores.masked_fill(later, -torch.inf).softmax() @ v
""",
    ),
    Slip(
        "The last two axes of k must change places, and no others: `.T` would turn all three.",
        _turns_other_axes,
        """
def causal_attention(q, k, v):
    scores = q @ k.T * q.shape[2] ** -0.5
    later = torch.ones(q.shape[1], q.shape[1], dtype=torch.bool).triu(1)
    return scores.masked_fill(later, -torch.inf).softmax(dim=-1) @ v
""",
    ),
)
PADDED_ATTENTION = (
    Slip(
        _LOST,
        _loses_the_axis,
        """
def padded_attention(q, k, v, is_word):
    pulls = ((k @ q[:, :, None])[..., 0] * q.shape[1] ** -0.5).exp() * is_word
    total = pulls.sum(dim=1)
    return ((pulls / total)[:, None] @ v)[:, 0]
""",
    ),
    Slip(
        "`any` over an axis takes the axis away; with keepdim=True it stays, of size 1, and each "
        "row of the weights meets its own text.",
        _asks_without_the_axis,
        """
def padded_attention(q, k, v, is_word):
    scores = (k @ q[:, :, None])[..., 0] * q.shape[1] ** -0.5
    weights = scores.masked_fill(~is_word, -torch.inf).softmax(dim=1)
    weights = weights.masked_fill(~is_word.any(dim=1), 0)
    return (weights[:, None] @ v)[:, 0]
""",
    ),
    Slip(
        "The weights are changed in place, and the way back needs those that softmax made: give "
        "the new ones a tensor of their own.",
        _edits_the_weights,
        """
def padded_attention(q, k, v, is_word):
    scores = (k @ q[:, :, None])[..., 0] * q.shape[1] ** -0.5
    weights = scores.masked_fill(~is_word, -torch.inf).softmax(dim=1)
    weights[weights.isnan()] = 0
    return (weights[:, None] @ v)[:, 0]
""",
    ),
)
MULTI_HEAD = (
    Slip(
        "causal_attention takes [B, T, K]: where can the heads go meanwhile?",
        _gives_it_four_axes,
        """
def multi_head(q, k, v, n_heads):
    def causal_attention(q, k, v):
        T, K = q.shape[1:]
        later = torch.ones(T, T, dtype=torch.bool).triu(1)
        return (q @ k.mT * K**-0.5).masked_fill(later, -torch.inf).softmax(dim=2) @ v

    q, k, v = (x.reshape(*x.shape[:2], n_heads, -1).transpose(1, 2) for x in (q, k, v))
    return causal_attention(q, k, v).transpose(1, 2).flatten(2)
""",
    ),
    Slip(
        "The last axis is split into [..., K, H]; the numbers of a head stand side by side: "
        "[..., H, K].",
        _splits_off_the_heads_last,
        """
def multi_head(q, k, v, n_heads):
    q, k, v = (x.unflatten(2, (-1, n_heads)).transpose(1, 2) for x in (q, k, v))
    later = torch.ones(q.shape[2], q.shape[2], dtype=torch.bool).triu(1)
    scores = (q @ k.mT * q.shape[3] ** -0.5).masked_fill(later, -torch.inf)
    return (scores.softmax(dim=3) @ v).transpose(1, 2).flatten(2)
""",
    ),
)
