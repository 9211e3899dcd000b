// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace sluice::architecture {

/// A file of the repository.
struct SourceFile
{
    std::string path; // from the root, "engine/base/time.h"
    std::string text;
};

using SourceFiles = std::vector<SourceFile>;
using Findings = std::vector<std::string>; // "engine/base/time.h:12: what is wrong"

/// Returns all files of our own, in order of their paths: not those of builds, of downloaded data,
/// of pictures, and not the licence texts of others.
const SourceFiles& sourceTree();

/// Returns the text of a file below tests/architecture.
std::string ruleText(const std::string& name);

/// Tells whether a path ends in one of the endings, separated by spaces: ".h .cpp".
bool endsInOneOf(std::string_view path, std::string_view endings);

/// Tells whether a text is like a pattern, whose trailing * stands for anything.
bool isLike(std::string_view text, std::string_view pattern);

std::vector<std::string> linesOf(std::string_view text);
std::vector<std::string> wordsOf(std::string_view text);

/// Returns findings as one text, for a test's message.
std::string joined(const Findings& findings);

} // namespace sluice::architecture
