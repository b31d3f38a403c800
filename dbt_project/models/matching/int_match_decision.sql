-- What the team decided of a name that could not be matched with certainty, one row a name: the newest decision, whatever the vintage of the
-- workbook. `siren` is null where the decision is that none of the candidates is the one; « later » is no decision.
with decided as (
  select name_key, reviewed_source, company_name, decided_by, decided_on, vintage,
    regexp_extract({{ normalise_name('decision') }}, 'candidat ([1-5])', 1) as choice,
    {{ normalise_name('decision') }} as decision,
    [siren_1, siren_2, siren_3, siren_4, siren_5] as sirens, other_siren
  from {{ ref('stg_match_reviews__decisions') }}
  where decision is not null
),
resolved as (
  select * exclude (choice, sirens, decision, other_siren),
    case when choice <> '' then sirens[try_cast(choice as integer)] when starts_with(decision, 'autre') then other_siren end as siren
  from decided
  where sirens[try_cast(choice as integer)] is not null or (starts_with(decision, 'autre') and other_siren is not null)
    or starts_with(decision, 'aucun')
)
select name_key, reviewed_source, company_name, siren, decided_by, decided_on, vintage,
  count(*) over (partition by name_key) > 1
    and (min(coalesce(siren, '')) over (partition by name_key) <> max(coalesce(siren, '')) over (partition by name_key)) as is_disputed
from resolved
qualify row_number() over (partition by name_key order by decided_on desc nulls last, vintage desc, siren) = 1
