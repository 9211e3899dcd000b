// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/api/snapshot.h"
#include "engine/telemetry/series_store.h"
#include "engine/workspace/workspace.h"

#include <map>
#include <string>

namespace sluice::api {

/// Keeps what the console shows beyond the end of the process: the series of pipelines as a whole
/// (second by second, a day back) and how rules did, minute by minute. Also feeds the series over
/// all pipelines. Control thread.
class HistoryKeeper
{
public:
    HistoryKeeper(SeriesStore& series, workspace::Workspace& workspace, bool isReadOnly);

    /// Puts back what an earlier process kept.
    Status restore(std::int64_t nowUs);
    /// Feeds the totals; writes to the workspace every ten seconds.
    Status keep(const EngineSnapshot& snapshot);

private:
    void recordTotals(const EngineSnapshot& snapshot);
    Status writePoints(std::int64_t nowUs);
    Status writeRules(const EngineSnapshot& snapshot);

    SeriesStore& m_series;
    workspace::Workspace& m_workspace;
    const bool m_isReadOnly;
    std::int64_t m_writtenUs = 0, m_trimmedUs = 0, m_minute = -1;
    std::map<std::string, std::pair<std::uint64_t, std::uint64_t>>
        m_rules; // counts at the last write
};

} // namespace sluice::api
