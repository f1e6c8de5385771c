//! The seal as whoever stands between two nodes meets it.

use ed25519_dalek::SigningKey;
use mesh_interchange::seal::{
    Initiator, Judged, Kind, PIECE_BYTES_MAX, Prover, Proving, Responder, SealError, Session,
    Verdict,
};
use mesh_model::PublicKey;
use mesh_model::limits::LINK_REKEY_FRAMES;
use proptest::prelude::*;

fn node(seed: u8) -> SigningKey {
    SigningKey::from_bytes(&[seed; 32])
}

/// Everything that both sides said until they knew each other.
struct Said {
    hello: Vec<u8>,
    answer: Vec<u8>,
    proof: Vec<u8>,
    verdict: Vec<u8>,
}

fn meet(one: &SigningKey, other: &SigningKey) -> (Session, Session, Said) {
    let (initiator, hello) = Initiator::begin([11; 32]).unwrap();
    let (responder, answer) = Responder::answer(other, [22; 32], &hello).unwrap();
    let (proving, proof) = initiator.prove(one, Some(other.key()), &answer).unwrap();
    let judged = responder
        .judge(other, &proof, |_| Verdict::Welcome)
        .unwrap();
    assert_eq!(judged.peer, one.key());
    let verdict = judged.answer;
    let (session, peer) = proving.finish(&verdict).unwrap();
    assert_eq!(peer, other.key());
    let said = Said {
        hello,
        answer,
        proof,
        verdict,
    };
    (session, judged.session.unwrap(), said)
}

/// One side that has proved itself to `other`, and its proof.
fn proved(one: &SigningKey, other: &SigningKey, seed: u8) -> (Proving, Responder, Vec<u8>) {
    let (initiator, hello) = Initiator::begin([seed; 32]).unwrap();
    let (responder, answer) = Responder::answer(other, [seed + 1; 32], &hello).unwrap();
    let (proving, proof) = initiator.prove(one, None, &answer).unwrap();
    (proving, responder, proof)
}

fn judge(responder: Responder, key: &SigningKey, proof: &[u8]) -> Result<Judged, SealError> {
    responder.judge(key, proof, |_| Verdict::Welcome)
}

#[test]
fn two_nodes_know_each_other_and_talk() {
    let (mut one, mut other, _) = meet(&node(1), &node(2));
    for text in [&b""[..], b"hello", &[7; 5000], &[9; PIECE_BYTES_MAX]] {
        let frame = one.seal(Kind::Last, text).unwrap();
        assert_eq!(other.open(&frame).unwrap(), (Kind::Last, text));
        let frame = other.seal(Kind::More, text).unwrap();
        assert_eq!(one.open(&frame).unwrap(), (Kind::More, text));
    }
    let most = PIECE_BYTES_MAX;
    let bytes = most + 1;
    let more = one.seal(Kind::Last, &vec![0; bytes]);
    assert_eq!(more.unwrap_err(), SealError::TooLarge { bytes, most });
}

#[test]
fn a_frame_says_little_about_its_length() {
    let (mut one, _, _) = meet(&node(1), &node(2));
    let mut sizes: Vec<usize> = (0..PIECE_BYTES_MAX)
        .step_by(97)
        .map(|length| one.seal(Kind::Last, &vec![1; length]).unwrap().len())
        .collect();
    sizes.dedup();
    assert_eq!(sizes, [256, 1024, 4096, 16_384, 32_768, 65_535]);
}

#[test]
fn keys_change_on_the_way() {
    let (mut one, mut other, _) = meet(&node(1), &node(2));
    for count in 0..2 * LINK_REKEY_FRAMES + 7 {
        let frame = one.seal(Kind::Last, &count.to_be_bytes()).unwrap();
        assert_eq!(other.open(&frame).unwrap().1, count.to_be_bytes());
    }
}

/// The same bytes for ever: `tests/vectors/seal.json` is what another implementation is checked with.
#[test]
fn what_is_said_is_what_the_vectors_say() {
    let (mut one, mut other, said) = meet(&node(1), &node(2));
    let made = serde_json::json!({
        "initiator": {"seed": hex(&[1; 32]), "key": node(1).key(), "ephemeral": hex(&[11; 32])},
        "responder": {"seed": hex(&[2; 32]), "key": node(2).key(), "ephemeral": hex(&[22; 32])},
        "hello": hex(&said.hello),
        "answer": hex(&said.answer),
        "proof": hex(&said.proof),
        "verdict": hex(&said.verdict),
        "frames": [
            {"from": "initiator", "kind": 2, "content": hex(b"hello"), "sealed": hex(&one.seal(Kind::Last, b"hello").unwrap())},
            {"from": "responder", "kind": 5, "content": "00001000", "sealed": hex(&other.seal(Kind::Taken, &4096_u32.to_be_bytes()).unwrap())},
            {"from": "initiator", "kind": 3, "content": "", "sealed": hex(&one.seal(Kind::Close, b"").unwrap())},
        ],
    });
    let kept = include_str!("vectors/seal.json");
    let kept: serde_json::Value = serde_json::from_str(kept).unwrap();
    assert_eq!(
        kept,
        made,
        "{}",
        serde_json::to_string_pretty(&made).unwrap()
    );
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[test]
fn another_key_than_was_meant_is_shown_no_proof() {
    let (initiator, hello) = Initiator::begin([3; 32]).unwrap();
    let (_, answer) = Responder::answer(&node(9), [4; 32], &hello).unwrap();
    let (met, meant) = (node(9).key(), node(2).key());
    let refused = initiator.prove(&node(1), Some(meant), &answer).err();
    assert_eq!(refused, Some(SealError::Stranger { met, meant }));
}

/// Somebody between both holds a key of its own and shows each side the other's.
#[test]
fn nobody_can_stand_between() {
    let (alice, bob, mallory) = (node(1), node(2), node(6));
    // To Alice Mallory shows Bob's key, without being able to sign with it.
    struct Shows<'a>(PublicKey, &'a SigningKey);
    impl Prover for Shows<'_> {
        fn key(&self) -> PublicKey {
            self.0
        }
        fn sign(&self, statement: &str) -> [u8; 64] {
            self.1.sign(statement)
        }
    }
    let as_bob = Shows(bob.key(), &mallory);
    let (initiator, hello) = Initiator::begin([3; 32]).unwrap();
    let (responder, answer) = Responder::answer(&as_bob, [4; 32], &hello).unwrap();
    let (proving, proof) = initiator.prove(&alice, Some(bob.key()), &answer).unwrap();
    let judged = judge_as(responder, &as_bob, &proof);
    let finished = proving.finish(&judged.answer).map(|(_, peer)| peer);
    assert_eq!(finished, Err(SealError::Unproven));

    // Alice's proof, opened by Mallory, is worth nothing in Mallory's own handshake with Bob.
    let as_alice = Shows(alice.key(), &mallory);
    let (initiator, hello) = Initiator::begin([5; 32]).unwrap();
    let (responder, answer) = Responder::answer(&bob, [7; 32], &hello).unwrap();
    let (_, forged) = initiator
        .prove(&as_alice, Some(bob.key()), &answer)
        .unwrap();
    assert_eq!(
        judge(responder, &bob, &forged).err(),
        Some(SealError::Unproven)
    );
}

fn judge_as(responder: Responder, prover: &dyn Prover, proof: &[u8]) -> Judged {
    let judged = responder.judge(prover, proof, |_| Verdict::Welcome);
    judged.unwrap()
}

#[test]
fn what_was_said_once_is_worth_nothing_again() {
    let (alice, bob) = (node(1), node(2));
    let (_, _, said) = meet(&alice, &bob);
    // The same hello: the answer is another, so the kept proof does not open.
    let (responder, answer) = Responder::answer(&bob, [99; 32], &said.hello).unwrap();
    assert_ne!(answer, said.answer);
    assert_eq!(
        judge(responder, &bob, &said.proof).err(),
        Some(SealError::Altered)
    );
    // The same answer to another hello.
    let (initiator, _) = Initiator::begin([98; 32]).unwrap();
    let proved = initiator.prove(&alice, None, &said.answer).err();
    assert_eq!(proved, Some(SealError::Altered));
    // The same verdict in another handshake of the same two.
    let (proving, _, _) = proved_pair(&alice, &bob);
    assert_eq!(
        proving.finish(&said.verdict).err(),
        Some(SealError::Altered)
    );
}

fn proved_pair(one: &SigningKey, other: &SigningKey) -> (Proving, Responder, Vec<u8>) {
    proved(one, other, 40)
}

#[test]
fn one_side_is_not_handed_its_own_words() {
    let (alice, bob) = (node(1), node(2));
    // Its own hello, answered by itself: the key that it is shown is its own.
    let (initiator, hello) = Initiator::begin([3; 32]).unwrap();
    let (_, answer) = Responder::answer(&alice, [4; 32], &hello).unwrap();
    assert_eq!(
        initiator.prove(&alice, None, &answer).err(),
        Some(SealError::Mirror)
    );
    // Its own proof as the verdict.
    let (proving, _, proof) = proved(&alice, &bob, 50);
    assert_eq!(proving.finish(&proof).err(), Some(SealError::Altered));
    // Its own frame.
    let (mut one, _, _) = meet(&alice, &bob);
    let frame = one.seal(Kind::Last, b"mine").unwrap();
    assert_eq!(one.open(&frame).err(), Some(SealError::Altered));
}

#[test]
fn the_offer_of_versions_cannot_be_changed_on_the_way() {
    let (alice, bob) = (node(1), node(2));
    let (initiator, hello) = Initiator::begin([3; 32]).unwrap();
    let at = b"mesh-seal".len();
    let mut more = hello.clone();
    more[at] += 1;
    more.insert(at + 2, 7);
    let (_, answer) = Responder::answer(&bob, [4; 32], &more).unwrap();
    let proved = initiator.prove(&alice, Some(bob.key()), &answer).err();
    assert_eq!(proved, Some(SealError::Altered));

    let mut other = hello.clone();
    other[at + 1] = 7;
    assert_eq!(
        Responder::answer(&bob, [4; 32], &other).err(),
        Some(SealError::Version)
    );

    let (initiator, hello) = Initiator::begin([3; 32]).unwrap();
    let (_, mut answer) = Responder::answer(&bob, [4; 32], &hello).unwrap();
    answer[0] = 7;
    assert_eq!(
        initiator.prove(&alice, None, &answer).err(),
        Some(SealError::Version)
    );
}

#[test]
fn who_is_not_wanted_hears_so_from_a_proved_node() {
    for verdict in [Verdict::Unwanted, Verdict::Busy] {
        let (proving, responder, proof) = proved(&node(1), &node(2), 60);
        let judged = responder.judge(&node(2), &proof, |_| verdict).unwrap();
        assert_eq!(judged.session.err(), Some(verdict));
        let finished = proving.finish(&judged.answer).err();
        assert_eq!(finished, Some(SealError::Refused(verdict)));
    }
}

/// A key of small order would accept signatures that nobody made.
#[test]
fn a_weak_key_proves_nothing() {
    struct Weak;
    impl Prover for Weak {
        fn key(&self) -> PublicKey {
            let mut identity = [0; 32];
            identity[0] = 1;
            PublicKey(identity)
        }
        fn sign(&self, _: &str) -> [u8; 64] {
            let mut sig = [0; 64];
            sig[0] = 1;
            sig
        }
    }
    let (initiator, hello) = Initiator::begin([3; 32]).unwrap();
    let (responder, answer) = Responder::answer(&node(2), [4; 32], &hello).unwrap();
    let (_, proof) = initiator.prove(&Weak, None, &answer).unwrap();
    assert_eq!(
        judge(responder, &node(2), &proof).err(),
        Some(SealError::Unproven)
    );
}

/// What a relay can do with frames.
#[derive(Debug, Clone, Copy)]
enum Meddling {
    Repeat,
    Swap,
    Leave,
    Alter(usize, u8),
    Cut(usize),
}

fn meddling() -> impl Strategy<Value = Meddling> {
    prop_oneof![
        Just(Meddling::Repeat),
        Just(Meddling::Swap),
        Just(Meddling::Leave),
        (any::<usize>(), 1..=255_u8).prop_map(|(at, with)| Meddling::Alter(at, with)),
        any::<usize>().prop_map(Meddling::Cut),
    ]
}

proptest! {
    #[test]
    fn random_messages_arrive_as_they_were_sealed(texts in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..3000), 1..20)) {
        let (mut one, mut other, _) = meet(&node(1), &node(2));
        for text in &texts {
            let frame = one.seal(Kind::Last, text).unwrap();
            prop_assert_eq!(other.open(&frame).unwrap(), (Kind::Last, &text[..]));
        }
    }

    #[test]
    fn random_meddling_ends_the_session_for_good(before in 0..5_usize, how in meddling()) {
        let (mut one, mut other, _) = meet(&node(1), &node(2));
        for _ in 0..before {
            let frame = one.seal(Kind::Last, b"before").unwrap();
            other.open(&frame).unwrap();
        }
        let mut first = one.seal(Kind::Last, b"first").unwrap();
        let second = one.seal(Kind::Last, b"second").unwrap();
        let bad = match how {
            Meddling::Repeat => {
                other.open(&first).unwrap();
                first
            }
            Meddling::Swap | Meddling::Leave => second.clone(),
            Meddling::Alter(at, with) => {
                let at = at % first.len();
                first[at] ^= with;
                first
            }
            Meddling::Cut(at) => {
                first.truncate(at % first.len());
                first
            }
        };
        prop_assert_eq!(other.open(&bad).err(), Some(SealError::Altered));
        // Even the frame that would have been the right one is too late.
        prop_assert_eq!(other.open(&second).err(), Some(SealError::Altered));
    }

    #[test]
    fn random_bytes_are_no_handshake(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        prop_assert!(Responder::answer(&node(2), [4; 32], &bytes).is_err());
        let (initiator, _) = Initiator::begin([3; 32]).unwrap();
        prop_assert!(initiator.prove(&node(1), None, &bytes).is_err());
        let (proving, responder, _) = proved(&node(1), &node(2), 70);
        prop_assert!(proving.finish(&bytes).is_err());
        prop_assert!(judge(responder, &node(2), &bytes).is_err());
        let (mut session, _, _) = meet(&node(1), &node(2));
        prop_assert!(session.open(&bytes).is_err());
    }

    /// Almost right: one byte of one message of the handshake is another.
    #[test]
    fn random_changes_of_a_handshake_are_found(which in 0..4_usize, at in any::<usize>(), with in 1..=255_u8) {
        let (alice, bob) = (node(1), node(2));
        let change = |now: usize, bytes: &mut Vec<u8>| if now == which {
            let at = at % bytes.len();
            bytes[at] ^= with;
        };
        let run = || -> Result<(), SealError> {
            let (initiator, mut hello) = Initiator::begin([3; 32])?;
            change(0, &mut hello);
            let (responder, mut answer) = Responder::answer(&bob, [4; 32], &hello)?;
            change(1, &mut answer);
            let (proving, mut proof) = initiator.prove(&alice, Some(bob.key()), &answer)?;
            change(2, &mut proof);
            let mut verdict = judge(responder, &bob, &proof)?.answer;
            change(3, &mut verdict);
            proving.finish(&verdict).map(drop)
        };
        prop_assert!(run().is_err());
    }
}
