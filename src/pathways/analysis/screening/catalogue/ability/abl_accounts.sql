-- code: abl_accounts
-- label: Bank accounts or clean credit that others could use
-- heading: ability
-- meaning: She holds or uses a bank account that appears in police records.
-- source: Links to accounts
-- look-back: 24 months
-- evidence: Practitioners' list in the programme's dossier; no study is named for it
-- caveat: Nearly everybody has an account. Shown beside other signs, and never brings a woman onto the
--   list.
-- immediate safety: no
-- network: no
-- victim only: no
-- prompts: never
select person_id, from_date as observed_on, source, record as source_record
from holdings
where kind = 'account'
  and (from_date is null or from_date <= $as_at)
  and (to_date is null or to_date >= $since)
