-- code: abl_business
-- label: A business or licensed premises
-- heading: ability
-- meaning: She holds or uses business or licensed premises.
-- source: Links to premises
-- look-back: 36 months
-- evidence: Practitioners' list in the programme's dossier; no study is named for it
-- caveat: Having a business is ordinary and a strength. Never brings a woman onto the list.
-- immediate safety: no
-- network: no
-- victim only: no
-- prompts: never
select person_id, from_date as observed_on, source, record as source_record
from holdings
where kind = 'premises'
  and (from_date is null or from_date <= $as_at)
  and (to_date is null or to_date >= $since)
