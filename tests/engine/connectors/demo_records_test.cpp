// SPDX-License-Identifier: Apache-2.0
#include "engine/connectors/demo_records.h"

#include "tests/support/test_main.h"

#include <set>

#include <simdjson.h>

namespace sluice::connectors {

class DemoRecordsTest : public QObject
{
    Q_OBJECT

private slots:
    void anyRecordCanBeMadeAloneAndAgain()
    {
        const DemoRecords records(DemoRecords::Profile::Orders, 7, 0);
        std::string all, alone;
        for (std::uint64_t i = 0; i < 100; ++i)
            records.append(i, 1'000'000, all);
        records.append(99, 1'000'000, alone);
        QVERIFY(all.ends_with(alone));
        std::string other;
        DemoRecords(DemoRecords::Profile::Orders, 8, 0).append(99, 1'000'000, other);
        QVERIFY(other != alone);
    }
    void everyProfileIsJsonWithItsDeclaredColumns()
    {
        simdjson::dom::parser parser;
        for (const std::string& name : DemoRecords::profileNames()) {
            const auto profile = DemoRecords::profileNamed(name);
            std::string text;
            DemoRecords(profile, 1, 0).append(12345, 1'700'000'000'123'000, text);
            const auto parsed = parser.parse(text);
            QVERIFY2(parsed.error() == simdjson::SUCCESS, text.c_str());
            QCOMPARE(std::int64_t(parsed["ts"].get_int64().value()),
                     std::int64_t(1'700'000'000'123));
            for (const auto& column : DemoRecords::schemaOf(profile).columns)
                QVERIFY2(parsed.at_key(std::get<std::string>(column.path[0])).error()
                             == simdjson::SUCCESS,
                         column.name.c_str());
        }
    }
    void faultsComeInTheirShare()
    {
        const DemoRecords records(DemoRecords::Profile::Orders, 3, 0.06);
        simdjson::dom::parser parser;
        int broken = 0, twice = 0, late = 0;
        std::set<std::string> ids;
        for (std::uint64_t i = 0; i < 60'000; ++i) {
            std::string text;
            records.append(i, 1'700'000'000'000'000, text);
            simdjson::dom::element element;
            if (parser.parse(text).get(element) != simdjson::SUCCESS) {
                ++broken;
                continue;
            }
            twice += !ids.insert(std::string(element["order_id"].get_string().value())).second;
            late += element["ts"].get_int64().value() < 1'700'000'000'000;
        }
        for (const int count : {broken, twice, late}) // a sixth of 6 % of 60,000 is 600
            QVERIFY2(count > 450 && count < 750, std::to_string(count).c_str());
    }
};

} // namespace sluice::connectors

SLUICE_TEST(sluice::connectors::DemoRecordsTest)
#include "demo_records_test.moc"
