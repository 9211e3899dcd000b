// SPDX-License-Identifier: Apache-2.0
#include "engine/connectors/nexmark_json.h"

#include "tests/support/test_main.h"

#include <simdjson.h>

namespace sluice::connectors {

class NexmarkJsonTest : public QObject
{
    Q_OBJECT

private slots:
    void recordsAreJsonWithTheirDeclaredColumns()
    {
        const NexmarkEvents events({});
        simdjson::dom::parser parser;
        const std::array<std::int64_t, 3> numbers{50, 51, 60}; // a person, an auction, a bid
        for (std::size_t i = 0; i < 3; ++i) {
            NexmarkJson json(events, NexmarkStream(i));
            std::string text;
            json.append(numbers[i], text);
            const auto parsed = parser.parse(text);
            QVERIFY2(parsed.error() == simdjson::SUCCESS, text.c_str());
            const auto& columns = NexmarkJson::schemaOf(NexmarkStream(i)).columns;
            QCOMPARE(parsed.get_object().value().size(), columns.size());
            for (const auto& column : columns)
                QVERIFY2(parsed.at_key(column.name).error() == simdjson::SUCCESS,
                         column.name.c_str());
        }
    }
    void inTheStreamOfAllEventsEachSaysWhatItIs()
    {
        const NexmarkEvents events({});
        NexmarkJson all(events, NexmarkStream::All), bids(events, NexmarkStream::Bid);
        std::string text, bid;
        all.append(60, text);
        bids.append(60, bid);
        // 60 events at 10,000 a second are 6 ms after 2026-01-01.
        QCOMPARE(text, "{\"event_type\":2,\"dateTime\":1767225600006,\"bid\":" + bid + "}");
        for (const std::string& name : NexmarkJson::streamNames())
            QCOMPARE(NexmarkJson::streamNames()[std::size_t(NexmarkJson::streamNamed(name))], name);
    }
};

} // namespace sluice::connectors

SLUICE_TEST(sluice::connectors::NexmarkJsonTest)
#include "nexmark_json_test.moc"
