-- All facts around the days of some workers, as one JSON text: one round trip, however many there are.
-- %(workers)s: worker IDs; %(months)s: first days of months; %(on)s: the day whose code table holds.
WITH presence AS (
  SELECT worker_id, site_id, month, moments FROM touches_presence
  WHERE worker_id = ANY(%(workers)s::bigint[]) AND month = ANY(%(months)s::date[])
), claim AS (
  SELECT * FROM histories_claim
  WHERE worker_id = ANY(%(workers)s::bigint[]) AND date_trunc('month', day)::date = ANY(%(months)s::date[])
    AND state <> 'withdrawn'
), site AS (
  SELECT s.id, s.business_id, s.prefecture, s.closed_on FROM sites_site s
  WHERE s.id IN (SELECT site_id FROM presence UNION SELECT site_id FROM claim)
)
SELECT json_build_object(
  'presence', (SELECT json_agg(json_build_array(worker_id, site_id, month, moments) ORDER BY worker_id, site_id, month)
    FROM presence),
  'links', (SELECT json_agg(json_build_array(worker_id, json_build_array(business_id, principal, from_on, until_on))
      ORDER BY worker_id, principal DESC, from_on, business_id)
    FROM workers_affiliation WHERE worker_id = ANY(%(workers)s::bigint[])),
  'trades', (SELECT json_agg(json_build_array(worker_id, json_build_array(place, trade, from_on, until_on))
      ORDER BY worker_id, place, from_on)
    FROM workers_trade WHERE worker_id = ANY(%(workers)s::bigint[])),
  'cards', (SELECT json_agg(json_build_array(worker_id, json_build_array(branch, valid_until, stopped_at, shipped_at)))
    FROM cards_card WHERE worker_id = ANY(%(workers)s::bigint[])),
  'entries', (SELECT json_agg(json_build_array(worker_id, site_id, json_build_array(id, tenure_id, trade, position, work, collects,
      from_on, until_on, added_at)))
    FROM structures_roster_entry
    WHERE worker_id = ANY(%(workers)s::bigint[]) AND withdrawn_at IS NULL),
  'sites', (SELECT json_agg(json_build_array(id, business_id, prefecture, closed_on)) FROM site),
  'periods', (SELECT json_agg(json_build_array(site_id, json_build_array(from_on, until_on))) FROM sites_period
    WHERE site_id IN (SELECT id FROM site)),
  'boundaries', (SELECT json_agg(json_build_array(site_id, json_build_array(from_on, begins_at)) ORDER BY site_id, from_on)
    FROM sites_day_boundary WHERE site_id IN (SELECT id FROM site)),
  'nodes', (SELECT json_agg(json_build_array(site_id, json_build_array(id, parent_id))) FROM structures_node
    WHERE site_id IN (SELECT id FROM site)),
  'tenures', (SELECT json_agg(json_build_array(n.site_id, json_build_array(t.id, t.node_id, t.business_id, t.business_name,
      t.state, t.from_on, t.until_on, t.invited_at)))
    FROM structures_tenure t JOIN structures_node n ON n.id = t.node_id
    WHERE n.site_id IN (SELECT id FROM site) AND t.state IN ('invited', 'accepted', 'named')),
  'claims', (SELECT json_agg(json_build_array(worker_id, json_build_array(id, site_id, day, trade, work, begins_at, ends_at,
      state, recorded_at)) ORDER BY recorded_at, id) FROM claim),
  'edits', (SELECT json_agg(json_build_array(worker_id, json_build_array(site_id, day, trade, position, work, recorded_at))
      ORDER BY recorded_at, id)
    FROM histories_day_edit
    WHERE worker_id = ANY(%(workers)s::bigint[]) AND date_trunc('month', day)::date = ANY(%(months)s::date[])),
  'decisions', (SELECT json_agg(json_build_array(worker_id, json_build_array(site_id, day, counts, recorded_at))
      ORDER BY recorded_at, id)
    FROM histories_day_decision
    WHERE worker_id = ANY(%(workers)s::bigint[]) AND date_trunc('month', day)::date = ANY(%(months)s::date[])),
  'counts', (SELECT json_agg(json_build_array(code, details ->> 'counts')) FROM codes_code
    WHERE "table" = 'touch_reasons' AND (valid_from IS NULL OR valid_from <= %(on)s)
      AND (valid_until IS NULL OR valid_until > %(on)s))
)::text
