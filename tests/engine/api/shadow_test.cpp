// SPDX-License-Identifier: Apache-2.0
#include "engine/api/shadow.h"

#include "engine/base/durable_file.h"
#include "tests/support/test_main.h"

#include <QTemporaryDir>

namespace sluice::api {

class ShadowTest : public QObject
{
    Q_OBJECT

    std::unique_ptr<QTemporaryDir> m_folder;
    std::unique_ptr<WorkspaceLink> m_link;

    Status put(const std::string& note) const
    {
        const std::string folder = m_link->stateFolder("p__shadow");
        SLUICE_TRY(makeFolder(folder));
        return writeFileDurably(folder + "/shadow.json", note);
    }

private slots:
    void init()
    {
        m_folder = std::make_unique<QTemporaryDir>();
        m_link = std::move(*WorkspaceLink::open(m_folder->path().toStdString() + "/w", false));
    }

    void itIsKeptAsItIs()
    {
        ShadowSpec spec{.pipeline = "p",
                        .documentPath = "/docs/p.yaml",
                        .text = "pipeline: p\nnodes:\n  in: {type: \"x\"}\n",
                        .made = {"in", "gold"},
                        .upTo = {{"in", R"({"topic":"orders","offsets":{"0":12}})"}},
                        .sinks = {{"gold", "gold.sums"}, {"bronze", "bronze.p"}},
                        .bronze = {"bronze"},
                        .from = ReplayOrigin::Source,
                        .bounds = {.fromTime = "7d", .untilOffset = "0=10"},
                        .range = {.sinceUs = 1234, .until = {{"0", 10}}},
                        .closesWindows = true,
                        .phase = ShadowSpec::Phase::Ready};
        QVERIFY(keepShadow(*m_link, spec));
        const auto read = readShadow(*m_link, "p");
        QVERIFY(read && *read);
        QCOMPARE((*read)->text, spec.text);
        QVERIFY((*read)->made == spec.made);
        QVERIFY((*read)->upTo == spec.upTo);
        QVERIFY((*read)->sinks == spec.sinks);
        QVERIFY((*read)->bronze == spec.bronze);
        QVERIFY((*read)->isFromSource());
        QVERIFY((*read)->bounds == spec.bounds);
        QVERIFY((*read)->range == spec.range);
        QVERIFY((*read)->closesWindows);
        QVERIFY((*read)->phase == ShadowSpec::Phase::Ready);
        const auto other = readShadow(*m_link, "q");
        QVERIFY(other && !*other);
    }

    // As the version before this one wrote it.
    void aNoteOfTheFormerFormatIsRead()
    {
        QVERIFY(put(R"({"format":1,"pipeline":"p","path":"","text":"t","rebuild":true,)"
                    R"("made":["gold"],"tables":{"in":"bronze.p"},"names":{"in":"in"},)"
                    R"("sinks":{"gold":"gold.sums"},"rows":440,"since":-9223372036854775808,)"
                    R"("closes_windows":false,"phase":1,"epoch":0})"));
        const auto all = readShadow(*m_link, "p");
        QVERIFY(all && *all);
        QVERIFY((*all)->isRebuild && !(*all)->isFromSource() && !(*all)->isPartial());
        QCOMPARE((*all)->rows, std::int64_t(440));
        QCOMPARE((*all)->tables.at("in"), std::string("bronze.p"));
        QVERIFY(put(R"({"format":1,"pipeline":"p","made":[],"since":77})"));
        const auto some = readShadow(*m_link, "p");
        QVERIFY(some && *some);
        QVERIFY((*some)->isPartial());
        QCOMPARE((*some)->range.sinceUs, std::int64_t(77));
    }

    void whatCannotBeReadIsSaid()
    {
        QVERIFY(put(R"({"format":3,"pipeline":"p"})"));
        QCOMPARE(readShadow(*m_link, "p").error().code, ErrorCode::Unsupported);
        QVERIFY(put("{"));
        QCOMPARE(readShadow(*m_link, "p").error().code, ErrorCode::DecodeFailed);
    }
};

} // namespace sluice::api

SLUICE_TEST(sluice::api::ShadowTest)
#include "shadow_test.moc"
