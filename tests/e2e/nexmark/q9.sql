-- SPDX-License-Identifier: Apache-2.0
SELECT auction.*, bidder AS bid_bidder, price AS bid_price, bid.dateTime AS bid_dateTime, bid.extra AS bid_extra
FROM auction JOIN bid ON auction.id = bid.auction AND bid.dateTime BETWEEN auction.dateTime AND expires
QUALIFY row_number() OVER (PARTITION BY auction.id ORDER BY price DESC, bid.dateTime) = 1
