// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace sluice::connectors {

enum class NexmarkKind : std::uint8_t { Person, Auction, Bid };
enum class NexmarkStream : std::uint8_t { Person, Auction, Bid, All };

struct NexmarkParameters
{
    std::uint64_t seed = 1;
    std::int64_t rate = 10'000;               // events a second of event time, of all kinds
    std::int64_t startMs = 1'767'225'600'000; // event time of event 0: 2026-01-01
    std::int64_t outOfOrderGroup = 1;         // events are shuffled within groups of so many
};

struct NexmarkPerson
{
    std::int64_t id = 0, timeMs = 0;
    std::string name, emailAddress, creditCard, extra;
    std::string_view city, state;
};

struct NexmarkAuction
{
    std::int64_t id = 0, initialBid = 0, reserve = 0, timeMs = 0, expiresMs = 0, seller = 0,
                 category = 0;
    std::string itemName, description, extra;
};

struct NexmarkBid
{
    std::int64_t auction = 0, bidder = 0, price = 0, timeMs = 0; // price in cents
    std::string_view channel, url;                               // live as long as the events
    std::string extra;
};

/// The events of the Nexmark benchmark: persons, auctions and bids of an auction site, 1 : 3 : 46
/// of 50. Event n depends on the parameters and n alone, so that any can be made by itself, a run
/// can be repeated, and each of the three streams can be made without the others.
///
/// After the generator of the benchmark (nexmark-flink, NexmarkConfiguration and the *Generator
/// classes) with its default proportions and skew: half of the bids are for the hot auction, three
/// quarters come from hot bidders. Two things differ: random numbers come from the seed and n, and
/// a bidder is one of the persons (the original adds the first person's id twice, so that its
/// bidders are ids that no person has).
///
/// Immutable after construction (1 MB of urls); any thread.
class NexmarkEvents
{
public:
    explicit NexmarkEvents(const NexmarkParameters& parameters);

    /// What event n is; the stream of that name has it.
    NexmarkKind kind(std::int64_t n) const;
    bool isIn(NexmarkStream stream, std::int64_t n) const
    {
        return stream == NexmarkStream::All || std::uint8_t(stream) == std::uint8_t(kind(n));
    }
    std::int64_t timeMs(std::int64_t n) const { return timeOfId(idOf(n)); }

    // Event n, which must be of the kind. Strings of out are reused.
    void person(std::int64_t n, NexmarkPerson& out) const;
    void auction(std::int64_t n, NexmarkAuction& out) const;
    void bid(std::int64_t n, NexmarkBid& out) const;

private:
    class Random;

    std::int64_t idOf(std::int64_t n) const;
    std::int64_t timeOfId(std::int64_t id) const;
    Random randomOf(std::int64_t id) const;
    static std::int64_t lastPerson(std::int64_t id);
    static std::int64_t lastAuction(std::int64_t id);
    static std::int64_t nextPerson(std::int64_t id, Random& random);
    static std::int64_t nextAuction(std::int64_t id, Random& random);

    const NexmarkParameters m_parameters;
    struct Channel
    {
        std::string name, url;
    };
    std::vector<Channel> m_channels; // the four hot ones, then channel-0 ...
};

} // namespace sluice::connectors
