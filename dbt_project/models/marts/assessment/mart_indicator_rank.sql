-- Where a territory stands among others of its kind, in the newest period that enough of them have a figure of.
-- A group counts where at least 20 of its territories have a value in one series and period, and one in ten of the group (24 communes
-- of an extract are not « the communes »); of several periods the newest in which half as many are there as in the fullest one
-- (the census of 2022 that lies here holds 207 communes, that of 2018 all of them). Of communes only the totals are ranked.
-- rank: 1 is the best in the wanted direction (`parity`: nearest to zero), equal values share it. percentile: the share of the others
-- that are worse, equal ones counted half: 100 is better than all. A bound (« 5 or less ») is ranked at its bound, and its status
-- says so. Figures of made-up samples are ranked with nothing, nor are counts and amounts (deaths, megawatts): whoever has more people
-- has more of them, and 56 road deaths in a département of 1.4 million inhabitants would be « among the worst ».
with figure as (
  select fct.indicator_id, fct.series_id, fct.territory_level, fct.territory_code, fct.period, fct.breakdown, fct.value, fct.status,
    groups.peer_group, groups.group_members,
    case indicators.desired_direction when 'up' then fct.value when 'down' then -fct.value else -abs(fct.value) end as merit
  from {{ ref('fct_indicator_value') }} as fct
  join {{ ref('dim_indicator') }} as indicators on indicators.indicator_id = fct.indicator_id
  join {{ ref('int_peer_groups') }} as groups
    on groups.territory_level = fct.territory_level and groups.territory_code = fct.territory_code
  where fct.value is not null and not indicators.is_synthetic_only and indicators.additivity <> 'count'
    and (fct.territory_level <> 'commune' or fct.breakdown = 'total')
),
gathering as (
  select indicator_id, series_id, breakdown, peer_group, period, count(*) as group_size,
    max(count(*)) over (partition by indicator_id, breakdown, peer_group) as fullest
  from figure
  group by indicator_id, series_id, breakdown, peer_group, period
  having count(*) >= greatest(20, 0.1 * max(group_members))
),
chosen as (
  select indicator_id, series_id, breakdown, peer_group, period, group_size from gathering
  where 2 * group_size >= fullest
  qualify period = max(period) over (partition by indicator_id, breakdown, peer_group)
),
placed as (
  select figure.*, chosen.group_size,
    rank() over peers_best_first as place,
    count(*) over (partition by figure.indicator_id, figure.series_id, figure.breakdown, figure.peer_group, figure.merit) as equal_ones
  from figure
  join chosen on chosen.indicator_id = figure.indicator_id and chosen.series_id = figure.series_id
   and chosen.breakdown = figure.breakdown and chosen.peer_group = figure.peer_group and chosen.period = figure.period
  window peers_best_first as (
    partition by figure.indicator_id, figure.series_id, figure.breakdown, figure.peer_group order by figure.merit desc)
)
select indicator_id, series_id, territory_level, territory_code, period, breakdown, peer_group, value, status,
  cast(place as integer) as rank,
  round(100.0 * (group_size - place - (equal_ones - 1) / 2.0) / (group_size - 1), 6) as percentile,
  cast(group_size as integer) as group_size, cast(group_members as integer) as group_members,
  median(value) over (partition by indicator_id, series_id, breakdown, peer_group) as group_median,
  group_size - place - (equal_ones - 1) / 2.0 <= 0.25 * (group_size - 1) as is_worst_quartile
from placed
