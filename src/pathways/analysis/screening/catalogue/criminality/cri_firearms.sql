-- code: cri_firearms
-- label: Arrested or interviewed over storing firearms
-- heading: criminality
-- meaning: Suspected, arrested or convicted over keeping or carrying firearms or ammunition.
-- source: Crimes and custody records
-- look-back: 60 months
-- evidence: OSCE 2023, women in organised crime in 14 countries
-- caveat: Keeping weapons for somebody is a role into which women are put. Her home may be unsafe to
--   visit.
-- immediate safety: no
-- network: no
-- victim only: no
-- prompts: alone
select person_id, occurred_on as observed_on, source, event_id as source_record
from involvement
where relation in ('suspect_in', 'arrested_in', 'convicted_in')
  and regexp_matches(type, 'firearm|ammunition|prohibited weapon')
  and occurred_on between $since and $as_at
