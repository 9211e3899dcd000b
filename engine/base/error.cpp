// SPDX-License-Identifier: Apache-2.0
#include "engine/base/error.h"

#include <cerrno>
#include <cstring>

namespace sluice {

const char* errorCodeName(ErrorCode code)
{
    switch (code) {
    case ErrorCode::ConfigInvalid: return "config_invalid";
    case ErrorCode::ConfigUnknown: return "config_unknown";
    case ErrorCode::ConnectFailed: return "connect_failed";
    case ErrorCode::ConnectRefused: return "connect_refused";
    case ErrorCode::NotFound: return "not_found";
    case ErrorCode::DecodeFailed: return "decode_failed";
    case ErrorCode::StorageFailed: return "storage_failed";
    case ErrorCode::StorageFull: return "storage_full";
    case ErrorCode::PermissionDenied: return "permission_denied";
    case ErrorCode::Conflict: return "conflict";
    case ErrorCode::CapacityExceeded: return "capacity_exceeded";
    case ErrorCode::Unsupported: return "unsupported";
    case ErrorCode::Cancelled: return "cancelled";
    case ErrorCode::Internal: return "internal";
    }
    return "internal";
}

std::string Error::text() const
{
    std::string out = object.empty() ? message : object + ": " + message;
    for (const Error* inner = cause.get(); inner; inner = inner->cause.get())
        out += " ("
            + (inner->object.empty() ? inner->message : inner->object + ": " + inner->message)
            + ")";
    if (!hint.empty())
        out += ". " + hint;
    return out;
}

Error errorFromErrno(int errorNumber, std::string message, std::string object)
{
    Error error{.code = ErrorCode::StorageFailed,
                .message = std::move(message) + ": " + std::strerror(errorNumber),
                .object = std::move(object),
                .hint = {},
                .cause = {}};
    switch (errorNumber) {
    case ENOENT:
        error.code = ErrorCode::NotFound;
        error.hint = "Check the path.";
        break;
    case EACCES:
    case EPERM:
    case EROFS:
        error.code = ErrorCode::PermissionDenied;
        error.hint = "Check who owns it and its permissions.";
        break;
    case ENOSPC:
    case EDQUOT:
        error.code = ErrorCode::StorageFull;
        error.hint = "Free some space; the run continues from its last epoch.";
        break;
    case EEXIST: error.code = ErrorCode::Conflict; break;
    default: break;
    }
    return error;
}

} // namespace sluice
