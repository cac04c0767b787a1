"""The lab of `explore.ipynb`: one screen to question a corpus, from any bar to the sentences behind it."""

from .state import View  # noqa
from .state import View

__all__ = ["Lab", "View"]
