// SPDX-License-Identifier: Apache-2.0
#include "engine/base/checksum.h"

#include "tests/support/test_main.h"

namespace sluice {

class ChecksumTest : public QObject
{
    Q_OBJECT

private slots:
    // Values of RFC 3720, B.4.
    void crc32cMatchesThePublishedVectors()
    {
        QCOMPARE(crc32c(std::string(32, '\0')), 0x8A9136AAU);
        QCOMPARE(crc32c(std::string(32, '\xff')), 0x62A8AB43U);
        QCOMPARE(crc32c("123456789"), 0xE3069283U);
    }
    void crc32cOfPiecesIsThatOfTheWhole()
    {
        QCOMPARE(crc32c("6789", crc32c("12345")), 0xE3069283U);
    }
    // Value of the FNV authors' test suite.
    void fingerprintIsFnv1a() { QCOMPARE(fingerprint("foobar"), 0x85944171f73967e8ULL); }
};

} // namespace sluice

SLUICE_TEST(sluice::ChecksumTest)
#include "checksum_test.moc"
