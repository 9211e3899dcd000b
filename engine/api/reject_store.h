// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/api/rejects.h"
#include "engine/api/workspace_link.h"
#include "engine/runtime/replay_load.h"

#include <map>
#include <tuple>

namespace sluice::api {

/// The reject tables of one pipeline as they are now. Any thread; each call reads them anew.
class RejectStore
{
public:
    RejectStore(WorkspaceLink& link, RejectFilter filter)
        : m_link(link)
        , m_filter(std::move(filter))
    {
    }

    Result<std::vector<RejectGroup>> groups() const;
    Status writeLines(const std::function<void(const std::string&)>& line) const;

    /// A reject: its verdict, node, source, partition, position, attempt.
    using Identity = std::tuple<std::string, std::string, std::string, std::string, std::int64_t,
                                std::int64_t>;
    static Identity identityOf(const runtime::KeptRecord& record);
    struct Chosen
    {
        std::vector<runtime::KeptRecord> records; // one an identity, in the order of arrival
        std::int64_t withoutRecord = 0;           // rows whose raw record is not known
    };
    /// Returns the chosen rejects as records that can be read again.
    Result<Chosen> records() const;
    /// Returns how many records a replay of this id has read.
    Result<std::int64_t> replayedBy(const std::string& id) const;

private:
    Result<query::SqlResult> run(const std::string& select) const;
    Result<std::string> rejectsSql() const;
    Result<std::string> conditions() const;
    bool has(const std::string& table) const;

    WorkspaceLink& m_link;
    const RejectFilter m_filter;
};

} // namespace sluice::api
