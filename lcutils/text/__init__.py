"""Real text that is already on the reader's machine, its words and its letters as numbers."""

from lcutils.text.docstrings import PACKAGES, Paragraph, paragraphs
from lcutils.text.letters import SIGNS, LetterCounts, as_letters, before, spelled, windows
from lcutils.text.names import names
from lcutils.text.words import cooccurrence_counts, passages, skip_gram_pairs, split, vocabulary

__all__ = [
    "PACKAGES",
    "SIGNS",
    "LetterCounts",
    "Paragraph",
    "as_letters",
    "before",
    "cooccurrence_counts",
    "names",
    "paragraphs",
    "passages",
    "skip_gram_pairs",
    "spelled",
    "split",
    "vocabulary",
    "windows",
]
