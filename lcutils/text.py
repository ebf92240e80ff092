"""Real prose that is already on the reader's machine: the docstrings of the installed libraries.

Source files are read and parsed, never imported. What is no prose is left out: code, examples,
tables, headings, lists of parameters, and what follows a sentence with a formula or a call in it.
Docstrings differ from version to version of a library, so measure on them; never count on one.
"""

from __future__ import annotations

import ast
import importlib.util
import re
import warnings
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby, takewhile
from pathlib import Path

import torch
from torch import Tensor

from lcutils import _require

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
        packages: names of installed packages, such as "torch.nn"
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
        for paragraph in _package_paragraphs(package):
            found.setdefault(paragraph.text, paragraph)
    return list(found.values())


def vocabulary(paragraphs: Sequence[Paragraph], size: int) -> dict[str, int]:
    """The most frequent words, each with its number: 0 for the most frequent of all.

    Args:
        paragraphs: at least one
        size: N, how many words
    Returns: word -> number from 0 to N - 1; of equally frequent words, in alphabetical order.
    Raises: TypeError, ValueError if the paragraphs have fewer different words.
    """
    _check_paragraphs(paragraphs)
    _require.count("size", size)
    counts = Counter(word for paragraph in paragraphs for word in paragraph.words)
    if size > len(counts):
        _require.refuse("size", f"at most the {len(counts)} different words there are", str(size))
    ranked = sorted(counts, key=lambda word: (-counts[word], word))
    return {word: number for number, word in enumerate(ranked[:size])}


def passages(paragraphs: Sequence[Paragraph], vocabulary: dict[str, int], length: int) -> Tensor:
    """Running prose cut into passages of equal length; none goes from one file into the next.

    Args:
        paragraphs: in reading order, at least one
        vocabulary: word -> number; other words are left out
        length: T, known words a passage
    Returns: [N, T] numbers of the words; what is left over at a file's end is dropped.
    Raises: TypeError, ValueError if no file is long enough for one passage.
    """
    _check_paragraphs(paragraphs)
    if not isinstance(vocabulary, dict):
        hint = "Make it with text.vocabulary."
        kind = _require.kind_of(vocabulary)
        _require.refuse("vocabulary", "a dict, word -> number", kind, hint, TypeError)
    _require.count("length", length)
    found: list[list[int]] = []
    for _, group in groupby(paragraphs, key=lambda paragraph: paragraph.source_file):
        words = [word for paragraph in group for word in paragraph.words]
        numbers = [vocabulary[word] for word in words if word in vocabulary]
        last = len(numbers) - length
        found += [numbers[start : start + length] for start in range(0, last + 1, length)]
    if not found:
        _require.refuse("length", "words enough in one file for a passage", str(length))
    return torch.tensor(found)


def _check_paragraphs(paragraphs: Sequence[Paragraph]) -> None:
    wanted, hint = "a list of Paragraph", "Make it with text.paragraphs."
    if not isinstance(paragraphs, list | tuple):
        _require.refuse("paragraphs", wanted, _require.kind_of(paragraphs), hint, TypeError)
    if not paragraphs:
        _require.refuse("paragraphs", wanted, "an empty one", hint)
    if not isinstance(paragraphs[0], Paragraph):
        got = f"a list of {type(paragraphs[0]).__name__}"
        _require.refuse("paragraphs", wanted, got, hint, TypeError)


def _package_paragraphs(package: str) -> Iterator[Paragraph]:
    folder = _folder(package)
    for path in sorted(folder.rglob("*.py"), key=lambda path: path.relative_to(folder).parts):
        place = path.relative_to(folder)
        if "tests" in place.parts:
            continue
        source_file = f"{package.replace('.', '/')}/{place.as_posix()}"
        for docstring in _docstrings(path):
            for text in _prose(docstring):
                words = tuple(_WORD.findall(text.lower()))
                if len(words) >= _MIN_WORDS:
                    yield Paragraph(text, words, source_file)


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
        waiting: list[ast.AST] = [ast.parse(path.read_bytes(), filename=str(path))]
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
