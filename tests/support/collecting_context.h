// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/flow/source.h"
#include "engine/formats/json_encoder.h"

#include <string>
#include <utility>
#include <vector>

namespace sluice::test {

/// A context that keeps what a node does, as text: rows as JSON lines, rejects with their reasons.
class CollectingContext final : public flow::SourceContext
{
public:
    struct Reject
    {
        Verdict verdict;
        std::string rule, reason, data;
        bool operator==(const Reject&) const = default;
    };

    explicit CollectingContext(const Clock& clock = systemClock())
        : m_clock(clock)
    {
    }

    void emit(Batch batch) override { emitTo(0, std::move(batch)); }
    void emitTo(std::size_t branch, Batch batch) override
    {
        if (batch.rows() == 0)
            return;
        NodeCounters::add(m_counters.rowsOut, std::uint64_t(batch.rows()));
        for (std::int64_t row = 0; row < batch.rows(); ++row) {
            std::string text;
            formats::encodeJsonRow(*batch.columns, row, text);
            rows.push_back(std::move(text));
        }
        batches.push_back(std::move(batch));
        branches.push_back(branch);
    }
    void reject(const Batch& batch, std::span<const std::uint32_t> which, Verdict verdict,
                const flow::RejectReason& reason) override
    {
        for (const std::uint32_t row : which)
            rejects.push_back(
                {verdict, std::string(reason.rule), std::string(reason.message),
                 batch.raw ? std::string(batch.raw->record(batch.rawRow(row))) : std::string()});
        count(verdict, which.size());
    }
    void rejectRecord(const std::shared_ptr<const RawRecords>& raw, std::uint32_t index,
                      Verdict verdict, const flow::RejectReason& reason) override
    {
        rejects.push_back({verdict, std::string(reason.rule), std::string(reason.message),
                           std::string(raw->record(index))});
        count(verdict, 1);
    }
    void count(Verdict verdict, std::uint64_t rowCount) override
    {
        NodeCounters::add(m_counters.verdicts[std::size_t(verdict)], rowCount);
    }
    NodeCounters& counters() override { return m_counters; }
    const Clock& clock() const override { return m_clock; }
    EventTime watermark() const override { return m_watermark; }
    void advanceWatermark(EventTime to) override { m_watermark = std::max(m_watermark, to); }
    void setIdle(bool to) override { isIdle = to; }

    std::uint64_t counted(Verdict verdict) const
    {
        return m_counters.verdicts[std::size_t(verdict)].load();
    }
    std::string joined() const
    {
        std::string out;
        for (const std::string& row : rows)
            out += row + "\n";
        return out;
    }

    std::vector<std::string> rows;
    std::vector<Batch> batches;
    std::vector<std::size_t> branches; // of each batch
    std::vector<Reject> rejects;
    bool isIdle = false;

private:
    const Clock& m_clock;
    NodeCounters m_counters;
    EventTime m_watermark = EventTime::min();
};

} // namespace sluice::test
