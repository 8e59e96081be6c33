-- code: abl_home
-- label: A home that others could use or take over
-- heading: ability
-- meaning: Her home is recorded as taken over by others (cuckooing), or she stands in such a record.
-- source: Crimes, incidents and intelligence; who lives where
-- look-back: 24 months
-- evidence: Crime and Policing Act 2026: home takeover is an offence against the person whose home it
--   is
-- caveat: She is the one wronged. Visits by a worker may be watched.
-- immediate safety: yes
-- network: no
-- victim only: no
-- prompts: alone
select person_id, occurred_on as observed_on, source, event_id as source_record
from involvement
where relation in ('subject_of', 'victim_in', 'present_at', 'suspect_in')
  and regexp_matches(type, 'cuckoo|home takeover|taken over')
  and occurred_on between $since and $as_at
union
select h.person_id, e.occurred_on as observed_on, h.source, e.event_id as source_record
from homes h
join events e on e.location_id = h.location_id
where h.relation in ('tenant_of', 'lives_at')
  and regexp_matches(lower(e.type), 'cuckoo|home takeover|taken over')
  and e.occurred_on between $since and $as_at
  and (h.from_date is null or h.from_date <= e.occurred_on)
  and (h.to_date is null or h.to_date >= e.occurred_on)
