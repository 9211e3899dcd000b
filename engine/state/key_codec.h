// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/base/result.h"
#include "engine/state/hash_bytes.h"

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <arrow/record_batch.h>
#include <arrow/type.h>

namespace sluice::state {

/// The keys of a batch: a byte string a row, and its hash.
struct EncodedKeys
{
    std::string bytes;
    std::vector<std::uint32_t> offsets; // rows + 1
    std::vector<std::uint64_t> hashes;

    std::size_t rows() const { return hashes.size(); }
    std::string_view key(std::size_t row) const
    {
        return {bytes.data() + offsets[row], offsets[row + 1] - offsets[row]};
    }
};

/// Turns the key columns of a row into bytes, so that equal keys have equal bytes and no others,
/// and back. A column: one byte, 0 for null; then integers, dates and times as 8 bytes, decimals as
/// 16, float and double as 8 (-0.0 as 0.0, every NaN the same), text as a 4-byte length and its
/// bytes. Thread-safe.
class KeyCodec
{
public:
    /// Unsupported for lists, structs and maps.
    static Result<KeyCodec> make(std::vector<std::shared_ptr<arrow::Field>> fields);

    const std::vector<std::shared_ptr<arrow::Field>>& fields() const { return m_fields; }
    /// columns: one a field, of its type, all of one length.
    void encode(const std::vector<std::shared_ptr<arrow::Array>>& columns, EncodedKeys& out) const;
    /// Returns the columns of keys that encode() made. DecodeFailed on other bytes.
    Result<std::vector<std::shared_ptr<arrow::Array>>>
    decode(const std::vector<std::string_view>& keys) const;

private:
    std::vector<std::shared_ptr<arrow::Field>> m_fields;
};

/// Whether a type can be (part of) a key.
bool isKeyType(const arrow::DataType& type);

} // namespace sluice::state
