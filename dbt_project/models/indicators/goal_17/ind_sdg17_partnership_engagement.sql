-- Published survey results. Total: companies of 10 employees or more engaged in
-- partnerships; respondent=…: those who hold that partnerships bring innovation, another question of the same survey.
-- Its third question (is employment the priority?) is no figure of this indicator.
select territory_level, territory_code, cast(year as varchar) as period, breakdown, value, is_synthetic, source_id, vintage
from {{ ref('stg_rameau_phare__engagement') }}
where value is not null
  and ((measure = 'engaged_companies_share' and breakdown = 'total')
       or (measure = 'innovation_opinion_share' and breakdown <> 'total'))
