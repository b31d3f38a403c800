-- S80/S20 of the standard of living, as INSEE publishes it.
select * from {{ as_published(ref('stg_insee_filosofi__income'), {'total': 's80s20'}, persons='persons') }}
