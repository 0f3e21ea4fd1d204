"""What a run leaves on disk: journal, rows, tables."""
