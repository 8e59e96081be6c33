-- code: net_alibi
-- label: Calls for such a person, or gives an alibi, again and again
-- heading: networks
-- meaning: At least five calls within the look-back to one person linked to a mapped group, or a record
--   of an alibi given.
-- source: Call records; crimes and intelligence of a type that names an alibi
-- look-back: 12 months
-- evidence: Practitioners' list in the programme's dossier; no study is named for it
-- caveat: A telephone is not the person who holds it. Many calls are what families and frightened
--   partners make.
-- immediate safety: no
-- network: yes
-- victim only: no
-- prompts: together
select t.person_id, t.from_date as observed_on, t.source, t.record as source_record
from ties t
where t.relation = 'called'
  and t.other_id in (select person_id from nominals)
  and t.from_date between $since and $as_at
  and (select count(*) from ties v
       where v.person_id = t.person_id and v.other_id = t.other_id and v.relation = 'called'
         and v.from_date between $since and $as_at) >= 5
union
select person_id, occurred_on as observed_on, source, event_id as source_record
from involvement
where regexp_matches(type, 'alibi')
  and occurred_on between $since and $as_at
