"""Files to start a forecaster, a metric and a system of one's own, each of which passes its check as it is."""

from benchmark.templates.command import list_templates, template_text

__all__ = ["list_templates", "template_text"]
