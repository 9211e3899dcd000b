// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tests/support/patience.h"

#include <QProcess>
#include <QStringList>

namespace sluice::test {

/// What a run of the real binary left.
struct Ended
{
    int code = -1;
    QByteArray out, err;
};

/// Returns the program that is tested: the build's, or what SLUICE_CTL names.
inline QString programPath()
{
    return qEnvironmentVariable("SLUICE_CTL", QStringLiteral(SLUICE_CTL));
}

inline Ended sluicectl(const QStringList& arguments, const QByteArray& input = {})
{
    QProcess process;
    process.start(programPath(), arguments);
    process.write(input);
    process.closeWriteChannel();
    process.waitForFinished(test::kPatienceMs);
    return {process.exitStatus() == QProcess::NormalExit ? process.exitCode() : -1,
            process.readAllStandardOutput(), process.readAllStandardError()};
}

} // namespace sluice::test
