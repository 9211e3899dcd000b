// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/connectors/demo_records.h"
#include "engine/connectors/record_intake.h"

#include <memory>
#include <optional>
#include <string>

namespace sluice::connectors {

struct GeneratorConfig
{
    std::string node;
    DemoRecords::Profile profile = DemoRecords::Profile::Orders;
    std::uint64_t seed = 1;
    double rate = 1000; // records/s of event time, and of the clock unless unpaced
    bool isPaced = true;
    std::int64_t limit = 0; // 0 = without end
    double faultShare = 0;
    std::optional<std::int64_t> startUs; // event time of record 0; unset = when the run begins
    formats::RecordLayout layout;
};

/// Makes the records of a demo profile as JSON and reads them as any source reads its bytes. The
/// position is {"next": index, "start_us": time of record 0}.
class GeneratorSource final : public flow::Source
{
public:
    static flow::NodeKind kind();

    GeneratorSource(GeneratorConfig config, const flow::ColumnSet& needed);

    Status open(const std::optional<std::string>& position) override;
    Result<flow::PollOutcome> poll(const flow::PollBudget& budget,
                                   flow::SourceContext& context) override;
    std::string position() const override;

private:
    std::int64_t timeOf(std::int64_t index) const;
    std::size_t due(std::size_t wanted, std::int64_t nowUs);

    const GeneratorConfig m_config;
    const DemoRecords m_records;
    RecordIntake m_intake;
    std::shared_ptr<const std::string> m_source, m_partition;
    std::int64_t m_next = 0;
    std::int64_t m_startUs = -1;
};

} // namespace sluice::connectors
