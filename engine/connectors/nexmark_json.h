// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/connectors/nexmark_events.h"
#include "engine/formats/record_schema.h"

#include <string>
#include <vector>

namespace sluice::connectors {

/// Writes the events of a Nexmark stream as JSON records. A record of the stream of all events is
/// {"event_type": 0|1|2, "dateTime": ..., "person"|"auction"|"bid": {...}}, else the object of its
/// kind. Times are numbers of milliseconds. One thread; events outlives it.
class NexmarkJson
{
public:
    NexmarkJson(const NexmarkEvents& events, NexmarkStream stream)
        : m_events(events)
        , m_stream(stream)
    {
    }

    /// Appends event n, which must be in the stream, without a line end.
    void append(std::int64_t n, std::string& out);

    static const std::vector<std::string>& streamNames();
    static NexmarkStream streamNamed(std::string_view name);
    /// The columns of a stream's records; the event time is "dateTime".
    static formats::RecordSchema schemaOf(NexmarkStream stream);

private:
    void appendPerson(std::int64_t n, std::string& out);
    void appendAuction(std::int64_t n, std::string& out);
    void appendBid(std::int64_t n, std::string& out);

    const NexmarkEvents& m_events;
    const NexmarkStream m_stream;
    NexmarkPerson m_person; // their strings are used again
    NexmarkAuction m_auction;
    NexmarkBid m_bid;
};

} // namespace sluice::connectors
