// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/base/result.h"
#include "engine/runtime/plan.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace sluice::runtime {

/// A record that a node had turned away and that is to be tried again.
struct KeptRecord
{
    // which reject it is
    std::string verdict, node;
    std::string source, partition;
    std::int64_t position = 0;
    std::int64_t attempt = 1; // of the reject
    // what is read
    std::string into; // it goes on from this node; "" = from its source
    std::optional<std::int64_t> eventTimeUs;
    std::int64_t ingestTimeUs = 0;
    bool isEdited = false;
    std::string data;
};

/// Records on their way back into a pipeline. How many of them have been read stands in the
/// manifest under the key, so none is read twice.
struct ReplayLoad
{
    std::string id;  // as the user calls the replay
    std::string key; // the id and what is in the load: another load has another key
    std::vector<KeptRecord> records;
};

/// How far a replay is.
struct ReplayProgress
{
    std::string id, key; // "" = there was none in this run
    std::uint64_t done = 0, total = 0;
    std::string trouble; // why it was given up
    bool isOver() const { return done == total || !trouble.empty(); }
};

/// Keeps a load in a pipeline's state folder until it has been read:
///
///   replay-<16 hex of the key>.bin   "SLUICERP" version:u32 = 1, the load, CRC-32C of all before
///   it
///
/// Written durably and whole or not at all. One thread; beside a run only keep() may be called.
class ReplayStore
{
public:
    explicit ReplayStore(std::string folder)
        : m_folder(std::move(folder))
    {
    }
    Status keep(const ReplayLoad& load) const;
    /// Returns a load that waits; nullopt if there is none. A damaged one is DecodeFailed.
    Result<std::optional<ReplayLoad>> waiting() const;
    bool holds(const std::string& key) const;
    void remove(const std::string& key) const;
    /// Removes whatever waits.
    void removeAll() const;

private:
    std::string pathOf(const std::string& key) const;
    std::vector<std::string> paths() const;
    std::string m_folder;
};

/// Checks that the records of a reject can come back to a node of a plan: the source is there, and
/// each node between lets a record pass twice. Returns the node's present name ("" for the source).
Result<std::string> wayBack(const Plan& plan, const std::string& source, const std::string& node);

} // namespace sluice::runtime
