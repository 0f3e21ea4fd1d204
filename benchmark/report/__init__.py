"""The report: one HTML page that holds all that it needs."""

from benchmark.report.page import write_report

__all__ = ["write_report"]
