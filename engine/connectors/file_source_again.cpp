// SPDX-License-Identifier: Apache-2.0
// How a file source reads what another run of it has read.
#include "engine/connectors/file_source.h"

#include <algorithm>

namespace sluice::connectors {

Status FileSource::readAgain(const flow::RecordRange& range, const std::string& upTo)
{
    if (range.hasTimes())
        return Error{.code = ErrorCode::Unsupported,
                     .message = "files do not tell when a record arrived",
                     .object = m_config.node,
                     .hint = "Bronze does: --from bronze. Or say from which byte of which file: "
                             "--from-offset.",
                     .cause = {}};
    SLUICE_TRY(const Position end, readPosition(upTo));
    m_again.emplace();
    std::vector<std::string> names;
    for (const auto& [path, position] : end.files) {
        names.push_back(shownName(path));
        (*m_again)[path] = {position, range.offsetsOf(names.back())};
    }
    m_follows = false;
    return flow::checkPartitions(range, names, m_config.node);
}

// Takes the files as they were; what is read of them already need not be there any more.
Status FileSource::openAgain()
{
    for (const auto& [path, again] : *m_again)
        m_entries.try_emplace(path);
    for (auto& [path, entry] : m_entries) {
        const auto again = m_again->find(path);
        entry.isDone = again == m_again->end()
            || entry.position.offset
                >= std::min(again->second.end.offset, again->second.offsets.until);
        if (entry.isDone) {
            letGo(path);
            continue;
        }
        SLUICE_TRY(checkUnchanged(path));
    }
    return ok();
}

// Followed to where the other run was, a file holds the watermark as it does there, so that what
// comes behind is judged in the same way. One that ends before, or that had no row, holds nobody.
void FileSource::letGo(const std::string& path)
{
    const auto again = m_again->find(path);
    const std::string name = shownName(path);
    if (!m_config.follows || again == m_again->end()
        || again->second.offsets.until < again->second.end.offset
        || m_intake.watermarks().of(name) == EventTime::min())
        m_intake.watermarks().finish(name);
}

Status FileSource::checkUnchanged(const std::string& path) const
{
    const FollowedFile::Change change = FollowedFile::changeOf(path, m_again->at(path).end);
    if (change == FollowedFile::Change::None)
        return ok();
    const char* what = change == FollowedFile::Change::Gone ? "is gone"
        : change == FollowedFile::Change::Shrunk            ? "has shrunk"
                                                            : "has been replaced";
    return Error{.code = ErrorCode::NotFound,
                 .message = std::string("the file ") + what
                     + " since the pipeline read it: it cannot be read again",
                 .object = path,
                 .hint = "Replay what bronze keeps of it: --from bronze.",
                 .cause = {}};
}

} // namespace sluice::connectors
