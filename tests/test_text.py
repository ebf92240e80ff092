"""Real prose: what is taken from docstrings and how it is kept."""

import ast
import gc
import os
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from helpers import assert_refused
from lcutils import text
from lcutils.text import Paragraph, _cache, docstrings

PROSE = "A memory keeps what it is told, and forgets the rest of it."


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A cache of the test's own, empty at first."""
    monkeypatch.setenv("LC_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


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


def test_a_source_file_for_a_later_python_is_left_out(library):
    package = library({"a.py": '"""' + PROSE + '"""\ndef f[T: ...', "b.py": f'"""{PROSE}"""'})
    assert [paragraph.source_file for paragraph in text.paragraphs([package])] == ["little/b.py"]


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


# --- the cache


@pytest.fixture
def parsed(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of the source files that are parsed from here on."""
    found, parse = [], ast.parse

    def note(source, filename):
        found.append(Path(filename).name)
        return parse(source, filename)

    monkeypatch.setattr(ast, "parse", note)
    return found


@pytest.fixture
def kept(library, cache):
    """A package that has been read once, and the file where its prose is kept."""
    package = library({"one.py": f'"""{PROSE}"""'})
    text.paragraphs([package])
    return package, cache / "docstrings-little.json"


def test_a_package_is_parsed_once(kept, parsed):
    assert [paragraph.text for paragraph in text.paragraphs([kept[0]])] == [PROSE]
    assert parsed == []


def test_kept_prose_is_the_prose_of_the_sources(cache):
    first = text.paragraphs(["torch.optim", "sympy.stats"])
    assert text.paragraphs(["torch.optim", "sympy.stats"]) == first
    assert len(list(cache.iterdir())) == 2


def test_a_source_file_edited_without_changing_its_size_is_read_again(kept, library, tmp_path):
    other = PROSE.replace("A memory", "My notes")
    library({"one.py": f'"""{other}"""'})
    os.utime(tmp_path / "little/one.py", (0, 0))  # a clock may not tick between two writes
    assert [paragraph.text for paragraph in text.paragraphs([kept[0]])] == [other]


def test_a_source_file_that_is_new_is_read(kept, library):
    library({"two.py": f'"""{PROSE[:-1]}, too."""'})
    assert len(text.paragraphs([kept[0]])) == 2


def test_a_source_file_that_is_gone_is_forgotten(kept, tmp_path):
    (tmp_path / "little/one.py").unlink()
    assert text.paragraphs([kept[0]]) == []


def test_new_rules_for_what_prose_is_read_the_sources_again(kept, parsed, tmp_path, monkeypatch):
    rules = tmp_path / "rules.py"
    rules.write_text(Path(docstrings.__file__).read_text(encoding="utf-8") + "#", encoding="utf-8")
    monkeypatch.setattr(docstrings, "__file__", str(rules))
    text.paragraphs([kept[0]])
    assert "one.py" in parsed


def test_another_python_reads_the_sources_again(kept, parsed, monkeypatch):
    # it may parse files that this one cannot
    monkeypatch.setattr(docstrings, "sys", SimpleNamespace(version_info=(3, 99)))
    text.paragraphs([kept[0]])
    assert "one.py" in parsed


DAMAGE = {
    "empty": lambda content: b"",
    "cut off": lambda content: content[:-9],
    "edited": lambda content: content.replace(b"memory", b"notion"),
    "foreign": lambda content: b'{"little/one.py": ["Something else."]}',
    "no text": lambda content: b"\xff\x00\n\xfe" * 20,
}


@pytest.mark.parametrize("damage", DAMAGE)
def test_a_damaged_file_is_read_again_from_the_sources_and_mended(kept, damage):
    package, file = kept
    whole = file.read_bytes()
    file.write_bytes(DAMAGE[damage](whole))
    assert [paragraph.text for paragraph in text.paragraphs([package])] == [PROSE]
    assert file.read_bytes() == whole


def test_the_file_of_another_package_is_not_taken(kept, tmp_path, cache):
    (tmp_path / "little").rename(tmp_path / "small")
    kept[1].rename(cache / "docstrings-small.json")
    (found,) = text.paragraphs(["small"])
    assert found.source_file == "small/one.py"


def test_writing_that_fails_half_way_leaves_the_old_file_and_nothing_else(kept, cache, monkeypatch):
    package, file = kept
    whole = file.read_bytes()

    def write_half(path, content):
        with path.open("wb") as half:
            half.write(content[:9])
        raise OSError("no space left")

    monkeypatch.setattr(Path, "write_bytes", write_half)
    monkeypatch.setattr(docstrings, "sys", SimpleNamespace(version_info=(3, 99)))
    assert [paragraph.text for paragraph in text.paragraphs([package])] == [PROSE]
    assert file.read_bytes() == whole
    assert list(cache.iterdir()) == [file]


def test_who_reads_while_the_file_is_written_reads_the_old_one_whole(kept, monkeypatch):
    package, file = kept
    whole = file.read_bytes()
    monkeypatch.setattr(docstrings, "sys", SimpleNamespace(version_info=(3, 99)))
    with file.open("rb", buffering=0) as reader:
        text.paragraphs([package])
        assert reader.read() == whole


def test_a_folder_that_cannot_be_written_only_costs_time(library, tmp_path, monkeypatch):
    (tmp_path / "file").touch()
    monkeypatch.setenv("LC_CACHE", str(tmp_path / "file"))
    package = library({"one.py": f'"""{PROSE}"""'})
    assert [paragraph.text for paragraph in text.paragraphs([package])] == [PROSE]


def test_a_user_without_a_home_only_loses_time(library, monkeypatch):
    def home():
        raise RuntimeError("Could not determine home directory.")

    monkeypatch.delenv("LC_CACHE")
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    monkeypatch.setattr(Path, "home", home)
    package = library({"one.py": f'"""{PROSE}"""'})
    assert [paragraph.text for paragraph in text.paragraphs([package])] == [PROSE]


def test_sources_that_cannot_be_read_are_not_passed_over(library, tmp_path):
    package = library({})
    (tmp_path / "little/one.py").mkdir()  # a folder with a file's name
    with pytest.raises(OSError, match=r"one\.py"):
        text.paragraphs([package])
    assert gc.isenabled()


@pytest.mark.parametrize("wanted", [True, False])
def test_reading_leaves_garbage_collection_as_it_was(library, wanted):
    package = library({"one.py": f'"""{PROSE}"""'})
    try:
        (gc.enable if wanted else gc.disable)()
        text.paragraphs([package])
        assert gc.isenabled() == wanted
    finally:
        gc.enable()


@pytest.mark.parametrize(
    ("platform", "variables", "folder"),
    [
        ("linux", {"LC_CACHE": "chosen", "XDG_CACHE_HOME": "xdg"}, "chosen"),
        (
            "linux",
            {"LC_CACHE": "", "XDG_CACHE_HOME": "xdg", "LOCALAPPDATA": "local"},
            "xdg/lcutils",
        ),
        ("linux", {}, "home/.cache/lcutils"),
        ("darwin", {}, "home/.cache/lcutils"),
        ("win32", {"XDG_CACHE_HOME": "xdg", "LOCALAPPDATA": "local"}, "local/lcutils"),
    ],
)
def test_the_cache_lies_where_the_user_keeps_caches(monkeypatch, platform, variables, folder):
    for name in ("LC_CACHE", "XDG_CACHE_HOME", "LOCALAPPDATA"):
        monkeypatch.delenv(name, raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(_cache, "sys", SimpleNamespace(platform=platform))
    monkeypatch.setattr(Path, "home", lambda: Path("home"))
    assert _cache._folder() == Path(folder)


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
}


@pytest.mark.parametrize("case", BAD_INPUTS)
def test_bad_input_is_refused_by_name(case):
    call, arguments, error, message = BAD_INPUTS[case]
    assert_refused(error, message, call, *arguments)
