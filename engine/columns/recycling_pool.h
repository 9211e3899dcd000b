// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <arrow/memory_pool.h>

namespace sluice {

/// Returns the pool for the large buffers of batches: blocks of a file, text columns, pages of
/// Parquet. What is freed is kept, up to a 32nd of the memory that was free at the start (192 MiB
/// at least), and handed out again; a fresh large block would have to be zeroed page by page by the
/// kernel, at about the cost of decoding what goes into it. Small buffers come from Arrow's own
/// pool. Lives as long as the process; any thread.
arrow::MemoryPool* recyclingPool();

} // namespace sluice
