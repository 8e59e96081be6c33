-- code: cri_conveying
-- label: Arrested or interviewed over taking things into prison
-- heading: criminality
-- meaning: Suspected, arrested or convicted of bringing things into prison.
-- source: Crimes, custody and prison records
-- look-back: 24 months
-- evidence: Practitioners' list in the programme's dossier; no study is named for it
-- caveat: Visitors are pressed into it; look for threats against the person visited.
-- immediate safety: no
-- network: no
-- victim only: no
-- prompts: alone
select person_id, occurred_on as observed_on, source, event_id as source_record
from involvement
where relation in ('suspect_in', 'arrested_in', 'convicted_in')
  and regexp_matches(type, 'convey\w* .*prison|prison.*(contraband|convey)|list [abc] (article|item)')
  and occurred_on between $since and $as_at
