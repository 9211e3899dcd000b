// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/pages/page.h"
#include "ui/widgets/empty_state.h"
#include "ui/widgets/grid_table.h"
#include "ui/widgets/rows_table.h"
#include "ui/widgets/tile.h"

#include <QPushButton>
#include <QStackedWidget>
#include <QTabWidget>

namespace sluice::ui {

/// The tables of the lake by layer; of the chosen one its rows, schema and commits, at any version.
class LakePage final : public Page
{
    Q_OBJECT

public:
    explicit LakePage(EngineBridge& bridge, QWidget* parent = nullptr);

protected:
    void apply(const api::EngineSnapshot& snapshot) override;

private:
    enum State { Unknown, Empty, Tables }; // of what is shown
    QWidget* makeList();
    QWidget* makeDetail();
    QWidget* makeTabs();
    void askTables();
    void showTables(std::vector<api::TableInfo> tables);
    void askDetail();
    void showDetail(const api::TableDetailAnswer& answer);
    void showHistory(const std::vector<api::CommitInfo>& history);
    void showError(const Error& error);
    void goTo(std::optional<std::int64_t> version);

    RowsTable* m_tables;
    Tile* m_list;
    QStackedWidget* m_stack;
    EmptyState* m_empty;
    TextLabel* m_title;
    TextLabel* m_facts;
    TextLabel* m_past;
    TextLabel* m_trouble;
    QPushButton* m_newest;
    QTabWidget* m_tabs;
    GridTable* m_rows;
    RowsTable* m_schema;
    RowsTable* m_history;
    std::optional<std::int64_t> m_version; // unset = the newest
    QString m_shown;                       // table@version whose rows stand in the grid
    std::int64_t m_newestVersion = -1, m_seenVersion = -2;
    quint64 m_serial = 0;
    qint64 m_listAskedUs = 0;
    bool m_isListWaiting = false;
};

} // namespace sluice::ui
