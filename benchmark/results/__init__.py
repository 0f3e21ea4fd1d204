"""The results folder: journal, rows, tables."""
