-- Cyclable roads for 100 km of roads, by commune; the file states a ratio and no lengths. Its year is its vintage's.
select 'commune' as territory_level, commune_code as territory_code,
  cast(extract(year from {{ day_of('vintage') }}) as varchar) as period, 100 * cyclable_ratio as value, is_synthetic, source_id, vintage
from {{ ref('stg_velo_territoires__communes') }}
where cyclable_ratio is not null
