// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/pages/page.h"
#include "ui/widgets/grid_table.h"
#include "ui/widgets/tile.h"

#include <QListWidget>
#include <QPlainTextEdit>
#include <QPushButton>

namespace sluice::ui {

/// SQL over the lake: a text, the tables that can be named, and the rows of the answer.
class SqlPage final : public Page
{
    Q_OBJECT

public:
    explicit SqlPage(EngineBridge& bridge, QWidget* parent = nullptr);
    void setText(const QString& sql) { m_text->setPlainText(sql); }
    void run();

protected:
    void apply(const api::EngineSnapshot& snapshot) override;

private:
    QPlainTextEdit* m_text;
    QListWidget* m_tables;
    QPushButton* m_run;
    TextLabel* m_outcome;
    GridTable* m_rows;
    qint64 m_askedUs = 0;
};

} // namespace sluice::ui
