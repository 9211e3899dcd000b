// SPDX-License-Identifier: Apache-2.0
// How the groups of group_aggregate are saved and loaded.
#include "engine/operators/group_aggregate.h"
#include "engine/operators/state_version.h"

#include <algorithm>
#include <array>
#include <cstring>

namespace sluice::operators {
namespace {

constexpr std::uint8_t kStateVersion = 2; // 1 had all changes that are not told in every save
enum SavedFlag : std::uint8_t { HasCell = 1, Shown = 2, New = 4 };

} // namespace

// In blocks, so that the misses of several groups overlap. Gives the cells of those that have one.
void GroupAggregate::saveGroups(const std::vector<std::uint32_t>& keys, ByteWriter& out,
                                std::vector<std::uint32_t>& cells)
{
    constexpr std::size_t kBlock = 128, kBytes = 1 + 2 * sizeof(std::int64_t);
    std::array<char, kBlock * kBytes> block{};
    out.reserve(keys.size() * kBytes);
    cells.reserve(keys.size());
    for (std::size_t begin = 0; begin < keys.size(); begin += kBlock) {
        const std::size_t count = std::min(kBlock, keys.size() - begin);
        for (std::size_t i = 0; i < count; ++i) {
            Group& group = m_groups[keys[begin + i]];
            char* const to = block.data() + i * kBytes;
            *to = char((group.cell != kNone ? HasCell : 0) | (group.isShown ? Shown : 0)
                       | (group.isNew ? New : 0));
            std::memcpy(to + 1, &group.rows, sizeof group.rows);
            std::memcpy(to + 1 + sizeof group.rows, &group.time, sizeof group.time);
            group.isNew = false;
            if (group.cell != kNone)
                cells.push_back(group.cell);
        }
        out.raw(block.data(), count * kBytes);
    }
}

// The state: version, watermark, number of groups, their keys, for each flags, number of rows and
// time, then the cells of those that have one; of groups that changed since the last emission:
// whether those of the saves before count too, the results that were shown (Arrow IPC), the number
// of such groups, their keys and which of those rows each has. A group without a cell is gone.
Result<flow::SaveKind> GroupAggregate::save(ByteWriter& out, flow::SaveKind wanted)
{
    std::vector<std::uint32_t> keys, cells, touched;
    if (wanted == flow::SaveKind::Changes)
        keys = m_unsaved;
    else
        for (std::uint32_t key = 0; key < m_groups.size(); ++key)
            if (m_groups[key].cell != kNone)
                keys.push_back(key);
    out.u8(kStateVersion);
    out.i64(m_watermark);
    out.varint(keys.size());
    m_keys->save(keys, out);
    saveGroups(keys, out, cells);
    m_cells.save(cells, out, wanted);
    const bool isWhole = wanted == flow::SaveKind::Whole;
    const auto changes = m_changes.unsaved(isWhole);
    SLUICE_TRY(m_changes.save(out, isWhole));
    for (const GroupChange& change : changes)
        touched.push_back(change.key);
    out.varint(touched.size());
    m_keys->save(touched, out);
    for (const GroupChange& change : changes)
        out.i64(change.before);
    for (const std::uint32_t key : m_unsaved) {
        m_groups[key].isUnsaved = m_groups[key].isNew = false;
        m_keys->release(key);
    }
    m_unsaved.clear();
    return wanted;
}

void GroupAggregate::loadGroups(ByteReader& in, flow::SaveKind kind)
{
    state::KeyIndex::Numbers keys;
    std::vector<std::uint32_t> cells;
    m_keys->load(std::size_t(in.varint()), in, keys);
    m_groups.resize(std::max<std::size_t>(m_groups.size(), m_keys->size()));
    for (const std::uint32_t key : keys) {
        const std::uint8_t flags = in.u8();
        if (m_groups[key].cell != kNone && (!(flags & HasCell) || (flags & New)))
            forget(key);
        Group& group = m_groups[key];
        group.rows = in.i64();
        group.time = in.i64();
        group.isShown = (flags & Shown) != 0;
        if (!(flags & HasCell))
            continue;
        if (group.cell == kNone) {
            group.cell = m_cells.allocate();
            ++m_groupCount;
            m_keys->retain(key);
            if (m_config.timeToLive > 0)
                setTimer(key);
        }
        cells.push_back(group.cell);
    }
    m_cells.grow();
    m_cells.load(cells, in, kind);
}

Status GroupAggregate::load(ByteReader& in, flow::SaveKind kind)
{
    SLUICE_TRY(const std::uint8_t version,
               readStateVersion(in, 1, kStateVersion, m_config.node, "the groups"));
    if (kind == flow::SaveKind::Whole)
        for (std::uint32_t key = 0; key < m_groups.size(); ++key)
            if (m_groups[key].cell != kNone)
                forget(key);
    m_watermark = in.i64();
    std::vector<std::uint32_t> former;
    for (const GroupChange& change : m_changes.changes())
        former.push_back(change.key);
    loadGroups(in, kind);
    const bool goesOn = version > 1 && in.u8() != 0;
    SLUICE_TRY(in.status("group state"));
    for (const std::uint32_t key : former)
        m_groups[key].isTouched = goesOn;
    SLUICE_TRY(m_changes.load(in, goesOn));
    state::KeyIndex::Numbers touched;
    m_keys->load(std::size_t(in.varint()), in, touched);
    m_groups.resize(std::max<std::size_t>(m_groups.size(), m_keys->size()));
    for (const std::uint32_t key : touched) {
        m_changes.restore({key, in.i64(), false});
        m_groups[key].isTouched = true;
    }
    for (const std::uint32_t key : m_unsaved) {
        m_groups[key].isUnsaved = false;
        m_keys->release(key);
    }
    m_unsaved.clear();
    return in.status("group state");
}

} // namespace sluice::operators
