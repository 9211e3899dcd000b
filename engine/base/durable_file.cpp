// SPDX-License-Identifier: Apache-2.0
#include "engine/base/durable_file.h"

#include "engine/base/fail_point.h"

#include <cerrno>
#include <filesystem>
#include <vector>

#include <fcntl.h>
#include <unistd.h>

namespace sluice {
namespace {

// Closes a descriptor at the end of a scope.
class Descriptor
{
public:
    explicit Descriptor(int number)
        : m_number(number)
    {
    }
    ~Descriptor()
    {
        if (m_number >= 0)
            ::close(m_number);
    }
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;
    int number() const { return m_number; }
    bool isOpen() const { return m_number >= 0; }

private:
    int m_number;
};

Status stepOf(std::string_view points, const char* step, const std::string& path)
{
    if (points.empty() || !detail::anyFailPoint.load(std::memory_order_relaxed))
        return ok();
    return failPoint(std::string(points) + step, path);
}

Status writeAndSync(const std::string& path, std::span<const std::string_view> parts,
                    std::string_view points)
{
    const Descriptor file(::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644));
    if (!file.isOpen())
        return errorFromErrno(errno, "cannot create", path);
    const std::string point = points.empty() ? std::string() : std::string(points) + ".write";
    for (const std::string_view part : parts)
        SLUICE_TRY(writeAll(file.number(), part, path, point));
    SLUICE_TRY(stepOf(points, ".sync", path));
    if (::fdatasync(file.number()) != 0)
        return errorFromErrno(errno, "cannot make durable", path);
    return ok();
}

} // namespace

Status writeAll(int descriptor, std::string_view content, const std::string& path,
                std::string_view failPoint)
{
    const FailAction action = failPoint.empty() ? FailAction::None : failPointAction(failPoint);
    if (action == FailAction::ShortWrite)
        content = content.substr(0, content.size() / 2);
    else if (action != FailAction::None)
        return detail::failPointError(action, path);
    while (!content.empty()) {
        const ssize_t written = ::write(descriptor, content.data(), content.size());
        if (written < 0 && errno == EINTR)
            continue;
        if (written < 0)
            return errorFromErrno(errno, "cannot write", path);
        content.remove_prefix(std::size_t(written));
    }
    return action == FailAction::None ? ok() : detail::failPointError(action, path);
}

Status writeFileDurably(const std::string& path, std::string_view content,
                        std::string_view failPoints)
{
    return writePartsDurably(path, {&content, 1}, failPoints);
}

Status writePartsDurably(const std::string& path, std::span<const std::string_view> parts,
                         std::string_view failPoints)
{
    const std::string neighbour = path + ".tmp";
    if (Status written = writeAndSync(neighbour, parts, failPoints); !written) {
        ::unlink(neighbour.c_str());
        return written;
    }
    SLUICE_TRY(stepOf(failPoints, ".rename", path));
    if (::rename(neighbour.c_str(), path.c_str()) != 0)
        return errorFromErrno(errno, "cannot rename into place", path);
    SLUICE_TRY(stepOf(failPoints, ".renamed", path));
    return syncFolder(std::filesystem::path(path).parent_path().string());
}

Status syncFile(const std::string& path)
{
    const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    if (!file.isOpen())
        return errorFromErrno(errno, "cannot open", path);
    if (::fdatasync(file.number()) != 0)
        return errorFromErrno(errno, "cannot make durable", path);
    return ok();
}

Status syncFolder(const std::string& path)
{
    const std::string folder = path.empty() ? "." : path;
    const Descriptor file(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!file.isOpen())
        return errorFromErrno(errno, "cannot open folder", folder);
    if (::fsync(file.number()) != 0)
        return errorFromErrno(errno, "cannot make folder durable", folder);
    return ok();
}

Status writeDurablyAt(const std::string& path, std::uint64_t offset,
                      std::span<const std::string_view> parts, std::string_view failPoints)
{
    if (offset == 0) // somebody may have the former file mapped: it must not become shorter
        ::unlink(path.c_str());
    const int creation = offset == 0 ? O_CREAT | O_TRUNC : 0;
    const Descriptor file(::open(path.c_str(), O_WRONLY | O_CLOEXEC | creation, 0644));
    if (!file.isOpen())
        return errorFromErrno(errno, "cannot open to write", path);
    if (::lseek(file.number(), off_t(offset), SEEK_SET) < 0)
        return errorFromErrno(errno, "cannot write at its end", path);
    const std::string point
        = failPoints.empty() ? std::string() : std::string(failPoints) + ".write";
    for (const std::string_view part : parts)
        SLUICE_TRY(writeAll(file.number(), part, path, point));
    SLUICE_TRY(stepOf(failPoints, ".sync", path));
    if (::fdatasync(file.number()) != 0)
        return errorFromErrno(errno, "cannot make durable", path);
    return offset == 0 ? syncFolder(std::filesystem::path(path).parent_path().string()) : ok();
}

Result<std::size_t> readFilePart(const std::string& path, std::uint64_t offset, std::span<char> to)
{
    const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    if (!file.isOpen())
        return errorFromErrno(errno, "cannot open", path);
    std::size_t done = 0;
    while (done < to.size()) {
        const ssize_t got
            = ::pread(file.number(), to.data() + done, to.size() - done, off_t(offset + done));
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return errorFromErrno(errno, "cannot read", path);
        if (got == 0)
            break;
        done += std::size_t(got);
    }
    return done;
}

Result<std::string> readFile(const std::string& path)
{
    const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    if (!file.isOpen())
        return errorFromErrno(errno, "cannot open", path);
    std::string content;
    std::string block(1 << 16, '\0');
    for (;;) {
        const ssize_t got = ::read(file.number(), block.data(), block.size());
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return errorFromErrno(errno, "cannot read", path);
        if (got == 0)
            return content;
        content.append(block, 0, std::size_t(got));
    }
}

Status makeFolder(const std::string& path)
{
    std::error_code failure;
    std::filesystem::create_directories(path, failure);
    if (failure)
        return errorFromErrno(failure.value(), "cannot create folder", path);
    return ok();
}

Status makeFolderDurably(const std::string& path)
{
    std::error_code failure;
    std::filesystem::path there = std::filesystem::absolute(path, failure).lexically_normal();
    std::vector<std::filesystem::path> parents; // that get a new name
    while (!failure && !there.empty() && !std::filesystem::exists(there, failure)) {
        there = there.parent_path();
        parents.push_back(there);
    }
    SLUICE_TRY(makeFolder(path));
    for (const std::filesystem::path& parent : parents)
        SLUICE_TRY(syncFolder(parent.string()));
    return ok();
}

} // namespace sluice
