// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/operators/aggregates.h"
#include "engine/state/key_table.h"

#include <cstdint>
#include <memory>
#include <vector>

namespace sluice::operators {

/// The groups of one window and their accumulators; knows which groups changed since they were last
/// emitted and since they were last saved. One thread.
class WindowState
{
public:
    explicit WindowState(const std::vector<BoundAggregate>& aggregates);

    /// Returns the group of a key and marks it as changed.
    std::uint32_t group(std::string_view key, std::uint64_t hash);
    /// Must follow the calls of group() for a batch, before accumulators are added to.
    void makeRoom();
    Aggregate& aggregate(std::size_t index) { return *m_aggregates[index]; }
    const Aggregate& aggregate(std::size_t index) const { return *m_aggregates[index]; }

    const state::KeyTable& keys() const { return m_keys; }
    std::size_t bytes() const;

    /// Groups that changed since they were last taken for emission.
    std::vector<std::uint32_t> takeUnemitted();
    bool hasUnemitted() const { return !m_unemitted.empty(); }
    std::int32_t revision = 0; // of the next emission; 0 = the window has not fired

    /// Writes all groups, or those that changed since the last save. The caller writes the window.
    void save(ByteWriter& out, bool isWhole);
    bool hasChanges() const { return !m_unsaved.empty() || m_savedRevision != revision; }
    void load(ByteReader& in);

private:
    enum Flag : std::uint8_t { Unemitted = 1, Unsaved = 2 };
    void mark(std::uint32_t group);

    state::KeyTable m_keys;
    std::vector<std::unique_ptr<Aggregate>> m_aggregates;
    std::vector<std::uint8_t> m_flags; // by group
    std::vector<std::uint32_t> m_unemitted, m_unsaved;
    std::int32_t m_savedRevision = 0;
};

} // namespace sluice::operators
