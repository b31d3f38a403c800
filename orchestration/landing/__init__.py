"""From a channel to files on disk: which files lie there, of which source and vintage, how large, with which hash.

Knows folders (and addresses), nothing of columns. Add a channel here as one function that returns a
`Landing`; how a file is read is the business of `reading`.
"""

from orchestration.landing.folders import Landed, Landing, land_folder, land_sample, unknown_folders
from orchestration.landing.hashes import HashCache

__all__ = ["HashCache", "Landed", "Landing", "land_folder", "land_sample", "unknown_folders"]
