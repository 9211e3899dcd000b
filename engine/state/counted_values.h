// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/base/byte_stream.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace sluice::state {

/// How often each of some values is there, in the order of Less, so that the least, the greatest
/// and the one of a rank are known while values come and go. Less also compares a Value with what
/// add() is given. Runs of up to 256 neighbours: finding a value is two binary searches, and a new
/// one moves at most one run. A value costs 16 bytes and itself. A count may be below zero for a
/// while (what is taken out comes before what is added); such a value is not there. One thread.
template <class Value, class Less> class CountedValues
{
public:
    /// by: how many more; less than none takes them out.
    template <class View> void add(const View& value, std::int64_t by)
    {
        const Place at = find(value);
        Run& run = at.run < m_runs.size() ? m_runs[at.run] : m_runs.emplace_back();
        if (at.entry == run.entries.size() || m_less(value, run.entries[at.entry].value))
            insert(at, Value(value), by);
        else
            change(at, by);
    }

    /// Whether there is nothing at all, also no count below zero.
    bool empty() const { return m_runs.empty(); }
    /// Returns how many different values are there.
    std::size_t size() const { return m_present; }
    /// Returns how often values are there, all in all.
    std::int64_t total() const
    {
        std::int64_t out = 0;
        for (const Run& run : m_runs)
            out += run.total;
        return out;
    }
    /// Returns nullptr if no value is there.
    const Value* least() const { return ranked(0); }
    const Value* greatest() const
    {
        for (std::size_t run = m_runs.size(); run-- > 0;)
            if (m_runs[run].total > 0)
                for (std::size_t i = m_runs[run].entries.size(); i-- > 0;)
                    if (m_runs[run].entries[i].count > 0)
                        return &m_runs[run].entries[i].value;
        return nullptr;
    }
    /// Returns the value that has `rank` others before it; nullptr if there are not so many.
    const Value* ranked(std::int64_t rank) const
    {
        for (const Run& run : m_runs) {
            if (rank >= run.total) {
                rank -= run.total;
                continue;
            }
            for (const Entry& entry : run.entries)
                if (entry.count > 0 && (rank -= entry.count) < 0)
                    return &entry.value;
        }
        return nullptr;
    }

    /// Calls f(value, count) for all counts, also those below zero.
    template <class F> void each(F f) const
    {
        for (const Run& run : m_runs)
            for (const Entry& entry : run.entries)
                f(entry.value, std::int64_t(entry.count));
    }

    /// Calls f(value, count) for the values that are there, the least first, until it returns
    /// false.
    template <class F> void eachUntil(F f) const
    {
        for (const Run& run : m_runs)
            for (const Entry& entry : run.entries)
                if (entry.count > 0 && !f(entry.value, std::int64_t(entry.count)))
                    return;
    }

    /// Returns the memory that it holds.
    std::size_t bytes() const
    {
        std::size_t out = m_runs.capacity() * sizeof(Run) + m_gone.capacity() * sizeof(Value);
        for (const Run& run : m_runs) {
            out += run.entries.capacity() * sizeof(Entry);
            if constexpr (requires(const Value& text) { text.capacity(); })
                for (const Entry& entry : run.entries)
                    out += entry.value.capacity(); // a short one has some too: no matter
        }
        return out;
    }

    /// Writes all counts, or those that changed since the last save of either kind: the values that
    /// are gone, then the others with their counts. put(value, out) writes a value.
    template <class Put> void save(ByteWriter& out, bool isWhole, Put put)
    {
        out.varint(isWhole ? 0 : m_gone.size());
        if (!isWhole)
            for (const Value& value : m_gone)
                put(value, out);
        m_gone.clear();
        out.varint(countSaved(isWhole));
        for (Run& run : m_runs) {
            if (!isWhole && !run.isUnsaved)
                continue;
            run.isUnsaved = false;
            for (Entry& entry : run.entries) {
                if (!isWhole && entry.state == Saved)
                    continue;
                put(entry.value, out);
                out.i64(entry.count);
                entry.state = Saved;
            }
        }
    }
    /// Reads what save wrote onto what is there. take(value, in) reads a value.
    template <class Take> void load(ByteReader& in, Take take)
    {
        for (const bool isGone : {true, false})
            for (std::uint64_t left = in.varint(); left > 0 && !in.hasFailed(); --left) {
                Value value{};
                take(value, in);
                const std::int64_t count = isGone ? 0 : in.i64();
                if (const std::int64_t by = count - countOf(value); by != 0 && !in.hasFailed())
                    add(value, by);
            }
        m_gone.clear();
        for (Run& run : m_runs) {
            run.isUnsaved = false;
            for (Entry& entry : run.entries)
                entry.state = Saved;
        }
    }

private:
    static constexpr std::size_t kMostEntries = 256;
    enum State : std::uint8_t { Saved, Changed, New }; // since the last save
    struct Entry
    {
        Value value{};
        std::int64_t count = 0;
        State state = New;
    };
    struct Run
    {
        std::vector<Entry> entries;
        std::int64_t total = 0; // of the counts above zero
        bool isUnsaved = false;
    };
    struct Place
    {
        std::size_t run = 0, entry = 0;
    };

    // The first entry that is not less than a value, in the last run that does not begin behind it.
    template <class View> Place find(const View& value) const
    {
        const auto after = std::partition_point(m_runs.begin(), m_runs.end(), [&](const Run& run) {
            return !m_less(value, run.entries.front().value);
        });
        if (after == m_runs.begin())
            return {};
        const auto& entries = std::prev(after)->entries;
        const auto at
            = std::partition_point(entries.begin(), entries.end(),
                                   [&](const Entry& entry) { return m_less(entry.value, value); });
        return {std::size_t(after - m_runs.begin()) - 1, std::size_t(at - entries.begin())};
    }
    std::int64_t countOf(const Value& value) const
    {
        const Place at = find(value);
        if (at.run >= m_runs.size() || at.entry >= m_runs[at.run].entries.size())
            return 0;
        const Entry& entry = m_runs[at.run].entries[at.entry];
        return m_less(value, entry.value) ? 0 : entry.count;
    }
    void insert(Place at, Value value, std::int64_t by)
    {
        Run& run = m_runs[at.run];
        // What was saved, is gone and comes again is like new: the save names the gone ones first.
        Entry entry{.value = std::move(value), .count = by};
        run.entries.insert(run.entries.begin() + std::ptrdiff_t(at.entry), std::move(entry));
        run.isUnsaved = true;
        recount(run, 0, by);
        if (run.entries.size() > kMostEntries)
            split(at.run);
    }
    void change(Place at, std::int64_t by)
    {
        Run& run = m_runs[at.run];
        Entry& entry = run.entries[at.entry];
        recount(run, entry.count, entry.count + by);
        entry.count += by;
        run.isUnsaved = true;
        if (entry.state == Saved)
            entry.state = Changed;
        if (entry.count != 0)
            return;
        if (entry.state == Changed)
            m_gone.push_back(std::move(entry.value));
        run.entries.erase(run.entries.begin() + std::ptrdiff_t(at.entry));
        if (run.entries.empty())
            m_runs.erase(m_runs.begin() + std::ptrdiff_t(at.run));
    }
    void recount(Run& run, std::int64_t before, std::int64_t after)
    {
        constexpr std::int64_t kNone = 0;
        run.total += std::max(after, kNone) - std::max(before, kNone);
        m_present += std::size_t(after > 0) - std::size_t(before > 0);
    }
    std::size_t countSaved(bool isWhole) const
    {
        std::size_t out = 0;
        for (const Run& run : m_runs)
            if (isWhole || run.isUnsaved)
                out += std::size_t(std::ranges::count_if(run.entries, [&](const Entry& entry) {
                    return isWhole || entry.state != Saved;
                }));
        return out;
    }
    void split(std::size_t at)
    {
        Run half;
        std::vector<Entry>& all = m_runs[at].entries;
        const auto middle = all.begin() + std::ptrdiff_t(all.size() / 2);
        half.entries.assign(std::make_move_iterator(middle), std::make_move_iterator(all.end()));
        all.erase(middle, all.end());
        half.isUnsaved = m_runs[at].isUnsaved;
        for (const Entry& entry : half.entries)
            half.total += std::max<std::int64_t>(entry.count, 0);
        m_runs[at].total -= half.total;
        m_runs.insert(m_runs.begin() + std::ptrdiff_t(at) + 1, std::move(half));
    }

    [[no_unique_address]] Less m_less;
    std::vector<Run> m_runs;
    std::vector<Value> m_gone; // since the last save
    std::size_t m_present = 0;
};

} // namespace sluice::state
