// SPDX-License-Identifier: Apache-2.0
#include "tests/support/test_main.h"

#include <cstdio>
#include <filesystem>
#include <map>
#include <memory>
#include <string>

#ifdef SLUICE_TEST_GUI
#include <QApplication>
using TestApplication = QApplication;
#else
#include <QCoreApplication>
using TestApplication = QCoreApplication;
#endif

namespace {

using Makers = std::multimap<std::string, std::function<QObject*()>>;

Makers& makers()
{
    static Makers all;
    return all;
}

} // namespace

namespace sluice::test {

Registration::Registration(const char* file, std::function<QObject*()> make)
{
    makers().emplace(std::filesystem::path(file).stem().string(), std::move(make));
}

} // namespace sluice::test

// --file STEM runs one file's classes, no --file all; what else is given goes to Qt Test.
int main(int argc, char** argv)
{
    QStringList arguments;
    std::string only;
    for (int i = 0; i < argc; ++i) {
        if (std::string(argv[i]) == "--file" && i + 1 < argc)
            only = argv[++i];
        else
            arguments << QString::fromLocal8Bit(argv[i]);
    }
    const TestApplication application(argc, argv);
    int failures = 0;
    int ran = 0;
    for (const auto& [stem, make] : makers()) {
        if (!only.empty() && stem != only)
            continue;
        const std::unique_ptr<QObject> test(make());
        failures += QTest::qExec(test.get(), arguments);
        ++ran;
    }
    if (ran == 0) {
        std::fprintf(stderr, "no test file \"%s\" in this program\n", only.c_str());
        return 1;
    }
    return failures == 0 ? 0 : 1;
}
