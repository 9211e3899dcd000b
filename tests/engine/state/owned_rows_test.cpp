// SPDX-License-Identifier: Apache-2.0
#include "engine/state/owned_rows.h"

#include "engine/columns/batch.h"
#include "tests/engine/state/kept_rows.h"
#include "tests/support/test_main.h"

#include <map>
#include <random>

namespace sluice::state {

using test::keptRows;

class OwnedRowsTest : public QObject
{
    Q_OBJECT

    static constexpr int kBatch = 2000;

    // Keeps a batch of rows whose text is their owner's number; owners count on.
    static void add(OwnedRows& rows, std::map<std::uint32_t, RowId>& ids, std::uint32_t& next)
    {
        std::vector<test::KeptRow> made;
        std::vector<std::uint32_t> owners;
        for (int i = 0; i < kBatch; ++i) {
            owners.push_back(next + std::uint32_t(i));
            made.push_back({0, 0, std::to_string(owners.back())});
        }
        const RowId first = *rows.append(*keptRows(made), owners);
        for (int i = 0; i < kBatch; ++i)
            ids[next++] = first + RowId(i);
    }
    static bool isWhole(const OwnedRows& rows, const std::map<std::uint32_t, RowId>& ids)
    {
        std::vector<RowId> wanted;
        for (const auto& [owner, id] : ids)
            wanted.push_back(id);
        const auto got = *rows.store().gather(wanted);
        const auto& text = static_cast<const arrow::StringArray&>(*got->column(1));
        std::int64_t at = 0;
        for (const auto& [owner, id] : ids)
            if (text.GetView(at++) != std::to_string(owner))
                return false;
        return rows.owned() == std::int64_t(ids.size());
    }

private slots:
    void initTestCase() { initializeColumns(); }

    void whatNobodyOwnsIsSweptOutAndTheRestStays()
    {
        OwnedRows rows, restored;
        std::map<std::uint32_t, RowId> ids;
        std::uint32_t next = 0;
        std::mt19937 random(5);
        std::size_t mostMoved = 0;
        for (int batch = 0; batch < 60; ++batch) {
            add(rows, ids, next);
            for (auto at = ids.begin(); at != ids.end();) {
                if (random() % 8 == 0) {
                    rows.drop(at->second);
                    at = ids.erase(at);
                } else {
                    ++at;
                }
            }
            std::size_t moves = 0;
            QVERIFY(rows.sweep([&](std::uint32_t owner, RowId from, RowId to) {
                ++moves;
                QCOMPARE(ids.at(owner), from);
                ids[owner] = to;
            }));
            mostMoved = std::max(mostMoved, moves);
            QVERIFY(isWhole(rows, ids));
            // Twice what is owned, the newest chunk, and what is not yet worth a sweep.
            QVERIFY(rows.store().rows() <= 2 * rows.owned() + kBatch + 2 * 4096);
            ByteWriter out;
            QVERIFY(rows.save(out, batch == 0));
            ByteReader in(out.data());
            QVERIFY(restored.load(in));
        }
        QVERIFY(mostMoved > 0 && mostMoved <= OwnedRows::kSweep + kBatch);
        for (const auto& [owner, id] : ids)
            QVERIFY(restored.claim(id, owner));
        QVERIFY(isWhole(restored, ids));
        QVERIFY(!restored.claim(RowId(1) << 40, 1));
        // What was read and nobody claimed goes with the first sweep.
        QVERIFY(restored.sweep([&](std::uint32_t owner, RowId, RowId to) { ids[owner] = to; }));
        while (restored.store().rows() > 2 * restored.owned() + kBatch + 2 * 4096)
            QVERIFY(restored.sweep([&](std::uint32_t owner, RowId, RowId to) { ids[owner] = to; }));
        QVERIFY(isWhole(restored, ids));
    }
};

} // namespace sluice::state

SLUICE_TEST(sluice::state::OwnedRowsTest)
#include "owned_rows_test.moc"
