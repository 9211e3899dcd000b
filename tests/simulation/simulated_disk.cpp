// SPDX-License-Identifier: Apache-2.0
#include "tests/simulation/simulated_disk.h"

#include <array>
#include <atomic>
#include <filesystem>
#include <fstream>
#include <mutex>

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <QtGlobal>

namespace fs = std::filesystem;

namespace sluice::test {
namespace {

std::mutex diskMutex; // guards the pointer and what it points to
SimulatedDisk* disk = nullptr;

void tell(int descriptor)
{
    const std::lock_guard lock(diskMutex);
    if (disk)
        disk->noteSync(descriptor);
}

std::string pathOf(int descriptor)
{
    std::array<char, 4096> text{};
    const std::string link = "/proc/self/fd/" + std::to_string(descriptor);
    const ssize_t length = ::readlink(link.c_str(), text.data(), text.size());
    return length < 0 ? std::string() : std::string(text.data(), std::size_t(length));
}

std::string bytesOf(const std::string& path)
{
    std::ifstream in(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
}

void writeBytes(const std::string& path, const std::string& bytes)
{
    if (!std::ofstream(path, std::ios::binary | std::ios::trunc)
             .write(bytes.data(), std::streamsize(bytes.size())))
        qFatal("cannot write %s", path.c_str());
}

} // namespace

SimulatedDisk::SimulatedDisk(std::string folder, std::mt19937_64& random)
    : m_folder(std::move(folder))
    , m_random(random)
{
    takeAllAsDurable();
    const std::lock_guard lock(diskMutex);
    disk = this;
}

SimulatedDisk::~SimulatedDisk()
{
    const std::lock_guard lock(diskMutex);
    disk = nullptr;
}

std::optional<SimulatedDisk::Name> SimulatedDisk::look(const std::string& path)
{
    struct statx found
    {
    };
    if (::statx(AT_FDCWD, path.c_str(), AT_SYMLINK_NOFOLLOW, STATX_INO | STATX_TYPE | STATX_BTIME,
                &found)
        != 0)
        return std::nullopt;
    return Name{.file
                = {found.stx_ino, found.stx_btime.tv_sec * 1'000'000'000 + found.stx_btime.tv_nsec},
                .isFolder = S_ISDIR(found.stx_mode)};
}

SimulatedDisk::Names SimulatedDisk::namesIn(const std::string& folder)
{
    Names out;
    std::error_code gone;
    for (const auto& entry : fs::directory_iterator(folder, gone))
        if (const auto name = look(entry.path().string()))
            out[entry.path().filename().string()] = *name;
    return out;
}

void SimulatedDisk::takeAllAsDurable()
{
    for (const auto& [name, what] : namesIn(m_folder))
        if (what.isFolder)
            takeAsDurable(m_folder + "/" + name);
}

void SimulatedDisk::takeAsDurable(const std::string& folder)
{
    const Names& names = m_names[folder] = namesIn(folder);
    for (const auto& [name, what] : names) {
        if (what.isFolder)
            takeAsDurable(folder + "/" + name);
        else
            m_bytes[what.file] = bytesOf(folder + "/" + name);
    }
}

void SimulatedDisk::noteSync(int descriptor)
{
    const std::string path = pathOf(descriptor);
    if (!path.starts_with(m_folder) || (m_lost && std::regex_search(path, *m_lost)))
        return;
    const auto what = look(path);
    if (!what)
        return;
    if (what->isFolder)
        m_names[path] = namesIn(path);
    else
        m_bytes[what->file] = bytesOf(path);
}

void SimulatedDisk::cutPower()
{
    for (const auto& [name, what] : namesIn(m_folder))
        if (what.isFolder)
            cutFolder(m_folder + "/" + name);
    m_names.clear();
    m_bytes.clear();
    takeAllAsDurable();
}

void SimulatedDisk::cutFolder(const std::string& folder)
{
    const Names now = namesIn(folder);
    const Names durable = m_names[folder];
    Names all = now;
    all.insert(durable.begin(), durable.end());
    const auto find = [](const Names& names, const std::string& name) {
        const auto found = names.find(name);
        return found == names.end() ? nullptr : &found->second;
    };
    for (const auto& [name, what] : all)
        cutName(folder + "/" + name, find(now, name), find(durable, name));
}

void SimulatedDisk::cutName(const std::string& path, const Name* now, const Name* durable)
{
    const bool isSettled = now && durable && *now == *durable;
    if (isSettled || chance()) {
        if (now && now->isFolder)
            cutFolder(path);
        else if (now)
            cutFile(path, now->file);
        return;
    }
    // The name goes back to what it was: another file's, or nobody's.
    fs::remove_all(path);
    if (durable && durable->isFolder)
        fs::create_directory(path);
    else if (durable)
        writeBytes(path, m_bytes[durable->file]);
}

void SimulatedDisk::cutFile(const std::string& path, const FileId& file)
{
    const std::string now = bytesOf(path);
    std::string& durable = m_bytes[file];
    if (now == durable)
        return;
    if (chance())
        durable = chance() ? now : now.substr(0, now.size() / 2);
    writeBytes(path, durable);
}

} // namespace sluice::test

// In place of those of the C library, for the whole program.
extern "C" int fsync(int descriptor)
{
    sluice::test::tell(descriptor);
    return int(::syscall(SYS_fsync, descriptor));
}

extern "C" int fdatasync(int descriptor)
{
    sluice::test::tell(descriptor);
    return int(::syscall(SYS_fdatasync, descriptor));
}
