-- code: idn_loyalty
-- label: Loyalty, fear or honour that keeps her silent
-- heading: identity
-- meaning: At least twice within the look-back a victim or witness who did not support what police did.
-- source: Outcomes of crimes
-- look-back: 24 months
-- evidence: Practitioners' list in the programme's dossier; no study is named for it
-- caveat: Not supporting a prosecution is often the safest choice a woman has, and distrust is often
--   earned.
-- immediate safety: no
-- network: no
-- victim only: yes
-- prompts: together
select person_id, occurred_on as observed_on, source, event_id as source_record
from involvement i
where relation in ('victim_in', 'witness_in')
  and regexp_matches(outcome, 'not support|does not wish|declin|withdr[ae]w|unwilling')
  and occurred_on between $since and $as_at
  and (select count(distinct w.event_id) from involvement w
       where w.person_id = i.person_id and w.relation in ('victim_in', 'witness_in')
         and regexp_matches(w.outcome, 'not support|does not wish|declin|withdr[ae]w|unwilling')
         and w.occurred_on between $since and $as_at) >= 2
