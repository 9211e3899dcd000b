// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/pages/connections_page.h"

#include "tests/ui/pages/page_fixture.h"

#include <QMessageBox>

namespace sluice::ui {

class ConnectionsPageTest : public QObject
{
    Q_OBJECT

    using Options = std::vector<std::pair<std::string, std::string>>;
    using State = api::ConnectionTestStep::State;

    static api::EngineSnapshot plant()
    {
        api::EngineSnapshot out = test::plantSnapshot();
        out.connections = {{.name = "prod",
                            .kind = "kafka",
                            .summary = "kafka-1:9093",
                            .options = {{"bootstrap.servers", "kafka-1:9093"},
                                        {"sasl.mechanism", "SCRAM-SHA-512"},
                                        {"sasl.password", "secret:prod"},
                                        {"sasl.username", "reader"},
                                        {"security.protocol", "sasl_ssl"},
                                        {"ssl.ca.location", "/etc/ca.pem"}}},
                           {.name = "plain",
                            .kind = "kafka",
                            .summary = "127.0.0.1:9092",
                            .options = {{"bootstrap.servers", "127.0.0.1:9092"}}}};
        return out;
    }
    static QLineEdit* field(PageFixture<ConnectionsPage>& fixture, const char* name)
    {
        for (QLineEdit* edit : fixture.page->findChildren<QLineEdit*>())
            if (edit->accessibleName() == QLatin1String(name))
                return edit;
        return nullptr;
    }
    static QComboBox* choice(PageFixture<ConnectionsPage>& fixture, const char* name)
    {
        for (QComboBox* box : fixture.page->findChildren<QComboBox*>())
            if (box->accessibleName() == QLatin1String(name))
                return box;
        return nullptr;
    }

private slots:
    void withoutConnectionsItSaysWhatOneIs()
    {
        PageFixture<ConnectionsPage> fixture({});
        fixture.show();
        QVERIFY(fixture.says("No connections yet"));
        QVERIFY(!fixture.button("Save new")->isEnabled());
        QVERIFY(!fixture.button("Remove…")->isEnabled());
    }
    void aNewConnectionIsSaved()
    {
        PageFixture<ConnectionsPage> fixture({});
        fixture.show();
        field(fixture, "Name")->setText(QStringLiteral("dev"));
        field(fixture, "Servers")->setText(QStringLiteral(" a:9092,b:9092 "));
        QVERIFY(!field(fixture, "Secret")->isEnabled()); // plaintext does not sign in
        fixture.button("Save new")->click();
        const auto& saved = std::get<api::SaveConnection>(fixture.engine.commands.at(0));
        QCOMPARE(saved.name, std::string("dev"));
        QCOMPARE(saved.options,
                 (Options{{"bootstrap.servers", "a:9092,b:9092"},
                          {"security.protocol", "plaintext"}}));
        fixture.engine.outcomes.push_back(
            {.id = 1,
             .text = {},
             .error = Error{.code = ErrorCode::PermissionDenied, .message = "read only"}});
        fixture.publish();
        QVERIFY(fixture.says("read only"));
    }
    void whatTheFormHasNoFieldForIsKept()
    {
        PageFixture<ConnectionsPage> fixture(plant());
        fixture.show();
        fixture.table("Connections")->selectKey(QStringLiteral("prod"));
        QCOMPARE(choice(fixture, "Protocol")->currentText(), QStringLiteral("sasl_ssl"));
        QCOMPARE(choice(fixture, "Sign-in")->currentText(), QStringLiteral("SCRAM-SHA-512"));
        QCOMPARE(field(fixture, "Secret")->text(), QStringLiteral("secret:prod"));
        field(fixture, "Servers")->setText(QStringLiteral("kafka-2:9093"));
        fixture.button("Save")->click();
        Options expected = plant().connections[0].options;
        expected[0].second = "kafka-2:9093";
        QCOMPARE(std::get<api::SaveConnection>(fixture.engine.commands.at(0)).options, expected);
        fixture.publish(); // a snapshot leaves the form alone
        QCOMPARE(field(fixture, "Servers")->text(), QStringLiteral("kafka-2:9093"));
        fixture.shoot("connections");
    }
    void aPasswordIsNotTaken()
    {
        PageFixture<ConnectionsPage> fixture(plant());
        fixture.show();
        fixture.table("Connections")->selectKey(QStringLiteral("prod"));
        field(fixture, "Secret")->setText(QStringLiteral("hunter2"));
        QVERIFY(fixture.says("has to be a reference"));
        QVERIFY(!fixture.button("Save")->isEnabled());
        QVERIFY(!fixture.button("Test")->isEnabled());
        field(fixture, "Secret")->setText(QStringLiteral("env:KAFKA_PASSWORD"));
        QVERIFY(!fixture.says("has to be a reference"));
        QVERIFY(fixture.button("Save")->isEnabled());
    }
    void removingAsksFirst()
    {
        PageFixture<ConnectionsPage> fixture(plant());
        fixture.show();
        fixture.table("Connections")->selectKey(QStringLiteral("prod"));
        fixture.button("Remove…")->click();
        auto* question = fixture.page->findChild<QMessageBox*>();
        QVERIFY(question && question->isVisible());
        QVERIFY(fixture.engine.commands.empty());
        for (QAbstractButton* button : question->buttons())
            if (question->buttonRole(button) == QMessageBox::DestructiveRole)
                button->click();
        QCOMPARE(std::get<api::RemoveConnection>(fixture.engine.commands.at(0)).name,
                 std::string("prod"));
    }
    void theTestShowsEachStepAsItGoes()
    {
        PageFixture<ConnectionsPage> fixture(plant());
        fixture.show();
        const RowsTable& steps = *fixture.table("Steps of the test");
        QCOMPARE(cellOf(steps, "TLS", 1), QStringLiteral("not tried yet"));
        fixture.table("Connections")->selectKey(QStringLiteral("prod"));
        fixture.button("Test")->click();
        QVERIFY(!fixture.button("Test")->isEnabled());
        const auto id = fixture.engine.queries.back().first;
        const auto& asked
            = std::get<api::ConnectionTestQuery>(fixture.engine.queries.back().second);
        QCOMPARE(asked.options, plant().connections[0].options);
        api::ConnectionTestAnswer answer{.steps = {{.name = "DNS",
                                                    .state = State::Ok,
                                                    .detail = "kafka-1 is 10.0.0.7",
                                                    .seconds = 0.012},
                                                   {.name = "TCP", .state = State::Running},
                                                   {.name = "TLS", .state = State::Pending}},
                                         .isDone = false};
        fixture.engine.answers.push_back({id, answer});
        fixture.publish();
        QCOMPARE(cellOf(steps, "DNS", 2), QStringLiteral("12") + QChar(0x2009) + "ms");
        QCOMPARE(cellOf(steps, "TCP", 1), QStringLiteral("testing…"));
        answer.steps[1] = {.name = "TCP",
                           .state = State::Failed,
                           .detail = "nobody listens on port 9093. Check the port.",
                           .seconds = 0.2};
        answer.steps[2] = {.name = "TLS", .state = State::Skipped};
        answer.isDone = true;
        fixture.engine.answers.push_back({id, answer});
        fixture.publish();
        fixture.publish();
        QCOMPARE(cellOf(steps, "TCP", 1),
                 QStringLiteral("nobody listens on port 9093. Check the port."));
        QCOMPARE(cellOf(steps, "TLS", 1), QStringLiteral("skipped"));
        QCOMPARE(cellOf(*fixture.table("Connections"), "prod", 3), QStringLiteral("TCP failed"));
        QCOMPARE(cellOf(*fixture.table("Connections"), "plain", 3), QStringLiteral("not tested"));
        QVERIFY(fixture.button("Test")->isEnabled());
        fixture.shoot("connections-failed");
    }
};

} // namespace sluice::ui

SLUICE_TEST(sluice::ui::ConnectionsPageTest)
#include "connections_page_test.moc"
