"""Tables → tidy tables: `select` what counts, then measure its frequency, comparison and coverage."""

from . import comparison, coverage, frequency, intervals
from .export import write
from .selection import Selection, select, sizes

__all__ = ["Selection", "comparison", "coverage", "frequency", "intervals", "select", "sizes", "write"]
