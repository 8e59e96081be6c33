-- code: pro_safety_plan
-- label: Has a safety plan
-- heading: protective
-- meaning: A record of a type that names a safety plan or an order that protects her.
-- source: Crimes, incidents and vulnerability notices
-- look-back: 24 months
-- evidence: Practitioners' list in the programme's dossier; no study is named for it
-- caveat: An order is paper until it is enforced.
-- immediate safety: no
-- network: no
-- victim only: no
-- prompts: never
select person_id, occurred_on as observed_on, source, event_id as source_record
from involvement
where relation in ('subject_of', 'victim_in', 'present_at')
  and kind in ('crime', 'ppn', 'custody', 'incident', 'other', 'intelligence', 'missing')
  and regexp_matches(type, 'safety plan|protect\w* order|non.?molestation|restraining order|occupation order|dvpo|dvpn|target harden|treat as urgent')
  and occurred_on between $since and $as_at
