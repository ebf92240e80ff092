"""Real prose: what is taken from docstrings, and how it is numbered and cut."""

import sys
from pathlib import Path

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from lcutils import text
from lcutils.text import Paragraph

PROSE = "A memory keeps what it is told, and forgets the rest of it."


@pytest.fixture
def library(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Writes an installed package from `file name -> source` and gives its name."""

    def install(files: dict[str, str]) -> str:
        for name, source in {"__init__.py": "", **files}.items():
            path = tmp_path / "little" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(source, encoding="utf-8")
        return "little"

    monkeypatch.syspath_prepend(tmp_path)
    return install


@pytest.fixture
def prose_of(library):
    """The paragraphs that one docstring yields."""

    def read(docstring: str) -> list[str]:
        package = library({"one.py": f"r'''{docstring}'''\n"})
        return [paragraph.text for paragraph in text.paragraphs([package])]

    return read


def test_paragraph_knows_its_words_and_file(library):
    package = library({"inner/__init__.py": "", "inner/one.py": f'"""{PROSE}"""'})
    words = "a memory keeps what it is told and forgets the rest of it"
    assert text.paragraphs([package]) == [
        Paragraph(PROSE, tuple(words.split()), "little/inner/one.py")
    ]


def test_words_are_lower_case_without_numbers_and_punctuation(library):
    package = library({"one.py": '"""It\'s 2 o\'clock: call a state-dict, well, once or TWICE."""'})
    (paragraph,) = text.paragraphs([package])
    assert " ".join(paragraph.words) == "it's o'clock call a state dict well once or twice"


def test_docstrings_come_in_the_order_of_files_and_lines(library):
    source = '''
"""The first of the texts stands at the top of it."""
class A:
    """The second of the texts belongs to a class here."""
    def f(self):
        """The third of the texts belongs to a method here."""
async def g():
    """The fourth of the texts belongs to a coroutine here."""
'''
    package = library({"b.py": f'"""{PROSE}"""', "a.py": source})
    firsts = [paragraph.words[1] for paragraph in text.paragraphs([package])]
    assert firsts == ["first", "second", "third", "fourth", "memory"]


def test_files_come_in_the_order_of_their_names(library):
    names = [f"{letter}.py" for letter in "ghcdbafe"]  # as they lie on the disk, perhaps
    package = library({name: f'"""{name[0].upper()} {PROSE[2:]}"""' for name in names})
    files = [paragraph.source_file for paragraph in text.paragraphs([package])]
    assert files == [f"little/{name}" for name in sorted(names)]


def test_eight_words_make_a_paragraph(prose_of):
    assert prose_of("Eight words make a paragraph of this memory.") != []


def test_source_files_are_read_and_never_run(library):
    package = library({"one.py": f'"""{PROSE}"""\nraise SystemExit\n'})
    assert len(text.paragraphs([package])) == 1
    assert package not in sys.modules


def test_same_paragraph_twice_counts_once(library):
    package = library({"a.py": f'"""{PROSE}"""', "b.py": f'"""{PROSE}"""'})
    assert [paragraph.source_file for paragraph in text.paragraphs([package])] == ["little/a.py"]


def test_packages_own_tests_are_left_out(library):
    package = library({"tests/a.py": f'"""{PROSE}"""', "b.py": f'"""{PROSE[:-1]}, too."""'})
    assert [paragraph.source_file for paragraph in text.paragraphs([package])] == ["little/b.py"]


def test_another_projects_escape_sequences_do_not_warn(library):
    package = library({"one.py": f'"""{PROSE}"""\nslip = "\\d"\n'})
    assert len(text.paragraphs([package])) == 1


@pytest.mark.parametrize(
    ("written", "seen"),
    [
        (":class:`~torch.nn.LSTM`", "LSTM"),
        (":class:`the layer <torch.nn.LSTM>`", "LSTM"),
        (":func:`state_dict()`", "state_dict"),
        ("`the paper <https://example.org>`_", "the paper"),
        ("``torch.no_grad()``", "no_grad"),
        ("*every* **single**", "every single"),
        ("it [1]_", "it"),
    ],
)
def test_markup_is_what_its_reader_sees(prose_of, written, seen):
    sentence = "You will find that {} is kept by the memory here."
    assert prose_of(sentence.format(written)) == [sentence.format(seen)]


@pytest.mark.parametrize(
    "docstring",
    [
        "Seven words do not make a paragraph.",
        "The following block of this text ends without its stop",
        "Default: The memory keeps what it is told at every step.",
        "The memory keeps one of these.\nIt keeps it well.\n    The next step keeps another.",
        "The memory keeps what it is told at each of the steps.\n- It does not keep the rest.",
        ".. note:: The memory keeps what it is told at every step.",
        ">>> print('this is an example, and it is of no use here.')",
        "- A list of things that stand in this memory, one each.",
        "A heading of some eight words that stands here\n==============",
        "The state obeys c = a + b at each of the steps here.",
        r"The weight is \alpha at each and every step of it here.",
        "You can call forward(x) at each and every step of it here.",
        "lower case begins this sentence, which is no sentence of ours.",
    ],
)
def test_what_is_no_prose_is_left_out(prose_of, docstring):
    assert prose_of(docstring) == []


def test_paragraph_ends_before_the_first_sentence_with_a_formula(prose_of):
    docstring = f"{PROSE} It obeys c = a + b at every step. So it is a sum of all."
    assert prose_of(docstring) == [PROSE]


def test_et_al_ends_no_sentence(prose_of):
    sentence = "This memory of Hochreiter et al. (1997) keeps what it is told to keep."
    assert prose_of(sentence) == [sentence]


def test_installed_libraries_hold_enough_prose_for_the_lesson():
    found = text.paragraphs()
    # docstrings differ from version to version: 1775 paragraphs with torch 2.13 and sympy 1.14
    assert 1000 < len(found) < 4000
    assert 20_000 < sum(len(paragraph.words) for paragraph in found) < 80_000
    places = tuple(package.replace(".", "/") + "/" for package in text.PACKAGES)
    assert all(paragraph.source_file.startswith(places) for paragraph in found)
    assert all(any(p.source_file.startswith(place) for p in found) for place in places)
    assert len({paragraph.text for paragraph in found}) == len(found)
    assert not any(sign in paragraph.text for paragraph in found for sign in "\\$=`<>{}[]\n")


def paragraph(words: str, source_file: str = "a.py") -> Paragraph:
    return Paragraph(words.capitalize() + ".", tuple(words.split()), source_file)


def test_vocabulary_numbers_words_by_frequency_then_alphabet():
    prose = [paragraph("d a c a"), paragraph("c a b")]
    assert text.vocabulary(prose, 3) == {"a": 0, "c": 1, "b": 2}


def test_passages_cut_a_file_into_equal_lengths_and_drop_the_rest():
    prose = [paragraph("a b c"), paragraph("a x b a b")]
    numbers = text.passages(prose, {"a": 0, "b": 1, "c": 2}, 3)
    assert numbers.tolist() == [[0, 1, 2], [0, 1, 0]]
    assert numbers.dtype == torch.int64


def test_passages_do_not_go_from_one_file_into_the_next():
    prose = [paragraph("a b c", "a.py"), paragraph("a b", "b.py")]
    assert text.passages(prose, {"a": 0, "b": 1, "c": 2}, 2).tolist() == [[0, 1], [0, 1]]


@given(
    files=st.lists(st.lists(st.sampled_from("abc"), max_size=12), min_size=1, max_size=4),
    length=st.integers(1, 4),
)
def test_passages_are_the_files_prefixes(files, length):
    prose = [
        paragraph(" ".join(words) or "x", f"{number}.py") for number, words in enumerate(files)
    ]
    want = [
        ["abc".index(word) for word in words[start : start + length]]
        for words in files
        for start in range(0, len(words) - len(words) % length, length)
    ]
    if want:
        assert text.passages(prose, {"a": 0, "b": 1, "c": 2}, length).tolist() == want
    else:
        with pytest.raises(ValueError, match="length: expected words enough in one file"):
            text.passages(prose, {"a": 0, "b": 1, "c": 2}, length)


ONE = [paragraph("a b")]
BAD_INPUTS = {
    "packages-string": (text.paragraphs, ("torch.nn",), TypeError, "packages: expected a list of"),
    "packages-none": (text.paragraphs, ([],), ValueError, "packages: expected at least one"),
    "packages-kind": (text.paragraphs, ([3],), TypeError, "packages: expected a string, got 3."),
    "packages-library": (
        text.paragraphs,
        (["no_such_library"],),
        ValueError,
        "packages: expected installed packages with source files, got 'no_such_library'. Is the",
    ),
    "packages-part": (
        text.paragraphs,
        (["torch.no_such_part"],),
        ValueError,
        "packages: expected installed packages with source files, got 'torch.no_such_part'.",
    ),
    "packages-built-in": (text.paragraphs, (["sys"],), ValueError, "packages: expected installed"),
    "vocabulary-kind": (
        text.vocabulary,
        ("a b", 1),
        TypeError,
        "paragraphs: expected a list of Paragraph, got 'a b'. Make it with text.paragraphs.",
    ),
    "vocabulary-of-strings": (
        text.vocabulary,
        (["a b"], 1),
        TypeError,
        "paragraphs: expected a list of Paragraph, got a list of str.",
    ),
    "vocabulary-of-none": (
        text.vocabulary,
        ([], 1),
        ValueError,
        "paragraphs: expected a list of Paragraph, got an empty one.",
    ),
    "vocabulary-size": (
        text.vocabulary,
        (ONE, 3),
        ValueError,
        "size: expected at most the 2 different words there are, got 3.",
    ),
    "passages-vocabulary": (
        text.passages,
        (ONE, ["a"], 1),
        TypeError,
        "vocabulary: expected a dict, word -> number, got a list.",
    ),
    "passages-length": (
        text.passages,
        (ONE, {"a": 0}, 0),
        ValueError,
        "length: expected a whole number of at least 1, got 0.",
    ),
    "passages-too-long": (
        text.passages,
        (ONE, {"a": 0}, 2),
        ValueError,
        "length: expected words enough in one file for a passage, got 2.",
    ),
}


@pytest.mark.parametrize("case", BAD_INPUTS)
def test_bad_input_is_refused_by_name(case):
    call, arguments, error, message = BAD_INPUTS[case]
    with pytest.raises(error) as caught:
        call(*arguments)
    assert str(caught.value).startswith(message)
