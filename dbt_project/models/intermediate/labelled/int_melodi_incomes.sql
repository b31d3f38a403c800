-- Poverty rate and median standard of living by territory and group of households. The totals stand in the file by age and in that by
-- kind of household alike: the first is taken.
select places.territory_level, places.territory_code, incomes.year, coded_income_measure.code as measure,
  coded_group_label.code as breakdown, incomes.value, coded_confidentiality.code as marker, incomes.is_synthetic, incomes.source_id,
  incomes.vintage
from {{ melodi_places('incomes') }}
{{ coded('incomes', 'income_measure') }}
{{ coded('incomes', 'group_label') }}
{{ coded('incomes', 'confidentiality', known=false) }}
where coded_group_label.code <> 'total' or incomes.grouping = 'age'
