// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/pages/page.h"
#include "ui/widgets/empty_state.h"
#include "ui/widgets/grid_table.h"
#include "ui/widgets/rows_table.h"
#include "ui/widgets/stat_tile.h"
#include "ui/widgets/tile.h"

#include <QStackedWidget>
#include <QTabBar>

namespace sluice::ui {

/// The rules of all pipelines with what passed and failed, and the records kept aside.
class QualityPage final : public Page
{
    Q_OBJECT

public:
    explicit QualityPage(EngineBridge& bridge, QWidget* parent = nullptr);

protected:
    void apply(const api::EngineSnapshot& snapshot) override;

private:
    void askRejected();
    QString rejectTable() const;

    enum Stat { Quality, Rules, Failing, Quarantined, StatCount };
    StatTile* m_stats[StatCount];
    RowsTable* m_rules;
    QStackedWidget* m_stack;
    QTabBar* m_kinds;
    GridTable* m_rejected;
    TextLabel* m_hint;
    qint64 m_askedUs = 0;
    bool m_isWaiting = false;
};

} // namespace sluice::ui
