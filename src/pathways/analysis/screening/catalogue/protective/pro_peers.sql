-- code: pro_peers
-- label: Friends outside crime
-- heading: protective
-- meaning: An associate or relative with no link to a mapped group and no record as suspected, arrested
--   or convicted within the look-back.
-- source: Ties between persons
-- look-back: 24 months
-- evidence: Practitioners' list in the programme's dossier; no study is named for it
-- caveat: Known to police only because of her; nothing says that the tie is close.
-- immediate safety: no
-- network: no
-- victim only: no
-- prompts: never
select t.person_id, t.from_date as observed_on, t.source, t.record as source_record
from ties t
where t.relation in ('associate_of', 'relative_of', 'sibling_of', 'parent_of', 'child_of')
  and (t.from_date is null or t.from_date <= $as_at)
  and (t.to_date is null or t.to_date >= $since)
  and t.other_id not in (select person_id from nominals)
  and t.other_id not in (select person_id from involvement
                         where relation in ('suspect_in', 'arrested_in', 'convicted_in')
                           and occurred_on between $since and $as_at)
