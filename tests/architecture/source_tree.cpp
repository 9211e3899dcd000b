// SPDX-License-Identifier: Apache-2.0
#include "tests/architecture/source_tree.h"

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <sstream>

namespace sluice::architecture {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kTextEndings
    = ".h .cpp .txt .cmake .sh .py .sql .yaml .yml .md .json .svg .xml .desktop .ts .in .qss";

std::string contentOf(const fs::path& path)
{
    std::ifstream in(path, std::ios::binary);
    std::ostringstream out;
    out << in.rdbuf();
    return out.str();
}

// Others' texts, and what is made or fetched.
bool isForeign(const std::string& path)
{
    static constexpr std::array<std::string_view, 4> kFolders{"LICENSES", "installer/licences",
                                                              "examples/flights/data",
                                                              "tests/golden"};
    return std::ranges::any_of(kFolders, [&](std::string_view folder) { return path == folder; })
        || path.ends_with("__pycache__");
}

void collect(const fs::path& root, const fs::path& folder, SourceFiles& out)
{
    for (const auto& entry : fs::directory_iterator(folder)) {
        const std::string path = fs::relative(entry.path(), root).string();
        if (entry.is_directory()) {
            if (!isForeign(path))
                collect(root, entry.path(), out);
        } else if (entry.path().extension().empty() || endsInOneOf(path, kTextEndings)) {
            out.push_back({path, contentOf(entry.path())});
        }
    }
}

SourceFiles readTree()
{
    const fs::path root(SLUICE_SOURCE_DIR);
    SourceFiles out;
    for (const auto& entry : fs::directory_iterator(root)) {
        const std::string name = entry.path().filename().string();
        if (name == ".git" || name == ".deps" || name == "build" || name == "LICENSES")
            continue;
        if (entry.is_directory())
            collect(root, entry.path(), out);
        else
            out.push_back({name, contentOf(entry.path())});
    }
    std::ranges::sort(out, {}, &SourceFile::path);
    return out;
}

} // namespace

const SourceFiles& sourceTree()
{
    static const SourceFiles tree = readTree();
    return tree;
}

std::string ruleText(const std::string& name)
{
    return contentOf(fs::path(SLUICE_SOURCE_DIR) / "tests/architecture" / name);
}

bool endsInOneOf(std::string_view path, std::string_view endings)
{
    const auto known = wordsOf(endings);
    return std::ranges::any_of(known, [&](const auto& ending) { return path.ends_with(ending); });
}

bool isLike(std::string_view text, std::string_view pattern)
{
    if (!pattern.ends_with('*'))
        return text == pattern;
    return text.starts_with(pattern.substr(0, pattern.size() - 1));
}

std::vector<std::string> linesOf(std::string_view text)
{
    std::vector<std::string> out;
    while (!text.empty()) {
        const std::size_t end = std::min(text.find('\n'), text.size());
        out.emplace_back(text.substr(0, end));
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return out;
}

std::vector<std::string> wordsOf(std::string_view text)
{
    std::istringstream in{std::string(text)};
    std::vector<std::string> out;
    for (std::string word; in >> word;)
        out.push_back(word);
    return out;
}

std::string joined(const Findings& findings)
{
    std::string out;
    for (const std::string& finding : findings)
        out += "\n  " + finding;
    return out;
}

} // namespace sluice::architecture
