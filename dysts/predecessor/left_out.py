"""The names of dysts 0.96 that are left out, each with what to write instead."""

from collections.abc import Iterable

from dysts.predecessor.missing_names import left_out, unknown

_BOTH_SETS = "one system of both sets of equations, by dysts.System.from_equations, or a class of your own of DynSys"
_CHECKED = "the property 'regime' of a system, and dysts.invariants for systems of your own"
_LOGGER = "logging.getLogger('dysts')"
_ARRAY = "numpy.typing.NDArray[numpy.float64]"
_TIME_LIMIT = "dysts.sampling.TimeLimitEvent, or maximum_steps of dysts.integrate"
_FREQUENCIES = "dysts.dominant_period, with the significance of its recurrence"
_PARQUET = "dysts.datasets: a Recipe stores series, and dysts.export writes them in other formats"
_FROM_RHS = "rhs of the model, which holds it"
INSTEAD = {
    "dysts.analysis": {
        "ComputationHolder": _TIME_LIMIT,
        "calculate_lyapunov_exponent": "dysts.lyapunov_spectrum, which needs no two trajectories",
        "compute_K_statistic": "dysts.invariants.zero_one_test",
        "compute_mean_square_displacement": "dysts.invariants.zero_one_test",
        "compute_timestep": "dysts.dominant_period finds the period of a series, model.period has it for a system",
        "compute_translation_variables": "dysts.invariants.zero_one_test",
        "corr_gpdim": "dysts.metrics.correlation_dimension_difference",
        "dfa": "nolds.dfa of the package nolds, from which dysts 0.96 took it",
        "find_significant_frequencies": _FREQUENCIES,
        "gpdistance": "dysts.metrics.correlation_dimension_difference",
        "optimal_delay": "dysts.invariants.autocorrelation_time",
    },
    "dysts.attractor": {
        "AttractorValidator": _CHECKED,
        "check_boundedness": "dysts.integrate, which says where a solution escapes",
        "check_lyapunov_exponent": "dysts.lyapunov_spectrum, with errors",
        "check_not_fixed_point": _CHECKED,
        "check_not_limit_cycle": _CHECKED,
        "check_not_linear": _CHECKED,
        "check_not_trajectory_decay": _CHECKED,
        "check_power_spectrum": "dysts.metrics.spectral_hellinger_distance, or scipy.signal.find_peaks",
        "check_smooth": "nothing: solutions are integrated to the tolerance that is asked for",
        "check_stationarity": "statsmodels.tsa.stattools, from which dysts 0.96 took it",
        "check_zero_one_test": "dysts.invariants.zero_one_test",
    },
    "dysts.base": {"RandomAdditiveCouplingMap": _BOTH_SETS, "SkewProduct": _BOTH_SETS, "logger": _LOGGER},
    "dysts.coupling": {
        "BaseCouplingMap": _BOTH_SETS,
        "RandomActivatedCouplingMap": _BOTH_SETS,
        "RandomAdditiveCouplingMap": _BOTH_SETS,
        "lowrank_response_matrix": "numpy.linalg.svd",
    },
    "dysts.flows.CellularNeuralNetwork": {"f": _FROM_RHS},
    "dysts.flows.Hopfield": {"f": _FROM_RHS},
    "dysts.flows.MacArthur": {"growth_rate": _FROM_RHS},
    "dysts.flows.MultiChua": {"diode": _FROM_RHS},
    "dysts.generator": {
        "AttractorValidator": _CHECKED,
        "BaseDynSysSampler": "make_trajectory_ensemble, once for each set of parameters",
        "DynSysSampler": "dysts.integrate of dysts.get_system(name).with_parameters(...) and a Recipe to store it",
        "DynSysSamplerRestartIC": "dysts.integrate with many initial_conditions",
        "SkewProduct": _BOTH_SETS,
        "logger": _LOGGER,
        "managed_cache": "nothing: make_trajectory_ensemble works in threads, which share a sampler's trajectories",
        "process_trajs": _PARQUET,
        "timeit": "the module timeit of Python",
    },
    "dysts.maps": {
        "BlinkingVortexMap": "dysts.flows.BlinkingVortex; without its alternation, which 0.96 loses, it is regular",
        "EndCap": "dysts.System.from_equations(..., kind='map'), if you have its equation: 0.96 has none",
    },
    "dysts.metrics": {
        "GaussianMixture": "dysts.metrics.kl_divergence, or sklearn.mixture",
        "calculate_season_error": "dysts.metrics.mase, which divides by it",
        "dtw": "a package for dynamic time warping, such as dtaidistance",
        "find_sigma": "sklearn.manifold, whose neighbour embeddings find such widths",
        "msis": "dysts.metrics.crps, which scores a forecast distribution as a whole",
        "relu": "numpy.maximum(x, 0)",
        "simplex_neighbors": "sklearn.neighbors.NearestNeighbors",
    },
    "dysts.sampling": {"Array": _ARRAY, "logger": _LOGGER},
    "dysts.systems": {"Array": _ARRAY},
    "dysts.utils": {
        "ComputationHolder": _TIME_LIMIT,
        "convert_json_to_gzip": "the module gzip of Python",
        "convert_to_arrow": _PARQUET,
        "dde": "ddeint, which takes any function of the past",
        "ddeVar": "ddeint, which takes any function of the past",
        "find_significant_frequencies": _FREQUENCIES,
        "parabolic": "numpy.polyfit",
        "parabolic_polyfit": "numpy.polyfit",
        "process_trajs": _PARQUET,
        "resample_timepoints": "make_trajectory(n, pts_per_period=...)",
        "timeit": "the module timeit of Python",
    },
}
"""What to write instead of a name, by module and name."""


def refuse(module: str, name: str, known: Iterable[str] = ()) -> Exception:
    """Return the error for a name that a module does not have: left out on purpose, or unknown.

    Parameters
    ----------
    module, name : str
    known : iterable of str
        The names that the module has, one of which may have been meant.

    Examples
    --------
    >>> print(refuse("dysts.utils", "timeit"))
    dysts.utils.timeit of dysts 0.96 is left out here; write instead: the module timeit of Python (docs/predecessor.md)
    >>> print(refuse("dysts.utils", "standardise_ts", ["standardize_ts"]))
    unknown name of dysts.utils 'standardise_ts'; did you mean 'standardize_ts'? (known: standardize_ts)
    """
    if name.startswith("__"):
        return AttributeError(f"module {module!r} has no attribute {name!r}")
    # The modules inside dysts.utils of 0.96 have no names that dysts.utils has not.
    instead = INSTEAD.get("dysts.utils" if module.startswith("dysts.utils.") else module, {}).get(name)
    if instead is None:
        return unknown(f"name of {module}", name, known)
    return left_out(f"{module}.{name} of dysts 0.96 is left out here; write instead: {instead} (docs/predecessor.md)")
