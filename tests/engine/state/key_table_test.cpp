// SPDX-License-Identifier: Apache-2.0
#include "engine/state/key_table.h"

#include "tests/support/test_main.h"

namespace sluice::state {

class KeyTableTest : public QObject
{
    Q_OBJECT

private slots:
    void numbersFollowTheOrderOfFirstSight()
    {
        KeyTable table;
        for (int round = 0; round < 2; ++round)
            for (std::uint32_t i = 0; i < 100'000; ++i) {
                const std::string key = "key " + std::to_string(i);
                if (table.intern(key, hashBytes(key)) != i)
                    QFAIL(key.c_str());
            }
        QCOMPARE(table.size(), std::uint32_t(100'000));
        QCOMPARE(table.key(77'777), std::string_view("key 77777"));
        QCOMPARE(table.find("key 5", hashBytes("key 5")), std::uint32_t(5));
        QCOMPARE(table.find("other", hashBytes("other")), KeyTable::kNone);
    }
    void equalHashesOfDifferentKeysAreTold()
    {
        KeyTable table;
        QCOMPARE(table.intern("a", 42), std::uint32_t(0));
        QCOMPARE(table.intern("b", 42), std::uint32_t(1));
        QCOMPARE(table.intern("a", 42), std::uint32_t(0));
        QCOMPARE(table.find("c", 42), KeyTable::kNone);
    }
};

} // namespace sluice::state

SLUICE_TEST(sluice::state::KeyTableTest)
#include "key_table_test.moc"
