-- SPDX-License-Identifier: Apache-2.0
SELECT time_bucket(INTERVAL 1 DAY, dateTime) AS window_start, window_start + INTERVAL 1 DAY AS window_end, auction,
       count(*) AS total_bids,
       count(*) FILTER (WHERE price < 10000) AS rank1_bids,
       count(*) FILTER (WHERE price >= 10000 AND price < 1000000) AS rank2_bids,
       count(*) FILTER (WHERE price >= 1000000) AS rank3_bids,
       min(price) AS min_price,
       max(price) AS max_price,
       avg(price) AS avg_price,
       sum(price)::BIGINT AS sum_price
FROM bid GROUP BY window_start, auction
