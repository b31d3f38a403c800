-- What share of the disposable income comes from work, as INSEE publishes it; wages and self-employment as parts.
select * from {{ incomes_as_published({
    'total': 'work_income_share', 'income=wages': 'wages_share', 'income=self_employed': 'self_employment_share'
  }) }}
