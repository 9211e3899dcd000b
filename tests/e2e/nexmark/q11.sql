-- SPDX-License-Identifier: Apache-2.0
SELECT min(dateTime) AS window_start, max(dateTime) + INTERVAL 10 SECOND AS window_end, bidder, count(*) AS bid_count
FROM (SELECT bidder, dateTime, sum(is_first) OVER (PARTITION BY bidder ORDER BY dateTime) AS visit FROM (
    SELECT bidder, dateTime, CASE WHEN dateTime - lag(dateTime) OVER (PARTITION BY bidder ORDER BY dateTime)
                                       < INTERVAL 10 SECOND THEN 0 ELSE 1 END AS is_first FROM bid))
GROUP BY bidder, visit
