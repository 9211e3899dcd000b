// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/state/key_codec.h"

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include <arrow/array.h>

namespace sluice::state {

/// A key by two hashes of its bytes: by seed 0, as in EncodedKeys, and by another one.
struct KeyHash
{
    std::uint64_t first = 0, second = 0;
};

/// The hashes of the key columns of batches, for who keeps no key but only its hashes: a text's
/// bytes are not laid for it. One thread.
class KeyHasher
{
public:
    KeyHasher(KeyCodec codec, std::uint64_t secondSeed)
        : m_codec(std::move(codec))
        , m_secondSeed(secondSeed)
    {
    }

    /// columns: as for KeyCodec::encode(). What is returned, one a row, is good until the next
    /// call. Equal to hashBytes() over the bytes that encode() makes.
    std::span<const KeyHash> of(const std::vector<std::shared_ptr<arrow::Array>>& columns);

private:
    KeyCodec m_codec;
    std::uint64_t m_secondSeed;
    EncodedKeys m_encoded;
    std::vector<KeyHash> m_hashes;
};

} // namespace sluice::state
