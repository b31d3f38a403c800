-- What the team is asked: the names that are not matched with certainty, each with its candidates and why the observatory does not decide, and what was
-- decided of them so far. One row a name, with the columns of the workbook that comes back (sources/match_reviews), in French words; beside them
-- the same as codes, for a page in another language: `reason`, and `doubts` with one entry a candidate (`called`, `score`, `doubt`). Of a name
-- that was decided they are what is known today, null where no register has it any more. A name that says that it is a person's, or is
-- none, is not asked about.
with known as (
  select candidate.name_id, candidate.rank, candidate.candidate_siren as siren, candidate.candidate_score as score, candidate.doubt,
    candidate.candidate_name
      || coalesce(' — ' || coalesce(communes.name || ' (' || candidate.candidate_place || ')', candidate.candidate_place), '')
      || coalesce(' — ' || candidate.candidate_activity, '') as called
  from {{ ref('int_company_candidate') }} as candidate
  left join {{ ref('int_communes') }} as communes on communes.commune_code = candidate.candidate_place
  where candidate.candidate_siren is not null
),
proposed as (
  select known.name_id, known.rank, known.siren,
    known.called || ' — ' || replace(printf('%.2f', known.score), '.', ',') || coalesce(' — ' || reasons.fr, '') as words
  from known
  left join {{ ref('match_reasons') }} as reasons on reasons.code = known.doubt
),
coded as (
  select named.name_key, any_value(answer.no_match_reason) as reason,
    map_from_entries(list((known.siren, {'called': known.called, 'score': known.score, 'doubt': known.doubt}) order by known.rank)
      filter (where known.siren is not null)) as candidates
  from {{ ref('int_company_name') }} as named
  join {{ ref('int_match_answer') }} as answer on answer.name_id = named.name_id
  left join known on known.name_id = named.name_id
  group by named.name_key
),
wide as (
  select name_id,
    max(words) filter (where rank = 1) as candidate_1, max(siren) filter (where rank = 1) as siren_1,
    max(words) filter (where rank = 2) as candidate_2, max(siren) filter (where rank = 2) as siren_2,
    max(words) filter (where rank = 3) as candidate_3, max(siren) filter (where rank = 3) as siren_3,
    max(words) filter (where rank = 4) as candidate_4, max(siren) filter (where rank = 4) as siren_4,
    max(words) filter (where rank = 5) as candidate_5, max(siren) filter (where rank = 5) as siren_5
  from proposed
  group by name_id
),
said as (
  select * from {{ ref('stg_match_reviews__decisions') }}
  where decision is not null
  qualify row_number() over (partition by name_key order by decided_on desc nulls last, vintage desc) = 1
),
asked as (
  select named.name_key, named.source_id as reviewed_source, named.name as company_name, named.place, reasons.fr as why,
    wide.* exclude (name_id)
  from {{ ref('int_company_name') }} as named
  join {{ ref('int_match_answer') }} as answer on answer.name_id = named.name_id
  left join wide on wide.name_id = named.name_id
  left join {{ ref('match_reasons') }} as reasons on reasons.code = answer.no_match_reason
  where answer.siren is null and answer.no_match_reason not in ('placeholder', 'natural_person')
    and named.name_key not in (select name_key from said)
),
every as (
  select name_key, reviewed_source, company_name, place, why, candidate_1, siren_1, candidate_2, siren_2, candidate_3, siren_3,
    candidate_4, siren_4, candidate_5, siren_5, cast(null as varchar) as decision, cast(null as varchar) as other_siren,
    cast(null as varchar) as decided_by, cast(null as date) as decided_on
  from asked
  union all
  -- the whole of what was decided comes along: a delivery of the team's is complete, and the last one of a month counts
  select name_key, reviewed_source, company_name, place, why, candidate_1, siren_1, candidate_2, siren_2, candidate_3, siren_3,
    candidate_4, siren_4, candidate_5, siren_5, decision, other_siren, decided_by, decided_on
  from said
)
select every.*, coded.reason,
  list_transform([siren_1, siren_2, siren_3, siren_4, siren_5], lambda siren: coded.candidates[siren]) as doubts
from every
left join coded on coded.name_key = every.name_key
