-- code: net_prison
-- label: Visits such a person in prison often
-- heading: networks
-- meaning: At least three visits within the look-back to one person linked to a mapped group.
-- source: Prison visits
-- look-back: 12 months
-- evidence: Practitioners' list in the programme's dossier; no study is named for it
-- caveat: Visiting a partner, father or child in prison is ordinary and often good for both.
-- immediate safety: no
-- network: yes
-- victim only: no
-- prompts: together
select t.person_id, t.from_date as observed_on, t.source, t.record as source_record
from ties t
where t.relation = 'visited'
  and t.other_id in (select person_id from nominals)
  and t.from_date between $since and $as_at
  and (select count(*) from ties v
       where v.person_id = t.person_id and v.other_id = t.other_id and v.relation = 'visited'
         and v.from_date between $since and $as_at) >= 3
