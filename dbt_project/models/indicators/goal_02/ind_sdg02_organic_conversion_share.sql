-- Farmland in conversion over all farmland engaged in organic farming, by commune. The file's year is its vintage's.
select 'commune' as territory_level, commune_code as territory_code,
  cast(extract(year from {{ day_of('vintage') }}) as varchar) as period, conversion_share as value, is_synthetic, source_id, vintage
from {{ ref('stg_agence_bio__communes') }}
where conversion_share is not null
