// SPDX-License-Identifier: Apache-2.0
#include "engine/lake/pages/encoder_choice.h"

#include "engine/lake/pages/packed_integers.h"
#include "engine/lake/pages/plain_texts.h"
#include "engine/lake/pages/prefixed_texts.h"
#include "engine/lake/pages/text_dictionary.h"
#include "engine/lake/pages/text_values.h"

#include <parquet/types.h>

namespace sluice::lake {
namespace {

bool isMeasured(const parquet::ColumnDescriptor& column,
                const parquet::WriterProperties& properties)
{
    return properties.statistics_enabled(column.path())
        && column.sort_order() != parquet::SortOrder::UNKNOWN;
}

template <class Value>
std::unique_ptr<ValueEncoder> packedIntegers(const parquet::ColumnDescriptor& column,
                                             const parquet::WriterProperties& properties)
{
    std::shared_ptr<typename PackedIntegers<Value>::Statistics> statistics;
    if (isMeasured(column, properties))
        statistics = std::static_pointer_cast<typename PackedIntegers<Value>::Statistics>(
            parquet::Statistics::Make(&column, properties.memory_pool()));
    return std::make_unique<PackedIntegers<Value>>(std::move(statistics));
}

} // namespace

std::unique_ptr<ValueEncoder> chooseEncoder(const arrow::Schema& file,
                                            const parquet::ColumnDescriptor& column,
                                            const parquet::WriterProperties& properties)
{
    const auto path = column.path();
    const auto field
        = path->ToDotVector().size() == 1 ? file.GetFieldByName(column.name()) : nullptr;
    if (!field || column.max_repetition_level() > 0
        || properties.data_page_version() != parquet::ParquetDataPageVersion::V2)
        return nullptr;
    const bool hasDictionary = properties.dictionary_enabled(path);
    const parquet::Encoding::type encoding = properties.encoding(path);
    const arrow::DataType& type = *field->type();
    if (isTextLike(type)) {
        TextMeasure measure(isMeasured(column, properties));
        if (hasDictionary)
            return std::make_unique<TextDictionary>(properties.dictionary_pagesize_limit(),
                                                    properties.data_pagesize(), std::move(measure));
        if (encoding == parquet::Encoding::DELTA_BYTE_ARRAY)
            return std::make_unique<PrefixedTexts>(properties.data_pagesize(), std::move(measure));
        if (encoding == parquet::Encoding::PLAIN || encoding == parquet::Encoding::UNKNOWN)
            return std::make_unique<PlainTexts>(properties.data_pagesize(), std::move(measure));
        return nullptr;
    }
    if (hasDictionary || encoding != parquet::Encoding::DELTA_BINARY_PACKED)
        return nullptr;
    if (PackedIntegers<std::int32_t>::takes(type))
        return packedIntegers<std::int32_t>(column, properties);
    if (PackedIntegers<std::int64_t>::takes(type))
        return packedIntegers<std::int64_t>(column, properties);
    return nullptr;
}

} // namespace sluice::lake
