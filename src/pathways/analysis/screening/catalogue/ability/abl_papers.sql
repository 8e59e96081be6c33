-- code: abl_papers
-- label: Languages or documents that others could use
-- heading: ability
-- meaning: She holds or uses documents that appear in police records.
-- source: Links to documents
-- look-back: 36 months
-- evidence: Practitioners' list in the programme's dossier; no study is named for it
-- caveat: Carrying papers is ordinary, and having them taken away is a sign of trafficking. Never
--   brings a woman onto the list.
-- immediate safety: no
-- network: no
-- victim only: no
-- prompts: never
select person_id, from_date as observed_on, source, record as source_record
from holdings
where kind = 'document'
  and (from_date is null or from_date <= $as_at)
  and (to_date is null or to_date >= $since)
