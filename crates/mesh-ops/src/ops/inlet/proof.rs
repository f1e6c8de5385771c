//! Whether a delivery comes from whom the inlet is for: by its bytes as they came, before anything of them is read, and compared in
//! a time that tells nothing.

use hmac::{Hmac, KeyInit, Mac};
use mesh_model::events::InletKind;
use mesh_model::limits::INLET_TOLERANCE_S;
use sha2::Sha256;

use super::letter::Knock;
use crate::signing;

/// Whether one of the secrets proves the delivery at `now`, unix seconds.
pub(crate) fn holds<'a>(
    kind: InletKind,
    secrets: impl Iterator<Item = &'a str>,
    knock: &Knock,
    now: u64,
) -> bool {
    let mut held = false;
    // All of them are tried: which one it was is nobody's affair.
    for secret in secrets {
        held |= by(kind, secret, knock, now).unwrap_or_default();
    }
    held
}

fn by(kind: InletKind, secret: &str, knock: &Knock, now: u64) -> Option<bool> {
    match kind {
        InletKind::Generic | InletKind::UptimeKuma => shown(secret, knock),
        InletKind::Github => {
            let signed = knock.header("x-hub-signature-256")?;
            hex_of(secret, &[&knock.body], signed.strip_prefix("sha256=")?)
        }
        InletKind::Gitlab => match knock.header("webhook-signature") {
            Some(_) => standard(secret, knock, now),
            None => Some(same(secret, knock.header("x-gitlab-token")?)),
        },
        InletKind::Sentry => {
            let signed = knock.header("sentry-hook-signature")?;
            hex_of(secret, &[&knock.body], signed)
        }
        InletKind::Stripe => stripe(secret, knock, now),
        InletKind::Standard => standard(secret, knock, now),
    }
}

/// The secret itself, in one of two headers.
fn shown(secret: &str, knock: &Knock) -> Option<bool> {
    if let Some(given) = knock.header("x-webhook-secret") {
        return Some(same(secret, given));
    }
    let given = knock.header("authorization")?;
    let (scheme, given) = given.split_once(' ')?;
    Some(scheme.eq_ignore_ascii_case("bearer") && same(secret, given.trim()))
}

/// Texts are compared by their codes under a key that nobody knows beforehand, so that neither place nor length of the first
/// difference shows in the time.
fn same(secret: &str, given: &str) -> bool {
    let Some(own) = code(secret, &[secret.as_bytes()]) else {
        return false;
    };
    let Some(other) = code(secret, &[given.as_bytes()]) else {
        return false;
    };
    own.verify(&other.finalize().into_bytes()).is_ok()
}

fn code(secret: &str, parts: &[&[u8]]) -> Option<Hmac<Sha256>> {
    let mut code = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).ok()?;
    parts.iter().for_each(|part| code.update(part));
    Some(code)
}

fn hex_of(secret: &str, parts: &[&[u8]], given: &str) -> Option<bool> {
    let given = hex::decode(given.trim()).ok()?;
    Some(code(secret, parts)?.verify_slice(&given).is_ok())
}

/// `t=MOMENT,v1=CODE,v1=CODE`: the code is of the moment, a point and the body.
fn stripe(secret: &str, knock: &Knock, now: u64) -> Option<bool> {
    let header = knock.header("stripe-signature")?;
    let parts = || {
        header
            .split(',')
            .filter_map(|part| part.trim().split_once('='))
    };
    let (_, moment) = parts().find(|(name, _)| *name == "t")?;
    let at: u64 = moment.parse().ok()?;
    if at.abs_diff(now) > INLET_TOLERANCE_S {
        return None;
    }
    let signed = [moment.as_bytes(), b".", &knock.body];
    let mut held = false;
    for (_, given) in parts().filter(|(name, _)| *name == "v1") {
        held |= hex_of(secret, &signed, given).unwrap_or_default();
    }
    Some(held)
}

fn standard(secret: &str, knock: &Knock, now: u64) -> Option<bool> {
    let id = knock.header("webhook-id")?;
    let at = knock.header("webhook-timestamp")?.parse().ok()?;
    let header = knock.header("webhook-signature")?;
    Some(signing::verify(secret, id, at, &knock.body, header, now).is_ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: u64 = 1_764_486_000;

    fn knock(body: &str, headers: &[(&str, &str)]) -> Knock {
        let headers = headers.iter();
        let headers = headers.map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        Knock {
            headers: headers.collect(),
            body: body.as_bytes().to_vec().into(),
        }
    }

    fn held(kind: InletKind, secret: &str, knock: &Knock) -> bool {
        holds(kind, std::iter::once(secret), knock, NOW)
    }

    /// From GitHub's own page about validating deliveries.
    #[test]
    fn the_vector_that_github_publishes_is_met() {
        let secret = "It's a Secret to Everybody";
        let signed = "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17";
        let good = knock("Hello, World!", &[("x-hub-signature-256", signed)]);
        assert!(held(InletKind::Github, secret, &good));
        let other = knock("Hello, World?", &[("x-hub-signature-256", signed)]);
        assert!(!held(InletKind::Github, secret, &other));
        assert!(!held(InletKind::Github, "another secret", &good));
        for bad in ["", "sha256=", "sha256=zz", &signed[7..], "sha1=757107"] {
            let bad = knock("Hello, World!", &[("x-hub-signature-256", bad)]);
            assert!(!held(InletKind::Github, secret, &bad));
        }
        assert!(!held(
            InletKind::Github,
            secret,
            &knock("Hello, World!", &[])
        ));
        // While a secret is changed both hold.
        let both = ["new", secret].into_iter();
        assert!(holds(InletKind::Github, both, &good, NOW));
    }

    #[test]
    fn a_secret_is_shown_in_a_header() {
        let secret = "mesh_in_1234567890";
        for kind in [InletKind::Generic, InletKind::UptimeKuma] {
            assert!(held(
                kind,
                secret,
                &knock("{}", &[("x-webhook-secret", secret)])
            ));
            let bearer = format!("bearer {secret}");
            assert!(held(
                kind,
                secret,
                &knock("{}", &[("authorization", &bearer)])
            ));
            for bad in ["", "mesh_in_123456789", "mesh_in_12345678901"] {
                assert!(!held(
                    kind,
                    secret,
                    &knock("{}", &[("x-webhook-secret", bad)])
                ));
            }
            assert!(!held(
                kind,
                secret,
                &knock("{}", &[("authorization", secret)])
            ));
            assert!(!held(kind, secret, &knock("{}", &[])));
        }
        let gitlab = knock("{}", &[("x-gitlab-token", secret)]);
        assert!(held(InletKind::Gitlab, secret, &gitlab));
        assert!(!held(InletKind::Gitlab, "another", &gitlab));
        assert!(!held(InletKind::Github, secret, &gitlab));
    }

    #[test]
    fn moments_are_part_of_what_is_signed_and_old_ones_do_not_hold() {
        let secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
        let signs = |at: u64| {
            let code = code(secret, &[at.to_string().as_bytes(), b".", b"{}"]);
            hex::encode(code.unwrap().finalize().into_bytes())
        };
        let stripe = |header: &str| {
            held(
                InletKind::Stripe,
                secret,
                &knock("{}", &[("stripe-signature", header)]),
            )
        };
        assert!(stripe(&format!("t={NOW},v1={}", signs(NOW))));
        assert!(stripe(&format!("t={NOW},v1=00,v1={},v0=00", signs(NOW))));
        assert!(!stripe(&format!("t={},v1={}", NOW - 1, signs(NOW))));
        let old = NOW - INLET_TOLERANCE_S - 1;
        assert!(!stripe(&format!("t={old},v1={}", signs(old))));
        for bad in ["", "t=x,v1=00", "v1=00", &format!("t={NOW}")] {
            assert!(!stripe(bad));
        }
        let standard = |kind: InletKind, id: &str, at: u64, signed: &str| {
            let at = at.to_string();
            let headers = [
                ("webhook-id", id),
                ("webhook-timestamp", at.as_str()),
                ("webhook-signature", signed),
            ];
            held(kind, secret, &knock("{}", &headers))
        };
        let signed = signing::sign(secret, "msg_1", NOW, "{}").unwrap();
        for kind in [InletKind::Standard, InletKind::Gitlab] {
            assert!(standard(kind, "msg_1", NOW, &signed));
            assert!(!standard(kind, "msg_2", NOW, &signed));
            assert!(!standard(kind, "msg_1", NOW - 1, &signed));
        }
        let signed = signing::sign(secret, "msg_1", old, "{}").unwrap();
        assert!(!standard(InletKind::Standard, "msg_1", old, &signed));
    }

    #[test]
    fn sentry_signs_its_body() {
        let secret = "a-client-secret";
        let code = code(secret, &[b"{}"]).unwrap();
        let signed = hex::encode(code.finalize().into_bytes());
        let headers = [("sentry-hook-signature", signed.as_str())];
        assert!(held(InletKind::Sentry, secret, &knock("{}", &headers)));
        assert!(!held(InletKind::Sentry, secret, &knock("{ }", &headers)));
    }
}
