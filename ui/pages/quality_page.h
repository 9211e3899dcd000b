// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/charts/time_plot.h"
#include "ui/pages/page.h"
#include "ui/pages/painted_cells.h"
#include "ui/widgets/empty_state.h"
#include "ui/widgets/grid_table.h"
#include "ui/widgets/rows_table.h"
#include "ui/widgets/stat_tile.h"
#include "ui/widgets/tile.h"

#include <QStackedWidget>
#include <QTabBar>

class QPushButton;

namespace sluice::ui {

/// The rules of all pipelines with what passed and failed, how the chosen one went, and the records
/// kept aside.
class QualityPage final : public Page
{
    Q_OBJECT

public:
    explicit QualityPage(EngineBridge& bridge, QWidget* parent = nullptr);

protected:
    void apply(const api::EngineSnapshot& snapshot) override;
    void resizeEvent(QResizeEvent* event) override;

private:
    QWidget* makeRules();
    QWidget* makeRule();
    QWidget* makeAside();
    void applyStats(const api::EngineSnapshot& snapshot);
    void applyRules(const api::EngineSnapshot& snapshot);
    void applyRule(const api::EngineSnapshot& snapshot);
    void chooseRejects();
    void askRejected();
    void showRejected(const QString& table, const api::AnswerBody& body);
    std::uint64_t rejectedCount() const;
    QString pipelineName() const;
    QString rejectTable() const;

    enum Stat { Quality, Rules, Failing, Aside, StatCount };
    StatTile* m_stats[StatCount];
    RowsTable* m_rules;
    MinuteCells* m_minutes;
    Tile* m_rule;
    TextLabel* m_check;
    TextLabel* m_ruleFacts;
    TimePlot* m_passed;
    TimePlot* m_failed;
    QStackedWidget* m_stack;
    QTabBar* m_kinds;
    GridTable* m_rejected;
    TextLabel* m_hint;
    QPushButton* m_copy;
    QPushButton* m_export;
    QString m_shownTable;
    qint64 m_askedUs = 0;
    bool m_isWaiting = false;
};

} // namespace sluice::ui
