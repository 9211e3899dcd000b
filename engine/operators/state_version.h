// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/base/byte_stream.h"

#include <cstdint>
#include <string>

namespace sluice::operators {

/// Reads the first byte of a node's saved state. Fails, naming the node, if it was written in
/// another form than the wanted one. what: "the windows".
inline Status readStateVersion(ByteReader& in, std::uint8_t wanted, const std::string& node,
                               const std::string& what)
{
    const std::uint8_t version = in.u8();
    SLUICE_TRY(in.status(what));
    if (version == wanted)
        return ok();
    return Error{.code = ErrorCode::Unsupported,
                 .message = what + " were saved by another version of the program ("
                     + std::to_string(version) + ", this one reads " + std::to_string(wanted) + ")",
                 .object = node,
                 .hint = "Let that version finish the pipeline, or start it anew.",
                 .cause = {}};
}

} // namespace sluice::operators
