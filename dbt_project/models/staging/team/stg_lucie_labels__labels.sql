-- CSR labels of companies. Each delivery is the whole register: a certificate taken out of it is no longer there.
select
  -- `LUCIE 26000` and `lucie 26000` are one label: the spelling used most counts
  mode(label) over (partition by {{ normalise_name('label') }}) as label,
  company_name,
  siren,
  commune_code,
  city,
  level,
  valid_from,
  valid_to,
  source_url,
  vat_number,
  rna,
  lei,
  website,
  note,
  'lucie_labels' as source_id,
  _vintage as vintage,
  coalesce(_synthetic, false) as is_synthetic
from {{ source('lucie_labels', 'labels') }}
