// SPDX-License-Identifier: Apache-2.0
#include "tests/architecture/source_tree.h"
#include "tests/support/test_main.h"

namespace sluice::architecture {
namespace {

// The functions that the script's commands call: "soak) devSoak "$@" ;;".
std::vector<std::string> calledBy(const std::string& script)
{
    std::vector<std::string> out;
    for (const std::string& line : linesOf(script)) {
        const auto words = wordsOf(line);
        for (std::size_t i = 0; i + 1 < words.size(); ++i)
            if (words[i].ends_with(")") && words[i + 1].starts_with("dev"))
                out.push_back(words[i + 1]);
    }
    return out;
}

Findings missingFunctions(const SourceFiles& files)
{
    std::string script, functions;
    for (const SourceFile& file : files) {
        if (file.path == "dev")
            script = file.text;
        else if (file.path.starts_with("resources/dev/") && file.path.ends_with(".sh"))
            functions += "\n" + file.text;
    }
    Findings out;
    for (const std::string& name : calledBy(script))
        if (functions.find("\n" + name + "() {") == std::string::npos)
            out.push_back("dev: no function " + name + " in resources/dev");
    return out;
}

} // namespace

class CommandsTest : public QObject
{
    Q_OBJECT

private slots:
    void everyCommandHasItsFunction()
    {
        const Findings findings = missingFunctions(sourceTree());
        QVERIFY2(findings.empty(), joined(findings).c_str());
    }
    void aMissingOneIsFound()
    {
        const SourceFile script{"dev", "case x in\nrun) devRun \"$@\" ;;\nsoak) devSoak ;;\nesac"};
        const SourceFile functions{"resources/dev/a.sh", "# a\ndevRun() {\n  devSoak\n}\n"};
        QCOMPARE(missingFunctions({script, functions}),
                 Findings{"dev: no function devSoak in resources/dev"});
    }
};

} // namespace sluice::architecture

SLUICE_TEST(sluice::architecture::CommandsTest)
#include "commands_test.moc"
