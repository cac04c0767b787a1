"""Tables → tidy tables: `select` what counts, then measure its frequency, co-mention, comparison and coverage."""

from . import comention, comparison, coverage, frequency, intervals
from .export import write
from .selection import Selection, select, sizes

__all__ = ["Selection", "comention", "comparison", "coverage", "frequency", "intervals", "select", "sizes", "write"]
