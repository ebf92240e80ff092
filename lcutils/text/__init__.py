"""Real text that is already on the reader's machine, and its words as numbers."""

from lcutils.text.docstrings import PACKAGES, Paragraph, paragraphs
from lcutils.text.names import names
from lcutils.text.words import cooccurrence_counts, passages, skip_gram_pairs, split, vocabulary

__all__ = [
    "PACKAGES",
    "Paragraph",
    "cooccurrence_counts",
    "names",
    "paragraphs",
    "passages",
    "skip_gram_pairs",
    "split",
    "vocabulary",
]
