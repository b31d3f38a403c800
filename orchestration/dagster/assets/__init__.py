"""What Dagster shows: one module a kind of asset.

`sources` (the lake, one asset a dataset), `models` (the dbt project), `edition` (what is published). Add a module for a new *kind* of asset;
a new dataset or model needs none. What an asset *does* belongs to `orchestration.refresh`, which is called by `sessions` alone.
"""
