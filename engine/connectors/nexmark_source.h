// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/connectors/nexmark_json.h"
#include "engine/connectors/record_intake.h"

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace sluice::connectors {

struct NexmarkConfig
{
    enum class Form { Json, Columns };

    std::string node;
    NexmarkStream stream = NexmarkStream::Bid;
    NexmarkParameters parameters;
    std::int64_t firstEvent = 0;
    std::int64_t events = 0; // of all kinds, from firstEvent on; 0 = without end
    Form form = Form::Json;
    bool isPrepared = false;
    bool isPaced = false;
    formats::RecordLayout layout;
};

/// Makes one stream of the Nexmark benchmark. As JSON each record is written and then decoded as
/// any source decodes its bytes; as columns, rows come without the bytes. Prepared, all of it is
/// made and kept in memory when the source opens (300 B a bid as JSON), so that a run does not pay
/// for the making. The position is {"next": n, ...}: the number of the next event of all kinds.
///
/// Paced, event n is due (n - first) / rate seconds after the first poll, whether or not there was
/// room for those before: rows that come late have the arrival time at which they were due, so that
/// latency is measured from there (no coordinated omission).
class NexmarkSource final : public flow::Source
{
public:
    static flow::NodeKind kind();

    NexmarkSource(NexmarkConfig config, const flow::ColumnSet& needed);

    Status open(const std::optional<std::string>& position) override;
    Result<flow::PollOutcome> poll(const flow::PollBudget& budget,
                                   flow::SourceContext& context) override;
    std::string position() const override;
    flow::RecordReader* recordReader() override { return &m_intake; }

private:
    // Rows of events [numbers.front(), next).
    struct Chunk
    {
        std::vector<std::int64_t> numbers; // event of each row
        std::int64_t next = 0;
        std::shared_ptr<RawRecords> raw; // JSON
        Batch rows;                      // columns
        EventTime newest = EventTime::min();
    };
    std::int64_t end() const;
    Result<Chunk> make(std::int64_t first, std::int64_t end, const flow::PollBudget& budget);
    Status toColumns(Chunk& chunk);
    Status prepare();
    Chunk takePrepared(std::int64_t end, const flow::PollBudget& budget);
    std::int64_t dueEnd(std::int64_t nowNs);
    std::int64_t dueNs(std::int64_t event) const;
    Status handOn(Chunk chunk, flow::SourceContext& context);

    const NexmarkConfig m_config;
    const NexmarkEvents m_events;
    NexmarkJson m_json;
    RecordIntake m_intake;
    std::shared_ptr<const std::string> m_source, m_partition;
    std::int64_t m_next = 0;
    std::vector<Chunk> m_prepared;
    std::size_t m_chunk = 0, m_row = 0; // of m_prepared, the next to hand on
    std::int64_t m_pacedFrom = 0;       // the event that was due at m_pacedSinceNs
    std::int64_t m_pacedSinceNs = -1;
};

} // namespace sluice::connectors
