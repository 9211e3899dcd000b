-- SPDX-License-Identifier: Apache-2.0
SELECT auction, bidder, price, dateTime, extra FROM bid
