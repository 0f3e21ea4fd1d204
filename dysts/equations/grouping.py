"""Long sums and products as balanced trees.

Python's parser nests a sum of n terms n levels deep, and everything that walks a syntax tree calls itself once for
each level. A balanced tree of the same terms has some log2(n) levels, and its rounding errors grow as slowly.
"""

import ast
from collections.abc import Sequence

LONGEST_CHAIN = 64
"""Terms of a sum, or factors of a product, that keep the order in which they are written."""

_INVERSE: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Div,
    ast.Div: ast.Mult,
}
_FIRST: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Add,
    ast.Sub: ast.Add,
    ast.Mult: ast.Mult,
    ast.Div: ast.Mult,
}
"""The operator that stands, unwritten, before the first term of a chain."""

_Term = tuple[type[ast.operator], ast.expr]


def continues(node: ast.expr, parent: ast.BinOp) -> bool:
    """Whether the left operand of an operation belongs to the same sum or product."""
    return (
        isinstance(node, ast.BinOp)
        and type(parent.op) in _FIRST
        and _FIRST[type(parent.op)] is _FIRST.get(type(node.op))
    )


def grouped(node: ast.expr) -> ast.expr:
    """Return an expression in which sums and products of more than `LONGEST_CHAIN` terms are balanced.

    Examples
    --------
    >>> tree = grouped(ast.parse("+".join(["x"] * 1000), mode="eval").body)
    >>> levels = 0
    >>> while isinstance(tree, ast.BinOp):
    ...     tree, levels = tree.left, levels + 1
    >>> levels
    10
    """
    match node:
        case ast.BinOp(op=op) if type(op) in _FIRST:
            terms = _terms(node)
            if len(terms) > LONGEST_CHAIN:
                return balanced(terms)
            result = terms[0][1]
            for kind, term in terms[1:]:
                result = ast.copy_location(ast.BinOp(result, kind(), term), node)
            return result
        case ast.BinOp(left=left, op=op, right=right):
            return ast.copy_location(ast.BinOp(grouped(left), op, grouped(right)), node)
        case ast.UnaryOp(op=sign, operand=operand):
            return ast.copy_location(ast.UnaryOp(sign, grouped(operand)), node)
        case ast.Call(func=function, args=arguments):
            return ast.copy_location(ast.Call(function, [grouped(part) for part in arguments], []), node)
        case ast.IfExp(test=ast.Compare(left=left, ops=ops, comparators=[right]), body=body, orelse=orelse):
            test = ast.Compare(grouped(left), ops, [grouped(right)])
            return ast.copy_location(ast.IfExp(test, grouped(body), grouped(orelse)), node)
    return node


def _terms(node: ast.expr) -> list[_Term]:
    """Return the terms of a sum, or the factors of a product, each with the operator before it."""
    terms: list[_Term] = []
    while isinstance(node, ast.BinOp):
        terms.append((type(node.op), grouped(node.right)))
        if not continues(node.left, node):
            terms.append((_FIRST[type(node.op)], grouped(node.left)))
            break
        node = node.left
    return terms[::-1]


def balanced(terms: Sequence[_Term]) -> ast.expr:
    """Return a sum or a product as a balanced tree; no operator inverts the first term."""
    if len(terms) == 1:
        return terms[0][1]
    middle = (len(terms) + 1) // 2
    left, right = terms[:middle], terms[middle:]
    kind = right[0][0]
    if kind is not _FIRST[kind]:
        right = [(_INVERSE[operator], term) for operator, term in right]
    return ast.copy_location(ast.BinOp(balanced(left), kind(), balanced(right)), left[0][1])
