-- Interdecile ratio (D9/D1) of the standard of living, as INSEE publishes it.
select * from {{ incomes_as_published({'total': 'interdecile_ratio'}) }}
