-- code: cri_rising
-- label: Offences have become more frequent or more serious
-- heading: criminality
-- meaning: At least three records as suspected, arrested or convicted in the last six months, and more
--   than in the eighteen months before them.
-- source: Crimes and custody records
-- look-back: 24 months
-- evidence: Home Office SOC Prevent guide 2015 (four headings, as RUSI summarises it)
-- caveat: More records may be more attention. Says how often, not how grave.
-- immediate safety: no
-- network: no
-- victim only: no
-- prompts: alone
select i.person_id, i.occurred_on as observed_on, i.source, i.event_id as source_record
from involvement i
join (
    select person_id,
           count(distinct event_id) filter (where occurred_on > $as_at - interval 6 month) as lately,
           count(distinct event_id) filter (where occurred_on <= $as_at - interval 6 month) as before
    from involvement
    where relation in ('suspect_in', 'arrested_in', 'convicted_in')
      and occurred_on between $since and $as_at
    group by person_id
) c on c.person_id = i.person_id and c.lately >= 3 and c.lately > c.before
where i.relation in ('suspect_in', 'arrested_in', 'convicted_in')
  and i.occurred_on > $as_at - interval 6 month
  and i.occurred_on <= $as_at
