-- One figure an indicator, territory, period and breakdown. Where several give the same figure: the catalogue's
-- own source before a second one, a real file before a made-up sample, then the newest vintage.
-- What a figure cannot be (the rules of figures.yml, the bounds of the seed) is held back right after: macros/project/hold_back.sql.
-- Figures of a territory that nothing names are left out (test figures_without_territory counts them). What may be shown of a
-- figure, and its status, come from models/secrecy.
-- Beside it, what may stand in one chart: series_id (seed series: one definition), geography_year (the perimeters that the
-- figure speaks of) and is_break (not on the same ground as the figure before it). Seed caveats: known weaknesses, each with its
-- reason and reference. Both are data: an indicator that neither names is a series of its own source.
with chosen as (
  select candidates.*, catalogue.unit
  from {{ ref('int_indicator_shown') }} as candidates
  join {{ ref('indicators') }} as catalogue on catalogue.indicator_id = candidates.indicator_id
  semi join {{ ref('int_territories') }} as territories
    on territories.territory_level = candidates.territory_level and territories.territory_code = candidates.territory_code
  qualify row_number() over (
    partition by candidates.indicator_id, candidates.territory_level, candidates.territory_code, candidates.period, candidates.breakdown
    order by candidates.source_id = catalogue.source_id desc,
      coalesce(candidates.is_synthetic, false), candidates.vintage desc, candidates.source_id) = 1
),
-- the geography of a file: the newest official code in which the communes that it lists still have their codes
file_geography as (
  select codes.source_id, codes.vintage,
    coalesce(list_sort(list(ended.geography_year) filter (where ended.geography_year is not null))[{{ stray_codes('count(*)') }} + 1] - 1,
      (select max(cog_year) from {{ ref('int_commune_codes') }} where kind = 'current')) as geography_year
  from (select distinct source_id, vintage, territory_code from {{ ref('int_indicator_shown') }} where territory_level = 'commune') as codes
  left join {{ ref('int_commune_changes') }} as ended on ended.kind = 'ended' and ended.commune_code = codes.territory_code
  group by codes.source_id, codes.vintage
),
dated as (
  select chosen.* exclude (making), coalesce(series.making, chosen.making) as making,
    coalesce(series.series_id, chosen.indicator_id || '.' || chosen.source_id) as series_id,
    case case when chosen.territory_level = 'commune' then coalesce(series.commune_geography, 'file') else series.larger_geography end
      when 'file' then file_geography.geography_year
      when 'today' then (select max(cog_year) from {{ ref('int_commune_codes') }} where kind = 'current')
      else try_cast(case when chosen.territory_level = 'commune' then series.commune_geography else series.larger_geography end as integer)
      end as geography_year
  from chosen
  left join {{ ref('series') }} as series
    on series.indicator_id = chosen.indicator_id and series.source_id = chosen.source_id
   and starts_with(chosen.breakdown, coalesce(series.breakdown_prefix, ''))
   and (series.first_period is null or chosen.period >= series.first_period)
   and (series.last_period is null or left(chosen.period, length(series.last_period)) <= series.last_period)
  left join file_geography on file_geography.source_id = chosen.source_id and file_geography.vintage = chosen.vintage
),
followed as (
  select *,
    lag(struct_pack(period := period, making := making, persons := perimeter_persons, geography_year := geography_year)) over (
      partition by series_id, territory_level, territory_code, breakdown order by period) as before
  from dated
),
changed as (
  select 'commune' as territory_level, commune_code, list(geography_year) as years from {{ ref('int_commune_changes') }}
  where kind = 'changed' group by commune_code
),
caveat as (
  select indicator_id, source_id, list(caveats order by reason_fr) as known from {{ ref('caveats') }} as caveats
  group by indicator_id, source_id
),
weighed as (
  select followed.*,
    case when caveat.known is not null then list_filter(caveat.known, lambda c: coalesce(c.territory_level = followed.territory_level, true)
      and coalesce(c.territory_code = followed.territory_code, true) and coalesce(c.breakdown = followed.breakdown, true)
      and coalesce(followed.period >= c.first_period, true)
      and coalesce(left(followed.period, length(c.last_period)) <= c.last_period, true)
      and (c.effect <> 'break' or coalesce(followed.before.period < c.first_period, false))
      and (c.below is null and c.above is null or coalesce(followed.value < c.below or followed.value > c.above, false))
      and followed.status <> 'suppressed') end as known,
    nullif(concat_ws(' ',
      case when changed.years is not null
        and len(list_filter(changed.years, lambda year: year > least(followed.before.geography_year, followed.geography_year)
          and year <= greatest(followed.before.geography_year, followed.geography_year))) > 0
        then 'Commune fusionnée ou scindée entre les géographies de ' || followed.before.geography_year || ' et de '
          || followed.geography_year || '.' end,
      case when followed.territory_level = 'epci' and abs(followed.perimeter_persons / nullif(followed.before.persons, 0) - 1)
          > {{ perimeter_bound('try_cast(left(followed.period, 4) as integer) - try_cast(left(followed.before.period, 4) as integer)') }}
        then 'Périmètre changé : ' || {{ persons_fr('followed.perimeter_persons') }} || ', et '
          || {{ persons_fr('followed.before.persons') }}
          || ' en ' || followed.before.period || '.' end,
      case when followed.making <> followed.before.making then 'D’une autre confection que la valeur de ' || followed.before.period
        || '.' end), '') as own_break
  from followed
  left join changed on changed.territory_level = followed.territory_level and changed.commune_code = followed.territory_code
  left join caveat on caveat.indicator_id = followed.indicator_id and caveat.source_id = followed.source_id
),
reasoned as (
  select *,
    {%- for effect in ['withheld', 'provisional', 'break'] %}
    case when len(known) > 0 then nullif(array_to_string(list_transform(list_filter(known, lambda c: c.effect = '{{ effect }}'),
      lambda c: c.reason_fr), ' '), '') end as {{ effect }}_reason{{ ',' if not loop.last }}
    {%- endfor %}
  from weighed
)
select reasoned.indicator_id, reasoned.territory_code, reasoned.territory_level, reasoned.period, reasoned.breakdown,
  case when withheld_reason is null then reasoned.value end as value, reasoned.unit,
  case when coalesce(withheld_reason, provisional_reason) is not null then 'provisional' else reasoned.status end as status,
  nullif(concat_ws(' ', reasoned.status_reason, withheld_reason, provisional_reason), '') as status_reason,
  reasoned.suppression_reason,
  case when withheld_reason is null then reasoned.numerator end as numerator,
  case when withheld_reason is null then reasoned.denominator end as denominator,
  reasoned.source_id, reasoned.vintage, coalesce(reasoned.is_synthetic, false) as is_synthetic,
  coalesce(health.is_overdue, false) as is_overdue,
  reasoned.series_id, cast(reasoned.geography_year as integer) as geography_year,
  coalesce(break_reason, own_break) is not null as is_break, nullif(concat_ws(' ', break_reason, own_break), '') as break_reason
from reasoned
left join {{ source('run', 'source_health') }} as health on health.source_id = reasoned.source_id
