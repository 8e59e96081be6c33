-- code: pro_professional
-- label: A professional she is engaged with
-- heading: protective
-- meaning: A record of a type that names a professional with whom she is engaged.
-- source: Vulnerability notices, custody and other records
-- look-back: 12 months
-- evidence: NHS England, liaison and diversion
-- caveat: A referral made is not a referral kept.
-- immediate safety: no
-- network: no
-- victim only: no
-- prompts: never
select person_id, occurred_on as observed_on, source, event_id as source_record
from involvement
where relation in ('subject_of', 'victim_in', 'present_at')
  and kind in ('ppn', 'custody', 'incident', 'other', 'intelligence', 'missing')
  and regexp_matches(type, 'engag\w* with|support worker|key ?worker|\bidva\b|\bisva\b|social worker allocated|accept\w* (?:a )?referral|liaison and diversion')
  and occurred_on between $since and $as_at
