// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/pages/page.h"
#include "ui/widgets/rows_table.h"
#include "ui/widgets/tile.h"

#include <QComboBox>
#include <QLineEdit>
#include <QPushButton>

namespace sluice::ui {

/// The connections of the workspace: a form for one, and a test that shows each step as it goes.
/// Secrets are given by reference only.
class ConnectionsPage final : public Page
{
    Q_OBJECT

public:
    explicit ConnectionsPage(EngineBridge& bridge, QWidget* parent = nullptr);

protected:
    void apply(const api::EngineSnapshot& snapshot) override;

private:
    QWidget* makeForm();
    std::vector<std::pair<std::string, std::string>> options() const;
    void test();
    void showSteps(const api::ConnectionTestAnswer& answer);

    RowsTable* m_list;
    QLineEdit *m_name, *m_servers, *m_user, *m_secret, *m_topic;
    QComboBox *m_protocol, *m_mechanism;
    QPushButton *m_save, *m_remove, *m_test;
    RowsTable* m_steps;
    TextLabel* m_outcome;
};

} // namespace sluice::ui
