// SPDX-License-Identifier: Apache-2.0
#include "tests/architecture/source_tree.h"
#include "tests/support/test_main.h"

namespace sluice::architecture {
namespace {

constexpr const char* kTag = "SPDX-License-Identifier: ";
constexpr const char* kApache = "Apache-2.0";
constexpr const char* kGpl = "GPL-3.0-or-later";

// Qt Charts is offered under the GPL only, so what links it is under the GPL.
const char* licenceOf(const std::string& path)
{
    return path.starts_with("ui/") || path.starts_with("app/console") ? kGpl : kApache;
}

// A form that a comment can be written in; JSON and pictures of the desktop cannot hold one.
bool carriesTag(const std::string& path)
{
    const std::string name = path.substr(path.rfind('/') + 1);
    return endsInOneOf(path, ".h .cpp .cmake .sh .py .sql .yaml .yml .in")
        || name == "CMakeLists.txt" || path == "dev" || path == ".ci/run" || name == ".clang-format"
        || name == ".clang-tidy";
}

// The tag stands in the first line, or in the second below "#!".
std::string tagOf(const std::string& text)
{
    const auto lines = linesOf(text.substr(0, 400));
    const std::size_t at = !lines.empty() && lines.front().starts_with("#!") ? 1 : 0;
    const std::size_t tag = at < lines.size() ? lines[at].find(kTag) : std::string::npos;
    return tag == std::string::npos ? std::string()
                                    : lines[at].substr(tag + std::string(kTag).size());
}

Findings checkTags(const SourceFiles& files)
{
    Findings out;
    for (const SourceFile& file : files) {
        if (!carriesTag(file.path))
            continue;
        const std::string tag = tagOf(file.text);
        // Tests of what is under the GPL link it, and may be under either.
        const bool isGplTest
            = file.path.starts_with("tests/ui/") || file.path.starts_with("tests/app/");
        if (isGplTest && tag == kGpl)
            continue;
        if (tag != licenceOf(file.path))
            out.push_back(file.path + ": the first line should say " + kTag + licenceOf(file.path)
                          + (tag.empty() ? "" : ", it says " + tag));
    }
    return out;
}

} // namespace

class SpdxTest : public QObject
{
    Q_OBJECT

private slots:
    void everyFileNamesItsLicence()
    {
        const Findings findings = checkTags(sourceTree());
        QVERIFY2(findings.empty(), joined(findings).c_str());
    }
    void wrongTagsAreFound_data()
    {
        QTest::addColumn<QString>("path");
        QTest::addColumn<QString>("text");
        QTest::addColumn<bool>("isRight");
        const QString tag = kTag;
        QTest::newRow("engine") << "engine/a.h"
                                << "// " + tag + "Apache-2.0\n"
                                << true;
        QTest::newRow("none") << "engine/a.h"
                              << "#pragma once\n"
                              << false;
        QTest::newRow("empty file") << "engine/a.h"
                                    << "" << false;
        QTest::newRow("too late") << "engine/a.h"
                                  << "#pragma once\n// " + tag + "Apache-2.0\n"
                                  << false;
        QTest::newRow("other licence") << "engine/a.h"
                                       << "// " + tag + "MIT\n"
                                       << false;
        QTest::newRow("GPL in the engine") << "engine/a.h"
                                           << "// " + tag + "GPL-3.0-or-later\n"
                                           << false;
        QTest::newRow("ui") << "ui/a.h"
                            << "// " + tag + "GPL-3.0-or-later\n"
                            << true;
        QTest::newRow("Apache in the ui") << "ui/a.h"
                                          << "// " + tag + "Apache-2.0\n"
                                          << false;
        QTest::newRow("console") << "app/console.cpp"
                                 << "// " + tag + "GPL-3.0-or-later\n"
                                 << true;
        QTest::newRow("sluicectl") << "app/sluicectl/run.cpp"
                                   << "// " + tag + "Apache-2.0\n"
                                   << true;
        QTest::newRow("script") << "dev"
                                << "#!/bin/sh\n# " + tag + "Apache-2.0\n"
                                << true;
        QTest::newRow("no comments in it") << "CMakePresets.json"
                                           << "{}" << true;
    }
    void wrongTagsAreFound()
    {
        QFETCH(QString, path);
        QFETCH(QString, text);
        QFETCH(bool, isRight);
        QCOMPARE(checkTags({{path.toStdString(), text.toStdString()}}).empty(), isRight);
    }
};

} // namespace sluice::architecture

SLUICE_TEST(sluice::architecture::SpdxTest)
#include "spdx_test.moc"
