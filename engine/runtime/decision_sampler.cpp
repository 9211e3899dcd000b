// SPDX-License-Identifier: Apache-2.0
#include "engine/runtime/decision_sampler.h"

#include <algorithm>

#include <arrow/scalar.h>

namespace sluice::runtime {
namespace {

constexpr std::int64_t kEveryNs = 200'000'000;
constexpr std::int64_t kRowsOfBatch = 4;
constexpr int kColumnsShown = 6;
constexpr std::size_t kMostText = 160;

// What rows can go by without a table of their own.
constexpr std::array kSilent{Verdict::Filtered, Verdict::Dropped, Verdict::Duplicate};

std::uint64_t counted(const NodeCounters& counters, Verdict verdict)
{
    return counters.verdicts[std::size_t(verdict)].load(std::memory_order_relaxed);
}

} // namespace

std::string rowText(const Batch& batch, std::int64_t row)
{
    std::string out;
    for (int i = 0; i < std::min(batch.columns->num_columns(), kColumnsShown); ++i) {
        const auto value = batch.columns->column(i)->GetScalar(row);
        out += (out.empty() ? "" : ", ") + batch.columns->schema()->field(i)->name() + "="
            + (value.ok() ? (*value)->ToString() : std::string("?"));
    }
    if (out.size() > kMostText) {
        while (out.size() > kMostText || (out.back() & 0xC0) == 0x80)
            out.pop_back();
        out += "...";
    }
    return out;
}

void DecisionSampler::begin(const Batch& batch, std::int64_t steadyNs, const NodeCounters& counters)
{
    if (steadyNs - m_lastNs < kEveryNs || !batch.raw || batch.rows() == 0)
        return;
    m_lastNs = steadyNs;
    m_raw = batch.raw.get();
    const std::int64_t step = std::max<std::int64_t>(1, batch.rows() / kRowsOfBatch);
    for (std::int64_t row = 0; row < batch.rows() && std::int64_t(m_rows.size()) < kRowsOfBatch;
         row += step)
        m_rows.push_back({std::uint32_t(row), batch.rawRow(row)});
    for (const Verdict verdict : kSilent)
        m_before[std::size_t(verdict)] = counted(counters, verdict);
}

DecisionSampler::Row* DecisionSampler::find(const Batch& batch, std::uint32_t row)
{
    const std::uint32_t record = batch.rawRow(row);
    const auto found = std::ranges::find(m_rows, record, &Row::record);
    return found == m_rows.end() ? nullptr : &*found;
}

void DecisionSampler::handedOn(const Batch& batch)
{
    if (batch.raw.get() != m_raw)
        return;
    for (std::int64_t row = 0; row < batch.rows(); ++row)
        if (Row* followed = find(batch, std::uint32_t(row)))
            followed->isSeen = true;
}

void DecisionSampler::turnedAway(const Batch& batch, std::span<const std::uint32_t> rows)
{
    if (batch.raw.get() != m_raw)
        return;
    for (const std::uint32_t row : rows)
        if (Row* followed = find(batch, row))
            followed->isTurnedAway = true;
}

void DecisionSampler::end(const Batch& batch, std::int64_t wallUs, const NodeCounters& counters)
{
    std::vector<Verdict> silent;
    for (const Verdict verdict : kSilent)
        if (counted(counters, verdict) > m_before[std::size_t(verdict)])
            silent.push_back(verdict);
    for (const Row& row : m_rows) {
        if (row.isTurnedAway)
            continue;
        Decision decision{.timeUs = wallUs,
                          .partition = *batch.raw->partition,
                          .position = batch.raw->positions[row.record],
                          .text = rowText(batch, row.row),
                          .version = m_version};
        if (!row.isSeen && silent.size() == 1)
            decision.verdict = silent.front();
        else if (!row.isSeen && silent.empty())
            decision.isKept = true;
        else if (!row.isSeen)
            continue; // several things happened to this batch: it cannot be told which
        m_ring.add(std::move(decision));
    }
    m_rows.clear();
    m_raw = nullptr;
}

} // namespace sluice::runtime
