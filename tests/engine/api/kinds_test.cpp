// SPDX-License-Identifier: Apache-2.0
#include "engine/api/kinds.h"

#include "tests/support/test_main.h"

#include <set>

namespace sluice::api {

class KindsTest : public QObject
{
    Q_OBJECT

private slots:
    void theNodesOfThePlanAreThere()
    {
        std::set<std::string> names;
        for (const NodeKindInfo& kind : nodeKinds()) {
            QVERIFY2(names.insert(kind.name).second, kind.name.c_str());
            QVERIFY2(!kind.title.empty() && kind.help.ends_with('.'), kind.name.c_str());
            for (const OptionSpec& option : kind.options)
                QVERIFY2(!option.help.empty(), (kind.name + "." + option.name).c_str());
        }
        for (const char* name :
             {"generator_source", "file_source", "kafka_source", "filter", "derive", "select",
              "expect", "deduplicate", "lookup_join", "window_aggregate", "union", "unnest",
              "delta_sink", "file_sink", "kafka_sink"})
            QVERIFY2(names.contains(name), name);
    }
    void thereAreMoreThanSixtyFunctionsAndEachIsDescribed()
    {
        int aggregates = 0;
        for (const FunctionInfo& function : functions()) {
            QVERIFY2(!function.signature.empty() && !function.help.empty()
                         && !function.spark.empty(),
                     function.name.c_str());
            aggregates += function.isAggregate;
        }
        QVERIFY(int(functions().size()) - aggregates >= 60);
        QVERIFY(aggregates >= 7);
    }
};

} // namespace sluice::api

SLUICE_TEST(sluice::api::KindsTest)
#include "kinds_test.moc"
