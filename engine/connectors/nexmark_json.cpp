// SPDX-License-Identifier: Apache-2.0
#include "engine/connectors/nexmark_json.h"

#include "engine/columns/types.h"

#include <algorithm>
#include <array>
#include <charconv>

namespace sluice::connectors {
namespace {

// Writes a flat object. None of the texts holds anything that JSON would escape.
class ObjectWriter
{
public:
    explicit ObjectWriter(std::string& out)
        : m_out(out)
    {
    }
    ObjectWriter& number(std::string_view name, std::int64_t value)
    {
        key(name);
        std::array<char, 24> text{};
        const auto end = std::to_chars(text.data(), text.data() + text.size(), value).ptr;
        m_out.append(text.data(), end);
        return *this;
    }
    ObjectWriter& text(std::string_view name, std::string_view value)
    {
        key(name);
        m_out.append(1, '"').append(value).append(1, '"');
        return *this;
    }
    void key(std::string_view name)
    {
        m_out.append(1, m_before).append(1, '"').append(name).append("\":");
        m_before = ',';
    }
    void end() { m_out += '}'; }

private:
    std::string& m_out;
    char m_before = '{'; // stands before the next field
};

} // namespace

void NexmarkJson::append(std::int64_t n, std::string& out)
{
    constexpr std::array<std::string_view, 3> kNames{"person", "auction", "bid"};
    const NexmarkKind kind = m_events.kind(n);
    ObjectWriter all(out);
    if (m_stream == NexmarkStream::All) {
        all.number("event_type", std::int64_t(kind)).number("dateTime", m_events.timeMs(n));
        all.key(kNames[std::size_t(kind)]);
    }
    switch (kind) {
    case NexmarkKind::Person: appendPerson(n, out); break;
    case NexmarkKind::Auction: appendAuction(n, out); break;
    case NexmarkKind::Bid: appendBid(n, out); break;
    }
    if (m_stream == NexmarkStream::All)
        all.end();
}

void NexmarkJson::appendPerson(std::int64_t n, std::string& out)
{
    m_events.person(n, m_person);
    ObjectWriter(out)
        .number("id", m_person.id)
        .text("name", m_person.name)
        .text("emailAddress", m_person.emailAddress)
        .text("creditCard", m_person.creditCard)
        .text("city", m_person.city)
        .text("state", m_person.state)
        .number("dateTime", m_person.timeMs)
        .text("extra", m_person.extra)
        .end();
}

void NexmarkJson::appendAuction(std::int64_t n, std::string& out)
{
    m_events.auction(n, m_auction);
    ObjectWriter(out)
        .number("id", m_auction.id)
        .text("itemName", m_auction.itemName)
        .text("description", m_auction.description)
        .number("initialBid", m_auction.initialBid)
        .number("reserve", m_auction.reserve)
        .number("dateTime", m_auction.timeMs)
        .number("expires", m_auction.expiresMs)
        .number("seller", m_auction.seller)
        .number("category", m_auction.category)
        .text("extra", m_auction.extra)
        .end();
}

void NexmarkJson::appendBid(std::int64_t n, std::string& out)
{
    m_events.bid(n, m_bid);
    ObjectWriter(out)
        .number("auction", m_bid.auction)
        .number("bidder", m_bid.bidder)
        .number("price", m_bid.price)
        .text("channel", m_bid.channel)
        .text("url", m_bid.url)
        .number("dateTime", m_bid.timeMs)
        .text("extra", m_bid.extra)
        .end();
}

const std::vector<std::string>& NexmarkJson::streamNames()
{
    static const std::vector<std::string> names{"person", "auction", "bid", "all"};
    return names;
}

NexmarkStream NexmarkJson::streamNamed(std::string_view name)
{
    return NexmarkStream(std::ranges::find(streamNames(), name) - streamNames().begin());
}

formats::RecordSchema NexmarkJson::schemaOf(NexmarkStream stream)
{
    formats::RecordSchema out;
    const auto add = [&out](const char* name, const char* type, bool isNullable = false) {
        formats::SchemaColumn column;
        column.name = name;
        column.path = {std::string(name)};
        column.isNullable = isNullable;
        if (std::string_view(type) == "time") {
            column.type = timestampType();
            column.numberUnitNs = timestampUnitNs("timestamp(ms)");
        } else {
            column.type = parseType(type).value();
            column.isJson = std::string_view(type) == "json";
        }
        out.columns.push_back(std::move(column));
    };
    switch (stream) {
    case NexmarkStream::Person:
        add("id", "long");
        for (const char* name : {"name", "emailAddress", "creditCard", "city", "state"})
            add(name, "string");
        add("dateTime", "time");
        break;
    case NexmarkStream::Auction:
        add("id", "long");
        add("itemName", "string");
        add("description", "string");
        add("initialBid", "long");
        add("reserve", "long");
        add("dateTime", "time");
        add("expires", "time");
        add("seller", "long");
        add("category", "long");
        break;
    case NexmarkStream::Bid:
        add("auction", "long");
        add("bidder", "long");
        add("price", "long");
        add("channel", "string");
        add("url", "string");
        add("dateTime", "time");
        break;
    case NexmarkStream::All:
        add("event_type", "integer");
        add("dateTime", "time");
        for (const char* name : {"person", "auction", "bid"})
            add(name, "json", true);
        return out;
    }
    add("extra", "string");
    return out;
}

} // namespace sluice::connectors
