-- The catalogue's indicators that have a model here. The counts of goals and indicators must keep apart those
-- whose every input file of this refresh is a made-up sample: is_synthetic_only.
with input as (
  select indicator_id, unnest(string_split(input_source_ids, ';')) as source_id from {{ ref('indicators') }}
),
synthetic as (
  -- reference sources (geography, population) only divide: they do not make a figure real
  select input.indicator_id, bool_and(coalesce(files.synthetic, false)) as is_synthetic_only
  from input
  join {{ source('run', 'files') }} as files on files.source_id = input.source_id
  join {{ source('run', 'sources') }} as sources on sources.source_id = input.source_id and sources.role <> 'reference'
  group by input.indicator_id
)
select catalogue.indicator_id, catalogue.sdg_id, catalogue.sdg_target, catalogue.name_fr, catalogue.name_en,
  catalogue.unit, catalogue.unit_fr, catalogue.desired_direction, catalogue.kind, catalogue.source_id, catalogue.frequency,
  catalogue.definition_fr, catalogue.definition_en, catalogue.limits_fr, catalogue.limits_en,
  catalogue.contribution, catalogue.lever, catalogue.natural_limit, catalogue.target_value, catalogue.target_year,
  catalogue.target_setter, catalogue.target_scope, catalogue.target_reference,
  catalogue.measure, catalogue.published_precision, catalogue.place, catalogue.additivity,
  coalesce(synthetic.is_synthetic_only, false) as is_synthetic_only
from {{ ref('indicators') }} as catalogue
left join synthetic on synthetic.indicator_id = catalogue.indicator_id
where catalogue.is_available
