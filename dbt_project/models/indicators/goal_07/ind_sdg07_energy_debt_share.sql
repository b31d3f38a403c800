-- Share of over-indebtedness files with unpaid energy bills, by département, région and mainland.
select territory_level, territory_code, cast(year as varchar) as period, round(energy_debt_share, 1) as value, is_synthetic, source_id,
  vintage
from {{ ref('stg_drees_panorama__energy_debts') }}
where energy_debt_share is not null
