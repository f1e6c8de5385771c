//! Messages that only one browser can read, as RFC 8291 has them: the push service carries bytes and learns nothing.

use std::fmt;

use ring::aead::{AES_128_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use ring::agreement::{ECDH_P256, EphemeralPrivateKey, UnparsedPublicKey, agree_ephemeral};
use ring::hkdf::{self, HKDF_SHA256, KeyType, Salt};
use ring::rand::{SecureRandom, SystemRandom};

/// The size of a record; a message is one.
const RECORD_BYTES: u32 = 4096;
/// So much of a record is no message: what follows the salt, the mark of the last record, and the cipher's tag.
const AROUND_BYTES: usize = 86 + 1 + 16;
/// The longest message that every push service carries.
pub(super) const PLAIN_BYTES_MAX: usize = RECORD_BYTES as usize - AROUND_BYTES;
/// Messages are filled up to a multiple of this: their length says little of what they say.
const STEP_BYTES: usize = 256;
/// Marks the end of the last record's message.
const LAST: u8 = 2;

/// It cannot be sealed for that browser: what it gave is no key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct NoKey;

impl fmt::Display for NoKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the key that the browser gave is none")
    }
}

impl From<ring::error::Unspecified> for NoKey {
    fn from(_: ring::error::Unspecified) -> NoKey {
        NoKey
    }
}

/// What both sides know of one message.
struct Known<'a> {
    /// What the two keys agree on.
    shared: &'a [u8],
    /// The browser's secret and public key.
    auth: &'a [u8],
    browser: &'a [u8],
    /// The public key that was drawn for this message.
    ours: &'a [u8],
    salt: [u8; 16],
}

/// Seals a message for a browser, by its public key and its secret.
pub(super) fn seal(browser: &[u8], auth: &[u8], plain: &[u8]) -> Result<Vec<u8>, NoKey> {
    let chance = SystemRandom::new();
    let drawn = EphemeralPrivateKey::generate(&ECDH_P256, &chance)?;
    let ours = drawn.compute_public_key()?;
    let mut salt = [0; 16];
    chance.fill(&mut salt)?;
    agree_ephemeral(
        drawn,
        &UnparsedPublicKey::new(&ECDH_P256, browser),
        |shared| {
            let known = Known {
                shared,
                auth,
                browser,
                ours: ours.as_ref(),
                salt,
            };
            known.seal(filled(plain))
        },
    )?
}

/// The message with the mark of its end, filled up.
fn filled(plain: &[u8]) -> Vec<u8> {
    let mut record = [plain, &[LAST]].concat();
    let whole = record.len().next_multiple_of(STEP_BYTES);
    record.resize(whole.min(PLAIN_BYTES_MAX + 1), 0);
    record
}

/// How many bytes are wanted.
struct Bytes(usize);

impl KeyType for Bytes {
    fn len(&self) -> usize {
        self.0
    }
}

fn expand<const N: usize>(key: &hkdf::Prk, info: &[&[u8]]) -> Result<[u8; N], NoKey> {
    let mut bytes = [0; N];
    key.expand(info, Bytes(N))?.fill(&mut bytes)?;
    Ok(bytes)
}

impl Known<'_> {
    /// The whole body: salt, size of records, the key that was drawn, and the record.
    fn seal(&self, mut record: Vec<u8>) -> Result<Vec<u8>, NoKey> {
        let agreed = Salt::new(HKDF_SHA256, self.auth).extract(self.shared);
        let input: [u8; 32] = expand(&agreed, &[b"WebPush: info\0", self.browser, self.ours])?;
        let key = Salt::new(HKDF_SHA256, &self.salt).extract(&input);
        let cipher: [u8; 16] = expand(&key, &[b"Content-Encoding: aes128gcm\0"])?;
        let nonce: [u8; 12] = expand(&key, &[b"Content-Encoding: nonce\0"])?;
        let cipher = LessSafeKey::new(UnboundKey::new(&AES_128_GCM, &cipher)?);
        let nonce = Nonce::assume_unique_for_key(nonce);
        cipher.seal_in_place_append_tag(nonce, Aad::empty(), &mut record)?;
        let length = u8::try_from(self.ours.len()).map_err(|_| NoKey)?;
        let mut body = self.salt.to_vec();
        body.extend(RECORD_BYTES.to_be_bytes());
        body.push(length);
        body.extend(self.ours);
        body.extend(record);
        Ok(body)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use base64::Engine;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;

    fn bytes(text: &str) -> Vec<u8> {
        URL_SAFE_NO_PAD.decode(text).unwrap()
    }

    #[test]
    fn the_example_of_the_rfc_comes_out() {
        // RFC 8291, section 5 and appendix A.
        let known = Known {
            shared: &bytes("kyrL1jIIOHEzg3sM2ZWRHDRB62YACZhhSlknJ672kSs"),
            auth: &bytes("BTBZMqHH6r4Tts7J_aSIgg"),
            browser: &bytes(
                "BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4",
            ),
            ours: &bytes(
                "BP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A8",
            ),
            salt: bytes("DGv6ra1nlYgDCS1FRnbzlw").try_into().unwrap(),
        };
        let record = b"When I grow up, I want to be a watermelon\x02".to_vec();
        let expected = "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN";
        assert_eq!(
            URL_SAFE_NO_PAD.encode(known.seal(record).unwrap()),
            expected
        );
    }

    #[test]
    fn lengths_say_little_and_no_body_is_longer_than_services_carry() {
        let browser = EphemeralPrivateKey::generate(&ECDH_P256, &SystemRandom::new()).unwrap();
        let browser = browser.compute_public_key().unwrap();
        let length = |plain: usize| {
            seal(browser.as_ref(), &[7; 16], &vec![b'x'; plain])
                .unwrap()
                .len()
        };
        assert_eq!(length(10), length(200));
        assert_eq!(length(PLAIN_BYTES_MAX), RECORD_BYTES as usize);
        assert_eq!(seal(&[4; 65], &[7; 16], b"x"), Err(NoKey));
    }
}
