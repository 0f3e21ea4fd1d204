"""What is asked: tasks, suites, data, tuning and the reference forecasts."""
