-- code: cri_supply
-- label: Arrested or interviewed over supplying drugs
-- heading: criminality
-- meaning: Suspected, arrested or convicted of supplying or producing drugs.
-- source: Crimes and custody records
-- look-back: 24 months
-- evidence: OSCE 2023, women in organised crime in 14 countries
-- caveat: An arrest is not a finding. Women are used to carry and to store, often under threat: look
--   for coercion.
-- immediate safety: no
-- network: no
-- victim only: no
-- prompts: alone
select person_id, occurred_on as observed_on, source, event_id as source_record
from involvement
where relation in ('suspect_in', 'arrested_in', 'convicted_in')
  and regexp_matches(type, 'intent to supply|supply|pwits|concerned in.*supply|drug traffick|county line|produc\w* .*(cannabis|drug)|cultivat')
  and occurred_on between $since and $as_at
