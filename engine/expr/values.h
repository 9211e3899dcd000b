// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/base/int128.h"
#include "engine/expr/program.h"

#include <cstring>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>

#include <arrow/array/data.h>
#include <arrow/buffer.h>
#include <arrow/buffer_builder.h>
#include <arrow/scalar.h>
#include <arrow/util/bit_util.h>

/// How a kernel reads its operands and writes its result: typed readers over arrays and scalars,
/// the validity of the rows, and eachRow(), which makes a kernel of a function of one row.
namespace sluice::expr {

/// Reads rows of a fixed-width type. T is the C type of the values (Int128 for decimals).
template <class T> class Reader
{
public:
    explicit Reader(const Datum& value)
    {
        if (value.is_array())
            m_values = value.array()->GetValues<T>(1);
        else if (value.scalar()->is_valid)
            std::memcpy(&m_single, viewOf(*value.scalar()), sizeof(T));
    }
    T operator[](std::int64_t row) const { return m_values ? load(m_values, row) : m_single; }
    /// The values one after the other, or nullptr for a scalar.
    const T* values() const { return m_values; }

    // Decimals may stand at any address of a mapped file.
    static T load(const T* values, std::int64_t row)
    {
        T out{};
        std::memcpy(&out, reinterpret_cast<const char*>(values) + row * std::int64_t(sizeof(T)),
                    sizeof(T));
        return out;
    }

private:
    static const void* viewOf(const arrow::Scalar& scalar)
    {
        return static_cast<const arrow::internal::PrimitiveScalarBase&>(scalar).view().data();
    }

    const T* m_values = nullptr;
    T m_single{};
};

template <> class Reader<bool>
{
public:
    explicit Reader(const Datum& value)
    {
        if (value.is_array()) {
            m_bits = value.array()->GetValues<std::uint8_t>(1, 0);
            m_offset = value.array()->offset;
        } else if (value.scalar()->is_valid) {
            m_single = static_cast<const arrow::BooleanScalar&>(*value.scalar()).value;
        }
    }
    bool operator[](std::int64_t row) const
    {
        return m_bits ? arrow::bit_util::GetBit(m_bits, m_offset + row) : m_single;
    }

private:
    const std::uint8_t* m_bits = nullptr;
    std::int64_t m_offset = 0;
    bool m_single = false;
};

template <> class Reader<std::string_view>
{
public:
    explicit Reader(const Datum& value)
    {
        if (value.is_array()) {
            m_offsets = value.array()->GetValues<std::int32_t>(1);
            m_bytes = value.array()->GetValues<char>(2, 0);
        } else if (value.scalar()->is_valid) {
            m_single = std::string_view(
                *static_cast<const arrow::BaseBinaryScalar&>(*value.scalar()).value);
        }
    }
    std::string_view operator[](std::int64_t row) const
    {
        if (!m_offsets)
            return m_single;
        const std::int32_t begin = m_offsets[row];
        return {m_bytes + begin, std::size_t(m_offsets[row + 1] - begin)};
    }

private:
    const std::int32_t* m_offsets = nullptr;
    const char* m_bytes = nullptr;
    std::string_view m_single;
};

/// Which rows of one operand are not null.
class NullReader
{
public:
    explicit NullReader(const Datum& value);
    bool isValid(std::int64_t row) const
    {
        return m_bits ? arrow::bit_util::GetBit(m_bits, m_offset + row) : m_isValid;
    }

private:
    const std::uint8_t* m_bits = nullptr;
    std::int64_t m_offset = 0;
    bool m_isValid = true;
};

/// Which rows of a result are not null. Rows can be made null one by one.
class Validity
{
public:
    explicit Validity(std::int64_t rows)
        : m_rows(rows)
    {
    }
    /// The rows where no operand is null.
    static Validity ofAll(Arguments arguments, std::int64_t rows);

    bool hasNulls() const { return m_bits != nullptr; }
    bool isValid(std::int64_t row) const
    {
        return !m_bits || arrow::bit_util::GetBit(m_bits->data(), row);
    }
    void setNull(std::int64_t row);
    /// Returns the bitmap, nullptr when no row is null, or the error of an allocation on the way.
    arrow::Result<std::shared_ptr<arrow::Buffer>> finish();

private:
    bool allocate();

    std::int64_t m_rows;
    std::shared_ptr<arrow::Buffer> m_bits;
    arrow::Status m_status;
};

/// Collects the values of a result. The memory comes from Arrow's pool.
template <class T> class Writer
{
public:
    arrow::Status reserve(std::int64_t rows)
    {
        ARROW_ASSIGN_OR_RAISE(m_buffer, arrow::AllocateBuffer(rows * std::int64_t(sizeof(T))));
        m_values = reinterpret_cast<T*>(m_buffer->mutable_data());
        return arrow::Status::OK();
    }
    void set(std::int64_t row, T value) { m_values[row] = value; }
    void setNull(std::int64_t row) { m_values[row] = T{}; }
    T* values() { return m_values; }
    arrow::Result<Datum> finish(const TypePtr& type, std::int64_t rows, Validity& validity)
    {
        ARROW_ASSIGN_OR_RAISE(auto bits, validity.finish());
        return Datum(arrow::ArrayData::Make(type, rows, {std::move(bits), std::move(m_buffer)}));
    }

private:
    std::shared_ptr<arrow::Buffer> m_buffer;
    T* m_values = nullptr;
};

template <> class Writer<bool>
{
public:
    arrow::Status reserve(std::int64_t rows);
    void set(std::int64_t row, bool value)
    {
        arrow::bit_util::SetBitTo(m_buffer->mutable_data(), row, value);
    }
    void setNull(std::int64_t) { }
    std::uint8_t* bits() { return m_buffer->mutable_data(); }
    arrow::Result<Datum> finish(const TypePtr& type, std::int64_t rows, Validity& validity);

private:
    std::shared_ptr<arrow::Buffer> m_buffer;
};

/// Rows must be set in order.
template <> class Writer<std::string_view>
{
public:
    arrow::Status reserve(std::int64_t rows);
    void set(std::int64_t row, std::string_view value);
    void setNull(std::int64_t row) { set(row, {}); }
    arrow::Result<Datum> finish(const TypePtr& type, std::int64_t rows, Validity& validity);

private:
    std::shared_ptr<arrow::Buffer> m_offsets;
    arrow::BufferBuilder m_bytes;
    arrow::Status m_status;
};

/// What the function of one row can do beside returning its value.
class Row
{
public:
    Row(Evaluation& evaluation, Validity& validity)
        : m_evaluation(evaluation)
        , m_validity(validity)
    {
    }
    /// The value could not be computed; the row gets a reason and is null.
    void fail(std::string reason)
    {
        m_evaluation.errors->add(m_index, std::move(reason));
        setNull();
    }
    void setNull()
    {
        m_isNull = true;
        m_validity.setNull(m_index);
    }
    void move(std::int64_t index)
    {
        m_index = index;
        m_isNull = false;
    }
    bool isNull() const { return m_isNull; }

    std::string text; // room to build a result in; a function may return a view of it

private:
    Evaluation& m_evaluation;
    Validity& m_validity;
    std::int64_t m_index = 0;
    bool m_isNull = false;
};

template <class Out, class... In, class Fn, std::size_t... I>
arrow::Result<Datum> runRows(const TypePtr& type, Arguments arguments, Evaluation& evaluation,
                             const Fn& fn, std::index_sequence<I...>)
{
    const std::tuple<Reader<In>...> readers{Reader<In>(arguments[I])...};
    Validity validity = Validity::ofAll(arguments.first(sizeof...(In)), evaluation.rows);
    Writer<Out> writer;
    ARROW_RETURN_NOT_OK(writer.reserve(evaluation.rows));
    Row row(evaluation, validity);
    const bool hasNulls = validity.hasNulls();
    for (std::int64_t i = 0; i < evaluation.rows; ++i) {
        if (hasNulls && !validity.isValid(i)) {
            writer.setNull(i);
            continue;
        }
        if constexpr (std::is_invocable_v<const Fn&, Row&, In...>) {
            row.move(i);
            const Out value = fn(row, std::get<I>(readers)[i]...);
            if (row.isNull())
                writer.setNull(i);
            else
                writer.set(i, value);
        } else {
            writer.set(i, fn(std::get<I>(readers)[i]...));
        }
    }
    return writer.finish(type, evaluation.rows, validity);
}

/// Makes a strict kernel of a function of one row: Out fn(In...) or Out fn(Row&, In...). The
/// function is called for rows without a null operand and must be callable from any thread.
template <class Out, class... In, class Fn> Kernel eachRow(TypePtr type, Fn fn)
{
    return
        [type = std::move(type), fn = std::move(fn)](Arguments arguments, Evaluation& evaluation) {
            return runRows<Out, In...>(type, arguments, evaluation, fn,
                                       std::index_sequence_for<In...>{});
        };
}

} // namespace sluice::expr
