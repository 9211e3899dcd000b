// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QSize>
#include <QString>

namespace sluice::ui {

class MainWindow;

/// Shows every page in both themes at a size and saves a picture of each as
/// <folder>/<page>-<theme>.png, giving the page time to fetch what it shows. Runs the event loop.
/// Returns how many were saved.
int savePageShots(MainWindow& window, const QString& folder, QSize size);

} // namespace sluice::ui
