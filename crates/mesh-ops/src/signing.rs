//! Signatures as [Standard Webhooks](https://www.standardwebhooks.com) has them: HMAC-SHA256 over id, moment and body.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

/// How far a delivery's moment may lie from the receiver's, seconds: an old one may be somebody's repetition.
pub const TOLERANCE_S: u64 = 5 * 60;
const PREFIX: &str = "whsec_";

/// The header `webhook-signature`: one signature for each secret that signs now, with blanks between.
pub fn header(secrets: &[String], id: &str, at: u64, body: impl AsRef<[u8]>) -> String {
    let all = secrets
        .iter()
        .filter_map(|secret| sign(secret, id, at, body.as_ref()));
    all.collect::<Vec<_>>().join(" ")
}

/// `v1,` and the signature; nothing if the secret is none.
pub fn sign(secret: &str, id: &str, at: u64, body: impl AsRef<[u8]>) -> Option<String> {
    let mac = mac(secret, id, at, body.as_ref())?.finalize();
    Some(format!("v1,{}", STANDARD.encode(mac.into_bytes())))
}

/// Whether one of the header's signatures is of this secret; why not.
pub fn verify(
    secret: &str,
    id: &str,
    at: u64,
    body: impl AsRef<[u8]>,
    header: &str,
    now: u64,
) -> Result<(), &'static str> {
    if at.abs_diff(now) > TOLERANCE_S {
        return Err("its moment lies more than five minutes away");
    }
    let mac =
        mac(secret, id, at, body.as_ref()).ok_or("the secret is none: it begins with whsec_")?;
    let signed = header.split_ascii_whitespace().any(|part| {
        let bytes = part
            .strip_prefix("v1,")
            .and_then(|part| STANDARD.decode(part).ok());
        // Compared in a time that tells nothing.
        bytes.is_some_and(|bytes| mac.clone().verify_slice(&bytes).is_ok())
    });
    if signed {
        Ok(())
    } else {
        Err("no signature of this secret is among them")
    }
}

fn mac(secret: &str, id: &str, at: u64, body: &[u8]) -> Option<Hmac<Sha256>> {
    let key = STANDARD.decode(secret.trim().strip_prefix(PREFIX)?).ok()?;
    let mut mac = Hmac::<Sha256>::new_from_slice(&key).ok()?;
    mac.update(format!("{id}.{at}.").as_bytes());
    mac.update(body);
    Some(mac)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The vector that the libraries of Standard Webhooks test themselves with.
    const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    const ID: &str = "msg_p5jXN8AQM9LWM0D4loKWxJek";
    const AT: u64 = 1_614_265_330;
    const BODY: &str = r#"{"test": 2432232314}"#;
    const SIGNED: &str = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=";

    #[test]
    fn the_published_vector_is_met() {
        assert_eq!(sign(SECRET, ID, AT, BODY).as_deref(), Some(SIGNED));
        assert_eq!(verify(SECRET, ID, AT, BODY, SIGNED, AT + 300), Ok(()));
    }

    #[test]
    fn what_differs_in_anything_is_not_signed() {
        let other = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD".to_owned();
        for (id, at, body, header) in [
            ("msg_x", AT, BODY, SIGNED),
            (ID, AT + 1, BODY, SIGNED),
            (ID, AT, "{}", SIGNED),
            (
                ID,
                AT,
                BODY,
                "v2,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
            ),
            (ID, AT, BODY, ""),
        ] {
            assert!(verify(SECRET, id, at, body, header, AT).is_err());
        }
        assert!(verify(SECRET, ID, AT, BODY, SIGNED, AT + 301).is_err());
        // While a secret is changed both sign, and either is enough.
        let both = header(&[other.clone(), SECRET.to_owned()], ID, AT, BODY);
        assert_eq!(verify(SECRET, ID, AT, BODY, &both, AT), Ok(()));
        assert_eq!(verify(&other, ID, AT, BODY, &both, AT), Ok(()));
    }
}
