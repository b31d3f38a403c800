-- Who stood in which register and when, from all lists in the lake at once: one row a holding (a certificate, an approval, a quality) and
-- spell, that is a time without a whole list that lacks it. valid_from, valid_to: what the register says, where it says anything.
-- first_seen, last_seen: days of lists that have it; first_absent: day of the first whole list after the spell that lacks it. So a leaver's end lies
-- in (last_seen, first_absent], who comes back has a second spell, a part of a list or a refused one ends nothing, and the order in which
-- lists arrived plays no part. A holder that is renamed keeps its holding: former_names.
-- Registers: labels (those of fct_company_label), ESUS, mission companies (Sirene), RGE.
-- Nobody is named who may not be (int_never_named). RGE lists many persons under their own name: only SIRENs that Sirene says are open legal persons
-- of the territory have a row, by Sirene's name. Sirene's newest list leaves out who asked not to be named since: of a mission
-- company that it lacks, no name is told but that of dim_company.
with list as (
  select source_id, as_of, bool_or(is_whole) as is_whole
  from (
    select source_id, as_of, coalesce(is_whole, true) as is_whole from {{ ref('int_company_labels') }}
    union all
    select source_id, {{ day_of('vintage') }}, count(*) >= {{ whole_list('stg_dgtresor_esus__agreements') }}
    from {{ ref('stg_dgtresor_esus__agreements') }} group by source_id, vintage
    union all
    select source_id, {{ day_of('vintage') }}, count(*) >= {{ whole_list('stg_insee_sirene__mission_companies') }}
    from {{ ref('stg_insee_sirene__mission_companies') }} group by source_id, vintage
    union all
    select source_id, {{ day_of('vintage') }}, count(*) >= {{ whole_list('stg_ademe_rge__qualifications') }}
    from {{ ref('stg_ademe_rge__qualifications') }} group by source_id, vintage
  )
  where as_of is not null
  group by source_id, as_of
),
-- whole lists up to and with each list
counted as (
  select *, count(*) filter (where is_whole) over (partition by source_id order by as_of) as until,
    max(as_of) over (partition by source_id) as newest
  from list
),
holding as (
  select labels.label_id as holding_id, 'label' as register, labels.label, cast(null as varchar) as detail, held.siren, labels.company_name,
    labels.commune_code, labels.valid_from, labels.valid_to, labels.source_id, labels.vintage, labels.as_of
  from {{ ref('int_company_labels') }} as labels
  -- what a register took out, as wrong or on demand, has no row there
  join {{ ref('fct_company_label') }} as held on held.label_id = labels.label_id
  union all
  select 'esus:' || siren, 'esus', 'ESUS', null, siren, company_name, null, valid_from,
    coalesce(valid_to, cast(valid_from + to_years(cast(term_years as integer)) as date)), source_id, vintage, {{ day_of('vintage') }}
  from {{ ref('stg_dgtresor_esus__agreements') }} where siren is not null
  union all
  select 'mission:' || siren, 'mission_company', 'Société à mission', null, siren, legal_name, commune_code, null, null,
    source_id, vintage, {{ day_of('vintage') }}
  from {{ ref('stg_insee_sirene__mission_companies') }}
  union all
  select 'rge:' || md5(concat_ws('|', siret, qualification_code, domain, valid_from)), 'rge', 'RGE', domain, companies.siren,
    companies.name, companies.commune_code, valid_from, valid_to, firms.source_id, firms.vintage, {{ day_of('firms.vintage') }}
  from {{ ref('stg_ademe_rge__qualifications') }} as firms
  join {{ ref('dim_company') }} as companies on companies.siren = left(firms.siret, 9)
),
seen as (
  select distinct on (holding.holding_id, holding.as_of) holding.*, counted.until, counted.newest,
    counted.until - cast(counted.is_whole as integer) as before
  from holding
  join counted on counted.source_id = holding.source_id and counted.as_of = holding.as_of
  where coalesce(holding.siren not in (select siren from {{ ref('int_never_named') }}), true)
  order by holding.holding_id, holding.as_of, holding.vintage desc, holding.company_name
),
begun as (
  -- a whole list between two that have it lacked it: it left and came back
  select *, before > lag(until) over (partition by holding_id order by as_of) as is_return from seen
),
numbered as (
  select *, 1 + count(*) filter (where is_return) over (partition by holding_id order by as_of) as spell from begun
),
spell as (
  select holding_id, spell, arg_max(register, as_of) as register, arg_max(label, as_of) as label, arg_max(detail, as_of) as detail,
    arg_max(siren, as_of) as siren, arg_max(company_name, as_of) as company_name, arg_max(commune_code, as_of) as commune_code,
    arg_max(valid_from, as_of) as valid_from, arg_max(valid_to, as_of) as valid_to, arg_max(source_id, as_of) as source_id,
    arg_max(vintage, as_of) as vintage, min(as_of) as first_seen, max(as_of) as last_seen, count(*) as lists, max(newest) as newest,
    list_sort(list_distinct(list(company_name))) as names
  from numbered group by holding_id, spell
),
ended as (
  select spell.holding_id, spell.spell, min(list.as_of) as first_absent
  from spell
  join list on list.source_id = spell.source_id and list.is_whole and list.as_of > spell.last_seen
  group by spell.holding_id, spell.spell
),
told as (
  select spell.*, ended.first_absent, companies.name as open_name,
    spell.register = 'mission_company' and max(spell.last_seen) over (partition by spell.holding_id) < spell.newest as is_silent
  from spell
  left join ended on ended.holding_id = spell.holding_id and ended.spell = spell.spell
  left join {{ ref('dim_company') }} as companies on companies.siren = spell.siren
)
select holding_id, cast(spell as integer) as spell, register, label, detail, siren,
  case when is_silent then open_name else company_name end as company_name,
  case when not is_silent then nullif(array_to_string(list_filter(names, lambda n: n <> company_name), ', '), '') end as former_names,
  commune_code, valid_from, valid_to, first_seen, last_seen, first_absent,
  case when last_seen = newest then 'present' when first_absent is not null then 'absent' else 'unknown' end as state,
  cast(lists as integer) as lists, source_id, vintage
from told
