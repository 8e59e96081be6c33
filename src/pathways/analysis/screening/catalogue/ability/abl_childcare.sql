-- code: abl_childcare
-- label: Looks after children for people linked to organised crime
-- heading: ability
-- meaning: A record of a type that names looking after children for others.
-- source: Intelligence and vulnerability notices
-- look-back: 24 months
-- evidence: Practitioners' list in the programme's dossier; no study is named for it
-- caveat: Ordinary among relatives and neighbours. Never brings a woman onto the list.
-- immediate safety: no
-- network: no
-- victim only: no
-- prompts: never
select person_id, occurred_on as observed_on, source, event_id as source_record
from involvement
where relation in ('subject_of', 'victim_in', 'present_at')
  and kind in ('intelligence', 'ppn', 'incident', 'other')
  and regexp_matches(type, '(child ?care|baby ?sit|looks after children|minding)')
  and occurred_on between $since and $as_at
