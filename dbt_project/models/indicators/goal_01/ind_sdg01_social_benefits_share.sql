-- Social benefits in the disposable income of households, as INSEE publishes their share: in all, and for families, minimum incomes
-- and housing.
select * from {{ incomes_as_published({
    'total': 'social_benefits_share', 'benefit=family': 'family_benefits_share',
    'benefit=minimum': 'minimum_benefits_share', 'benefit=housing': 'housing_benefits_share'
  }) }}
