// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/pages/page.h"
#include "ui/widgets/empty_state.h"
#include "ui/widgets/grid_table.h"
#include "ui/widgets/rows_table.h"
#include "ui/widgets/tile.h"

#include <QStackedWidget>
#include <QTabWidget>

namespace sluice::ui {

/// The tables of the lake; of the chosen one its rows, schema and commits, at any version.
class LakePage final : public Page
{
    Q_OBJECT

public:
    explicit LakePage(EngineBridge& bridge, QWidget* parent = nullptr);

protected:
    void apply(const api::EngineSnapshot& snapshot) override;

private:
    void showTables(const std::vector<api::TableInfo>& tables);
    void askDetail();
    void showDetail(const api::TableDetailAnswer& answer);

    RowsTable* m_tables;
    QStackedWidget* m_stack;
    TextLabel* m_title;
    TextLabel* m_facts;
    TextLabel* m_trouble;
    QTabWidget* m_tabs;
    GridTable* m_rows;
    RowsTable* m_schema;
    RowsTable* m_history;
    std::optional<std::int64_t> m_version;
    QString m_asked;
    qint64 m_listAskedUs = 0;
    std::int64_t m_seenVersion = -2;
    bool m_isListWaiting = false;
};

} // namespace sluice::ui
