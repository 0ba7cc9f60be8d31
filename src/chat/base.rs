//! Where the servers are, checked once: https, or this very machine.

use http::Uri;

/// The roots of the APIs: scheme and authority, no path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Base {
    /// Google Chat.
    pub chat: String,
    /// Uploads to Google Chat.
    pub upload: String,
    /// The Admin SDK's Directory.
    pub directory: String,
}

/// Why an address can't be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "a server's address must begin with https:// (http:// only on this machine) and end with its host or port"
)]
pub struct BadBase;

impl Base {
    /// Returns Google's own servers.
    pub fn google() -> Self {
        let root = |host: &str| format!("https://{host}.googleapis.com");
        Self { chat: root("chat"), upload: root("chat"), directory: root("admin") }
    }

    /// Returns one server that plays all parts: an emulator.
    pub fn single(root: &str) -> Result<Self, BadBase> {
        let root = root.trim_end_matches('/').to_owned();
        let base = Self { chat: root.clone(), upload: root.clone(), directory: root };
        base.check()?;
        Ok(base)
    }

    /// Checks every address.
    pub fn check(&self) -> Result<(), BadBase> {
        for root in [&self.chat, &self.upload, &self.directory] {
            let uri: Uri = root.parse().map_err(|_| BadBase)?;
            if !(is_safe(&uri) && matches!(uri.path(), "" | "/") && !root.ends_with('/')) {
                return Err(BadBase);
            }
        }
        Ok(())
    }

    /// Tells whether all of it is on this machine.
    pub fn is_loopback(&self) -> bool {
        [&self.chat, &self.upload, &self.directory]
            .iter()
            .all(|root| root.parse().is_ok_and(|uri: Uri| is_loopback(&uri)))
    }
}

/// Tells whether credentials may be sent there: encrypted, or not leaving this machine.
pub(super) fn is_safe(uri: &Uri) -> bool {
    let plain = uri.authority().is_some_and(|authority| !authority.as_str().contains('@'));
    let scheme = uri.scheme_str();
    plain && (scheme == Some("https") || (scheme == Some("http") && is_loopback(uri)))
}

/// Tells whether the host is this machine.
pub(super) fn is_loopback(uri: &Uri) -> bool {
    let Some(host) = uri.host() else { return false };
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    let address = bare.parse::<std::net::IpAddr>();
    host == "localhost" || address.is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn google_and_this_machine_are_fine() {
        assert_eq!(Base::google().check(), Ok(()));
        assert!(!Base::google().is_loopback());
        for root in [
            "http://127.0.0.1:8081",
            "http://localhost:1/",
            "http://[::1]:9",
            "https://chat.example.com",
        ] {
            assert!(Base::single(root).is_ok(), "{root}");
        }
        assert!(Base::single("http://127.0.0.1:8081").is_ok_and(|base| base.is_loopback()));
    }

    #[test]
    fn anything_that_would_send_tokens_in_the_clear_is_refused() {
        for root in [
            "http://chat.googleapis.com",
            "http://127.0.0.1.evil.example",
            "http://localhost@evil.example",
            "https://chat.googleapis.com/v1",
            "ftp://127.0.0.1",
            "chat.googleapis.com",
            "",
        ] {
            assert_eq!(Base::single(root), Err(BadBase), "{root}");
        }
    }
}
