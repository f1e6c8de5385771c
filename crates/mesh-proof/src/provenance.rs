//! Who made a result, from what: signed results linked to the ones they were built on.
//!
//! A result is signed by the worker's own key over a statement of seven lines:
//!
//! ```text
//! mesh-result/1
//! <mesh>
//! <previous>      links of the results it was built on, with commas between; 64 zeros where there is none
//! <time>          unix milliseconds, decimal
//! <agent>
//! <task>
//! <output>        hash of salt and output, the same that the log's line holds
//! ```
//!
//! Its link is the SHA-256 of the statement, the line `mesh-link/1`, the key and the signature, each on
//! lines of their own, the last without a line break. Later results name it, so nobody can change a result, its order or its maker without
//! breaking every result that was built on it. [`verify`] needs the results and the keys and nothing
//! else.

use ed25519_dalek::SigningKey;

use crate::statement::{self, lines};
use crate::{Digest, SALT_BYTES};

/// What a worker says of its result.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Made {
    /// The mesh.
    pub mesh: String,
    /// The links of the results it was built on, in the order of the task's needs.
    pub previous: Vec<Digest>,
    /// When, unix milliseconds.
    pub at_ms: u64,
    /// Who.
    pub agent: String,
    /// The task.
    pub task: String,
    /// The hash of salt and output.
    pub output: Digest,
}

impl Made {
    /// The statement that is signed.
    pub fn statement(&self) -> String {
        let previous: Vec<String> = self.previous.iter().map(Digest::to_string).collect();
        lines(
            "mesh-result/1",
            &[
                &self.mesh,
                &previous.join(","),
                &self.at_ms.to_string(),
                &self.agent,
                &self.task,
                &self.output.to_string(),
            ],
        )
    }

    /// Signs it.
    pub fn sign(self, key: &SigningKey) -> Signed {
        let sig = statement::sign(key, &self.statement());
        Signed {
            made: self,
            key: key.verifying_key().to_bytes(),
            sig,
        }
    }
}

/// A signed result.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signed {
    /// What is signed.
    pub made: Made,
    /// The key.
    pub key: [u8; 32],
    /// The signature.
    pub sig: [u8; 64],
}

impl Signed {
    /// What later results are linked to.
    pub fn link(&self) -> Digest {
        let text = lines(
            "mesh-link/1",
            &[&hex::encode(self.key), &hex::encode(self.sig)],
        );
        Digest::of(format!("{}\n{text}", self.made.statement()).as_bytes())
    }

    /// Whether the signature was made by the key's holder over exactly this.
    pub fn is_signed(&self) -> bool {
        statement::verify(&self.key, &self.made.statement(), &self.sig)
    }

    /// Whether this is the output that was signed.
    pub fn is_of(&self, salt: &[u8; SALT_BYTES], output: &[u8]) -> bool {
        Digest::of_body(salt, output) == self.made.output
    }
}

/// What is wrong with one of several results.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Broken {
    /// It was signed for another mesh.
    #[error("it is a result of another mesh")]
    OtherMesh,
    /// The key was not the agent's at that time.
    #[error("the key is not the agent's")]
    ForeignKey,
    /// The signature does not hold.
    #[error("the signature does not hold")]
    BadSignature,
    /// It does not say what it was built on, not even that it was nothing.
    #[error("it is linked to nothing")]
    NoPrevious,
    /// It was built on a result that is not among those before it.
    #[error("it is linked to a result that is not there")]
    MissingPrevious,
}

/// A result at a place that does not hold; those before it do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("result {place}: {what}")]
pub struct BrokenAt {
    /// Counts from 0.
    pub place: usize,
    /// What is wrong.
    pub what: Broken,
}

/// Verifies results of one mesh, those first that others were built on. A task may have several: each
/// try that brought one. `owns` says whether a key was
/// an agent's at a time (unix milliseconds). Returns the links in the same order.
pub fn verify(
    mesh: &str,
    results: &[Signed],
    owns: impl Fn(&str, &[u8; 32], u64) -> bool,
) -> Result<Vec<Digest>, BrokenAt> {
    let mut links: Vec<Digest> = Vec::with_capacity(results.len());
    for (place, signed) in results.iter().enumerate() {
        let made = &signed.made;
        let known = |link: &Digest| *link == Digest::ZERO || links.contains(link);
        let what = if made.mesh != mesh {
            Some(Broken::OtherMesh)
        } else if !owns(&made.agent, &signed.key, made.at_ms) {
            Some(Broken::ForeignKey)
        } else if !signed.is_signed() {
            Some(Broken::BadSignature)
        } else if made.previous.is_empty() {
            Some(Broken::NoPrevious)
        } else if !made.previous.iter().all(known) {
            Some(Broken::MissingPrevious)
        } else {
            None
        };
        if let Some(what) = what {
            return Err(BrokenAt { place, what });
        }
        links.push(signed.link());
    }
    Ok(links)
}

#[cfg(test)]
mod tests {
    use super::*;

    const MESH: &str = "0193a2b4-5c6d-7e8f-9a0b-1c2d3e4f5a6b";
    const SALT: [u8; SALT_BYTES] = [3; SALT_BYTES];

    fn key(number: u8) -> SigningKey {
        SigningKey::from_bytes(&[number; 32])
    }

    fn made(task: &str, previous: Vec<Digest>) -> Made {
        Made {
            mesh: MESH.into(),
            previous,
            at_ms: 1_795_000_000_000,
            agent: "rex".into(),
            task: task.into(),
            output: Digest::of_body(&SALT, format!("\"{task}\"").as_bytes()),
        }
    }

    /// Two that begin at nothing, one built on both, one built on that.
    fn chain() -> Vec<Signed> {
        let a = made("a", vec![Digest::ZERO]).sign(&key(1));
        let b = made("b", vec![Digest::ZERO]).sign(&key(1));
        let c = made("c", vec![a.link(), b.link()]).sign(&key(1));
        let d = made("d", vec![c.link(), Digest::ZERO]).sign(&key(1));
        vec![a, b, c, d]
    }

    fn rex(agent: &str, given: &[u8; 32], _: u64) -> bool {
        agent == "rex" && *given == key(1).verifying_key().to_bytes()
    }

    fn broken(results: &[Signed]) -> (usize, Broken) {
        let at = verify(MESH, results, rex).expect_err("it is broken");
        (at.place, at.what)
    }

    #[test]
    fn a_chain_verifies_with_the_results_and_the_keys_alone() {
        let chain = chain();
        let links = verify(MESH, &chain, rex).expect("it holds");
        assert_eq!(links.len(), 4);
        assert!(chain[0].is_of(&SALT, b"\"a\"") && !chain[0].is_of(&SALT, b"\"b\""));
        assert!(!chain[0].is_of(&[4; SALT_BYTES], b"\"a\""));
    }

    #[test]
    fn the_statement_is_text_that_anybody_can_write() {
        let first = made("a", vec![Digest::ZERO]);
        let expected = format!(
            "mesh-result/1\n{MESH}\n{}\n1795000000000\nrex\na\n{}",
            "0".repeat(64),
            first.output
        );
        assert_eq!(first.statement(), expected);
        // A vector for other languages.
        let signed = first.sign(&key(1));
        assert_eq!(
            signed.link().to_string(),
            "a846e7b23bcc84d58422e534cc918934dcf66d29005956020e5990aaff0fb036"
        );
    }

    #[test]
    fn whatever_is_changed_breaks_the_chain_where_it_was_changed() {
        let changes: [fn(&mut Made); 5] = [
            |made| made.at_ms += 1,
            |made| made.task.push('x'),
            |made| made.output.0[0] ^= 1,
            |made| made.previous = vec![Digest::ZERO],
            |made| made.previous.reverse(),
        ];
        for (number, change) in changes.iter().enumerate() {
            let mut results = chain();
            change(&mut results[2].made);
            assert_eq!(
                broken(&results),
                (2, Broken::BadSignature),
                "change {number}"
            );
        }
        for bit in 0..64 * 8 {
            let mut results = chain();
            results[3].sig[bit / 8] ^= 1 << (bit % 8);
            assert_eq!(broken(&results), (3, Broken::BadSignature));
        }
    }

    #[test]
    fn whoever_signs_a_result_again_breaks_those_built_on_it() {
        let mut results = chain();
        let mut other = results[0].made.clone();
        other.output = Digest::of(b"something else");
        results[0] = other.sign(&key(1));
        assert_eq!(broken(&results), (2, Broken::MissingPrevious));
    }

    #[test]
    fn leaving_out_and_moving_is_seen() {
        let mut without = chain();
        without.remove(1);
        assert_eq!(broken(&without), (1, Broken::MissingPrevious));
        let mut moved = chain();
        moved.swap(2, 3);
        assert_eq!(broken(&moved), (2, Broken::MissingPrevious));
    }

    #[test]
    fn others_keys_and_other_meshes_do_not_count() {
        let mut foreign = chain();
        foreign[3] = foreign[3].made.clone().sign(&key(2));
        assert_eq!(broken(&foreign), (3, Broken::ForeignKey));
        let mut elsewhere = chain();
        elsewhere[1].made.mesh = "other".into();
        assert_eq!(broken(&elsewhere), (1, Broken::OtherMesh));
        let unlinked = vec![made("a", Vec::new()).sign(&key(1))];
        assert_eq!(broken(&unlinked), (0, Broken::NoPrevious));
        assert!(verify(MESH, &chain(), |_, _, at| at < 5).is_err());
    }

    #[test]
    fn a_line_break_smuggles_nothing_in() {
        let mut odd = made("a", vec![Digest::ZERO]);
        odd.task = "a\nb".into();
        assert_eq!(odd.statement().lines().count(), 7);
    }
}
