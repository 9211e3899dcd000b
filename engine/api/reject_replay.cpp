// SPDX-License-Identifier: Apache-2.0
#include "engine/api/reject_replay.h"

#include "engine/api/edited_rejects.h"
#include "engine/api/reject_store.h"
#include "engine/base/checksum.h"

#include <array>
#include <cstdio>

namespace sluice::api {
namespace {

// All of a load is in memory while it is on its way.
constexpr std::size_t kMostRecords = 1'000'000;
constexpr std::size_t kMostBytes = 512 << 20;

std::string hashed(const runtime::ReplayLoad& load)
{
    std::string all;
    for (const runtime::KeptRecord& record : load.records) {
        for (const std::string* text :
             {&record.verdict, &record.node, &record.source, &record.partition, &record.data})
            all += *text + "\x1f";
        all += std::to_string(record.position) + ":" + std::to_string(record.attempt) + "\x1e";
    }
    std::array<char, 20> out{};
    std::snprintf(out.data(), out.size(), "%016llx",
                  static_cast<unsigned long long>(fingerprint(all)));
    return out.data();
}

Status checkSize(const ReplayRejects& wish, const runtime::ReplayLoad& load)
{
    std::size_t bytes = 0;
    for (const runtime::KeptRecord& record : load.records)
        bytes += record.data.size();
    if (load.records.size() <= kMostRecords && bytes <= kMostBytes)
        return ok();
    return Error{.code = ErrorCode::CapacityExceeded,
                 .message = "these are " + std::to_string(load.records.size()) + " records of "
                     + std::to_string(bytes >> 20) + " MiB, more than one replay takes",
                 .object = wish.filter.pipeline,
                 .hint
                 = "Choose fewer: --limit 500000, and replay again; for whole tables there is "
                   "sluicectl replay.",
                 .cause = {}};
}

// The rejects that the lines of a file mean, with the file's data.
Status takeEdited(const std::string& path, const RejectStore& store, PreparedReplay& out)
{
    SLUICE_TRY(const std::vector<EditedReject> lines, readEditedRejects(path));
    SLUICE_TRY(RejectStore::Chosen open, store.records());
    std::map<RejectStore::Identity, runtime::KeptRecord*> byIdentity;
    for (runtime::KeptRecord& record : open.records)
        byIdentity[RejectStore::identityOf(record)] = &record;
    std::map<RejectStore::Identity, std::size_t> taken;
    for (const EditedReject& line : lines) {
        const RejectStore::Identity identity = RejectStore::identityOf(line.reject);
        const auto found = byIdentity.find(identity);
        if (found == byIdentity.end()) {
            ++out.replayedBefore; // or never a reject: told apart below
            continue;
        }
        if (const auto [first, isNew] = taken.emplace(identity, line.line); !isNew)
            return Error{.code = ErrorCode::ConfigInvalid,
                         .message = "this line means the same reject as line "
                             + std::to_string(first->second),
                         .object = path + ":" + std::to_string(line.line),
                         .hint = "Leave one of them.",
                         .cause = {}};
        runtime::KeptRecord record = *found->second;
        record.isEdited = record.data != line.reject.data;
        out.edited += record.isEdited ? 1 : 0;
        record.data = line.reject.data;
        out.load.records.push_back(std::move(record));
    }
    return ok();
}

// Lines that are no open reject must be ones that were replayed; others are a mistake.
Status checkKnown(WorkspaceLink& link, const ReplayRejects& wish)
{
    RejectFilter every{.pipeline = wish.filter.pipeline};
    every.withReplayed = true;
    SLUICE_TRY(const RejectStore::Chosen all, RejectStore(link, every).records());
    std::set<RejectStore::Identity> known;
    for (const runtime::KeptRecord& record : all.records)
        known.insert(RejectStore::identityOf(record));
    SLUICE_TRY(const std::vector<EditedReject> lines, readEditedRejects(wish.path));
    for (const EditedReject& line : lines) {
        if (known.contains(RejectStore::identityOf(line.reject)))
            continue;
        return Error{.code = ErrorCode::NotFound,
                     .message = "there is no reject of " + line.reject.node + " at "
                         + line.reject.source + " " + line.reject.partition + ":"
                         + std::to_string(line.reject.position) + ", attempt "
                         + std::to_string(line.reject.attempt),
                     .object = wish.path + ":" + std::to_string(line.line),
                     .hint = "Edit data only; the other fields say which reject it is. Nothing was "
                             "replayed.",
                     .cause = {}};
    }
    return ok();
}

} // namespace

std::string PreparedReplay::text() const
{
    std::string out
        = std::to_string(load.records.size()) + (load.records.size() == 1 ? " record" : " records");
    if (edited > 0)
        out += ", " + std::to_string(edited) + " of them edited";
    if (replayedBefore > 0)
        out += "; " + std::to_string(replayedBefore) + " were replayed before and are left out";
    if (withoutRecord > 0)
        out += "; " + std::to_string(withoutRecord)
            + " have no raw record any more (rows had been merged) and stay";
    return out;
}

Result<PreparedReplay> prepareReplay(WorkspaceLink& link, const runtime::Plan& plan,
                                     const ReplayRejects& wish)
{
    PreparedReplay out;
    RejectFilter filter = wish.filter;
    filter.withReplayed = false;
    if (!wish.path.empty()) {
        filter = {.pipeline = wish.filter.pipeline};
        SLUICE_TRY(takeEdited(wish.path, RejectStore(link, filter), out));
        if (out.replayedBefore > 0)
            SLUICE_TRY(checkKnown(link, wish));
    } else {
        SLUICE_TRY(RejectStore::Chosen chosen, RejectStore(link, filter).records());
        out.load.records = std::move(chosen.records);
        out.withoutRecord = chosen.withoutRecord;
    }
    SLUICE_TRY(checkSize(wish, out.load));
    for (runtime::KeptRecord& record : out.load.records) {
        SLUICE_TRY(record.into, runtime::wayBack(plan, record.source, record.node));
    }
    const std::string hash = hashed(out.load);
    out.load.id = wish.id.empty() ? "r" + hash.substr(0, 12) : wish.id;
    out.load.key = out.load.id + "/" + hash;
    if (!wish.id.empty()) {
        SLUICE_TRY(const std::int64_t before, RejectStore(link, filter).replayedBy(wish.id));
        if (before > 0) { // the same replay once more: nothing is to be done
            out.load.records.clear();
            out.replayedBefore = before;
        }
    }
    return out;
}

} // namespace sluice::api
