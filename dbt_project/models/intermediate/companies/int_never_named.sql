-- SIRENs of the home territory that no table may name: natural persons, and units whose diffusion is partial (a request
-- not to be named). They keep their place in counts. A unit with one establishment that is open stays a name, as in dim_company.
select siren
from {{ ref('stg_insee_sirene__establishments') }}
where siren is not null and vintage = (select max(vintage) from {{ ref('stg_insee_sirene__establishments') }})
group by siren
having not coalesce(bool_or(is_legal_person and diffusion_status = 'O' and coalesce(left(legal_category, 1) <> '1', false)), false)
