"""What is known of each source before any of its files is read."""

from orchestration.catalog.load import CatalogueError, load_catalogue
from orchestration.catalog.models import Column, FileSpec, Source, Table, lake_table

__all__ = ["CatalogueError", "Column", "FileSpec", "Source", "Table", "lake_table", "load_catalogue"]
