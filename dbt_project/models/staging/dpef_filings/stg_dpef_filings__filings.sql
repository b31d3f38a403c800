-- One row a document: what the team's register says of it, else what its name and first pages say.
-- A PDF that no register names is still a filing: `casino_2018_dpef.pdf` is Casino's of 2018. Its SIREN stays null:
-- a company is recognised by its SIREN or not at all. A register's row without its PDF is left out until the file is there.
with documents as (
  select _vintage as vintage, filing_id, file_name, count(*) as pages,
    string_agg(text, ' ' order by page) filter (where page <= 3) as first_pages,
    bool_or(coalesce(_synthetic, false)) as is_synthetic,
    regexp_replace(file_name, '\.pdf$', '', 'i') as stem
  from {{ source('dpef_filings', 'pages') }}
  group by all
),
named as (
  select *,
    nullif(regexp_extract(stem, '(?:^|[^0-9])(20[0-9]{2})(?:[^0-9]|$)', 1), '') as year_in_name,
    -- what is left of the name without years, page ranges and the words that only say what kind of document it is
    nullif(list_aggregate(list_filter(string_split_regex(stem, '[-_. ]+'), word -> not regexp_full_match(word,
      '|20[0-9]{2}|[0-9]+p?|dpef|urd|rse|csr|csrd|esg|drf|deu|rapport|report|annuel|annual|int[eé]gr[eé]|d[eé]claration|de|performance|extra|financi[eè]re?|non|durabilit[eé]|final|vf|fr|en|debug|extrait|document',
      'i')), 'string_agg', ' '), '') as name_in_name,
    -- the fiscal year is the one that the first pages call so
    nullif(regexp_extract(first_pages, '(?i)(?:exercice|ann[eé]e|fiscal year)[^0-9]{0,40}(20[0-9]{2})', 1), '') as year_in_pages
  from documents
),
read as (
  select *,
    -- as the company writes itself: the spelling that its first pages use most
    (
      select mode(found) from (
        select unnest(regexp_extract_all(first_pages, '(?i)\b' || regexp_replace(name_in_name, ' ', '\\s+', 'g') || '\b')) as found
      )
    ) as name_in_pages
  from named
),
register as (
  -- one register may list several years, and is filed under the newest: a line counts for its own year's documents too
  select vintage, lower(file_name) as file_key, siren, company_name, fiscal_year, document_type
  from (
    select *, unnest(list_distinct([_vintage, cast(fiscal_year as varchar)])) as vintage
    from {{ source('dpef_filings', 'filings') }}
  )
  qualify row_number() over (partition by vintage, file_key order by vintage = _vintage desc, _vintage desc) = 1
)
select
  read.filing_id,
  read.file_name,
  register.siren,
  coalesce(
    register.company_name,
    regexp_replace(read.name_in_pages, '\s+', ' ', 'g'),
    case when length(read.name_in_name) <= 4 then upper(read.name_in_name)
      else upper(left(read.name_in_name, 1)) || substr(read.name_in_name, 2) end
  ) as company_name,
  coalesce(register.fiscal_year, cast(read.year_in_name as bigint), cast(read.year_in_pages as bigint)) as fiscal_year,
  coalesce(
    register.document_type,
    case
      when read.stem ilike '%urd%' or read.first_pages ilike '%enregistrement universel%' then 'URD'
      when read.stem ilike '%dpef%' or read.first_pages ilike '%performance extra%financi%' then 'DPEF'
    end
  ) as document_type,
  read.pages,
  register.file_key is not null as is_registered,
  read.vintage,
  read.is_synthetic
from read
left join register on register.vintage = read.vintage and register.file_key = lower(read.file_name)
