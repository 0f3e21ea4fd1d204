"""What packages that discover equations do: call the functions of classes with SymPy symbols, and compare."""

import inspect

import dysts.flows
import dysts.maps
import dysts.systems
import numpy as np
import sympy as sp
from dysts.analysis import sample_initial_conditions
from scipy.integrate import solve_ivp

classes = {name.lower(): getattr(dysts.flows, name) for name in dysts.systems.get_attractor_list()}
for name in ("lorenz", "thomas", "lorenz96", "duffing"):
    model = classes[name]()
    arguments = list(inspect.signature(type(model)._rhs).parameters)
    states = sp.symbols(arguments[: model.dimension])
    formulas = type(model)._rhs(*states, 0.0, *model.param_list)
    function = sp.lambdify(states, sp.Matrix(formulas))
    point = np.asarray(model.ic) + 0.25
    assert np.allclose(np.ravel(function(*point)), model.rhs(point, 0.0), rtol=1e-12)
    jacobian = sp.lambdify(states, sp.Matrix(type(model)._jac(*states, 0.0, *model.param_list)))
    assert np.allclose(jacobian(*point), model.jac(point, 0.0), rtol=1e-12)

x, y = sp.symbols("x y")
a, b = sp.symbols("a b")
assert [sp.expand(one) for one in dysts.maps.Henon._rhs(x, y, a, b)] == [1 - a * x**2 + y, b * x]
model = dysts.flows.Rossler()
model.ic = sample_initial_conditions(model, 1)[0]
found = solve_ivp(lambda t, X: model.rhs(X, t), (0.0, 1.0), model.ic, method="LSODA", rtol=1e-10, atol=1e-10)
assert found.success
