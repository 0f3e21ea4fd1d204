"""Equations from series: methods behind one protocol, and the comparison of found equations with true ones."""

from dysts.discovery.comparison import EquationScores, compare, derivative_errors
from dysts.discovery.discover import DiscoveryMethod, discover
from dysts.discovery.expansion import canonical_equations, canonical_form, term_text
from dysts.discovery.found import system_of_text
from dysts.discovery.sparse import SequentialThresholding
from dysts.discovery.terms import TermLibrary, polynomial_library

__all__ = [
    "DiscoveryMethod",
    "EquationScores",
    "SequentialThresholding",
    "TermLibrary",
    "canonical_equations",
    "canonical_form",
    "compare",
    "derivative_errors",
    "discover",
    "polynomial_library",
    "system_of_text",
    "term_text",
]
