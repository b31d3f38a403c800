"""The warehouse and the one dbt build: filling, the second process that runs dbt and the suites, the ledger of revisions.

What a model computes is SQL in `dbt_project/`; whether what was built may be published is decided by `refresh`.
"""
