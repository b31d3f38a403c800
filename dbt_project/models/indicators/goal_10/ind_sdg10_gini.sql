-- Gini index of the standard of living, as INSEE publishes it.
select * from {{ incomes_as_published({'total': 'gini'}) }}
