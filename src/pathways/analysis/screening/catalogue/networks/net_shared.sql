-- code: net_shared
-- label: Shares an address, vehicle or telephone with such a person
-- heading: networks
-- meaning: She shares an address, a telephone or a vehicle with a person linked to a mapped group.
-- source: Addresses, telephones and vehicles and who is tied to them
-- look-back: 24 months
-- evidence: Engage, Greater Manchester 2015: risk factors held beside linked police records
-- caveat: Addresses grow old in police systems; hostels, large blocks and family telephones are shared
--   by many.
-- immediate safety: no
-- network: yes
-- victim only: no
-- prompts: together
select h.person_id, h.from_date as observed_on, h.source, h.record as source_record
from homes h
join homes o on o.location_id = h.location_id and o.person_id <> h.person_id
where h.relation in ('lives_at', 'tenant_of')
  and o.relation in ('lives_at', 'tenant_of')
  and o.person_id in (select person_id from nominals)
  and (h.from_date is null or h.from_date <= $as_at)
  and (h.to_date is null or h.to_date >= $since)
union
select h.person_id, h.from_date as observed_on, h.source, h.record as source_record
from holdings h
join holdings o on o.object_id = h.object_id and o.person_id <> h.person_id
where h.kind in ('phone', 'vehicle')
  and o.person_id in (select person_id from nominals)
  and (h.from_date is null or h.from_date <= $as_at)
  and (h.to_date is null or h.to_date >= $since)
