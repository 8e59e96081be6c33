-- code: idn_worth
-- label: Thinks little of herself
-- heading: identity
-- meaning: A record of a type that names low self-worth or self-neglect.
-- source: Vulnerability notices
-- look-back: 24 months
-- evidence: Salisbury and Van Voorhis 2009, three pathways of women into offending
-- caveat: An officer's impression of one meeting, mostly a bad day.
-- immediate safety: no
-- network: no
-- victim only: no
-- prompts: together
select person_id, occurred_on as observed_on, source, event_id as source_record
from involvement
where relation in ('subject_of', 'victim_in', 'present_at')
  and kind in ('ppn', 'incident', 'other')
  and regexp_matches(type, 'self.?(worth|esteem|neglect)|hopeless')
  and occurred_on between $since and $as_at
