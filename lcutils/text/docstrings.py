"""Real prose that is already on the reader's machine: the docstrings of the installed libraries.

Source files are read and parsed, never imported. What is no prose is left out: code, examples,
tables, headings, lists of parameters, and what follows a sentence with a formula or a call in it.
Docstrings differ from version to version of a library, so measure on them; never count on one.
"""

from __future__ import annotations

import ast
import gc
import hashlib
import importlib.util
import json
import re
import sys
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import takewhile
from pathlib import Path

from lcutils import _require
from lcutils.text import _cache

PACKAGES = ("torch.nn", "torch.optim", "sympy.core", "sympy.matrices", "sympy.stats")

_MIN_WORDS = 8  # shorter paragraphs are mostly labels
_MARKUP = (  # what a docstring writes -> what its reader sees
    (re.compile(r":(?!math)[a-z:]+:`[^`<]*<~?(?:\w+\.)*(\w+)>`"), r"\1"),  # :class:`text <a.B>`
    (re.compile(r":(?!math)[a-z:]+:`[~!]?(?:\w+\.)*(\w+)(?:\(\))?`"), r"\1"),  # :class:`~a.B`
    (re.compile(r"`([^`<>]+?)\s*<[^`<>]*>`_{1,2}"), r"\1"),  # `text <address>`_
    (re.compile(r"`{1,2}(?!\w+\.py`)(?:\w+\.)*(\w[\w -]*)(?:\(\))?`{1,2}"), r"\1"),  # ``a.b()``
    (re.compile(r"\*{1,2}(\w[^*`]*)\*{1,2}"), r"\1"),  # *text*
    (re.compile(r"\s*\[\w+\]_"), ""),  # [1]_
    (re.compile(r"\s+"), " "),
)
_NO_PARAGRAPH = re.compile(r"^(\s|\w+: )", re.M)  # an indented line, or a list of parameters
_SENTENCE_END = re.compile(r"(?<=[.!?])(?<!\bal\.) (?=[A-Z\"'(])")
_SENTENCE = re.compile(r"[A-Z].*[.!?]")
_NO_PROSE = re.compile(r"[\\$=^{}<>|\[\]`*@#;~]|\w\((?!s\))|\s[:+/-]\s|\w\.\w|:\w+:|__|\.\.\.")
_WORD = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)?")


@dataclass(frozen=True)
class Paragraph:
    """A paragraph of prose, and where it was found."""

    text: str
    words: tuple[str, ...]  # in lower case, without numbers and punctuation
    source_file: str  # such as torch/nn/modules/rnn.py


def paragraphs(packages: Sequence[str] = PACKAGES) -> list[Paragraph]:
    """The prose paragraphs of packages' docstrings, each once, in the order of the files' names.

    Args:
        packages: names of installed packages, such as "torch.nn"; all of torch and sympy take ten
            seconds, but only once: the folder LC_CACHE, else the user's own cache, keeps the prose
    Returns: paragraphs of at least 8 words.
    Raises: TypeError, ValueError naming the package that has no source files here.
    """
    if not isinstance(packages, list | tuple):
        wanted = "a list of packages' names"
        _require.refuse("packages", wanted, _require.kind_of(packages), error=TypeError)
    if not packages:
        _require.refuse("packages", "at least one package", "none")
    found: dict[str, Paragraph] = {}
    for package in packages:
        for source_file, texts in _package_prose(package).items():
            for text in texts:
                if text not in found:
                    found[text] = Paragraph(text, _words(text), source_file)
    return list(found.values())


def _package_prose(package: str) -> dict[str, list[str]]:
    """A package's paragraphs by source file, read again only when one of the files has changed."""
    folder = _folder(package)
    places = [path.relative_to(folder) for path in folder.rglob("*.py")]
    places = sorted((place for place in places if "tests" not in place.parts), key=_parts)

    def read() -> dict[str, list[str]]:
        top = package.replace(".", "/")
        with _no_search_for_cycles():
            prose = {f"{top}/{place.as_posix()}": _file_prose(folder / place) for place in places}
        return {source_file: texts for source_file, texts in prose.items() if texts}

    rules = hashlib.sha256(Path(__file__).read_bytes()).hexdigest()
    files = [[str(place), *_size_and_time(folder / place)] for place in places]
    key = json.dumps([package, rules, sys.version_info[:2], files])
    return _cache.remember(f"docstrings-{package}", key, read)


@contextmanager
def _no_search_for_cycles() -> Iterator[None]:
    """Syntax trees are millions of objects without a cycle: looking for one doubles the time."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def _parts(path: Path) -> tuple[str, ...]:
    return path.parts


def _size_and_time(path: Path) -> tuple[int, int]:
    found = path.stat()
    return found.st_size, found.st_mtime_ns


def _file_prose(path: Path) -> list[str]:
    texts = (text for docstring in _docstrings(path) for text in _prose(docstring))
    return [text for text in texts if len(_words(text)) >= _MIN_WORDS]


def _words(text: str) -> tuple[str, ...]:
    return tuple(_WORD.findall(text.lower()))


def _folder(package: str) -> Path:
    """Where a package's source files lie; importing the package would take far longer."""
    top, *rest = _require.text("packages", package).split(".")
    spec = importlib.util.find_spec(top)
    if spec is not None and spec.origin is not None:
        folder = Path(spec.origin).parent.joinpath(*rest)
        if (folder / "__init__.py").is_file():
            return folder
    hint = "Is the name right, and its library installed?"
    _require.refuse("packages", "installed packages with source files", repr(package), hint)


def _docstrings(path: Path) -> Iterator[str]:
    """The docstrings of a file's module, classes and functions, from its first line to its last."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # another project's escape sequences
        try:
            waiting: list[ast.AST] = [ast.parse(path.read_bytes(), filename=str(path))]
        except SyntaxError:  # written for a later Python than this one: torch has such a file
            return
    kinds = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    while waiting:
        node = waiting.pop()
        if isinstance(node, kinds):
            docstring = ast.get_docstring(node)
            if docstring is not None:
                yield docstring
            waiting.extend(reversed(node.body))


def _prose(docstring: str) -> Iterator[str]:
    """The paragraphs of one docstring, each up to the first sentence that is no prose."""
    for block in re.split(r"\n\s*\n", docstring):
        if _NO_PARAGRAPH.search(block):
            continue
        for pattern, seen in _MARKUP:
            block = pattern.sub(seen, block)
        yield " ".join(takewhile(_is_prose, _SENTENCE_END.split(block)))


def _is_prose(sentence: str) -> bool:
    return bool(_SENTENCE.fullmatch(sentence)) and not _NO_PROSE.search(sentence)


def check_paragraphs(paragraphs: Sequence[Paragraph]) -> None:
    """Refuse what is no list of paragraphs, or an empty one."""
    wanted, hint = "a list of Paragraph", "Make it with text.paragraphs."
    if not isinstance(paragraphs, list | tuple):
        _require.refuse("paragraphs", wanted, _require.kind_of(paragraphs), hint, TypeError)
    if not paragraphs:
        _require.refuse("paragraphs", wanted, "an empty one", hint)
    if not isinstance(paragraphs[0], Paragraph):
        got = f"a list of {type(paragraphs[0]).__name__}"
        _require.refuse("paragraphs", wanted, got, hint, TypeError)
