"""Results from anybody: windows to fit on go out, forecasts come in, and both are the same cells as those of a run."""
