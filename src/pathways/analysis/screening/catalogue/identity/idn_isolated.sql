-- code: idn_isolated
-- label: Isolated
-- heading: identity
-- meaning: A record of a type that names isolation.
-- source: Vulnerability notices and incidents
-- look-back: 24 months
-- evidence: Salisbury and Van Voorhis 2009, three pathways of women into offending
-- caveat: Seldom a type of its own; isolation is also what coercive control makes.
-- immediate safety: no
-- network: no
-- victim only: no
-- prompts: together
select person_id, occurred_on as observed_on, source, event_id as source_record
from involvement
where relation in ('subject_of', 'victim_in', 'present_at')
  and kind in ('ppn', 'incident', 'other', 'missing', 'intelligence')
  and regexp_matches(type, 'isolat|lives alone|no support network|lonel')
  and occurred_on between $since and $as_at
