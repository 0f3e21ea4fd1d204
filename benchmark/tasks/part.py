"""A part of a suite: more forecasters on the same systems, with a preset and variants of their own."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from benchmark.values import checked_names, known_fields
from dysts.errors import InvalidArgumentError

SMALL_SIZE, PAPER_SIZE = "small-size", "paper-size"
"""Names of the presets of networks of the size of ``fast`` and of ``paper`` that are trained as with ``fast``, but for
no longer than a budget."""


@dataclass(frozen=True, kw_only=True)
class Part:
    """Forecasters that a suite runs beside its own.

    Parameters
    ----------
    forecasters : sequence of str
        Names, at least one.
    preset : str
        Their preset; empty for that of the suite.
    variants : sequence of mapping
        Changes of the tasks' fields, as in `Suite`; empty for those of the suite.

    Raises
    ------
    InvalidArgumentError
        If a value is not allowed.

    Examples
    --------
    >>> Part(forecasters=["LSTM"], preset="paper-size", variants=[{"train_length": 4000}]).of(["NVAR"]) is None
    True
    """

    forecasters: tuple[str, ...]
    preset: str = ""
    variants: tuple[Mapping[str, Any], ...] = ()

    def __post_init__(self) -> None:
        object.__setattr__(self, "forecasters", checked_names("forecasters of a part", self.forecasters))
        if not self.forecasters:
            raise InvalidArgumentError("the forecasters of a part must be at least one name, got none")
        if not isinstance(self.preset, str):
            raise InvalidArgumentError(f"the preset of a part must be a name, got {self.preset!r}")
        if isinstance(self.variants, str | Mapping) or not isinstance(self.variants, Sequence):
            raise InvalidArgumentError(f"the variants of a part must be a sequence, got {self.variants!r}")
        object.__setattr__(self, "variants", tuple(self.variants))

    def to_dict(self) -> dict[str, Any]:
        """Return the fields as JSON values."""
        return {**asdict(self), "forecasters": list(self.forecasters), "variants": [dict(v) for v in self.variants]}

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> "Part":
        """Build a part from its fields, refusing unknown ones."""
        return cls(**known_fields(cls, "part of a suite", values, required=("forecasters",)))

    def of(self, forecasters: Sequence[str]) -> "Part | None":
        """Return the part with those of its forecasters that are named, or None if there is none."""
        kept = tuple(name for name in self.forecasters if name in forecasters)
        return replace(self, forecasters=kept) if kept else None
