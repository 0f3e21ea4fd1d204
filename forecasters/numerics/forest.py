"""Regression trees flattened into arrays, and the compiled loop that rolls them out."""

import json
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from dysts.compilation.driver import driver
from forecasters.numerics.box import Box

FloatArray = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Forest:
    """Many trees in one set of arrays.

    A node sends a sample left if its feature, in single precision, is at most the threshold; a leaf points to
    itself on both sides. The forecast is ``offset + weight * sum of the leaves' values``.

    Attributes
    ----------
    roots : ndarray, int64 [tree]
        The node at which each tree begins.
    features, left, right : ndarray, int64 [node]
        Feature that a node compares, and its two successors.
    thresholds : ndarray, float64 [node]
        Largest value of the feature that leads to the left.
    values : ndarray, float64 [node, component]
        Contribution of each leaf to the sum.
    offset : ndarray, float64 [component]
        Constant added to the sum.
    weight : float
        Factor of the value of each tree.
    """

    roots: NDArray[np.int64]
    features: NDArray[np.int64]
    thresholds: FloatArray
    left: NDArray[np.int64]
    right: NDArray[np.int64]
    values: FloatArray
    offset: FloatArray
    weight: float

    @classmethod
    def from_sklearn(cls, model: Any, components: int) -> Self:
        """Flatten a fitted ``RandomForestRegressor``."""
        trees = [
            _Tree(
                np.maximum(tree.feature, 0),
                tree.threshold,
                tree.children_left,
                tree.children_right,
                tree.value[:, :, 0],
            )
            for tree in (estimator.tree_ for estimator in model.estimators_)
        ]
        return cls._joined(trees, np.zeros(components), 1.0 / len(trees))

    @classmethod
    def from_xgboost(cls, model: Any, components: int) -> Self:
        """Flatten a fitted ``XGBRegressor`` with one tree for each target and round."""
        learner = json.loads(model.get_booster().save_raw("json"))["learner"]
        stored = learner["gradient_booster"]["model"]
        trees = []
        for tree, target in zip(stored["trees"], stored["tree_info"], strict=True):
            left, right = np.array(tree["left_children"]), np.array(tree["right_children"])
            condition = np.array(tree["split_conditions"], dtype=np.float32)
            values = np.zeros((len(left), components))
            values[:, target] = np.where(left < 0, condition, 0.0)
            # xgboost goes left strictly below the threshold: at most the number before it.
            below = np.nextafter(condition, np.float32(-np.inf)).astype(np.float64)
            trees.append(_Tree(np.array(tree["split_indices"]), below, left, right, values))
        offset = np.array(json.loads(learner["learner_model_param"]["base_score"]), dtype=np.float64)
        return cls._joined(trees, np.broadcast_to(offset, components).copy(), 1.0)

    @classmethod
    def _joined(cls, trees: "list[_Tree]", offset: FloatArray, weight: float) -> Self:
        sizes = [len(tree.left) for tree in trees]
        roots = np.concatenate([[0], np.cumsum(sizes)[:-1]]).astype(np.int64)

        def children(tree: "_Tree", root: int, side: NDArray[Any]) -> NDArray[np.int64]:
            return np.where(tree.left < 0, np.arange(len(side)), side).astype(np.int64) + root

        pairs = list(zip(trees, roots.tolist(), strict=True))
        return cls(
            roots=roots,
            features=np.concatenate([tree.features for tree in trees]).astype(np.int64),
            thresholds=np.concatenate([tree.thresholds for tree in trees]).astype(np.float64),
            left=np.concatenate([children(tree, root, tree.left) for tree, root in pairs]),
            right=np.concatenate([children(tree, root, tree.right) for tree, root in pairs]),
            values=np.ascontiguousarray(np.concatenate([tree.values for tree in trees])),
            offset=offset,
            weight=weight,
        )

    def roll_out(self, history: FloatArray, horizon: int, box: Box) -> FloatArray:
        """Return the closed loop [time, component] that follows a history [lag, component]."""
        path = np.concatenate([history, np.empty((horizon, history.shape[1]))])
        _roll_out(
            self.roots,
            self.features,
            self.thresholds,
            self.left,
            self.right,
            self.values,
            self.offset,
            self.weight,
            box.low,
            box.high,
            len(history),
            path,
        )
        return path[len(history) :]


@dataclass(frozen=True, eq=False)
class _Tree:
    features: NDArray[Any]
    thresholds: NDArray[Any]
    left: NDArray[Any]
    right: NDArray[Any]
    values: FloatArray


@driver(
    "void(int64[::1], int64[::1], float64[::1], int64[::1], int64[::1], float64[:,::1], float64[::1], float64,"
    " float64[::1], float64[::1], int64, float64[:,::1])"
)
def _roll_out(
    roots: Any,
    features: Any,
    thresholds: Any,
    left: Any,
    right: Any,
    values: Any,
    offset: Any,
    weight: Any,
    low: Any,
    high: Any,
    lags: Any,
    path: Any,
) -> None:
    components = path.shape[1]
    for now in range(lags, path.shape[0]):
        total = np.zeros(components)
        for tree in range(roots.shape[0]):
            node = roots[tree]
            while left[node] != node:
                feature = features[node]
                sample = path[now - lags + feature // components, feature % components]
                node = left[node] if np.float32(sample) <= thresholds[node] else right[node]
            for component in range(components):
                total[component] += values[node, component]
        for component in range(components):
            point = offset[component] + weight * total[component]
            path[now, component] = min(max(point, low[component]), high[component])
