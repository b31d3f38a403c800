-- The 17 goals.
select cast(sdg_id as integer) as sdg_id, name_fr, name_en
from {{ ref('stg_un_sdg__goals') }}
qualify row_number() over (partition by sdg_id order by vintage desc) = 1
