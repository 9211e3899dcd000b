// SPDX-License-Identifier: Apache-2.0
#include "engine/operators/slice_store.h"

#include <algorithm>

namespace sluice::operators {
namespace {

std::int64_t floorDivided(std::int64_t value, std::int64_t by)
{
    return value / by - (value % by < 0 ? 1 : 0);
}

} // namespace

SliceStore::SliceStore(const WindowSpec& spec, const WindowTiming& timing, state::KeyIndex& index,
                       AggregateCells& pool, bool combinesAnew)
    : m_spec(spec)
    , m_timing(timing)
    , m_index(index)
    , m_pool(pool)
    , m_sliding(index, pool)
    , m_sliceLength(spec.sliceLength())
    , m_isSliding(spec.hasManySlices() && !combinesAnew)
{
}

bool SliceStore::isLate(std::int64_t slice, std::int64_t watermark) const
{
    return watermark >= completeAt(m_spec.lastEnd(slice)) + m_timing.allowedLateness;
}

// Whether a window over the slice may have been emitted, so that its changes are emitted again.
bool SliceStore::isTracked(std::int64_t slice) const
{
    return m_timing.early > 0
        || (m_timing.allowedLateness > 0 && completeAt(m_spec.firstEnd(slice)) <= m_watermark);
}

SliceCells& SliceStore::slice(std::int64_t start)
{
    const auto [at, isNew] = m_slices.try_emplace(start);
    if (isNew)
        at->second.trackEmission(isTracked(start));
    return at->second;
}

void SliceStore::take(const std::int64_t* times, const Numbers& keys, EventTime watermark,
                      TakenRows& out)
{
    const std::int64_t now = std::max(watermark.us, m_watermark);
    const std::size_t rows = keys.size();
    out.begin(rows);
    for (std::size_t from = 0; from < rows;) {
        const std::int64_t start = m_spec.sliceOf(times[from]);
        const std::int64_t end = start + m_sliceLength;
        std::size_t to = from + 1;
        while (to < rows && times[to] >= start && times[to] < end)
            ++to;
        if (isLate(start, now)) {
            out.reject(from, to);
            from = to;
            continue;
        }
        if (m_sliding.reaches(start))
            m_sliding.spoil();
        slice(start).cellsOf(keys.data() + from, to - from, out.take(from, to), m_index, m_pool);
        from = to;
    }
}

Status SliceStore::eachEnd(std::int64_t after,
                           const std::function<Result<bool>(std::int64_t)>& f) const
{
    for (auto at = m_slices.begin();;) {
        while (at != m_slices.end() && m_spec.lastEnd(at->first) <= after)
            ++at;
        if (at == m_slices.end())
            return ok();
        const std::int64_t first = m_spec.firstEnd(at->first);
        const std::int64_t end = first > after ? first : m_spec.endFrom(after + 1);
        SLUICE_TRY(const bool goesOn, f(end));
        if (!goesOn)
            return ok();
        after = end;
    }
}

bool SliceStore::completesAny(std::int64_t watermark) const
{
    bool doesAny = false;
    const std::int64_t emitted = m_round == INT64_MIN ? m_round : m_round + kMillisecondUs;
    const Status found = eachEnd(emitted, [&](std::int64_t end) -> Result<bool> {
        doesAny = completeAt(end) <= watermark;
        return false;
    });
    return found && doesAny;
}

Status SliceStore::advance(EventTime watermark, const Emit& emit)
{
    if (watermark.us <= m_watermark)
        return ok();
    const std::int64_t before = m_watermark;
    m_watermark = watermark.us;
    const bool isDue = m_timing.early == 0 || before == INT64_MIN
        || floorDivided(before, m_timing.early) != floorDivided(watermark.us, m_timing.early);
    if (isDue || completesAny(watermark.us)) {
        SLUICE_TRY(round(watermark.us, emit));
        m_round = watermark.us;
    }
    forget(watermark.us);
    m_index.collect();
    return ok();
}

Status SliceStore::round(std::int64_t watermark, const Emit& emit)
{
    const bool hasChanges = std::ranges::any_of(m_slices, [](const auto& slice) {
        return !slice.second.unemitted().empty();
    });
    // Windows up to here were emitted, or are late for every row that came since.
    std::int64_t after = m_round;
    if (m_round != INT64_MIN)
        after += kMillisecondUs - (hasChanges ? m_timing.allowedLateness : 0);
    std::int64_t last = INT64_MIN;
    SLUICE_TRY(eachEnd(after, [&](std::int64_t end) -> Result<bool> {
        const bool isComplete = completeAt(end) <= watermark;
        if (!isComplete && m_timing.early == 0)
            return false;
        const bool isFirst = isComplete && (m_round == INT64_MIN || completeAt(end) > m_round);
        SLUICE_TRY(emitWindow(end, isFirst ? Which::All : Which::Changed, emit));
        last = isComplete ? end : last;
        return true;
    }));
    for (auto& [start, cells] : m_slices) {
        cells.clearUnemitted();
        cells.trackEmission(isTracked(start));
    }
    // The end of time ends what is there; what comes in another run is not late for that.
    if (watermark == INT64_MAX)
        m_watermark = last == INT64_MIN ? INT64_MAX : completeAt(last);
    return ok();
}

Status SliceStore::emitWindow(std::int64_t end, Which which, const Emit& emit)
{
    const std::int64_t start = m_spec.startOf(end);
    const auto first = m_slices.lower_bound(start), last = m_slices.lower_bound(end);
    const bool isOneSlice = first != last && std::next(first) == last;
    m_keys.clear();
    m_cells.clear();
    m_made.clear();
    if (which == Which::All && m_isSliding) {
        m_sliding.moveTo(m_slices, start, end);
        m_sliding.combined(m_keys, m_cells, m_made);
    } else if (isOneSlice) {
        m_keys = which == Which::All ? first->second.keys() : first->second.unemitted();
        for (const std::uint32_t key : m_keys)
            m_cells.push_back(first->second.find(key));
    } else {
        combine(first, last, which);
        m_made = m_cells;
    }
    if (m_keys.empty())
        return ok();
    m_rows.clear();
    std::int32_t revision = 0;
    if (m_timing.hasRevisions())
        revision = m_revisions[end]++;
    for (std::size_t i = 0; i < m_keys.size(); ++i)
        m_rows.add(start, end, m_keys[i], m_cells[i], revision);
    Status emitted = emit(m_rows);
    m_pool.release(m_made);
    return emitted;
}

void SliceStore::combine(Slices::iterator first, Slices::iterator last, Which which)
{
    constexpr std::uint32_t kNowhere = UINT32_MAX;
    m_place.resize(m_index.size(), kNowhere);
    const auto place = [&](std::uint32_t key) {
        if (m_place[key] != kNowhere)
            return;
        m_place[key] = std::uint32_t(m_keys.size());
        m_keys.push_back(key);
        m_cells.push_back(m_pool.allocate());
    };
    for (auto at = first; at != last; ++at)
        for (const std::uint32_t key :
             which == Which::All ? at->second.keys() : at->second.unemitted())
            place(key);
    m_pool.grow();
    for (auto at = first; at != last; ++at) {
        m_from.clear();
        m_into.clear();
        const auto& keys = which == Which::All ? at->second.keys() : m_keys;
        for (const std::uint32_t key : keys) {
            const std::uint32_t cell = at->second.find(key);
            if (cell == SliceCells::kNone)
                continue;
            m_from.push_back(cell);
            m_into.push_back(m_cells[m_place[key]]);
        }
        m_pool.merge(m_from, m_into);
    }
    for (const std::uint32_t key : m_keys)
        m_place[key] = kNowhere;
}

void SliceStore::release(SliceCells& cells)
{
    cells.allCells(m_cells);
    m_pool.release(m_cells);
    for (const std::uint32_t key : cells.keys())
        m_index.release(key);
}

void SliceStore::forget(std::int64_t watermark)
{
    while (!m_slices.empty() && isLate(m_slices.begin()->first, watermark)) {
        m_sliding.leaveBefore(m_slices, m_slices.begin()->first + m_sliceLength);
        release(m_slices.begin()->second);
        m_closed.push_back(m_slices.begin()->first);
        m_slices.erase(m_slices.begin());
    }
    std::erase_if(m_revisions, [&](const auto& window) {
        return completeAt(window.first) + m_timing.allowedLateness <= watermark;
    });
}

// The state: watermark, that of the last emission; number of revisions and for each the end of its
// window and the next revision; number of slices closed since the last save and their starts;
// number of slices and for each its start, number of keys, keys, marks (1 = not emitted) and cells.
void SliceStore::save(ByteWriter& out, flow::SaveKind kind)
{
    const bool isWhole = kind == flow::SaveKind::Whole;
    out.i64(m_watermark);
    out.i64(std::min(m_round, m_watermark));
    out.varint(m_revisions.size());
    for (const auto& [end, revision] : m_revisions) {
        out.i64(end);
        out.varint(std::uint64_t(revision));
    }
    out.varint(isWhole ? 0 : m_closed.size());
    if (!isWhole)
        for (const std::int64_t start : m_closed)
            out.i64(start);
    m_closed.clear();
    out.varint(std::uint64_t(std::ranges::count_if(m_slices, [&](const auto& slice) {
        return isWhole || !slice.second.unsaved().empty();
    })));
    for (auto& [start, cells] : m_slices)
        if (isWhole || !cells.unsaved().empty())
            saveSlice(start, cells, out, kind);
}

void SliceStore::saveSlice(std::int64_t start, SliceCells& cells, ByteWriter& out,
                           flow::SaveKind kind)
{
    const auto& keys = kind == flow::SaveKind::Whole ? cells.keys() : cells.unsaved();
    out.i64(start);
    out.varint(keys.size());
    m_index.save(keys, out);
    std::vector<std::uint8_t> marks;
    cells.cellsAndMarks(keys, m_cells, marks);
    out.raw(marks.data(), marks.size());
    m_pool.save(m_cells, out, kind);
    cells.clearUnsaved();
}

Status SliceStore::load(ByteReader& in, flow::SaveKind kind)
{
    m_sliding.spoil();
    if (kind == flow::SaveKind::Whole) {
        for (auto& [start, cells] : m_slices)
            release(cells);
        m_slices.clear();
    }
    m_watermark = in.i64();
    m_round = in.i64();
    m_revisions.clear();
    for (std::uint64_t left = in.varint(); left > 0 && !in.hasFailed(); --left) {
        const std::int64_t end = in.i64();
        m_revisions[end] = std::int32_t(in.varint());
    }
    for (std::uint64_t left = in.varint(); left > 0 && !in.hasFailed(); --left) {
        const auto closed = m_slices.find(in.i64());
        if (closed == m_slices.end())
            continue;
        release(closed->second);
        m_slices.erase(closed);
    }
    for (std::uint64_t left = in.varint(); left > 0 && !in.hasFailed(); --left)
        loadSlice(in, kind);
    for (auto& [start, cells] : m_slices)
        cells.trackEmission(isTracked(start));
    return in.status("window state");
}

void SliceStore::loadSlice(ByteReader& in, flow::SaveKind kind)
{
    SliceCells& cells = slice(in.i64());
    cells.trackEmission(false);
    const std::uint64_t count = in.varint();
    m_index.load(std::size_t(count), in, m_keys);
    if (in.hasFailed())
        return;
    std::vector<std::uint8_t> isUnemitted(m_keys.size());
    for (std::uint8_t& mark : isUnemitted)
        mark = in.u8();
    m_cells.resize(m_keys.size());
    cells.cellsOf(m_keys.data(), m_keys.size(), m_cells.data(), m_index, m_pool);
    m_pool.grow();
    m_pool.load(m_cells, in, kind);
    cells.restoreMarks(m_keys, isUnemitted);
}

std::optional<std::int64_t> SliceStore::nextDue() const
{
    std::optional<std::int64_t> due;
    const std::int64_t emitted = m_round == INT64_MIN ? m_round : m_round + kMillisecondUs;
    const Status found = eachEnd(emitted, [&](std::int64_t end) -> Result<bool> {
        due = completeAt(end);
        return false;
    });
    if (!found || m_timing.early == 0 || m_slices.empty() || m_watermark == INT64_MIN)
        return due;
    const std::int64_t early = (floorDivided(m_watermark, m_timing.early) + 1) * m_timing.early;
    return due ? std::min(*due, early) : early;
}

std::size_t SliceStore::entries() const
{
    std::size_t out = 0;
    for (const auto& [start, cells] : m_slices)
        out += cells.keys().size();
    return out;
}

std::size_t SliceStore::bytes() const
{
    std::size_t out
        = m_sliding.bytes() + m_place.capacity() * 4 + (m_keys.capacity() + m_cells.capacity()) * 8;
    for (const auto& [start, cells] : m_slices)
        out += cells.bytes() + sizeof cells;
    return out;
}

} // namespace sluice::operators
