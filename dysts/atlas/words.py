"""Features in words: of which kind a feature is, and how a high and a low value of it read."""

from collections.abc import Iterable

KINDS: tuple[tuple[str, str, str], ...] = (
    ("skewness", "skewed upwards", "skewed downwards"),
    ("kurtosis", "rare excursions", "values that stay within narrow bounds"),
    ("quantile", "high values more often", "low values more often"),
    ("increment skewness", "sudden rises", "sudden falls"),
    ("increment kurtosis", "bursts", "steady motion without bursts"),
    ("increment and value", "fast motion at high values", "fast motion at low values"),
    ("increment and size", "fast motion far from the mean", "fast motion near the mean"),
    ("power", "slow components", "few slow components"),
    ("spectral entropy", "a broad spectrum", "a spectrum of few lines"),
    ("highest line", "one dominating line", "no dominating line"),
    ("order", "one-sided slopes", "even slopes"),
    ("maxima per cycle", "small oscillations within a cycle", "one maximum in a cycle"),
    ("maxima mean", "high maxima", "low maxima"),
    ("maxima spread", "maxima of changing height", "maxima of equal height"),
    ("maxima skewness", "some very high maxima", "some very low maxima"),
    ("maxima gap spread", "irregular times between maxima", "regular times between maxima"),
    ("maxima memory", "maxima that drift slowly", "maxima that alternate"),
    ("minima per cycle", "small oscillations within a cycle", "one minimum in a cycle"),
    ("minima mean", "deep minima", "shallow minima"),
    ("minima spread", "minima of changing depth", "minima of equal depth"),
    ("minima skewness", "some very deep minima", "some very shallow minima"),
    ("minima gap spread", "irregular times between minima", "regular times between minima"),
    ("minima memory", "minima that drift slowly", "minima that alternate"),
)
"""Beginnings of the names of features, with the words for a high and for a low value; the longest that fits counts."""
CATCH22 = {
    "DN_HistogramMode_5": ("a mode above the mean", "a mode below the mean"),
    "DN_HistogramMode_10": ("a mode above the mean", "a mode below the mean"),
    "DN_OutlierInclude_p_001_mdrmd": ("large values late in the window", "large values early in the window"),
    "DN_OutlierInclude_n_001_mdrmd": ("small values late in the window", "small values early in the window"),
    "CO_FirstCrossing_acf_1e_pointOfCrossing": ("slow changes within a cycle", "fast changes within a cycle"),
    "CO_FirstMin_ac": ("slow oscillation", "fast oscillation"),
    "SP_Summaries_fft_area_5_1": ("power at low frequencies", "power at high frequencies"),
    "SP_Summaries_fft_wq_50": ("power at high frequencies", "power at low frequencies"),
    "FC_LocalSimple_mean3_stde": ("large steps", "small steps"),
    "FC_LocalSimple_mean1_taurat": ("slow changes of the mean", "no changes of the mean"),
    "MD_pNN_pnn40": ("few phases of rest", "phases of rest"),
    "SB_BinaryStats_mean_longstretch1": ("long stays above the mean", "short stays above the mean"),
    "SB_BinaryStats_diff_longstretch0": ("long descents", "short descents"),
    "SB_MotifThree_quantile_hh": ("many kinds of motion", "few kinds of motion"),
    "CO_HistogramAMI_even_5bin_ami2": ("values that tell the next ones", "values that tell little of the next ones"),
    "CO_trev_1_num": ("sudden rises", "sudden falls"),
    "IN_AutoMutualInfoStats_40_gaussian_fmmi": ("slow oscillation", "fast oscillation"),
    "SB_TransitionMatrix_quantile_3_ac_sumdiagcov": (
        "few transitions between levels",
        "even transitions between levels",
    ),
    "PD_PeriodicityWang_th0_01": ("a long period", "a short period"),
    "CO_Embed2_Dist_tau_d_expfit_meandiff": ("a two-dimensional spread of its own", "a spread without structure"),
    "SC_FluctAnal_2_rsrangefit_50_1_logi_prop_r1": ("slow fluctuations", "fluctuations that saturate"),
    "SC_FluctAnal_2_dfa_50_1_2_logi_prop_r1": ("slow fluctuations", "fluctuations that saturate"),
}
"""The words of the features of catch22, by the name that the library gives them."""


def words_of(feature: str, value: float) -> str:
    """Return what a high (positive) or low (negative) value of a feature says of the motion; empty if it has no words.

    Examples
    --------
    >>> words_of("increment kurtosis 0.25", 1.3)
    'bursts'
    >>> words_of("increment kurtosis 0.25", -1.3)
    'steady motion without bursts'
    """
    if feature.startswith("catch22 "):
        pair = CATCH22.get(feature.removeprefix("catch22 "))
        return "" if pair is None else pair[value < 0.0]
    if feature.startswith(("autocorrelation ", "power ", "order ", "quantile ")):
        return _numbered(feature, value)
    fitting = [kind for kind in KINDS if feature.startswith(kind[0])]
    if not fitting:
        return ""
    _, high, low = max(fitting, key=lambda kind: len(kind[0]))
    return low if value < 0.0 else high


def _numbered(feature: str, value: float) -> str:
    """Return the words of a feature whose number says which part of a distribution or spectrum it is about."""
    kind, _, rest = feature.partition(" ")
    more = "more" if value > 0.0 else "less"
    if kind == "autocorrelation":
        lag = float(rest)
        if lag < 0.5:
            return "slow changes within a cycle" if value > 0.0 else "fast changes within a cycle"
        if lag == 0.75:
            return ""
        # Half a cycle later a regular oscillation is at its opposite.
        return "regular cycles" if (value > 0.0) == lag.is_integer() else "irregular cycles"
    if kind == "power":
        low, _, high = rest.partition(" to ")
        if float(high) <= 0.5:
            return f"{more} power in slow components"
        return (
            f"{more} power above {float(low):g} cycles"
            if float(low) >= 1.3
            else f"{more} power near the mean frequency"
        )
    if kind == "quantile":
        share = float(rest)
        if share < 0.3:
            return "a short lower tail" if value > 0.0 else "a long lower tail"
        if share > 0.7:
            return "a long upper tail" if value > 0.0 else "a short upper tail"
        return "a median above the mean" if value > 0.0 else "a median below the mean"
    pattern = rest.partition(" ")[0]
    if pattern == "012":
        return f"{more} time in ascent"
    if pattern == "210":
        return f"{more} time in descent"
    return f"{more} time at turning points"


def described(features: Iterable[tuple[str, float]], *, count: int) -> tuple[str, ...]:
    """Return the first different phrases for features with their values, the most important first.

    Of two opposite phrases the first one counts.

    Parameters
    ----------
    features : iterable of (str, float)
    count : int
        Largest number of phrases.

    Examples
    --------
    >>> described([("kurtosis", 2.0), ("increment kurtosis 1", 1.0), ("increment kurtosis 0.5", 1.0)], count=2)
    ('rare excursions', 'bursts')
    """
    phrases: dict[str, None] = {}
    for feature, value in features:
        words = words_of(feature, value)
        if words and words_of(feature, -value) not in phrases:
            phrases[words] = None
        if len(phrases) == count:
            break
    return tuple(phrases)
