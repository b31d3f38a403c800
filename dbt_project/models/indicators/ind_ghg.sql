-- sdg13_ghg_reporters: companies with a report published in the four years that end on the last publication of the file,
-- for the country, and by région and département where the file says where (the extract of repeated SIRENs does not).
-- A company with several reports lies where its newest one says; one without a place counts for the country only.
-- sdg13_ghg_compliance: obliged companies that filed, in total and by division, for the year of the report (the report
-- of 2022 came in 2023).
with file as (
  select siren, published_on, filing_id, scope_note, region_name, department_code, vintage, is_synthetic,
    max(published_on) over (partition by vintage) as ends_on
  from {{ ref('stg_ademe_ghg_reports__filings') }}
  where siren is not null and published_on is not null
),
reporter as (
  select file.siren, file.vintage, file.ends_on, file.is_synthetic, file.scope_note, regions.region_code, file.department_code
  from file
  left join {{ ref('regions') }} as regions
    on {{ normalise_name('regions.name') }} = {{ normalise_name('file.region_name') }}
  where file.published_on > file.ends_on - interval 4 year
  qualify row_number() over (partition by file.vintage, file.siren order by file.published_on desc, file.filing_id) = 1
),
reporters as (
  {%- for level, code in [('country', "'FR'"), ('region', 'region_code'), ('department', 'department_code')] %}
  select '{{ level }}' as territory_level, {{ code }} as territory_code, vintage, max(ends_on) as ends_on,
    bool_or(is_synthetic) as is_synthetic, max(scope_note) as scope_note, count(*) as companies
  from reporter where {{ code }} is not null group by all
  {% if not loop.last %}union all{% endif %}
  {%- endfor %}
),
unplaced as (
  {%- for level, code in [('region', 'region_code'), ('department', 'department_code')] %}
  select '{{ level }}' as territory_level, vintage, count(*) filter (where {{ code }} is null) as companies
  from reporter group by vintage
  {% if not loop.last %}union all{% endif %}
  {%- endfor %}
),
compliance as (
  select vintage, coalesce(cast(report_year as varchar), vintage) as period, coalesce('naf=' || naf_division, 'total') as breakdown, bool_or(is_synthetic) as is_synthetic,
    sum(compliant) as compliant, sum(obliged) as obliged
  from {{ ref('stg_ademe_ghg_reports__compliance') }}
  where naf_division is not null and obliged is not null and compliant is not null
  group by grouping sets ((vintage, report_year, naf_division), (vintage, report_year))
)
select 'sdg13_ghg_reporters' as indicator_id, reporters.territory_level, reporters.territory_code,
  cast(year(reporters.ends_on) as varchar) as period, 'total' as breakdown, cast(reporters.companies as double) as value,
  {{ status_columns(synthetic='reporters.is_synthetic',
      provisional='(reporters.scope_note is not null or coalesce(unplaced.companies, 0) > 0)', provisional_reason=
    "concat_ws(' ; ', 'Fichier incomplet : ' || reporters.scope_note, case when unplaced.companies > 0 then 'Minimum : ' || unplaced.companies || ' entreprise(s) dont le bilan ne dit pas le lieu' end)") }},
  cast(reporters.companies as double) as numerator, cast(null as double) as denominator,
  'ademe_ghg_reports' as source_id, reporters.vintage
from reporters
left join unplaced on unplaced.territory_level = reporters.territory_level and unplaced.vintage = reporters.vintage
union all
select 'sdg13_ghg_compliance', 'country', 'FR', period, breakdown,
  {{ ratio('compliant', 'obliged', 100) }},
  {{ status_columns(synthetic='is_synthetic') }},
  compliant, obliged, 'ademe_ghg_reports', vintage
from compliance
where obliged > 0
