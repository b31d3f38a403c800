-- Standards of living that part the people of a territory, from the poorest tenth (D1) to the richest (D9), as INSEE publishes them.
-- The median has an indicator of its own.
select * from {{ incomes_as_published({
    'quantile=D1': 'd1', 'quantile=D2': 'd2', 'quantile=Q1': 'q1', 'quantile=D3': 'd3', 'quantile=D4': 'd4',
    'quantile=D6': 'd6', 'quantile=D7': 'd7', 'quantile=Q3': 'q3', 'quantile=D8': 'd8', 'quantile=D9': 'd9'
  }) }}
