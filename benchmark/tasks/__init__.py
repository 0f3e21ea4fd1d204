"""Tasks and suites, the data of a task, tuning, and the reference forecasts."""
