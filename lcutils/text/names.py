"""Names of countries and languages in many languages, from a package that JupyterLab brings."""

from __future__ import annotations

import importlib.util
from collections.abc import Sequence

from lcutils import _require

KINDS = ("territories", "languages")


def names(kind: str, languages: Sequence[str]) -> list[tuple[str, ...]]:
    """The same things named in several languages.

    Args:
        kind: "territories", countries and parts of countries, or "languages"
        languages: their codes, such as "en"
    Returns: a tuple a thing, its name in each of the languages, for things that have one in all;
        in the order of the things' codes. An empty list where the package babel is not installed.
    Raises: TypeError, ValueError naming the argument.
    Source: CLDR, the Unicode consortium's locale data, as the package babel carries it. Names
        change from version to version, so measure on them; never count on one.
    """
    _require.one_of("kind", kind, KINDS)
    if not isinstance(languages, list | tuple):
        wanted = 'a list of languages, such as ["en", "fr"]'
        _require.refuse("languages", wanted, _require.kind_of(languages), error=TypeError)
    if not languages:
        _require.refuse("languages", "at least one", "none")
    if importlib.util.find_spec("babel") is None:
        return []
    from babel import Locale
    from babel.localedata import exists

    for language in languages:
        if not exists(_require.text("languages", language)):
            _require.refuse("languages", 'codes that CLDR has, such as "en"', repr(language))
    named = [dict(getattr(Locale.parse(language), kind)) for language in languages]
    codes = set.intersection(*(set(one) for one in named))
    # numbers are codes of continents
    return [tuple(one[code] for one in named) for code in sorted(codes) if not code.isdigit()]
