-- Deaths before 65 in the year, by département: the upper part of their share in all deaths.
select territory_level, territory_code, period, numerator as value, is_synthetic, source_id, vintage
from {{ ref('ind_sdg03_early_deaths_share') }}
