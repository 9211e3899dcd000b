// SPDX-License-Identifier: Apache-2.0
#include "engine/api/control.h"

#include "engine/api/control_socket.h"
#include "engine/base/document.h"

#include <array>
#include <cerrno>

#include <sys/socket.h>
#include <unistd.h>

namespace sluice::api {
namespace {

// The whole answer, or what came of it before the other side went away.
std::string exchange(int descriptor, const std::string& request)
{
    const std::string line = request + "\n";
    for (std::size_t sent = 0; sent < line.size();) {
        const ssize_t more
            = ::send(descriptor, line.data() + sent, line.size() - sent, MSG_NOSIGNAL);
        if (more < 0 && errno != EINTR)
            return {};
        sent += more > 0 ? std::size_t(more) : 0;
    }
    std::string out;
    std::array<char, 16384> buffer{};
    while (!out.ends_with('\n')) {
        const ssize_t got = ::read(descriptor, buffer.data(), buffer.size());
        if (got == 0 || (got < 0 && errno != EINTR))
            return {};
        out.append(buffer.data(), got > 0 ? std::size_t(got) : 0);
    }
    out.pop_back();
    return out;
}

ErrorCode codeNamed(const std::string& name)
{
    for (int code = 0; code <= int(ErrorCode::Internal); ++code)
        if (name == errorCodeName(ErrorCode(code)))
            return ErrorCode(code);
    return ErrorCode::Internal;
}

std::string textOf(const DocumentNode& root, const char* key)
{
    const DocumentNode* node = root.find(key);
    return node ? node->text : std::string();
}

} // namespace

Result<std::string> askHolder(const std::string& workspace, const std::string& request)
{
    SLUICE_TRY(const int descriptor, connectTo(workspace));
    std::string answer = exchange(descriptor, request);
    ::close(descriptor);
    if (answer.empty())
        return Error{.code = ErrorCode::Internal,
                     .message = "the process that holds the workspace ended before it answered",
                     .object = workspace,
                     .hint = "Look with sluicectl status what became of it.",
                     .cause = {}};
    if (!answer.starts_with("{\"error\":"))
        return answer;
    Diagnostics ignored(workspace);
    const DocumentNode root = parseDocument(answer, ignored);
    return Error{.code = codeNamed(textOf(root, "error")),
                 .message = textOf(root, "message"),
                 .object = textOf(root, "object"),
                 .hint = textOf(root, "hint"),
                 .cause = {}};
}

} // namespace sluice::api
