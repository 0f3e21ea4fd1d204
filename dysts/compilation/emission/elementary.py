"""Elementary functions of several arguments at once, in the time of one or two calls of the library.

Each is within two and a half units in the last place of the exact value. Lanes at unusual arguments (beyond a million
for the circular functions, beyond 700 for the exponential ones, or no numbers at all) get the value of the library.

References
----------
J.-M. Muller, Elementary Functions: Algorithms and Implementation, 3rd edition, Birkhaeuser (2016): chapter 11 for the
reduction of arguments with fused multiplication and addition, chapter 10 for the exponential function.
The polynomials of the circular functions are those of fdlibm (Sun Microsystems, 1993), of degree 13 and 14.
"""

import math
from collections.abc import Sequence

from dysts.compilation.emission.vectors import MAGIC, Value, Vectors, external

LARGEST_ANGLE = 1e6
LARGEST_EXPONENT = 700.0
SATURATED = 20.0
"""Argument from which on the hyperbolic tangent rounds to 1."""

HALF_TURN_FOURTHS = (float.fromhex("0x1.921fb54442d18p+0"), float.fromhex("0x1.1a62633145c07p-54"))
"""pi/2 as a sum of two numbers, with an error of 3e-33."""
LOG_TWO = (float.fromhex("0x1.62e42fefa39efp-1"), float.fromhex("0x1.abc9e3b39803fp-56"))
"""The logarithm of 2 as a sum of two numbers."""

SINE = (
    -1.66666666666666324348e-01,
    8.33333333332248946124e-03,
    -1.98412698298579493134e-04,
    2.75573137070700676789e-06,
    -2.50507602534068634195e-08,
    1.58969099521155010221e-10,
)
COSINE = (
    4.16666666666666019037e-02,
    -1.38888888888741095749e-03,
    2.48015872894767294178e-05,
    -2.75573143513906633035e-07,
    2.08757232129817482790e-09,
    -1.13596475577881948265e-11,
)
EXPONENTIAL = tuple(1.0 / math.factorial(power) for power in range(2, 14))


def circular(v: Vectors, x: Value, names: Sequence[str]) -> Value:
    """Return the sine or the cosine of each lane, as `names` says."""
    quarters = v.integer([int(name == "cos") for name in names])

    shifted = v.multiply_add(x, v.number(2.0 / math.pi), v.number(MAGIC))
    turns = v.builder.fsub(v.number(MAGIC), shifted)
    r = x
    for part in HALF_TURN_FOURTHS:
        r = v.multiply_add(turns, v.number(part), r)
    square = v.builder.fmul(r, r)
    sine = v.multiply_add(v.builder.fmul(square, r), v.polynomial(square, SINE), r)
    half = v.builder.fmul(v.number(0.5), square)
    rounded = v.builder.fsub(v.number(1.0), half)
    lost = v.builder.fsub(v.builder.fsub(v.number(1.0), rounded), half)
    tail = v.builder.fmul(square, v.builder.fmul(square, v.polynomial(square, COSINE)))
    cosine = v.builder.fadd(rounded, v.builder.fadd(lost, tail))
    quadrant = v.builder.add(v.as_integers(shifted), quarters)
    odd = v.builder.icmp_unsigned("!=", v.builder.and_(quadrant, v.integer(1)), v.integer(0))
    size = v.builder.select(odd, cosine, sine)
    sign = v.builder.shl(v.builder.and_(quadrant, v.integer(2)), v.integer(62))
    reduced = v.as_numbers(v.builder.xor(v.as_integers(size), sign))

    def library() -> Value:
        scalar = Vectors(v.builder, 1)
        lanes = zip(v.take_apart(x), names, strict=False)
        return v.put_together([scalar.call(name, lane) for lane, name in lanes])

    return v.where_bounded(x, LARGEST_ANGLE, reduced, library)


def _parts(v: Vectors, x: Value) -> tuple[Value, Value]:
    """Return s and q with exp(x) = s + s*q, where s is a power of two and q below 0.42."""
    shifted = v.multiply_add(x, v.number(1.0 / LOG_TWO[0]), v.number(MAGIC))
    doublings = v.builder.fsub(v.number(MAGIC), shifted)
    r = x
    for part in LOG_TWO:
        r = v.multiply_add(doublings, v.number(part), r)
    # Two chains of multiplications run beside one another.
    square = v.builder.fmul(r, r)
    even, odd = v.polynomial(square, EXPONENTIAL[::2]), v.polynomial(square, EXPONENTIAL[1::2])
    q = v.multiply_add(square, v.multiply_add(odd, r, even), r)
    scale = v.builder.shl(v.builder.add(v.as_integers(shifted), v.integer(1023)), v.integer(52))
    return v.as_numbers(scale), q


def _grown(v: Vectors, x: Value) -> Value:
    """Return exp(x) - 1 for x >= 0."""
    scale, q = _parts(v, x)
    return v.multiply_add(scale, q, v.builder.fsub(scale, v.number(1.0)))


def _in_range(v: Vectors, x: Value, name: str, value: Value) -> Value:
    return v.where_bounded(x, LARGEST_EXPONENT, value, lambda: v.lane_by_lane(external(v.module, name), x))


def exponential(v: Vectors, x: Value) -> Value:
    """Return exp(x)."""
    scale, q = _parts(v, x)
    return _in_range(v, x, "exp", v.multiply_add(scale, q, scale))


def hyperbolic_cosine(v: Vectors, x: Value) -> Value:
    """Return cosh(x)."""
    scale, q = _parts(v, v.call("fabs", x))
    half = v.builder.fmul(v.number(0.5), v.multiply_add(scale, q, scale))
    return _in_range(v, x, "cosh", v.builder.fadd(half, v.builder.fdiv(v.number(0.25), half)))


def hyperbolic_sine(v: Vectors, x: Value) -> Value:
    """Return sinh(x)."""
    grown = _grown(v, v.call("fabs", x))
    shrunk = v.builder.fdiv(grown, v.builder.fadd(grown, v.number(1.0)))
    value = v.copy_sign(v.builder.fmul(v.number(0.5), v.builder.fadd(grown, shrunk)), x)
    return _in_range(v, x, "sinh", value)


def hyperbolic_tangent(v: Vectors, x: Value) -> Value:
    """Return tanh(x)."""
    size = v.call("fabs", x)
    size = v.select(">", size, v.number(SATURATED), v.number(SATURATED), size)
    grown = _grown(v, v.builder.fadd(size, size))
    return v.copy_sign(v.builder.fdiv(grown, v.builder.fadd(grown, v.number(2.0))), x)
