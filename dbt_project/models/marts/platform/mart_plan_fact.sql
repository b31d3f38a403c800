-- The published facts of the plan's documents, as they print them, with page and quotation: those of the project's list, the social
-- economy's starting point and the PHARE surveys. What the documents say, not what is true today: kpi_id and indicator_id lead there.
with fact as (
  select fact_id, topic, name_fr, name_en, value, qualifier, unit, unit_fr, period, document, place, quote, note_fr, note_en,
    kpi_id, kpi_role, indicator_id, source_id, vintage
  from {{ ref('stg_plan_facts__facts') }}
  union all
  select 'ess_' || part.part, 'social_economy', part.name_fr, part.name_en,
    case part.part when 'employees' then employees when 'employer_establishments' then employer_establishments else employment_share end,
    'exactly', part.unit, part.unit_fr, cast(year as varchar), part.document, part.place, null, null, null,
    'ess_' || part.part, 'baseline', case part.part when 'employment_share' then 'sdg08_ess_employment_share' end, source_id, vintage
  from {{ ref('stg_ess_roadmap__figures') }}
  cross join (values
    ('employees', 'Salariés de l’économie sociale et solidaire', 'Employees of the social and solidarity economy', 'persons', 'personnes',
      'Nantes Métropole et Les Ecossolies, feuille de route ESS (2015)', '« 36 000 salariés »'),
    ('employer_establishments', 'Établissements employeurs de l’économie sociale et solidaire',
      'Employer establishments of the social and solidarity economy', 'establishments', 'établissements',
      'Nantes Métropole et Les Ecossolies, feuille de route ESS (2015)', '« 2 819 établissements employeurs »'),
    ('employment_share', 'Part de l’économie sociale et solidaire dans l’emploi salarié privé',
      'Share of the social and solidarity economy in private employment', '%', '%',
      'Nantes Métropole et Les Ecossolies, feuille de route ESS (2015)', '« 16 % de l’emploi salarié privé du territoire »'))
    as part (part, name_fr, name_en, unit, unit_fr, document, place)
  union all
  select concat_ws('_', 'phare', engagement.measure, engagement.territory_level, replace(engagement.breakdown, 'respondent=', '')),
    'platform', measured.name_fr || who.name_fr, measured.name_en || who.name_en, value, 'exactly', '%', '%', cast(year as varchar),
    'Le RAMEAU, PHARE Pays de la Loire (2015)', 'communiqué', null, null, null, null, null, 'sdg17_partnership_engagement',
    source_id, vintage
  from {{ ref('stg_rameau_phare__engagement') }} as engagement
  join (values
    ('engaged_companies_share', 'Entreprises de 10 salariés et plus engagées dans des partenariats',
      'Companies of 10 employees and more engaged in partnerships'),
    ('innovation_opinion_share', 'Pensent que les alliances sont sources d’innovation', 'Think that alliances are sources of innovation'),
    ('jobs_priority_share', 'Pour qui l’emploi est la priorité de la région', 'For whom jobs are the region’s priority'))
    as measured (measure, name_fr, name_en) on measured.measure = engagement.measure
  join (values
    ('region', 'total', ', Pays de la Loire', ', Pays de la Loire'), ('country', 'total', ', France', ', France'),
    ('region', 'respondent=citizens', ' : citoyens', ': citizens'),
    ('region', 'respondent=associations', ' : associations', ': associations'),
    ('region', 'respondent=companies', ' : entreprises', ': companies'))
    as who (territory_level, breakdown, name_fr, name_en)
    on who.territory_level = engagement.territory_level and who.breakdown = engagement.breakdown
)
select * from fact
