// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <string>

namespace sluice::test {

// A fixture of a version is a folder:
//
//   pipeline.yaml, answers.sql  what ran, and what its tables must hold in the end
//   records.jsonl               all records; in.jsonl: those that were read before the run broke
//   off state, lake                 what the run left
//
// Its manifests have "@FOLDER" for the folder's path and 0 for the number that the file system gave
// in.jsonl, so that they can be read elsewhere.

/// Puts a fixture's manifests into that form, or those of a copy in a folder into its own.
void makePortable(const std::string& folder);
void makeLocal(const std::string& folder);

/// Changes the text of each manifest in a folder's state and puts its checksum right.
void rewriteManifests(const std::string& folder,
                      const std::function<std::string(const std::string&)>& change);

/// Writes records.jsonl: 300 records over five minutes, out of order by less than a second, with
/// some that come again, 5 or 25 records later.
void writeRecords(const std::string& folder);
/// Appends records.jsonl from one record to another to in.jsonl.
void feed(const std::string& folder, std::size_t from, std::size_t to);

constexpr std::size_t kGoldenRecords = 300;

} // namespace sluice::test
