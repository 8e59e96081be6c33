-- code: abl_workplace
-- label: Work that gives access: bank, council, prison, airport, care
-- heading: ability
-- meaning: A record of a type that names work which gives access, or a position of trust.
-- source: Intelligence and other records
-- look-back: 36 months
-- evidence: Practitioners' list in the programme's dossier; no study is named for it
-- caveat: Work protects. Intelligence on employment is seldom checked. Never brings a woman onto the
--   list.
-- immediate safety: no
-- network: no
-- victim only: no
-- prompts: never
select person_id, occurred_on as observed_on, source, event_id as source_record
from involvement
where relation in ('subject_of', 'victim_in', 'present_at')
  and kind in ('intelligence', 'financial', 'other', 'ppn')
  and regexp_matches(type, 'insider|works (in|at)|employ\w* (in|at) .*(bank|council|prison|airport|care)|position of trust|corrupt')
  and occurred_on between $since and $as_at
