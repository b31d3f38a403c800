-- Second homes and occasional dwellings over all dwellings, in the census sense.
select * from {{ rate_of_sums('stg_insee_comparateur__communes', 'second_homes', 'dwellings', 'dwellings_year') }}
