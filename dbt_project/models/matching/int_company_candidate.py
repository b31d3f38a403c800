"""Which legal person each name means, and which it may mean: one row a name and candidate (orchestration/matching)."""


def model(dbt, session):
    """Return the answers with their candidates: words compared one by one, which SQL does not."""
    dbt.config(materialized="table")
    # rapidfuzz and the word lists cost 0.1 s to load: only when this model runs
    from orchestration.matching.matching import match_relations

    places, identifiers = dbt.ref("int_communes"), dbt.ref("int_company_identifier")
    return match_relations(session, dbt.ref("int_company_name"), dbt.ref("int_company_reference"), places, identifiers)
