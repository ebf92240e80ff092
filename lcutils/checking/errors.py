"""What a reader's code raised, and where it was when its time was up, in plain words."""

from __future__ import annotations

import builtins
import difflib
import dis
import linecache
import re
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from types import FrameType, ModuleType, TracebackType

import torch

_LIBRARIES = {"torch", "numpy", "sympy", "lcutils"}  # an error is shown where the reader wrote
_MAX_MESSAGE = 300
_GLOBAL_LOADS = ("LOAD_GLOBAL", "LOAD_NAME")


@dataclass(frozen=True)
class Raised:
    """What a reader's code raised.

    Args:
        name, message: of the error.
        where: the reader's own line, if known.
        is_stub: whether the function was not written yet.
        is_call: whether the call itself failed: wrong arguments.
        hint: what this kind of error means, if it is a known one.
    """

    name: str
    message: str = ""
    where: str = ""
    is_stub: bool = False
    is_call: bool = False
    hint: str = ""


class NoInputError(Exception):
    """The reader's code waits for something to be typed."""


_DTYPE = "Two dtypes meet: give new tensors the dtype of the inputs, as in `dtype=x.dtype`."
_FLOATS = "This needs floats, and gets whole numbers or True and False: `.to(x.dtype)` converts."
_PLAIN = "A tensor of more than one number is used where Python needs a single one."
_NUMPY = "A gradient is asked for, and NumPy knows none: compute with torch alone."

# What torch and Python say -> what it means. `{0}` and so on are what stands in the brackets.
_KINDS: tuple[tuple[str, str], ...] = (
    (
        r"size of tensor a \((\d+)\) must match the size of tensor b \((\d+)\) .*dimension (\d+)",
        "Sizes {0} and {1} meet at axis {2}. They must be equal, or one of them 1.",
    ),
    (
        r"mat1 and mat2 shapes cannot be multiplied \((\d+)x(\d+) and (\d+)x(\d+)\)",
        "A matrix product of [{0}, {1}] and [{2}, {3}]: the {1} and the {2} must be equal.",
    ),
    (
        r"first two dimensions of batch2 tensor to be: \[\d+, (\d+)\] but got: \[\d+, (\d+)\]",
        "In a matrix product the last axis of the first, here {0}, must be as long as the last "
        "but one of the second, here {1}.",
    ),
    (
        r"size mismatch, got input \(\d+\), mat \((\d+)x(\d+)\), vec \((\d+)\)",
        "A matrix [{0}, {1}] times a vector [{2}]: the {1} and the {2} must be equal.",
    ),
    (
        r"expected tensor \[(\d+)\] and src \[(\d+)\] to have the same number of elements",
        "The product of a vector [{0}] and a vector [{1}]: they must be equally long.",
    ),
    (
        r"shape '(\[.*?\])' is invalid for input of size (\d+)",
        "{1} numbers do not fill the shape {0}.",
    ),
    (
        r"subscript (\w) has size (\d+) for operand \d+ .* previously seen size (\d+)",
        "In einsum the letter {0} stands for an axis of {1} and for one of {2}.",
    ),
    (
        r"Target sizes: (\[.*?\])\. Tensor sizes: (\[.*?\])",
        "A tensor of shape {1} does not fit where {0} is wanted.",
    ),
    (
        r"must match except in dimension (\d+)\. Expected size (\d+) but got size (\d+)",
        "What is joined along axis {0} must agree in all the others: here {1} and {2} meet.",
    ),
    (
        r"stack expects each tensor to be equal size, but got (\[.*?\]) .* and (\[.*?\])",
        "What is stacked must have one shape: here {0} and {1} meet.",
    ),
    (
        r"output with shape (\[.*?\]) doesn't match the broadcast shape (\[.*?\])",
        "The result has the shape {1}; a tensor of shape {0} has no room for it.",
    ),
    (
        r"The shape of the mask (\[.*?\]) .* shape of the indexed tensor (\[.*?\])",
        "A mask of shape {0} does not fit a tensor of shape {1}.",
    ),
    (
        r"Tensors must have same number of dimensions: got (\d+) and (\d+)",
        "A tensor of {0} axes and one of {1} are joined: `[:, None]` adds an axis.",
    ),
    (
        r"Dimension out of range .* range of \[(-?\d+), (-?\d+)\], but got (-?\d+)",
        "There is no axis {2} here: the axes go from {0} to {1}.",
    ),
    (
        r"too many indices for tensor of dimension (\d+)",
        "There are more indices than axes; the tensor has {0}.",
    ),
    (
        r"index (-?\d+) is out of bounds for dimension (\d+) with size (\d+)",
        "There is no entry {0} at axis {1}, which is {2} long. Counting begins at 0.",
    ),
    (
        r'(\w+)\(\) missing 1 required positional arguments?: "dim"',
        "`{0}` must be told along which axis: `dim=`.",
    ),
    (
        r"([^\s.]+)\(\) missing \d+ required (?:positional|keyword-only) arguments?: (.+)",
        "`{0}` is called with too few arguments: {1} is missing.",
    ),
    (
        r"([^\s.]+)\(\) takes (?:from )?(\d+)(?: to \d+)? positional arguments? but (\d+) w",
        "`{0}` is called with {2} arguments and takes {1}.",
    ),
    (
        r"(\w+)\(\) received an invalid combination of arguments - got \((.*?)\)",
        "`{0}` does not take ({1}).",
    ),
    (r"([^\s.]+)\(\) got an unexpected keyword argument '(\w+)'", "`{0}` has no argument `{1}`."),
    (
        r"leaf Variable that requires grad",
        "An input is edited in place. Make a new tensor: its caller may still need the old one.",
    ),
    (
        r"modified by an inplace operation",
        "A tensor is edited in place that the gradient still needs: make a new one.",
    ),
    (
        r"Boolean value of Tensor|^ValueError: only one element tensors|cannot be converted to Sca",
        f"{_PLAIN} For a choice entry by entry there is `torch.where`.",
    ),
    (r"only integer tensors of a single element", _PLAIN),
    (
        r"view size is not compatible",
        "`.view` needs the numbers in their order in memory: `.reshape` does without.",
    ),
    (r"expected scalar type|same dtype|dtypes match|expected dtype \w+ for", _DTYPE),
    (r"could not infer output dtype|not implemented for '(?:Long|Bool|Int)'", _FLOATS),
    (
        r"can't be cast to the desired output type (\w+)",
        "A tensor of whole numbers, {0}, has no room for fractions.",
    ),
    (r"only supports? boolean masks", "A mask must hold True and False: compare, or `.bool()`."),
    (
        r"tensors used as indices must be",
        "Floats are no places. Indices are whole numbers; a mask is True and False.",
    ),
    (r"Can't call numpy\(\) on Tensor that requires grad", _NUMPY),
    (
        r"does not require grad and does not have a grad_fn",
        "A gradient is asked of something that does not depend on what requires it.",
    ),
    (r"grad can be implicitly created only for scalar", "Gradients are those of a single number."),
    (
        r"'Tensor' object is not callable",
        "A tensor is called like a function: is a * missing before the bracket, or has a variable "
        "the name of a function?",
    ),
    (r"'torch.Size' object is not callable", "`shape` is no function: `x.shape[1]`."),
    (
        r"'(?:int|float|list|tuple|str|bool)' object is not callable",
        "Has a variable the name of a function, such as `sum` or `max`?",
    ),
    (r"'(?:builtin_function_or_)?method' .*not subscriptable", "A call is missing: `()`."),
    (r"'NoneType'", "Something in it is None: does a function return nothing?"),
    (
        r"can only concatenate list|'list' and 'Tensor'|'Tensor' and 'list'",
        "Make a tensor of the list.",
    ),
    (
        r"argument '\w+' \(position \d+\) must be Tensor, not (?:int|float)",
        "This function of torch wants a tensor; for a plain number there is `math`.",
    ),
    (r"iteration over a 0-d|len\(\) of a 0-d", "This is a single number: it has no axis left."),
    (
        r"both arguments to matmul need to be at least 1D",
        "`@` is the matrix product; times a single number is `*`.",
    ),
    (r"1D tensors expected, but got", "`torch.dot` takes two vectors; `@` takes matrices."),
    (r"\"bitwise_xor|\^: ", "`^` is no power in Python: `**` is."),
    (r"^RecursionError", "It calls itself without end: inside the function its name means itself."),
    (
        r"^NoInputError",
        "It waits for `input()`; in a check nothing can be typed. The arguments are all it needs.",
    ),
    (r"^UnboundLocalError", "A variable is used before it has a value in this function."),
    (r"^(?:MemoryError|.*can't allocate memory)", "It asks for more memory than there is."),
)

# What NumPy calls otherwise
_IN_TORCH = {
    "array": "`torch.tensor`",
    "asarray": "`torch.as_tensor`",
    "astype": "`.to(dtype)`",
    "copy": "`.clone()`",
    "expand_dims": "`.unsqueeze`",
    "identity": "`torch.eye`",
    "newaxis": "`None`",
    "power": "`**`",
    "append": "`torch.cat`",
}


def raised(error: BaseException, skipped: int) -> Raised:
    """What `error` is; the first `skipped` frames that it went through are ours."""
    name = type(error).__name__
    try:
        message = str(error)
    except Exception:  # a reader's own class may do anything
        message = ""
    reached = list(_frames(error.__traceback__))[skipped:]
    is_stub = isinstance(error, NotImplementedError) and (
        not message or message.endswith("not written yet")
    )
    message = " ".join(re.sub(r"0x[0-9a-fA-F]{6,}", "0x...", message).split())
    if len(message) > _MAX_MESSAGE:
        message = message[:_MAX_MESSAGE] + "..."
    is_call = isinstance(error, TypeError) and not reached
    hint = _symbol_from_above(reached) or _meaning(error, message)
    return Raised(name, message, _own_line(reached), is_stub, is_call, hint)


def _symbol_from_above(reached: Sequence[tuple[FrameType, int]]) -> str:
    """What to say where a function meets a name that a cell above gave to something of SymPy."""
    if (innermost := _own(reached)) is None:
        return ""
    own, _ = innermost
    loads = (x.argval for x in dis.get_instructions(own.f_code) if x.opname in _GLOBAL_LOADS)
    for name in dict.fromkeys(loads):
        value = own.f_globals.get(name)
        if "sympy" not in {base.__module__.split(".")[0] for base in type(value).__mro__}:
            continue
        if isinstance(value, type):
            instead = f": for tensors there is `torch.{name}`." if hasattr(torch, name) else "."
            return f"`{name}` is SymPy's, for symbols{instead}"
        return f"`{name}` is not set in the function: it is a symbol of SymPy, from a cell above."
    return ""


def _meaning(error: BaseException, message: str) -> str:
    """What an error of a known kind means, or nothing."""
    if type(error) is NameError and error.name:
        return _unknown_name(error.name, error.__traceback__)
    if type(error) is AttributeError and error.name:
        return _unknown_attribute(error.name, error.obj)
    said = f"{type(error).__name__}: {message}"
    for pattern, meaning in _KINDS:
        found = re.search(pattern, said)
        if found:
            return meaning.format(*found.groups())
    return ""


def _unknown_name(name: str, traceback: TracebackType | None) -> str:
    *_, (frame, _) = _frames(traceback)
    own = _near(name, {**frame.f_globals, **frame.f_locals})
    near = own or _near(name, vars(builtins)) or _near(name, _torch_functions())
    if own:
        meant = f"Is {near} meant, or was the cell that defines it not run?"
    else:
        meant = f"Is {near} meant?" if near else "Is it imported, or defined, in a cell above?"
    return f"There is no name `{name}` here. {meant}"


def _unknown_attribute(name: str, value: object) -> str:
    if value is None:
        return f"None has no `.{name}`: does a function before it return nothing?"
    if type(value) is torch.Tensor:
        said, known = "A tensor", dir(torch.Tensor)
    elif type(value) is ModuleType:
        said, known = value.__name__, list(vars(value))
    elif type(value) in (list, tuple, dict, int, float, str, bool):
        return f"A {type(value).__name__} has no `.{name}`. Is a tensor meant?"
    else:
        return ""
    instead = _IN_TORCH.get(name) if said in ("A tensor", "torch") else None
    near = instead or _near(name, known)
    return f"{said} has no `{name}`." + (f" Is {near} meant?" if near else "")


def _torch_functions() -> Iterable[str]:
    """What torch computes, with the module in front; what both modules have is torch's."""
    for module in (torch.nn.functional, torch):
        for name, value in vars(module).items():
            if callable(value):
                yield f"{module.__name__}.{name}"


def _near(name: str, known: Iterable[str]) -> str:
    """The known names that `name` may be meant for; a module may stand in front of them."""
    plain = {spelled.rpartition(".")[2]: spelled for spelled in known}
    # `add_` edits in place, and `_add` is nobody's to call
    words = [word for word in plain if not word.startswith("_") and not word.endswith("_")]
    near = difflib.get_close_matches(name, words, n=2, cutoff=0.75)
    best = near[:1] if name in near else near
    return " or ".join(f"`{plain[word]}`" for word in best)


def stopped(error: BaseException) -> tuple[str, str]:
    """(what the code did when its time was up, the reader's own line, if known)"""
    frames = list(_frames(error.__traceback__))
    line = _own_line(frames)
    modules = [str(frame.f_globals.get("__name__")) for frame, _ in frames]
    # torch's own wrapper of a compiled function stays in the stack while that function runs
    if any(re.match(r"torch\._(dynamo(?!\.eval_frame)|inductor)", name) for name in modules):
        compiling = ", while PyTorch was compiling (torch.compile)"
        return f"{compiling}: hand in the function as it is, without compiling.", ""
    roots = {name.split(".")[0] for name in modules}
    if re.search(r"\bsleep\(", line):
        return ", while it slept: there is nothing to wait for.", line
    if roots & {"socket", "ssl", "http", "urllib", "urllib3", "requests", "httpx"}:
        return ", while it waited for the network. The arguments are all it needs.", line
    if roots & {"subprocess", "multiprocessing"}:
        return ", while it waited for another program. The arguments are all it needs.", line
    if roots & {"queue", "concurrent"} or re.search(r"\.(acquire|wait|join)\(", line):
        return ", while it waited for a lock or another thread.", line
    return ". Is there a loop that never ends?", line


def _frames(traceback: TracebackType | None) -> Iterable[tuple[FrameType, int]]:
    while traceback is not None:
        yield traceback.tb_frame, traceback.tb_lineno
        traceback = traceback.tb_next


def _own_line(frames: Sequence[tuple[FrameType, int]]) -> str:
    """The innermost line that the reader wrote, if its text is known."""
    if (innermost := _own(frames)) is None:
        return ""
    frame, number = innermost
    return linecache.getline(frame.f_code.co_filename, number).strip()


def _own(frames: Sequence[tuple[FrameType, int]]) -> tuple[FrameType, int] | None:
    """The innermost frame of the reader's own code, and the line it was at."""
    return next((reached for reached in reversed(frames) if _is_own(reached[0])), None)


def _is_own(frame: FrameType) -> bool:
    root = str(frame.f_globals.get("__name__")).split(".")[0]
    is_library = root in _LIBRARIES or root in sys.stdlib_module_names
    return not is_library and "site-packages" not in frame.f_code.co_filename
