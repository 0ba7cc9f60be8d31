//! Encryption, set up once: ring for everything.

/// Makes ring the process's one provider of cryptography. Whoever was first stays.
pub(super) fn install_crypto() {
    if rustls::crypto::CryptoProvider::get_default().is_none() {
        let _ = rustls::crypto::ring::default_provider().install_default();
    }
}
