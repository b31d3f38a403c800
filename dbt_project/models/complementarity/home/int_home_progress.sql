-- How each indicator moves where the home territory is: one row an indicator that has a status, of the nearest territory that has one (the
-- home EPCI, else its département, else its région; the country says nothing of the territory), over the short window, else the long one.
with place as (
  select 1 as distance, 'epci' as territory_level, territory_code from {{ ref('dim_territory') }}
  where is_home and territory_level = 'epci'
  union all
  select 2, 'department', department_code from {{ ref('dim_territory') }} where is_home and territory_level = 'epci'
  union all
  select 3, 'region', region_code from {{ ref('dim_territory') }} where is_home and territory_level = 'epci'
)
select progress.indicator_id, progress.territory_level, progress.window_length, progress.status,
  progress.status in ('improving', 'target_met') as is_improving, progress.status = 'worsening' as is_worsening
from {{ ref('mart_indicator_progress') }} as progress
join place on place.territory_level = progress.territory_level and place.territory_code = progress.territory_code
where progress.breakdown = 'total' and progress.is_newest_series and progress.status is not null
qualify row_number() over (partition by progress.indicator_id order by place.distance, progress.window_length = 'short' desc) = 1
