"""Elementary functions of double-doubles, to about thirty digits: arguments are reduced, and short series summed.

Inverse functions take the value of the mathematical library and correct it by one step, which doubles its digits. Each
function is written once in a module and called.

References
----------
J.-M. Muller, Elementary Functions: Algorithms and Implementation, 3rd edition, Birkhaeuser (2016), chapters 10 and 11.
M. Abramowitz, I. A. Stegun, Handbook of Mathematical Functions, NBS (1964), 7.1.6, for the error function.
"""

import math
from collections.abc import Callable
from fractions import Fraction
from typing import TypeAlias

import mpmath
from llvmlite import ir

from dysts.compilation.emission.double_doubles import DoubleDouble, DoubleDoubles, split
from dysts.compilation.emission.vectors import DOUBLE, INTEGER, MAGIC, Value, external
from dysts.compilation.exact_constants import fraction
from dysts.compilation.program import LARGEST_UNROLLED

LARGEST_ANGLE = 1e15
"""Arguments of circular functions beyond this one have no digit behind the point to reduce by."""
LARGEST_DOUBLINGS = 1080.0
"""Powers of two beyond which every result is zero or infinite."""
HALVINGS = 4
"""The argument of the exponential series is halved so often, and the outcome squared."""
EXPONENTIAL_TERMS = 15
"""Terms that leave 1e-35 at 0.022, the largest argument of the series."""
CIRCULAR_DEGREE = 29
"""Degree that leaves 1e-34 at an eighth of a turn."""
SATURATED = 45.0
"""Where the hyperbolic tangent is 1 to 38 digits."""
LARGEST_ERROR_ARGUMENT = 9.0
"""Where the error function is 1 to 36 digits."""
ERROR_TERMS = 300
"""Terms of the series of the error function that leave 1e-35 at its largest argument."""
CONSTANT_DIGITS = 70

ExtendedFunction: TypeAlias = Callable[..., DoubleDouble]
"""Writes a function: ``(arithmetic, *arguments)``, for numbers one at a time."""


def constant(name: str) -> Fraction:
    """Return a number such as ``"pi"`` or ``"log(10)"`` to many digits."""
    with mpmath.workdps(CONSTANT_DIGITS):
        values = {
            "pi": mpmath.mp.pi,
            "log(2)": mpmath.log(2),
            "log(10)": mpmath.log(10),
            "2/sqrt(pi)": 2 / mpmath.sqrt(mpmath.pi),
        }
        return fraction(+values[name])


def _power_of_two(v: DoubleDoubles, exponent: Value) -> Value:
    """Return 2**exponent for a whole number, given as float64, of modulus below 1000."""
    p = v.parts
    bits = v.builder.add(p.as_integers(p.add(exponent, p.number(MAGIC))), p.integer(1023))
    return p.as_numbers(v.builder.shl(bits, p.integer(52)))


def _shifted(v: DoubleDoubles, x: DoubleDouble, exponent: Value) -> DoubleDouble:
    """Return x * 2**exponent, in two factors, as one may lie beyond the range of float64."""
    half = v.parts.call("floor", v.parts.multiply(exponent, v.parts.number(0.5)))
    once = v.scaled(x, _power_of_two(v, half))
    return v.scaled(once, _power_of_two(v, v.parts.subtract(exponent, half)))


def _horner(v: DoubleDoubles, x: DoubleDouble, coefficients: list[Fraction]) -> DoubleDouble:
    """Return the polynomial with these coefficients, the constant one first."""
    total = v.number(coefficients[-1])
    for coefficient in coefficients[-2::-1]:
        total = v.multiply_add(total, x, v.number(coefficient))
    return total


def _reduced(v: DoubleDoubles, x: DoubleDouble) -> tuple[Value, DoubleDouble]:
    """Return the whole number k nearest to x/log(2), and exp(r) - 1 for r = x - k*log(2)."""
    p = v.parts
    two = constant("log(2)")
    k = p.call("rint", p.multiply(x.high, p.number(1.0 / math.log(2.0))))
    k = p.call("minnum", p.call("maxnum", k, p.number(-LARGEST_DOUBLINGS)), p.number(LARGEST_DOUBLINGS))
    r = v.multiply_add(v.exact(p.negate(k)), v.number(two), x)
    small = v.scaled(r, p.number(0.5**HALVINGS))
    series = [Fraction(1, math.factorial(power)) for power in range(1, EXPONENTIAL_TERMS + 1)]
    grown = v.multiply(small, _horner(v, small, series))
    for _ in range(HALVINGS):
        grown = v.multiply_add(grown, grown, v.scaled(grown, p.number(2.0)))
    return k, grown


def exponential(v: DoubleDoubles, x: DoubleDouble) -> DoubleDouble:
    """Return exp(x)."""
    k, grown = _reduced(v, x)
    return _shifted(v, v.add(grown, v.number(1.0)), k)


def growth(v: DoubleDoubles, x: DoubleDouble) -> DoubleDouble:
    """Return exp(x) - 1, to all digits also where x is small."""
    k, grown = _reduced(v, x)
    power = _shifted(v, v.number(1.0), k)
    return v.add(_shifted(v, grown, k), v.add(power, v.number(-1.0)))


def logarithm(v: DoubleDoubles, x: DoubleDouble) -> DoubleDouble:
    """Return log(x), to all digits also where it is small."""
    p = v.parts
    log = external(v.module, "log")
    rough = v.builder.call(log, [x.high])
    k = p.call("rint", p.multiply(rough, p.number(1.0 / math.log(2.0))))
    k = p.call("minnum", p.call("maxnum", k, p.number(-LARGEST_DOUBLINGS)), p.number(LARGEST_DOUBLINGS))
    mantissa = _shifted(v, x, p.negate(k))
    known = v.exact(v.builder.call(log, [mantissa.high]))
    # exp(-known)*mantissa - 1, without the cancellation that a mantissa near 1 would bring.
    shrunk = call(v, "expm1", v.negate(known))
    rest = v.add(v.add(mantissa, v.number(-1.0)), v.multiply(mantissa, shrunk))
    correction = v.multiply(rest, v.add(v.number(1.0), v.scaled(rest, p.number(-0.5))))
    return v.multiply_add(v.exact(k), v.number(constant("log(2)")), v.add(known, correction))


def _circular(v: DoubleDoubles, x: DoubleDouble) -> tuple[DoubleDouble, DoubleDouble]:
    """Return sine and cosine."""
    p = v.parts
    quarter = constant("pi") / 2
    high, middle = split(quarter)
    last = float(quarter - Fraction(high) - Fraction(middle))
    k = p.call("rint", p.multiply(x.high, p.number(2.0 / math.pi)))
    r = v.add(x, v.negate(v.two_product(k, p.number(high))))
    r = v.add(r, v.negate(v.two_product(k, p.number(middle))))
    r = v.add(r, v.exact(p.negate(p.multiply(k, p.number(last)))))
    square = v.multiply(r, r)
    signs = [Fraction((-1) ** (power // 2), math.factorial(power)) for power in range(CIRCULAR_DEGREE + 1)]
    sine, cosine = v.multiply(r, _horner(v, square, signs[1::2])), _horner(v, square, signs[::2])
    quadrant = p.as_integers(p.add(k, p.number(MAGIC)))
    odd = v.builder.icmp_unsigned("!=", v.builder.and_(quadrant, p.integer(1)), p.integer(0))
    lower = v.builder.icmp_unsigned("!=", v.builder.and_(quadrant, p.integer(2)), p.integer(0))
    left = v.builder.xor(odd, lower)
    first, second = v.choose(odd, cosine, sine), v.choose(odd, sine, cosine)
    known = v.builder.fcmp_ordered("<=", p.call("fabs", x.high), p.number(LARGEST_ANGLE))
    unknown = v.exact(p.number(math.nan))
    first, second = v.choose(lower, v.negate(first), first), v.choose(left, v.negate(second), second)
    return v.choose(known, first, unknown), v.choose(known, second, unknown)


def sine(v: DoubleDoubles, x: DoubleDouble) -> DoubleDouble:
    """Return sin(x)."""
    return _circular(v, x)[0]


def cosine(v: DoubleDoubles, x: DoubleDouble) -> DoubleDouble:
    """Return cos(x)."""
    return _circular(v, x)[1]


def tangent(v: DoubleDoubles, x: DoubleDouble) -> DoubleDouble:
    """Return tan(x)."""
    return v.divide(*_circular(v, x))


def _size(v: DoubleDoubles, x: DoubleDouble) -> DoubleDouble:
    return v.select("<", x.high, v.parts.number(0.0), v.negate(x), x)


def _with_sign(v: DoubleDoubles, size: DoubleDouble, x: DoubleDouble) -> DoubleDouble:
    return v.select("<", x.high, v.parts.number(0.0), v.negate(size), size)


def hyperbolic_sine(v: DoubleDoubles, x: DoubleDouble) -> DoubleDouble:
    """Return sinh(x)."""
    grown = call(v, "expm1", _size(v, x))
    shrunk = v.divide(grown, v.add(grown, v.number(1.0)))
    return _with_sign(v, v.scaled(v.add(grown, shrunk), v.parts.number(0.5)), x)


def hyperbolic_cosine(v: DoubleDoubles, x: DoubleDouble) -> DoubleDouble:
    """Return cosh(x)."""
    half = v.scaled(call(v, "exp", _size(v, x)), v.parts.number(0.5))
    return v.add(half, v.divide(v.number(0.25), half))


def hyperbolic_tangent(v: DoubleDoubles, x: DoubleDouble) -> DoubleDouble:
    """Return tanh(x)."""
    size = _size(v, x)
    size = v.select(">", size.high, v.parts.number(SATURATED), v.number(SATURATED), size)
    grown = call(v, "expm1", v.scaled(size, v.parts.number(2.0)))
    return _with_sign(v, v.divide(grown, v.add(grown, v.number(2.0))), x)


def two_argument_arctangent(v: DoubleDoubles, y: DoubleDouble, x: DoubleDouble) -> DoubleDouble:
    """Return the angle of the point (x, y): that of the library, turned by the small angle that is left."""
    known = v.exact(v.builder.call(external(v.module, "atan2", 2), [y.high, x.high]))
    s, c = _circular(v, known)
    across = v.add(v.multiply(y, c), v.negate(v.multiply(x, s)))
    along = v.add(v.multiply(y, s), v.multiply(x, c))
    return v.add(known, v.divide(across, along))


def arctangent(v: DoubleDoubles, x: DoubleDouble) -> DoubleDouble:
    """Return atan(x)."""
    return call(v, "atan2", x, v.number(1.0))


def _other_leg(v: DoubleDoubles, x: DoubleDouble) -> DoubleDouble:
    """Return sqrt(1 - x**2)."""
    one = v.number(1.0)
    return v.square_root(v.multiply(v.subtract(one, x), v.add(one, x)))


def arcsine(v: DoubleDoubles, x: DoubleDouble) -> DoubleDouble:
    """Return asin(x)."""
    return call(v, "atan2", x, _other_leg(v, x))


def arccosine(v: DoubleDoubles, x: DoubleDouble) -> DoubleDouble:
    """Return acos(x)."""
    return call(v, "atan2", _other_leg(v, x), x)


def decimal_logarithm(v: DoubleDoubles, x: DoubleDouble) -> DoubleDouble:
    """Return log10(x)."""
    return v.multiply(call(v, "log", x), v.number(1 / constant("log(10)")))


def error_function(v: DoubleDoubles, x: DoubleDouble) -> DoubleDouble:
    """Return erf(x) by a series of positive terms."""
    p, builder = v.parts, v.builder
    size = _size(v, x)
    size = v.select(">", size.high, p.number(LARGEST_ERROR_ARGUMENT), v.number(LARGEST_ERROR_ARGUMENT), size)
    square = v.multiply(size, size)
    twice = v.scaled(square, p.number(2.0))
    before = builder.block
    loop, after = builder.append_basic_block(), builder.append_basic_block()
    builder.branch(loop)
    builder.position_at_end(loop)
    count, term, total = builder.phi(INTEGER), v.phi(), v.phi()
    next_term = v.divide(v.multiply(term, twice), v.from_integer(count))
    next_total = v.add(total, next_term)
    next_count = builder.add(count, ir.Constant(INTEGER, 2))
    count.add_incoming(ir.Constant(INTEGER, 3), before)
    count.add_incoming(next_count, loop)
    for phi, later in ((term, next_term), (total, next_total)):
        v.add_incoming(phi, size, before)
        v.add_incoming(phi, later, loop)
    more = builder.icmp_unsigned("<", next_count, ir.Constant(INTEGER, 2 * ERROR_TERMS))
    builder.cbranch(more, loop, after)
    builder.position_at_end(after)
    weight = v.multiply(v.number(constant("2/sqrt(pi)")), call(v, "exp", v.negate(square)))
    return _with_sign(v, v.multiply(weight, next_total), x)


def power(v: DoubleDoubles, base: DoubleDouble, exponent: DoubleDouble) -> DoubleDouble:
    """Return base**exponent; where the exponent is a small integer, it multiplies."""
    p, builder = v.parts, v.builder
    size = p.call("fabs", exponent.high)
    whole = builder.fcmp_ordered("==", p.call("floor", size), size)
    exact = builder.fcmp_ordered("==", exponent.low, p.number(0.0))
    small = builder.fcmp_ordered("<=", size, p.number(LARGEST_UNROLLED))
    start, general, loop, done = (builder.append_basic_block() for _ in range(4))
    builder.cbranch(builder.and_(exact, builder.and_(whole, small)), start, general)
    builder.position_at_end(general)
    _return(v, call(v, "exp", v.multiply(exponent, call(v, "log", base))))
    builder.position_at_end(start)
    count = builder.fptosi(size, INTEGER)
    builder.branch(loop)
    builder.position_at_end(loop)
    rest, factor, product = builder.phi(INTEGER), v.phi(), v.phi()
    odd = builder.icmp_unsigned("!=", builder.and_(rest, ir.Constant(INTEGER, 1)), ir.Constant(INTEGER, 0))
    grown = v.choose(odd, v.multiply(product, factor), product)
    halved = builder.lshr(rest, ir.Constant(INTEGER, 1))
    rest.add_incoming(count, start)
    rest.add_incoming(halved, loop)
    for phi, first, later in ((factor, base, v.multiply(factor, factor)), (product, v.number(1.0), grown)):
        v.add_incoming(phi, first, start)
        v.add_incoming(phi, later, loop)
    builder.cbranch(builder.icmp_unsigned("==", halved, ir.Constant(INTEGER, 0)), done, loop)
    builder.position_at_end(done)
    inverse = v.divide(v.number(1.0), grown)
    return v.select("<", exponent.high, p.number(0.0), inverse, grown)


def call(v: DoubleDoubles, name: str, *arguments: DoubleDouble) -> DoubleDouble:
    """Call a function of `EXTENDED_FUNCTIONS`, which is written into the module where it is not there yet."""
    if name == "sqrt":
        return v.square_root(*arguments)
    symbol = f"extended.{name}"
    if symbol not in v.module.globals:
        kind = ir.FunctionType(ir.LiteralStructType([DOUBLE, DOUBLE]), [DOUBLE] * (2 * len(arguments)))
        function = ir.Function(v.module, kind, symbol)
        function.linkage = "internal"
        function.attributes.add("noinline")
        inside = DoubleDoubles(ir.IRBuilder(function.append_basic_block()), 1)
        pairs = [DoubleDouble(*function.args[index : index + 2]) for index in range(0, len(function.args), 2)]
        _return(inside, EXTENDED_FUNCTIONS[name](inside, *pairs))
    flat = [part for argument in arguments for part in argument]
    result = v.builder.call(v.module.globals[symbol], flat)
    return DoubleDouble(v.builder.extract_value(result, 0), v.builder.extract_value(result, 1))


def _return(v: DoubleDoubles, value: DoubleDouble) -> None:
    pair = ir.Constant(ir.LiteralStructType([DOUBLE, DOUBLE]), ir.Undefined)
    for index, part in enumerate(value):
        pair = v.builder.insert_value(pair, part, index)
    v.builder.ret(pair)


EXTENDED_FUNCTIONS: dict[str, ExtendedFunction] = {
    "acos": arccosine,
    "asin": arcsine,
    "atan": arctangent,
    "atan2": two_argument_arctangent,
    "cos": cosine,
    "cosh": hyperbolic_cosine,
    "erf": error_function,
    "exp": exponential,
    "expm1": growth,
    "log": logarithm,
    "log10": decimal_logarithm,
    "power": power,
    "sin": sine,
    "sinh": hyperbolic_sine,
    "tan": tangent,
    "tanh": hyperbolic_tangent,
}
"""The functions by name; the square root is an operation of the arithmetic."""
