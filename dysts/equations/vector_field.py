"""The vector field of a system: its checked equations and their names, without any number."""

import ast
import dataclasses
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from dysts.equations.expressions import TIME, names_in, parse


@dataclass(frozen=True, eq=False)
class VectorField:
    """The checked syntax trees of a system's definitions and derivatives.

    Formulas, switches and compiled functions are made of it; parameter values come later.

    Attributes
    ----------
    name : str
        Of the system, for messages and file names.
    variables : tuple of str
        The components of the state, in order.
    delayed : tuple of str
        Names of the delayed values, in the order of the variables; empty without a delay.
    parameters : tuple of str
        Names of the parameters, vectors and matrices element by element.
    definitions : mapping of str to ast.expr
        Intermediate quantities, each in terms of earlier ones.
    derivatives : tuple of ast.expr
        The derivative of each variable.

    Examples
    --------
    >>> field = VectorField.parse("Decay", ["x"], {"x": "-k*x"}, parameters=["k"])
    >>> field.inputs, field.autonomous
    (('x',), True)
    """

    name: str
    variables: tuple[str, ...]
    delayed: tuple[str, ...]
    parameters: tuple[str, ...]
    definitions: Mapping[str, ast.expr]
    derivatives: tuple[ast.expr, ...]

    @classmethod
    def parse(
        cls,
        name: str,
        variables: Sequence[str],
        equations: Mapping[str, str],
        *,
        definitions: Mapping[str, str] | None = None,
        delayed: Sequence[str] = (),
        parameters: Iterable[str] = (),
    ) -> "VectorField":
        """Parse the equations of a system.

        Parameters
        ----------
        name : str
        variables : sequence of str
        equations : mapping of str to str
            The derivative of each variable.
        definitions : mapping of str to str, optional
            Intermediate quantities, each in terms of earlier ones.
        delayed : sequence of str
        parameters : iterable of str

        Raises
        ------
        ExpressionError
            If an expression is outside the language; the message names the system and the field.
        """
        parameters = tuple(parameters)
        known = {*parameters, *variables, *delayed}
        trees: dict[str, ast.expr] = {}
        for definition, text in (definitions or {}).items():
            trees[definition] = parse(text, where=f"{name}: definitions.{definition}", names=known)
            known.add(definition)
        derivatives = tuple(
            parse(equations[variable], where=f"{name}: equations.{variable}", names=known) for variable in variables
        )
        return cls(name, tuple(variables), tuple(delayed), parameters, trees, derivatives)

    @property
    def dimension(self) -> int:
        """Number of variables."""
        return len(self.variables)

    @property
    def inputs(self) -> tuple[str, ...]:
        """The variables, followed by their delayed values."""
        return (*self.variables, *self.delayed)

    @property
    def trees(self) -> tuple[ast.expr, ...]:
        """All definitions and derivatives."""
        return (*self.definitions.values(), *self.derivatives)

    @cached_property
    def reversed(self) -> "VectorField":
        """The field whose solutions are those of this one with the sign of time changed."""
        return dataclasses.replace(
            self,
            definitions={name: mirrored(tree) for name, tree in self.definitions.items()},
            derivatives=tuple(ast.UnaryOp(ast.USub(), mirrored(tree)) for tree in self.derivatives),
        )

    @cached_property
    def autonomous(self) -> bool:
        """Whether the derivative does not depend on time itself; a driving phase is part of the state."""
        return all(TIME not in names_in(tree) for tree in self.trees)


def mirrored(tree: ast.expr) -> ast.expr:
    """Return an expression with the sign of time changed.

    Examples
    --------
    >>> ast.unparse(mirrored(ast.parse("x + sin(t)", mode="eval").body))
    'x + sin(-t)'
    """

    class Mirror(ast.NodeTransformer):
        def visit_Name(self, node: ast.Name) -> ast.expr:
            return ast.UnaryOp(ast.USub(), node) if node.id == TIME else node

    result: ast.expr = Mirror().visit(ast.parse(ast.unparse(tree), mode="eval").body)
    return result
