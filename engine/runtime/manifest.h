// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/base/result.h"
#include "engine/base/shared_bytes.h"
#include "engine/flow/operator.h"
#include "engine/flow/sink.h"

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace sluice::runtime {

/// One saved piece of a node's state: where it lies in which state file. Of kind Log: all pieces in
/// the file so far; it grows with each epoch until a new one is begun.
struct StateSegment
{
    flow::Epoch epoch = 0; // names the file; of a Log, the epoch that began it
    flow::SaveKind kind = flow::SaveKind::Whole;
    std::uint64_t offset = 0, length = 0;
    std::uint32_t crc = 0;              // CRC-32C of the bytes
    std::uint32_t log = 0;              // names the file of a Log, too
    EventTime until = EventTime::max(); // a Log is of no use when the watermark is past this
};

/// Everything an epoch makes durable, and all that a restart needs.
struct Manifest
{
    flow::Epoch epoch = 0;
    std::string document; // names the kept document that the epoch ran by; "" = not known
    std::map<std::string, std::string> fingerprints;        // node -> PlannedNode::fingerprint
    std::map<std::string, std::string> positions;           // source -> position
    std::map<std::string, std::vector<StateSegment>> state; // operator -> Whole, then Changes
    std::map<std::string, std::string> sealed;              // sink -> SealedEpoch::entry
    std::map<std::string, flow::Epoch> written;             // sink -> newest epoch with rows
    std::map<std::string, std::uint64_t> replays;           // replay -> records of it read so far
};

/// A document that a pipeline ran by.
struct FormerDocument
{
    std::string path; // relative paths in it start at its folder
    std::string text;
};

/// The manifests and state files of one pipeline, in a folder of its own:
///
///   manifest-<20 digits>.json  the manifest as one JSON line, then "crc32c:<8 hex>\n" over it
///   document-<16 hex>.txt      the path of a document, a line feed, its text
///   replay-<name>.bin          kept records on their way back; see replay_load.h
///   state-<20 digits>.bin      "SLUICEST" version:u32 = 1, then the nodes' bytes back to back
///   log-<20 digits>-<8 hex>.bin  "SLUICELG" version:u32 = 1, then pieces of a node's Log
///
/// A manifest is written after its state files are durable, by rename. What a Log's file has beyond
/// the length that a manifest names is of an epoch that did not come to be; it is written over. One
/// thread, but appendLog for several nodes at once.
class ManifestStore
{
public:
    explicit ManifestStore(std::string folder)
        : m_folder(std::move(folder))
    {
    }

    /// Writes the state bytes of an epoch and returns the segments by node.
    Result<std::map<std::string, StateSegment>>
    writeState(flow::Epoch epoch,
               const std::map<std::string, std::pair<flow::SaveKind, std::string>>& byNode) const;
    /// Adds a piece to a Log, behind what the segment names, or in a new file if there is none;
    /// returns the longer segment.
    Result<StateSegment> appendLog(flow::Epoch epoch, const std::string& node,
                                   const std::optional<StateSegment>& last, std::string_view bytes,
                                   EventTime until) const;
    Status write(const Manifest& manifest) const;

    /// Keeps a document, durably, and returns the name that a manifest knows it by.
    Result<std::string> keepDocument(const FormerDocument& document) const;
    Result<FormerDocument> readDocument(const std::string& name) const;

    /// Returns the newest whole manifest; nullopt if there is none at all. Torn or flipped ones
    /// are skipped and described in warnings; if none of several is whole, DecodeFailed. One of
    /// another format is not skipped: Unsupported.
    Result<std::optional<Manifest>> newest(std::vector<std::string>& warnings) const;
    /// Maps a piece of state, checked.
    Result<SharedBytes> readState(const StateSegment& segment) const;

    /// Removes manifests but the newest three, and state files and documents that none of those
    /// names.
    void removeOld(const Manifest& current) const;

private:
    Result<Manifest> read(const std::string& path) const;
    std::vector<std::string> manifestNames() const; // newest first
    std::string statePath(flow::Epoch epoch) const;
    std::string logPath(const StateSegment& segment) const;
    std::string pathOf(const StateSegment& segment) const;
    std::string documentPath(const std::string& name) const;

    std::string m_folder;
};

/// The Error for something stored in a format that this program does not read: Unsupported. It is
/// never passed over for something older.
Error unknownFormat(const std::string& object, const std::string& what, const std::string& found,
                    int known);

/// JSON form of a manifest, one line; exposed for tests and for tools.
std::string manifestToJson(const Manifest& manifest);
Result<Manifest> manifestFromJson(const std::string& text, const std::string& object);

} // namespace sluice::runtime
