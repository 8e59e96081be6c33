-- code: net_online
-- label: In contact online with somebody who recruits
-- heading: networks
-- meaning: A record of a type that names recruiting or grooming online.
-- source: Intelligence, incidents and vulnerability notices
-- look-back: 24 months
-- evidence: Practitioners' list in the programme's dossier; no study is named for it
-- caveat: Few forces record it under a type of its own, so that its absence means nothing.
-- immediate safety: no
-- network: yes
-- victim only: no
-- prompts: together
select person_id, occurred_on as observed_on, source, event_id as source_record
from involvement
where relation in ('subject_of', 'victim_in', 'present_at', 'suspect_in')
  and regexp_matches(type, 'online.{0,30}(recruit|groom|contact)|(recruit|groom).{0,30}online')
  and occurred_on between $since and $as_at
