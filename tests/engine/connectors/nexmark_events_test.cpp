// SPDX-License-Identifier: Apache-2.0
#include "engine/connectors/nexmark_events.h"

#include "tests/support/test_main.h"

#include <array>
#include <set>

namespace sluice::connectors {

class NexmarkEventsTest : public QObject
{
    Q_OBJECT

private slots:
    void ofFiftyEventsOneIsAPersonThreeAreAuctionsAndTheRestBids()
    {
        const NexmarkEvents events({});
        std::array<int, 3> counts{};
        std::array<std::int64_t, 2> lastIds{999, 999};
        NexmarkPerson person;
        NexmarkAuction auction;
        constexpr int kRounds = 200;
        for (std::int64_t n = 0; n < 50 * kRounds; ++n) {
            const NexmarkKind kind = events.kind(n);
            ++counts[std::size_t(kind)];
            if (kind == NexmarkKind::Person) {
                events.person(n, person);
                QCOMPARE(person.id, ++lastIds[0]); // the next after the last one
            } else if (kind == NexmarkKind::Auction) {
                events.auction(n, auction);
                QCOMPARE(auction.id, ++lastIds[1]);
                QVERIFY(auction.expiresMs > auction.timeMs);
                QVERIFY(auction.reserve >= auction.initialBid + 100);
                QVERIFY(auction.category >= 10 && auction.category < 15);
            }
        }
        QCOMPARE(counts[0], kRounds);
        QCOMPARE(counts[1], 3 * kRounds);
        QCOMPARE(counts[2], 46 * kRounds);
    }
    void bidsAreForAuctionsThatExistAndHalfForTheHotOne()
    {
        const NexmarkEvents events({.seed = 3});
        NexmarkBid bid;
        int bids = 0, hotAuction = 0, hotBidder = 0, hotChannel = 0;
        std::size_t extra = 0;
        for (std::int64_t n = 50'000; n < 100'000; ++n) {
            if (events.kind(n) != NexmarkKind::Bid)
                continue;
            events.bid(n, bid);
            const std::int64_t round = n / 50; // has person `round` and auctions to 3 * round + 2
            const std::int64_t newest = 1000 + 3 * round + 2;
            QVERIFY(bid.auction >= newest - 102 && bid.auction <= newest + 10);
            QVERIFY(bid.bidder >= 1000 && bid.bidder <= 1000 + round + 10);
            QVERIFY(bid.price >= 100 && bid.price <= 100'000'000);
            ++bids;
            hotAuction += bid.auction % 100 == 0;
            hotBidder += bid.bidder % 100 == 1;
            hotChannel += !bid.channel.starts_with("channel-");
            QVERIFY(bid.extra.size() >= 54 && bid.extra.size() <= 81); // 68 -14 to +13
            extra += bid.extra.size();
        }
        QCOMPARE(bids, 46'000);
        QVERIFY(hotAuction >= bids / 2 && hotAuction < bids * 53 / 100);
        QVERIFY(hotBidder >= bids * 3 / 4 && hotBidder < bids * 78 / 100);
        QVERIFY(hotChannel > bids * 48 / 100 && hotChannel < bids * 52 / 100);
        QVERIFY(extra > std::size_t(bids) * 67 && extra < std::size_t(bids) * 68);
    }
    void timesFollowTheRateAndGroupsShuffleThem()
    {
        const NexmarkEvents ordered({.rate = 8000, .startMs = 1000});
        QCOMPARE(ordered.timeMs(0), std::int64_t(1000));
        QCOMPARE(ordered.timeMs(12'345), std::int64_t(1000 + 1543)); // 1543.125 ms
        const NexmarkEvents shuffled({.rate = 1000, .startMs = 0, .outOfOrderGroup = 10});
        // Event 21 is number 20 + 21 * 953 mod 10 = 23: with 1000 a second, 23 ms.
        QCOMPARE(shuffled.timeMs(21), std::int64_t(23));
        std::set<std::int64_t> times;
        for (std::int64_t n = 20; n < 30; ++n)
            times.insert(shuffled.timeMs(n));
        QCOMPARE(times.size(), std::size_t(10));
        QCOMPARE(*times.begin(), std::int64_t(20));
        QCOMPARE(*times.rbegin(), std::int64_t(29));
    }
    void anEventDependsOnTheSeedAndItsNumberOnly()
    {
        const NexmarkEvents events({.seed = 5}), same({.seed = 5}), other({.seed = 6});
        NexmarkBid bid, again, different;
        for (std::int64_t n = 4; n < 1000; ++n) // made in another order before
            if (same.kind(1003 - n) == NexmarkKind::Bid)
                same.bid(1003 - n, again);
        events.bid(777, bid);
        same.bid(777, again);
        other.bid(777, different);
        QCOMPARE(again.price, bid.price);
        QCOMPARE(again.extra, bid.extra);
        QCOMPARE(std::string(again.url), std::string(bid.url));
        QVERIFY(different.extra != bid.extra);
    }
    void aPersonIsPutTogetherFromTheLists()
    {
        const NexmarkEvents events({});
        NexmarkPerson person;
        std::set<std::string> cities, names;
        for (std::int64_t n = 0; n < 50 * 500; n += 50) {
            events.person(n, person);
            cities.emplace(person.city);
            names.insert(person.name);
            QCOMPARE(person.creditCard.size(), std::size_t(19));
            QVERIFY(person.emailAddress.ends_with(".com"));
        }
        QCOMPARE(cities.size(), std::size_t(10));
        QVERIFY(names.size() > 90 && names.size() <= 99); // eleven first and nine last names
    }
};

} // namespace sluice::connectors

SLUICE_TEST(sluice::connectors::NexmarkEventsTest)
#include "nexmark_events_test.moc"
