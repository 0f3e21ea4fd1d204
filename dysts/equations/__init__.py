"""The language of equations: expressions, their derivatives and formulas, switches."""
