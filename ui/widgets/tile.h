// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include "ui/theme/appearance.h"

#include <QLabel>
#include <QVBoxLayout>
#include <QWidget>

namespace sluice::ui {

/// A surface with a head (title, meta, actions) and content beneath.
class Tile : public QWidget
{
    Q_OBJECT

public:
    explicit Tile(const QString& title, QWidget* parent = nullptr);

    void setTitle(const QString& title) { m_title->setText(title); }
    void setMeta(const QString& meta) { m_meta->setText(meta); }
    /// Puts a widget to the right end of the head.
    void addAction(QWidget* action);
    /// Where content goes; without margins.
    QVBoxLayout* body() { return m_body; }

protected:
    void paintEvent(QPaintEvent* event) override;

private:
    QLabel* m_title;
    QLabel* m_meta;
    QHBoxLayout* m_head;
    QVBoxLayout* m_body;
};

/// A label of a text role and a colour role that follows the theme.
class TextLabel final : public QLabel
{
    Q_OBJECT

public:
    enum class Tone { Text1, Text2, Text3, Accent, Warning, Critical };
    TextLabel(const QString& text, TextRole role, Tone tone, QWidget* parent = nullptr);
    void setTone(Tone tone);

private:
    void restyle();
    Tone m_tone;
};

} // namespace sluice::ui
