// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/connectors/demo_records.h"
#include "engine/connectors/record_intake.h"

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace sluice::connectors {

struct GeneratorConfig
{
    std::string node;
    DemoRecords::Profile profile = DemoRecords::Profile::Orders;
    std::uint64_t seed = 1;
    double rate = 1000; // records/s of event time, and of the clock unless unpaced
    bool isPaced = true;
    bool isPrepared = false;
    std::int64_t limit = 0; // 0 = without end
    double faultShare = 0;
    std::optional<std::int64_t> startUs; // event time of record 0; unset = when the run begins
    formats::RecordLayout layout;
};

/// Makes the records of a demo profile as JSON and reads them as any source reads its bytes. The
/// position is {"next": index, "start_us": time of record 0}.
///
/// Prepared, all records are made when the source opens, so that a run does not pay for the making;
/// when paced, the first is due at the first poll. A paced record arrived when it was due, however
/// much later there was room for it: latency counts from there (no coordinated omission).
class GeneratorSource final : public flow::Source
{
public:
    static flow::NodeKind kind();

    GeneratorSource(GeneratorConfig config, const flow::ColumnSet& needed, const Clock& clock);

    Status open(const std::optional<std::string>& position) override;
    Result<flow::PollOutcome> poll(const flow::PollBudget& budget,
                                   flow::SourceContext& context) override;
    std::string position() const override;
    flow::RecordReader* recordReader() override { return &m_intake; }

private:
    Status restore(const std::string& position);
    std::int64_t timeOf(std::int64_t index) const;
    std::int64_t dueUs(std::int64_t index) const { return timeOf(index) + m_shiftUs; }
    bool keepsToTheClock() const;
    std::size_t due(std::size_t wanted, std::int64_t nowUs);
    std::shared_ptr<RawRecords> make(std::int64_t first, std::size_t rows, std::size_t bytes) const;
    std::shared_ptr<RawRecords> takePrepared(std::size_t rows) const;

    const GeneratorConfig m_config;
    const DemoRecords m_records;
    RecordIntake m_intake;
    std::shared_ptr<const std::string> m_source, m_partition;
    const Clock& m_clock;
    std::int64_t m_next = 0;
    std::int64_t m_startUs = -1;
    bool m_isUnderWay = false;
    std::int64_t m_shiftUs = 0; // prepared: a record is due so long after its event time
    std::int64_t m_firstPrepared = 0;
    std::vector<std::shared_ptr<RawRecords>> m_prepared; // of kPreparedRows each, but the last
};

} // namespace sluice::connectors
