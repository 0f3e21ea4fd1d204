"""What a submission says of itself: the file ``submission.json``."""

import json
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, Self

from benchmark.tasks.references import REFERENCES
from dysts.checks import check_count, is_finite_number, shown
from dysts.errors import InvalidArgumentError, unreadable

FILE = "submission.json"
"""Name of the file in the folder of a submission."""
FORMAT = 1
"""Version of the format of a submission."""
KINDS = ("statistical", "deep learning", "physics", "pretrained", "other")
"""Kinds of forecasters that a submission may name."""
LARGEST_FILE = 1_000_000
"""Bytes of the largest file that is read."""
LONGEST_TEXT = 500
"""Characters of the longest text in a field."""
LONGEST_NAME = 40
"""Characters of the longest name, which heads a row of the leaderboard."""


@dataclass(frozen=True, kw_only=True)
class Declaration:
    """The statements of a submission about its forecaster.

    Parameters
    ----------
    name : str
        Name of the forecaster, at most 40 characters; none of this package's.
    authors : str
        Who submits it.
    kind : str
        One of `KINDS`.
    tasks : str
        SHA-256 of the exported tasks, as `tasks.json` gives it.
    suite : str
        Name of the suite of the tasks.
    systems : tuple of str
        Systems of the tasks, where they are not those of the suite.
    trajectories : int, optional
        Trajectories of each system, where they are not those of the suite.
    code, licence, hardware : str
        Where the code is, under which licence, and on what it ran; empty where nothing is said.
    seconds : float, optional
        Seconds for all forecasts, fitting included.
    trained_on : tuple of str
        What the forecaster was trained on beside the windows of the tasks; empty for nothing.
    seen_systems : tuple of str
        Systems whose trajectories it may have seen beforehand; ``("all",)`` for all of them.

    Raises
    ------
    InvalidArgumentError
        If a field is missing, unknown, or not allowed.

    Examples
    --------
    >>> said = Declaration(name="Mean", authors="A. Author", kind="statistical", suite="quick", tasks="0" * 64)
    >>> said.seen_systems
    ()
    """

    name: str
    authors: str
    kind: str
    suite: str
    tasks: str
    systems: tuple[str, ...] = ()
    trajectories: int | None = None
    code: str = ""
    licence: str = ""
    hardware: str = ""
    seconds: float | None = None
    trained_on: tuple[str, ...] = ()
    seen_systems: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        for field in ("name", "authors", "kind", "suite", "tasks"):
            _check_text(field, getattr(self, field), may_be_empty=False)
        for field in ("code", "licence", "hardware"):
            _check_text(field, getattr(self, field), may_be_empty=True)
        if len(self.name) > LONGEST_NAME:
            raise InvalidArgumentError(
                f"the name of a submission must have at most {LONGEST_NAME} characters, got {len(self.name)}"
            )
        if self.name in _taken_names():
            raise InvalidArgumentError(
                f"the name of a submission must be none of this package's forecasters and references, got {self.name!r}"
            )
        if self.kind not in KINDS:
            raise InvalidArgumentError(f"the kind of a submission must be one of {', '.join(KINDS)}, got {self.kind!r}")
        if len(self.tasks) != 64 or set(self.tasks) - set("0123456789abcdef"):
            raise InvalidArgumentError(
                f"the tasks of a submission must be the 64 hexadecimal digits that tasks.json names, got {self.tasks!r}"
            )
        if self.code and not self.code.startswith(("https://", "http://")):
            raise InvalidArgumentError(f"the code of a submission must be an address https://..., got {self.code!r}")
        if self.seconds is not None:
            if not is_finite_number(self.seconds) or self.seconds < 0:
                raise InvalidArgumentError(
                    f"the seconds of a submission must be a finite number of at least 0, got {self.seconds!r}"
                )
            object.__setattr__(self, "seconds", float(self.seconds))
        if self.trajectories is not None:
            check_count("the trajectories of a submission", self.trajectories)
        for field in ("systems", "trained_on", "seen_systems"):
            object.__setattr__(self, field, _texts(field, getattr(self, field)))

    @classmethod
    def read(cls, folder: Path) -> Self:
        """Read the file ``submission.json`` of a folder.

        Raises
        ------
        StorageError
            If it cannot be read.
        InvalidArgumentError
            If a field is missing, unknown or not allowed.
        """
        values = read_json(folder / FILE, what="the declaration of a submission")
        if values.pop("format", None) != FORMAT:
            raise InvalidArgumentError(f"{folder / FILE} must have the field 'format' with the value {FORMAT}")
        known = {field.name for field in fields(cls)}
        unknown = sorted(str(name) for name in values if name not in known)
        if unknown:
            allowed = ", ".join(sorted(known))
            raise InvalidArgumentError(
                f"{folder / FILE} has the unknown field {shown(unknown[0])}; known fields are {allowed}"
            )
        missing = [name for name in ("name", "authors", "kind", "suite", "tasks") if name not in values]
        if missing:
            raise InvalidArgumentError(f"{folder / FILE} lacks the field {missing[0]!r}")
        try:
            return cls(**values)
        except InvalidArgumentError as problem:
            raise InvalidArgumentError(f"{folder / FILE}: {problem}") from problem

    def to_dict(self) -> dict[str, Any]:
        """Return the fields as JSON values."""
        values = {field.name: getattr(self, field.name) for field in fields(self)}
        return values | {name: list(values[name]) for name in ("systems", "trained_on", "seen_systems")}


def read_json(path: Path, *, what: str) -> dict[str, Any]:
    """Read a JSON object from a file of bounded size inside its folder.

    Raises
    ------
    StorageError
        If the file cannot be read, is too large or holds no JSON.
    InvalidArgumentError
        If it holds something other than an object.
    """
    try:
        if path.is_symlink():
            raise OSError("it is a link, which may lead anywhere")
        size = path.stat().st_size
        if size > LARGEST_FILE:
            raise OSError(f"it has {size} bytes, more than {LARGEST_FILE}")
        values: Any = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise unreadable(path, error, what=what) from error
    if not isinstance(values, dict):
        raise InvalidArgumentError(f"{path} must hold a JSON object, got {type(values).__name__}")
    return values


def _taken_names() -> set[str]:
    from forecasters import list_forecasters

    return {*list_forecasters(optional=True, pretrained=True), *REFERENCES}


def _check_text(field: str, value: object, *, may_be_empty: bool) -> None:
    if not isinstance(value, str) or not value.isprintable() or len(value) > LONGEST_TEXT:
        raise InvalidArgumentError(
            f"the {field} of a submission must be printable text of at most {LONGEST_TEXT} characters, got "
            f"{shown(value)}"
        )
    if not may_be_empty and not value.strip():
        raise InvalidArgumentError(f"the {field} of a submission must not be empty")


def _texts(field: str, values: object) -> tuple[str, ...]:
    if not isinstance(values, list | tuple):
        raise InvalidArgumentError(f"the {field} of a submission must be a list of texts, got {shown(values)}")
    for value in values:
        _check_text(f"{field} entry", value, may_be_empty=False)
    return tuple(values)
