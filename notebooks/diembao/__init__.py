"""Điểm báo: who is mentioned, whose reporting it is and which days are covered, in Vietnamese-language news pages."""

from . import memory  # noqa: F401  (before polars)
from .catalogue import Catalogue, load_catalogue
from .corpus import Corpus, extract, open_corpus
from .schema import DiembaoError

__all__ = ["Catalogue", "Corpus", "DiembaoError", "extract", "load_catalogue", "open_corpus"]
