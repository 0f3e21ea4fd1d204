"""Iteration of maps, of one orbit or eight side by side, and of their tangent vectors."""
