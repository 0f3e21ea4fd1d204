"""The modules of dysts 0.96 under their old names; this folder is part of the search path of ``dysts``."""
