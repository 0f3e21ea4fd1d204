"""The forms in which a system leaves this package: SymPy, LaTeX, source code, a registry entry, a file."""

import json
import os
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import Any, Literal

from dysts.equations.formulas import as_latex, as_sympy
from dysts.equations.source_code import as_code
from dysts.errors import StorageError
from dysts.systems.as_html import system_html
from dysts.systems.driving_phase import DrivingPhase
from dysts.systems.evaluation import Evaluation
from dysts.systems.frozen import FrozenMapping, thaw
from dysts.systems.kinds import FLOW, MAP, refuse_map
from dysts.systems.registry_file import write_entries
from dysts.version import __version__

_ENTRY_FIELDS = {
    "description": "description",
    "field": "field",
    "kind": "kind",
    "variables": "variables",
    "definitions": "definitions",
    "equations": "equations",
    "parameters": "parameters",
    "delay": "delay",
    "clock": "driving_phase",
    "observables": "observables",
    "initial_conditions": "initial_conditions",
    "lifetime": "lifetime",
    "conservation": "conservation",
    "variant_of": "variant_of",
    "remarks": "remarks",
    "citations": "citations",
}
"""The fields of a definition in the order of a registry file, each with the attribute of `System` that holds it."""


class Export(Evaluation):
    """The part of `System` that writes it in other forms."""

    description: str
    kind: str
    properties: Mapping[str, Any]
    citations: tuple[Mapping[str, Any], ...]

    def _repr_html_(self) -> str:
        return system_html(
            self.name,
            self.description,
            self.vector_field,
            self.parameters,
            self.properties,
            self.citations,
            next_values=self.kind == MAP,
        )

    def to_sympy(self) -> dict[Any, Any]:
        """Return the derivative of each variable as a SymPy expression, definitions put in.

        Variables and parameters are real symbols of the same names; numbers in the equations become exact fractions.

        Returns
        -------
        dict of sympy.Symbol to sympy.Expr

        Examples
        --------
        >>> import dysts
        >>> for variable, derivative in dysts.get_system("Lorenz").to_sympy().items():
        ...     print(variable, "'", "=", derivative)
        x ' = -sigma*x + sigma*y
        y ' = rho*x - x*z - y
        z ' = -beta*z + x*y
        """
        return as_sympy(self.vector_field)

    def to_latex(self) -> str:
        """Return the equations, then the definitions that they use, as an ``aligned`` environment of LaTeX.

        A delayed variable carries the delay as its subscript; those of a map have the number of the iterate.

        Examples
        --------
        >>> import dysts
        >>> print(dysts.get_system("Rossler").to_latex())
        \\begin{aligned}
        \\dot{x} &= - y - z \\\\
        \\dot{y} &= a y + x \\\\
        \\dot{z} &= b - c z + x z
        \\end{aligned}
        """
        return as_latex(self.vector_field, self.delay, next_values=self.kind == MAP)

    def to_code(self, language: Literal["python", "c", "julia"]) -> str:
        """Return a source file with a function that computes the derivative, the parameters and the initial state.

        The function has the arguments that solvers take: ``derivative(t, state)`` in Python (scipy),
        ``derivative!(rate, state, parameters, t)`` in Julia (DifferentialEquations), and ``derivative(t, state,
        parameters, rate)`` in C. A name that the language keeps for itself, such as ``end`` in Julia, gets a final
        underscore.

        Parameters
        ----------
        language : {"python", "c", "julia"}

        Raises
        ------
        InvalidArgumentError
        NotSupportedError
            For delay systems.

        Examples
        --------
        >>> import dysts
        >>> print(dysts.get_system("Rossler").to_code("julia").partition("function")[2])
         derivative!(rate, state, parameters, t)
            x, y, z = state
            (; a, b, c) = parameters
            rate[1] = -y - z
            rate[2] = a*y + x
            rate[3] = b - c*z + x*z
            return nothing
        end
        <BLANKLINE>
        """
        refuse_map(self, "to_code")
        return as_code(
            self.vector_field,
            language,
            parameters=self.flat_parameters,
            initial_conditions=self.initial_conditions,
            title=f"{self.name}: {self.description or 'a system of ordinary differential equations'}; "
            f"written by dysts {__version__}",
        )

    def to_entry(self, *, with_properties: bool = True) -> dict[str, Any]:
        """Return the registry entry that this system would be read from.

        Examples
        --------
        >>> import dysts
        >>> sorted(dysts.get_system("Lorenz").to_entry(with_properties=False))
        ['definition']
        """
        definition: dict[str, Any] = {}
        for name, attribute in _ENTRY_FIELDS.items():
            value = getattr(self, attribute)
            if isinstance(value, DrivingPhase):
                value = {"variable": value.variable, "period": value.period}
            # Flows are the rule, so that entries, and hashes of them, name the kind of maps only.
            if value not in (None, "", (), FrozenMapping()) and (name, value) != ("kind", FLOW):
                definition[name] = thaw(value)
        entry: dict[str, Any] = {"definition": definition}
        if with_properties and self.properties:
            entry["properties"] = thaw(self.properties)
        return entry

    def save(self, path: str | os.PathLike[str], *, overwrite: bool = False) -> Path:
        """Write the system to a registry file of its own, which `dysts.load_systems` reads.

        Parameters
        ----------
        path : str or path-like
            Such as ``"mine.json"``.
        overwrite : bool
            Replace a file that is there.

        Returns
        -------
        Path

        Raises
        ------
        StorageError
            If the file exists and may not be replaced, or cannot be written.

        Examples
        --------
        >>> import dysts, pathlib, tempfile
        >>> path = pathlib.Path(tempfile.mkdtemp()) / "mine.json"
        >>> _ = dysts.get_system("Lorenz").save(path)
        >>> dysts.load_systems(path)["Lorenz"] == dysts.get_system("Lorenz")
        True
        """
        path = Path(path)
        if path.exists() and not overwrite:
            raise StorageError(f"{path} exists already; choose another name, or overwrite=True to replace it")
        write_entries(path, {self.name: self.to_entry()})
        return path

    @cached_property
    def definition_json(self) -> str:
        """The entry without properties, as JSON: all that is needed to make the system again."""
        return json.dumps(self.to_entry(with_properties=False))

    @cached_property
    def parameters_json(self) -> str:
        """The flat parameters as JSON."""
        return json.dumps(dict(self.flat_parameters))
