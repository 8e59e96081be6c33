-- code: net_friends
-- label: Friends who are linked to organised crime
-- heading: networks
-- meaning: An associate is recorded as a member of a mapped group, or as linked to one.
-- source: Ties between persons; group records
-- look-back: 24 months
-- evidence: We Move, Greater Manchester Police 2022: inclusion by peers, associates and family, with
--   second criteria
-- caveat: Who counts as an associate is one person's reading of what was seen. Never enough by itself.
-- immediate safety: no
-- network: yes
-- victim only: no
-- prompts: together
select t.person_id, t.from_date as observed_on, t.source, t.record as source_record
from ties t
where t.relation in ('associate_of')
  and t.other_id in (select person_id from nominals)
  and (t.from_date is null or t.from_date <= $as_at)
  and (t.to_date is null or t.to_date >= $since)
