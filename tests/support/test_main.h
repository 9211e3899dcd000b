// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>

#include <QObject>
#include <QTest>

namespace sluice::test {

/// Keeps a test class under the stem of its file, so that ctest can run a file alone.
struct Registration
{
    Registration(const char* file, std::function<QObject*()> make);
};

} // namespace sluice::test

/// Stands at the end of a test file, before its .moc include.
#define SLUICE_TEST(Class)                                                                         \
    static const sluice::test::Registration sluiceTestRegistration(__FILE__, []() -> QObject* {    \
        return new Class;                                                                          \
    });
