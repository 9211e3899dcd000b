// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/flow/services.h"

namespace sluice::test {

/// A directory with one connection.
class FixedConnections final : public flow::ConnectionDirectory
{
public:
    explicit FixedConnections(flow::Connection connection)
        : m_connection(std::move(connection))
    {
    }
    Result<flow::Connection> connection(const std::string& name) const override
    {
        if (name == m_connection.name)
            return m_connection;
        return Error{.code = ErrorCode::ConfigUnknown,
                     .message = "there is no connection " + name,
                     .object = name,
                     .hint = {},
                     .cause = {}};
    }
    std::vector<std::string> connectionNames() const override { return {m_connection.name}; }

private:
    flow::Connection m_connection;
};

} // namespace sluice::test
