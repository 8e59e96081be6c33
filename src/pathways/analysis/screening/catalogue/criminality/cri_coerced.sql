-- code: cri_coerced
-- label: Offences linked to being coerced
-- heading: criminality
-- meaning: A record that connects offending with being coerced or exploited.
-- source: Crimes, intelligence and vulnerability notices
-- look-back: 36 months
-- evidence: Centre for Women's Justice 2025, on offending that abuse coerces
-- caveat: Who asserted the coercion matters and is not in the type: read the record. It speaks for her,
--   not against her.
-- immediate safety: no
-- network: no
-- victim only: no
-- prompts: alone
select person_id, occurred_on as observed_on, source, event_id as source_record
from involvement
where relation in ('suspect_in', 'arrested_in', 'convicted_in', 'subject_of')
  and regexp_matches(type, 'coerced|criminal exploitation|exploit\w* .*(crime|offend)|section 45|\bs45\b|forced (labour|criminality)|county lines exploitation|child criminal')
  and occurred_on between $since and $as_at
