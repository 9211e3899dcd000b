// SPDX-License-Identifier: Apache-2.0
#include "engine/lake/commit_file.h"

#include "engine/base/durable_file.h"
#include "engine/base/fail_point.h"
#include "engine/lake/lake_error.h"
#include "engine/lake/random_name.h"

#include <array>
#include <cerrno>
#include <cstdio>

#include <fcntl.h>
#include <unistd.h>

namespace sluice::lake {
namespace {

std::string versionText(std::int64_t version)
{
    std::array<char, 32> text{};
    std::snprintf(text.data(), text.size(), "%020lld", static_cast<long long>(version));
    return text.data();
}

// writeFileDurably() renames over what is there; here the name is the point, so write by hand.
Status writeDurably(const std::string& path, std::string_view text)
{
    const int file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
    if (file < 0)
        return errorFromErrno(errno, "cannot create the commit", path);
    Status out = writeAll(file, text, path, "commit.write");
    if (out)
        out = failPoint("commit.sync", path);
    if (out && ::fdatasync(file) != 0)
        out = errorFromErrno(errno, "cannot make the commit durable", path);
    if (::close(file) != 0 && out)
        out = errorFromErrno(errno, "cannot close the commit", path);
    if (!out)
        ::unlink(path.c_str());
    return out;
}

bool lacksLinks(int number)
{
    return number == EPERM || number == EOPNOTSUPP || number == ENOSYS || number == EMLINK;
}

} // namespace

std::string commitName(std::int64_t version)
{
    return versionText(version) + ".json";
}

std::string checkpointName(std::int64_t version)
{
    return versionText(version) + ".checkpoint.parquet";
}

CommitFile::CommitFile(std::string logFolder, std::string temporary)
    : m_logFolder(std::move(logFolder))
    , m_temporary(std::move(temporary))
{
}

CommitFile::CommitFile(CommitFile&& other) noexcept
    : m_logFolder(std::move(other.m_logFolder))
    , m_temporary(std::exchange(other.m_temporary, {}))
{
}

CommitFile::~CommitFile()
{
    if (!m_temporary.empty())
        ::unlink(m_temporary.c_str());
}

Result<CommitFile> CommitFile::prepare(const std::string& logFolder, std::string_view text)
{
    const std::string temporary = logFolder + "/.tmp-" + randomUuid();
    SLUICE_TRY(writeDurably(temporary, text));
    return CommitFile(logFolder, temporary);
}

Result<bool> CommitFile::publish(std::int64_t version)
{
    const std::string target = m_logFolder + "/" + commitName(version);
    SLUICE_TRY(failPoint("commit.publish", target));
    if (::link(m_temporary.c_str(), target.c_str()) == 0)
        return true;
    if (errno == EEXIST)
        return false;
    if (!lacksLinks(errno))
        return errorFromErrno(errno, "cannot publish the commit", target);
    if (::renameat2(AT_FDCWD, m_temporary.c_str(), AT_FDCWD, target.c_str(), RENAME_NOREPLACE)
        == 0) {
        m_temporary.clear();
        return true;
    }
    if (errno == EEXIST)
        return false;
    if (errno == EINVAL || errno == ENOSYS)
        return lakeError(ErrorCode::Unsupported,
                         "the file system has neither hard links nor a rename that keeps what is "
                         "there, so commits cannot be atomic",
                         target, "Put the lake on a local file system such as ext4, XFS or Btrfs.");
    return errorFromErrno(errno, "cannot publish the commit", target);
}

Status CommitFile::finish()
{
    SLUICE_TRY(failPoint("commit.published", m_logFolder));
    SLUICE_TRY(syncFolder(m_logFolder));
    SLUICE_TRY(failPoint("commit.finished", m_logFolder));
    if (!m_temporary.empty())
        ::unlink(m_temporary.c_str());
    m_temporary.clear();
    return ok();
}

} // namespace sluice::lake
