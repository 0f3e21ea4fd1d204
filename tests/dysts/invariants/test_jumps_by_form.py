"""Whether equations jump: their form decides where nothing in it can jump, a trajectory where something can."""

import pytest

import dysts
from dysts.invariants import jumps
from dysts.invariants.jumps import has_jumps


@pytest.mark.parametrize("name", ["MacArthur", "Chua", "Colpitts"])
def test_equations_of_kinks_alone_need_no_trajectory(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("a trajectory was integrated")

    monkeypatch.setattr(jumps, "integrate", refuse)
    assert not has_jumps(dysts.get_system(name))


@pytest.mark.parametrize(("name", "jumps_somewhere"), [("SprottMore", True), ("AnishchenkoAstakhov", False)])
def test_a_function_that_jumps_is_judged_along_a_trajectory(name: str, jumps_somewhere: bool) -> None:
    """The step of AnishchenkoAstakhov is multiplied by the square of its argument."""
    assert has_jumps(dysts.get_system(name)) is jumps_somewhere
