// SPDX-License-Identifier: Apache-2.0
#include "engine/base/durable_file.h"

#include <cerrno>
#include <filesystem>

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

Status writeAll(int descriptor, std::string_view content, const std::string& path)
{
    while (!content.empty()) {
        const ssize_t written = ::write(descriptor, content.data(), content.size());
        if (written < 0 && errno == EINTR)
            continue;
        if (written < 0)
            return errorFromErrno(errno, "cannot write", path);
        content.remove_prefix(std::size_t(written));
    }
    return ok();
}

Status writeAndSync(const std::string& path, std::string_view content)
{
    const Descriptor file(::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644));
    if (!file.isOpen())
        return errorFromErrno(errno, "cannot create", path);
    SLUICE_TRY(writeAll(file.number(), content, path));
    if (::fdatasync(file.number()) != 0)
        return errorFromErrno(errno, "cannot make durable", path);
    return ok();
}

} // namespace

Status writeFileDurably(const std::string& path, std::string_view content)
{
    const std::string neighbour = path + ".tmp";
    if (Status written = writeAndSync(neighbour, content); !written) {
        ::unlink(neighbour.c_str());
        return written;
    }
    if (::rename(neighbour.c_str(), path.c_str()) != 0)
        return errorFromErrno(errno, "cannot rename into place", path);
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

} // namespace sluice
