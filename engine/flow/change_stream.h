// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string_view>

namespace sluice::flow {

/// What a row of a change stream does to the result that the stream describes. A node whose results
/// are corrected later (continuous group-by, continuous top-N, outer joins) emits a change stream:
/// its last column, named kChangeColumn, is a string that holds one of these words, and
/// StreamSchema::isChangeStream is set. A new value of a row comes as two rows, the old value
/// (UpdateBefore) and then the new one (UpdateAfter), in one batch. A reader that aggregates takes
/// Insert and UpdateAfter as +1 and the others as -1; a table that appends them keeps the history.
/// The words are those of Delta's change data feed.
enum class Change : std::uint8_t { Insert, UpdateBefore, UpdateAfter, Delete };

inline constexpr const char* kChangeColumn = "change_type";

constexpr std::string_view changeName(Change change)
{
    switch (change) {
    case Change::Insert: return "insert";
    case Change::UpdateBefore: return "update_preimage";
    case Change::UpdateAfter: return "update_postimage";
    case Change::Delete: return "delete";
    }
    return {};
}

/// Returns whether a word of the change column takes a row away (update_preimage, delete).
constexpr bool isRetraction(std::string_view word)
{
    return word == changeName(Change::UpdateBefore) || word == changeName(Change::Delete);
}

} // namespace sluice::flow
