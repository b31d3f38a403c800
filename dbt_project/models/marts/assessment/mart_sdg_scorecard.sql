-- How many indicators of a goal improve, stay or worsen in a territory: counts, no composite score. Each indicator counts once, by its
-- total and the series with the newest value; one that rests on made-up samples is counted apart.
-- The home territory and its comparators are ranked over the same indicators only: those with a status at home (short window). A comparator
-- that lacks a status for one of them has no rank. What ranks is balance: improving or at the target, minus worsening, over the
-- indicators compared.
{%- set statuses = ['improving', 'target_met', 'stable', 'worsening', 'mixed', 'not_assessed'] %}
with newest as (
  select progress.indicator_id, progress.territory_level, progress.territory_code, progress.window_length, progress.last_period,
    coalesce(progress.status, 'not_assessed') as status, progress.is_fragile,
    indicators.sdg_id, indicators.contribution,
    -- without a real value there is no last period
    progress.last_period is null as is_synthetic
  from {{ ref('mart_indicator_progress') }} as progress
  join {{ ref('dim_indicator') }} as indicators on indicators.indicator_id = progress.indicator_id
  where progress.breakdown = 'total' and progress.is_newest_series
),
compared as (
  select newest.sdg_id, newest.indicator_id, newest.territory_code, newest.status, territories.is_home,
    bool_or(territories.is_home) over (partition by newest.indicator_id) as is_assessed_at_home
  from newest
  join {{ ref('dim_territory') }} as territories
    on territories.territory_level = newest.territory_level and territories.territory_code = newest.territory_code
  where newest.territory_level = 'epci' and (territories.is_home or territories.is_comparator) and territories.is_current
    and newest.window_length = 'short' and newest.status <> 'not_assessed' and not newest.is_synthetic
),
balanced as (
  select sdg_id, territory_code, count(*) as compared_indicators,
    round(100.0 * (count(*) filter (where status in ('improving', 'target_met')) - count(*) filter (where status = 'worsening'))
      / count(*), 1) as balance
  from compared where is_assessed_at_home
  group by sdg_id, territory_code
  -- the home territory has them all
  qualify compared_indicators = max(compared_indicators) over (partition by sdg_id)
),
ranked as (
  select *, rank() over (partition by sdg_id order by balance desc) as comparator_rank, count(*) over (partition by sdg_id) as comparators
  from balanced
),
counted as (
  select sdg_id, territory_level, territory_code,
    count(*) filter (where window_length = 'short' and not is_synthetic) as indicators,
    {%- for status in statuses %}
    count(*) filter (where window_length = 'short' and not is_synthetic and status = '{{ status }}') as {{ status }},
    {%- endfor %}
    {%- for contribution in ['positive', 'negative'] %}
    {%- for status in statuses %}
    count(*) filter (where window_length = 'short' and not is_synthetic and status = '{{ status }}' and contribution = '{{ contribution }}')
      as {{ status }}_{{ contribution }},
    {%- endfor %}
    {%- endfor %}
    {%- for status in statuses %}
    count(*) filter (where window_length = 'long' and not is_synthetic and status = '{{ status }}') as long_{{ status }},
    {%- endfor %}
    count(*) filter (where window_length = 'short' and is_fragile) as fragile,
    count(*) filter (where window_length = 'short' and is_synthetic) as synthetic_indicators,
    {%- for status in statuses %}
    array_to_string(list_sort(list(indicator_id)
      filter (where window_length = 'short' and not is_synthetic and status = '{{ status }}')), ';') as {{ status }}_ids,
    {%- endfor %}
    min(last_period) filter (where status <> 'not_assessed') as oldest_period,
    max(last_period) filter (where status <> 'not_assessed') as newest_period
  from newest
  group by sdg_id, territory_level, territory_code
)
select counted.sdg_id, counted.territory_level, counted.territory_code,
  {%- for column in ['indicators'] + statuses %}
  cast(counted.{{ column }} as integer) as {{ column }},
  {%- endfor %}
  {%- for contribution in ['positive', 'negative'] %}
  {%- for status in statuses %}
  cast(counted.{{ status }}_{{ contribution }} as integer) as {{ status }}_{{ contribution }},
  {%- endfor %}
  {%- endfor %}
  {%- for status in statuses %}
  cast(counted.long_{{ status }} as integer) as long_{{ status }},
  {%- endfor %}
  {%- for column in ['fragile', 'synthetic_indicators'] %}
  cast(counted.{{ column }} as integer) as {{ column }},
  {%- endfor %}
  {%- for status in statuses %}
  counted.{{ status }}_ids,
  {%- endfor %}
  counted.oldest_period, counted.newest_period,
  cast(ranked.compared_indicators as integer) as compared_indicators, ranked.balance,
  cast(case when ranked.comparators > 1 then ranked.comparator_rank end as integer) as comparator_rank,
  cast(ranked.comparators as integer) as comparators
from counted
left join ranked on counted.territory_level = 'epci' and ranked.sdg_id = counted.sdg_id
 and ranked.territory_code = counted.territory_code
