"""The names of dysts 0.96 that are left out, each with what to write instead."""

from dysts.errors import DystsError, NotSupportedError

INSTEAD = {
    "dysts.analysis": {
        "compute_timestep": "dysts.dominant_period finds the period of a series, model.period has it for a system",
        "dfa": "nolds.dfa of the package nolds, from which dysts 0.96 took it",
        "calculate_lyapunov_exponent": "dysts.lyapunov_spectrum, which needs no two trajectories",
        "corr_gpdim": "dysts.metrics.correlation_dimension_difference",
        "gpdistance": "dysts.metrics.correlation_dimension_difference",
        "optimal_delay": "dysts.invariants.autocorrelation_time",
        "compute_translation_variables": "dysts.invariants.zero_one_test",
        "compute_mean_square_displacement": "dysts.invariants.zero_one_test",
        "compute_K_statistic": "dysts.invariants.zero_one_test",
    },
    "dysts.attractor": {"AttractorValidator": "dysts.invariants and the property 'regime' of a system"},
    "dysts.coupling": {
        "RandomAdditiveCouplingMap": "one system of both sets of equations: dysts.System.from_equations",
        "RandomActivatedCouplingMap": "one system of both sets of equations: dysts.System.from_equations",
    },
    "dysts.base": {"SkewProduct": "one system of both sets of equations: dysts.System.from_equations"},
    "dysts.generator": {
        "DynSysSampler": "dysts.integrate of dysts.get_system(name).with_parameters(...) and a Recipe to store it",
        "DynSysSamplerRestartIC": "dysts.integrate with many initial_conditions",
    },
    "dysts.maps": {
        "BlinkingVortexMap": "dysts.flows.BlinkingVortex; without its alternation, which 0.96 loses, it is regular",
        "EndCap": "dysts.System.from_equations(..., kind='map'), if you have its equation: 0.96 has none",
    },
    "dysts.metrics": {
        "GaussianMixture": "dysts.metrics.kl_divergence, or sklearn.mixture",
        "dtw": "a package for dynamic time warping, such as dtaidistance",
        "msis": "dysts.metrics.crps, which scores a forecast distribution as a whole",
        "simplex_neighbors": "sklearn.neighbors.NearestNeighbors",
    },
    "dysts.utils": {
        "ComputationHolder": "dysts.sampling.TimeLimitEvent, or maximum_steps of dysts.integrate",
        "convert_json_to_gzip": "the module gzip of Python",
        "convert_to_arrow": "dysts.datasets.conversions",
        "dde": "ddeint, which takes any function of the past",
        "ddeVar": "ddeint, which takes any function of the past",
        "find_significant_frequencies": "dysts.dominant_period, with the significance of its recurrence",
        "parabolic": "numpy.polyfit",
        "parabolic_polyfit": "numpy.polyfit",
        "process_trajs": "dysts.datasets.conversions",
        "resample_timepoints": "make_trajectory(n, pts_per_period=...)",
        "timeit": "the module timeit of Python",
    },
}
"""What to write instead of a name, by module and name."""


def refuse(module: str, name: str) -> Exception:
    """Return the error for a name that a module does not have: left out on purpose, or unknown.

    Examples
    --------
    >>> print(refuse("dysts.utils", "timeit"))
    dysts.utils.timeit of dysts 0.96 is left out here; write instead: the module timeit of Python (docs/predecessor.md)
    >>> refuse("dysts.utils", "nothing")
    AttributeError("module 'dysts.utils' has no attribute 'nothing'")
    """
    instead = INSTEAD.get(module, {}).get(name)
    if instead is None:
        return AttributeError(f"module {module!r} has no attribute {name!r}")
    error: DystsError = NotSupportedError(
        f"{module}.{name} of dysts 0.96 is left out here; write instead: {instead} (docs/predecessor.md)"
    )
    return error
