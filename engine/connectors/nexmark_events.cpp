// SPDX-License-Identifier: Apache-2.0
#include "engine/connectors/nexmark_events.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>

namespace sluice::connectors {
namespace {

constexpr std::int64_t kPersons = 1, kAuctions = 3, kTotal = 50; // of each 50 events; bids: 46
constexpr std::int64_t kFirstId = 1000;                          // of persons and auctions
constexpr std::int64_t kFirstCategory = 10;
constexpr std::uint32_t kCategories = 5;
constexpr std::uint32_t kHotAuctionRatio = 2, kHotSellerRatio = 4, kHotBidderRatio = 4;
constexpr std::int64_t kHotStep = 100; // every so many ids one is hot
constexpr std::int64_t kAuctionsInFlight = 100, kActivePeople = 1000, kIdLead = 10;
constexpr std::uint32_t kChannelCount = 10'000;

constexpr std::array<std::string_view, 11> kFirstNames{"Peter", "Paul",   "Luke",  "John",
                                                       "Saul",  "Vicky",  "Kate",  "Julie",
                                                       "Sarah", "Deiter", "Walter"};
constexpr std::array<std::string_view, 9> kLastNames{"Shultz", "Abrams",  "Spencer",
                                                     "White",  "Bartels", "Walton",
                                                     "Smith",  "Jones",   "Noris"};
constexpr std::array<std::string_view, 10> kCities{"Phoenix", "Los Angeles", "San Francisco",
                                                   "Boise",   "Portland",    "Bend",
                                                   "Redmond", "Seattle",     "Kent",
                                                   "Cheyenne"};
constexpr std::array<std::string_view, 6> kStates{"AZ", "CA", "ID", "OR", "WA", "WY"};
constexpr std::array<std::string_view, 4> kHotChannels{"Google", "Facebook", "Baidu", "Apple"};

// SplitMix64 (Steele, Lea, Flood 2014): a good hash of a counter.
std::uint64_t mix(std::uint64_t x)
{
    x += 0x9E3779B97F4A7C15ull;
    x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9ull;
    x = (x ^ (x >> 27)) * 0x94D049BB133111EBull;
    return x ^ (x >> 31);
}

std::uint32_t reverseBits(std::uint32_t value)
{
    std::uint32_t out = 0;
    for (int bit = 0; bit < 32; ++bit)
        out |= ((value >> bit) & 1u) << (31 - bit);
    return out;
}

} // namespace

/// The random numbers of one event.
class NexmarkEvents::Random
{
public:
    explicit Random(std::uint64_t key)
        : m_state(key)
    {
    }

    std::uint64_t bits() { return mix(m_state += 0x9E3779B97F4A7C15ull); }
    /// Uniform in [0, below), below < 2^32.
    std::uint32_t below(std::uint32_t limit)
    {
        return std::uint32_t(((bits() >> 32) * limit) >> 32);
    }
    /// Log-uniform from 100 to 100 million.
    std::int64_t price()
    {
        const double unit = double(bits() >> 11) * 0x1p-53;
        return std::llround(std::pow(10.0, unit * 6) * 100);
    }
    /// Appends letters; one number serves eight of them.
    void letters(std::size_t count, std::string& out)
    {
        for (std::size_t i = 0; i < count;) {
            std::uint64_t bytes = bits();
            for (int k = 0; k < 8 && i < count; ++k, ++i, bytes >>= 8)
                out += char('a' + (((bytes & 255u) * 26) >> 8));
        }
    }
    /// Appends 3 to most - 1 letters, one in thirteen of them the gap, without gaps at the ends.
    void word(std::uint32_t most, std::string& out, char gap = ' ')
    {
        const std::size_t start = out.size();
        const std::uint32_t length = 3 + below(most - 3);
        for (std::uint32_t i = 0; i < length;) {
            std::uint64_t pairs = bits();
            for (int k = 0; k < 4 && i < length; ++k, ++i, pairs >>= 16) {
                const bool isGap = ((pairs & 255u) * 13) >> 8 == 0;
                out += isGap ? gap : char('a' + ((((pairs >> 8) & 255u) * 26) >> 8));
            }
        }
        if (gap != ' ')
            return;
        out.erase(out.find_last_not_of(' ') == std::string::npos
                      ? start
                      : std::max(start, out.find_last_not_of(' ') + 1));
        const std::size_t first = out.find_first_not_of(' ', start);
        if (first != std::string::npos)
            out.erase(start, first - start);
    }
    /// Replaces out by as many letters as bring a record of that many bytes to about the average.
    void extra(std::size_t bytes, std::size_t average, std::string& out)
    {
        out.clear();
        if (bytes > average)
            return;
        const std::size_t missing = average - bytes;
        const auto spread = std::uint32_t(std::lround(0.2 * double(missing)));
        letters(missing - spread + (spread > 0 ? below(2 * spread) : 0), out);
    }
    template <std::size_t Count>
    std::string_view oneOf(const std::array<std::string_view, Count>& words)
    {
        return words[below(std::uint32_t(Count))];
    }

private:
    std::uint64_t m_state;
};

NexmarkEvents::NexmarkEvents(const NexmarkParameters& parameters)
    : m_parameters(parameters)
{
    m_channels.reserve(kHotChannels.size() + kChannelCount);
    const auto url = [](Random& random) {
        std::string out = "https://www.nexmark.com/";
        for (int part = 0; part < 3; ++part) {
            random.word(5, out, '_');
            out += '/';
        }
        return out + "item.htm?query=1";
    };
    Random hot(mix(parameters.seed) ^ 0xC0FFEEull);
    for (const std::string_view name : kHotChannels)
        m_channels.push_back({std::string(name), url(hot)});
    for (std::uint32_t i = 0; i < kChannelCount; ++i) {
        Random random(mix(parameters.seed ^ 0xC4A77E1ull) + mix(i));
        Channel channel{"channel-" + std::to_string(i), url(random)};
        if (random.below(10) > 0)
            channel.url += "&channel_id="
                + std::to_string(std::abs(std::int64_t(std::int32_t(reverseBits(i)))));
        m_channels.push_back(std::move(channel));
    }
}

// 953 is prime: within each group every number comes once.
std::int64_t NexmarkEvents::idOf(std::int64_t n) const
{
    const std::int64_t group = m_parameters.outOfOrderGroup;
    return group == 1 ? n : n / group * group + n * 953 % group;
}

std::int64_t NexmarkEvents::timeOfId(std::int64_t id) const
{
    return m_parameters.startMs + id * 1'000'000 / m_parameters.rate / 1000;
}

NexmarkEvents::Random NexmarkEvents::randomOf(std::int64_t id) const
{
    return Random(mix(m_parameters.seed) ^ mix(std::uint64_t(id) + 0x5EEDull));
}

NexmarkKind NexmarkEvents::kind(std::int64_t n) const
{
    const std::int64_t rest = idOf(n) % kTotal;
    return rest < kPersons            ? NexmarkKind::Person
        : rest < kPersons + kAuctions ? NexmarkKind::Auction
                                      : NexmarkKind::Bid;
}

std::int64_t NexmarkEvents::lastPerson(std::int64_t id)
{
    return id / kTotal;
}

std::int64_t NexmarkEvents::lastAuction(std::int64_t id)
{
    const std::int64_t round = id / kTotal, rest = id % kTotal;
    if (rest < kPersons)
        return (round - 1) * kAuctions + kAuctions - 1;
    return round * kAuctions + std::min(rest - kPersons, kAuctions - 1);
}

std::int64_t NexmarkEvents::nextPerson(std::int64_t id, Random& random)
{
    const std::int64_t people = lastPerson(id) + 1;
    const std::int64_t active = std::min(people, kActivePeople);
    return people - active + random.below(std::uint32_t(active + kIdLead));
}

std::int64_t NexmarkEvents::nextAuction(std::int64_t id, Random& random)
{
    const std::int64_t last = lastAuction(id);
    const std::int64_t least = std::max<std::int64_t>(last - kAuctionsInFlight, 0);
    return least + random.below(std::uint32_t(last - least + 1 + kIdLead));
}

void NexmarkEvents::person(std::int64_t n, NexmarkPerson& out) const
{
    const std::int64_t id = idOf(n);
    Random random = randomOf(id);
    out.id = lastPerson(id) + kFirstId;
    out.timeMs = timeOfId(id);
    out.name = random.oneOf(kFirstNames);
    out.name += ' ';
    out.name += random.oneOf(kLastNames);
    out.emailAddress.clear();
    random.word(7, out.emailAddress);
    out.emailAddress += '@';
    random.word(5, out.emailAddress);
    out.emailAddress += ".com";
    out.creditCard.clear();
    for (int group = 0; group < 4; ++group) {
        const std::string digits = std::to_string(10'000 + random.below(10'000));
        out.creditCard += group > 0 ? " " : "";
        out.creditCard.append(digits, 1);
    }
    out.city = random.oneOf(kCities);
    out.state = random.oneOf(kStates);
    random.extra(8 + out.name.size() + out.emailAddress.size() + out.creditCard.size()
                     + out.city.size() + out.state.size(),
                 200, out.extra);
}

void NexmarkEvents::auction(std::int64_t n, NexmarkAuction& out) const
{
    const std::int64_t id = idOf(n);
    Random random = randomOf(id);
    out.id = lastAuction(id) + kFirstId;
    out.timeMs = timeOfId(id);
    out.seller = random.below(kHotSellerRatio) > 0 ? lastPerson(id) / kHotStep * kHotStep
                                                   : nextPerson(id, random);
    out.seller += kFirstId;
    out.category = kFirstCategory + random.below(kCategories);
    out.initialBid = random.price();
    // As long as it takes until about so many auctions are open.
    const std::int64_t ahead = kAuctionsInFlight * kTotal / kAuctions;
    const std::int64_t span = 2 * (timeOfId(id + ahead) - out.timeMs);
    out.expiresMs = out.timeMs + 1
        + random.below(std::uint32_t(std::clamp<std::int64_t>(span, 1, 0xFFFF'FFFF)));
    out.itemName.clear();
    random.word(20, out.itemName);
    out.description.clear();
    random.word(100, out.description);
    out.reserve = out.initialBid + random.price();
    random.extra(48 + out.itemName.size() + out.description.size(), 500, out.extra);
}

void NexmarkEvents::bid(std::int64_t n, NexmarkBid& out) const
{
    const std::int64_t id = idOf(n);
    Random random = randomOf(id);
    out.timeMs = timeOfId(id);
    out.auction = random.below(kHotAuctionRatio) > 0 ? lastAuction(id) / kHotStep * kHotStep
                                                     : nextAuction(id, random);
    out.bidder = random.below(kHotBidderRatio) > 0 ? lastPerson(id) / kHotStep * kHotStep + 1
                                                   : nextPerson(id, random);
    out.auction += kFirstId;
    out.bidder += kFirstId;
    out.price = random.price();
    const std::size_t hot = kHotChannels.size();
    const Channel& channel = m_channels[random.below(2) > 0 ? random.below(std::uint32_t(hot))
                                                            : hot + random.below(kChannelCount)];
    out.channel = channel.name;
    out.url = channel.url;
    random.extra(32, 100, out.extra);
}

} // namespace sluice::connectors
