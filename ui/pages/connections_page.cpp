// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/pages/connections_page.h"

#include "ui/text/units.h"

#include <QFormLayout>
#include <QMessageBox>

#include <algorithm>

namespace sluice::ui {
namespace {

// What the form has fields for; other options of a saved connection are kept as they are.
constexpr const char* kServers = "bootstrap.servers";
constexpr const char* kProtocol = "security.protocol";
constexpr const char* kMechanism = "sasl.mechanism";
constexpr const char* kUser = "sasl.username";
constexpr const char* kSecret = "sasl.password";

void choose(QComboBox& box, const QString& text)
{
    int index = box.findText(text, Qt::MatchFixedString);
    if (index < 0 && !text.isEmpty()) {
        box.addItem(text);
        index = box.count() - 1;
    }
    box.setCurrentIndex(std::max(0, index));
}

QString optionOf(const std::map<std::string, std::string>& options, const char* name)
{
    const auto found = options.find(name);
    return found == options.end() ? QString() : qstr(found->second);
}

bool isReference(const QString& secret)
{
    return secret.startsWith(QLatin1String("secret:")) || secret.startsWith(QLatin1String("env:"));
}

} // namespace

ConnectionsPage::ConnectionsPage(EngineBridge& bridge, QWidget* parent)
    : Page(bridge, parent)
{
    auto* all = new QHBoxLayout(this);
    all->setContentsMargins(12, 12, 12, 12);
    all->setSpacing(12);
    all->addWidget(makeList(), 2);
    auto* right = new QVBoxLayout;
    right->setSpacing(12);
    right->addWidget(makeForm());
    right->addWidget(makeTest(), 1);
    all->addLayout(right, 3);
    clear();
}

QWidget* ConnectionsPage::makeList()
{
    auto* list = new Tile(tr("Connections"));
    m_new = new QPushButton(tr("New"));
    m_new->setProperty("kind", QStringLiteral("ghost"));
    m_new->setToolTip(tr("Empties the form for another connection"));
    list->addAction(m_new);
    connect(m_new, &QPushButton::clicked, this, [this] {
        m_list->setCurrentIndex({});
        clear();
        m_name->setFocus();
    });
    m_list = new RowsTable({tr("name"), tr("servers"), tr("protocol"), tr("last test")},
                           {140, 0, 108, 110});
    m_list->setAccessibleName(tr("Connections"));
    m_listStack = new QStackedWidget;
    m_listStack->addWidget(new EmptyState(
        QStringLiteral("plug"), tr("No connections yet"),
        tr("A connection says how to reach a Kafka cluster or Event Hubs; pipelines name it. "
           "Pipelines that read files need none.")));
    m_listStack->addWidget(m_list);
    list->body()->addWidget(m_listStack);
    connect(m_list, &RowsTable::keySelected, this, [this](const QString& name) {
        for (const api::ConnectionSnapshot& connection : m_bridge.snapshot()->connections)
            if (qstr(connection.name) == name)
                load(connection);
    });
    return list;
}

void ConnectionsPage::makeFields(QFormLayout* form)
{
    const auto row = [&](const QString& label, QWidget* field) {
        field->setAccessibleName(label);
        auto* words = new TextLabel(label, TextRole::Control, TextLabel::Tone::Text2);
        words->setBuddy(field);
        words->setMinimumHeight(28);
        form->addRow(words, field);
    };
    const auto field = [&](const QString& label, const QString& hint) {
        auto* edit = new QLineEdit;
        edit->setPlaceholderText(hint);
        row(label, edit);
        connect(edit, &QLineEdit::textChanged, this, &ConnectionsPage::check);
        return edit;
    };
    const auto choice = [&](const QString& label, const QStringList& items) {
        auto* box = new QComboBox;
        box->addItems(items);
        row(label, box);
        connect(box, &QComboBox::currentTextChanged, this, &ConnectionsPage::check);
        return box;
    };
    m_name = field(tr("Name"), QStringLiteral("prod"));
    m_servers = field(tr("Servers"), QStringLiteral("host:9092, host:9092"));
    m_protocol = choice(tr("Protocol"),
                        {QStringLiteral("plaintext"), QStringLiteral("ssl"),
                         QStringLiteral("sasl_plaintext"), QStringLiteral("sasl_ssl")});
    m_mechanism = choice(tr("Sign-in"),
                         {QStringLiteral("PLAIN"), QStringLiteral("SCRAM-SHA-256"),
                          QStringLiteral("SCRAM-SHA-512"), QStringLiteral("OAUTHBEARER")});
    m_user = field(tr("User"), tr("none for plaintext and ssl"));
    m_secret = field(tr("Secret"),
                     tr("secret:NAME of the vault, or env:NAME; never the password itself"));
    m_topic = field(tr("Topic to read"), tr("for the test; may stay empty"));
}

QWidget* ConnectionsPage::makeButtons()
{
    auto* out = new QWidget;
    m_test = new QPushButton(tr("Test"));
    m_test->setToolTip(tr("Tries what stands in the form, step by step; nothing is saved"));
    m_save = new QPushButton(tr("Save"));
    m_save->setProperty("kind", QStringLiteral("primary"));
    m_remove = new QPushButton(tr("Remove…"));
    m_remove->setProperty("kind", QStringLiteral("danger"));
    auto* buttons = new QHBoxLayout(out);
    buttons->setContentsMargins(12, 4, 12, 12);
    buttons->setSpacing(8);
    buttons->addWidget(m_remove);
    buttons->addStretch(1);
    buttons->addWidget(m_test);
    buttons->addWidget(m_save);
    connect(m_test, &QPushButton::clicked, this, &ConnectionsPage::test);
    connect(m_save, &QPushButton::clicked, this, &ConnectionsPage::save);
    connect(m_remove, &QPushButton::clicked, this, &ConnectionsPage::remove);
    return out;
}

QWidget* ConnectionsPage::makeForm()
{
    m_form = new Tile(tr("Kafka or Event Hubs"));
    m_outcome = new TextLabel({}, TextRole::Control, TextLabel::Tone::Critical);
    m_outcome->setWordWrap(true);
    m_outcome->setContentsMargins(12, 0, 12, 0);
    QWidget* buttons = makeButtons();
    auto* form = new QFormLayout;
    form->setContentsMargins(12, 0, 12, 12);
    form->setHorizontalSpacing(12);
    form->setVerticalSpacing(8);
    m_name = m_servers = m_user = m_secret = m_topic = nullptr;
    makeFields(form);
    m_form->body()->addLayout(form);
    m_form->body()->addWidget(m_outcome);
    m_form->body()->addWidget(buttons);
    return m_form;
}

QWidget* ConnectionsPage::makeTest()
{
    auto* steps = new Tile(tr("Test"));
    steps->setMeta(tr("each step in order; what comes after a failure is skipped"));
    m_steps = new RowsTable({tr("step"), tr("result"), tr("time")}, {150, 0, 80});
    m_steps->setAccessibleName(tr("Steps of the test"));
    steps->body()->addWidget(m_steps, 1);
    return steps;
}

ConnectionsPage::Options ConnectionsPage::options() const
{
    Options out = m_loaded;
    for (const char* name : {kMechanism, kUser, kSecret})
        out.erase(name);
    out[kServers] = m_servers->text().trimmed().toStdString();
    out[kProtocol] = m_protocol->currentText().toStdString();
    if (m_protocol->currentText().startsWith(QLatin1String("sasl"))) {
        out[kMechanism] = m_mechanism->currentText().toStdString();
        out[kUser] = m_user->text().trimmed().toStdString();
        out[kSecret] = m_secret->text().trimmed().toStdString();
    }
    return out;
}

void ConnectionsPage::load(const api::ConnectionSnapshot& connection)
{
    m_loaded = Options(connection.options.begin(), connection.options.end());
    m_name->setText(qstr(connection.name));
    m_servers->setText(qstr(connection.summary));
    choose(*m_protocol, optionOf(m_loaded, kProtocol));
    choose(*m_mechanism, optionOf(m_loaded, kMechanism));
    m_user->setText(optionOf(m_loaded, kUser));
    m_secret->setText(optionOf(m_loaded, kSecret));
    showPlan();
    check();
}

void ConnectionsPage::clear()
{
    m_loaded.clear();
    for (QLineEdit* edit : {m_name, m_servers, m_user, m_secret, m_topic})
        edit->clear();
    m_protocol->setCurrentIndex(0);
    m_mechanism->setCurrentIndex(0);
    showPlan();
    check();
}

bool ConnectionsPage::isSaved(const QString& name) const
{
    return std::ranges::any_of(m_bridge.snapshot()->connections, [&](const auto& connection) {
        return qstr(connection.name) == name;
    });
}

// What may be done with what stands in the form.
void ConnectionsPage::check()
{
    if (!m_topic || !m_secret) // not all made yet
        return;
    const QString name = m_name->text().trimmed(), secret = m_secret->text().trimmed();
    const bool isSasl = m_protocol->currentText().startsWith(QLatin1String("sasl"));
    for (QWidget* field : std::initializer_list<QWidget*>{m_mechanism, m_user, m_secret}) {
        field->setEnabled(isSasl);
        field->setToolTip(isSasl ? QString() : tr("Only sasl protocols sign in"));
    }
    const bool isBare = isSasl && !secret.isEmpty() && !isReference(secret);
    if (isBare)
        m_outcome->setText(tr("The secret has to be a reference: secret:NAME or env:NAME. A "
                              "password typed here would be kept in the open."));
    m_outcome->setVisible(isBare);
    const bool hasServers = !m_servers->text().trimmed().isEmpty();
    m_save->setEnabled(!name.isEmpty() && hasServers && !isBare);
    m_save->setToolTip(
        m_save->isEnabled() ? QString() : tr("Needs a name, servers, and a secret by reference"));
    m_save->setText(isSaved(name) ? tr("Save") : tr("Save new"));
    m_test->setEnabled(!m_isTesting && hasServers && !isBare);
    m_remove->setEnabled(isSaved(name));
    m_form->setMeta(isSaved(name) ? name : tr("not saved yet"));
}

void ConnectionsPage::tellOutcome(const api::Outcome& outcome)
{
    m_outcome->setVisible(outcome.error.has_value());
    if (outcome.error)
        m_outcome->setText(qstr(outcome.error->text()));
}

void ConnectionsPage::save()
{
    const Options kept = options();
    m_bridge.submit(api::SaveConnection{.name = m_name->text().trimmed().toStdString(),
                                        .kind = "kafka",
                                        .options = {kept.begin(), kept.end()}},
                    this, [this, kept](const api::Outcome& outcome) {
                        tellOutcome(outcome);
                        if (!outcome.error)
                            m_loaded = kept;
                    });
}

void ConnectionsPage::remove()
{
    const QString name = m_name->text().trimmed();
    auto* question = new QMessageBox(
        QMessageBox::NoIcon, tr("Remove %1?").arg(name),
        tr("Remove the connection %1? Pipelines that name it will not start again until there is "
           "one of this name.")
            .arg(name),
        QMessageBox::Cancel, this);
    QPushButton* really = question->addButton(tr("Remove"), QMessageBox::DestructiveRole);
    question->setDefaultButton(QMessageBox::Cancel);
    question->setAttribute(Qt::WA_DeleteOnClose);
    connect(really, &QPushButton::clicked, this, [this, name] {
        m_bridge.submit(api::RemoveConnection{name.toStdString()}, this,
                        [this](const api::Outcome& outcome) {
                            if (!outcome.error)
                                clear();
                            tellOutcome(outcome);
                        });
    });
    question->open();
}

void ConnectionsPage::test()
{
    m_isTesting = true;
    const quint64 serial = ++m_serial;
    const Options tried = options();
    // The result is that of the saved connection only if nothing was changed since.
    const QString name = tried == m_loaded ? m_name->text().trimmed() : QString();
    check();
    m_bridge.ask(api::ConnectionTestQuery{.connection = {},
                                          .options = {tried.begin(), tried.end()},
                                          .topic = m_topic->text().trimmed().toStdString()},
                 this, [this, serial, name](const api::AnswerBody& body) {
                     const auto* answer = std::get_if<api::ConnectionTestAnswer>(&body);
                     const auto* error = std::get_if<Error>(&body);
                     m_isTesting = answer && !answer->isDone;
                     check();
                     if (answer && answer->isDone)
                         keep(name, *answer);
                     if (serial != m_serial)
                         return;
                     if (answer)
                         showSteps(*answer);
                     else if (error)
                         tellOutcome({.id = 0, .text = {}, .error = *error});
                 });
}

void ConnectionsPage::keep(const QString& name, const api::ConnectionTestAnswer& answer)
{
    if (name.isEmpty())
        return;
    const auto failed = std::ranges::find(answer.steps, api::ConnectionTestStep::State::Failed,
                                          &api::ConnectionTestStep::state);
    const QString time = clockText(m_bridge.snapshot()->timeUs);
    m_tested[name] = failed == answer.steps.end()
        ? Tested{Health::Ok, tr("ok %1").arg(time)}
        : Tested{Health::Critical, tr("%1 failed").arg(qstr(failed->name))};
}

// What the test will do, before it has been asked for.
void ConnectionsPage::showPlan()
{
    ++m_serial;
    api::ConnectionTestAnswer planned;
    for (const char* name : {"DNS", "TCP", "TLS", "SASL", "Metadata", "Read one record"})
        planned.steps.push_back({.name = name,
                                 .state = api::ConnectionTestStep::State::Pending,
                                 .detail = {},
                                 .seconds = 0});
    showSteps(planned);
}

void ConnectionsPage::showSteps(const api::ConnectionTestAnswer& answer)
{
    using State = api::ConnectionTestStep::State;
    std::vector<RowsModel::Row> rows;
    for (const api::ConnectionTestStep& step : answer.steps) {
        const Health health = step.state == State::Failed ? Health::Critical
            : step.state == State::Ok                     ? Health::Ok
            : step.state == State::Running                ? Health::Unknown
                                                          : Health::Stopped;
        const QString text = step.state == State::Running         ? tr("testing…")
            : step.state == State::Pending                        ? tr("not tried yet")
            : step.state == State::Skipped && step.detail.empty() ? tr("skipped")
                                                                  : qstr(step.detail);
        rows.push_back(
            {qstr(step.name),
             {{.text = qstr(step.name), .health = health, .hasGlyph = true},
              {.text = text, .health = step.state == State::Failed ? health : Health::Ok},
              {.text = step.seconds > 0 ? durationQuantity(std::int64_t(step.seconds * 1e6)).text()
                                        : QString(),
               .isRight = true}}});
    }
    m_steps->apply(std::move(rows));
}

void ConnectionsPage::apply(const api::EngineSnapshot& snapshot)
{
    std::vector<RowsModel::Row> rows;
    for (const api::ConnectionSnapshot& connection : snapshot.connections) {
        const Options saved(connection.options.begin(), connection.options.end());
        const auto found = m_tested.find(qstr(connection.name));
        const Tested tested
            = found == m_tested.end() ? Tested{Health::Unknown, tr("not tested")} : found->second;
        const QString protocol = optionOf(saved, kProtocol);
        rows.push_back({qstr(connection.name),
                        {{.text = qstr(connection.name), .health = tested.health, .hasGlyph = true},
                         {.text = qstr(connection.summary), .isMono = true},
                         {.text = protocol.isEmpty() ? QStringLiteral("plaintext") : protocol},
                         {.text = tested.text, .health = tested.health}}});
    }
    m_listStack->setCurrentIndex(rows.empty() ? 0 : 1);
    m_list->apply(std::move(rows));
    const QString name = m_name->text().trimmed();
    m_remove->setEnabled(isSaved(name));
    m_save->setText(isSaved(name) ? tr("Save") : tr("Save new"));
    m_form->setMeta(isSaved(name) ? name : tr("not saved yet"));
}

} // namespace sluice::ui
