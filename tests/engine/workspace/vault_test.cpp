// SPDX-License-Identifier: Apache-2.0
#include "engine/workspace/vault.h"

#include "engine/base/durable_file.h"
#include "tests/support/test_main.h"

#include <QTemporaryDir>

namespace sluice::workspace {

class VaultTest : public QObject
{
    Q_OBJECT

    QTemporaryDir m_folder;
    std::string path() const { return m_folder.path().toStdString() + "/vault"; }

private slots:
    void secretsComeBackWithTheRightPassphraseOnly()
    {
        {
            auto vault = Vault::open(path(), VaultKey{"correct horse"});
            QVERIFY(vault);
            QVERIFY(vault->names().empty());
            QVERIFY(vault->put("kafka", "s3cret-value"));
            QVERIFY(vault->put("other", ""));
        }
        const auto again = Vault::open(path(), VaultKey{"correct horse"});
        QVERIFY(again);
        QCOMPARE(*again->get("kafka"), std::string("s3cret-value"));
        QVERIFY((again->names() == std::vector<std::string>{"kafka", "other"}));
        QVERIFY(!again->get("missing"));
        const auto wrong = Vault::open(path(), VaultKey{"wrong"});
        QVERIFY(!wrong);
        QCOMPARE(wrong.error().code, ErrorCode::ConnectRefused);
        QVERIFY(wrong.error().text().find("wrong")
                == std::string::npos); // the passphrase is not repeated
        const std::string bytes = *readFile(path());
        QVERIFY(bytes.find("s3cret") == std::string::npos);
        QVERIFY(bytes.find("kafka") == std::string::npos);
    }
    void aFlippedBitOrACutIsRefused()
    {
        auto vault = Vault::open(path() + "2", VaultKey{"p"});
        QVERIFY(vault && vault->put("a", "b"));
        std::string bytes = *readFile(path() + "2");
        bytes.back() = char(bytes.back() ^ 1);
        QVERIFY(writeFileDurably(path() + "2", bytes));
        QVERIFY(!Vault::open(path() + "2", VaultKey{"p"}));
        QVERIFY(writeFileDurably(path() + "2", bytes.substr(0, 20)));
        const auto cut = Vault::open(path() + "2", VaultKey{"p"});
        QVERIFY(!cut);
        QCOMPARE(cut.error().code, ErrorCode::DecodeFailed);
    }
    void referencesAreResolved()
    {
        qputenv("SLUICE_TEST_SECRET", "from the environment");
        QCOMPARE(*resolveSecret("env:SLUICE_TEST_SECRET", path()),
                 std::string("from the environment"));
        QCOMPARE(*resolveSecret("plain", path()), std::string("plain"));
        const auto missing = resolveSecret("env:SLUICE_TEST_NOT_SET", path());
        QVERIFY(!missing);
        qunsetenv("SLUICE_VAULT_PASSPHRASE");
        qunsetenv("SLUICE_VAULT_KEY_FILE");
        const auto locked = resolveSecret("secret:kafka", path());
        QVERIFY(!locked);
        QVERIFY(locked.error().hint.find("SLUICE_VAULT_PASSPHRASE") != std::string::npos);
        QVERIFY(writeFileDurably(path() + ".key", "correct horse\n"));
        qputenv("SLUICE_VAULT_KEY_FILE", QByteArray::fromStdString(path() + ".key"));
        QCOMPARE(*resolveSecret("secret:kafka", path()), std::string("s3cret-value"));
    }
};

} // namespace sluice::workspace

SLUICE_TEST(sluice::workspace::VaultTest)
#include "vault_test.moc"
