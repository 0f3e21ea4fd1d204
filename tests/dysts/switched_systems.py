"""Random systems with one to six switches whose solution is known in closed form."""

import itertools
import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from linear_systems import make

import dysts

END = 12.0


@dataclass(frozen=True)
class Piece:
    """A piecewise linear function of time, as an expression and as numbers.

    Attributes
    ----------
    expression : str
    breaks : float64 [break]
        Times at which it has a kink or a jump.
    value : callable
        The function between the breaks.
    """

    expression: str
    breaks: np.ndarray
    value: Callable[[np.ndarray], np.ndarray]


def _step(t: np.ndarray) -> np.ndarray:
    return (t > 0.0).astype(float)


def _waves(frequency: float, phase: float, level: float) -> np.ndarray:
    """Return the times at which sin(frequency*t + phase) passes a level."""
    turn, first = 2.0 * math.pi, math.asin(level)
    count = math.ceil(frequency * END / turn) + 2
    angles = np.concatenate([first + turn * np.arange(-1, count), math.pi - first + turn * np.arange(-1, count)])
    times = (np.sort(angles) - phase) / frequency
    return times[(times > 0.0) & (times < END)]


def threshold(r: np.random.Generator, time: str) -> Piece:
    a = r.uniform(0.1, END)
    form = r.choice([f"heaviside({time} - {a!r})", f"(1 + sign({time} - {a!r}))/2", f"(1 if {time} > {a!r} else 0)"])
    return Piece(str(form), np.array([a]), lambda t: _step(t - a))


def pulse(r: np.random.Generator, time: str) -> Piece:
    a, w = r.uniform(0.1, END - 1.0), 10.0 ** r.uniform(-3.0, 0.0)
    b = a + w
    forms = [
        f"heaviside({time} - {a!r}) - heaviside({time} - {b!r})",
        f"heaviside({time} - {a!r})*heaviside({b!r} - {time})",
        f"heaviside(({time} - {a!r})*({b!r} - {time}))",
        f"((1 if {time} < {b!r} else 0) if {time} > {a!r} else 0)",
        f"(sign({time} - {a!r}) - sign({time} - {b!r}))/2",
        f"max(sign(min({time} - {a!r}, {b!r} - {time})), 0)",
    ]
    return Piece(f"({r.choice(forms)})", np.array([a, b]), lambda t: _step(t - a) - _step(t - b))


def twins(r: np.random.Generator, time: str) -> Piece:
    """Two switches at one place."""
    a = r.uniform(0.1, END)
    form = f"(heaviside({time} - {a!r}) + heaviside(2*{time} - {2.0 * a!r})*sign({time} - {a!r}))"
    return Piece(form, np.array([a]), lambda t: 2.0 * _step(t - a))


def kink(r: np.random.Generator, time: str) -> Piece:
    a = r.uniform(0.1, END)
    if r.random() < 0.5:
        return Piece(f"max({time} - {a!r}, 0)", np.array([a]), lambda t: np.maximum(t - a, 0.0))
    return Piece(f"abs({time} - {a!r})", np.array([a]), lambda t: np.abs(t - a))


def hat(r: np.random.Generator, time: str) -> Piece:
    """A minimum of three lines, two of which cross where the third one undercuts them."""
    a, b = np.sort(r.uniform(0.1, END, 2)).tolist()
    form = f"max(0, min({time} - {a!r}, {b!r} - {time}, 0.3))"
    breaks = np.array([a, b, a + 0.3, b - 0.3, 0.5 * (a + b)])
    return Piece(form, breaks, lambda t: np.maximum(0.0, np.minimum(np.minimum(t - a, b - t), 0.3)))


def wave(r: np.random.Generator, time: str) -> Piece:
    frequency, phase, level = r.uniform(0.5, 40.0), r.uniform(0.0, 6.0), r.uniform(-0.98, 0.98)
    form = f"heaviside(sin({frequency!r}*{time} + {phase!r}) - {level!r})"
    return Piece(form, _waves(frequency, phase, level), lambda t: _step(np.sin(frequency * t + phase) - level))


def staircase(r: np.random.Generator, time: str) -> Piece:
    period = r.uniform(0.2, 5.0)
    breaks = period * np.arange(1, math.ceil(END / period) + 1)
    return Piece(f"floor({time}/{period!r})", breaks, lambda t: np.floor(t / period))


def saw(r: np.random.Generator, time: str) -> Piece:
    period = r.uniform(0.2, 5.0)
    breaks = period * np.arange(1, math.ceil(END / period) + 1)
    return Piece(f"mod({time}, {period!r})", breaks, lambda t: np.mod(t, period))


def square(r: np.random.Generator, time: str) -> Piece:
    """A jump inside another one: a threshold in a sawtooth."""
    period = r.uniform(0.5, 5.0)
    width = period * r.uniform(0.1, 0.9)
    turns = period * np.arange(math.ceil(END / period) + 1)
    forms = [
        f"(1 if mod({time}, {period!r}) < {width!r} else 0)",
        f"heaviside({width!r} - {time} + {period!r}*floor({time}/{period!r}))",
        f"mod(floor({time}/{period!r}), 2)*0 + max(sign({width!r} - mod({time}, {period!r})), 0)",
    ]
    return Piece(
        f"({r.choice(forms)})", np.concatenate([turns, turns + width]), lambda t: _step(width - np.mod(t, period))
    )


def oscillation(r: np.random.Generator, position: str) -> Piece:
    """A threshold in the position of an oscillator, x = cos(3*t)."""
    level = r.uniform(-0.999, 0.999)
    form = r.choice([f"heaviside({position} - {level!r})", f"(1 if {position} > {level!r} else 0)"])
    return Piece(str(form), _waves(3.0, math.pi / 2.0, level), lambda t: _step(np.cos(3.0 * t) - level))


PIECES = (threshold, pulse, twins, kink, hat, wave, staircase, saw, square)


@dataclass(frozen=True)
class Case:
    """A system ``y' = -k*y + forcing`` with its solution."""

    kind: str
    system: dysts.System
    exact: float
    """y at `END`."""
    largest: float
    """The largest modulus of y at the breaks and the end."""


def random_case(seed: int) -> Case:
    """Return a random system; equal seeds give equal systems."""
    r = np.random.default_rng(seed)
    clock = str(r.choice(["t", "s", "x"]))
    makers = [oscillation] if clock == "x" else list(PIECES)
    count = int(r.integers(1, 7))
    pieces, kinds = [], []
    for _ in range(count):
        maker = makers[int(r.integers(len(makers)))]
        pieces.append(maker(r, clock))
        kinds.append(maker.__name__)
    weights = r.uniform(0.5, 2.0, count) * r.choice([-1.0, 1.0], count)
    rate = r.uniform(0.2, 2.0)
    forcing = " + ".join(
        f"({weight!r})*{piece.expression}" for weight, piece in zip(weights.tolist(), pieces, strict=True)
    )
    equations = {"y": f"-({rate!r})*y + {forcing}"}
    initial = [0.0]
    if clock == "s":
        equations["s"] = "1"
        initial.append(0.0)
    elif clock == "x":
        equations |= {"x": "-3*v", "v": "3*x"}
        initial += [1.0, 0.0]
    breaks = np.unique(np.concatenate([[0.0, END], *(piece.breaks for piece in pieces)]))
    breaks = breaks[(breaks >= 0.0) & (breaks <= END)]

    def force(t: np.ndarray) -> np.ndarray:
        return sum((weight * piece.value(t) for weight, piece in zip(weights, pieces, strict=True)), np.zeros_like(t))

    y, largest = 0.0, 0.0
    for a, b in itertools.pairwise(breaks.tolist()):
        # Between breaks the forcing is p + q*(t - a), and y follows in closed form.
        one, two = force(np.array([a + 0.25 * (b - a), a + 0.75 * (b - a)]))
        q = (two - one) / (0.5 * (b - a))
        p = one - 0.25 * (b - a) * q
        decay = math.exp(-rate * (b - a))
        steady = (p - q / rate) / rate
        y = steady + q / rate * (b - a) + (y - steady) * decay
        largest = max(largest, abs(y))
    label = f"{'time' if clock == 't' else 'clock' if clock == 's' else 'state'}: {'+'.join(sorted(set(kinds)))}"
    return Case(label, make(equations, initial), y, largest)
