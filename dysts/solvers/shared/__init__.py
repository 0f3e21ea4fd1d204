"""Parts of a step that several methods share."""
