// SPDX-License-Identifier: Apache-2.0
#include "engine/state/text_keys.h"

#include "engine/state/hash_bytes.h"
#include "tests/support/test_main.h"

#include <arrow/builder.h>

namespace sluice::state {

class TextKeysTest : public QObject
{
    Q_OBJECT

    // Row by row texts of 0 to 39 bytes; the first ones have nothing before them in the buffer.
    static std::string textOf(std::size_t row, std::size_t column)
    {
        std::string out((row * 7 + column * 3) % 40, '\0');
        for (std::size_t i = 0; i < out.size(); ++i)
            out[i] = char('a' + (row + i * 5 + column) % 26);
        return out;
    }
    static std::shared_ptr<arrow::Array> textsOf(std::size_t rows, std::size_t column)
    {
        arrow::StringBuilder builder;
        for (std::size_t row = 0; row < rows; ++row)
            if (!builder.Append(textOf(row, column)).ok())
                return nullptr;
        return builder.Finish().ValueOrDie();
    }
    // By the definition in key_codec.h: not null, the length in four bytes, the text.
    static std::string keyOf(std::size_t row, std::size_t columns)
    {
        std::string out;
        for (std::size_t column = 0; column < columns; ++column) {
            const std::string text = textOf(row, column);
            out += '\1';
            out += char(text.size());
            out += std::string(3, '\0') + text;
        }
        return out;
    }

private slots:
    void keysAreThoseOfTheDefinition_data()
    {
        QTest::addColumn<int>("columns");
        QTest::addColumn<int>("from");
        for (int columns = 1; columns <= 3; ++columns)
            for (const int from : {0, 1, 63, 199})
                QTest::addRow("%d columns from row %d", columns, from) << columns << from;
    }
    void keysAreThoseOfTheDefinition()
    {
        QFETCH(int, columns);
        QFETCH(int, from);
        constexpr std::size_t kRows = 200;
        std::vector<std::shared_ptr<arrow::Array>> arrays;
        for (int column = 0; column < columns; ++column)
            arrays.push_back(textsOf(kRows, std::size_t(column))->Slice(from));
        EncodedKeys keys;
        encodeTexts(arrays, keys);
        QCOMPARE(keys.rows(), kRows - std::size_t(from));
        for (std::size_t row = 0; row < keys.rows(); ++row) {
            const std::string expected = keyOf(row + std::size_t(from), std::size_t(columns));
            QCOMPARE(std::string(keys.key(row)), expected);
            QCOMPARE(keys.hashes[row], hashBytes(expected));
        }
    }
    void noRows()
    {
        EncodedKeys keys;
        encodeTexts({textsOf(0, 0)}, keys);
        QCOMPARE(keys.rows(), std::size_t(0));
        QCOMPARE(keys.offsets, std::vector<std::uint32_t>{0});
    }
};

} // namespace sluice::state

SLUICE_TEST(sluice::state::TextKeysTest)
#include "text_keys_test.moc"
