-- One row a document: what the team's register says of it, else what its name and first pages say.
-- A PDF that no register names is still a filing: `casino_2018_dpef.pdf` is Casino's of 2018. Its SIREN stays null:
-- a company is recognised by its SIREN or not at all. A register's row without its PDF is left out until the file is there.
-- The same bytes are one document, whatever their names (`casino_2018_dpef.pdf`, then `DPEF Casino 2018.pdf`): the one that a register
-- names stands for it, else the first one.
-- is_extract: the file is a part of its document. True where its name says so (`edf_2018_debug.pdf`, `auchan_2022_6p.pdf`) or
-- where the list of page ranges beside it counts more pages (EDF's has 88); false where that list counts no more; null where nothing tells.
with documents as (
  select _vintage as vintage, filing_id, file_name, count(*) as pages,
    string_agg(text, ' ' order by page) filter (where page <= 3) as first_pages,
    bool_or(coalesce(_synthetic, false)) as is_synthetic, min(_sha256) as sha256,
    regexp_replace(file_name, '\.pdf$', '', 'i') as stem
  from {{ source('dpef_filings', 'pages') }}
  group by all
),
named as (
  select *,
    nullif(regexp_extract(stem, '(?:^|[^0-9])(20[0-9]{2})(?:[^0-9]|$)', 1), '') as year_in_name,
    -- what is left of the name without years, page ranges and the words that only say what kind of document it is
    nullif(list_aggregate(list_filter(string_split_regex(stem, '[-_. ]+'), word -> not regexp_full_match(word,
      '|20[0-9]{2}|[0-9]+p?|dpef|urd|rse|csr|csrd|esg|drf|deu|rapport|report|annuel|annual|int[eé]gr[eé]|d[eé]claration'
      || '|de|performance|extra|financi[eè]re?|non|durabilit[eé]|final|vf|fr|en|debug|extrait|document',
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
  select vintage, lower(file_name) as file_key, siren, lei, company_name, fiscal_year, document_type
  from (
    select *, unnest(list_distinct([_vintage, cast(fiscal_year as varchar)])) as vintage
    from {{ source('dpef_filings', 'filings') }}
  )
  qualify row_number() over (partition by vintage, file_key order by vintage = _vintage desc, _vintage desc) = 1
),
original as (
  -- « (76,79)|(101,104) » are eight pages
  select lower(company_key) as company_key, fiscal_year,
    list_sum(list_transform(regexp_extract_all(max_by(ranges, _vintage), '[(]([0-9]+), ?([0-9]+)[)]'), span ->
      cast(regexp_extract(span, ', ?([0-9]+)', 1) as bigint) - cast(regexp_extract(span, '[(]([0-9]+)', 1) as bigint) + 1)) as pages
  from {{ source('dpef_filings', 'page_ranges') }}
  where ranges is not null
  group by lower(company_key), fiscal_year
),
filing as (
  select
    read.filing_id,
    read.file_name,
    register.siren,
    register.lei,
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
        -- the name before the pages: Carrefour's statement of 2022 is a chapter of its universal registration document
        when read.stem ilike '%dpef%' then 'DPEF'
        when read.stem ilike '%urd%' or read.first_pages ilike '%enregistrement universel%' then 'URD'
        when read.first_pages ilike '%performance extra%financi%' then 'DPEF'
        when regexp_matches(read.first_pages, 'rapport (?:sur la )?responsabilité soci[ée]tale', 'i') then 'Rapport RSE'
      end
    ) as document_type,
    read.pages,
    lower(regexp_replace(read.name_in_name, ' ', '', 'g')) as company_key,
    regexp_matches(read.stem, '(?:^|[-_. ])(?:debug|extrait|extract|[0-9]+p(?:ages?)?)(?:$|[-_. ])', 'i') as is_named_extract,
    register.file_key is not null as is_registered,
    read.sha256,
    read.vintage,
    read.is_synthetic
  from read
  left join register on register.vintage = read.vintage and register.file_key = lower(read.file_name)
),
pdf as (
  select
    filing.filing_id,
    filing.file_name,
    filing.siren,
    filing.lei,
    filing.company_name,
    filing.fiscal_year,
    filing.document_type,
    filing.pages,
    original.pages as original_pages,
    case when filing.is_named_extract or filing.pages < original.pages then true
      when original.pages is not null then false end as is_extract,
    filing.is_registered,
    'dpef_filings' as source_id,
    filing.vintage,
    filing.is_synthetic
  from filing
  left join original on original.company_key = filing.company_key and original.fiscal_year = filing.fiscal_year
  qualify row_number() over (
    partition by coalesce(filing.sha256, filing.filing_id) order by filing.is_registered desc, filing.vintage, filing.filing_id) = 1
)
select * from pdf
union all by name
-- the workbook of the voluntary standard says itself who reports on which period
select filing_id, file_name,
  case when upper(identifier_scheme) = 'SIREN' and regexp_full_match(identifier, '[0-9]{9}') then identifier end as siren,
  case when upper(identifier_scheme) = 'LEI' then identifier end as lei,
  company_name, fiscal_year, 'VSME' as document_type, cast(null as bigint) as pages, cast(null as bigint) as original_pages,
  cast(null as boolean) as is_extract, false as is_registered, 'dpef_filings' as source_id, _vintage as vintage,
  coalesce(_synthetic, false) as is_synthetic
from {{ source('dpef_filings', 'workbooks') }}
qualify row_number() over (partition by _sha256 order by _vintage, filing_id) = 1
