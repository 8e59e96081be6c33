-- code: net_family
-- label: A parent, sibling or adult child is linked to an organised crime group
-- heading: networks
-- meaning: A parent, child, sister, brother or other relative is recorded as linked to a mapped group.
-- source: Ties between persons; group records
-- look-back: 60 months
-- evidence: We Move, Greater Manchester Police 2022: inclusion by peers, associates and family, with
--   second criteria
-- caveat: Nobody chooses her family. The extract does not always say whether a child is grown up.
-- immediate safety: no
-- network: yes
-- victim only: no
-- prompts: together
select t.person_id, t.from_date as observed_on, t.source, t.record as source_record
from ties t
where t.relation in ('parent_of', 'child_of', 'sibling_of', 'relative_of')
  and t.other_id in (select person_id from nominals)
  and (t.from_date is null or t.from_date <= $as_at)
  and (t.to_date is null or t.to_date >= $since)
