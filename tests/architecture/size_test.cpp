// SPDX-License-Identifier: Apache-2.0
#include "tests/architecture/source_tree.h"
#include "tests/support/test_main.h"

#include <algorithm>
#include <map>

namespace sluice::architecture {
namespace {

using Limits = std::map<std::string, std::size_t>;

// Smoke alarms, not laws: a file that grows beyond has mostly taken in a second idea.
std::size_t limitOf(const std::string& path)
{
    if (path.starts_with("tests/"))
        return 500;
    if (path.ends_with(".h") || path.ends_with("main_window.cpp"))
        return 250;
    return 400;
}

Limits parseLongFiles(const std::string& text)
{
    Limits out;
    for (const std::string& line : linesOf(text)) {
        const auto words = wordsOf(line);
        if (words.size() > 2 && words.front() != "#")
            out[words[0]] = std::stoul(words[1]);
    }
    return out;
}

Findings checkSizes(const SourceFiles& files, const Limits& exceptions)
{
    Findings out;
    for (const SourceFile& file : files) {
        if (!endsInOneOf(file.path, ".h .cpp"))
            continue;
        const auto exception = exceptions.find(file.path);
        const std::size_t limit
            = exception == exceptions.end() ? limitOf(file.path) : exception->second;
        const auto lines = std::size_t(std::ranges::count(file.text, '\n'));
        if (lines > limit)
            out.push_back(file.path + ": " + std::to_string(lines) + " lines, at most "
                          + std::to_string(limit) + ": split it where a second idea begins");
    }
    return out;
}

} // namespace

class SizeTest : public QObject
{
    Q_OBJECT

private slots:
    void filesAreShort()
    {
        const Findings findings
            = checkSizes(sourceTree(), parseLongFiles(ruleText("long_files.txt")));
        QVERIFY2(findings.empty(), joined(findings).c_str());
    }
    void exceptionsAreFewAndExist()
    {
        const Limits exceptions = parseLongFiles(ruleText("long_files.txt"));
        QVERIFY(exceptions.size() <= 5);
        for (const auto& [path, limit] : exceptions)
            QVERIFY2(std::ranges::any_of(sourceTree(),
                                         [&](const SourceFile& file) { return file.path == path; }),
                     path.c_str());
    }
    void longFilesAreFound()
    {
        const std::string lines251(251, '\n');
        const std::string lines401(401, '\n');
        const SourceFiles files{{"engine/base/a.h", lines251},
                                {"engine/base/a.cpp", lines251},
                                {"engine/base/b.cpp", lines401},
                                {"engine/base/c.cpp", lines401},
                                {"tests/engine/base/b_test.cpp", lines401},
                                {"docs/long.md", lines401}};
        const Findings findings = checkSizes(files, {{"engine/base/c.cpp", 410}});
        QCOMPARE(findings.size(), std::size_t(2));
        QVERIFY(findings[0].starts_with("engine/base/a.h: 251 lines"));
        QVERIFY(findings[1].starts_with("engine/base/b.cpp: 401 lines"));
    }
};

} // namespace sluice::architecture

SLUICE_TEST(sluice::architecture::SizeTest)
#include "size_test.moc"
