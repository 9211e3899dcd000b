// SPDX-License-Identifier: Apache-2.0
#include "engine/base/byte_stream.h"

#include "tests/support/test_main.h"

namespace sluice {

class ByteStreamTest : public QObject
{
    Q_OBJECT

private slots:
    void readsWhatWasWritten()
    {
        ByteWriter out;
        out.u8(7);
        out.varint(300);
        out.bytes("abc");
        out.i64(-5);
        out.f64(0.25);
        QCOMPARE(out.size(), std::size_t(1 + 2 + 4 + 8 + 8));
        ByteReader in(out.data());
        QCOMPARE(int(in.u8()), 7);
        QCOMPARE(in.varint(), std::uint64_t(300));
        QCOMPARE(in.bytes(), std::string_view("abc"));
        QCOMPARE(in.i64(), std::int64_t(-5));
        QCOMPARE(in.f64(), 0.25);
        QVERIFY(in.atEnd());
        QVERIFY(in.status("x"));
    }
    void aTornStreamIsFoundNotRead()
    {
        ByteWriter out;
        out.bytes("abcdef");
        ByteReader in(std::string_view(out.data()).substr(0, 4));
        QCOMPARE(in.bytes(), std::string_view());
        QCOMPARE(in.i64(), std::int64_t(0));
        QVERIFY(!in.status("x"));
    }
    void aLengthBeyondTheEndIsAFailure()
    {
        ByteReader in(std::string_view("\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01", 10));
        QCOMPARE(in.bytes(), std::string_view());
        QVERIFY(in.hasFailed());
    }
};

} // namespace sluice

SLUICE_TEST(sluice::ByteStreamTest)
#include "byte_stream_test.moc"
