"""The stored series of two systems, as arrays and as a table."""

import numpy as np
from dysts.datasets import load_dataset
from dysts.flows import Lorenz

data = load_dataset(subsets="train", data_format="numpy", standardize=True, names=["Lorenz", "Rossler"])
assert data.shape == (2, 1000) and np.allclose(data.mean(axis=1), 0.0)
whole = load_dataset(subsets="test_all", univariate=False, granularity="coarse", names=["Lorenz"])
assert whole["Lorenz"]["values"].shape == (180, 3)
table = load_dataset(subsets="test", granularity="coarse", data_format="pandas", names=["Lorenz"])
assert list(table.columns) == ["id", "time", "values"] and len(table) == 150
assert Lorenz().load_trajectory(subsets="test", granularity="coarse").shape == (180, 3)
