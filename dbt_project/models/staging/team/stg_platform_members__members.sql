-- Members of the platform: the newest list only, which is complete each time. The members' names and the team's remarks
-- stay in the lake: no table here needs them.
select
  college,
  joined_on,
  left_on,
  is_ambassador,
  'platform_members' as source_id,
  _vintage as vintage,
  coalesce(_synthetic, false) as is_synthetic
from {{ source('platform_members', 'members') }}
qualify _vintage = max(_vintage) over ()
