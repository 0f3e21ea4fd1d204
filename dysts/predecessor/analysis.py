"""``dysts.analysis`` of dysts 0.96, computed by `dysts.invariants`."""

import warnings
from typing import Any

import numpy as np

from dysts.checks import check_array, check_count, shown
from dysts.errors import DystsWarning, InvalidArgumentError
from dysts.invariants.lyapunov import lyapunov_spectrum
from dysts.invariants.zero_one import zero_one_test as chaos_test
from dysts.predecessor.argument_checks import check_model

LONGEST_TRANSIENT = 20.0
"""Periods that are left out before exponents are measured."""


def sample_initial_conditions(
    model: Any,
    points_to_sample: int,
    traj_length: int = 1000,
    pts_per_period: int = 30,
    random_state: int | None = None,
) -> np.ndarray:
    """Return states of a trajectory in random order: float64 [state, component]."""
    check_model("sample_initial_conditions", model)
    check_count("points_to_sample", points_to_sample)
    trajectory = model.make_trajectory(traj_length, pts_per_period=pts_per_period, postprocess=False)
    if points_to_sample > len(trajectory):
        raise InvalidArgumentError(f"points_to_sample must be at most traj_length, got {points_to_sample}")
    chosen = np.random.default_rng(random_state).choice(len(trajectory), points_to_sample, replace=False)
    states: np.ndarray = trajectory[chosen]
    return states


def find_lyapunov_exponents(
    model: Any,
    traj_length: int,
    pts_per_period: int = 500,
    tol: float = 1e-8,
    min_tpts: int = 10,
    **options: Any,
) -> np.ndarray:
    """Return the Lyapunov spectrum over as many periods as the trajectory has, the largest first.

    Parameters
    ----------
    model : DynSys
        A system of the registry.
    traj_length, pts_per_period : int
        Their ratio is the number of periods.
    tol, min_tpts
        Accepted, without effect.
    **options
        ``timescale="Lyapunov"`` counts Lyapunov times instead; other keywords of `make_trajectory` have no effect.
    """
    check_model("find_lyapunov_exponents", model)
    unit = model.period
    if options.get("timescale") == "Lyapunov":
        unit = 1.0 / model.maximum_lyapunov_estimated
    system = model.system.with_initial_conditions(model.ic).with_period(unit)
    spectrum = lyapunov_spectrum(system, periods=traj_length / pts_per_period)
    return np.array(spectrum.exponents, dtype=np.float64)


def max_lyapunov_exponent(
    eq: Any,
    max_walltime: float | None = None,
    rtol: float = 1e-3,
    atol: float = 1e-10,
    n_samples: int = 1000,
    traj_length: int = 5000,
    **_options: Any,
) -> float:
    """Return the largest Lyapunov exponent, by tangent vectors instead of pairs of trajectories.

    Parameters
    ----------
    eq : DynSys
    max_walltime, rtol, atol
        Accepted, without effect.
    n_samples, traj_length : int
        A hundredth of their product, at most 4000, is the number of periods.
    """
    periods = min(4000.0, n_samples * traj_length / 100.0)
    return float(find_lyapunov_exponents(eq, int(periods * 100), pts_per_period=100)[0])


def kaplan_yorke_dimension(spectrum0: Any) -> float:
    """Return the Kaplan-Yorke dimension of a spectrum in any order, at most the number of exponents.

    Examples
    --------
    >>> round(kaplan_yorke_dimension([-14.57, 0.9056, 0.0]), 4)
    2.0622
    """
    from dysts.invariants.kaplan_yorke import kaplan_yorke_dimension as ours

    exponents = np.sort(check_array("spectrum0", spectrum0))[::-1]
    return float(ours(exponents.tolist()).value)


def max_lyapunov_exponent_rosenstein(
    data: Any,
    lag: int | None = None,
    min_tsep: int | None = None,
    tau: float = 1,
    trajectory_len: int = 20,
    fit: str = "RANSAC",
    fit_offset: int = 0,
) -> float:
    """Return the slope of the mean logarithm of neighbours' distances over a fixed number of points.

    `dysts.invariants.lyapunov_from_data` finds the scaling region by itself and says how sure the result is.

    Parameters
    ----------
    data : array_like [time, component] or [time]
    lag, fit
        Accepted, without effect, as in dysts 0.96.
    min_tsep : int, optional
        Points by which neighbours are at least apart; by default the mean period of the first component.
    tau : float
        Time between two points.
    trajectory_len : int
    fit_offset : int
        Points at the beginning that the line leaves out.
    """
    from dysts.invariants.divergence_from_data import divergence_curve

    values = np.asarray(data, dtype=np.float64)
    values = values[:, None] if values.ndim == 1 else values
    window = _mean_period(values[:, 0]) if min_tsep is None else min_tsep
    curve = divergence_curve(values, steps=trajectory_len - 1, theiler=max(1, window)).mean(axis=0)
    steps = np.arange(len(curve))[fit_offset:]
    return float(np.polyfit(steps, curve[fit_offset:], 1)[0] / tau)


def _mean_period(series: np.ndarray) -> int:
    if len(series) < 2 or not np.ptp(series) > 0.0:
        raise InvalidArgumentError("the first component must vary, for a period to be found, got a constant series")
    power = np.abs(np.fft.rfft(series - series.mean()))[1:]
    frequencies = np.fft.rfftfreq(len(series))[1:]
    return int(min(np.ceil(power.sum() / (frequencies * power).sum()), len(series) // 4))


def estimate_powerlaw(data0: Any) -> float:
    """Return the exponent of a power-law distribution, by maximum likelihood, of values above the least of them."""
    values = check_array("data0", data0)
    if not (values.size and values.min() > 0.0):
        raise InvalidArgumentError(f"data0 must be positive numbers, got {shown(data0)}")
    return float(1.0 + len(values) / np.log(values / values.min()).sum())


def gp_dim(data: Any, y_data: Any = None, rvals: Any = None, nmax: int = 100) -> float:
    """Return the correlation dimension of states, with the window in time that their autocorrelation needs.

    Parameters
    ----------
    data : array_like [time, component]
    y_data, rvals, nmax
        Accepted; `y_data` must be None, the others have no effect in dysts 0.96 either.
    """
    from dysts.invariants.correlation_dimension import correlation_dimension

    if y_data is not None:
        raise InvalidArgumentError("y_data must be None: compare two series by dysts.metrics, got a second series")
    values = np.asarray(data, dtype=np.float64)
    values = values[:, None] if values.ndim == 1 else values
    return float(correlation_dimension(values, theiler=_mean_period(values[:, 0])).value)


def twonn_dim(X: Any, approximate: bool = False) -> float:
    """Return the dimension by the ratio of the distances of the two nearest neighbours (Facco et al., 2017)."""
    from scipy.spatial import cKDTree

    if approximate:
        warnings.warn("approximate=True has no effect: the neighbours are exact", DystsWarning, stacklevel=2)
    points = np.asarray(X, dtype=np.float64)
    distances = np.asarray(cKDTree(points).query(points, 3)[0])
    first, second = distances[:, 1], distances[:, 2]
    ratios = second[first > 0.0] / first[first > 0.0]
    ratios = ratios[ratios > 1.0]
    return float(len(ratios) / np.log(ratios).sum())


def mutual_information(x: Any, y: Any, bins: int = 64) -> float:
    """Return the mutual information of two series by a histogram, in nats."""
    first, second = check_array("x", x), check_array("y", y)
    if first.ndim != 1 or first.shape != second.shape:
        raise InvalidArgumentError(
            f"x and y must be equally long series, got the shapes {first.shape} and {second.shape}"
        )
    joint, _, _ = np.histogram2d(first, second, bins=bins)
    joint = joint / joint.sum()
    apart = joint.sum(axis=1, keepdims=True) * joint.sum(axis=0, keepdims=True)
    filled = joint > 0.0
    return float((joint[filled] * np.log(joint[filled] / apart[filled])).sum())


def zero_one_test(phi: Any, c: float | None = None, random_state: int = 0) -> float:
    """Return the correlation of the 0-1 test for chaos, the median over frequencies if none is given."""
    values = np.asarray(phi, dtype=np.float64)
    if c is None:
        return float(chaos_test(values, seed=random_state).value)
    return _correlation_at(values, c)


def run_zero_one_sweep(
    timeseries: Any,
    c_min: float = np.pi / 5,
    c_max: float = 4 * np.pi / 5,
    n_runs: int = 100,
    k: int = 1,
    random_state: int = 0,
) -> np.ndarray:
    """Return the correlations of the 0-1 test at random frequencies, every ``k``-th point being used."""
    values = np.asarray(timeseries, dtype=np.float64)[::k]
    frequencies = np.random.default_rng(random_state).uniform(c_min, c_max, n_runs)
    return np.array([_correlation_at(values, one) for one in frequencies])


def _correlation_at(values: np.ndarray, frequency: float) -> float:
    walk = np.cumsum(values * np.exp(1j * frequency * np.arange(1, len(values) + 1)))
    shifts = np.arange(1, len(values) // 10 + 1)
    spread = [np.mean(np.abs(walk[shift:] - walk[:-shift]) ** 2) for shift in shifts]
    return float(np.corrcoef(shifts, spread)[0, 1])
