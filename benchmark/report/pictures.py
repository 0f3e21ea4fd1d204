"""The attractors of the systems as small pictures, drawn in worker processes where there are many."""

import base64
import io
from collections.abc import Mapping
from concurrent.futures.process import BrokenProcessPool

from dysts.errors import DystsError, RunError
from dysts.systems.system import System
from dysts.workers.processes import worker_pool

ENOUGH_FOR_PROCESSES = 12
PERIODS, POINTS = 60.0, 90
INCHES, RESOLUTION = 3.4, 80


def attractor_pictures(systems: Mapping[str, System], *, workers: int = 1) -> dict[str, str]:
    """Return a picture of each system as a data address; one that cannot be drawn is left out.

    Parameters
    ----------
    systems : mapping of str to System
    workers : int
        Processes, where there are enough systems to be worth their start.

    Raises
    ------
    RunError
        If a process is killed.
    """
    if workers < 2 or len(systems) < ENOUGH_FOR_PROCESSES:
        drawn = [_draw(system) for system in systems.values()]
    else:
        try:
            with worker_pool(workers) as pool:
                drawn = list(pool.map(_draw, systems.values(), chunksize=4))
        except BrokenProcessPool:
            raise RunError("a process that draws the attractors was killed, perhaps for want of memory") from None
    return {name: picture for name, picture in zip(systems, drawn, strict=True) if picture}


def _draw(system: System) -> str:
    from dysts.plotting import view_of
    from dysts.plotting.attractor import draw_projection
    from dysts.plotting.style import house_style

    try:
        view = view_of(system, periods=PERIODS, points_per_period=POINTS)
    except DystsError:
        return ""
    with house_style() as library:
        figure = library.figure.Figure(figsize=(INCHES, INCHES), layout="none")
        axes = figure.add_axes((0.03, 0.03, 0.94, 0.94))
        axes.axis("off")
        draw_projection(axes, view, *view.best_pair(), width=0.5)
        buffer = io.BytesIO()
        figure.savefig(buffer, dpi=RESOLUTION, format="webp", pil_kwargs={"quality": 62})
    return "data:image/webp;base64," + base64.b64encode(buffer.getvalue()).decode()
