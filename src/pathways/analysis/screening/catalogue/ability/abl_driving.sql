-- code: abl_driving
-- label: Drives, or has a vehicle
-- heading: ability
-- meaning: She holds or uses a vehicle.
-- source: Links to vehicles
-- look-back: 24 months
-- evidence: Practitioners' list in the programme's dossier; no study is named for it
-- caveat: Most adults drive. Never brings a woman onto the list.
-- immediate safety: no
-- network: no
-- victim only: no
-- prompts: never
select person_id, from_date as observed_on, source, record as source_record
from holdings
where kind = 'vehicle'
  and (from_date is null or from_date <= $as_at)
  and (to_date is null or to_date >= $since)
