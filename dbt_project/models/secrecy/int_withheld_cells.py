"""Which cells must be withheld, one row a cell: the secret ones, and those from which they would follow (orchestration/withholding)."""


def model(dbt, session):
    """Return the cells to withhold: linear programmes, which SQL cannot solve."""
    dbt.config(materialized="table")
    # scipy costs 1 s to import: only where there is a secret
    from orchestration.withholding.figures import withheld_cells

    return withheld_cells(dbt.ref("int_secret_cells").df(), dbt.ref("int_nested_territories").df())
