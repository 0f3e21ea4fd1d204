"""The sections of the page on finding equations that compare: the published ranking, chaos, spectra, forecasters."""

import math

import numpy as np
import pandas as pd
from pages import DOCS, table
from scipy.stats import rankdata, spearmanr

from benchmark.comparison.bootstrap import bootstrap_median
from benchmark.discovery.rescoring import equations_of
from dysts.discovery import canonical_equations, system_of_text
from dysts.systems.registry import get_system

OURS, PLAIN = "HeldOutThresholding", "PySINDy-STLSQ"
LEVELS = (1e-6, 1e-3, 0.1)
RESAMPLES = 2000
PRINTED = ("Lorenz", "Rossler", "Thomas", "HyperLorenz", "IsothermalChemical")


def clean(found: pd.DataFrame, method: str, given: str, sampling: int) -> pd.DataFrame:
    """Return the rows of a method without noise, by system."""
    wanted = (found["method"] == method) & (found["given"] == given) & (found["points_per_period"] == sampling)
    return found[wanted & np.isinf(found["noise_db"])].set_index("system")


def published_table(found: pd.DataFrame) -> dict[str, str]:
    """Return the published columns beside this run's on the systems of both, and the shares of systems that decide."""
    published = pd.read_csv(DOCS / "data" / "published_symbolic.csv").set_index("system")
    common = published.index.intersection(clean(found, OURS, "states", 15).index)
    columns = {
        ("PySR, published", "exact derivatives"): published["pySR"],
        ("DSR, published", "exact derivatives"): published["DSR"],
        ("SINDy polynomial, published", "states"): published["SINDY-poly"],
        ("SINDy Fourier, published", "states"): published["SINDY-fourier"],
        (PLAIN, "states"): clean(found, PLAIN, "states", 15)["symmetric_error"],
        (OURS, "states"): clean(found, OURS, "states", 15)["symmetric_error"],
        (PLAIN, "exact derivatives"): clean(found, PLAIN, "derivatives", 15)["symmetric_error"],
        (OURS, "exact derivatives"): clean(found, OURS, "derivatives", 15)["symmetric_error"],
    }
    rows = []
    for (name, given), scores in columns.items():
        values = scores.loc[common].to_numpy(dtype=np.float64)
        kept = np.isfinite(values)
        middle, low, high = bootstrap_median(values[kept], np.asarray(common)[kept])
        below = [str(int((values < level).sum())) for level in LEVELS]
        rows.append((name, given, f"{middle:.2g} ({low:.2g} to {high:.2g})", *below))
    pysr, dsr = published["pySR"].loc[common], published["DSR"].loc[common]
    old = published["SINDY-poly"].loc[common]
    plain = columns[PLAIN, "exact derivatives"].loc[common]
    return {
        "published": table(("method", "given", "median score", *(f"below {level:g}" for level in LEVELS)), rows),
        "shared": str(len(common)),
        "old_wins": share_text(pysr < old),
        "plain_wins": share_text((plain <= pysr) | (plain < 1e-12)),
        "dsr_wins": share_text((plain <= dsr) | (plain < 1e-12)),
        "ours_wins": share_text(columns[OURS, "exact derivatives"].loc[common] <= pysr),
    }


def share_text(flags: pd.Series) -> str:
    """Return a share of systems with Wilson's interval of 95 %.

    Examples
    --------
    >>> share_text(pd.Series([True] * 8 + [False] * 2))
    '8 of 10 (49 to 94 %)'
    """
    count, total, z = int(flags.sum()), len(flags), 1.96
    share = count / total
    middle = (share + z * z / (2 * total)) / (1 + z * z / total)
    half = z / (1 + z * z / total) * math.sqrt(share * (1 - share) / total + z * z / (4 * total * total))
    return f"{count} of {total} ({100 * (middle - half):.0f} to {100 * (middle + half):.0f} %)"


def contraction(name: str) -> float:
    """Return the rate of the strongest contraction of a system: its lowest Lyapunov exponent, with the other sign."""
    return -float(min(get_system(name).properties["lyapunov_spectrum"]["value"]))


def what_decides(found: pd.DataFrame) -> dict[str, str]:
    """Return the rank correlations of the published score with properties of the system, and what they say of chaos."""
    rows = []
    without = []
    for method in (OURS, PLAIN):
        for given, sampling in (("states", 15), ("states", 100)):
            part = clean(found, method, given, sampling)
            part = part[part["library"] == "polynomial"]
            properties = {
                "exponent": part["lyapunov_exponent"] * part["period"],
                "contraction": pd.Series([contraction(name) for name in part.index], index=part.index) * part["period"],
                "terms": part["true_terms"],
                "variables": part["dimension"],
            }
            found_here = [correlation(one, part) for one in properties.values()]
            rows.append(
                (method, f"{sampling}", *(f"{rho:.2f} ({low:.2f} to {high:.2f})" for rho, low, high in found_here))
            )
            if found_here[0][1] <= 0.0 <= found_here[0][2]:
                without.append(f"{method} at {sampling} points in a period")
    header = ("method", "per period", "exponent", "contraction", "terms", "variables")
    return {"decides": table(header, rows), "without": " and ".join(without) or "none of them"}


def correlation(values: pd.Series, part: pd.DataFrame) -> tuple[float, float, float]:
    """Return Spearman's correlation with the published score, and its interval over resampled systems."""
    x, y = values.to_numpy(dtype=np.float64), part["symmetric_error"].to_numpy(dtype=np.float64)
    chosen = np.random.default_rng(0).integers(0, len(x), (RESAMPLES, len(x)))
    ranks = [rankdata(values[chosen], axis=1) - 0.5 * (len(x) + 1) for values in (x, y)]
    products, *squares = (np.sum(a * b, axis=1) for a, b in ((ranks[0], ranks[1]), *zip(ranks, ranks, strict=True)))
    low, high = np.nanquantile(products / np.sqrt(squares[0] * squares[1]), [0.025, 0.975])
    return float(spearmanr(x, y).statistic), float(low), float(high)


def spectra_table(found: pd.DataFrame) -> str:
    """Return how the exponents of found equations differ from those of the registry."""
    rows = []
    for method in (OURS, PLAIN):
        part = clean(found, method, "states", 100)
        part = part[part["library"] == "polynomial"]
        truth = {name: np.array(get_system(name).properties["lyapunov_spectrum"]["value"]) for name in part.index}
        errors, volumes, positive = [], [], []
        for name, row in part.iterrows():
            own = np.array([float(value) for value in str(row["exponents"]).split()])
            true = truth[str(name)]
            if len(own) != len(true):
                errors.append(np.inf)
                volumes.append(np.inf)
                positive.append(False)
                continue
            errors.append(abs(own[0] - true[0]) * row["period"])
            volumes.append(abs(own.sum() - true.sum()) / max(abs(true.sum()), abs(true).max()))
            positive.append((own[0] * row["period"] > 0.02) == (true[0] * row["period"] > 0.02))
        middle, low, high = bootstrap_median(np.array(errors), part.index.to_numpy())
        within = pd.Series(np.array(volumes) < 0.05)
        rows.append(
            (
                method,
                f"{int(np.isfinite(errors).sum())} of {len(part)}",
                f"{middle:.2g} ({low:.2g} to {high:.2g})",
                share_text(within),
                share_text(pd.Series(positive)),
            )
        )
    header = ("method", "bounded", "largest exponent, error in a period", "sum right to 5 %", "chaos told from none")
    return table(header, rows)


def relations_text(found: pd.DataFrame) -> str:
    """Return the systems on whose orbits a polynomial vanishes, by its degree."""
    degrees = found.groupby("system")["relation_degree"].first()
    groups = [
        f"degree {degree}: {', '.join(degrees.index[degrees == degree])}" for degree in sorted(set(degrees) - {0})
    ]
    return "; ".join(groups) or "none"


def equivalent_text(found: pd.DataFrame) -> str:
    """Return how many cells have other terms and the same derivative, with a relation along the orbit and without."""
    apart = found[found["equivalent"]]
    bound = int((apart["relation_degree"] > 0).sum())
    return f"{bound} cells on orbits with a relation, {len(apart) - bound} on others"


def printed(found: pd.DataFrame) -> str:
    """Return some found equations, as they are, to six digits."""
    lines = []
    for name in PRINTED:
        row = clean(found, OURS, "states", 100).loc[name]
        texts = equations_of(str(row["equations"]))
        system = system_of_text("Found", texts, initial_conditions=[1.0] * len(texts))
        lines.append(f"{name}")
        lines += [f"  {variable}' = {text}" for variable, text in canonical_equations(system, digits=6).items()]
    return "\n".join(lines)
