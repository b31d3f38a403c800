-- Commuting accidents with a first payment per 1,000 employees of the general scheme.
select territory_level, territory_code, period, breakdown, rate as value,
  accidents as numerator, employees as denominator, weakness, remark, making, is_synthetic, source_id, vintage
from {{ ref('int_accident_figures') }}
where risk = 'commuting'
