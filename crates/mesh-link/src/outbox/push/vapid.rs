//! By what a push service knows the node, as RFC 8292 has it: a token of its key, good for one service and an hour.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use mesh_ops::PushKey;
use ring::rand::SystemRandom;
use ring::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair};
use serde_json::json;

use super::seal::NoKey;

/// How long a token is good for, seconds: services allow a day.
const GOOD_SECS: u64 = 60 * 60;

/// The header that shows the node's key to the service at this origin; `now` in unix seconds.
pub(super) fn header(
    key: &PushKey,
    origin: &str,
    contact: &str,
    now: u64,
) -> Result<String, NoKey> {
    let part = |value: serde_json::Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let claims = json!({"aud": origin, "exp": now + GOOD_SECS, "sub": contact});
    let signed = format!(
        "{}.{}",
        part(json!({"typ": "JWT", "alg": "ES256"})),
        part(claims)
    );
    let chance = SystemRandom::new();
    let pair = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &key.pkcs8, &chance)
        .map_err(|_| NoKey)?;
    let signature = pair.sign(&chance, signed.as_bytes())?;
    Ok(format!(
        "vapid t={signed}.{}, k={}",
        URL_SAFE_NO_PAD.encode(signature),
        URL_SAFE_NO_PAD.encode(&key.public)
    ))
}
