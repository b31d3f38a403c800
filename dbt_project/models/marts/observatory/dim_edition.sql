-- Which edition is this? Known only once it is published: the one row is written when the tables are copied
-- (orchestration/editions/building.py). Here stand its columns, so that the contract and its words are those of a mart.
select
  cast(null as varchar) as edition_id,
  cast(null as timestamp) as published_at,
  cast(null as varchar) as territory_code,
  cast(null as boolean) as is_sample,
  cast(null as varchar) as code_version,
  cast(null as varchar) as previous_edition_id
where false
