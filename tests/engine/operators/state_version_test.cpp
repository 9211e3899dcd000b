// SPDX-License-Identifier: Apache-2.0
#include "engine/operators/state_version.h"

#include "engine/operators/top_n.h"
#include "tests/engine/operators/operator_harness.h"
#include "tests/support/test_main.h"

namespace sluice::operators {

class StateVersionTest : public QObject
{
    Q_OBJECT

private slots:
    void theWantedVersionIsRead()
    {
        ByteReader in(std::string_view("\x03rest"));
        QVERIFY(readStateVersion(in, 3, "counted", "the windows"));
        QCOMPARE(in.left(), std::size_t(4));
    }
    void anotherVersionNamesTheNodeAndTheCure()
    {
        ByteReader in(std::string_view("\x04"));
        const Status status = readStateVersion(in, 3, "counted", "the windows");
        QVERIFY(!status);
        QCOMPARE(status.error().code, ErrorCode::Unsupported);
        QCOMPARE(status.error().object, std::string("counted"));
        QCOMPARE(status.error().message,
                 std::string("the windows were saved by another version of the program (4, this "
                             "one reads 3)"));
        QVERIFY(!status.error().hint.empty());
    }
    void olderVersionsAreReadToo()
    {
        for (const char* text : {"\x02", "\x03"}) {
            ByteReader in{std::string_view(text, 1)};
            const auto version = readStateVersion(in, 2, 3, "counted", "the groups");
            QVERIFY(version);
            QCOMPARE(*version, std::uint8_t(text[0]));
        }
        ByteReader in(std::string_view("\x01"));
        const auto version = readStateVersion(in, 2, 3, "counted", "the groups");
        QVERIFY(!version);
        QCOMPARE(version.error().message,
                 std::string("the groups were saved by another version of the program (1, this one "
                             "reads 2 to 3)"));
    }
    void nothingIsNoVersion()
    {
        ByteReader in(std::string_view{});
        const Status status = readStateVersion(in, 0, "counted", "the windows");
        QVERIFY(!status);
        QCOMPARE(status.error().code, ErrorCode::DecodeFailed);
    }
    void topNRefusesAnotherVersion()
    {
        test::OperatorHarness h(TopN::kind(),
                                "{partition_by: [k], order_by: [{v: desc}], limit: 3}",
                                "{k: long, v: long, t: timestamp(ms)}");
        QVERIFY2(h.start(), h.diagnostics.text().c_str());
        const std::string bytes("\x7f\0\0\0\0\0\0\0\0\0\0", 11);
        ByteReader in(bytes);
        const Status status = h.op->load(in, flow::SaveKind::Whole);
        QVERIFY(!status);
        QCOMPARE(status.error().code, ErrorCode::Unsupported);
        QCOMPARE(status.error().object, std::string("op"));
    }
};

} // namespace sluice::operators

SLUICE_TEST(sluice::operators::StateVersionTest)
#include "state_version_test.moc"
