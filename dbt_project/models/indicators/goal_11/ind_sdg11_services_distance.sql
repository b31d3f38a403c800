-- Share of people more than 15 minutes from intermediate services, as published, at the levels that the file gives.
select territory_level, territory_code, cast(year as varchar) as period, far_from_intermediate_share as value,
  is_synthetic, source_id, vintage
from {{ ref('stg_anct_services__distance') }}
where far_from_intermediate_share is not null
