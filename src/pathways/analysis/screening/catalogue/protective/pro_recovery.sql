-- code: pro_recovery
-- label: In treatment or recovery
-- heading: protective
-- meaning: A record of a type that names treatment or recovery.
-- source: Custody and other records
-- look-back: 24 months
-- evidence: Practitioners' list in the programme's dossier; no study is named for it
-- caveat: An order to be treated is not treatment, but a way in.
-- immediate safety: no
-- network: no
-- victim only: no
-- prompts: never
select person_id, occurred_on as observed_on, source, event_id as source_record
from involvement
where relation in ('subject_of', 'victim_in', 'present_at')
  and kind in ('ppn', 'custody', 'incident', 'other', 'intelligence', 'missing')
  and regexp_matches(type, 'in treatment|in recovery|recovery (?:service|worker|support)|drug treatment|alcohol treatment|rehabilitation requirement|methadone|detox')
  and occurred_on between $since and $as_at
