-- All facts around the days of some workers but those of sites, as one JSON text: one round trip, however many there are.
-- %(workers)s: worker IDs; %(months)s: first days of months.
-- %(sites)s: the only sites whose reasons are asked for, or NULL: then trades and claims, which tell no reason, stay out.
-- %(known)s: when facts of sites were read before, or NULL: which sites have changed since?
SELECT json_build_object(
  'presence', (SELECT json_agg(json_build_array(worker_id, site_id, month, encode(moments, 'hex'), odd)
      ORDER BY worker_id, site_id, month)
    FROM touches_presence
    WHERE worker_id = ANY(%(workers)s::bigint[]) AND month = ANY(%(months)s::date[])),
  'links', (SELECT json_agg(json_build_array(worker_id, json_build_array(business_id, principal, from_on, until_on))
      ORDER BY worker_id, principal DESC, from_on, business_id)
    FROM workers_affiliation WHERE worker_id = ANY(%(workers)s::bigint[])),
  'trades', (SELECT json_agg(json_build_array(worker_id, json_build_array(place, trade, from_on, until_on))
      ORDER BY worker_id, place, from_on)
    FROM workers_trade WHERE worker_id = ANY(%(workers)s::bigint[]) AND %(sites)s::bigint[] IS NULL),
  'cards', (SELECT json_agg(json_build_array(worker_id, json_build_array(branch, valid_until, stopped_at, shipped_at)))
    FROM cards_card WHERE worker_id = ANY(%(workers)s::bigint[])),
  'entries', (SELECT json_agg(json_build_array(worker_id, site_id, json_build_array(id, tenure_id, trade, position, work, collects,
      from_on, until_on, added_at)))
    FROM structures_roster_entry
    WHERE worker_id = ANY(%(workers)s::bigint[]) AND withdrawn_at IS NULL
      AND (%(sites)s::bigint[] IS NULL OR site_id = ANY(%(sites)s::bigint[]))),
  'claims', (SELECT json_agg(json_build_array(worker_id, json_build_array(id, site_id, day, trade, work, begins_at, ends_at,
      state, recorded_at)) ORDER BY recorded_at, id)
    FROM histories_claim
    WHERE worker_id = ANY(%(workers)s::bigint[]) AND date_trunc('month', day)::date = ANY(%(months)s::date[])
      AND state <> 'withdrawn' AND %(sites)s::bigint[] IS NULL),
  'edits', (SELECT json_agg(json_build_array(worker_id, json_build_array(site_id, day, trade, position, work, e.recorded_at, late,
      a.answer, a.recorded_at, second_trade)) ORDER BY e.recorded_at, e.id)
    FROM histories_day_edit e LEFT JOIN histories_edit_answer a ON a.edit_id = e.id
    WHERE worker_id = ANY(%(workers)s::bigint[]) AND date_trunc('month', day)::date = ANY(%(months)s::date[])),
  'decisions', (SELECT json_agg(json_build_array(worker_id, json_build_array(site_id, day, counts, recorded_at))
      ORDER BY recorded_at, id)
    FROM histories_day_decision
    WHERE worker_id = ANY(%(workers)s::bigint[]) AND date_trunc('month', day)::date = ANY(%(months)s::date[])),
  'read_at', pg_current_snapshot()::text,
  'changed', changes_sites_since(%(known)s::text::pg_snapshot)
)::text
