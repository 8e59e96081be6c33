-- code: pro_adult
-- label: A safe relationship with an adult
-- heading: protective
-- meaning: A record of a type that names a safe relationship with an adult.
-- source: Vulnerability notices and other records
-- look-back: 24 months
-- evidence: Practitioners' list in the programme's dossier; no study is named for it
-- caveat: Police seldom record strengths: absence means nothing. Ask her who is safe.
-- immediate safety: no
-- network: no
-- victim only: no
-- prompts: never
select person_id, occurred_on as observed_on, source, event_id as source_record
from involvement
where relation in ('subject_of', 'victim_in', 'present_at')
  and kind in ('ppn', 'custody', 'incident', 'other', 'intelligence', 'missing')
  and regexp_matches(type, 'supportive (?:parent|family|friend|adult|relative|partner)|protective (?:adult|factor|family)|safe (?:adult|relationship)')
  and occurred_on between $since and $as_at
