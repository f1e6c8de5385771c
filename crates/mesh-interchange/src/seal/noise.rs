//! What Noise computes with here: X25519, ChaCha20-Poly1305 and SHA-256 of the libraries that the program has already.
//!
//! The ephemeral key's bytes are given by whoever begins a handshake, so that the seal itself draws no chance.

use chacha20poly1305::aead::inout::InOutBuf;
use chacha20poly1305::aead::{AeadInOut, KeyInit};
use chacha20poly1305::{ChaCha20Poly1305, Key, Nonce, Tag};
use curve25519_dalek::MontgomeryPoint;
use sha2::{Digest, Sha256};
use snow::params::{CipherChoice, DHChoice, HashChoice, NoiseParams};
use snow::resolvers::CryptoResolver;
use snow::types::{Cipher, Dh, Hash, Random};
use snow::{Builder, Error, HandshakeState};
use zeroize::Zeroizing;

/// The pattern: two ephemeral keys and nothing else. Who is who is signed afterwards.
pub(super) const PATTERN: &str = "Noise_NN_25519_ChaChaPoly_SHA256";
/// What authenticates a sealed message.
pub(super) const TAG_BYTES: usize = 16;
/// The secret that an ephemeral key is made of.
pub type Ephemeral = [u8; 32];

/// One side of a handshake whose prologue is `prologue`.
pub(super) fn begin(
    initiator: bool,
    ephemeral: Ephemeral,
    prologue: &[u8],
) -> Result<HandshakeState, Error> {
    let params: NoiseParams = PATTERN.parse()?;
    let given = Box::new(Given(Zeroizing::new(ephemeral)));
    let builder = Builder::with_resolver(params, given).prologue(prologue)?;
    if initiator {
        builder.build_initiator()
    } else {
        builder.build_responder()
    }
}

/// Resolves to the primitives below, and to the ephemeral key that was given.
struct Given(Zeroizing<Ephemeral>);

impl CryptoResolver for Given {
    fn resolve_rng(&self) -> Option<Box<dyn Random>> {
        Some(Box::new(Once(Some(self.0.clone()))))
    }

    fn resolve_dh(&self, choice: &DHChoice) -> Option<Box<dyn Dh>> {
        matches!(choice, DHChoice::Curve25519).then(|| Box::<X25519>::default() as Box<dyn Dh>)
    }

    fn resolve_hash(&self, choice: &HashChoice) -> Option<Box<dyn Hash>> {
        matches!(choice, HashChoice::SHA256).then(|| Box::<Sha>::default() as Box<dyn Hash>)
    }

    fn resolve_cipher(&self, choice: &CipherChoice) -> Option<Box<dyn Cipher>> {
        let cipher = || Box::<ChaChaPoly>::default() as Box<dyn Cipher>;
        matches!(choice, CipherChoice::ChaChaPoly).then(cipher)
    }
}

/// Chance for exactly one key.
struct Once(Option<Zeroizing<Ephemeral>>);

impl Random for Once {
    fn try_fill_bytes(&mut self, dest: &mut [u8]) -> Result<(), Error> {
        match self.0.take() {
            Some(bytes) if bytes.len() == dest.len() => {
                dest.copy_from_slice(&bytes[..]);
                Ok(())
            }
            _ => Err(Error::Rng),
        }
    }
}

#[derive(Default)]
struct X25519 {
    secret: Zeroizing<[u8; 32]>,
    public: [u8; 32],
}

impl Dh for X25519 {
    fn name(&self) -> &'static str {
        "25519"
    }

    fn pub_len(&self) -> usize {
        32
    }

    fn priv_len(&self) -> usize {
        32
    }

    fn set(&mut self, secret: &[u8]) {
        self.secret.copy_from_slice(secret);
        self.public = MontgomeryPoint::mul_base_clamped(*self.secret).to_bytes();
    }

    fn generate(&mut self, rng: &mut dyn Random) -> Result<(), Error> {
        let mut secret = Zeroizing::new([0; 32]);
        rng.try_fill_bytes(&mut secret[..])?;
        self.set(&secret[..]);
        Ok(())
    }

    fn pubkey(&self) -> &[u8] {
        &self.public
    }

    fn privkey(&self) -> &[u8] {
        &self.secret[..]
    }

    fn dh(&self, other: &[u8], out: &mut [u8]) -> Result<(), Error> {
        let (Some(other), Some(out)) = (other.first_chunk(), out.first_chunk_mut::<32>()) else {
            return Err(Error::Dh);
        };
        let shared = Zeroizing::new(MontgomeryPoint(*other).mul_clamped(*self.secret).to_bytes());
        // A point of small order: the secret would be known to everybody.
        if *shared == [0; 32] {
            return Err(Error::Dh);
        }
        *out = *shared;
        Ok(())
    }
}

#[derive(Default)]
struct Sha(Sha256);

impl Hash for Sha {
    fn name(&self) -> &'static str {
        "SHA256"
    }

    fn block_len(&self) -> usize {
        64
    }

    fn hash_len(&self) -> usize {
        32
    }

    fn reset(&mut self) {
        self.0 = Sha256::new();
    }

    fn input(&mut self, data: &[u8]) {
        self.0.update(data);
    }

    fn result(&mut self, out: &mut [u8]) {
        out[..32].copy_from_slice(&self.0.finalize_reset());
    }
}

/// Without a key it seals nothing that anybody would read: Noise sets one before it uses it.
struct ChaChaPoly(ChaCha20Poly1305);

impl Default for ChaChaPoly {
    fn default() -> ChaChaPoly {
        ChaChaPoly(ChaCha20Poly1305::new(&Key::default()))
    }
}

/// Four zero bytes and the counter, as Noise has it.
fn nonce(counter: u64) -> Nonce {
    let mut nonce = Nonce::default();
    nonce[4..].copy_from_slice(&counter.to_le_bytes());
    nonce
}

impl Cipher for ChaChaPoly {
    fn name(&self) -> &'static str {
        "ChaChaPoly"
    }

    fn set(&mut self, key: &[u8; 32]) {
        self.0 = ChaCha20Poly1305::new(&Key::from(*key));
    }

    fn encrypt(&self, counter: u64, ad: &[u8], plain: &[u8], out: &mut [u8]) -> usize {
        let (sealed, rest) = out.split_at_mut(plain.len());
        let tag = InOutBuf::new(plain, sealed).ok().and_then(|buffer| {
            self.0
                .encrypt_inout_detached(&nonce(counter), ad, buffer)
                .ok()
        });
        // Only more than 256 GiB cannot be sealed. Nothing would be better than a wrong tag, but Noise has no word for it:
        // zeros are one that nobody accepts.
        rest[..TAG_BYTES].copy_from_slice(&tag.unwrap_or_default());
        plain.len() + TAG_BYTES
    }

    fn decrypt(
        &self,
        counter: u64,
        ad: &[u8],
        sealed: &[u8],
        out: &mut [u8],
    ) -> Result<usize, Error> {
        let (sealed, tag) = sealed
            .split_last_chunk::<TAG_BYTES>()
            .ok_or(Error::Decrypt)?;
        let out = out.get_mut(..sealed.len()).ok_or(Error::Decrypt)?;
        let buffer = InOutBuf::new(sealed, out).map_err(|_| Error::Decrypt)?;
        let opened = self
            .0
            .decrypt_inout_detached(&nonce(counter), ad, buffer, &Tag::from(*tag));
        opened.map_err(|_| Error::Decrypt)?;
        Ok(sealed.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bytes(text: &str) -> Vec<u8> {
        hex::decode(text).unwrap()
    }

    /// A vector of cacophony, another implementation of Noise.
    #[test]
    fn noise_is_spoken_as_others_speak_it() {
        let ephemeral = |text: &str| bytes(text).try_into().unwrap();
        let first = "893e28b9dc6ca8d611ab664754b8ceb7bac5117349a4439a6b0569da977c464a";
        let second = "bbdb4cdbd309f1a1f2e1456967fe288cadd6f712d65dc7b7793d5e63da6b375b";
        let mut one = begin(true, ephemeral(first), b"John Galt").unwrap();
        let mut other = begin(false, ephemeral(second), b"John Galt").unwrap();
        let mut buffer = [0; 256];
        let mut read = [0; 256];

        let size = one.write_message(b"Ludwig von Mises", &mut buffer).unwrap();
        let said = "ca35def5ae56cec33dc2036731ab14896bc4c75dbb07a61f879f8e3afa4c79444c756477696720766f6e204d69736573";
        assert_eq!(hex::encode(&buffer[..size]), said);
        other.read_message(&buffer[..size], &mut read).unwrap();

        let size = other
            .write_message(b"Murray Rothbard", &mut buffer)
            .unwrap();
        let said = "95ebc60d2b1fa672c1f46a8aa265ef51bfe38e7ccb39ec5be34069f144808843a0ff96bdf86b579ef7dbf94e812a7470b903c20a85a87e3a1fe863264ae547";
        assert_eq!(hex::encode(&buffer[..size]), said);
        one.read_message(&buffer[..size], &mut read).unwrap();

        let hash = "9223fec1b892ec9d0dc2fb3bbeb261f170d1ea679f9c44ccf34aa131b4f5d97e";
        assert_eq!(hex::encode(one.get_handshake_hash()), hash);
        let mut one = one.into_transport_mode().unwrap();
        let size = one.write_message(b"F. A. Hayek", &mut buffer).unwrap();
        let said = "eb1a3e3d80c1792b1bb9cb0e1382f8d8322bfb1ca7c4c8517bb686";
        assert_eq!(hex::encode(&buffer[..size]), said);
    }

    #[test]
    fn a_point_that_everybody_knows_the_secret_of_is_refused() {
        let mut side = X25519::default();
        side.set(&[7; 32]);
        let mut out = [0; 32];
        let mut one = [0; 32];
        one[0] = 1;
        for small in [[0; 32], one] {
            assert_eq!(side.dh(&small, &mut out), Err(Error::Dh));
        }
    }
}
