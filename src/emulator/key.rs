//! A service account's key that no Google will ever know.
//!
//! Looking for primes takes seconds in a debug build, and every test starts an emulator. So eight
//! primes are kept in the open and each emulator draws two: the signature check is real, the
//! secrecy is not, and nothing but an emulator believes such a key.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::rand::{SecureRandom, SystemRandom};
use ring::signature::{
    RSA_PKCS1_2048_8192_SHA256, RSA_PKCS1_SHA256, RsaKeyPair, UnparsedPublicKey,
};
use rsa::pkcs1::EncodeRsaPublicKey;
use rsa::pkcs8::{EncodePrivateKey, LineEnding};
use rsa::{BigUint, RsaPrivateKey};
use serde_json::json;
use std::io;
use std::sync::OnceLock;

/// The account that the key belongs to.
pub(super) const ACCOUNT: &str = "ferry@chatferry-emulator.iam.gserviceaccount.com";
/// Where Google's own clients address their assertions, whatever the key file says.
pub(super) const GOOGLE_TOKEN_URI: &str = "https://oauth2.googleapis.com/token";
const PRIMES: &str = include_str!("primes.txt");
const EXPONENT: u32 = 65_537;

/// The key: the file for the client, the public half for us.
#[derive(Debug, Clone)]
pub(super) struct FakeKey {
    pub(super) json: String,
    public: Vec<u8>,
}

impl FakeKey {
    /// Draws a key and writes a file for it that points at this emulator.
    pub(super) fn generate(url: &str) -> io::Result<Self> {
        let private = draw()?;
        let pem = private.to_pkcs8_pem(LineEnding::LF).map_err(io::Error::other)?;
        let public = private.to_public_key().to_pkcs1_der().map_err(io::Error::other)?.into_vec();
        let json = json!({
            "type": "service_account",
            "project_id": "chatferry-emulator",
            "private_key_id": random_hex(20)?,
            "private_key": pem.as_str(),
            "client_email": ACCOUNT,
            "client_id": "100000000000000000001",
            "auth_uri": format!("{url}/auth"),
            "token_uri": format!("{url}/token"),
            "universe_domain": "googleapis.com",
        });
        Ok(Self { json: format!("{json:#}\n"), public })
    }

    /// Returns the key that all emulators of this process share that listen nowhere: drawing one
    /// takes longer than a whole small simulation.
    pub(super) fn shared(url: &str) -> io::Result<Self> {
        static KEY: OnceLock<FakeKey> = OnceLock::new();
        match KEY.get() {
            Some(key) => Ok(key.clone()),
            None => Self::generate(url).map(|key| KEY.get_or_init(|| key).clone()),
        }
    }

    /// Tells whether this key made the signature.
    pub(super) fn verifies(&self, signed: &[u8], signature: &[u8]) -> bool {
        UnparsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, &self.public)
            .verify(signed, signature)
            .is_ok()
    }
}

/// A key that never leaves the service: IAM signs with it.
#[derive(Debug)]
pub(super) struct Managed {
    pub(super) id: String,
    pair: RsaKeyPair,
}

impl Managed {
    pub(super) fn generate() -> io::Result<Self> {
        let der = draw()?.to_pkcs8_der().map_err(io::Error::other)?;
        let pair = RsaKeyPair::from_pkcs8(der.as_bytes())
            .map_err(|refused| io::Error::other(refused.to_string()))?;
        Ok(Self { id: random_hex(20)?, pair })
    }

    /// Signs claims, under the name of this key.
    pub(super) fn jwt(&self, claims: &str) -> Option<String> {
        let head = json!({ "alg": "RS256", "kid": self.id, "typ": "JWT" }).to_string();
        let text = format!("{}.{}", URL_SAFE_NO_PAD.encode(head), URL_SAFE_NO_PAD.encode(claims));
        let mut signature = vec![0; self.pair.public().modulus_len()];
        let random = SystemRandom::new();
        self.pair.sign(&RSA_PKCS1_SHA256, &random, text.as_bytes(), &mut signature).ok()?;
        Some(format!("{text}.{}", URL_SAFE_NO_PAD.encode(signature)))
    }

    /// Tells whether this key made the signature.
    pub(super) fn verifies(&self, signed: &[u8], signature: &[u8]) -> bool {
        UnparsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, self.pair.public())
            .verify(signed, signature)
            .is_ok()
    }
}

/// Puts a key together from two different primes of ours, the larger first.
fn draw() -> io::Result<RsaPrivateKey> {
    let mut primes: Vec<_> =
        PRIMES.lines().filter_map(|line| BigUint::parse_bytes(line.as_bytes(), 16)).collect();
    let mut dice = [0; 2];
    random(&mut dice)?;
    let first = primes.swap_remove(usize::from(dice[0]) % primes.len());
    let second = primes.swap_remove(usize::from(dice[1]) % primes.len());
    let (p, q) = if first > second { (first, second) } else { (second, first) };
    RsaPrivateKey::from_p_q(p, q, EXPONENT.into()).map_err(io::Error::other)
}

fn random(buffer: &mut [u8]) -> io::Result<()> {
    SystemRandom::new()
        .fill(buffer)
        .map_err(|_| io::Error::other("the system gives no random bytes"))
}

/// Returns so many random bytes as hexadecimal digits.
pub(super) fn random_hex(bytes: usize) -> io::Result<String> {
    let mut buffer = vec![0; bytes];
    random(&mut buffer)?;
    Ok(buffer.iter().fold(String::new(), |text, byte| text + &format!("{byte:02x}")))
}
