"""Kinks and jumps as switches: a right-hand side that is smooth as long as no switch changes.

``abs(u)`` is ``s*u`` with a switch s that is the sign of u, and so on for every function with a kink. Between two
zeros of its switching functions u the system is then smooth, so that a method of high order keeps its order; at a zero
the step ends and the switch changes. At a jump both sides may push the state back: there it slides along the
surface u = 0 with the value of s, between -1 and 1, for which u stays zero.

References
----------
A. F. Filippov, Differential Equations with Discontinuous Righthand Sides, Kluwer (1988), section 4.
E. Hairer, S. P. Norsett, G. Wanner, Solving Ordinary Differential Equations I, 2nd edition, Springer (1993),
section II.6 (discontinuities located on the dense output).
"""

import ast
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from dysts.equations.derivatives import Trees, differentiate, in_order
from dysts.equations.expressions import TIME, names_in, parse
from dysts.equations.functions import ARGUMENTS, FUNCTIONS

JUMPS = frozenset({"ceil", "floor", "heaviside", "mod", "sign"})
"""The functions that jump; the others with switches have kinks."""


@dataclass(frozen=True)
class SwitchedEquations:
    """Equations with their kinks replaced by switches.

    Attributes
    ----------
    definitions : dict of str to ast.expr
        Intermediate quantities in terms of earlier ones and of switches.
    equations : tuple of ast.expr
        The derivatives.
    switches : dict of str to ast.expr
        The switching function of each switch; the switch is its sign.
    """

    definitions: Trees
    equations: tuple[ast.expr, ...]
    switches: Trees


def take_out_switches(
    definitions: Mapping[str, ast.expr], equations: Sequence[ast.expr], names: set[str], variables: Sequence[str]
) -> SwitchedEquations:
    """Replace every function with a kink or a jump by a switch.

    A function whose argument is constant between the changes of switches inside it, as in ``mod(floor(t), 2)``, stays
    what it is: it changes with these switches only, and may lie exactly on its own jump.

    Parameters
    ----------
    definitions, equations
        Checked syntax trees.
    names : set of str
        All names in use, which switches must avoid.
    variables : sequence of str
        The names that change along a solution, apart from time.
    """
    rewriter = _Rewriter(names | set(definitions), variables)
    for name, tree in definitions.items():
        # Visiting may add definitions, which must come before this one.
        rewritten = rewriter.visit(_copy(tree))
        rewriter.definitions[name] = rewritten
    derivatives = tuple(rewriter.visit(_copy(tree)) for tree in equations)
    return SwitchedEquations(rewriter.definitions, derivatives, rewriter.switches)


class _Rewriter(ast.NodeTransformer):
    def __init__(self, names: set[str], variables: Sequence[str]) -> None:
        self.names = names
        self.variables = variables
        self.definitions: Trees = {}
        self.switches: Trees = {}
        self.known: dict[str, str] = {}

    def unused(self, stem: str) -> str:
        while stem in self.names:
            stem += "x"
        self.names.add(stem)
        return stem

    def switch(self, function: ast.expr) -> ast.expr:
        key = ast.unparse(function)
        if key not in self.known:
            self.known[key] = self.unused(f"switch_{len(self.switches)}")
            self.switches[self.known[key]] = function
        return _name(self.known[key])

    def follows_others(self, function: ast.expr) -> bool:
        """Whether a switching function is constant between the changes of the switches inside it."""
        inside = in_order(self.definitions, [function]).values()
        if not any(names_in(tree) & self.switches.keys() for tree in (function, *inside)):
            return False
        _, entries = differentiate([function], self.definitions, (*self.variables, TIME))
        return not entries

    def choice(self, switch: ast.expr, above: ast.expr, below: ast.expr) -> ast.expr:
        # A conditional and no weighted sum, as the side that does not apply may be undefined; with a name, as it may
        # be used several times.
        condition = ast.Compare(switch, [ast.Gt()], [_number(0.0)])
        name = self.unused(f"chosen_{len(self.definitions)}")
        self.definitions[name] = ast.IfExp(condition, above, below)
        return _name(name)

    def visit_Call(self, node: ast.Call) -> ast.expr:
        self.generic_visit(node)
        assert isinstance(node.func, ast.Name)
        switch = FUNCTIONS[node.func.id].switch
        if switch is None:
            return node
        function, value = _templates(node.func.id)
        if node.func.id == "mod" or FUNCTIONS[node.func.id].arguments == (1, 1):
            return self.in_terms_of_a_switch(node.func, function, value, node.args)
        result = node.args[0]
        for other in node.args[1:]:
            result = self.in_terms_of_a_switch(node.func, function, value, [result, other])
        return result

    def in_terms_of_a_switch(
        self, name_of_function: ast.Name, function: ast.expr, value: ast.expr, arguments: Sequence[ast.expr]
    ) -> ast.expr:
        known: Trees = {}
        for name, argument in zip(ARGUMENTS, arguments, strict=False):
            uses = sum(
                isinstance(part, ast.Name) and part.id == name for part in (*ast.walk(function), *ast.walk(value))
            )
            known[name] = self.named(argument) if uses > 2 else argument
        if self.follows_others(_substituted(function, known)):
            return ast.Call(name_of_function, list(arguments), [])
        known["s"] = self.switch(_substituted(function, known))
        if isinstance(value, ast.IfExp):
            return self.choice(known["s"], _substituted(value.body, known), _substituted(value.orelse, known))
        return _substituted(value, known)

    def named(self, tree: ast.expr) -> ast.expr:
        """Return a name for an expression that is used several times."""
        if isinstance(tree, ast.Name | ast.Constant):
            return tree
        name = self.unused(f"argument_{len(self.definitions)}")
        self.definitions[name] = tree
        return _name(name)

    def visit_IfExp(self, node: ast.IfExp) -> ast.expr:
        self.generic_visit(node)
        assert isinstance(node.test, ast.Compare)
        difference = ast.BinOp(node.test.left, ast.Sub(), node.test.comparators[0])
        if self.follows_others(difference):
            return node
        above, below = node.body, node.orelse
        if isinstance(node.test.ops[0], ast.Lt | ast.LtE):
            above, below = below, above
        return self.choice(self.switch(difference), above, below)


@cache
def _templates(name: str) -> tuple[ast.expr, ast.expr]:
    """Return the switching function of a function and its value in terms of the switch s, as syntax trees."""
    switch = FUNCTIONS[name].switch
    assert switch is not None
    function, value = (
        parse(text, where=f"switch of {name}", names={*ARGUMENTS, "s"}) for text in (switch.function, switch.value)
    )
    return function, value


def _substituted(tree: ast.expr, names: Mapping[str, ast.expr]) -> ast.expr:
    class Substitution(ast.NodeTransformer):
        def visit_Call(self, node: ast.Call) -> ast.expr:
            return ast.Call(node.func, [self.visit(argument) for argument in node.args], [])

        def visit_Name(self, node: ast.Name) -> ast.expr:
            return names.get(node.id, node)

    result: ast.expr = Substitution().visit(_copy(tree))
    return result


def _number(value: float) -> ast.expr:
    return ast.Constant(value)


def _copy(tree: ast.expr) -> ast.expr:
    return ast.parse(ast.unparse(tree), mode="eval").body


def rates(
    functions: Sequence[ast.expr],
    definitions: Mapping[str, ast.expr],
    equations: Sequence[ast.expr],
    variables: Sequence[str],
) -> tuple[Trees, tuple[ast.expr, ...]]:
    """Return the derivatives of functions of the state by time along the solution.

    Parameters
    ----------
    functions : sequence of ast.expr
        In terms of the variables, the definitions and time.
    definitions, equations, variables
        The system.

    Returns
    -------
    definitions : dict of str to ast.expr
        What the functions and their rates need, in order of dependence.
    rates : tuple of ast.expr
    """
    parts, entries = differentiate(functions, definitions, (*variables, TIME))
    flow = _unused("flow", variables, definitions)
    everything = dict(definitions) | parts | {flow[name]: tree for name, tree in zip(variables, equations, strict=True)}
    sums = tuple(
        _sum(
            [
                entries[row, column] if name == TIME else _product(entries[row, column], _name(flow[name]))
                for column, name in enumerate((*variables, TIME))
                if (row, column) in entries
            ]
        )
        for row in range(len(functions))
    )
    return in_order(everything, [*functions, *sums]), sums


def sliding(system: SwitchedEquations, switch: str, variables: Sequence[str]) -> SwitchedEquations:
    """Return the equations on the surface of one switch, where it takes the value that keeps the state there.

    The switch must enter linearly, as ``sign`` and ``heaviside`` usually do: the field is then the convex
    combination of those on both sides that is tangent to the surface.
    """
    function = system.switches[switch]
    columns = (*variables, TIME, switch)
    parts, entries = differentiate([function, *system.equations], system.definitions, columns)
    without = _unused("without", system.definitions, parts) | {switch: ""}
    sliding_value = f"sliding_{switch}"
    within = _unused("within", system.definitions, parts) | {switch: sliding_value}
    flow = _unused("flow", variables, parts)

    rest = [
        _product(entries[0, column], _name(flow[name]))
        for column, name in enumerate(variables)
        if (0, column) in entries
    ]
    if (0, len(variables)) in entries:
        rest.append(entries[0, len(variables)])
    slope = [
        _product(entries[0, row], entries[row + 1, len(columns) - 1])
        for row in range(len(variables))
        if (0, row) in entries and (row + 1, len(columns) - 1) in entries
    ]
    everything = {
        **system.definitions,
        **parts,
        **{without[name]: _renamed(tree, without) for name, tree in system.definitions.items()},
        **{flow[name]: _renamed(tree, without) for name, tree in zip(variables, system.equations, strict=True)},
        sliding_value: ast.UnaryOp(ast.USub(), ast.BinOp(_sum(rest), ast.Div(), _sum(slope))),
        **{within[name]: _renamed(tree, within) for name, tree in system.definitions.items()},
    }
    equations = tuple(_renamed(tree, within) for tree in system.equations)
    return SwitchedEquations(in_order(everything, equations), equations, system.switches)


def _unused(prefix: str, names: Iterable[str], taken: Iterable[str]) -> dict[str, str]:
    """Return a new name for each of the names that is none of those taken."""
    while any(name.startswith(f"{prefix}_") for name in taken):
        prefix += "x"
    return {name: f"{prefix}_{name}" for name in names}


def _name(identifier: str) -> ast.expr:
    return ast.Name(identifier, ast.Load())


def _product(a: ast.expr, b: ast.expr) -> ast.expr:
    return ast.BinOp(a, ast.Mult(), b)


def _sum(terms: Sequence[ast.expr]) -> ast.expr:
    total: ast.expr = terms[0] if terms else _number(0.0)
    for term in terms[1:]:
        total = ast.BinOp(total, ast.Add(), term)
    return total


def _renamed(tree: ast.expr, names: Mapping[str, str]) -> ast.expr:
    class Renaming(ast.NodeTransformer):
        def visit_Name(self, node: ast.Name) -> ast.expr:
            if names.get(node.id) == "":
                return _number(0.0)
            return ast.Name(names.get(node.id, node.id), node.ctx)

    return Renaming().visit(_copy(tree))


def has_switches(trees: Sequence[ast.expr]) -> bool:
    """Whether any expression has a kink or a jump that a switch can replace."""
    return any(
        isinstance(node, ast.IfExp)
        or (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Name)
            and FUNCTIONS[node.func.id].switch is not None
        )
        for tree in trees
        for node in ast.walk(tree)
    )


def has_jumps(trees: Sequence[ast.expr]) -> bool:
    """Whether any expression has a function that jumps, or a condition, whose two sides may differ."""
    return any(
        isinstance(node, ast.IfExp)
        or (isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in JUMPS)
        for tree in trees
        for node in ast.walk(tree)
    )
