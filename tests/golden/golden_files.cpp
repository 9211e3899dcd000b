// SPDX-License-Identifier: Apache-2.0
#include "tests/golden/golden_files.h"

#include "engine/base/checksum.h"

#include <array>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <regex>
#include <vector>

#include <sys/stat.h>

namespace fs = std::filesystem;

namespace sluice::test {
namespace {

std::string replaced(std::string text, const std::string& from, const std::string& to)
{
    for (std::size_t at = text.find(from); at != std::string::npos;
         at = text.find(from, at + to.size()))
        text.replace(at, from.size(), to);
    return text;
}

std::string withInode(const std::string& text, std::uint64_t inode)
{
    static const std::regex number(R"((inode\\":)\d+)");
    return std::regex_replace(text, number, "$01" + std::to_string(inode));
}

} // namespace

void rewriteManifests(const std::string& folder,
                      const std::function<std::string(const std::string&)>& change)
{
    for (const auto& entry : fs::directory_iterator(folder + "/state")) {
        if (!entry.path().filename().string().starts_with("manifest-"))
            continue;
        std::ifstream in(entry.path(), std::ios::binary);
        std::string text{std::istreambuf_iterator<char>(in), {}};
        text = change(text.substr(0, text.rfind("\ncrc32c:")));
        std::array<char, 32> line{};
        std::snprintf(line.data(), line.size(), "\ncrc32c:%08x\n", crc32c(text));
        std::ofstream(entry.path(), std::ios::binary) << text << line.data();
    }
}

void makePortable(const std::string& folder)
{
    rewriteManifests(folder, [&](const std::string& text) {
        return withInode(replaced(text, folder, "@FOLDER"), 0);
    });
}

void makeLocal(const std::string& folder)
{
    struct stat input
    {
    };
    ::stat((folder + "/in.jsonl").c_str(), &input);
    rewriteManifests(folder, [&](const std::string& text) {
        return withInode(replaced(text, "@FOLDER", folder), input.st_ino);
    });
}

void writeRecords(const std::string& folder)
{
    std::vector<std::string> lines;
    for (std::size_t i = 0; i < kGoldenRecords; ++i) {
        const std::size_t back = i % 30 == 0 ? 25 : i % 10 == 0 ? 5 : 0;
        if (back > 0 && i >= back) {
            lines.push_back(lines[i - back]);
            continue;
        }
        const char* const kind = i * i % 3 == 0 ? "a" : i % 4 == 0 ? "b" : "c";
        lines.push_back("{\"id\":" + std::to_string(i) + ",\"k\":" + std::to_string(i * i % 11 % 5)
                        + ",\"g\":\"" + kind
                        + "\",\"v\":" + std::to_string(std::int64_t(i * 31 % 101) - 50) + ",\"t\":"
                        + std::to_string(1'700'000'000'000 + i * 1000 - i * 37 % 800) + "}");
    }
    std::ofstream out(folder + "/records.jsonl");
    for (const std::string& line : lines)
        out << line << "\n";
}

void feed(const std::string& folder, std::size_t from, std::size_t to)
{
    std::ifstream records(folder + "/records.jsonl");
    std::ofstream in(folder + "/in.jsonl", std::ios::app);
    std::string line;
    for (std::size_t i = 0; i < to && std::getline(records, line); ++i)
        if (i >= from)
            in << line << "\n";
}

} // namespace sluice::test
