-- What each table must hold in the end: "-- TABLE", a query over the table as `actual`, and one over
-- `records` (id, k, g, v, t in milliseconds; a record as often as it came) that has the same rows.

-- bronze.records
SELECT event_data::JSON->>'id' FROM actual;
SELECT id::VARCHAR FROM records;

-- silver.once
SELECT id, k, g, v, epoch_ms(t) FROM actual;
SELECT DISTINCT id, k, g, v, t FROM records;

-- gold.minutes
SELECT epoch_ms(window_start), epoch_ms(window_end), k, n, total, least, most, kinds FROM actual;
SELECT t // 60000 * 60000, t // 60000 * 60000 + 60000, k, count(*), sum(v), min(v), max(v), count(DISTINCT g)
FROM (SELECT DISTINCT * FROM records) GROUP BY t // 60000, k;

-- gold.hops
SELECT epoch_ms(window_start), epoch_ms(window_end), g, n, total FROM actual;
SELECT s, s + 30000, g, count(*), sum(v)
FROM (SELECT g, v, unnest([t // 10000 * 10000, t // 10000 * 10000 - 10000, t // 10000 * 10000 - 20000]) AS s
      FROM (SELECT DISTINCT * FROM records)) GROUP BY s, g;

-- gold.sessions
SELECT epoch_ms(window_start), epoch_ms(window_end), k, n, total FROM actual;
SELECT min(t), max(t) + 7000, k, count(*), sum(v)
FROM (SELECT *, sum(begins) OVER (PARTITION BY k ORDER BY t) AS session
      FROM (SELECT *, coalesce(t - lag(t) OVER (PARTITION BY k ORDER BY t) >= 7000, true)::INTEGER AS begins
            FROM (SELECT DISTINCT * FROM records))) GROUP BY k, session;

-- gold.best
SELECT epoch_ms(window_start), id, g, v FROM actual;
SELECT t // 60000 * 60000, id, g, v FROM (SELECT DISTINCT * FROM records)
QUALIFY row_number() OVER (PARTITION BY g, t // 60000 ORDER BY v DESC, id) <= 2;

-- gold.leaders
SELECT id, g, v FROM actual GROUP BY id, g, v
HAVING sum(CASE WHEN change_type IN ('insert', 'update_postimage') THEN 1 ELSE -1 END) = 1;
SELECT id, g, v FROM (SELECT DISTINCT * FROM records) QUALIFY row_number() OVER (PARTITION BY g ORDER BY v DESC, id) <= 3;

-- gold.totals
SELECT g, n, total FROM actual GROUP BY g, n, total
HAVING sum(CASE WHEN change_type IN ('insert', 'update_postimage') THEN 1 ELSE -1 END) = 1;
SELECT g, count(*), sum(v) FROM (SELECT DISTINCT * FROM records) GROUP BY g;

-- gold.near
SELECT id, g, odd_id FROM actual;
SELECT e.id, e.g, o.id FROM (SELECT DISTINCT * FROM records WHERE k % 2 = 0) AS e
JOIN (SELECT DISTINCT * FROM records WHERE k % 2 = 1) AS o ON e.g = o.g AND o.t BETWEEN e.t - 3000 AND e.t + 4000;

-- gold.equal
SELECT id, v, odd_id FROM actual;
SELECT e.id, e.v, o.id FROM (SELECT DISTINCT * FROM records WHERE k % 2 = 0) AS e
JOIN (SELECT DISTINCT * FROM records WHERE k % 2 = 1) AS o ON e.v = o.v;

-- gold.same_window
SELECT id, g, odd_id FROM actual;
SELECT e.id, e.g, o.id FROM (SELECT DISTINCT * FROM records WHERE k % 2 = 0) AS e
JOIN (SELECT DISTINCT * FROM records WHERE k % 2 = 1) AS o ON e.g = o.g AND e.t // 20000 = o.t // 20000;

-- gold.valid
SELECT id, g, odd_id FROM actual;
SELECT e.id, e.g, o.id FROM (SELECT DISTINCT * FROM records WHERE k % 2 = 0) AS e
ASOF LEFT JOIN (SELECT DISTINCT * FROM records WHERE k % 2 = 1) AS o ON e.g = o.g AND e.t >= o.t;
