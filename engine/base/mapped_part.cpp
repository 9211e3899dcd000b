// SPDX-License-Identifier: Apache-2.0
#include "engine/base/mapped_part.h"

#include <cerrno>

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

namespace sluice {
namespace {

std::size_t pageBytes()
{
    static const auto size = std::size_t(::sysconf(_SC_PAGESIZE));
    return size;
}

} // namespace

Result<SharedBytes> mapFilePart(const std::string& path, std::uint64_t offset, std::size_t length)
{
    if (length == 0)
        return SharedBytes{};
    const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (descriptor < 0)
        return errorFromErrno(errno, "cannot open", path);
    const std::size_t before = offset % pageBytes(); // a mapping begins with a page
    const std::size_t whole = before + length;
    void* const begin = ::mmap(nullptr, whole, PROT_READ | PROT_WRITE, MAP_PRIVATE, descriptor,
                               off_t(offset - before));
    const int problem = errno;
    ::close(descriptor);
    if (begin == MAP_FAILED)
        return errorFromErrno(problem, "cannot map", path);
    const auto unmap = [begin, whole](const char*) { ::munmap(begin, whole); };
    return SharedBytes{std::shared_ptr<char[]>(static_cast<char*>(begin) + before, unmap), length};
}

Status fetchMapped(std::span<char> bytes, const std::string& path)
{
    if (bytes.empty())
        return ok();
    const std::size_t before = reinterpret_cast<std::uintptr_t>(bytes.data()) % pageBytes();
    if (::madvise(bytes.data() - before, bytes.size() + before, MADV_POPULATE_READ) == 0)
        return ok();
    if (errno == EINVAL) // a kernel before 5.14: the pages come when they are touched
        return ok();
    return errorFromErrno(errno == EFAULT ? EIO : errno, "cannot read", path);
}

} // namespace sluice
