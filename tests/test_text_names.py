"""Names in several languages, from the package babel: real ones, or none where it is missing."""

import importlib.util

import pytest

from helpers import assert_refused
from lcutils import text

SPOKEN = ("en", "de", "fr", "ar", "zh")


def test_a_thing_has_one_name_in_each_language():
    countries = text.names("territories", SPOKEN)
    assert len(countries) > 200
    assert {len(one) for one in countries} == {5}
    assert ("France", "Frankreich", "France", "فرنسا", "法国") in countries
    assert ("French", "Französisch", "français") in text.names("languages", SPOKEN[:3])


def test_names_come_in_the_order_of_the_languages_asked_for():
    one, other = text.names("territories", ["en", "fr"]), text.names("territories", ["fr", "en"])
    assert [pair[::-1] for pair in one] == other


def test_a_continent_is_no_territory():
    assert ("Europe",) not in text.names("territories", ["en"])


def test_without_babel_there_are_no_names(monkeypatch):
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    assert text.names("languages", SPOKEN) == []


@pytest.mark.parametrize(
    ("kind", "languages", "error", "said"),
    [
        ("rivers", SPOKEN, ValueError, "kind: expected"),
        ("languages", [], ValueError, "languages: expected at least one, got none"),
        ("languages", "en", TypeError, "languages: expected a list of languages"),
        ("languages", ["en", "xx"], ValueError, "languages: expected codes that CLDR has"),
        ("languages", [3], TypeError, "languages: expected"),
    ],
)
def test_other_names_are_refused(kind, languages, error, said):
    assert_refused(error, said, text.names, kind, languages)
