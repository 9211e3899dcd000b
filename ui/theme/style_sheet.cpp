// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/theme/style_sheet.h"

#include <utility>

namespace sluice::ui {
namespace {

// Tokens stand as @name in the sheet.
const char* const kSheet = R"(
QToolTip { background: @overlay; color: @text1; border: 1px solid @border; padding: 4px 8px; }
QPushButton { background: @raised; color: @text1; border: 1px solid @border; border-radius: 4px; padding: 0 12px; min-height: 26px; font-size: 12px; }
QPushButton:hover { border-color: @borderStrong; }
QPushButton:pressed { background: @sunken; }
QPushButton:focus { border: 2px solid @accent; padding: 0 11px; min-height: 24px; }
QPushButton:disabled { color: @disabled; border-color: @line; }
QPushButton[kind="primary"] { background: @accentFill; color: @onAccent; border-color: @accentFill; font-weight: 600; }
QPushButton[kind="primary"]:disabled { background: @raised; color: @disabled; border-color: @line; }
QPushButton[kind="danger"] { color: @crit; }
QPushButton[kind="ghost"] { background: transparent; border-color: transparent; color: @text2; padding: 0 8px; }
QPushButton[kind="ghost"]:hover { background: @raised; }
QLineEdit, QPlainTextEdit, QTextEdit, QSpinBox, QComboBox { background: @sunken; color: @text1; border: 1px solid @borderStrong; border-radius: 4px; padding: 0 8px; min-height: 26px; selection-background-color: @accentSoft; selection-color: @text1; font-size: 12px; }
QPlainTextEdit, QTextEdit { padding: 6px 8px; border-color: @border; }
QLineEdit:focus, QPlainTextEdit:focus, QTextEdit:focus, QSpinBox:focus, QComboBox:focus { border: 2px solid @accent; padding-left: 7px; }
QComboBox::drop-down { border: none; width: 24px; }
QComboBox::down-arrow { image: url(:/icons/chevron-down-menu.svg); width: 14px; height: 14px; }
QListView::item { padding: 5px 12px; }
QListView::item:selected { background: @accentSoft; color: @text1; }
QComboBox QAbstractItemView { background: @overlay; color: @text1; border: 1px solid @border; selection-background-color: @accentSoft; }
QTableView, QTreeView, QListView { background: @surface; color: @text1; border: none; gridline-color: @line; selection-background-color: @accentSoft; selection-color: @text1; font-size: 12px; alternate-background-color: @raised; outline: none; }
QTableView::item { padding: 0 8px; border: none; border-bottom: 1px solid @line; }
QTableView::item:selected { background: @accentSoft; color: @text1; }
QTableView::item:hover:!selected { background: @raised; }
QHeaderView { background: @surface; border: none; }
QHeaderView::section { background: @surface; color: @text3; border: none; border-bottom: 1px solid @border; padding: 0 8px; font-size: 11px; font-weight: 500; height: 26px; }
QTableCornerButton::section { background: @surface; border: none; }
QTabBar::tab { background: transparent; color: @text2; padding: 7px 12px; border: none; border-bottom: 2px solid transparent; font-size: 12px; }
QTabBar::tab:selected { color: @text1; border-bottom: 2px solid @accent; font-weight: 500; }
QTabWidget::pane { border: none; border-top: 1px solid @line; }
QScrollBar:vertical { background: transparent; width: 10px; margin: 0; }
QScrollBar:horizontal { background: transparent; height: 10px; margin: 0; }
QScrollBar::handle { background: @border; border-radius: 4px; min-height: 28px; min-width: 28px; margin: 1px; }
QScrollBar::handle:hover { background: @borderStrong; }
QScrollBar::add-line, QScrollBar::sub-line, QScrollBar::add-page, QScrollBar::sub-page { background: none; border: none; width: 0; height: 0; }
QSplitter::handle { background: @line; }
QMenu { background: @overlay; color: @text1; border: 1px solid @border; padding: 4px; font-size: 12px; }
QMenu::item { padding: 5px 24px 5px 12px; border-radius: 3px; }
QMenu::item:selected { background: @accentSoft; }
QScrollArea, QScrollArea > QWidget > QWidget { background: transparent; border: none; }
QCheckBox { color: @text1; font-size: 12px; spacing: 8px; }
)";

} // namespace

QString styleSheetOf(const Theme& theme)
{
    QString sheet = QString::fromLatin1(kSheet);
    // Longer names first: @accentSoft before @accent.
    const std::pair<const char*, QColor> tokens[] = {{"@accentFill", theme.accentFill},
                                                     {"@accentSoft", theme.accentSoft},
                                                     {"@onAccent", theme.onAccent},
                                                     {"@accent", theme.accent},
                                                     {"@borderStrong", theme.borderStrong},
                                                     {"@border", theme.border},
                                                     {"@ground", theme.ground},
                                                     {"@chrome", theme.chrome},
                                                     {"@surface", theme.surface},
                                                     {"@raised", theme.raised},
                                                     {"@overlay", theme.overlay},
                                                     {"@sunken", theme.sunken},
                                                     {"@line", theme.line},
                                                     {"@text1", theme.text1},
                                                     {"@text2", theme.text2},
                                                     {"@text3", theme.text3},
                                                     {"@disabled", theme.disabled},
                                                     {"@crit", theme.crit}};
    for (const auto& [name, color] : tokens)
        sheet.replace(QLatin1String(name), color.name());
    return sheet;
}

QPalette paletteOf(const Theme& theme)
{
    QPalette palette;
    const std::pair<QPalette::ColorRole, QColor> roles[]
        = {{QPalette::Window, theme.ground},        {QPalette::WindowText, theme.text1},
           {QPalette::Text, theme.text1},           {QPalette::Base, theme.sunken},
           {QPalette::AlternateBase, theme.raised}, {QPalette::Button, theme.raised},
           {QPalette::ButtonText, theme.text1},     {QPalette::Mid, theme.border},
           {QPalette::Midlight, theme.line},        {QPalette::Dark, theme.borderStrong},
           {QPalette::Highlight, theme.accentSoft}, {QPalette::HighlightedText, theme.text1},
           {QPalette::Link, theme.accent},          {QPalette::PlaceholderText, theme.text3},
           {QPalette::ToolTipBase, theme.overlay},  {QPalette::ToolTipText, theme.text1}};
    for (const auto& [role, color] : roles)
        palette.setColor(role, color);
    for (const QPalette::ColorRole role :
         {QPalette::WindowText, QPalette::Text, QPalette::ButtonText})
        palette.setColor(QPalette::Disabled, role, theme.disabled);
    return palette;
}

} // namespace sluice::ui
