-- code: net_release
-- label: In contact after a partner’s release
-- heading: networks
-- meaning: Contact with a partner or former partner who is linked to a mapped group, dated after a
--   record of his release.
-- source: Ties between persons; custody and other records of a type that names a release
-- look-back: 12 months
-- evidence: Practitioners' list in the programme's dossier; no study is named for it
-- caveat: Contact may be his and unwanted. Release is recorded in few extracts.
-- immediate safety: no
-- network: yes
-- victim only: no
-- prompts: together
select t.person_id, t.from_date as observed_on, t.source, t.record as source_record
from ties t
join ties p on p.person_id = t.person_id and p.other_id = t.other_id
           and p.relation in ('partner_of', 'former_partner_of')
join involvement r on r.person_id = t.other_id
where t.relation in ('called', 'called_by', 'associate_of')
  and t.other_id in (select person_id from nominals)
  and regexp_matches(r.type, 'releas')
  and r.occurred_on between $since and $as_at
  and t.from_date between r.occurred_on and $as_at
