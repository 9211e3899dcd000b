-- SPDX-License-Identifier: Apache-2.0
SELECT id, name, window_start
FROM (SELECT DISTINCT id, name, time_bucket(INTERVAL 10 SECOND, dateTime) AS window_start FROM person) AS p
JOIN (SELECT DISTINCT seller, time_bucket(INTERVAL 10 SECOND, dateTime) AS w FROM auction) AS a
ON id = seller AND window_start = w
