// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tests/engine/operators/operator_harness.h"

#include <algorithm>
#include <random>
#include <string>
#include <vector>

namespace sluice::test {

/// A row of an input of a join under test: key k (negative: null), a number of its own, and the
/// event time t in seconds.
struct JoinRow
{
    std::int64_t k = 0, id = 0, t = 0;

    /// As a record; the columns are k, name and t.
    std::string json(const std::string& name) const
    {
        return "{\"k\":" + (k < 0 ? "null" : std::to_string(k)) + ",\"" + name
            + "\":" + std::to_string(id) + ",\"t\":" + std::to_string(t) + "}";
    }
};

/// What happens to a join, in order: rows of either input, watermarks in between.
struct JoinScript
{
    struct Step
    {
        int input = -1; // -1: a watermark
        JoinRow row;
        double watermark = 0;
    };
    std::vector<Step> steps;

    /// Rows in about the order of time, up to `disorder` seconds late, the watermark that far
    /// behind; two rows a second on each side.
    static JoinScript random(int seconds, int keys, int disorder, unsigned seed)
    {
        std::mt19937 random(seed);
        JoinScript script;
        std::int64_t id = 0;
        for (int now = disorder; now < seconds + disorder; ++now) {
            for (int i = 0; i < 4; ++i) {
                const auto t = now - std::int64_t(random() % unsigned(disorder));
                const auto k = std::int64_t(random() % unsigned(keys + 1)) - 1;
                script.steps.push_back({int(random() % 2), {k, id++, t}, 0});
            }
            if (now % 3 == 0)
                script.steps.push_back({-1, {}, now - disorder + 0.5});
        }
        return script;
    }
    std::vector<JoinRow> rows(int input) const
    {
        std::vector<JoinRow> out;
        for (const Step& step : steps)
            if (step.input == input)
                out.push_back(step.row);
        return out;
    }

    /// Plays it in batches of at most batchSize rows, with restarts on the way; returns all rows
    /// that came, sorted. The columns of input i are k, names[i] and t.
    std::vector<std::string> play(OperatorHarness& h, const std::vector<std::string>& names,
                                  std::size_t batchSize) const
    {
        std::size_t at = 0, restarts = 0;
        while (at < steps.size()) {
            const Step& step = steps[at];
            if (step.input < 0) {
                if (!h.watermark(step.watermark))
                    return {"watermark failed"};
                ++at;
            } else {
                std::vector<std::string> records;
                for (; at < steps.size() && steps[at].input == step.input
                     && records.size() < batchSize;
                     ++at)
                    records.push_back(steps[at].row.json(names[std::size_t(step.input)]));
                if (!h.feed(records, std::size_t(step.input)))
                    return {"a batch failed"};
            }
            if (at >= steps.size() * (restarts + 1) / 4) {
                const auto kind
                    = restarts % 2 == 0 ? flow::SaveKind::Whole : flow::SaveKind::Changes;
                if (!h.saveAndRestart(kind))
                    return {"not restored"};
                ++restarts;
            }
        }
        if (!h.watermark(9e12))
            return {"the last watermark failed"};
        std::vector<std::string> out = h.context.rows;
        std::sort(out.begin(), out.end());
        return out;
    }
};

/// Whether rows in = rows out + verdicts + merged + held - created.
inline bool isConserved(OperatorHarness& h, std::uint64_t in)
{
    const NodeCounters& c = h.context.counters();
    std::uint64_t left = c.rowsOut + c.merged + std::uint64_t(c.heldRows);
    for (const auto& verdict : c.verdicts)
        left += verdict;
    return in + c.created == left;
}

} // namespace sluice::test
