// SPDX-License-Identifier: Apache-2.0
#include "tests/architecture/source_tree.h"
#include "tests/support/test_main.h"

#include <algorithm>
#include <map>
#include <set>

namespace sluice::architecture {
namespace {

// Tests of a whole folder, which no single file stands behind.
const std::set<std::string> kFolderTests{"tests/engine/expr/oracle_test.cpp"};

std::string folderOf(const std::string& path)
{
    const std::size_t slash = path.rfind('/');
    return slash == std::string::npos ? std::string() : path.substr(0, slash);
}

std::string stemOf(const std::string& path)
{
    const std::size_t from = path.rfind('/') + 1;
    return path.substr(from, path.find('.', from) - from);
}

bool isMirrored(const std::string& path)
{
    return path.starts_with("tests/engine/") || path.starts_with("tests/ui/")
        || path.starts_with("tests/app/");
}

// tests/engine/lake/vacuum_test.cpp stands for engine/lake/vacuum.{h,cpp}.
Findings checkMirror(const SourceFiles& files)
{
    std::set<std::string> paths;
    for (const SourceFile& file : files)
        paths.insert(file.path);
    Findings out;
    for (const SourceFile& file : files) {
        if (!isMirrored(file.path) || !file.path.ends_with("_test.cpp")
            || kFolderTests.contains(file.path))
            continue;
        const std::string tested = file.path.substr(6, file.path.size() - 6 - 9);
        if (!paths.contains(tested + ".h") && !paths.contains(tested + ".cpp"))
            out.push_back(file.path + ": there is neither " + tested + ".h nor .cpp");
    }
    return out;
}

// A folder of the engine whose sources are there has tests of its own.
Findings checkFoldersAreTested(const SourceFiles& files)
{
    std::set<std::string> sources;
    std::set<std::string> tested;
    for (const SourceFile& file : files) {
        const auto isSource = file.path.starts_with("engine/") && file.path.ends_with(".cpp");
        if (isSource && std::ranges::count(file.path, '/') == 2)
            sources.insert(folderOf(file.path));
        if (file.path.starts_with("tests/engine/") && file.path.ends_with("_test.cpp"))
            tested.insert(folderOf(file.path).substr(6));
    }
    Findings out;
    for (const std::string& folder : sources)
        if (!tested.contains(folder))
            out.push_back(folder + ": has no test in tests/" + folder);
    return out;
}

// A source that no CMakeLists.txt names is built by nobody.
Findings checkSourcesAreBuilt(const SourceFiles& files)
{
    std::map<std::string, std::set<std::string>> named; // folder -> words of its CMakeLists.txt
    for (const SourceFile& file : files)
        if (file.path.ends_with("CMakeLists.txt"))
            for (std::string word : wordsOf(file.text)) {
                std::erase_if(word, [](char c) { return c == '(' || c == ')' || c == '"'; });
                named[folderOf(file.path)].insert(word);
            }
    Findings out;
    for (const SourceFile& file : files) {
        if (!file.path.ends_with(".cpp"))
            continue;
        const std::string stem = stemOf(file.path);
        bool isNamed = false;
        std::string inside = stem; // as a CMakeLists.txt further up would name it
        for (std::string folder = folderOf(file.path); !isNamed && !folder.empty();) {
            const auto words = named.find(folder);
            isNamed = words != named.end()
                && (words->second.contains(inside + ".cpp") || words->second.contains(inside));
            inside = folder.substr(folder.rfind('/') + 1) + "/" + inside;
            folder = folderOf(folder);
        }
        if (!isNamed && !file.path.starts_with("resources/")
            && !file.path.starts_with("tests/support/"))
            out.push_back(file.path + ": no CMakeLists.txt names it");
    }
    return out;
}

} // namespace

class MirrorTest : public QObject
{
    Q_OBJECT

private slots:
    void testsLieWhereTheirSourcesLie()
    {
        const Findings findings = checkMirror(sourceTree());
        QVERIFY2(findings.empty(), joined(findings).c_str());
    }
    void everyFolderIsTested()
    {
        const Findings findings = checkFoldersAreTested(sourceTree());
        QVERIFY2(findings.empty(), joined(findings).c_str());
    }
    void everySourceIsBuilt()
    {
        const Findings findings = checkSourcesAreBuilt(sourceTree());
        QVERIFY2(findings.empty(), joined(findings).c_str());
    }
    void whatIsAmissIsFound()
    {
        const SourceFiles files{{"engine/lake/CMakeLists.txt",
                                 "sluice_module(x SOURCES a.cpp sub/c.cpp)"},
                                {"engine/lake/a.cpp", ""},
                                {"engine/lake/a.h", ""},
                                {"engine/lake/b.cpp", ""},
                                {"engine/lake/sub/c.cpp", ""},
                                {"engine/slo/CMakeLists.txt", "sluice_components(x X\n  d\n)"},
                                {"engine/slo/d.cpp", ""},
                                {"tests/engine/lake/CMakeLists.txt", "(a_test.cpp z_test.cpp)"},
                                {"tests/engine/lake/a_test.cpp", ""},
                                {"tests/engine/lake/z_test.cpp", ""}};
        QCOMPARE(
            joined(checkMirror(files)),
            std::string(
                "\n  tests/engine/lake/z_test.cpp: there is neither engine/lake/z.h nor .cpp"));
        QCOMPARE(joined(checkFoldersAreTested(files)),
                 std::string("\n  engine/slo: has no test in tests/engine/slo"));
        QCOMPARE(joined(checkSourcesAreBuilt(files)),
                 std::string("\n  engine/lake/b.cpp: no CMakeLists.txt names it"));
    }
};

} // namespace sluice::architecture

SLUICE_TEST(sluice::architecture::MirrorTest)
#include "mirror_test.moc"
