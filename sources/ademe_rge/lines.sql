-- Qualifications from an answer of data-fair (`{"total": …, "results": [ … ]}`), one or several pages joined in an array.
-- Names, addresses, telephones and e-mails stay in the file. Pages that are fewer than they say are refused by the reader.
WITH document AS (
    SELECT content::JSON AS j FROM read_text({{ file }})
),
pages AS (
    SELECT unnest(CASE WHEN json_type(j) = 'ARRAY' THEN from_json(j, '["JSON"]') ELSE [j] END) AS page FROM document
),
lines AS (
    SELECT unnest(from_json(page -> '$.results', '["JSON"]')) AS line FROM pages
)
SELECT (line ->> 'siret') AS siret,
       (line ->> 'code_postal') AS code_postal,
       (line ->> 'commune') AS commune,
       (line ->> 'organisme') AS organisme,
       (line ->> 'code_qualification') AS code_qualification,
       (line ->> 'domaine') AS domaine,
       (line ->> 'lien_date_debut') AS lien_date_debut,
       (line ->> 'lien_date_fin') AS lien_date_fin
FROM lines
