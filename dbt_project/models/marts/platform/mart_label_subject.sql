-- What each label examines: label, core subject of ISO 26000, and the goals that this subject bears on. It leads from a certificate of
-- fct_company_label to goals (label_pattern on the normalised name is the seed's; here the label's key and name).
select labels.label_key, labels.name as label, labels.holder, labels.reference,
  subject.subject_id, subject.name_fr as subject_fr, subject.name_en as subject_en, goal.sdg_id,
  mapping.author, mapping.version, mapping.standing
from {{ ref('labels') }} as labels
join {{ ref('label_subjects') }} as examined on examined.label_key = labels.label_key
join {{ ref('iso26000_subjects') }} as subject on subject.subject_id = examined.subject_id
join {{ ref('subject_goals') }} as goal on goal.subject_id = subject.subject_id
join {{ ref('mapping_sources') }} as mapping on mapping.mapping = 'subject_goals'
