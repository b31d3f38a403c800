-- Companies with a greenhouse-gas report published in the four years that end on the last publication of the file, for the country,
-- and by région and département where the file says where (the extract of repeated SIRENs does not).
-- A company with several reports lies where its newest one says; one without a place counts for the country only.
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
)
select reporters.territory_level, reporters.territory_code, cast(year(reporters.ends_on) as varchar) as period,
  cast(reporters.companies as double) as value, cast(reporters.companies as double) as numerator,
  nullif(concat_ws(' ; ', 'Fichier incomplet : ' || reporters.scope_note,
    case when unplaced.companies > 0 then 'Minimum : ' || unplaced.companies || ' entreprise(s) dont le bilan ne dit pas le lieu' end
  ), '') as weakness,
  reporters.is_synthetic, {{ source_of('stg_ademe_ghg_reports__filings') }} as source_id, reporters.vintage
from reporters
left join unplaced on unplaced.territory_level = reporters.territory_level and unplaced.vintage = reporters.vintage
