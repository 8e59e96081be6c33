-- code: net_herself
-- label: Is recorded as linked to an organised crime group herself
-- heading: networks
-- meaning: She is herself recorded as a member of a mapped group, or as linked to one.
-- source: Group records and the links to them
-- look-back: 60 months
-- evidence: Engage, Greater Manchester 2015: risk factors held beside linked police records
-- caveat: Recorded links are intelligence, often of one source; women are recorded as linked because of
--   a partner. It says nothing of her part or of whether she had a choice.
-- immediate safety: no
-- network: yes
-- victim only: no
-- prompts: together
select person_id, from_date as observed_on, source, record as source_record
from nominals
where (from_date is null or from_date <= $as_at)
  and (to_date is null or to_date >= $since)
