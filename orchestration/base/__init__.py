"""What every room may use and that knows nothing of an observatory: messages, settings, homes, DuckDB.

Add here what has no word of the field in it; anything that knows a source, a file or an edition belongs above.
"""
