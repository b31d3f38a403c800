"""The counter: the page where the CSR team refreshes, drops files, reads the answers and goes back, without a terminal.

`app` (the routes) → `access` (who asks, and may they) → `pages` (what a page holds) → `views` (how it is written).
What takes long runs in processes of its own (`jobs`: the commands of the prompt; `child`: one question answered), so that
this process imports none of Dagster, dbt, Great Expectations, pandas or DuckDB.

Nothing is decided here: what a file is, what would change, who did what belongs to the rooms below.
"""
