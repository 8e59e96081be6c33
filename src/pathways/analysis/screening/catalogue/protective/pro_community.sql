-- code: pro_community
-- label: Faith or community
-- heading: protective
-- meaning: A record of a type that names faith or community.
-- source: Vulnerability notices and other records
-- look-back: 24 months
-- evidence: Practitioners' list in the programme's dossier; no study is named for it
-- caveat: A community may protect and may also watch.
-- immediate safety: no
-- network: no
-- victim only: no
-- prompts: never
select person_id, occurred_on as observed_on, source, event_id as source_record
from involvement
where relation in ('subject_of', 'victim_in', 'present_at')
  and kind in ('ppn', 'custody', 'incident', 'other', 'intelligence', 'missing')
  and regexp_matches(type, 'faith|church|mosque|temple|gurdwara|community (?:group|support)|volunteer')
  and occurred_on between $since and $as_at
