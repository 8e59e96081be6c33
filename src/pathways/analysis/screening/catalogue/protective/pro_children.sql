-- code: pro_children
-- label: In contact with her children
-- heading: protective
-- meaning: A record of a type that names contact with her children.
-- source: Vulnerability notices and other records
-- look-back: 24 months
-- evidence: Practitioners' list in the programme's dossier; no study is named for it
-- caveat: Seldom recorded. Children may also be how she is held.
-- immediate safety: no
-- network: no
-- victim only: no
-- prompts: never
select person_id, occurred_on as observed_on, source, event_id as source_record
from involvement
where relation in ('subject_of', 'victim_in', 'present_at')
  and kind in ('ppn', 'custody', 'incident', 'other', 'intelligence', 'missing')
  and regexp_matches(type, 'contact with (?:her )?child|child(?:ren)? returned|lives with (?:her )?child|family contact')
  and occurred_on between $since and $as_at
