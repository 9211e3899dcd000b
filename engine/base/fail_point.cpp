// SPDX-License-Identifier: Apache-2.0
#include "engine/base/fail_point.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <mutex>
#include <vector>

#include <unistd.h>
#include <csignal>

namespace sluice {
namespace {

constexpr std::array<std::string_view, 45> kNames{
    "sink.seal",               // a sink closes what it wrote in the epoch
    "epoch.sealed",            // all nodes have reported, nothing is durable yet
    "sink.make_durable",       // before each sink's files
    "state.write",             // the state file: its bytes
    "state.sync",              //   they are written, not durable
    "state.rename",            //   durable, under its temporary name
    "state.renamed",           //   under its name, which is not durable
    "log.write",               // the growing state file of a node: its new bytes
    "log.sync",                //   they are written, not durable
    "epoch.state_durable",     // sinks and state are durable
    "manifest.write",          // the manifest, in the same steps
    "manifest.sync",           //
    "manifest.rename",         //
    "manifest.renamed",        //
    "epoch.manifest_durable",  // from here on the epoch counts
    "sink.before_commit",      // before each sink's commit
    "commit.write",            // a table's commit: its bytes
    "commit.sync",             //
    "commit.publish",          //   durable under its temporary name
    "commit.published",        //   readers see it, its name is not durable
    "commit.finished",         //   durable
    "checkpoint.write",        // the checkpoint of a table's log
    "checkpoint.rename",       //   durable under its temporary name
    "checkpoint.renamed",      //   in place; _last_checkpoint does not know
    "last_checkpoint.write",   // _last_checkpoint, in the same steps as the state file
    "last_checkpoint.sync",    //
    "last_checkpoint.rename",  //
    "last_checkpoint.renamed", //
    "file_sink.publish",       // a sink's file is given its name
    "kafka.begin",             // before a transaction
    "kafka.sent",              //   all is sent, the transaction open
    "kafka.committed",         //   the broker has it, the sink does not know
    "sink.after_commit",       // after each sink's commit
    "replay.write",            // kept records on their way back: their file, in the same steps
    "replay.sync",             //
    "replay.rename",           //
    "replay.renamed",          //
    "replay.sealed",           // an epoch has read some of them, nothing of it counts yet
    "replay.durable",          //   it counts
    "replay.committed",        //   all tables have it, the file of the records is still there
    "shadow.noted",            // a shadow's tables are to take the real ones' place: it is noted
    "shadow.table",            //   after each table
    "shadow.adopted",          //   the manifest has it, the shadow is still there
    "swap.stopped",            // the former version has ended, the new one is not kept yet
    "swap.kept",               //   it is kept, not started
};

struct Switched
{
    std::string_view name;
    FailAction action = FailAction::None;
    std::uint64_t at = 1;
    std::uint64_t reached = 0;
};

std::mutex pointsMutex;
std::vector<Switched> points;

Error notUnderstood(std::string message)
{
    return {.code = ErrorCode::ConfigInvalid,
            .message = std::move(message),
            .object = "fail point",
            .hint
            = "Write NAME=kill|error|full_disk|short_write[@N]; docs/fail-points.md lists the "
              "names.",
            .cause = {}};
}

bool readAction(std::string_view text, FailAction& out)
{
    static constexpr std::array<std::pair<std::string_view, FailAction>, 4> kActions{
        {{"kill", FailAction::Kill},
         {"error", FailAction::Error},
         {"full_disk", FailAction::FullDisk},
         {"short_write", FailAction::ShortWrite}}};
    for (const auto& [name, action] : kActions) {
        if (name == text) {
            out = action;
            return true;
        }
    }
    return false;
}

Result<Switched> readPoint(std::string_view text)
{
    const std::size_t equals = text.find('=');
    const std::size_t sign = text.find('@');
    if (equals == std::string_view::npos)
        return notUnderstood("\"" + std::string(text) + "\" names no action");
    const auto name = std::ranges::find(kNames, text.substr(0, equals));
    if (name == kNames.end())
        return notUnderstood("there is no place \"" + std::string(text.substr(0, equals)) + "\"");
    Switched out{.name = *name};
    const std::string_view action
        = text.substr(equals + 1, sign == std::string_view::npos ? sign : sign - equals - 1);
    if (!readAction(action, out.action))
        return notUnderstood("there is no action \"" + std::string(action) + "\"");
    if (sign != std::string_view::npos) {
        const char* end = text.data() + text.size();
        const auto read = std::from_chars(text.data() + sign + 1, end, out.at);
        if (read.ec != std::errc{} || read.ptr != end || out.at == 0)
            return notUnderstood("\"" + std::string(text.substr(sign + 1)) + "\" is no count");
    }
    return out;
}

} // namespace

namespace detail {

std::atomic<bool> anyFailPoint{false};

FailAction reachFailPoint(std::string_view name)
{
    const std::lock_guard lock(pointsMutex);
    for (Switched& point : points) {
        if (point.name != name || ++point.reached != point.at)
            continue;
        if (point.action == FailAction::Kill)
            ::kill(::getpid(), SIGKILL);
        return point.action;
    }
    return FailAction::None;
}

Status failPointError(FailAction action, const std::string& object)
{
    return errorFromErrno(action == FailAction::Error ? EIO : ENOSPC, "a fail point is switched on",
                          object);
}

} // namespace detail

std::span<const std::string_view> failPointNames()
{
    return kNames;
}

Status setFailPoints(std::string_view text)
{
    std::vector<Switched> read;
    while (!text.empty()) {
        const std::size_t comma = std::min(text.find(','), text.size());
        SLUICE_TRY(Switched point, readPoint(text.substr(0, comma)));
        read.push_back(point);
        text.remove_prefix(std::min(comma + 1, text.size()));
    }
    const std::lock_guard lock(pointsMutex);
    points = std::move(read);
    detail::anyFailPoint.store(!points.empty());
    return ok();
}

} // namespace sluice
