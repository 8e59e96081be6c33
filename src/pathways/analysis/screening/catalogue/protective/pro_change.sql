-- code: pro_change
-- label: Wishes for change
-- heading: protective
-- meaning: A record of a type that says she asked for help or wishes for change.
-- source: Vulnerability notices, custody and other records
-- look-back: 12 months
-- evidence: Salisbury and Van Voorhis 2009, three pathways of women into offending
-- caveat: Wishes said to police are often smaller than those there are.
-- immediate safety: no
-- network: no
-- victim only: no
-- prompts: never
select person_id, occurred_on as observed_on, source, event_id as source_record
from involvement
where relation in ('subject_of', 'victim_in', 'present_at')
  and kind in ('ppn', 'custody', 'incident', 'other', 'intelligence', 'missing')
  and regexp_matches(type, 'wish\w* (?:to|for) change|wants? (?:help|support|out)|asked for (?:help|support)|accept\w* support|exit(?:ing)? (?:support|plan|service)')
  and occurred_on between $since and $as_at
