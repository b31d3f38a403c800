-- What each name was matched to, one row a name, held against how much of the country the reference knows. That a name is unique in all of Sirene
-- says much; that it is unique in what a few registers happen to list says little where it is one word: « RESO » of B Corp met
-- « RESO FRANCE » of the index, « CHLOE » and « YANET » their likes. Where the reference is partial, such a match goes to whoever reviews (`partial_reference`) unless
-- place or activity agrees, and unless the register's names stand in the reference so often that chance explains few of the matches:
-- of a register of large companies two names in three are found, of B Corp's one in twenty.
-- A one-word name of an absent company meets another one as often as seed match_thresholds says (measured, see there).
with limits as (
  select max(value) filter (where threshold = 'one_word_by_chance') as one_word_by_chance,
    max(value) filter (where threshold = 'chance_share') as chance_share,
    max(value) filter (where threshold = 'national_departments') as national_departments
  from {{ ref('match_thresholds') }}
),
reach as (
  -- a stock in which most départements have nobody is that of a territory
  select coalesce(count(distinct departments.department_code) >= max(limits.national_departments), false) as is_national
  from limits
  left join (select distinct commune_code from {{ ref('stg_insee_sirene__establishments') }}) as places on true
  left join {{ ref('departments') }} as departments on starts_with(places.commune_code, departments.department_code)
),
-- a register of the home territory's companies tells their département by that
local as (
  select distinct sources.source_id, home.department_code
  from {{ ref('practice_sources') }} as sources
  join (
    select territories.territory_code, territories.department_code
    from {{ ref('int_territories') }} as territories
    where territories.territory_level = 'epci' and territories.is_home
  ) as home on home.territory_code = sources.territory_code
),
answer as (
  select name_id, siren, match_method, match_score, no_match_reason, telling_words, count(candidate_siren) as candidates,
    -- what an identifier beside the name tells is no chance
    coalesce(match_method in ('vat_number', 'rna', 'lei', 'website'), false) as is_identified,
    max(candidate_place) filter (where candidate_siren = siren) as found_place,
    max(candidate_activity) filter (where candidate_siren = siren) as found_activity
  from {{ ref('int_company_candidate') }}
  group by all
),
weighed as (
  select answer.*,
    -- what one row of a register says of a company's place holds for its other rows: lists of other years lack the column
    bool_or(coalesce({{ department_of('coalesce(named.place, local.department_code)') }} = {{ department_of('answer.found_place') }}, false)
      or coalesce(left(named.activity, 2) = left(answer.found_activity, 2), false)) over (partition by named.source_id, answer.siren)
      as is_agreed,
    count(*) filter (where answer.telling_words = 1 and not answer.is_identified) over (partition by named.source_id)
      * limits.one_word_by_chance as by_chance,
    count(answer.siren) filter (where answer.telling_words = 1 and not answer.is_identified) over (partition by named.source_id)
      * limits.chance_share as doubtful_from
  from answer
  join {{ ref('int_company_name') }} as named on named.name_id = answer.name_id
  left join local on local.source_id = named.source_id
  cross join limits
),
held as (
  select weighed.*,
    -- a VAT number beside a name holds a SIREN without asking anybody
    coalesce(siren in (select siren from {{ ref('int_never_named') }}), false) as is_never_named,
    coalesce(siren is not null and not is_identified and telling_words = 1 and not is_agreed and not reach.is_national
      and by_chance > doubtful_from, false) as is_held
  from weighed
  cross join reach
)
select name_id, case when not is_held and not is_never_named then siren end as siren,
  case when not is_held and not is_never_named then match_method end as match_method,
  case when not is_held and not is_never_named then match_score end as match_score,
  case when is_never_named then 'natural_person' when is_held then 'partial_reference' else no_match_reason end as no_match_reason,
  cast(candidates as integer) as candidates
from held
