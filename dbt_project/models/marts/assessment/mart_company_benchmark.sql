-- How companies stand on what is known of them one by one, by activity and size: quartiles, never a company (int_company_benchmark).
select * from {{ ref('int_company_benchmark') }}
