// SPDX-License-Identifier: Apache-2.0
#include "engine/base/result.h"

#include "tests/support/test_main.h"

#include <cerrno>

namespace sluice {
namespace {

Result<int> half(int value)
{
    if (value % 2 != 0)
        return Error{.code = ErrorCode::ConfigInvalid,
                     .message = "odd",
                     .object = "n",
                     .hint = {},
                     .cause = {}};
    return value / 2;
}

Result<int> quarter(int value)
{
    SLUICE_TRY(const int once, half(value));
    SLUICE_TRY(const int twice, half(once));
    return twice;
}

} // namespace

class ErrorTest : public QObject
{
    Q_OBJECT

private slots:
    void tryPassesValuesAndErrorsOn()
    {
        QCOMPARE(*quarter(12), 3);
        QVERIFY(!quarter(6));
        QCOMPARE(quarter(6).error().message, std::string("odd"));
    }
    void textNamesPlaceCauseAndCure()
    {
        const Error inner{.code = ErrorCode::StorageFull,
                          .message = "disk full",
                          .object = "/d",
                          .hint = {},
                          .cause = {}};
        const Error error{.code = ErrorCode::StorageFailed,
                          .message = "cannot commit",
                          .object = "gold.x",
                          .hint = "Free some space.",
                          .cause = std::make_shared<const Error>(inner)};
        QCOMPARE(error.text(),
                 std::string("gold.x: cannot commit (/d: disk full). Free some space."));
    }
    void errnoBecomesACode()
    {
        QVERIFY(errorFromErrno(ENOSPC, "cannot write", "f").code == ErrorCode::StorageFull);
        QVERIFY(errorFromErrno(EACCES, "cannot write", "f").code == ErrorCode::PermissionDenied);
        QVERIFY(errorFromErrno(ENOENT, "cannot open", "f").code == ErrorCode::NotFound);
    }
};

} // namespace sluice

SLUICE_TEST(sluice::ErrorTest)
#include "error_test.moc"
