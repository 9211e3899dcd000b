// SPDX-License-Identifier: Apache-2.0
#include "engine/flow/services.h"

#include <filesystem>

namespace sluice::flow {

std::string Services::resolvePath(const std::string& path) const
{
    const std::filesystem::path given(path);
    if (given.is_absolute() || documentFolder.empty())
        return path;
    return (std::filesystem::path(documentFolder) / given).lexically_normal().string();
}

} // namespace sluice::flow
