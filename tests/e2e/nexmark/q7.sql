-- SPDX-License-Identifier: Apache-2.0
SELECT auction, price, bidder, dateTime, extra
FROM bid JOIN (SELECT time_bucket(INTERVAL 10 SECOND, dateTime) AS w, max(price) AS highest FROM bid GROUP BY w)
ON time_bucket(INTERVAL 10 SECOND, dateTime) = w AND price = highest
