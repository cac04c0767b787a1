"""Tables → tidy tables: `select` what counts, then measure its frequency, comparison and coverage, with intervals."""

from . import comparison, coverage, frequency, intervals
from .selection import Selection, select

__all__ = ["Selection", "comparison", "coverage", "frequency", "intervals", "select"]
