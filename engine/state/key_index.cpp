// SPDX-License-Identifier: Apache-2.0
#include "engine/state/key_index.h"

#include "engine/state/byte_key_index.h"
#include "engine/state/fixed_key_index.h"

namespace sluice::state {
namespace {

constexpr std::size_t kWorthCollecting = 4096;

// No key columns: all rows are one group.
class NoKeyIndex final : public KeyIndex
{
public:
    NoKeyIndex() { newNumber(); }
    void intern(const std::vector<std::shared_ptr<arrow::Array>>&, std::size_t rows,
                Numbers& numbers) override
    {
        numbers.assign(rows, 0);
    }
    Result<std::vector<std::shared_ptr<arrow::Array>>>
    decode(std::span<const std::uint32_t>) const override
    {
        return std::vector<std::shared_ptr<arrow::Array>>{};
    }
    void save(std::span<const std::uint32_t>, ByteWriter&) const override { }
    void load(std::size_t count, ByteReader&, Numbers& numbers) override
    {
        numbers.assign(count, 0);
    }
    std::size_t bytes() const override { return ownBytes(); }

private:
    void rebuild() override { }
};

} // namespace

std::uint32_t KeyIndex::newNumber()
{
    if (m_free.empty()) {
        m_holders.push_back(0);
        return std::uint32_t(m_holders.size() - 1);
    }
    const std::uint32_t number = m_free.back();
    m_free.pop_back();
    m_holders[number] = 0;
    return number;
}

void KeyIndex::collect()
{
    if (used() < 2 * m_heldCount + kWorthCollecting)
        return;
    // The least numbers are given out first again, so that what is indexed by them stays dense.
    m_free.clear();
    for (std::uint32_t number = size(); number-- > 0;) {
        if (isHeld(number))
            continue;
        m_holders[number] = kFree;
        m_free.push_back(number);
    }
    rebuild();
}

Result<std::unique_ptr<KeyIndex>>
KeyIndex::make(const std::vector<std::shared_ptr<arrow::Field>>& fields)
{
    if (fields.empty())
        return std::unique_ptr<KeyIndex>(std::make_unique<NoKeyIndex>());
    if (auto fixed = makeFixedKeyIndex(fields))
        return fixed;
    SLUICE_TRY(KeyCodec codec, KeyCodec::make(fields));
    return std::unique_ptr<KeyIndex>(std::make_unique<ByteKeyIndex>(std::move(codec)));
}

} // namespace sluice::state
