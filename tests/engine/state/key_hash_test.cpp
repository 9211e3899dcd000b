// SPDX-License-Identifier: Apache-2.0
#include "engine/state/key_hash.h"

#include "tests/support/test_main.h"

#include <arrow/builder.h>

namespace sluice::state {

class KeyHashTest : public QObject
{
    Q_OBJECT

    static constexpr std::uint64_t kSeed = 0x51ce;

    // The bytes of a key of one text as KeyCodec documents them.
    static std::string laid(const std::string& text)
    {
        const auto size = std::uint32_t(text.size());
        std::string out(1, '\1');
        out.append(reinterpret_cast<const char*>(&size), sizeof size);
        return out + text;
    }
    static KeyHasher hasherOf(const std::shared_ptr<arrow::DataType>& type)
    {
        return {KeyCodec::make({arrow::field("k", type)}).value(), kSeed};
    }

private slots:
    // Every length up to several steps of the hash, among other texts and in a slice.
    void aTextHasTheHashesOfItsBytes()
    {
        arrow::StringBuilder builder;
        std::vector<std::string> texts;
        for (std::size_t size = 0; size <= 100; ++size) {
            std::string text;
            for (std::size_t i = 0; i < size; ++i)
                text.push_back(char(size * 31 + i * 7 + 200)); // also bytes above 127
            QVERIFY(builder.Append(text).ok());
            texts.push_back(text);
        }
        const auto array = builder.Finish().ValueOrDie();
        KeyHasher hasher = hasherOf(arrow::utf8());
        for (const std::size_t first : {std::size_t(0), std::size_t(13)}) {
            const auto hashes = hasher.of({array->Slice(std::int64_t(first))});
            QCOMPARE(hashes.size(), texts.size() - first);
            for (std::size_t row = 0; row < hashes.size(); ++row) {
                const std::string bytes = laid(texts[first + row]);
                QCOMPARE(hashes[row].first, hashBytes(bytes));
                QCOMPARE(hashes[row].second, hashBytes(bytes, kSeed));
            }
        }
    }
    void aTextBesideANullHasTheSameHashes()
    {
        arrow::StringBuilder builder;
        QVERIFY(builder.Append("o-000000000001").ok());
        QVERIFY(builder.AppendNull().ok());
        KeyHasher hasher = hasherOf(arrow::utf8());
        const auto hashes = hasher.of({builder.Finish().ValueOrDie()});
        QCOMPARE(hashes[0].first, hashBytes(laid("o-000000000001")));
        QCOMPARE(hashes[0].second, hashBytes(laid("o-000000000001"), kSeed));
        QCOMPARE(hashes[1].first, hashBytes(std::string_view("\0", 1)));
    }
    void aNumberHasTheHashesOfItsBytes()
    {
        arrow::Int32Builder builder;
        const std::vector<std::int32_t> values{0, 1, -1, 123456789, INT32_MIN};
        QVERIFY(builder.AppendValues(values).ok());
        KeyHasher hasher = hasherOf(arrow::int32());
        const auto hashes = hasher.of({builder.Finish().ValueOrDie()});
        for (std::size_t row = 0; row < values.size(); ++row) {
            const std::int64_t wide = values[row];
            std::string bytes(1, '\1');
            bytes.append(reinterpret_cast<const char*>(&wide), sizeof wide);
            QCOMPARE(hashes[row].first, hashBytes(bytes));
            QCOMPARE(hashes[row].second, hashBytes(bytes, kSeed));
        }
    }
    void noRowsHaveNoHashes()
    {
        KeyHasher hasher = hasherOf(arrow::utf8());
        QVERIFY(hasher.of({arrow::StringBuilder().Finish().ValueOrDie()}).empty());
    }
};

} // namespace sluice::state

SLUICE_TEST(sluice::state::KeyHashTest)
#include "key_hash_test.moc"
