"""Libraries of terms: the monomials and waves from which equations are put together."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations_with_replacement

import numpy as np
from numpy.typing import NDArray

from dysts.checks import check_count
from dysts.discovery.expansion import Term
from dysts.errors import InvalidArgumentError

FloatArray = NDArray[np.float64]

MOST_TERMS = 3000
"""Largest number of terms of a library: a regression on so many takes minutes."""


@dataclass(frozen=True, eq=False)
class TermLibrary:
    """Terms as products of columns: the number one, the variables, and sines and cosines of them.

    Make one with `polynomial_library`.

    Attributes
    ----------
    variables : tuple of str
    waves : tuple of (function, variable, frequency)
        ``("sin", 0, 2.0)`` is the sine of twice the first variable.
    factors : ndarray, int [term, factor]
        The columns that are multiplied; column 0 is the number one.
    description : str
        What the library holds, in words.
    """

    variables: tuple[str, ...]
    waves: tuple[tuple[str, int, float], ...]
    factors: NDArray[np.intp]
    description: str

    def __len__(self) -> int:
        return len(self.factors)

    def features(self, states: FloatArray) -> FloatArray:
        """Return the terms of states: float64 [..., term] of [..., component]."""
        columns = self._columns(states)
        result: FloatArray = columns[..., self.factors[:, 0]]
        for position in range(1, self.factors.shape[1]):
            result = result * columns[..., self.factors[:, position]]
        return result

    def _columns(self, states: FloatArray) -> FloatArray:
        parts = [np.ones((*states.shape[:-1], 1)), states]
        for function, variable, frequency in self.waves:
            wave = np.sin if function == "sin" else np.cos
            parts.append(wave(frequency * states[..., variable : variable + 1]))
        return np.concatenate(parts, axis=-1)

    def chosen(self, mask: NDArray[np.bool_]) -> "TermLibrary":
        """Return the library with some of the terms only."""
        return TermLibrary(self.variables, self.waves, self.factors[mask], self.description)

    @cached_property
    def terms(self) -> tuple[Term, ...]:
        """The terms in canonical form."""
        names = ["", *self.variables]
        for function, variable, frequency in self.waves:
            inner = self.variables[variable] if frequency == 1.0 else f"{frequency:.12g}*{self.variables[variable]}"
            names.append(f"{function}({inner})")
        return tuple(
            tuple(sorted((name, float(count)) for name, count in Counter(names[i] for i in row if i).items()))
            for row in self.factors
        )


def polynomial_library(
    variables: Sequence[str],
    degree: int,
    *,
    frequencies: Sequence[float] = (),
    angles: Sequence[str] = (),
) -> TermLibrary:
    """Return the library of all monomials up to a degree, and of sines and cosines if wanted.

    Parameters
    ----------
    variables : sequence of str
    degree : int
        Highest degree of a monomial.
    frequencies : sequence of float
        Sines and cosines of each variable times these numbers are added.
    angles : sequence of str
        Variables that are angles: they occur as sine and cosine only, which may be multiplied by monomials of the
        other variables of one degree less.

    Raises
    ------
    InvalidArgumentError
        If an angle is no variable, or the library is too large.

    Examples
    --------
    >>> library = polynomial_library(("x", "y"), 2)
    >>> library.features(np.array([[2.0, 3.0]])).tolist()      # 1, x, y, x^2, x y, y^2
    [[1.0, 2.0, 3.0, 4.0, 6.0, 9.0]]
    """
    check_count("degree", degree)
    for name in angles:
        if name not in variables:
            raise InvalidArgumentError(f"angles must be variables ({', '.join(variables)}), got {name!r}")
    straight = [1 + index for index, name in enumerate(variables) if name not in angles]
    turning = [index for index, name in enumerate(variables) if name in angles]
    rows = [row for power in range(degree + 1) for row in combinations_with_replacement(straight, power)]
    waves: list[tuple[str, int, float]] = []
    products: list[tuple[int, ...]] = []
    for frequency in frequencies or ((1.0,) if turning else ()):
        for index in range(len(variables)):
            if index not in turning and not frequencies:
                continue
            for function in ("sin", "cos"):
                waves.append((function, index, float(frequency)))
                column = len(variables) + len(waves)
                with_it = [row for row in rows if len(row) < degree] if index in turning else [()]
                products += [(*row, column) for row in with_it]
    rows += products
    if len(rows) > MOST_TERMS:
        raise InvalidArgumentError(f"a library must have at most {MOST_TERMS} terms, got {len(rows)}")
    width = max(map(len, rows)) or 1
    factors = np.array([[*row, *[0] * (width - len(row))] for row in rows], dtype=np.intp)
    told = f"polynomials of degree {degree}"
    if waves:
        told += ", sines and cosines"
    return TermLibrary(tuple(variables), tuple(waves), factors, told)
