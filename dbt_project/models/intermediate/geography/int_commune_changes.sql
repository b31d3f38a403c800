-- What happened to each commune code, dated by the first official geographic code (1 January) that shows it:
-- `changed`: the code stayed and its territory did not (it took in another commune, or another was cut from it); `ended`: the
-- code is gone. Renumbering (MOD 41, 50) ends a code and changes no territory. The newest list tells the whole history.
with movement as (
  select mod, code_before, code_after,
    year(effective_date) + case when month(effective_date) = 1 and day(effective_date) = 1 then 0 else 1 end as geography_year
  from {{ ref('stg_insee_cog__movements') }}
  where typecom_before = 'COM' and typecom_after = 'COM' and code_before <> code_after
  qualify vintage = max(vintage) over ()
)
select code_after as commune_code, geography_year, 'changed' as kind from movement where mod in ('30', '31', '32', '33')
union
select code_before, geography_year, 'changed' from movement where mod in ('20', '21', '30')
union
select code_before, max(geography_year), 'ended'
from movement
where mod in ('30', '31', '32', '33', '41', '50')
  and code_before not in (select commune_code from {{ ref('int_commune_codes') }} where kind = 'current')
group by code_before
