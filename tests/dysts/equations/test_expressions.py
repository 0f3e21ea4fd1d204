"""The expression language evaluates what it allows and refuses everything else, executing nothing."""

import json
import math
from pathlib import Path

import numpy as np
import pytest

import dysts
from dysts.equations.expressions import check_identifier, evaluate, parse
from dysts.errors import ExpressionError

NAMES = {"x", "y", "a"}

HOSTILE = [
    "x.real",
    "().__class__.__bases__",
    "__import__",
    "__import__(x)",
    "open(x)",
    "eval(x)",
    "print(x)",
    "exp.__call__(x)",
    "(lambda: x)()",
    "[x for x in y]",
    "{x}",
    "{x: y}",
    "x[0]",
    "'text'",
    '"text"',
    "f'{x}'",
    "b'bytes'",
    "x := 1",
    "x = 1",
    "x; y",
    "x\ny",
    "x\0",
    "x == y",
    "x < y",
    "x < y < a",
    "x and y",
    "not x",
    "x if y else a",
    "x // y",
    "x % y",
    "x @ y",
    "x << 2",
    "x | y",
    "~x",
    "*x",
    "sin(*x)",
    "sin(x=1)",
    "sin(x, y=1)",
    "sin(x, **y)",
    "sin(x, y)",
    "sin()",
    "max(x)",
    "sin",
    "x(y)",
    "1(2)",
    "unknown",
    "x, y",
    "True",
    "None",
    "...",
    "1j",
    "1e999",
    "9" * 3999,
    "x**65",
    "x**-65",
    "x**1e6",
    "9**9**9**9",
    "x**(2**3)",
    "x**(9*9*9)",
    "x**(1/0)",
    "(" * 150 + "x" + ")" * 150 + "+" + "y" * 300,
    "(" * 3000 + "x" + ")" * 900,
    "-" * 3999 + "x",
    "sin(" * 120 + "x" + ")" * 120,
    "1 if x > 0 else " * 120 + "0",
    "x+" * 2000 + "x",
    "x*" * 2000 + "x",
    "-" * 20000 + "x",
    "+".join(["sin(x*y*a*x*y*a)"] * 1800),
    "7**64*7**64*7**64*7**64*7**64*7**64*x",
    "((((7**64)**64)**64)**64)*x",
    "1/0",
    "x + 1e300*1e300",
    "x*log(0)",
    "sqrt(-1) if x > 0 else 1",
    "acos(2)*x",
    "x*" * 10**5 + "x",
    "",
    "   ",
    "x +",
    "x y",
    "2x",
    "\u0445",
    "\uff58",
    "x\u00b2",
    "await x",
    "yield",
]


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_and_malformed_text_is_refused_with_entry_and_place(text: str) -> None:
    with pytest.raises(ExpressionError, match=r"^Entry: equations\.x"):
        parse(text, where="Entry: equations.x", names=NAMES)


@pytest.mark.parametrize("value", [None, 1, 1.5, ["x"], {"x": 1}, b"x"])
def test_what_is_no_text_is_refused(value: object) -> None:
    with pytest.raises(ExpressionError, match="must be a string"):
        parse(value, where="Entry: equations.x", names=NAMES)


@pytest.mark.parametrize(
    ("text", "advice"),
    [
        ("x^2", r"column 2: character '\^' is not allowed; write \*\* for a power"),
        ("x % 2", r"write mod\(a, b\) for a remainder"),
        ("x // y", r"write floor\(a/b\)"),
        ("ln(x)", "call of 'ln'; write log$"),
        ("arctan2(y, x)", "write atan2$"),
        ("pow(x, 2)", r"write \*\*$"),
    ],
)
def test_what_other_languages_write_is_answered_by_what_to_write_here(text: str, advice: str) -> None:
    with pytest.raises(ExpressionError, match=advice):
        parse(text, where="E", names=NAMES)


@pytest.mark.parametrize("name", ["lambda", "in", "is", "as", "class", "def", "None", "True", "return", "if", "not"])
def test_keywords_are_no_names(name: str) -> None:
    with pytest.raises(ExpressionError, match=f"E: '{name}' is a keyword of Python.*'{name}1'"):
        check_identifier(name, where="E")


@pytest.mark.parametrize(("name", "kind"), [("atan2", "a function"), ("pi", "a constant"), ("t", "time")])
def test_names_that_mean_something_cannot_be_declared(name: str, kind: str) -> None:
    with pytest.raises(ExpressionError, match=f"E: '{name}' already has a meaning in the expression language, {kind}"):
        check_identifier(name, where="E")


@pytest.mark.parametrize("name", ["x", "end", "k_on", "gamma", "E", "lambda1", "x_1", "max2"])
def test_other_names_can_be_declared(name: str) -> None:
    assert check_identifier(name, where="E") == name


@pytest.mark.parametrize("name", ["", "1x", "_k", "k_", "K__m", "\u03c3", "a-b", 3, None, "x" * 5000 + "!"])
def test_what_is_no_identifier_is_refused(name: object) -> None:
    with pytest.raises(ExpressionError, match="E: a name must consist of letters") as refused:
        check_identifier(name, where="E")
    assert len(str(refused.value)) < 200


def test_the_value_of_a_long_sum_is_that_of_its_terms() -> None:
    terms = [(number % 7 - 3) * 0.37 * number for number in range(1500)]
    text = "x" + "".join(f" {'+' if term >= 0 else '-'} {abs(term)!r}*x" for term in terms)
    assert len(text) > 20_000
    tree = parse(text, where="E", names=NAMES)
    assert float(evaluate(tree, {"x": 2.0})) == pytest.approx(2.0 * (1.0 + math.fsum(terms)), rel=1e-14)
    text = "x" + "".join(f"{'*' if number % 3 else '/'}{1.0 + number * 1e-3!r}" for number in range(1500))
    expected = math.fsum((1 if number % 3 else -1) * math.log1p(number * 1e-3) for number in range(1500))
    value = float(evaluate(parse(text, where="E", names=NAMES), {"x": 1.0}))
    assert math.log(value) == pytest.approx(expected, rel=1e-13)


def test_the_message_names_the_column() -> None:
    with pytest.raises(ExpressionError, match=r"column 5: unknown name 'q'"):
        parse("x + q", where="E", names=NAMES)
    with pytest.raises(ExpressionError, match=r"column 7: unknown name 'q'"):
        parse("  x + q", where="E", names=NAMES)


@pytest.mark.parametrize("field", ["equations", "definitions", "observables", "clock", "energy"])
@pytest.mark.parametrize("text", ["__import__('os').system('touch {marker}')", "open('{marker}', 'w')", "x.__class__"])
def test_a_strangers_file_cannot_run_code(field: str, text: str, tmp_path: Path) -> None:
    marker = tmp_path / "marker"
    hostile = text.format(marker=marker)
    definition: dict[str, object] = {
        "description": "From a stranger",
        "field": "mathematics",
        "variables": ["x"],
        "equations": {"x": "-x"},
        "initial_conditions": [1.0],
    }
    definition |= {
        "equations": {"equations": {"x": hostile}},
        "definitions": {"definitions": {"q": hostile}},
        "observables": {"observables": {"q": hostile}},
        "clock": {"clock": {"variable": "x", "period": hostile}},
        "energy": {"conservation": {"type": "hamiltonian", "energy": hostile}},
    }[field]
    path = tmp_path / "theirs.json"
    path.write_text(json.dumps({"Stranger": {"definition": definition}}))
    with pytest.raises(ExpressionError, match=r"Stranger: .*column \d+"):
        dysts.load_systems(path)
    assert not marker.exists()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2 + 3*4", 14.0),
        ("-x**2", -2.25),
        ("2**-1", 0.5),
        ("x**(5/4)", 1.5**1.25),
        ("x/2/3", 0.25),
        ("a - x - y", 4.0),
        ("sin(x)*cos(y) + tan(a)", math.sin(1.5) * math.cos(-2.0) + math.tan(3.5)),
        ("exp(-x) + log(a) + sqrt(a)", math.exp(-1.5) + math.log(3.5) + math.sqrt(3.5)),
        ("sinh(x) + cosh(x) + tanh(x)", math.sinh(1.5) + math.cosh(1.5) + math.tanh(1.5)),
        ("abs(y) + floor(x)", 3.0),
        ("sign(y) + 10*sign(0)", -1.0),
        ("heaviside(x) + 10*heaviside(y) + 100*heaviside(0)", 1.0),
        ("max(x, y, a) - min(x, y, a)", 5.5),
        ("x if x > y else a", 1.5),
        ("x if x <= y else a", 3.5),
        ("asin(0.1*x) + acos(0.1*y)", math.asin(0.15) + math.acos(-0.2)),
        ("atan(y) + atan2(y, -x)", math.atan(-2.0) + math.atan2(-2.0, -1.5)),
        ("erf(x) + log10(a)", math.erf(1.5) + math.log10(3.5)),
        ("ceil(x) + 10*ceil(y) + 100*ceil(-x)", -118.0),
        ("mod(x, 1) + 10*mod(y, a) + 100*mod(a, y) + 1000*mod(-x, -1)", 0.5 + 15.0 - 50.0 - 500.0),
        ("2*pi", 2 * math.pi),
    ],
)
def test_allowed_expressions_have_their_value(text: str, expected: float) -> None:
    tree = parse(text, where="E", names=NAMES)
    assert float(evaluate(tree, {"x": 1.5, "y": -2.0, "a": 3.5})) == pytest.approx(expected, rel=1e-15)


def test_evaluation_works_on_arrays_and_gives_nan_without_warning() -> None:
    tree = parse("sqrt(x) if x > -2 else y", where="E", names=NAMES)
    values = evaluate(tree, {"x": np.array([4.0, -1.0, -3.0]), "y": 7.0})
    np.testing.assert_array_equal(values, [2.0, np.nan, 7.0])
