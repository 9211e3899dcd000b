// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/base/result.h"

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace sluice::api {

/// Which rejects of a pipeline are meant: those in its dead_letter, late and quarantine tables. An
/// empty text does not choose.
struct RejectFilter
{
    std::string pipeline;
    std::string verdict; // dead_letter | late | quarantined
    std::string node;    // that turned them away
    std::string rule;
    std::string reason; // a part of the reason's text
    std::string since;  // time of arrival: "2026-01-31 10:00", or a span before now: "2h"
    std::string until;
    std::int64_t limit = 0;    // the oldest so many; 0 = all
    bool withReplayed = false; // those too that were replayed since; otherwise open ones only
};

/// Rejects that were turned away for the same reason, but for the numbers and texts in it.
struct RejectGroup
{
    std::string verdict, node, rule;
    std::string reason; // "amount is #, not between # and #"
    std::int64_t rows = 0;
    std::int64_t replayed = 0; // of rows; only if asked withReplayed
    std::int64_t mostAttempts = 1;
    std::int64_t firstUs = 0, lastUs = 0; // of arrival; 0 = not known
};

/// Counts rejects by reason, the most first. Reads only; works beside a process that runs the
/// pipeline. NotFound if the workspace is not there.
Result<std::vector<RejectGroup>> listRejects(const std::string& workspace,
                                             const RejectFilter& filter);

/// Hands rejects over in the order of their arrival, each as a line of JSON that replay reads
/// again:
///
///   {"verdict":"quarantined","node":"checked","source":"orders_raw","partition":"3",
///    "position":17,"attempt":1,"event_time":...,"ingest_time":...,"rule":...,"reason":...,
///    "values":{..},"data":{..}}
///
/// Edit data: the record, as JSON if it is a JSON object, else as text. Bytes that are no text are
/// in data_base64 instead. The first six say which reject it is.
Status exportRejects(const std::string& workspace, const RejectFilter& filter,
                     const std::function<void(const std::string&)>& line);

} // namespace sluice::api
