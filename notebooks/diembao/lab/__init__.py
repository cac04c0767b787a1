"""The lab of `explore.ipynb`: one screen to question a corpus, from any bar to the sentences behind it."""

from .lab import Lab, show
from .state import View

__all__ = ["Lab", "View", "show"]
