-- All facts of some sites (%(sites)s), and which reasons count by the code table of a day (%(on)s), as one JSON text.
SELECT json_build_object(
  'sites', (SELECT json_agg(json_build_array(id, business_id, prefecture, closed_on)) FROM sites_site
    WHERE id = ANY(%(sites)s::bigint[])),
  'periods', (SELECT json_agg(json_build_array(site_id, json_build_array(from_on, until_on))) FROM sites_period
    WHERE site_id = ANY(%(sites)s::bigint[])),
  'boundaries', (SELECT json_agg(json_build_array(site_id, json_build_array(from_on, begins_at)) ORDER BY site_id, from_on)
    FROM sites_day_boundary WHERE site_id = ANY(%(sites)s::bigint[]) AND withdrawn_at IS NULL),
  'nodes', (SELECT json_agg(json_build_array(site_id, json_build_array(id, parent_id))) FROM structures_node
    WHERE site_id = ANY(%(sites)s::bigint[])),
  'tenures', (SELECT json_agg(json_build_array(n.site_id, json_build_array(t.id, t.node_id, t.business_id, t.business_name,
      t.state, t.from_on, t.until_on, t.invited_at)))
    FROM structures_tenure t JOIN structures_node n ON n.id = t.node_id
    WHERE n.site_id = ANY(%(sites)s::bigint[]) AND t.state IN ('invited', 'accepted', 'named')),
  'counts', (SELECT json_agg(json_build_array(code, details ->> 'counts')) FROM codes_code
    WHERE "table" = 'touch_reasons' AND (valid_from IS NULL OR valid_from <= %(on)s::date)
      AND (valid_until IS NULL OR valid_until > %(on)s::date))
)::text
