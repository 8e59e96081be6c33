-- code: cri_breach
-- label: Breached an order or licence
-- heading: criminality
-- meaning: Suspected, arrested or convicted of breaching bail, an order or a licence.
-- source: Crimes and custody records
-- look-back: 12 months
-- evidence: Practitioners' list in the programme's dossier; no study is named for it
-- caveat: Missed appointments of a chaotic or controlled life look the same as defiance.
-- immediate safety: no
-- network: no
-- victim only: no
-- prompts: alone
select person_id, occurred_on as observed_on, source, event_id as source_record
from involvement
where relation in ('suspect_in', 'arrested_in', 'convicted_in')
  and regexp_matches(type, 'breach|fail\w* to (appear|surrender|comply)|recall')
  and occurred_on between $since and $as_at
