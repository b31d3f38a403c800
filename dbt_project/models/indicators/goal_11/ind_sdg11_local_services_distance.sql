-- Share of people more than 7 minutes from local services, as published, at the levels that the file gives.
select territory_level, territory_code, cast(year as varchar) as period, far_from_local_share as value,
  is_synthetic, source_id, vintage
from {{ ref('stg_anct_services__distance') }}
where far_from_local_share is not null
