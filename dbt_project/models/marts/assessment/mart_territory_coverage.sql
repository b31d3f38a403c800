-- Of each larger territory, how many of its communes have a figure, in the newest period of each series that communes have, and whether
-- the territory itself has one. A sum is given only where every commune is there; where it is refused this says how many lack, and a
-- median or an index is not made of its communes' at all. A commune counts where its value is shown or withheld with status suppressed
-- (it is then counted apart); old codes count with today's commune, and one set up since the period is not asked for.
with newest as (
  select indicator_id, series_id, period, territory_code, value, status from {{ ref('fct_indicator_value') }}
  where territory_level = 'commune' and breakdown = 'total'
  qualify period = max(period) over (partition by series_id)
),
told as (
  select newest.indicator_id, newest.series_id, newest.period, codes.current_code as commune_code,
    bool_or(newest.value is not null) as is_shown, bool_or(newest.status = 'suppressed') as is_withheld
  from newest
  join {{ ref('int_commune_codes') }} as codes on codes.commune_code = newest.territory_code
  where codes.current_code is not null
  group by newest.indicator_id, newest.series_id, newest.period, codes.current_code
),
asked as (
  select members.territory_level, members.territory_code, periods.indicator_id, periods.series_id, periods.period, members.commune_code
  from {{ ref('int_territory_members') }} as members
  join (select distinct indicator_id, series_id, period from told) as periods
    on coalesce(members.established_year < try_cast(left(periods.period, 4) as integer), true)
  where members.is_required
),
counted as (
  select asked.indicator_id, asked.series_id, asked.period, asked.territory_level, asked.territory_code, count(*) as communes,
    count(*) filter (where told.is_shown) as communes_shown,
    count(*) filter (where told.is_withheld and not told.is_shown) as communes_withheld
  from asked
  left join told on told.series_id = asked.series_id and told.period = asked.period and told.commune_code = asked.commune_code
  group by all
),
judged as (
  select counted.*, counted.communes - counted.communes_shown - counted.communes_withheld as lacking,
    own.indicator_id is not null as has_figure,
    case when own.indicator_id is not null then null
      when catalogue.additivity in ('quantile', 'index') then 'not_additive'
      when lacking > 0 then 'communes_lack'
      when counted.communes_withheld > 0 then 'communes_withheld'
      else 'no_sum' end as refusal_reason
  from counted
  join {{ ref('dim_indicator') }} as catalogue on catalogue.indicator_id = counted.indicator_id
  left join {{ ref('fct_indicator_value') }} as own
    on own.series_id = counted.series_id and own.period = counted.period and own.breakdown = 'total'
   and own.territory_level = counted.territory_level and own.territory_code = counted.territory_code
  where counted.communes_shown + counted.communes_withheld > 0
)
select indicator_id, series_id, period, territory_level, territory_code, cast(communes as integer) as communes,
  cast(communes_shown as integer) as communes_shown, cast(communes_withheld as integer) as communes_withheld, has_figure, refusal_reason,
  case refusal_reason
    when 'not_additive' then 'Une médiane ou un indice ne se calcule pas à partir de ceux des communes.'
    when 'communes_lack' then 'Somme refusée : ' || lacking || ' commune(s) sur ' || communes || ' sans chiffre.'
    when 'communes_withheld' then 'Somme refusée : ' || communes_withheld || ' commune(s) sur ' || communes || ' sous secret.'
    when 'no_sum' then 'Toutes les communes sont là, mais l’indicateur ne donne pas de chiffre à ce niveau.' end as refusal_fr,
  case refusal_reason
    when 'not_additive' then 'A median or an index is not made of those of the communes.'
    when 'communes_lack' then 'No sum: ' || lacking || ' of ' || communes || ' communes have no figure.'
    when 'communes_withheld' then 'No sum: ' || communes_withheld || ' of ' || communes || ' communes are secret.'
    when 'no_sum' then 'All communes are there, but the indicator gives no figure at this level.' end as refusal_en
from judged
