// SPDX-License-Identifier: Apache-2.0
#include "engine/formats/json_shapes.h"

#include <algorithm>
#include <array>

#include <simdjson.h>

namespace sluice::formats {
namespace {

constexpr std::size_t kMaxShapes = 8;
constexpr int kLessons = 16;
constexpr int kFirstCredit = 256, kMostCredit = 1024, kMissCost = 2;
constexpr std::uint32_t kPause = 16'384;
constexpr int kAlike = 16; // so many in a row, and those behind them are taken to be alike, too

// Whether the bytes of all records are UTF-8, if that can be said at a glance: one valid run of
// bytes. A record of a shape begins and ends with ASCII, so none ends within a character.
bool isUtf8(const RawRecords& raw)
{
    if (raw.isAscii || raw.size() == 0)
        return true;
    const std::size_t begin = raw.offsets.front();
    const std::size_t end = std::size_t(raw.offsets.back()) + raw.lengths.back();
    return begin < end && std::ranges::is_sorted(raw.offsets)
        && simdjson::validate_utf8(reinterpret_cast<const char*>(raw.bytes->data()) + begin,
                                   end - begin);
}

} // namespace

void JsonShapes::begin(const RawRecords& raw)
{
    m_lessons = kLessons;
    m_isUtf8 = !m_known.empty() && m_pause < raw.size() && isUtf8(raw);
}

std::size_t JsonShapes::readRun(const RawRecords& raw, std::size_t i, std::size_t row)
{
    constexpr std::size_t kTile = JsonShape::kTile;
    if (m_alike < kAlike || m_pause > 0 || !m_isUtf8)
        return 0;
    const char* bytesEnd = reinterpret_cast<const char*>(raw.bytes->data()) + raw.bytes->capacity();
    std::array<std::string_view, kTile> tile;
    std::size_t read = 0;
    for (; i + read + kTile <= raw.size(); read += kTile) {
        bool isPadded = true;
        for (std::size_t k = 0; k < kTile; ++k) {
            tile[k] = raw.record(i + read + k);
            isPadded = isPadded
                && bytesEnd - (tile[k].data() + tile[k].size())
                    >= std::ptrdiff_t(RawRecords::kPadding);
        }
        if (!isPadded)
            break;
        if (!m_known[0].shape.readTile(tile, row + read)) {
            m_alike = 0;
            break;
        }
    }
    m_credit = std::min(m_credit + int(read), kMostCredit);
    m_known[0].hits += read;
    return read;
}

bool JsonShapes::read(std::string_view record, std::size_t row)
{
    if (m_pause > 0) {
        --m_pause;
        return false;
    }
    for (std::size_t i = 0; i < m_known.size(); ++i) {
        if (!m_known[i].shape.read(record, row)) {
            m_alike = 0;
            continue;
        }
        if (!m_isUtf8 && !simdjson::validate_utf8(record.data(), record.size()))
            return false;
        m_credit = std::min(m_credit + 1, kMostCredit);
        m_alike = std::min(m_alike + 1, kAlike);
        if (++m_known[i].hits > m_known[0].hits && i > 0)
            std::swap(m_known[i], m_known[0]);
        return true;
    }
    m_credit -= m_known.empty() ? 0 : kMissCost;
    if (m_credit < 0) {
        m_pause = kPause;
        m_known.clear();
    }
    return false;
}

void JsonShapes::learn(std::string_view record, std::size_t row)
{
    if (m_pause > 0 || m_lessons == 0 || m_known.size() == kMaxShapes)
        return;
    --m_lessons;
    auto shape = JsonShape::learn(record, m_readers);
    if (!shape || !shape->read(record, row))
        return;
    if (m_known.empty())
        m_credit = kFirstCredit;
    m_known.push_back({std::move(*shape), 0});
}

} // namespace sluice::formats
