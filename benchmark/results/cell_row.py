"""The row of a cell: its task, outcome and scores, and where it ran."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmark.running import provenance
from benchmark.running.job import CellOutcome
from benchmark.running.planning import PlannedCell
from benchmark.scoring.compute import score, scoring_digest, unavailable
from benchmark.scoring.members import member_scores
from benchmark.tasks.data import ScoringData
from benchmark.tasks.references import REFERENCES
from benchmark.values import canonical_json

_TAIL_POINTS = 100


def row(entry: PlannedCell, outcome: CellOutcome, *, tuned: Mapping[str, Any]) -> dict[str, Any]:
    """Return the row of a finished cell; `tuned` is what its tuning found, empty without one."""
    task, data = entry.cell.task, entry.data
    tuning: dict[str, Any] = {}
    if entry.tuning is not None:
        planned = entry.tuning.tuning
        tuning = {
            "digest": planned.digest,
            "recipe": planned.task.recipe,
            "budget": planned.budget.to_dict(),
            "of": planned.of,
            **{name: value for name, value in tuned.items() if name != "config"},
        }
    return {
        "key": entry.key,
        "task": task.digest,
        **task.to_dict(),
        "components": ",".join(task.components),
        "forecaster": entry.cell.forecaster,
        "reference": entry.cell.forecaster in REFERENCES,
        "preset": entry.cell.preset,
        "seed": entry.cell.seed,
        "status": outcome.status,
        "error": outcome.error,
        **scored(data, outcome.forecast, status=outcome.status, error=outcome.error),
        **member_scores(data, outcome.forecast, outcome.members, outcome.denoised),
        "fit_seconds": outcome.fit_seconds,
        "predict_seconds": outcome.predict_seconds,
        "cell_seconds": outcome.seconds,
        "peak_memory_mb": outcome.peak_memory_mb,
        "diverged_at": outcome.diverged_at,
        "step": data.step,
        "learning_curve": json.dumps(outcome.learning_curve) if outcome.learning_curve else "",
        "tuning": canonical_json(tuning) if tuning else "",
        "config": canonical_json({**entry.config, **tuned.get("config", {})}),
        "data_sha256": data.sha256,
        "code": entry.code.fingerprint,
        "version": provenance.package_version(),
        "versions": canonical_json(provenance.versions()),
        "commit": provenance.commit(),
        "finished": now(),
    }


def scored(data: ScoringData, forecast: NDArray[np.float64] | None, *, status: str, error: str) -> dict[str, Any]:
    """Return the columns that follow from a forecast: those of `benchmark.schema.SCORED_COLUMNS`."""
    scores = unavailable(data, error) if status == "unavailable" else score(data, forecast)
    return {
        **scores,
        "scoring": scoring_digest(data),
        "lyapunov_exponent": data.lyapunov_exponent,
        "lyapunov_exponent_error": data.lyapunov_exponent_error,
    }


def truth_attributes(entry: PlannedCell) -> dict[str, Any]:
    """Return what is stored beside the truth of a task, so that its forecasts can be scored again and drawn."""
    data = entry.data
    return {
        **entry.cell.task.to_dict(),
        "sha256": data.sha256,
        "components": list(data.components),
        "step": data.step,
        "season_length": data.season_length,
        "scale": data.scale.tolist(),
        "size": None if data.size is None else data.size.tolist(),
        "responding": list(data.responding),
        # JSON has no numbers that are not finite.
        "truth_end": repr(data.truth_end),
        "train_range": [data.train.min(axis=0).tolist(), data.train.max(axis=0).tolist()],
        "train_tail": data.train[-_TAIL_POINTS:].tolist(),
    }


def now() -> str:
    """Return the time as ISO 8601 text in UTC."""
    return datetime.now(UTC).isoformat(timespec="seconds")
