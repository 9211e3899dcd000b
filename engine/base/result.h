// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/base/error.h"

#include <optional>
#include <utility>
#include <variant>

namespace sluice {

/// A value or the Error that kept it from being made. Names follow std::expected (C++23).
template <class T> class [[nodiscard]] Result
{
public:
    Result(T value) // NOLINT(google-explicit-constructor): returning a value is the normal case
        : m_state(std::in_place_index<0>, std::move(value))
    {
    }
    Result(Error error) // NOLINT(google-explicit-constructor)
        : m_state(std::in_place_index<1>, std::move(error))
    {
    }

    bool hasValue() const noexcept { return m_state.index() == 0; }
    explicit operator bool() const noexcept { return hasValue(); }

    T& value() & { return std::get<0>(m_state); }
    const T& value() const& { return std::get<0>(m_state); }
    T&& value() && { return std::get<0>(std::move(m_state)); }
    T& operator*() & { return value(); }
    const T& operator*() const& { return value(); }
    T&& operator*() && { return std::move(*this).value(); }
    T* operator->() { return &value(); }
    const T* operator->() const { return &value(); }

    const Error& error() const { return std::get<1>(m_state); }
    Error takeError() && { return std::get<1>(std::move(m_state)); }

private:
    std::variant<T, Error> m_state;
};

/// Success or an Error.
template <> class [[nodiscard]] Result<void>
{
public:
    Result() = default;
    Result(Error error) // NOLINT(google-explicit-constructor)
        : m_error(std::move(error))
    {
    }

    bool hasValue() const noexcept { return !m_error.has_value(); }
    explicit operator bool() const noexcept { return hasValue(); }
    const Error& error() const { return *m_error; }
    Error takeError() && { return std::move(*m_error); }

private:
    std::optional<Error> m_error;
};

using Status = Result<void>;

inline Status ok()
{
    return {};
}

} // namespace sluice

#define SLUICE_TRY_CONCAT_(a, b) a##b
#define SLUICE_TRY_NAME_(line) SLUICE_TRY_CONCAT_(sluiceTry_, line)
#define SLUICE_TRY_STATUS_(expression)                                                             \
    if (auto SLUICE_TRY_NAME_(__LINE__) = (expression); !SLUICE_TRY_NAME_(__LINE__))               \
    return std::move(SLUICE_TRY_NAME_(__LINE__)).takeError()
#define SLUICE_TRY_VALUE_(declaration, expression)                                                 \
    auto SLUICE_TRY_NAME_(__LINE__) = (expression);                                                \
    if (!SLUICE_TRY_NAME_(__LINE__))                                                               \
        return std::move(SLUICE_TRY_NAME_(__LINE__)).takeError();                                  \
    declaration = std::move(SLUICE_TRY_NAME_(__LINE__)).value()
#define SLUICE_TRY_PICK_(a, b, macro, ...) macro

/// SLUICE_TRY(expression) returns the Error of a Status; SLUICE_TRY(declaration, expression) also
/// binds the value of a Result. The expression of the second form may hold no top-level comma.
#define SLUICE_TRY(...)                                                                            \
    SLUICE_TRY_PICK_(__VA_ARGS__, SLUICE_TRY_VALUE_, SLUICE_TRY_STATUS_, )(__VA_ARGS__)
