// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "engine/base/result.h"

#include <map>
#include <string>
#include <vector>

namespace sluice::workspace {

/// What opens a vault: a passphrase, or the content of a key file.
struct VaultKey
{
    std::string secret;
    /// Takes SLUICE_VAULT_PASSPHRASE, else the file that SLUICE_VAULT_KEY_FILE names. NotFound if
    /// neither is set.
    static Result<VaultKey> fromEnvironment();
};

/// Secrets in one encrypted file: Argon2id makes the key from the passphrase, XSalsa20-Poly1305
/// (libsodium's secretbox) seals the content. Layout: "SLUICEV1", 16 bytes salt, 24 bytes nonce,
/// the sealed names and values. Values are wiped from memory when the vault goes.
class Vault
{
public:
    /// Opens a vault, an empty one if the file is not there. ConnectRefused for a wrong passphrase
    /// or a changed file (the two cannot be told apart).
    static Result<Vault> open(const std::string& path, const VaultKey& key);
    ~Vault();
    Vault(Vault&&) noexcept = default;
    Vault& operator=(Vault&&) noexcept = default;

    std::vector<std::string> names() const;
    Result<std::string> get(const std::string& name) const;
    /// Each writes the file anew, durably, with a new salt and nonce.
    Status put(const std::string& name, const std::string& value);
    Status remove(const std::string& name);

private:
    Vault(std::string path, VaultKey key);
    Status save() const;
    std::string m_path;
    VaultKey m_key;
    std::map<std::string, std::string> m_values;
};

/// Returns the value behind "env:NAME" or "secret:NAME"; other text is returned as it is. The vault
/// is opened only if it is needed.
Result<std::string> resolveSecret(const std::string& reference, const std::string& vaultPath);

} // namespace sluice::workspace
