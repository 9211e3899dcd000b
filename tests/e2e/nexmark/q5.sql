-- SPDX-License-Identifier: Apache-2.0
SELECT auction, num, window_start FROM (
    SELECT auction, time_bucket(INTERVAL 2 SECOND, dateTime) - k * INTERVAL 2 SECOND AS window_start, count(*) AS num
    FROM bid, range(5) AS ks(k) GROUP BY ALL)
QUALIFY rank() OVER (PARTITION BY window_start ORDER BY num DESC) = 1
