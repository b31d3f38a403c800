-- Share of people more than 30 minutes from major services, as published, at the levels that the file gives.
select territory_level, territory_code, cast(year as varchar) as period, far_from_major_share as value,
  is_synthetic, source_id, vintage
from {{ ref('stg_anct_services__distance') }}
where far_from_major_share is not null
