// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/base/byte_stream.h"

#include <cstdint>
#include <string>

namespace sluice::operators {

/// Reads the first byte of a node's saved state: in which form it is. Fails, naming the node, if it
/// is none of those from the oldest to the newest. what: "the windows".
inline Result<std::uint8_t> readStateVersion(ByteReader& in, std::uint8_t oldest,
                                             std::uint8_t newest, const std::string& node,
                                             const std::string& what)
{
    const std::uint8_t version = in.u8();
    SLUICE_TRY(in.status(what));
    if (version >= oldest && version <= newest)
        return version;
    const std::string read = (oldest < newest ? std::to_string(oldest) + " to " : std::string())
        + std::to_string(newest);
    return Error{.code = ErrorCode::Unsupported,
                 .message = what + " were saved by another version of the program ("
                     + std::to_string(version) + ", this one reads " + read + ")",
                 .object = node,
                 .hint = "Let that version finish the pipeline, or start it anew.",
                 .cause = {}};
}

/// The same for a node that reads one form only.
inline Status readStateVersion(ByteReader& in, std::uint8_t wanted, const std::string& node,
                               const std::string& what)
{
    SLUICE_TRY([[maybe_unused]] const auto version,
               readStateVersion(in, wanted, wanted, node, what));
    return ok();
}

} // namespace sluice::operators
