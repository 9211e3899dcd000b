// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/runtime/message.h"

#include <map>
#include <mutex>
#include <string>
#include <utility>

#include <arrow/type.h>

namespace sluice::test {

/// What must hold on every edge of a running pipeline: one schema, a watermark that only grows,
/// epochs one after the other, no row behind the final epoch. For RunEnvironment::watchEdge; any
/// thread.
class EdgeChecks
{
public:
    void see(const std::string& from, const std::string& to, const runtime::Message& message);
    /// A new run begins: schemas must be the same again, watermarks and epochs begin anew.
    void beginRun();
    /// Returns the first thing that did not hold, "" if all did.
    std::string trouble() const;

private:
    struct Edge
    {
        std::shared_ptr<arrow::Schema> schema;
        EventTime watermark = EventTime::min();
        flow::Epoch epoch = 0;
        bool isOver = false;
        bool isIdle = false;
    };

    mutable std::mutex m_mutex;
    std::map<std::pair<std::string, std::string>, Edge> m_edges;
    std::string m_trouble;
};

} // namespace sluice::test
