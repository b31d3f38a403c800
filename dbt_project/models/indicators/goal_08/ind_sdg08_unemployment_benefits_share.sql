-- Unemployment benefits in the disposable income of households, as INSEE publishes their share.
select * from {{ as_published(ref('stg_insee_filosofi__income'), {'total': 'unemployment_benefits_share'}, persons='persons') }}
