"""The first zero of a watched function along a step, on the interpolating polynomial of the solution.

The function is followed from left to right over intervals that are halved until it is resolved there: the cubic
Hermite polynomial through the ends of an interval then predicts the value in its middle. So an even number of zeros in
a step is found as well as an odd one, and a function that oscillates faster than the solution shortens the step.
"""

from numba import njit

from dysts.solvers.shared.trial import Step, crossed_before, deviation, monitor_inside, value_inside

NEVER = 2.0
"""A fraction beyond the end of the step."""
MOST_LOOKS = 100
"""Limit on the intervals that are examined in one step, after which the function counts as not resolved."""
NARROWEST = 1.0 / 4096.0
"""Shortest interval, as a fraction of the step; what turns within it, turns without leaving its side."""
TANGENT = 1e-9
"""Value and rate on the wrong side, as a fraction of a later value, that are the rounding of a tangent start."""
RESOLVED = 0.05
"""Largest deviation from the cubic, in units of the values around it, at which an interval with a zero is resolved."""


@njit(error_model="numpy")
def zero_between(step: Step, index: int, low: float, value_low: float, high: float, value_high: float) -> float:
    """Return the fraction of a step at which one value of the monitor changes its sign.

    Regula falsi with the Illinois modification; every fourth time the interval is halved, so that it always ends.

    Parameters
    ----------
    low, high, value_low, value_high : float
        Two fractions and the values there, of opposite signs.

    Returns
    -------
    fraction : float
        On the side of `high`, at most some roundings from the zero.
    """
    side = 0
    for iteration in range(200):
        if high - low <= 4e-16 * high or value_high == 0.0:
            break
        middle = 0.5 * (low + high)
        if iteration % 4 != 3 and value_high != value_low:
            secant = high - value_high * (high - low) / (value_high - value_low)
            if low < secant < high:
                middle = secant
        if not low < middle < high:
            break
        value = value_inside(step, middle, index)
        if value == 0.0:
            return middle
        if (value > 0.0) == (value_high > 0.0):
            high, value_high = middle, value
            if side == 1:
                value_low *= 0.5
            side = 1
        else:
            low, value_low = middle, value
            if side == -1:
                value_high *= 0.5
            side = -1
    return high


@njit(error_model="numpy")
def first_zero(step: Step, index: int, side: float, begin: float, carried: bool) -> tuple[float, bool]:
    """Find where a watched function first leaves its side of zero.

    Parameters
    ----------
    index : int
    side : float
        1 or -1, the sign of the function before.
    begin : float
        The fraction of the step where the search begins.
    carried : bool
        Whether another switch has been set there, whose change may have carried the function across zero.

    Returns
    -------
    fraction : float
        NEVER if it does not. If the function is not resolved, it stays on its side up to this fraction.
    resolved : bool
    """
    rate = step.monitored + index
    length = step.length
    if begin > 0.0:
        monitor_inside(step, begin)
        low, rate_low = side * step.values[index], side * step.values[rate] * length
    else:
        low, rate_low = side * step.at_start[index], side * step.at_start[rate] * length
    if carried and low < 0.0 and rate_low > 0.0 and crossed_before(step, -low, rate_low):
        return begin, True
    if low <= 0.0 and not rate_low > 0.0:
        later = side * value_inside(step, begin + 0.25 * (1.0 - begin), index)
        if not (-low <= TANGENT * later and -rate_low <= TANGENT * later):
            return begin, True
        low, rate_low = 0.0, 0.0
    a = begin
    largest = max(max(abs(low), abs(step.at_end[index])), max(abs(step.samples[0, index]), abs(step.samples[1, index])))
    width = (1.0 if deviation(step, index) <= RESOLVED * largest else 0.25) * (1.0 - begin)
    for _ in range(MOST_LOOKS):
        b = a + width if a + width < 1.0 - 1e-9 else 1.0
        width = b - a
        m = 0.5 * (a + b)
        monitor_inside(step, m)
        middle, rate_middle = side * step.values[index], side * step.values[rate] * length
        monitor_inside(step, b)
        high, rate_high = side * step.values[index], side * step.values[rate] * length
        off = abs(middle - 0.5 * (low + high) - 0.125 * width * (rate_low - rate_high))
        part = width / 6.0
        # Control points of the cubics on both halves: where all lie on the side, so do the cubics.
        first = min(max(low, 0.0) + part * rate_low, middle - part * rate_middle)
        second = min(middle + part * rate_middle, high - part * rate_high)
        nearest = min(min(first, second), middle)
        if low > 0.0:
            nearest = min(nearest, low)
        if high > 0.0:
            nearest = min(nearest, high)
        if not (high >= 0.0 and nearest > off):
            narrow = width <= NARROWEST
            if not (narrow or off <= RESOLVED * max(abs(low), abs(middle), abs(high))):
                width *= 0.5
                continue
            doubtful = False
            for half in range(2):
                # The turning points of the function inside each half tell two zeros from none.
                left, value_left, rate_left = (a, low, rate_low) if half == 0 else (m, middle, rate_middle)
                right, value_right, rate_right = (m, middle, rate_middle) if half == 0 else (b, high, rate_high)
                turned = right
                dips = rate_left < 0.0 < rate_right
                rises = value_left <= 0.0 and rate_left > 0.0 > rate_right
                if dips or rises:
                    turned = zero_between(step, rate, left, side * rate_left, right, side * rate_right)
                    value = side * value_inside(step, turned, index)
                    if dips and value < 0.0 and value_left > 0.0:
                        right, value_right = turned, value
                    elif rises and value > 0.0:
                        left, value_left = turned, value
                if value_right < 0.0:
                    if not value_left > 0.0:
                        if rises:
                            return turned, True
                        if rate_left > 0.0 and value_right > value_left:
                            # The error of a located zero left it beyond its surface, from where it comes back.
                            continue
                        return left, True
                    return zero_between(step, index, left, side * value_left, right, side * value_right), True
                doubtful = doubtful or not (dips or (first if half == 0 else second) > 0.0)
            if doubtful and not narrow:
                width *= 0.5
                continue
        if b >= 1.0:
            return NEVER, True
        a, low, rate_low = b, high, rate_high
        width = min(2.0 * width, 1.0 - a)
    return a, False
