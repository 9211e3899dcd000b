// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/base/byte_stream.h"
#include "engine/base/result.h"
#include "engine/base/shared_bytes.h"
#include "engine/flow/context.h"

#include <optional>
#include <span>

namespace sluice::flow {

/// What a piece of saved state is.
enum class SaveKind : std::uint8_t {
    Whole = 0,   ///< the state
    Changes = 1, ///< what changed since the last save
    /// What was added since the last save, by an operator whose state is nothing but what was
    /// added: only its first piece, asked for as Whole, holds all. Pieces are laid end to end, and
    /// the runtime drops old ones by savedUntil(), so that an epoch costs as much as came in it,
    /// however large the state.
    Log = 2,
};

/// A node between sources and sinks. One task at a time calls it; it owns its state and knows no
/// thread, queue or wall clock but what the context offers.
///
/// Row conservation: rowsIn = rowsOut + all verdicts + merged - created + held must hold after
/// each call; the runtime counts rowsIn, rowsOut and verdicts, the operator merged, created, held.
class Operator
{
public:
    virtual ~Operator() = default;

    /// Works on one batch of an input (0 = first of `input:`). An Error stops the pipeline; bad
    /// rows are rejected, never errors.
    virtual Status process(std::size_t input, const Batch& batch, NodeContext& context) = 0;

    /// The watermark of all inputs has moved; rows after it are late. The runtime passes it on.
    virtual Status onWatermark(EventTime, NodeContext&) { return ok(); }

    /// Returns what may be promised downstream when the inputs' watermark is `input`: rows emitted
    /// from now on are newer. A node that still holds older rows back promises less.
    virtual EventTime outputWatermark(EventTime input) const { return input; }

    /// When the clock has something to do here though nothing comes (windows in processing time);
    /// asked after each call. onClock() is called then, or somewhat later.
    virtual std::optional<WallTime> wakesAt() const { return std::nullopt; }
    virtual Status onClock(NodeContext&) { return ok(); }

    /// Writes state for an epoch. Asked for Changes it may write Whole; returns what it wrote.
    /// Writing nothing and returning Changes means nothing changed.
    virtual Result<SaveKind> save(ByteWriter&, SaveKind wanted) { return wanted; }
    /// Until when the piece that save() wrote last, of kind Log, is of use: it is dropped some time
    /// after the watermark has passed this.
    virtual EventTime savedUntil() const { return EventTime::max(); }

    /// Reads what save wrote: one Whole, then any number of Changes, in order; or pieces of a Log,
    /// in order.
    virtual Status load(ByteReader&, SaveKind) { return ok(); }
    /// Reads the files of a Log, each of whole pieces, in order; the same as load() of one after
    /// the other, and may be faster, and keep their memory.
    virtual Status loadLog(std::span<const SharedBytes> files)
    {
        for (const SharedBytes& file : files) {
            ByteReader reader(file.view());
            SLUICE_TRY(load(reader, SaveKind::Log));
            SLUICE_TRY(reader.status("log"));
        }
        return ok();
    }
};

} // namespace sluice::flow
