// SPDX-License-Identifier: Apache-2.0
#include "engine/state/row_bytes.h"

#include "tests/engine/state/kept_rows.h"
#include "tests/support/test_main.h"

namespace sluice::state {

class RowBytesTest : public QObject
{
    Q_OBJECT

private slots:
    void rowsComeBackAsTheyWere()
    {
        const auto rows = test::keptRows({{1, 10, "a"}, {-1, 20, ""}});
        ByteWriter out;
        QVERIFY(writeRows(*rows, out) && writeRows(*rows->Slice(1), out));
        ByteReader in(out.data());
        const auto whole = readRows(in);
        QVERIFY(whole && (*whole)->Equals(*rows));
        const auto slice = readRows(in);
        QVERIFY(slice && (*slice)->Equals(*rows->Slice(1)) && in.atEnd());
    }
    void otherBytesAreRefused()
    {
        ByteWriter out;
        out.bytes("no rows at all");
        ByteReader in(out.data()), empty("");
        const auto rows = readRows(in);
        QVERIFY(!rows && rows.error().code == ErrorCode::DecodeFailed);
        QVERIFY(!readRows(empty));
    }
};

} // namespace sluice::state

SLUICE_TEST(sluice::state::RowBytesTest)
#include "row_bytes_test.moc"
