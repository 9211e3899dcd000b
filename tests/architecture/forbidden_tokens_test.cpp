// SPDX-License-Identifier: Apache-2.0
#include "tests/architecture/source_tree.h"
#include "tests/support/test_main.h"

#include <algorithm>
#include <cctype>
#include <regex>

namespace sluice::architecture {
namespace {

struct Token
{
    std::regex pattern;
    std::string reason;
};

// Put together from pieces, so that this file does not hold what it forbids.
const std::vector<Token>& forbiddenTokens()
{
    static const std::vector<Token> tokens = [] {
        std::vector<Token> out;
        const auto add = [&](const std::string& pattern, const char* reason) {
            out.push_back({std::regex(pattern), reason});
        };
        add(std::string("\\bTO") + "DO\\b|\\bFIX" + "ME\\b|\\bX" + "XX\\b",
            "finish it, or leave it out");
        add(std::string("/wo") + "rk/(sha" + "red|ma" + "in|bi" + "n|d" + "l)\\b|/wo" + "rk/\\.",
            "the repository knows nothing of the place where it was made");
        const char* const host = "name packages, not the hosts that they come from";
        add(std::string("pyp") + "i\\.org|pytho" + "nhosted\\.org", host);
        add(std::string("npm") + "js\\.(org|com)", host);
        add(std::string("repo1?\\.mav") + "en\\.|mav" + "en\\.org", host);
        add(std::string("crat") + "es\\.io|proxy\\.gol" + "ang\\.org", host);
        add(std::string("(deb|security|ftp[.a-z]*)\\.deb") + "ian\\.org", host);
        add("\\bclass [A-Za-z]*(Manager|Helper|Utils|Util|Misc)\\b", "name the concept instead");
        return out;
    }();
    return tokens;
}

// A file is named after what is in it; these names say that nobody knew.
bool isVagueName(const std::string& path)
{
    static const std::regex vague("(^|_)(utils?|helpers?|common|misc|managers?|tmp|stuff)(_|$)");
    const std::size_t from = path.rfind('/') + 1;
    std::string stem = path.substr(from, path.find('.', from) - from);
    std::ranges::transform(stem, stem.begin(),
                           [](unsigned char c) { return char(std::tolower(c)); });
    return std::regex_search(stem, vague);
}

Findings checkTokens(const SourceFiles& files)
{
    Findings out;
    for (const SourceFile& file : files) {
        if (isVagueName(file.path))
            out.push_back(file.path + ": name the concept instead");
        for (const Token& token : forbiddenTokens()) {
            std::smatch found;
            if (!std::regex_search(file.text, found, token.pattern))
                continue;
            const auto line = 1 + std::count(file.text.begin(), found[0].first, '\n');
            out.push_back(file.path + ":" + std::to_string(line) + ": \"" + found.str()
                          + "\": " + token.reason);
        }
    }
    return out;
}

} // namespace

class ForbiddenTokensTest : public QObject
{
    Q_OBJECT

private slots:
    void theTreeHasNone()
    {
        const Findings findings = checkTokens(sourceTree());
        QVERIFY2(findings.empty(), joined(findings).c_str());
    }
    void vagueNamesAreFound_data()
    {
        QTest::addColumn<QString>("path");
        QTest::addColumn<bool>("isVague");
        QTest::newRow("utils") << "engine/base/utils.h" << true;
        QTest::newRow("string_utils") << "engine/base/string_utils.cpp" << true;
        QTest::newRow("Helper") << "ui/PageHelper.cpp" << false; // its class is found instead
        QTest::newRow("manager") << "engine/run_manager.cpp" << true;
        QTest::newRow("common") << "engine/common.h" << true;
        QTest::newRow("uncommon") << "engine/uncommon_words.h" << false;
        QTest::newRow("table_sink") << "engine/lake/table_sink.h" << false;
        QTest::newRow("folder") << "engine/utils.d/table.h" << false;
    }
    void vagueNamesAreFound()
    {
        QFETCH(QString, path);
        QFETCH(bool, isVague);
        QCOMPARE(!checkTokens({{path.toStdString(), ""}}).empty(), isVague);
    }
    void wordsAreFoundWithTheirLine()
    {
        const std::string mark = std::string("TO") + "DO";
        const Findings findings = checkTokens({{"engine/a.cpp", "int a;\n// " + mark + ": b\n"},
                                               {"engine/b.cpp", "int " + mark + "s;\n"},
                                               {"engine/c.h",
                                                "class "
                                                "PageManager\n{\n};\n"}});
        QCOMPARE(findings.size(), std::size_t(2));
        QVERIFY(findings[0].starts_with("engine/a.cpp:2: "));
        QVERIFY(findings[1].starts_with("engine/c.h:1: "));
    }
};

} // namespace sluice::architecture

SLUICE_TEST(sluice::architecture::ForbiddenTokensTest)
#include "forbidden_tokens_test.moc"
