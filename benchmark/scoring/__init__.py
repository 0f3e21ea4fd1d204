"""The scores of a forecast against the truth."""
