-- SPDX-License-Identifier: Apache-2.0
SELECT bid.*, itemName AS auction_itemName, description AS auction_description, initialBid AS auction_initialBid,
       reserve AS auction_reserve, auction.dateTime AS auction_dateTime, expires AS auction_expires,
       seller AS auction_seller, category AS auction_category, auction.extra AS auction_extra
FROM bid JOIN auction ON bid.auction = auction.id WHERE category = 10
