-- code: pro_housing
-- label: Safe and stable housing
-- heading: protective
-- meaning: At one address for two years, with no record at that address in the last twelve months.
-- source: Addresses
-- look-back: any time
-- evidence: Salisbury and Van Voorhis 2009, three pathways of women into offending
-- caveat: An address on record may be old, and quiet is not safe: abuse at home makes no record.
-- immediate safety: no
-- network: no
-- victim only: no
-- prompts: never
select h.person_id, h.from_date as observed_on, h.source, h.record as source_record
from homes h
where h.relation in ('tenant_of', 'lives_at')
  and h.from_date <= $as_at - interval 24 month
  and (h.to_date is null or h.to_date >= $as_at)
  and not exists (select 1 from involvement i
                  where i.location_id = h.location_id
                    and i.occurred_on between $as_at - interval 12 month and $as_at)
