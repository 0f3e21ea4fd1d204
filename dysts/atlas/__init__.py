"""The collection as a whole: features of all systems, their categories, and which of them a series is most like."""

from dysts.atlas.atlas import Atlas, Category, Place, published_clusters, read_atlas
from dysts.atlas.nearest import Nearest, Neighbour, nearest

__all__ = ["Atlas", "Category", "Nearest", "Neighbour", "Place", "nearest", "published_clusters", "read_atlas"]
