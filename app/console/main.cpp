// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/console/headless.h"
#include "engine/base/log.h"
#include "ui/bridge/engine_bridge.h"
#include "ui/shell/main_window.h"
#include "ui/shell/window_settings.h"
#include "ui/theme/appearance.h"

#include <QApplication>
#include <QCommandLineParser>
#include <QDir>
#include <QMessageBox>
#include <QStandardPaths>

#include <cstdio>

namespace {

// The engine is built for x86-64-v3; on an older processor say so instead of dying.
bool hasProcessor()
{
    __builtin_cpu_init();
    if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi2")
        && __builtin_cpu_supports("fma"))
        return true;
    std::fprintf(
        stderr,
        "sluice: this processor has no AVX2; Sluice needs one of 2013 or later (x86-64-v3)\n");
    return false;
}

QString defaultWorkspace()
{
    return QStandardPaths::writableLocation(QStandardPaths::AppDataLocation)
        + QStringLiteral("/workspace");
}

// "1280x800"; what cannot be read or shown is the usual size.
QSize sizeOf(const QString& text)
{
    const QStringList sides = text.split(QLatin1Char('x'));
    const QSize size = sides.size() == 2 ? QSize(sides[0].toInt(), sides[1].toInt()) : QSize();
    return size.width() >= 640 && size.height() >= 480 ? size : QSize(1600, 1000);
}

} // namespace

int main(int argc, char** argv)
{
    using namespace sluice;
    if (!hasProcessor())
        return 1;
    if (qEnvironmentVariableIsEmpty("DISPLAY") && qEnvironmentVariableIsEmpty("WAYLAND_DISPLAY")
        && qEnvironmentVariableIsEmpty("QT_QPA_PLATFORM"))
        qputenv("QT_QPA_PLATFORM", "offscreen");
    QApplication application(argc, argv);
    QApplication::setApplicationName(QStringLiteral("sluice"));
    QApplication::setApplicationDisplayName(QStringLiteral("Sluice"));
    QApplication::setApplicationVersion(QStringLiteral("0.1.0"));
    QApplication::setDesktopFileName(QStringLiteral("sluice"));

    QCommandLineParser parser;
    parser.setApplicationDescription(
        QStringLiteral("Desktop operations console with an embedded streaming engine"));
    parser.addHelpOption();
    parser.addVersionOption();
    const QCommandLineOption workspace({QStringLiteral("w"), QStringLiteral("workspace")},
                                       QStringLiteral("Folder of the workspace"),
                                       QStringLiteral("folder"), defaultWorkspace());
    const QCommandLineOption demo(QStringLiteral("demo"), QStringLiteral("Start the demo plant"));
    const QCommandLineOption headless(QStringLiteral("headless"),
                                      QStringLiteral(
                                          "Run the demo without a display and leave pictures"));
    const QCommandLineOption seconds(QStringLiteral("seconds"),
                                     QStringLiteral("headless: how long"), QStringLiteral("n"),
                                     QStringLiteral("40"));
    const QCommandLineOption out(QStringLiteral("out"),
                                 QStringLiteral("headless: where the pictures go"),
                                 QStringLiteral("folder"), QStringLiteral("sluice-demo"));
    const QCommandLineOption size(QStringLiteral("size"),
                                  QStringLiteral("headless: size of the pictures"),
                                  QStringLiteral("WxH"), QStringLiteral("1600x1000"));
    const QCommandLineOption themeOption(QStringLiteral("theme"), QStringLiteral("light or dark"),
                                         QStringLiteral("name"));
    const QCommandLineOption page(QStringLiteral("page"), QStringLiteral("The page to begin with"),
                                  QStringLiteral("name"));
    parser.addOptions({workspace, demo, headless, seconds, out, size, themeOption, page});
    parser.addPositionalArgument(QStringLiteral("document"),
                                 QStringLiteral("A pipeline document to run"),
                                 QStringLiteral("[document]"));
    parser.process(application);

    const QSettings settings = ui::windowSettings();
    const QString wanted = parser.value(themeOption);
    ui::Appearance::instance().setDark(
        wanted.isEmpty() ? settings.value(QStringLiteral("window/dark"), true).toBool()
                         : wanted != QLatin1String("light"));
    const bool isHeadless = parser.isSet(headless);
    const QString folder = isHeadless && !parser.isSet(workspace)
        ? parser.value(out) + QStringLiteral("/workspace")
        : parser.value(workspace);
    QDir().mkpath(folder);
    openLog(folder.toStdString() + "/sluice.log", LogLevel::Error);
    auto engine = api::openEngine({.workspace = folder.toStdString()});
    if (!engine) {
        const QString text = QString::fromStdString(engine.error().text());
        std::fprintf(stderr, "sluice: %s\n", text.toUtf8().constData());
        if (!isHeadless)
            QMessageBox::critical(nullptr, QStringLiteral("Sluice"), text);
        return 1;
    }
    ui::EngineBridge bridge(**engine);
    ui::MainWindow window(bridge);
    if (isHeadless)
        return console::runHeadless(**engine, bridge, window, parser.value(seconds).toInt(),
                                    sizeOf(parser.value(size)), parser.value(out));
    if (parser.isSet(demo))
        window.startDemo();
    if (!parser.positionalArguments().isEmpty())
        window.openDocument(parser.positionalArguments().constFirst());
    if (parser.isSet(page))
        window.showPage(parser.value(page));
    window.show();
    return QApplication::exec();
}
