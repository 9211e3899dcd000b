// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/base/result.h"

#include <cstdint>
#include <map>
#include <random>
#include <string>
#include <vector>

namespace sluice::test {

/// What the tables of a killed pipeline have too little and too much of.
struct KillVerdict
{
    std::int64_t lost = 0;
    std::int64_t duplicated = 0;
    std::string details; // a line a table that is wrong
};

/// A pipeline of the real binary that is killed again and again: at random moments and at each
/// named fail point. Records are added to its input before each run; what its tables must hold is
/// computed here, from what was produced.
///
///   bronze.p   every record that is JSON, once
///   silver.p   every id once
///   gold.p     the counts and sums of each window and key
///   out/       the same rows as silver, in files
///   dead_letter.p  the records that are no JSON, once
class KillRig
{
public:
    KillRig(std::string folder, std::uint64_t seed);

    /// One run: adds records, starts the binary, kills it at a random moment or lets it die or fail
    /// at a fail point. Returns how it ended, for a log; an Error if it ended otherwise.
    Result<std::string> cycle();
    /// The same at one fail point, "manifest.sync=kill@2". NotFound if the point was not
    /// reached in time.
    Status cycleAt(const std::string& failPoint, int waitMs);
    /// Lets it run to the end of its input and compares all tables with what was produced.
    Result<KillVerdict> finish();

    std::int64_t produced() const { return m_produced; }

private:
    struct Window
    {
        std::int64_t count = 0, sum = 0;
        bool operator==(const Window&) const = default;
    };

    void writeDocument(const char* rate) const;
    void produce(int records);
    Result<std::string> answer(const std::string& sql) const;
    Status count(KillVerdict& verdict, const std::string& table, const std::string& key,
                 std::int64_t wanted) const;
    Status compareGold(KillVerdict& verdict) const;
    void compareFiles(KillVerdict& verdict) const;

    std::string m_folder, m_workspace, m_document;
    std::mt19937_64 m_random;
    std::vector<bool> m_seen; // by id
    std::int64_t m_produced = 0, m_unique = 0, m_broken = 0;
    std::map<std::pair<std::int64_t, std::int64_t>, Window> m_gold; // window start, key
};

} // namespace sluice::test
