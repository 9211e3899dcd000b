// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/pages/page.h"
#include "ui/widgets/empty_state.h"
#include "ui/widgets/rows_table.h"
#include "ui/widgets/tile.h"

#include <QComboBox>
#include <QLineEdit>
#include <QPushButton>
#include <QStackedWidget>

#include <map>

class QFormLayout;

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
    using Options = std::map<std::string, std::string>;
    // How a saved connection's last test in this session went.
    struct Tested
    {
        Health health = Health::Unknown;
        QString text;
    };
    QWidget* makeList();
    QWidget* makeForm();
    void makeFields(QFormLayout* form);
    QWidget* makeButtons();
    QWidget* makeTest();
    Options options() const;
    void load(const api::ConnectionSnapshot& connection);
    void clear();
    void check();
    void save();
    void remove();
    void test();
    void showPlan();
    void showSteps(const api::ConnectionTestAnswer& answer);
    void keep(const QString& name, const api::ConnectionTestAnswer& answer);
    void tellOutcome(const api::Outcome& outcome);
    bool isSaved(const QString& name) const;

    RowsTable* m_list;
    QStackedWidget* m_listStack;
    Tile* m_form;
    QLineEdit *m_name, *m_servers, *m_user, *m_secret, *m_topic;
    QComboBox *m_protocol, *m_mechanism;
    QPushButton *m_new, *m_save, *m_remove, *m_test;
    RowsTable* m_steps;
    TextLabel* m_outcome;
    Options m_loaded; // of the connection in the form, as saved
    std::map<QString, Tested> m_tested;
    quint64 m_serial = 0; // of the test whose steps are shown
    bool m_isTesting = false;
};

} // namespace sluice::ui
