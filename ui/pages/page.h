// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/bridge/engine_bridge.h"

#include <QWidget>

#include <functional>
#include <vector>

namespace sluice::ui {

/// A page of the console. It is given each new snapshot while it is visible, and the present one
/// when it is shown.
class Page : public QWidget
{
    Q_OBJECT

public:
    explicit Page(EngineBridge& bridge, QWidget* parent = nullptr)
        : QWidget(parent)
        , m_bridge(bridge)
    {
        connect(&bridge, &EngineBridge::snapshotChanged, this,
                [this](const api::EngineSnapshotPtr& snapshot) {
                    if (isVisible())
                        apply(*snapshot);
                });
    }

protected:
    virtual void apply(const api::EngineSnapshot& snapshot) = 0;
    void showEvent(QShowEvent* event) override
    {
        apply(*m_bridge.snapshot());
        QWidget::showEvent(event);
    }

    EngineBridge& m_bridge;
};

/// What the rail shows of a page, and how it is made.
struct PageEntry
{
    QString id, title, icon;
    std::function<Page*(EngineBridge&)> make;
};
/// All pages in the order of the rail; a new page is one line here.
const std::vector<PageEntry>& pageList();

} // namespace sluice::ui
