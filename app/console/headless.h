// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "engine/api/engine.h"

#include <QSize>
#include <QString>

namespace sluice::ui {
class EngineBridge;
class MainWindow;
} // namespace sluice::ui

namespace sluice::console {

/// Lets the demo run for some seconds without a display, saves pictures of all pages, of a size,
/// and a summary (summary.md) into a folder, and prints where they are. Returns the process's exit
/// code: 1 if no records moved or nothing could be saved.
int runHeadless(api::Engine& engine, ui::EngineBridge& bridge, ui::MainWindow& window, int seconds,
                QSize size, const QString& folder);

} // namespace sluice::console
