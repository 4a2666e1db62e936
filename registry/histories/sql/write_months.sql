-- Rows of worker-months, written over those with their parts. %(rows)s: the rows as JSON.
INSERT INTO histories_month (worker_id, month, part, site_id, business_id, tenure_id, path, trade, position, work,
  second_trade, claim_id, formal, waiting, claimed, unapproved, uncounted, lacking, times, reasons)
SELECT worker_id, %(month)s::date, part, site_id, business_id, tenure_id, path, trade, position, work,
  second_trade, claim_id, formal, waiting, claimed, unapproved, uncounted, lacking, times, reasons
FROM json_populate_recordset(NULL::histories_month, %(rows)s::json)
ON CONFLICT (worker_id, month, part) DO UPDATE SET (site_id, business_id, tenure_id, path, trade, position, work,
  second_trade, claim_id, formal, waiting, claimed, unapproved, uncounted, lacking, times, reasons) = ROW (EXCLUDED.site_id,
  EXCLUDED.business_id, EXCLUDED.tenure_id, EXCLUDED.path, EXCLUDED.trade, EXCLUDED.position, EXCLUDED.work,
  EXCLUDED.second_trade, EXCLUDED.claim_id, EXCLUDED.formal, EXCLUDED.waiting, EXCLUDED.claimed, EXCLUDED.unapproved,
  EXCLUDED.uncounted, EXCLUDED.lacking, EXCLUDED.times, EXCLUDED.reasons)
