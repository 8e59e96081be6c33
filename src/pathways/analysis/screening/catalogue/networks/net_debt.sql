-- code: net_debt
-- label: Owes money to such a person
-- heading: networks
-- meaning: She is recorded as owing money to a person linked to a mapped group.
-- source: Ties between persons; group records
-- look-back: 24 months
-- evidence: Practitioners' list in the programme's dossier; no study is named for it
-- caveat: A debt is often invented to hold somebody. It is a sign of danger to her before it is
--   anything else.
-- immediate safety: no
-- network: yes
-- victim only: no
-- prompts: together
select t.person_id, t.from_date as observed_on, t.source, t.record as source_record
from ties t
where t.relation in ('in_debt_to')
  and t.other_id in (select person_id from nominals)
  and (t.from_date is null or t.from_date <= $as_at)
  and (t.to_date is null or t.to_date >= $since)
