// SPDX-License-Identifier: Apache-2.0
#include "engine/operators/session_store.h"

#include <algorithm>

namespace sluice::operators {
namespace {

std::int64_t floorDivided(std::int64_t value, std::int64_t by)
{
    return value / by - (value % by < 0 ? 1 : 0);
}

} // namespace

SessionStore::SessionStore(const WindowSpec& spec, const WindowTiming& timing,
                           state::KeyIndex& index, AggregateCells& pool)
    : m_spec(spec)
    , m_timing(timing)
    , m_bucketLength(std::max(kMillisecondUs, spec.gap / 4))
    , m_index(index)
    , m_pool(pool)
{
}

void SessionStore::setTimer(std::uint32_t session, std::int64_t time)
{
    m_timers[floorDivided(time, m_bucketLength)].push_back(session);
    ++m_sessions[session].timers;
}

void SessionStore::markUnsaved(std::uint32_t key)
{
    if (m_isUnsaved[key])
        return;
    m_isUnsaved[key] = 1;
    m_unsaved.push_back(key);
    m_index.retain(key); // its bytes are needed to say that it has no session any more
}

std::uint32_t SessionStore::open(std::uint32_t key, std::int64_t time)
{
    std::uint32_t number = 0;
    if (m_free.empty()) {
        number = std::uint32_t(m_sessions.size());
        m_sessions.emplace_back();
    } else {
        number = m_free.back();
        m_free.pop_back();
    }
    Session& session = m_sessions[number];
    session = {.start = time, .last = time, .key = key, .cell = m_pool.allocate()};
    session.next = m_heads[key];
    m_heads[key] = number;
    m_index.retain(key);
    setTimer(number, completeAt(endOf(session)));
    ++m_open;
    return number;
}

void SessionStore::unlink(std::uint32_t number)
{
    Session& session = m_sessions[number];
    std::uint32_t* link = &m_heads[session.key];
    while (*link != number)
        link = &m_sessions[*link].next;
    *link = session.next;
    session.isGone = true;
    m_index.release(session.key);
    --m_open;
}

void SessionStore::close(std::uint32_t number)
{
    markUnsaved(m_sessions[number].key);
    m_releasable.push_back(m_sessions[number].cell);
    unlink(number);
}

void SessionStore::absorb(std::uint32_t intoNumber, std::uint32_t fromNumber)
{
    Session& into = m_sessions[intoNumber];
    Session& from = m_sessions[fromNumber];
    into.start = std::min(into.start, from.start);
    into.last = std::max(into.last, from.last);
    into.revision = std::max(into.revision, from.revision);
    m_mergeFrom.push_back(from.cell);
    m_mergeInto.push_back(into.cell);
    unlink(fromNumber);
}

// Notes that a row has come to a session.
void SessionStore::touch(std::uint32_t number, std::int64_t watermark)
{
    Session& session = m_sessions[number];
    markUnsaved(session.key);
    if (session.isEmitted && completeAt(endOf(session)) > watermark) {
        session.isEmitted = false; // it has grown beyond the watermark, and will be complete again
        setTimer(number, completeAt(endOf(session)));
    }
    if (!session.isChanged && (session.isEmitted || m_timing.early > 0)) {
        session.isChanged = true;
        m_changed.push_back(number);
    }
}

std::uint32_t SessionStore::sessionFor(std::uint32_t key, std::int64_t time, std::int64_t watermark)
{
    std::uint32_t found = kNone;
    for (std::uint32_t at = m_heads[key]; at != kNone;) {
        const std::uint32_t next = m_sessions[at].next;
        if (time < endOf(m_sessions[at]) && m_sessions[at].start < time + m_spec.gap) {
            if (found == kNone)
                found = at;
            else
                absorb(found, at);
        }
        at = next;
    }
    if (found == kNone) {
        if (watermark >= completeAt(time + m_spec.gap) + m_timing.allowedLateness)
            return kNone;
        found = open(key, time);
    }
    Session& session = m_sessions[found];
    session.start = std::min(session.start, time);
    session.last = std::max(session.last, time);
    touch(found, watermark);
    return found;
}

void SessionStore::take(const std::int64_t* times, const Numbers& keys, EventTime watermark,
                        TakenRows& out)
{
    const std::int64_t now = std::max(watermark.us, m_watermark);
    const std::size_t rows = keys.size();
    m_heads.resize(std::max<std::size_t>(m_heads.size(), m_index.size()), kNone);
    m_isUnsaved.resize(m_heads.size(), 0);
    out.begin(rows);
    for (std::size_t row = 0; row < rows; ++row) {
        const std::uint32_t key = keys[row];
        const std::int64_t time = times[row];
        const std::uint32_t head = m_heads[key];
        if (head != kNone) {
            Session& session = m_sessions[head];
            // The usual row: the key's only session takes it, and it changed before in this epoch.
            if (session.next == kNone && time >= session.start && time < endOf(session)
                && m_isUnsaved[key] && !session.isEmitted
                && (session.isChanged || m_timing.early == 0)) {
                session.last = std::max(session.last, time);
                *out.take(row, row + 1) = session.cell;
                continue;
            }
        }
        const std::uint32_t number = sessionFor(key, time, now);
        if (number == kNone)
            out.reject(row, row + 1);
        else
            *out.take(row, row + 1) = m_sessions[number].cell;
    }
}

void SessionStore::settle()
{
    if (m_mergeFrom.empty())
        return;
    m_pool.merge(m_mergeFrom, m_mergeInto);
    m_pool.release(m_mergeFrom);
    m_mergeFrom.clear();
    m_mergeInto.clear();
}

void SessionStore::report(Session& session)
{
    m_rows.add(session.start, endOf(session), session.key, session.cell, session.revision++);
    session.isChanged = false;
    markUnsaved(session.key); // that it was emitted must survive a restart
}

// A timer has come: completes the session, closes it, or puts the timer off.
void SessionStore::fire(std::uint32_t number, std::int64_t watermark)
{
    Session& session = m_sessions[number];
    --session.timers;
    if (session.isGone) {
        if (session.timers == 0)
            m_free.push_back(number);
        return;
    }
    if (!session.isEmitted) {
        if (completeAt(endOf(session)) > watermark)
            return setTimer(number, completeAt(endOf(session)));
        report(session);
        session.isEmitted = true;
    }
    if (closesAt(session) > watermark)
        return setTimer(number, closesAt(session));
    close(number);
    if (session.timers == 0)
        m_free.push_back(number);
}

void SessionStore::emitChanged(std::int64_t watermark, bool isEarlyDue)
{
    std::vector<std::uint32_t> left;
    for (const std::uint32_t number : std::exchange(m_changed, {})) {
        Session& session = m_sessions[number];
        if (session.isGone || !session.isChanged)
            continue;
        if (session.isEmitted || (isEarlyDue && completeAt(endOf(session)) > watermark))
            report(session);
        else
            left.push_back(number);
    }
    m_changed = std::move(left);
}

Status SessionStore::advance(EventTime watermark, const Emit& emit)
{
    if (watermark.us <= m_watermark)
        return ok();
    const std::int64_t before = m_watermark;
    m_watermark = watermark.us;
    const bool isEarlyDue = m_timing.early > 0
        && (before == INT64_MIN
            || floorDivided(before, m_timing.early) != floorDivided(watermark.us, m_timing.early));
    m_rows.clear();
    emitChanged(watermark.us, isEarlyDue);
    std::int64_t lastEnd = INT64_MIN;
    while (!m_timers.empty()
           && m_timers.begin()->first <= floorDivided(watermark.us, m_bucketLength)) {
        const auto bucket = m_timers.extract(m_timers.begin());
        const bool isPast = bucket.key() < floorDivided(watermark.us, m_bucketLength);
        for (const std::uint32_t number : bucket.mapped())
            fire(number, watermark.us);
        if (!isPast)
            break; // what this bucket put off lies in it again
    }
    for (const std::int64_t end : m_rows.ends)
        lastEnd = std::max(lastEnd, end);
    // The end of time ends what is there; what comes in another run is not late for that.
    if (watermark.us == INT64_MAX)
        m_watermark = lastEnd == INT64_MIN ? before : std::max(before, completeAt(lastEnd));
    Status emitted = m_rows.keys.empty() ? ok() : emit(m_rows);
    m_pool.release(m_releasable);
    m_releasable.clear();
    m_index.collect();
    return emitted;
}

// The state: watermark; number of keys, keys, and for each the number of its sessions and those:
// first and last time, next revision, flags (1 = emitted, 2 = changed since); then their cells. A
// key without sessions has none any more.
void SessionStore::save(ByteWriter& out, flow::SaveKind kind)
{
    std::vector<std::uint32_t> keys;
    if (kind == flow::SaveKind::Changes)
        keys = m_unsaved;
    else
        for (std::uint32_t key = 0; key < m_heads.size(); ++key)
            if (m_heads[key] != kNone)
                keys.push_back(key);
    out.i64(m_watermark);
    out.varint(keys.size());
    m_index.save(keys, out);
    std::vector<std::uint32_t> cells;
    for (const std::uint32_t key : keys)
        saveKey(key, out, cells);
    m_pool.save(cells, out, flow::SaveKind::Whole);
    for (const std::uint32_t key : m_unsaved) {
        m_isUnsaved[key] = 0;
        m_index.release(key);
    }
    m_unsaved.clear();
}

void SessionStore::saveKey(std::uint32_t key, ByteWriter& out,
                           std::vector<std::uint32_t>& cells) const
{
    std::uint64_t count = 0;
    for (std::uint32_t at = m_heads[key]; at != kNone; at = m_sessions[at].next)
        ++count;
    out.varint(count);
    for (std::uint32_t at = m_heads[key]; at != kNone; at = m_sessions[at].next) {
        const Session& session = m_sessions[at];
        out.i64(session.start);
        out.i64(session.last);
        out.varint(std::uint64_t(session.revision));
        out.u8(std::uint8_t((session.isEmitted ? 1 : 0) | (session.isChanged ? 2 : 0)));
        cells.push_back(session.cell);
    }
}

Status SessionStore::load(ByteReader& in, flow::SaveKind kind)
{
    if (kind == flow::SaveKind::Whole)
        for (std::uint32_t number = 0; number < m_sessions.size(); ++number)
            if (!m_sessions[number].isGone && m_sessions[number].timers > 0)
                close(number);
    m_watermark = in.i64();
    const std::uint64_t count = in.varint();
    Numbers keys;
    m_index.load(std::size_t(count), in, keys);
    m_heads.resize(std::max<std::size_t>(m_heads.size(), m_index.size()), kNone);
    m_isUnsaved.resize(m_heads.size(), 0);
    std::vector<std::uint32_t> cells;
    for (const std::uint32_t key : keys)
        loadKey(key, in, cells);
    m_pool.grow();
    m_pool.load(cells, in, flow::SaveKind::Whole);
    m_pool.release(m_releasable);
    m_releasable.clear();
    for (const std::uint32_t key : m_unsaved) {
        m_isUnsaved[key] = 0;
        m_index.release(key);
    }
    m_unsaved.clear();
    return in.status("session state");
}

void SessionStore::loadKey(std::uint32_t key, ByteReader& in, std::vector<std::uint32_t>& cells)
{
    while (m_heads[key] != kNone)
        close(m_heads[key]);
    const std::uint64_t count = in.varint();
    for (std::uint64_t i = 0; i < count && !in.hasFailed(); ++i) {
        const std::int64_t start = in.i64();
        const std::uint32_t number = open(key, start);
        Session& session = m_sessions[number];
        session.last = in.i64();
        session.revision = std::int32_t(in.varint());
        const std::uint8_t flags = in.u8();
        session.isEmitted = (flags & 1) != 0;
        session.isChanged = (flags & 2) != 0;
        if (session.isChanged)
            m_changed.push_back(number);
        cells.push_back(session.cell);
    }
}

std::optional<std::int64_t> SessionStore::nextDue() const
{
    if (m_timers.empty())
        return std::nullopt;
    const std::int64_t due = (m_timers.begin()->first + 1) * m_bucketLength - 1;
    if (m_timing.early == 0 || m_changed.empty() || m_watermark == INT64_MIN)
        return due;
    return std::min(due, (floorDivided(m_watermark, m_timing.early) + 1) * m_timing.early);
}

std::size_t SessionStore::bytes() const
{
    std::size_t timers = 0;
    for (const auto& [bucket, sessions] : m_timers)
        timers += sessions.capacity() * 4 + 64;
    return m_sessions.capacity() * sizeof(Session) + m_heads.capacity() * 5 + m_free.capacity() * 4
        + m_changed.capacity() * 4 + m_unsaved.capacity() * 4 + timers;
}

} // namespace sluice::operators
