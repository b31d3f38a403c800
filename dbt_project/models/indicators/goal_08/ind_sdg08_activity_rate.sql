-- Active residents of 15–64, employed or unemployed, over all residents of that age, in the census sense.
select * from {{ rate_of_sums('stg_insee_comparateur__communes', 'active_15_64', 'population_15_64', 'labour_year') }}
