// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/state/key_codec.h"

namespace sluice::state {

/// Lays keys of texts only, the most frequent ones, as KeyCodec does, row by row instead of column
/// by column. Columns: of one length, StringArray or BinaryArray without nulls, at least one.
void encodeTexts(const std::vector<std::shared_ptr<arrow::Array>>& columns, EncodedKeys& out);

} // namespace sluice::state
