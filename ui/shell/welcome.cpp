// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/shell/welcome.h"

#include "ui/widgets/tile.h"

#include <QPushButton>

namespace sluice::ui {
namespace {

// A card: title, sentence, button at the bottom.
Tile* card(const QString& title, const QString& text, QPushButton* button)
{
    auto* tile = new Tile(title);
    tile->setFixedSize(336, 190);
    auto* words = new TextLabel(text, TextRole::Control, TextLabel::Tone::Text2);
    words->setWordWrap(true);
    words->setAlignment(Qt::AlignTop);
    auto* layout = new QVBoxLayout;
    layout->setContentsMargins(12, 4, 12, 12);
    layout->addWidget(words, 1);
    if (button)
        layout->addWidget(button, 0, Qt::AlignLeft);
    tile->body()->addLayout(layout);
    return tile;
}

} // namespace

Welcome::Welcome(QWidget* parent)
    : QWidget(parent)
{
    auto* all = new QVBoxLayout(this);
    all->addStretch(1);
    auto* title = new TextLabel(tr("Start with data that moves"), TextRole::Display,
                                TextLabel::Tone::Text1);
    auto* lead = new TextLabel(tr("This workspace has no pipelines yet."), TextRole::Body,
                               TextLabel::Tone::Text2);
    for (TextLabel* label : {title, lead}) {
        label->setAlignment(Qt::AlignCenter);
        all->addWidget(label);
    }
    all->addSpacing(24);
    auto* demo = new QPushButton(tr("Start the demo plant"));
    demo->setProperty("kind", QStringLiteral("primary"));
    auto* open = new QPushButton(tr("Open a document…"));
    connect(demo, &QPushButton::clicked, this, &Welcome::demoWanted);
    connect(open, &QPushButton::clicked, this, &Welcome::documentWanted);
    auto* cards = new QHBoxLayout;
    cards->setSpacing(16);
    cards->addStretch(1);
    cards->addWidget(card(tr("Demo plant"),
                          tr("A web shop and a factory hall inside this program: orders through a "
                             "Kafka endpoint of its own, payments, clicks and sensors. "
                             "Charts move within ten seconds; no server, nothing to install."),
                          demo));
    cards->addWidget(card(tr("Your pipeline"),
                          tr("A YAML document says where records come from, what is checked and "
                             "computed, and which tables they go to. "
                             "sluicectl init SAMPLE writes one from a file of yours."),
                          open));
    cards->addStretch(1);
    all->addLayout(cards);
    all->addStretch(2);
}

} // namespace sluice::ui
