-- SPDX-License-Identifier: Apache-2.0
SELECT auction, bidder,
       CASE WHEN hour(dateTime) >= 8 AND hour(dateTime) <= 18 THEN 'dayTime'
            WHEN hour(dateTime) <= 6 OR hour(dateTime) >= 20 THEN 'nightTime' ELSE 'otherTime' END AS bidTimeType,
       dateTime, extra, len(list_filter(string_split(extra, ''), lambda c: c = 'c')) AS c_counts,
       price * 0.908 AS price
FROM bid WHERE price * 0.908 > 1000000 AND price * 0.908 < 50000000
