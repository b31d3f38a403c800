-- Plain mean of the computable scores of the gender equality index, by département, région and country. Which cells are withheld
-- is said in secrecy/, from the number of companies behind each.
select territory_level, territory_code, period, {{ ratio('points', 'companies') }} as value, points as numerator, companies as denominator,
  companies as units_behind, weakness, remark, is_synthetic, source_id, vintage
from {{ ref('int_gender_index_cells') }}
