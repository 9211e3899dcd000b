// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/base/result.h"

#include <atomic>
#include <span>
#include <string>
#include <string_view>

namespace sluice {

/// Named places on the way of an epoch where a test lets the engine fail or die. They are in every
/// build; one that is not switched on costs a relaxed load of one flag.
///
/// Switched on by a text "NAME=ACTION[@N]", several separated by commas: at the N-th time (default
/// the first) that the place is reached, and only then,
///
///   kill         the process ends by SIGKILL
///   error        the operation fails with EIO, as a disk that is broken
///   full_disk    it fails with ENOSPC
///   short_write  where bytes are written, half of them are, then ENOSPC; elsewhere full_disk
///
/// The programs read the text from SLUICE_FAILPOINT. Any thread.
enum class FailAction { None, Kill, Error, FullDisk, ShortWrite };

/// The names of all places, in the order in which an epoch passes them.
std::span<const std::string_view> failPointNames();

/// Switches on what the text says and everything else off; "" switches all off. ConfigInvalid for
/// a name or an action that does not exist.
Status setFailPoints(std::string_view text);

namespace detail {
extern std::atomic<bool> anyFailPoint;
FailAction reachFailPoint(std::string_view name);
Status failPointError(FailAction action, const std::string& object);
} // namespace detail

/// Tells what is to happen at a place, after counting that it was reached. Does not return if the
/// process is to end.
inline FailAction failPointAction(std::string_view name)
{
    if (!detail::anyFailPoint.load(std::memory_order_relaxed)) [[likely]]
        return FailAction::None;
    return detail::reachFailPoint(name);
}

/// Fails if a test wants the place to fail. object: the file or table, for the error.
inline Status failPoint(std::string_view name, const std::string& object)
{
    const FailAction action = failPointAction(name);
    return action == FailAction::None ? ok() : detail::failPointError(action, object);
}

} // namespace sluice
