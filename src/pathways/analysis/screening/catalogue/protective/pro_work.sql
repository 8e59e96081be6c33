-- code: pro_work
-- label: Work, training or education
-- heading: protective
-- meaning: A record of a type that names work, training or education.
-- source: Vulnerability notices, custody and other records
-- look-back: 12 months
-- evidence: Salisbury and Van Voorhis 2009, three pathways of women into offending
-- caveat: Custody records say what was told in a cell.
-- immediate safety: no
-- network: no
-- victim only: no
-- prompts: never
select person_id, occurred_on as observed_on, source, event_id as source_record
from involvement
where relation in ('subject_of', 'victim_in', 'present_at')
  and kind in ('ppn', 'custody', 'incident', 'other', 'intelligence', 'missing')
  and regexp_matches(type, 'in (?:work|employment|training|education)|employed|college|apprentice|started work')
  and occurred_on between $since and $as_at
