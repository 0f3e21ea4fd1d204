"""From a system and a grid of times to a labelled trajectory."""
