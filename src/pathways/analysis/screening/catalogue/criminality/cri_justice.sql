-- code: cri_justice
-- label: Arrested or interviewed over perverting the course of justice
-- heading: criminality
-- meaning: Suspected, arrested or convicted of perverting the course of justice, assisting an offender
--   or obstruction.
-- source: Crimes and custody records
-- look-back: 24 months
-- evidence: Practitioners' list in the programme's dossier; no study is named for it
-- caveat: Often done for a partner, and often out of fear of him.
-- immediate safety: no
-- network: no
-- victim only: no
-- prompts: alone
select person_id, occurred_on as observed_on, source, event_id as source_record
from involvement
where relation in ('suspect_in', 'arrested_in', 'convicted_in')
  and regexp_matches(type, 'pervert\w* the course|perverting|witness intimidation|intimidat\w* (a )?witness|assist\w* an offender|obstruct\w* (?:police|a constable|justice|the course)')
  and occurred_on between $since and $as_at
