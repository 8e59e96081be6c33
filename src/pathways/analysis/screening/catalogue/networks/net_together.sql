-- code: net_together
-- label: Arrested with, or found with, a person linked to organised crime
-- heading: networks
-- meaning: She and a person linked to a mapped group stand in one record as suspected, arrested or
--   present.
-- source: Crimes, incidents and custody records
-- look-back: 24 months
-- evidence: Engage, Greater Manchester 2015: risk factors held beside linked police records
-- caveat: Being found together is not acting together, and the more an area is policed the more often
--   it is recorded.
-- immediate safety: no
-- network: yes
-- victim only: no
-- prompts: together
select distinct i.person_id, i.occurred_on as observed_on, i.source, i.event_id as source_record
from involvement i
join involvement o on o.event_id = i.event_id and o.person_id <> i.person_id
where i.relation in ('suspect_in', 'arrested_in', 'present_at')
  and i.kind <> 'stop_search'
  and o.relation in ('suspect_in', 'arrested_in', 'present_at')
  and o.person_id in (select person_id from nominals)
  and i.occurred_on between $since and $as_at
