-- S80/S20 of the standard of living, as INSEE publishes it.
select * from {{ incomes_as_published({'total': 's80s20'}) }}
