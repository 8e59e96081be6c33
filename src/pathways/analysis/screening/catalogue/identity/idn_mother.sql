-- code: idn_mother
-- label: A mother who fears losing her children
-- heading: identity
-- meaning: A record of a type that names child protection, children's services or care proceedings.
-- source: Vulnerability notices
-- look-back: 24 months
-- evidence: Salisbury and Van Voorhis 2009, three pathways of women into offending
-- caveat: Fear of losing children keeps women from asking for help: handle it so that it does not come
--   true through us.
-- immediate safety: no
-- network: no
-- victim only: no
-- prompts: together
select person_id, occurred_on as observed_on, source, event_id as source_record
from involvement
where relation in ('subject_of', 'victim_in', 'present_at')
  and kind in ('ppn', 'incident', 'other')
  and regexp_matches(type, 'child protection|child concern|care proceedings|child in need|unborn|risk of removal|children.?s services')
  and occurred_on between $since and $as_at
