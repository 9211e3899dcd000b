// SPDX-License-Identifier: Apache-2.0
#include "engine/workspace/vault.h"

#include "engine/base/byte_stream.h"
#include "engine/base/durable_file.h"

#include <array>
#include <cstdlib>
#include <cstring>

#include <sodium.h>
#include <sys/stat.h>

namespace sluice::workspace {
namespace {

constexpr std::string_view kMagic = "SLUICEV1";
using Key = std::array<unsigned char, crypto_secretbox_KEYBYTES>;

Error vaultError(ErrorCode code, std::string message, std::string object, std::string hint)
{
    return {.code = code,
            .message = std::move(message),
            .object = std::move(object),
            .hint = std::move(hint),
            .cause = {}};
}

Status deriveKey(const VaultKey& from, const unsigned char* salt, Key& out, const std::string& path)
{
    if (crypto_pwhash(out.data(), out.size(), from.secret.data(), from.secret.size(), salt,
                      crypto_pwhash_OPSLIMIT_INTERACTIVE, crypto_pwhash_MEMLIMIT_INTERACTIVE,
                      crypto_pwhash_ALG_ARGON2ID13)
        != 0)
        return vaultError(ErrorCode::CapacityExceeded, "not enough memory to open the vault", path,
                          "It needs 64 MB for a moment.");
    return ok();
}

void wipe(std::string& text)
{
    sodium_memzero(text.data(), text.size());
    text.clear();
}

} // namespace

Result<VaultKey> VaultKey::fromEnvironment()
{
    if (const char* passphrase = std::getenv("SLUICE_VAULT_PASSPHRASE"); passphrase && *passphrase)
        return VaultKey{passphrase};
    if (const char* file = std::getenv("SLUICE_VAULT_KEY_FILE"); file && *file) {
        SLUICE_TRY(std::string text, readFile(file));
        while (!text.empty() && (text.back() == '\n' || text.back() == '\r'))
            text.pop_back();
        if (text.empty())
            return vaultError(ErrorCode::ConfigInvalid, "the key file is empty", file,
                              "Write a long random text into it.");
        return VaultKey{std::move(text)};
    }
    return vaultError(
        ErrorCode::NotFound, "the vault needs its passphrase", "vault",
        "Set SLUICE_VAULT_PASSPHRASE, or SLUICE_VAULT_KEY_FILE to a file that holds it.");
}

Vault::Vault(std::string path, VaultKey key)
    : m_path(std::move(path))
    , m_key(std::move(key))
{
}

Vault::~Vault()
{
    wipe(m_key.secret);
    for (auto& [name, value] : m_values)
        wipe(value);
}

Result<Vault> Vault::open(const std::string& path, const VaultKey& key)
{
    if (sodium_init() < 0)
        return vaultError(ErrorCode::Internal, "libsodium cannot start", path, {});
    Vault out(path, key);
    Result<std::string> file = readFile(path);
    if (!file && file.error().code == ErrorCode::NotFound)
        return out;
    if (!file)
        return file.error();
    const std::string& bytes = *file;
    const std::size_t head = kMagic.size() + crypto_pwhash_SALTBYTES + crypto_secretbox_NONCEBYTES;
    if (bytes.size() < head + crypto_secretbox_MACBYTES || !bytes.starts_with(kMagic))
        return vaultError(ErrorCode::DecodeFailed, "this is no vault, or it is cut off", path,
                          "Restore it from a backup.");
    const auto* raw = reinterpret_cast<const unsigned char*>(bytes.data());
    const unsigned char* salt = raw + kMagic.size();
    const unsigned char* nonce = salt + crypto_pwhash_SALTBYTES;
    Key derived{};
    SLUICE_TRY(deriveKey(key, salt, derived, path));
    std::string plain(bytes.size() - head - crypto_secretbox_MACBYTES, '\0');
    const int opened
        = crypto_secretbox_open_easy(reinterpret_cast<unsigned char*>(plain.data()), raw + head,
                                     bytes.size() - head, nonce, derived.data());
    sodium_memzero(derived.data(), derived.size());
    if (opened != 0)
        return vaultError(ErrorCode::ConnectRefused, "the passphrase does not open the vault", path,
                          "Check SLUICE_VAULT_PASSPHRASE; if it is right, the file was changed: "
                          "restore it from a backup.");
    ByteReader in(plain);
    while (!in.atEnd() && !in.hasFailed()) {
        std::string name(in.bytes());
        out.m_values[std::move(name)] = std::string(in.bytes());
    }
    const Status status = in.status(path);
    wipe(plain);
    if (!status)
        return status.error();
    return out;
}

std::vector<std::string> Vault::names() const
{
    std::vector<std::string> out;
    for (const auto& [name, value] : m_values)
        out.push_back(name);
    return out;
}

Result<std::string> Vault::get(const std::string& name) const
{
    const auto found = m_values.find(name);
    if (found == m_values.end())
        return vaultError(ErrorCode::NotFound, "the vault has no secret \"" + name + "\"", m_path,
                          "Put it in: sluicectl secrets put " + name);
    return found->second;
}

Status Vault::put(const std::string& name, const std::string& value)
{
    m_values[name] = value;
    return save();
}

Status Vault::remove(const std::string& name)
{
    if (m_values.erase(name) == 0)
        return vaultError(ErrorCode::NotFound, "the vault has no secret \"" + name + "\"", m_path,
                          {});
    return save();
}

Status Vault::save() const
{
    ByteWriter content;
    for (const auto& [name, value] : m_values) {
        content.bytes(name);
        content.bytes(value);
    }
    std::string plain = content.take();
    std::string out(kMagic);
    out.resize(kMagic.size() + crypto_pwhash_SALTBYTES + crypto_secretbox_NONCEBYTES
               + crypto_secretbox_MACBYTES + plain.size());
    auto* raw = reinterpret_cast<unsigned char*>(out.data());
    unsigned char* salt = raw + kMagic.size();
    unsigned char* nonce = salt + crypto_pwhash_SALTBYTES;
    randombytes_buf(salt, crypto_pwhash_SALTBYTES);
    randombytes_buf(nonce, crypto_secretbox_NONCEBYTES);
    Key derived{};
    SLUICE_TRY(deriveKey(m_key, salt, derived, m_path));
    crypto_secretbox_easy(nonce + crypto_secretbox_NONCEBYTES,
                          reinterpret_cast<const unsigned char*>(plain.data()), plain.size(), nonce,
                          derived.data());
    sodium_memzero(derived.data(), derived.size());
    wipe(plain);
    SLUICE_TRY(writeFileDurably(m_path, out));
    ::chmod(m_path.c_str(), S_IRUSR | S_IWUSR);
    return ok();
}

Result<std::string> resolveSecret(const std::string& reference, const std::string& vaultPath)
{
    if (reference.starts_with("env:")) {
        const std::string name = reference.substr(4);
        const char* value = std::getenv(name.c_str());
        if (!value)
            return vaultError(ErrorCode::NotFound, "the environment has no " + name, reference,
                              "Set it before starting Sluice.");
        return std::string(value);
    }
    if (!reference.starts_with("secret:"))
        return reference;
    SLUICE_TRY(const VaultKey key, VaultKey::fromEnvironment());
    SLUICE_TRY(const Vault vault, Vault::open(vaultPath, key));
    return vault.get(reference.substr(7));
}

} // namespace sluice::workspace
