//! Which node is at the other end: it has to show that before it is shown a token.

use mesh_model::PublicKey;
use mesh_proof::node::proven;

use crate::Error;
use crate::signer::random;

/// What a node is asked to sign: drawn anew for each connection.
#[derive(Debug)]
pub(crate) struct Challenge(String);

impl Challenge {
    pub fn fresh() -> Result<Challenge, Error> {
        // 32 bytes in hexadecimal, as keys are written.
        Ok(Challenge(PublicKey(random()?).to_string()))
    }

    pub fn text(&self) -> &str {
        &self.0
    }

    /// The key of whoever answered at `url`.
    pub fn answered(&self, url: &str, proof: Option<&str>) -> Result<PublicKey, Error> {
        let key = proof.and_then(|proof| proven(&self.0, proof));
        key.map(PublicKey).ok_or_else(|| Error::Stranger {
            url: url.to_owned(),
            why: "it does not prove that it is a node".to_owned(),
        })
    }

    /// Refuses whoever answered with another key, or with none.
    pub fn check(&self, url: &str, meant: PublicKey, proof: Option<&str>) -> Result<(), Error> {
        let key = self.answered(url, proof)?;
        if key == meant {
            return Ok(());
        }
        Err(Error::Stranger {
            url: url.to_owned(),
            why: format!("it is a node with another key, {key} and not {meant}"),
        })
    }
}
