// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/base/result.h"

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string>
#include <string_view>

namespace sluice {

/// Writes a long stretch of a file past the system's page cache (O_DIRECT): for what is not read
/// again soon. A cached page is copied once more, and on a machine whose memory is in use
/// elsewhere a fresh one costs several times its copy. Where the file system cannot do it the
/// bytes go through the cache. What was written is not durable before syncFile. One thread.
class UncachedWriter
{
public:
    /// Bytes that are written at once; below a few of these the cache is the better way.
    static constexpr std::size_t kBlockBytes = 4 << 20;

    /// Begins at a place of a file that the caller opened to write and closes; what is before it
    /// stays. path: for errors.
    UncachedWriter(int descriptor, std::uint64_t offset, std::string path);
    ~UncachedWriter();
    UncachedWriter(const UncachedWriter&) = delete;
    UncachedWriter& operator=(const UncachedWriter&) = delete;

    Status append(std::string_view bytes);
    /// Writes what does not fill a block.
    Status finish();

private:
    struct Freed
    {
        void operator()(char* memory) const { std::free(memory); }
    };

    Status writeOut();
    Result<std::size_t> writePast(std::string_view bytes);
    void setPassing(bool isPassing);

    const int m_descriptor;
    const std::string m_path;
    std::uint64_t m_offset; // where m_block begins in the file
    std::size_t m_filled = 0;
    std::size_t m_room; // until the file is at a multiple of kBlockBytes
    bool m_canPass = true, m_isPassing = false;
    std::unique_ptr<char, Freed> m_block;
};

/// Writes all bytes at a place of a file, through the page cache.
Status writeAt(int descriptor, std::uint64_t offset, std::string_view bytes,
               const std::string& path);

} // namespace sluice
