"""``dysts.maps`` of dysts 0.96."""
