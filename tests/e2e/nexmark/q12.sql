-- SPDX-License-Identifier: Apache-2.0
-- When a bid comes decides its window, so only what the windows of a bidder add up to is the same each time.
SELECT bidder, count(*) AS bid_count FROM bid GROUP BY bidder
