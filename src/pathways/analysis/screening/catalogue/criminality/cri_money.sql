-- code: cri_money
-- label: Arrested or interviewed over laundering money, fraud or handling
-- heading: criminality
-- meaning: Suspected, arrested or convicted of laundering money, fraud or handling stolen goods.
-- source: Crimes, custody and financial records
-- look-back: 24 months
-- evidence: OSCE 2023, women in organised crime in 14 countries
-- caveat: Accounts are used by partners without the holder's knowledge. Benefit fraud of poverty falls
--   under the same words.
-- immediate safety: no
-- network: no
-- victim only: no
-- prompts: alone
select person_id, occurred_on as observed_on, source, event_id as source_record
from involvement
where relation in ('suspect_in', 'arrested_in', 'convicted_in')
  and regexp_matches(type, 'money launder|launder|fraud|handling stolen|stolen goods|false representation|money mule|criminal property')
  and occurred_on between $since and $as_at
