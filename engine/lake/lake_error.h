// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/base/error.h"
#include "engine/base/result.h"
#include "engine/columns/types.h"

#include <string>
#include <utility>

#include <arrow/result.h>

namespace sluice::lake {

/// Builds an Error without naming every field.
inline Error lakeError(ErrorCode code, std::string message, std::string object,
                       std::string hint = {})
{
    return {.code = code,
            .message = std::move(message),
            .object = std::move(object),
            .hint = std::move(hint),
            .cause = {}};
}

/// The name that our commits and files carry as their maker.
inline constexpr const char* kEngineInfo = "Sluice/0.1";

} // namespace sluice::lake

/// Returns the Error of an arrow::Status; object says which thing was worked on.
#define SLUICE_LAKE_ARROW(expression, object)                                                      \
    if (::arrow::Status arrowStatus_ = (expression); !arrowStatus_.ok())                           \
    return ::sluice::errorFromArrow(arrowStatus_, object)

/// Binds the value of an arrow::Result or returns its Error.
#define SLUICE_LAKE_ARROW_VALUE(declaration, expression, object)                                   \
    auto SLUICE_TRY_NAME_(__LINE__) = (expression);                                                \
    if (!SLUICE_TRY_NAME_(__LINE__).ok())                                                          \
        return ::sluice::errorFromArrow(SLUICE_TRY_NAME_(__LINE__).status(), object);              \
    declaration = std::move(SLUICE_TRY_NAME_(__LINE__)).ValueUnsafe()
