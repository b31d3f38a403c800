-- Unemployment benefits in the disposable income of households, as INSEE publishes their share.
select * from {{ incomes_as_published({'total': 'unemployment_benefits_share'}) }}
