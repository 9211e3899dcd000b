// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <random>
#include <regex>
#include <string>
#include <utility>

namespace sluice::test {

/// A disk under a folder that loses power. While one lives, the process's fsync and fdatasync tell
/// it what is durable: of a file its bytes, of a folder its names, nothing else, as POSIX has it.
/// After a cut each name and each file that changed since may have its new form, its durable one,
/// or half of the new bytes, each by a draw of its own. One at a time; any thread may sync.
class SimulatedDisk
{
public:
    /// What is under the folder already counts as durable. The files right in it are somebody
    /// else's and stay.
    SimulatedDisk(std::string folder, std::mt19937_64& random);
    ~SimulatedDisk();
    SimulatedDisk(const SimulatedDisk&) = delete;
    SimulatedDisk& operator=(const SimulatedDisk&) = delete;

    /// A fault: from now on a sync of what has such a path is answered, not done.
    void loseSyncsOf(const std::string& pattern) { m_lost = std::regex(pattern); }
    void cutPower();

    /// Called by fsync and fdatasync.
    void noteSync(int descriptor);

private:
    // Number and time of birth: a number alone is given again after a file is gone.
    using FileId = std::pair<std::uint64_t, std::int64_t>;
    struct Name
    {
        FileId file;
        bool isFolder = false;
        bool operator==(const Name&) const = default;
    };
    using Names = std::map<std::string, Name>;

    static std::optional<Name> look(const std::string& path);
    static Names namesIn(const std::string& folder);
    void takeAllAsDurable();
    void takeAsDurable(const std::string& folder);
    void cutFolder(const std::string& folder);
    void cutName(const std::string& path, const Name* now, const Name* durable);
    void cutFile(const std::string& path, const FileId& file);
    bool chance() { return m_random() % 2 == 0; }

    const std::string m_folder;
    std::mt19937_64& m_random;
    std::optional<std::regex> m_lost;
    std::map<std::string, Names> m_names; // durable, by folder
    std::map<FileId, std::string> m_bytes;
};

} // namespace sluice::test
