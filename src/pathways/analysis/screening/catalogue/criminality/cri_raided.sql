-- code: cri_raided
-- label: Found at an address that police searched
-- heading: criminality
-- meaning: Recorded as present, or found, at an address that police searched.
-- source: Incidents and links to places
-- look-back: 24 months
-- evidence: Practitioners' list in the programme's dossier; no study is named for it
-- caveat: Being there is not taking part; she may have been held, used or visiting.
-- immediate safety: no
-- network: no
-- victim only: no
-- prompts: together
select h.person_id, e.occurred_on as observed_on, h.source, e.event_id as source_record
from homes h
join events e on e.location_id = h.location_id
where h.relation = 'found_at'
  and regexp_matches(lower(e.type), 'search warrant|warrant executed|premises search|raid')
  and e.occurred_on between $since and $as_at
  and (h.from_date is null or h.from_date = e.occurred_on)
union
select person_id, occurred_on as observed_on, source, event_id as source_record
from involvement
where relation = 'present_at'
  and regexp_matches(type, 'search warrant|warrant executed|premises search|raid')
  and occurred_on between $since and $as_at
