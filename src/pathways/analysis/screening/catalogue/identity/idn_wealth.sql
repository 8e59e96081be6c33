-- code: idn_wealth
-- label: Sudden wealth
-- heading: identity
-- meaning: A record of unexplained wealth, or cash recorded as held by her.
-- source: Financial and intelligence records; links to cash
-- look-back: 24 months
-- evidence: Home Office SOC Prevent guide 2015 (four headings, as RUSI summarises it)
-- caveat: Who keeps cash may be keeping somebody else's, or have no account of her own.
-- immediate safety: no
-- network: no
-- victim only: no
-- prompts: alone
select person_id, occurred_on as observed_on, source, event_id as source_record
from involvement
where relation in ('subject_of', 'suspect_in', 'arrested_in', 'present_at')
  and regexp_matches(type, 'unexplained (wealth|cash|income)|sudden wealth|cash seiz|lifestyle beyond|unexplained means')
  and occurred_on between $since and $as_at
union
select person_id, from_date as observed_on, source, record as source_record
from holdings
where kind = 'cash'
  and relation = 'holds'
  and (from_date is null or from_date <= $as_at)
  and (to_date is null or to_date >= $since)
