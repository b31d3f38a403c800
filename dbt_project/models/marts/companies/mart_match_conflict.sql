-- Where a decision of the team on a company's name contradicts another one, or what the registers say since. One row a name and conflict:
-- `two_decisions` (an earlier decision said otherwise; the newest counts), `given_otherwise` (a register gives a SIREN for this
-- name, and it is another one), `unknown_siren` (no register at hand has it), `ceased` (an earlier list of Sirene had the company in
-- the territory, the newest has not).
with given as (
  select source_id, company_name, commune_code as place, siren from {{ ref('int_company_labels') }} where siren is not null
),
sirene as (
  select siren, max(vintage) as last_vintage from {{ ref('stg_insee_sirene__establishments') }} where siren is not null group by siren
),
decided as (
  select * from {{ ref('int_match_decision') }}
),
conflict as (
  select name_key, 'two_decisions' as conflict, cast(null as varchar) as other_siren from decided where is_disputed
  union all
  select distinct decided.name_key, 'given_otherwise', given.siren
  from decided
  join given on given.source_id = decided.reviewed_source and given.company_name = decided.company_name
    and decided.name_key = md5(concat_ws('|', given.source_id, given.company_name, coalesce(given.place, '')))
  where given.siren is distinct from decided.siren
  union all
  select decided.name_key, 'unknown_siren', null
  from decided
  where decided.siren is not null and decided.siren not in (select siren from {{ ref('int_company_reference') }})
    and decided.siren not in (select siren from sirene)
  union all
  select decided.name_key, 'ceased', null
  from decided
  join sirene on sirene.siren = decided.siren
  where sirene.last_vintage < (select max(vintage) from {{ ref('stg_insee_sirene__establishments') }})
)
select decided.reviewed_source as source_id, decided.company_name, conflict.conflict, decided.siren, conflict.other_siren,
  decided.decided_by, decided.decided_on
from conflict
join decided on decided.name_key = conflict.name_key
where coalesce(decided.siren not in (select siren from {{ ref('int_never_named') }}), true)
  and coalesce(conflict.other_siren not in (select siren from {{ ref('int_never_named') }}), true)
