// SPDX-License-Identifier: Apache-2.0
#include "engine/operators/group_changes.h"

#include "engine/columns/types.h"

#include <cstring>

#include <arrow/array/builder_binary.h>
#include <arrow/array/builder_primitive.h>
#include <arrow/array/concatenate.h>
#include <arrow/array/util.h>
#include <arrow/compare.h>
#include <arrow/compute/api_vector.h>
#include <arrow/io/memory.h>
#include <arrow/ipc/reader.h>
#include <arrow/ipc/writer.h>

namespace sluice::operators {
namespace {

Error failed(const arrow::Status& status)
{
    return errorFromArrow(status, "group changes");
}

Result<std::shared_ptr<arrow::Array>> taken(const std::shared_ptr<arrow::Array>& from,
                                            const std::shared_ptr<arrow::Array>& rows)
{
    auto out = arrow::compute::Take(*from, *rows);
    if (!out.ok())
        return failed(out.status());
    return std::move(*out);
}

std::shared_ptr<arrow::Array> indexArray(const std::vector<std::int64_t>& rows)
{
    return std::make_shared<arrow::Int64Array>(std::int64_t(rows.size()),
                                               arrow::Buffer::FromVector(rows));
}

// A result as it was shown and as it is: rows of two arrays.
struct Pair
{
    std::size_t change = 0;
    std::int64_t before = 0, after = 0;
};

// Clears the mark of each pair whose values differ. NaN is equal to itself, null to null.
template <class Equal>
void compare(const arrow::Array& before, const arrow::Array& after, const std::vector<Pair>& pairs,
             std::vector<std::uint8_t>& isEqual, Equal equal)
{
    for (const Pair& pair : pairs) {
        const bool isNull = before.IsNull(pair.before);
        if (isNull != after.IsNull(pair.after) || (!isNull && !equal(pair.before, pair.after)))
            isEqual[pair.change] = 0;
    }
}

void compareColumns(const arrow::Array& before, const arrow::Array& after,
                    const std::vector<Pair>& pairs, std::vector<std::uint8_t>& isEqual)
{
    const arrow::DataType& type = *before.type();
    if (arrow::is_primitive(type.id()) || arrow::is_decimal(type.id())) {
        if (const int bits = type.bit_width(); bits >= 8) {
            const auto width = std::size_t(bits / 8);
            const auto bytesOf = [&](const arrow::Array& array) {
                return array.data()->buffers[1]->data() + std::size_t(array.offset()) * width;
            };
            const std::uint8_t *was = bytesOf(before), *is = bytesOf(after);
            return compare(before, after, pairs, isEqual, [&](std::int64_t a, std::int64_t b) {
                return std::memcmp(was + std::size_t(a) * width, is + std::size_t(b) * width, width)
                    == 0;
            });
        }
    }
    const auto options = arrow::EqualOptions::Defaults().nans_equal(true);
    compare(before, after, pairs, isEqual, [&](std::int64_t a, std::int64_t b) {
        return before.RangeEquals(a, a + 1, b, after, options);
    });
}

// A byte a change: 1 if the group was shown and has the same results.
std::vector<std::uint8_t> unchanged(const std::vector<GroupChange>& changes,
                                    const arrow::ArrayVector& before,
                                    const arrow::ArrayVector& after)
{
    std::vector<std::uint8_t> out(changes.size());
    std::vector<Pair> pairs;
    std::int64_t now = 0;
    for (std::size_t i = 0; i < changes.size(); ++i) {
        if (changes[i].isThere && changes[i].before >= 0) {
            pairs.push_back({i, changes[i].before, now});
            out[i] = 1;
        }
        now += changes[i].isThere;
    }
    for (std::size_t column = 0; column < before.size() && !pairs.empty(); ++column)
        compareColumns(*before[column], *after[column], pairs, out);
    return out;
}

// Which rows of the results that were shown, and behind them of those that hold now, a stream has.
struct StreamRows
{
    std::vector<std::int64_t> results, changes, times;
    arrow::StringBuilder words;
    arrow::Status status;

    void add(std::int64_t result, std::int64_t change, std::int64_t time, flow::Change word)
    {
        results.push_back(result);
        changes.push_back(change);
        times.push_back(time);
        status &= words.Append(flow::changeName(word));
    }
};

} // namespace

void GroupChanges::add(const std::vector<std::uint32_t>& keys,
                       const std::vector<std::uint8_t>& wasShown, arrow::ArrayVector results)
{
    for (std::size_t i = 0; i < keys.size(); ++i)
        m_changes.push_back({keys[i], wasShown[i] ? m_shownRows++ : -1, false});
    if (!results.empty() && results.front()->length() > 0)
        m_shown.push_back(std::move(results));
}

void GroupChanges::clear()
{
    m_changes.clear();
    m_shown.clear();
    m_shownRows = 0;
    m_saved = {};
}

Result<arrow::ArrayVector> GroupChanges::shown(std::size_t fromPart) const
{
    arrow::ArrayVector out;
    for (int column = 0; column < m_schema->num_fields(); ++column) {
        arrow::ArrayVector parts;
        for (std::size_t part = fromPart; part < m_shown.size(); ++part)
            parts.push_back(m_shown[part][std::size_t(column)]);
        auto whole = parts.empty() ? arrow::MakeEmptyArray(m_schema->field(column)->type())
                                   : arrow::Concatenate(parts);
        if (!whole.ok())
            return failed(whole.status());
        out.push_back(std::move(*whole));
    }
    return out;
}

Result<std::shared_ptr<arrow::RecordBatch>>
GroupChanges::stream(const std::vector<GroupChange>& changes, const arrow::ArrayVector& keys,
                     const arrow::ArrayVector& after, const std::shared_ptr<arrow::Schema>& output,
                     std::vector<std::int64_t>& times) const
{
    SLUICE_TRY(const arrow::ArrayVector before, shown());
    const std::vector<std::uint8_t> isUnchanged = unchanged(changes, before, after);
    StreamRows rows;
    std::int64_t now = m_shownRows; // row of the next result that holds
    for (std::size_t i = 0; i < changes.size(); ++i) {
        const GroupChange& change = changes[i];
        const auto at = std::int64_t(i);
        if (isUnchanged[i]) {
            ++now;
            continue;
        }
        if (change.before >= 0)
            rows.add(change.before, at, times[i],
                     change.isThere ? flow::Change::UpdateBefore : flow::Change::Delete);
        if (change.isThere)
            rows.add(now++, at, times[i],
                     change.before >= 0 ? flow::Change::UpdateAfter : flow::Change::Insert);
    }
    const auto resultRows = indexArray(rows.results), changeRows = indexArray(rows.changes);
    arrow::ArrayVector columns;
    for (const auto& key : keys) {
        SLUICE_TRY(auto column, taken(key, changeRows));
        columns.push_back(std::move(column));
    }
    for (std::size_t i = 0; i < before.size(); ++i) {
        auto both = arrow::Concatenate({before[i], after[i]});
        if (!both.ok())
            return failed(both.status());
        SLUICE_TRY(auto column, taken(*both, resultRows));
        columns.push_back(std::move(column));
    }
    std::shared_ptr<arrow::Array> words;
    rows.status &= rows.words.Finish(&words);
    if (!rows.status.ok())
        return failed(rows.status);
    columns.push_back(std::move(words));
    times = std::move(rows.times);
    return arrow::RecordBatch::Make(output, std::int64_t(times.size()), std::move(columns));
}

Status GroupChanges::save(ByteWriter& out, bool isWhole)
{
    const Extent before = isWhole ? Extent() : m_saved;
    m_saved = {m_changes.size(), m_shown.size(), m_shownRows};
    out.u8(before.changes > 0 ? 1 : 0);
    SLUICE_TRY(arrow::ArrayVector columns, shown(before.parts));
    const auto batch
        = arrow::RecordBatch::Make(m_schema, m_shownRows - before.rows, std::move(columns));
    const auto bytes
        = arrow::ipc::SerializeRecordBatch(*batch, arrow::ipc::IpcWriteOptions::Defaults());
    if (!bytes.ok())
        return failed(bytes.status());
    out.bytes({reinterpret_cast<const char*>((*bytes)->data()), std::size_t((*bytes)->size())});
    return ok();
}

Status GroupChanges::load(ByteReader& in, bool goesOn)
{
    if (!goesOn)
        clear();
    arrow::io::BufferReader reader(arrow::Buffer::FromString(std::string(in.bytes())));
    const auto batch = arrow::ipc::ReadRecordBatch(m_schema, nullptr,
                                                   arrow::ipc::IpcReadOptions::Defaults(), &reader);
    if (!batch.ok())
        return failed(batch.status());
    m_shownRows += (*batch)->num_rows();
    if ((*batch)->num_rows() > 0)
        m_shown.push_back((*batch)->columns());
    m_saved = {m_changes.size(), m_shown.size(), m_shownRows};
    return ok();
}

} // namespace sluice::operators
