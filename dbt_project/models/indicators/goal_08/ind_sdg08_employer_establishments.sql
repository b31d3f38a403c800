-- Establishments that employ somebody in the year, per 1,000 inhabitants of the census in the same file.
select * from {{ rate_of_sums('stg_insee_comparateur__communes', 'establishments_total', 'population', 'establishments_year', scale=1000) }}
