"""National files that never pass through pandas: DuckDB reads the needed columns and writes the lake.

A source of this kind has *raw* tables (`raw_<name>` in its `source.yml`: which file, which columns)
and tables that an SQL file of its folder makes from them. In that SQL `{{ <name> }}` is the raw file
and `{{ home_communes }}` the communes of the observatory's own territory. Nothing here knows which
source it is.
"""
