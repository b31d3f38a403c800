-- The catalogue of sources, as the refresh read it.
select source_id, publisher, licence, homepage, frequency, groups, role, title_fr, title_en, synthetic_note_fr, synthetic_note_en
from {{ source('run', 'sources') }}
