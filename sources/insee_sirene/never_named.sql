-- Whom no table may name, of all France: natural persons (legal category 1xxx) and units whose diffusion is not open. No name comes out, and
-- no list of SIRENs: some 17 million units, one bit each. A block is the first five digits of a SIREN, its 1,000 members the three that follow,
-- as hexadecimal digits; the ninth digit follows from the others. int_never_named asks it about the SIRENs that registers hold.
-- A delivery without the establishments gives no list: the stocks come as two halves.
SELECT left(siren, 5) AS block,
       hex(CAST(bitstring_agg(CAST(substr(siren, 6, 3) AS INTEGER), 0, 999) AS BLOB)) AS members
FROM {{ legal_units }}
WHERE regexp_full_match(siren, '\d{9}')
  AND NOT coalesce(statutDiffusionUniteLegale = 'O' AND left(CAST(categorieJuridiqueUniteLegale AS VARCHAR), 1) <> '1', false)
  AND (SELECT count(*) FROM (SELECT 1 FROM {{ establishments }} LIMIT 1)) = 1
GROUP BY ALL
ORDER BY ALL
