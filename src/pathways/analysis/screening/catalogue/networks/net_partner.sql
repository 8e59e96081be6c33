-- code: net_partner
-- label: A partner or former partner is linked to an organised crime group
-- heading: networks
-- meaning: A partner or former partner is recorded as a member of a mapped group, or as linked to one.
-- source: Ties between persons; group records
-- look-back: 60 months
-- evidence: We Move, Greater Manchester Police 2022: inclusion by peers, associates and family, with
--   second criteria
-- caveat: It is about him, not about her. A former partner may be the danger that she is fleeing.
-- immediate safety: no
-- network: yes
-- victim only: no
-- prompts: together
select t.person_id, t.from_date as observed_on, t.source, t.record as source_record
from ties t
where t.relation in ('partner_of', 'former_partner_of')
  and t.other_id in (select person_id from nominals)
  and (t.from_date is null or t.from_date <= $as_at)
  and (t.to_date is null or t.to_date >= $since)
