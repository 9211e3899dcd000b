// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/shell/welcome.h"

#include "ui/shell/welcome_card.h"
#include "ui/widgets/painting.h"
#include "ui/widgets/tile.h"

#include <QHBoxLayout>
#include <QVBoxLayout>

namespace sluice::ui {
namespace {

/// The way of a record in five boxes.
class WayOfARecord final : public QWidget
{
public:
    explicit WayOfARecord(QWidget* parent = nullptr)
        : QWidget(parent)
    {
        setFixedHeight(56);
        setAccessibleName(
            tr("Events become bronze, silver and gold tables, which objectives watch"));
        connect(&Appearance::instance(), &Appearance::changed, this, qOverload<>(&QWidget::update));
    }

protected:
    void paintEvent(QPaintEvent*) override
    {
        const QStringList boxes{tr("Events"), tr("Bronze"), tr("Silver"), tr("Gold"),
                                tr("Objectives")};
        const QStringList steps{tr("as they came"), tr("checked"), tr("counted"), tr("watched")};
        constexpr double kBox = 120, kHigh = 30, kTop = 22;
        const double apart = (width() - kBox) / double(boxes.size() - 1);
        QPainter painter(this);
        painter.setRenderHint(QPainter::Antialiasing);
        for (int i = 0; i < int(boxes.size()); ++i) {
            const QRectF box(i * apart, kTop, kBox, kHigh);
            if (i < int(steps.size()))
                paintStep(painter, box, apart - kBox, steps[i]);
            paintBox(painter, box, theme().raised, theme().border, 4);
            paintText(painter, box, Qt::AlignCenter, boxes[i], TextRole::Control, theme().text2);
        }
    }

private:
    static void paintStep(QPainter& painter, const QRectF& from, double length,
                          const QString& words)
    {
        const double y = from.center().y(), middle = from.right() + length / 2;
        painter.setPen(QPen(theme().border, 2));
        painter.drawLine(QPointF(from.right(), y), QPointF(from.right() + length, y));
        painter.setPen(QPen(theme().text3, 1.5));
        painter.drawPolyline(QPolygonF(
            {QPointF(middle - 3, y - 5), QPointF(middle + 2, y), QPointF(middle - 3, y + 5)}));
        paintText(painter, QRectF(from.right(), 0, length, 18), Qt::AlignCenter, words,
                  TextRole::Small, theme().text3);
    }
};

} // namespace

Welcome::Welcome(QWidget* parent)
    : QWidget(parent)
{
    constexpr int kWidest = 1080;
    auto* block = new QWidget;
    block->setMaximumWidth(kWidest);
    block->setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Preferred);
    auto* column = new QVBoxLayout(block);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(6);
    column->addWidget(
        new TextLabel(tr("Start with moving data"), TextRole::Display, TextLabel::Tone::Text1));
    auto* lead = new TextLabel(tr("Sluice reads events, writes bronze, silver and gold tables, and "
                                  "shows every step while it runs. "
                                  "This workspace has no pipelines yet."),
                               TextRole::Body, TextLabel::Tone::Text2);
    lead->setWordWrap(true);
    column->addWidget(lead);
    column->addSpacing(24);
    column->addWidget(new WayOfARecord);
    column->addSpacing(28);
    auto* cards = new QHBoxLayout;
    cards->setSpacing(16);
    const auto add = [&](const WelcomeCard::Content& content, void (Welcome::*wanted)()) {
        auto* card = new WelcomeCard(content);
        card->setMinimumHeight(284);
        connect(card, &WelcomeCard::chosen, this, wanted);
        cards->addWidget(card, 1);
    };
    add({.icon = QStringLiteral("play"),
         .title = tr("Run the demo plant"),
         .text = tr("A web shop and a factory hall inside this program: orders through a Kafka "
                    "endpoint of its own, payments, clicks and sensors."),
         .facts = {tr("Moving charts within ten seconds"), tr("No server, nothing to install"),
                   tr("Faulty and late records among them")},
         .action = tr("Run the demo plant"),
         .isRecommended = true},
        &Welcome::demoWanted);
    add({.icon = QStringLiteral("plug"),
         .title = tr("Connect"),
         .text = tr("Kafka or Azure Event Hubs. Each step of the connection is tested, and the one "
                    "that fails is named."),
         .facts = {tr("DNS, TCP, TLS, SASL, metadata"), tr("Reads one record, changes nothing"),
                   tr("Secrets stay in the vault or the environment")},
         .action = tr("Connect…")},
        &Welcome::connectionWanted);
    add({.icon = QStringLiteral("folder-open"),
         .title = tr("Open a document"),
         .text = tr("A YAML document says where records come from, what is checked and computed, "
                    "and which tables they go to."),
         .facts = {tr("All findings at once, with their place"),
                   tr("sluicectl init SAMPLE writes one for you")},
         .action = tr("Open a document…")},
        &Welcome::documentWanted);
    column->addLayout(cards);
    auto* row = new QHBoxLayout;
    row->addStretch(1);
    row->addWidget(block, 100);
    row->addStretch(1);
    auto* all = new QVBoxLayout(this);
    all->setContentsMargins(24, 24, 24, 24);
    all->addStretch(2);
    all->addLayout(row);
    all->addStretch(3);
}

} // namespace sluice::ui
