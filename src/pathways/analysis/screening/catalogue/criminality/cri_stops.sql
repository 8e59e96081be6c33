-- code: cri_stops
-- label: Stopped several times with people linked to organised crime
-- heading: criminality
-- meaning: Stopped or searched at least twice within the look-back with a person linked to a mapped
--   group.
-- source: Stop and search records
-- look-back: 24 months
-- evidence: Practitioners' list in the programme's dossier; no study is named for it
-- caveat: Stop and search falls unequally on ethnic groups; it measures policing as much as conduct.
--   Counted as company, never enough by itself.
-- immediate safety: no
-- network: yes
-- victim only: no
-- prompts: together
select i.person_id, i.occurred_on as observed_on, i.source, i.event_id as source_record
from involvement i
where i.kind = 'stop_search'
  and i.occurred_on between $since and $as_at
  and (select count(distinct a.event_id) from involvement a
       join involvement o on o.event_id = a.event_id and o.person_id <> a.person_id
       where a.person_id = i.person_id and a.kind = 'stop_search' and a.occurred_on between $since and $as_at
         and o.person_id in (select person_id from nominals)) >= 2
  and exists (select 1 from involvement o
              where o.event_id = i.event_id and o.person_id <> i.person_id
                and o.person_id in (select person_id from nominals))
