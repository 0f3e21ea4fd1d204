"""The report: a folder of pages with everything in them, from the results of a run."""

from benchmark.report.folder import write_report

__all__ = ["write_report"]
