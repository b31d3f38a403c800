-- Share of farms engaged in organic farming in France; figures are kept with the noise of binary numbers (1.7999999999999998).
select territory_level, territory_code, cast(year as varchar) as period, round(farms_share, 1) as value, is_synthetic, source_id, vintage
from {{ ref('stg_insee_agriculture__organic') }}
where farms_share is not null
