-- code: idn_belonging
-- label: Belonging or standing that comes from a relationship
-- heading: identity
-- meaning: Two or more partners or former partners are linked to mapped groups.
-- source: Ties between persons; group records
-- look-back: 120 months
-- evidence: Salisbury and Van Voorhis 2009, three pathways of women into offending
-- caveat: Describes whom she met, not who she is. Company, never enough by itself.
-- immediate safety: no
-- network: yes
-- victim only: no
-- prompts: together
select t.person_id, t.from_date as observed_on, t.source, t.record as source_record
from ties t
where t.relation in ('partner_of', 'former_partner_of')
  and t.other_id in (select person_id from nominals)
  and (t.from_date is null or t.from_date <= $as_at)
  and (t.to_date is null or t.to_date >= $since)
  and (select count(distinct p.other_id) from ties p
       where p.person_id = t.person_id and p.relation in ('partner_of', 'former_partner_of')
         and p.other_id in (select person_id from nominals)
         and (p.from_date is null or p.from_date <= $as_at)
         and (p.to_date is null or p.to_date >= $since)) >= 2
