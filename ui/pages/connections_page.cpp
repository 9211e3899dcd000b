// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/pages/connections_page.h"

#include "ui/text/units.h"

#include <QFormLayout>

namespace sluice::ui {

ConnectionsPage::ConnectionsPage(EngineBridge& bridge, QWidget* parent)
    : Page(bridge, parent)
{
    auto* all = new QHBoxLayout(this);
    all->setContentsMargins(12, 12, 12, 12);
    all->setSpacing(12);
    auto* list = new Tile(tr("Connections"));
    m_list = new RowsTable({tr("name"), tr("servers")}, {160, 0});
    m_list->setAccessibleName(tr("Connections"));
    list->body()->addWidget(m_list);
    all->addWidget(list, 2);
    auto* right = new QVBoxLayout;
    right->setSpacing(12);
    right->addWidget(makeForm());
    auto* steps = new Tile(tr("Test"));
    steps->setMeta(tr("each step in order; what comes after a failure is skipped"));
    m_steps = new RowsTable({tr("step"), tr("result"), tr("time")}, {150, 0, 80});
    steps->body()->addWidget(m_steps, 1);
    right->addWidget(steps, 1);
    all->addLayout(right, 3);
    connect(m_list, &RowsTable::keySelected, this, [this](const QString& name) {
        for (const api::ConnectionSnapshot& connection : m_bridge.snapshot()->connections) {
            if (qstr(connection.name) != name)
                continue;
            m_name->setText(name);
            m_servers->setText(qstr(connection.summary));
        }
    });
}

QWidget* ConnectionsPage::makeForm()
{
    auto* tile = new Tile(tr("Kafka or Event Hubs"));
    auto* form = new QFormLayout;
    form->setContentsMargins(12, 0, 12, 12);
    form->setHorizontalSpacing(12);
    form->setVerticalSpacing(8);
    const auto field = [&](const QString& label, const QString& hint) {
        auto* edit = new QLineEdit;
        edit->setPlaceholderText(hint);
        edit->setAccessibleName(label);
        form->addRow(new TextLabel(label, TextRole::Control, TextLabel::Tone::Text2), edit);
        return edit;
    };
    const auto choice = [&](const QString& label, const QStringList& items) {
        auto* box = new QComboBox;
        box->addItems(items);
        box->setAccessibleName(label);
        form->addRow(new TextLabel(label, TextRole::Control, TextLabel::Tone::Text2), box);
        return box;
    };
    m_name = field(tr("Name"), QStringLiteral("prod"));
    m_servers = field(tr("Servers"), QStringLiteral("host:9092, host:9092"));
    m_protocol = choice(tr("Protocol"), {QStringLiteral("plaintext"), QStringLiteral("ssl"), QStringLiteral("sasl_plaintext"), QStringLiteral("sasl_ssl")});
    m_mechanism = choice(tr("Sign-in"), {QStringLiteral("PLAIN"), QStringLiteral("SCRAM-SHA-256"), QStringLiteral("SCRAM-SHA-512"), QStringLiteral("OAUTHBEARER")});
    m_user = field(tr("User"), tr("none for plaintext and ssl"));
    m_secret = field(tr("Secret"), tr("secret:NAME of the vault, or env:NAME; never the password itself"));
    m_topic = field(tr("Topic to read"), tr("for the test; may stay empty"));
    tile->body()->addLayout(form);
    m_outcome = new TextLabel({}, TextRole::Control, TextLabel::Tone::Critical);
    m_outcome->setWordWrap(true);
    m_outcome->setContentsMargins(12, 0, 12, 0);
    m_outcome->hide();
    tile->body()->addWidget(m_outcome);
    m_test = new QPushButton(tr("Test"));
    m_save = new QPushButton(tr("Save"));
    m_save->setProperty("kind", QStringLiteral("primary"));
    m_remove = new QPushButton(tr("Remove"));
    m_remove->setProperty("kind", QStringLiteral("danger"));
    auto* buttons = new QHBoxLayout;
    buttons->setContentsMargins(12, 4, 12, 12);
    buttons->addWidget(m_remove);
    buttons->addStretch(1);
    buttons->addWidget(m_test);
    buttons->addWidget(m_save);
    tile->body()->addLayout(buttons);
    connect(m_test, &QPushButton::clicked, this, &ConnectionsPage::test);
    const auto told = [this](const api::Outcome& outcome) {
        m_outcome->setVisible(outcome.error.has_value());
        if (outcome.error)
            m_outcome->setText(qstr(outcome.error->text()));
    };
    connect(m_save, &QPushButton::clicked, this, [this, told] {
        m_bridge.submit(api::SaveConnection{.name = m_name->text().trimmed().toStdString(), .kind = "kafka", .options = options()}, this, told);
    });
    connect(m_remove, &QPushButton::clicked, this, [this, told] { m_bridge.submit(api::RemoveConnection{m_name->text().trimmed().toStdString()}, this, told); });
    return tile;
}

std::vector<std::pair<std::string, std::string>> ConnectionsPage::options() const
{
    std::vector<std::pair<std::string, std::string>> out{{"bootstrap.servers", m_servers->text().trimmed().toStdString()},
                                                         {"security.protocol", m_protocol->currentText().toStdString()}};
    if (m_protocol->currentText().startsWith(QLatin1String("sasl"))) {
        out.emplace_back("sasl.mechanism", m_mechanism->currentText().toStdString());
        out.emplace_back("sasl.username", m_user->text().toStdString());
        out.emplace_back("sasl.password", m_secret->text().toStdString());
    }
    return out;
}

void ConnectionsPage::test()
{
    m_test->setEnabled(false);
    m_outcome->hide();
    m_bridge.ask(api::ConnectionTestQuery{.connection = {}, .options = options(), .topic = m_topic->text().trimmed().toStdString()}, this, [this](const api::AnswerBody& body) {
        if (const auto* error = std::get_if<Error>(&body)) {
            m_test->setEnabled(true);
            m_outcome->setText(qstr(error->text()));
            m_outcome->show();
            return;
        }
        const auto& answer = std::get<api::ConnectionTestAnswer>(body);
        m_test->setEnabled(answer.isDone);
        showSteps(answer);
    });
}

void ConnectionsPage::showSteps(const api::ConnectionTestAnswer& answer)
{
    std::vector<RowsModel::Row> rows;
    for (const api::ConnectionTestStep& step : answer.steps) {
        using State = api::ConnectionTestStep::State;
        const Health health = step.state == State::Failed ? Health::Critical : step.state == State::Ok ? Health::Ok : step.state == State::Running ? Health::Unknown : Health::Stopped;
        const QString text = step.state == State::Running ? tr("testing…") : step.state == State::Pending ? tr("waiting") : qstr(step.detail);
        rows.push_back({qstr(step.name), {{.text = qstr(step.name), .health = health, .hasGlyph = true}, {.text = text, .health = step.state == State::Failed ? health : Health::Ok},
                                          {.text = step.seconds > 0 ? durationQuantity(std::int64_t(step.seconds * 1e6)).text() : QString(), .isRight = true}}});
    }
    m_steps->apply(std::move(rows));
}

void ConnectionsPage::apply(const api::EngineSnapshot& snapshot)
{
    std::vector<RowsModel::Row> rows;
    for (const api::ConnectionSnapshot& connection : snapshot.connections)
        rows.push_back({qstr(connection.name), {{.text = qstr(connection.name)}, {.text = qstr(connection.summary), .isMono = true}}});
    m_list->apply(std::move(rows));
    m_remove->setEnabled(!m_name->text().isEmpty());
    m_save->setEnabled(!m_name->text().isEmpty() && !m_servers->text().isEmpty());
}

} // namespace sluice::ui
