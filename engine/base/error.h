// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>

namespace sluice {

/// What kind of failure an operation met. Bad data is a Verdict, never an Error.
enum class ErrorCode {
    ConfigInvalid,  // a document, option or argument is wrong
    ConfigUnknown,  // a name that nothing has
    ConnectFailed,  // a peer is not there or went away
    ConnectRefused, // a peer is there and refused us (password, rights)
    NotFound,       // a file, table, topic, run that is not there
    DecodeFailed,   // stored bytes are not what they should be (torn, flipped, other version)
    StorageFailed,  // the operating system refused to read or write
    StorageFull,    // no space left
    PermissionDenied,
    Conflict, // somebody else changed or holds it
    CapacityExceeded,
    Unsupported, // a feature of a peer or file that we do not know
    Cancelled,
    Internal // our bug
};

/// Returns the stable snake_case name of a code, for logs and --json output.
const char* errorCodeName(ErrorCode code);

/// A failed operation: what happened, to which object, and what the user can do.
struct Error
{
    ErrorCode code = ErrorCode::Internal;
    std::string message;                // what, lower case, no full stop
    std::string object;                 // pipeline, node, topic@offset, file:line ...
    std::string hint;                   // the cure, a sentence; may be empty
    std::shared_ptr<const Error> cause; // the failure beneath, if any

    /// Returns "object: message (cause). hint" on one line, for terminals and logs.
    std::string text() const;
};

/// Returns an Error for errno, with code and hint chosen from it.
Error errorFromErrno(int errorNumber, std::string message, std::string object);

} // namespace sluice
