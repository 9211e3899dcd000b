-- SPDX-License-Identifier: Apache-2.0
SELECT category, avg(final) AS average
FROM (
    SELECT auction.id, category, max(price) AS final
    FROM auction JOIN bid ON auction.id = bid.auction AND bid.dateTime BETWEEN auction.dateTime AND expires
    GROUP BY ALL
)
GROUP BY category
