"""A model of dysts 0.96 whose facts are those of the registry, or as they were published."""

from collections.abc import Mapping
from typing import Any

from dysts.predecessor.equations import plain_facts
from dysts.predecessor.model import BaseDyn
from dysts.predecessor.published import facts_of, published_values_in_use
from dysts.systems.published_periods import PUBLISHED_FILE

DATAPATH_CONTINUOUS = str(PUBLISHED_FILE)


class ContinuousModel(BaseDyn):
    """What flows and delay systems of dysts 0.96 have in common; see `DynSys` and `DynSysDelay` for the arguments."""

    dt: float | None = None
    period: float | None = None
    maximum_lyapunov_estimated: float | None = None

    def __init__(
        self,
        metadata_path: str | None = DATAPATH_CONTINUOUS,
        parameters: Mapping[str, Any] | None = None,
        dt: float | None = None,
        period: float | None = None,
        maximum_lyapunov_estimated: float | None = None,
        **facts: Any,
    ) -> None:
        self.as_published = published_values_in_use()
        super().__init__(
            metadata_path=None if metadata_path == DATAPATH_CONTINUOUS else metadata_path,
            parameters=parameters,
            dt=dt,
            period=period,
            maximum_lyapunov_estimated=maximum_lyapunov_estimated,
            **facts,
        )

    def _stored_facts(self) -> Mapping[str, Any]:
        if self.registry_name is None:
            return {}
        return plain_facts(facts_of(self.registry_name, as_published=self.as_published))
