-- Computable scores of the gender equality index that reach 75, the threshold below which the law asks for corrective measures.
select territory_level, territory_code, period, {{ ratio('at_least_75', 'companies', 100) }} as value, at_least_75 as numerator,
  companies as denominator, companies as units_behind, weakness, remark, is_synthetic, source_id, vintage
from {{ ref('int_gender_index_cells') }}
