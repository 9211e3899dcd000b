// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QWidget>

namespace sluice::ui {

/// What a workspace without pipelines shows: start the demo plant, set up a
/// connection, or open a document.
class Welcome final : public QWidget
{
    Q_OBJECT

public:
    explicit Welcome(QWidget* parent = nullptr);

signals:
    void demoWanted();
    void connectionWanted();
    void documentWanted();
};

} // namespace sluice::ui
