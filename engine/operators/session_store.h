// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/operators/window_store.h"

#include <map>

namespace sluice::operators {

/// Sessions: for each key the runs of rows that follow one another by less than the gap. A session
/// is [time of its first row, time of its last row + gap); rows and sessions that overlap become
/// one. It is complete when the watermark reaches its end - 1 ms. A row that no open session takes
/// opens one of its own, unless that would be late.
///
/// A session costs 40 bytes, its timer 4 to 8, a key 5, beside key and cell. Timers lie in buckets
/// of a quarter of the gap; a session that grew since its timer was set is put off when that comes.
/// One thread.
class SessionStore final : public WindowStore
{
public:
    SessionStore(const WindowSpec& spec, const WindowTiming& timing, state::KeyIndex& index,
                 AggregateCells& pool);

    void take(const std::int64_t* times, const Numbers& keys, EventTime watermark,
              TakenRows& out) override;
    void settle() override;
    Status advance(EventTime watermark, const Emit& emit) override;
    void save(ByteWriter& out, flow::SaveKind kind) override;
    Status load(ByteReader& in, flow::SaveKind kind) override;
    std::optional<std::int64_t> nextDue() const override;
    std::size_t entries() const override { return m_open; }
    std::size_t bytes() const override;

private:
    static constexpr std::uint32_t kNone = UINT32_MAX;
    struct Session
    {
        std::int64_t start = 0, last = 0; // event times of the first and the last row
        std::uint32_t key = 0, cell = 0;
        std::uint32_t next = kNone; // another one of the key
        std::int32_t revision = 0;  // next one
        std::uint16_t timers = 0;
        bool isGone = false;    // merged or closed; used again when its timers are through
        bool isEmitted = false; // as it stood when it was complete
        bool isChanged = false; // since it was last emitted, and in m_changed
    };

    std::int64_t endOf(const Session& session) const { return session.last + m_spec.gap; }
    std::int64_t closesAt(const Session& session) const
    {
        return completeAt(endOf(session)) + m_timing.allowedLateness;
    }
    std::uint32_t sessionFor(std::uint32_t key, std::int64_t time, std::int64_t watermark);
    std::uint32_t open(std::uint32_t key, std::int64_t time);
    void absorb(std::uint32_t into, std::uint32_t from);
    void unlink(std::uint32_t session);
    void close(std::uint32_t session);
    void touch(std::uint32_t session, std::int64_t watermark);
    void markUnsaved(std::uint32_t key);
    void setTimer(std::uint32_t session, std::int64_t time);
    void fire(std::uint32_t session, std::int64_t watermark);
    void emitChanged(std::int64_t watermark, bool isEarlyDue);
    void report(Session& session);
    void saveKey(std::uint32_t key, ByteWriter& out, std::vector<std::uint32_t>& cells) const;
    void loadKey(std::uint32_t key, ByteReader& in, std::vector<std::uint32_t>& cells);

    const WindowSpec m_spec;
    const WindowTiming m_timing;
    const std::int64_t m_bucketLength;
    state::KeyIndex& m_index;
    AggregateCells& m_pool;

    std::vector<Session> m_sessions;
    std::vector<std::uint32_t> m_free;
    std::vector<std::uint32_t> m_heads; // by key: its sessions, the latest opened first
    std::map<std::int64_t, std::vector<std::uint32_t>> m_timers; // by bucket
    std::size_t m_open = 0;
    std::int64_t m_watermark = INT64_MIN;

    std::vector<std::uint32_t> m_changed; // to be emitted before they are complete or after
    std::vector<std::uint32_t> m_mergeFrom, m_mergeInto; // cells, until the rows are in them
    std::vector<std::uint32_t> m_unsaved;                // keys, each held
    std::vector<std::uint8_t> m_isUnsaved;               // by key
    std::vector<std::uint32_t> m_releasable;             // cells of closed sessions, until emitted
    WindowRows m_rows;
};

} // namespace sluice::operators
