-- code: idn_normal
-- label: Offending is normal in the family
-- heading: identity
-- meaning: At least two close relatives were convicted within the look-back.
-- source: Ties between persons; convictions
-- look-back: 120 months
-- evidence: Centre for Mental Health 2013, 8,000 girls and young women screened for 29 factors
-- caveat: It is about her family. Company, never enough by itself.
-- immediate safety: no
-- network: yes
-- victim only: no
-- prompts: together
select t.person_id, c.occurred_on as observed_on, c.source, c.event_id as source_record
from ties t
join involvement c on c.person_id = t.other_id and c.relation = 'convicted_in'
where t.relation in ('parent_of', 'child_of', 'sibling_of', 'relative_of')
  and c.occurred_on between $since and $as_at
  and (select count(distinct f.other_id) from ties f
       join involvement k on k.person_id = f.other_id and k.relation = 'convicted_in'
       where f.person_id = t.person_id and f.relation in ('parent_of', 'child_of', 'sibling_of', 'relative_of')
         and k.occurred_on between $since and $as_at) >= 2
