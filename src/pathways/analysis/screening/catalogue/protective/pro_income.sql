-- code: pro_income
-- label: A legal income
-- heading: protective
-- meaning: A record of a type that names a legal income.
-- source: Financial, custody and other records
-- look-back: 12 months
-- evidence: Practitioners' list in the programme's dossier; no study is named for it
-- caveat: Income may be taken from her.
-- immediate safety: no
-- network: no
-- victim only: no
-- prompts: never
select person_id, occurred_on as observed_on, source, event_id as source_record
from involvement
where relation in ('subject_of', 'victim_in', 'present_at')
  and kind in ('ppn', 'custody', 'incident', 'other', 'intelligence', 'missing')
  and regexp_matches(type, 'legal income|benefits? (?:in place|claim|awarded)|universal credit|wage|salary')
  and occurred_on between $since and $as_at
