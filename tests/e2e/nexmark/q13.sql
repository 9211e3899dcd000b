-- SPDX-License-Identifier: Apache-2.0
SELECT auction, bidder, price, dateTime, side.value FROM bid JOIN side ON bid.auction % 10000 = side.key
