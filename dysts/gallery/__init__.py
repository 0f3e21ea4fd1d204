"""All attractors as small multiples, a page each, and one poster: a folder that opens from disk."""

from dysts.gallery.build import write_gallery

__all__ = ["write_gallery"]
