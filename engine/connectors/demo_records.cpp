// SPDX-License-Identifier: Apache-2.0
#include "engine/connectors/demo_records.h"

#include "engine/columns/types.h"

#include <array>
#include <charconv>

namespace sluice::connectors {
namespace {

// SplitMix64 (Steele, Lea, Flood 2014): a good hash of a counter.
std::uint64_t mix(std::uint64_t x)
{
    x += 0x9E3779B97F4A7C15ull;
    x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9ull;
    x = (x ^ (x >> 27)) * 0x94D049BB133111EBull;
    return x ^ (x >> 31);
}

void put(std::string& out, std::uint64_t number)
{
    std::array<char, 24> text{};
    const auto end = std::to_chars(text.data(), text.data() + text.size(), number).ptr;
    out.append(text.data(), end);
}

void putPadded(std::string& out, std::uint64_t number, std::size_t width)
{
    std::array<char, 24> text{};
    const auto end = std::to_chars(text.data(), text.data() + text.size(), number).ptr;
    const auto size = std::size_t(end - text.data());
    out.append(size < width ? width - size : 0, '0');
    out.append(text.data(), size);
}

void putCents(std::string& out, std::uint64_t cents)
{
    put(out, cents / 100);
    out += '.';
    putPadded(out, cents % 100, 2);
}

constexpr std::array<std::string_view, 16> kCountries{"DE", "DE", "DE", "FR", "FR", "US",
                                                      "US", "US", "GB", "NL", "IT", "ES",
                                                      "PL", "SE", "AT", "CH"};
constexpr std::array<std::string_view, 4> kChannels{"web", "app", "store", "partner"};
constexpr std::array<std::string_view, 4> kStatuses{"new", "paid", "packed", "sent"};
constexpr std::array<std::string_view, 4> kMethods{"card", "transfer", "wallet", "invoice"};
constexpr std::array<std::string_view, 6> kPages{"/",       "/search",   "/product",
                                                 "/basket", "/checkout", "/help"};
constexpr std::array<std::string_view, 3> kSegments{"new", "regular", "gold"};

formats::SchemaColumn column(const char* name, const std::string& type, bool isNullable = true,
                             std::vector<formats::PathStep> path = {})
{
    formats::SchemaColumn out;
    out.name = name;
    out.type = parseType(type).value();
    out.path = path.empty() ? std::vector<formats::PathStep>{std::string(name)} : std::move(path);
    out.isNullable = isNullable;
    if (type.starts_with("timestamp"))
        out.numberUnitNs = 1'000'000;
    return out;
}

} // namespace

DemoRecords::DemoRecords(Profile profile, std::uint64_t seed, double faultShare)
    : m_profile(profile)
    , m_seed(mix(seed))
    , m_faultLimit(std::uint64_t(faultShare * 1e6))
{
}

const std::vector<std::string>& DemoRecords::profileNames()
{
    static const std::vector<std::string> names{"orders", "payments", "clicks", "sensors"};
    return names;
}

DemoRecords::Profile DemoRecords::profileNamed(std::string_view name)
{
    const auto& names = profileNames();
    for (std::size_t i = 0; i < names.size(); ++i)
        if (names[i] == name)
            return Profile(i);
    return Profile::Orders;
}

formats::RecordSchema DemoRecords::schemaOf(Profile profile)
{
    switch (profile) {
    case Profile::Orders:
        return {{column("order_id", "string", false), column("customer", "long"),
                 column("country", "string"), column("channel", "string"),
                 column("product", "integer"), column("quantity", "integer"),
                 column("amount", "decimal(12,2)"), column("status", "string"),
                 column("ts", "timestamp(ms)", false)}};
    case Profile::Payments:
        return {{column("payment_id", "string", false), column("order_id", "string"),
                 column("method", "string"), column("amount", "decimal(12,2)"),
                 column("is_accepted", "boolean"), column("ts", "timestamp(ms)", false)}};
    case Profile::Clicks:
        return {{column("session", "string", false),
                 column("user_id", "long", true, {std::string("user"), std::string("id")}),
                 column("segment", "string", true, {std::string("user"), std::string("segment")}),
                 column("page", "string"), column("duration_ms", "integer"),
                 column("tags", "list<string>"), column("ts", "timestamp(ms)", false)}};
    case Profile::Sensors: break;
    }
    return {{column("sensor", "string", false), column("hall", "integer"),
             column("temperature", "double"), column("vibration", "double"),
             column("pressure", "double"), column("ts", "timestamp(ms)", false)}};
}

DemoRecords::Fault DemoRecords::faultOf(std::uint64_t index) const
{
    const std::uint64_t draw = mix(m_seed ^ (index * 31 + 7));
    if (draw % 1'000'000 >= m_faultLimit)
        return Fault::None;
    return Fault(1 + (draw >> 32) % 6);
}

void DemoRecords::append(std::uint64_t index, std::int64_t eventUs, std::string& out) const
{
    constexpr std::int64_t kLateMs = 600'000;
    constexpr std::uint64_t kTwiceAfter = 40;
    const Fault fault = faultOf(index);
    const std::uint64_t shown
        = fault == Fault::Twice && index >= kTwiceAfter ? index - kTwiceAfter : index;
    const std::int64_t ms = eventUs / 1000 - (fault == Fault::Late ? kLateMs : 0);
    const std::size_t start = out.size();
    switch (m_profile) {
    case Profile::Orders: appendOrder(shown, fault, ms, out); break;
    case Profile::Payments: appendPayment(shown, fault, ms, out); break;
    case Profile::Clicks: appendClick(shown, fault, ms, out); break;
    case Profile::Sensors: appendReading(shown, fault, ms, out); break;
    }
    if (fault == Fault::CutOff)
        out.resize(start + (out.size() - start) * 2 / 3);
}

void DemoRecords::appendOrder(std::uint64_t index, Fault fault, std::int64_t ms,
                              std::string& out) const
{
    const std::uint64_t draw = mix(m_seed + index);
    out += "{\"order_id\":\"o-";
    putPadded(out, index, 12);
    out += "\",\"customer\":";
    if (fault == Fault::NoKey)
        out += "null";
    else
        put(out, draw % 50'000);
    out += ",\"country\":\"";
    out += fault == Fault::Unknown ? "XX" : kCountries[(draw >> 16) % kCountries.size()];
    out += "\",\"channel\":\"";
    out += kChannels[(draw >> 24) % kChannels.size()];
    out += "\",\"product\":";
    put(out, 1000 + (draw >> 28) % 5000);
    out += ",\"quantity\":";
    put(out, 1 + (draw >> 40) % 5);
    out += ",\"amount\":";
    putCents(out,
             fault == Fault::OutOfRange ? 12'050'000 + draw % 1000 : 199 + (draw >> 44) % 49'000);
    out += ",\"currency\":\"EUR\",\"status\":\"";
    out += kStatuses[(draw >> 60) % kStatuses.size()];
    out += "\",\"ts\":";
    put(out, std::uint64_t(ms));
    out += '}';
}

void DemoRecords::appendPayment(std::uint64_t index, Fault fault, std::int64_t ms,
                                std::string& out) const
{
    const std::uint64_t draw = mix(m_seed + index);
    out += "{\"payment_id\":\"p-";
    putPadded(out, index, 12);
    out += "\",\"order_id\":";
    if (fault == Fault::NoKey) {
        out += "null";
    } else {
        out += "\"o-";
        putPadded(out, index, 12);
        out += '"';
    }
    out += ",\"method\":\"";
    out += fault == Fault::Unknown ? "barter" : kMethods[(draw >> 8) % kMethods.size()];
    out += "\",\"amount\":";
    putCents(out, fault == Fault::OutOfRange ? 99'999'999 : 199 + (draw >> 16) % 49'000);
    out += ",\"is_accepted\":";
    out += draw % 40 != 0 ? "true" : "false";
    out += ",\"ts\":";
    put(out, std::uint64_t(ms));
    out += '}';
}

void DemoRecords::appendClick(std::uint64_t index, Fault fault, std::int64_t ms,
                              std::string& out) const
{
    const std::uint64_t draw = mix(m_seed + index);
    out += "{\"session\":\"s-";
    put(out, draw % 9000);
    out += "\",\"user\":{\"id\":";
    if (fault == Fault::NoKey)
        out += "null";
    else
        put(out, draw % 50'000);
    out += ",\"segment\":\"";
    out += fault == Fault::Unknown ? "?" : kSegments[(draw >> 20) % kSegments.size()];
    out += "\"},\"page\":\"";
    out += kPages[(draw >> 24) % kPages.size()];
    out += "\",\"duration_ms\":";
    if (fault == Fault::OutOfRange)
        out += "-1";
    else
        put(out, 20 + (draw >> 32) % 8000);
    out += ",\"tags\":[\"spring\"";
    if ((draw >> 50) % 3 == 0)
        out += ",\"campaign\"";
    out += "],\"ts\":";
    put(out, std::uint64_t(ms));
    out += '}';
}

void DemoRecords::appendReading(std::uint64_t index, Fault fault, std::int64_t ms,
                                std::string& out) const
{
    const std::uint64_t draw = mix(m_seed + index);
    const std::uint64_t sensor = index % 200;
    out += "{\"sensor\":\"m-";
    putPadded(out, sensor, 3);
    out += "\",\"hall\":";
    put(out, 1 + sensor % 4);
    out += ",\"temperature\":";
    if (fault == Fault::NoKey)
        out += "null";
    else
        putCents(out, fault == Fault::OutOfRange ? 99'900 : 5500 + sensor * 7 + draw % 900);
    out += ",\"vibration\":";
    putCents(out, 10 + (draw >> 16) % 300);
    out += ",\"pressure\":";
    putCents(out, 9800 + (draw >> 32) % 500);
    out += ",\"ts\":";
    put(out, std::uint64_t(ms));
    out += '}';
}

} // namespace sluice::connectors
