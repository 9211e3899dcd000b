-- SPDX-License-Identifier: Apache-2.0
SELECT auction, bidder, dateTime, extra, price * 0.908 AS price FROM bid
