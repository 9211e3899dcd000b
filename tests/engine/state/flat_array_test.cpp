// SPDX-License-Identifier: Apache-2.0
#include "engine/state/flat_array.h"

#include "tests/support/test_main.h"

#include <cstdint>

namespace sluice::state {

class FlatArrayTest : public QObject
{
    Q_OBJECT

private slots:
    void elementsStayWhereTheArrayGrowsAndNewOnesAreZero()
    {
        FlatArray<std::uint64_t> array;
        QCOMPARE(array.size(), std::size_t(0));
        // Up to 16 MiB: past where the memory is mapped and grows in place.
        for (std::size_t size : {10ul, 100ul, 5000ul, 700'000ul, 2'000'000ul}) {
            const std::size_t before = array.size();
            array.resize(size);
            QCOMPARE(array.size(), size);
            for (std::size_t i = 0; i < before; ++i)
                if (array[i] != i + 1)
                    QFAIL("an element was lost");
            for (std::size_t i = before; i < size; ++i) {
                if (array[i] != 0)
                    QFAIL("a new element is not zero");
                array[i] = i + 1;
            }
        }
        array.resize(5);
        QCOMPARE(array.size(), std::size_t(2'000'000));
        QCOMPARE(array.bytes(), std::size_t(16'000'000));
    }
};

} // namespace sluice::state

SLUICE_TEST(sluice::state::FlatArrayTest)
#include "flat_array_test.moc"
