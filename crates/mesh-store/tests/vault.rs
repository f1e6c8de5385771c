//! The vault from outside: what survives a restart, what expires, what is refused.

use std::collections::BTreeSet;

use mesh_model::api::PresenceState;
use mesh_model::limits::{
    COOKIE_MS, INBOX_RANGES_MAX, LOGIN_FAILURES_MAX, LOGIN_KNOWN_MS, LOGIN_LINK_MS,
    LOGIN_STRANGERS_MAX, LOGIN_WINDOW_MS,
};
use mesh_model::{CredentialId, InviteId, Millis, ParticipantId, Seq, VaultId};
use mesh_store::vault::secret::{self, SecretHash};
use mesh_store::vault::{Ack, Knock, Known, PushAddress, SignedIn};
use mesh_store::{Position, StoreError, TooManyRanges, Vault};
use proptest::prelude::*;
use uuid::Uuid;

const NOW: Millis = Millis(1_763_705_000_000);

fn id(number: u64) -> Uuid {
    Uuid::from_u64_pair(7, number)
}

fn someone() -> ParticipantId {
    ParticipantId(id(1))
}

fn vault() -> (tempfile::TempDir, Vault) {
    let dir = tempfile::tempdir().unwrap();
    let vault = Vault::create(&dir.path().join("vault"), VaultId(id(9))).unwrap();
    (dir, vault)
}

fn again(dir: &tempfile::TempDir, vault: Vault) -> Vault {
    drop(vault);
    Vault::open(&dir.path().join("vault")).unwrap()
}

#[test]
fn identity_survives_and_is_private() {
    let (dir, vault) = vault();
    let seed = vault.node_seed().clone();
    let path = vault.path().to_owned();
    vault
        .put_invite(SecretHash::of("x"), InviteId(id(2)))
        .unwrap();
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode =
            |path: &std::path::Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode(path.parent().unwrap()), 0o700);
        for file in std::fs::read_dir(path.parent().unwrap()).unwrap() {
            assert_eq!(mode(&file.unwrap().path()), 0o600);
        }
    }
    let vault = again(&dir, vault);
    assert_eq!(vault.id(), VaultId(id(9)));
    assert!(*vault.node_seed() == seed);
    assert!(!format!("{:?}", vault.node_seed()).contains(&seed.0[0].to_string()));
}

#[test]
fn a_vault_is_made_once_and_opened_only_if_it_is_there() {
    let (dir, vault) = vault();
    let folder = dir.path().join("vault");
    assert!(matches!(
        Vault::create(&folder, VaultId(id(3))),
        Err(StoreError::VaultExists(_))
    ));
    drop(vault);
    let aside = Vault::set_aside(&folder).unwrap().unwrap();
    assert!(aside.exists());
    assert!(matches!(Vault::open(&folder), Err(StoreError::NoVault(_))));
    let fresh = Vault::create(&folder, VaultId(id(3))).unwrap();
    assert_eq!(fresh.id(), VaultId(id(3)));
}

#[test]
fn secrets_stand_for_ids_until_they_are_forgotten() {
    let (dir, vault) = vault();
    let token = secret::draw(secret::TOKEN).unwrap();
    assert_eq!(token.len(), secret::TOKEN.len() + 43);
    vault
        .put_credential(SecretHash::of(&token), CredentialId(id(4)))
        .unwrap();
    vault.set_owner(SecretHash::of("old")).unwrap();
    vault.set_owner(SecretHash::of("new")).unwrap();
    vault
        .put_invite(SecretHash::of("code"), InviteId(id(5)))
        .unwrap();
    vault.set_password(someone(), "a hash").unwrap();
    let vault = again(&dir, vault);
    assert_eq!(vault.credential(&token), Some(CredentialId(id(4))));
    assert_eq!(vault.credential("another"), None);
    assert!(vault.is_owner("new").unwrap() && !vault.is_owner("old").unwrap());
    assert_eq!(vault.invite("code").unwrap(), Some(InviteId(id(5))));
    assert_eq!(
        vault.password(someone()).unwrap().as_deref(),
        Some("a hash")
    );
    vault.forget_credential(CredentialId(id(4))).unwrap();
    vault.forget_invite(InviteId(id(5))).unwrap();
    assert_eq!(vault.credential(&token), None);
    let vault = again(&dir, vault);
    assert_eq!(
        (vault.credential(&token), vault.invite("code").unwrap()),
        (None, None)
    );
    let file = std::fs::read(vault.path()).unwrap();
    assert!(
        !file
            .windows(token.len())
            .any(|part| part == token.as_bytes()),
        "the secret itself is nowhere"
    );
}

#[test]
fn a_cookie_ends_after_a_day_or_by_hand() {
    let (dir, vault) = vault();
    let one = vault.sign_in(someone(), "Firefox", None, NOW).unwrap();
    let two = vault
        .sign_in(someone(), "Chromium", None, NOW.plus(5))
        .unwrap();
    let vault = again(&dir, vault);
    let at = |signed: &SignedIn, page_key: &str, now: Millis| {
        vault.browser(&signed.secret, page_key, now).unwrap()
    };
    let last = NOW.plus(COOKIE_MS - 1);
    assert_eq!(at(&one, &one.page_key, last), Some(one.browser.clone()));
    assert_eq!(at(&one, &one.page_key, NOW.plus(COOKIE_MS)), None);
    // A cookie is worth nothing with another page's key, or with none.
    for wrong in [&two.page_key, "", "x", &one.secret] {
        assert_eq!(at(&one, wrong, NOW), None, "{wrong}");
    }
    assert_eq!(vault.holder(&one.secret, NOW).unwrap(), Some(someone()));
    let both = [one.browser.clone(), two.browser.clone()];
    assert_eq!(vault.browsers(someone(), NOW).unwrap(), both);
    // A page keeps its key when somebody signs in again, and no key that was not drawn here.
    let again = vault
        .sign_in(someone(), "Firefox", Some(&one.page_key), NOW)
        .unwrap();
    assert_eq!(again.page_key, one.page_key);
    let foreign = vault
        .sign_in(someone(), "Firefox", Some("chosen"), NOW)
        .unwrap();
    assert_ne!(foreign.page_key, "chosen");
    assert!(
        !vault
            .sign_out(ParticipantId(id(2)), one.browser.id)
            .unwrap()
    );
    assert_eq!(
        vault.sign_out_all(someone(), Some(two.browser.id)).unwrap(),
        3
    );
    assert!(!vault.is_signed_in(one.browser.id) && vault.is_signed_in(two.browser.id));
    assert_eq!(at(&one, &one.page_key, NOW), None);
    assert!(vault.sign_out(someone(), two.browser.id).unwrap());
    assert_eq!((at(&two, &two.page_key, NOW), vault.sign_outs()), (None, 4));
}

#[test]
fn a_link_signs_in_once_and_soon() {
    let (_dir, vault) = vault();
    let (link, expires) = vault.make_link(someone(), NOW).unwrap();
    assert_eq!(expires, NOW.plus(LOGIN_LINK_MS));
    assert_eq!(
        vault.use_link(&link, NOW.plus(LOGIN_LINK_MS - 1)).unwrap(),
        Some(someone())
    );
    assert_eq!(vault.use_link(&link, NOW).unwrap(), None, "used up");
    let (link, _) = vault.make_link(someone(), NOW).unwrap();
    assert_eq!(
        vault.use_link(&link, NOW.plus(LOGIN_LINK_MS)).unwrap(),
        None,
        "too late"
    );
}

fn knock<'a>(account: &'a str, network: &'a str) -> Knock<'a> {
    Knock {
        account,
        network,
        page_key: None,
    }
}

#[test]
fn failed_logins_lock_an_account_to_one_place_across_a_restart() {
    let (dir, mut vault) = vault();
    for failure in 0..LOGIN_FAILURES_MAX as u64 {
        let begun = vault.begin_login(knock("ana", "net1"), NOW.plus(failure * 1000));
        begun.unwrap().unwrap();
        vault = again(&dir, vault);
    }
    let later = NOW.plus(10_000);
    let at = |account, network, now| vault.begin_login(knock(account, network), now).unwrap();
    let blocked = at("Ana", "net1", later).unwrap_err();
    assert_eq!(blocked.retry_after_ms, LOGIN_WINDOW_MS - 10_000);
    // Neither the account elsewhere nor another account here.
    at("ana", "net2", later).unwrap();
    at("bob", "net1", later).unwrap();
    let free = later.plus(blocked.retry_after_ms);
    assert!(at("ana", "net1", Millis(free.0 - 1)).is_err());
    at("ana", "net1", free).unwrap();
}

#[test]
fn a_login_that_succeeded_does_not_count_and_forgives_nothing() {
    let (_dir, vault) = vault();
    let ana = knock("ana", "net1");
    for _ in 0..LOGIN_FAILURES_MAX - 1 {
        vault.begin_login(ana, NOW).unwrap().unwrap();
    }
    for _ in 0..3 {
        let attempt = vault.begin_login(ana, NOW).unwrap().unwrap();
        vault.login_succeeded(attempt, ana, NOW).unwrap();
    }
    vault.begin_login(ana, NOW).unwrap().unwrap();
    assert!(vault.begin_login(ana, NOW).unwrap().is_err());
}

#[test]
fn strangers_lock_nobody_out_who_is_known() {
    let (_dir, vault) = vault();
    let browser = Knock {
        page_key: Some("kept"),
        ..knock("ana", "home")
    };
    let attempt = vault.begin_login(browser, NOW).unwrap().unwrap();
    vault.login_succeeded(attempt, browser, NOW).unwrap();
    // From her own network, and from as many others as it takes.
    for _ in 0..LOGIN_FAILURES_MAX {
        vault
            .begin_login(knock("ana", "home"), NOW)
            .unwrap()
            .unwrap();
    }
    let mut tries = 0;
    for network in 0..LOGIN_STRANGERS_MAX {
        let network = format!("net{network}");
        while vault
            .begin_login(knock("ana", &network), NOW)
            .unwrap()
            .is_ok()
        {
            tries += 1;
        }
    }
    assert_eq!(tries, LOGIN_STRANGERS_MAX);
    assert!(
        vault
            .begin_login(knock("ana", "home"), NOW)
            .unwrap()
            .is_err()
    );
    vault.begin_login(browser, NOW).unwrap().unwrap();
    let elsewhere = Knock {
        network: "net1",
        ..browser
    };
    vault.begin_login(elsewhere, NOW).unwrap().unwrap();
    // A key that the account does not know is a stranger's.
    let other = Knock {
        page_key: Some("made up"),
        ..knock("ana", "home")
    };
    assert!(vault.begin_login(other, NOW).unwrap().is_err());
    // After ninety days it is known no more.
    let long = NOW.plus(LOGIN_KNOWN_MS);
    for _ in 0..LOGIN_FAILURES_MAX {
        vault.begin_login(browser, long).unwrap().unwrap();
    }
    assert!(
        vault
            .begin_login(knock("ana", "home"), long)
            .unwrap()
            .is_err()
    );
}

#[test]
fn guessing_at_many_accounts_leaves_each_one_try() {
    let (_dir, vault) = vault();
    for account in 0..LOGIN_STRANGERS_MAX {
        let account = format!("user{account}");
        vault
            .begin_login(knock(&account, "net1"), NOW)
            .unwrap()
            .unwrap();
    }
    let new = knock("new", "net1");
    vault.begin_login(new, NOW).unwrap().unwrap();
    assert!(vault.begin_login(new, NOW).unwrap().is_err());
    vault
        .begin_login(knock("new", "net2"), NOW)
        .unwrap()
        .unwrap();
}

#[test]
fn a_clock_set_back_blocks_no_longer_than_the_window() {
    let (_dir, vault) = vault();
    let ana = knock("ana", "net1");
    for _ in 0..LOGIN_FAILURES_MAX {
        vault
            .begin_login(ana, NOW.plus(1_000_000_000))
            .unwrap()
            .unwrap();
    }
    let blocked = vault.begin_login(ana, NOW).unwrap().unwrap_err();
    assert_eq!(blocked.retry_after_ms, LOGIN_WINDOW_MS);
}

#[test]
fn positions_are_durable_and_each_ack_has_its_own_answer() {
    let (dir, vault) = vault();
    let other = ParticipantId(id(2));
    let too_many: Vec<Seq> = (0..=INBOX_RANGES_MAX as u64)
        .map(|n| Seq(10 + 2 * n))
        .collect();
    let acks = [
        Ack {
            participant: someone(),
            upto: Some(Seq(4)),
            seqs: &[Seq(5), Seq(9), Seq(8)],
        },
        Ack {
            participant: other,
            upto: None,
            seqs: &too_many,
        },
        Ack {
            participant: other,
            upto: Some(Seq(3)),
            seqs: &[],
        },
    ];
    let answers = vault.acknowledge_all(&acks).unwrap();
    let mine = Position {
        upto: Seq(5),
        above: vec![(Seq(8), Seq(9))],
    };
    let others = Position {
        upto: Seq(3),
        above: vec![],
    };
    assert_eq!(
        answers,
        [Ok(mine.clone()), Err(TooManyRanges), Ok(others.clone())]
    );
    let vault = again(&dir, vault);
    assert_eq!(
        vault
            .positions(&[someone(), other, ParticipantId(id(3))])
            .unwrap(),
        [mine, others, Position::default()]
    );
}

#[test]
fn presence_and_usage_survive() {
    let (dir, vault) = vault();
    let left = Known {
        state: PresenceState::Busy,
        summary: Some("reading".to_owned()),
        last_seen: Some(NOW),
    };
    vault.set_presences([(someone(), &left)]).unwrap();
    vault
        .add_usage(20_000, &[(CredentialId(id(4)), 3)])
        .unwrap();
    vault
        .add_usage(
            20_000,
            &[(CredentialId(id(4)), 2), (CredentialId(id(5)), 1)],
        )
        .unwrap();
    let vault = again(&dir, vault);
    assert_eq!(vault.presence(someone()).unwrap(), left);
    assert_eq!(vault.presences().unwrap(), [(someone(), left)]);
    assert_eq!(
        vault.presence(ParticipantId(id(2))).unwrap(),
        Known::default()
    );
    assert_eq!(
        vault.usage(20_000).unwrap(),
        [(CredentialId(id(4)), 5), (CredentialId(id(5)), 1)]
    );
    vault.add_usage(20_002, &[]).unwrap();
    assert!(
        vault.usage(20_000).unwrap().is_empty(),
        "days gone by are forgotten"
    );
}

mod random {
    use proptest::test_runner::RngSeed;

    use super::*;

    /// The same each time; `MESH_SEED` gives others.
    fn seed() -> RngSeed {
        let seed = std::env::var("MESH_SEED")
            .ok()
            .and_then(|text| text.parse().ok());
        RngSeed::Fixed(seed.unwrap_or(7))
    }

    proptest! {
        #![proptest_config(ProptestConfig { rng_seed: seed(), failure_persistence: None, ..ProptestConfig::default() })]

        /// Against a plain set of places.
        #[test]
        fn a_position_is_a_set_of_places(
            acks in prop::collection::vec((prop::option::weighted(0.3, 0u64..60), prop::collection::vec(1u64..80, 0..6)), 0..30)
        ) {
            let mut position = Position::default();
            let mut model = BTreeSet::new();
            for (upto, seqs) in acks {
                let seqs_: Vec<Seq> = seqs.iter().copied().map(Seq).collect();
                let next = position.take_in(upto.map(Seq), &seqs_).unwrap();
                prop_assert!(next.upto >= position.upto);
                position = next;
                model.extend(1..=upto.unwrap_or(0));
                model.extend(seqs);
                for place in 1..100 {
                    prop_assert_eq!(position.has(Seq(place)), model.contains(&place), "{} of {:?}", place, position);
                }
                let above = model.iter().filter(|place| **place > position.upto.0).count() as u64;
                prop_assert_eq!(position.count_above(), above);
                prop_assert!(!position.has(position.upto.next()), "the watermark is as high as it can be");
                prop_assert!(position.above.windows(2).all(|pair| pair[0].1.next() < pair[1].0));
            }
        }

        /// More stretches than are kept: the ack is refused and nothing changes.
        #[test]
        fn stretches_are_bounded(extra in 1usize..5) {
            let full: Vec<Seq> = (0..INBOX_RANGES_MAX as u64).map(|n| Seq(2 + 2 * n)).collect();
            let position = Position::default().take_in(None, &full).unwrap();
            let more: Vec<Seq> = (0..extra as u64).map(|n| Seq(2_000 + 2 * n)).collect();
            prop_assert_eq!(position.take_in(None, &more), Err(TooManyRanges));
            let fits = position.take_in(Some(Seq(2 * extra as u64)), &more).unwrap();
            prop_assert_eq!(fits.above.len(), INBOX_RANGES_MAX);
        }
    }
}

#[test]
fn secrets_are_sealed_by_name_and_version() {
    let (dir, vault) = vault();
    vault.put_secret("searx", 1, "a value of long ago").unwrap();
    vault.put_secret("searx", 2, "the value of today").unwrap();
    vault.put_secret("smtp", 1, "another value").unwrap();
    vault.keep_secret("searx", Some(2)).unwrap();
    let vault = again(&dir, vault);
    assert_eq!(vault.secret("searx", 1).unwrap(), None);
    let value = vault.secret("searx", 2).unwrap();
    assert_eq!(value.as_deref(), Some("the value of today"));
    vault.keep_secret("smtp", None).unwrap();
    assert_eq!(vault.secret("smtp", 1).unwrap(), None);
    drop(vault);
    for file in std::fs::read_dir(dir.path().join("vault")).unwrap() {
        let bytes = std::fs::read(file.unwrap().path()).unwrap();
        for value in ["of long ago", "of today", "another value"] {
            assert!(!holds(&bytes, value.as_bytes()));
        }
    }
}

#[test]
fn a_vault_opens_with_its_own_key_only() {
    let (dir, vault) = vault();
    drop(vault);
    let folder = dir.path().join("vault");
    let key = std::fs::read(folder.join("vault.key")).unwrap();
    std::fs::remove_file(folder.join("vault.key")).unwrap();
    let opened = Vault::open(&folder);
    assert!(matches!(opened, Err(StoreError::VaultKey(_))), "{opened:?}");
    std::fs::write(folder.join("vault.key"), "not a key").unwrap();
    assert!(matches!(Vault::open(&folder), Err(StoreError::VaultKey(_))));
    std::fs::write(folder.join("vault.key"), &key).unwrap();
    assert!(Vault::open(&folder).is_ok());
    let aside = Vault::set_aside(&folder).unwrap().unwrap();
    assert_eq!(std::fs::read(aside.with_extension("key")).unwrap(), key);
    Vault::create(&folder, VaultId(id(3))).unwrap();
    let other = std::fs::read(folder.join("vault.key")).unwrap();
    assert!(other != key);
    std::fs::write(folder.join("vault.key"), &key).unwrap();
    assert!(matches!(
        Vault::open(&folder),
        Err(StoreError::Unreadable(_))
    ));
}

#[test]
fn a_vault_of_version_1_is_sealed_when_it_is_opened() {
    let (_dir, vault) = vault();
    let seed = vault.node_seed().clone();
    let path = vault.path().to_owned();
    drop(vault);
    std::fs::remove_file(path.with_extension("key")).unwrap();
    let db = rusqlite::Connection::open(&path).unwrap();
    db.execute("UPDATE identity SET seed = ?1", [seed.0])
        .unwrap();
    db.execute_batch("DROP TABLE secrets; DROP TABLE nonces; DROP TABLE deliveries; DROP TABLE wakes; DROP TABLE outbox; DROP TRIGGER pushes_end; DROP TABLE pushes; DROP TABLE attention; DROP TABLE known; ALTER TABLE browsers DROP COLUMN page_key;\n             PRAGMA user_version = 1")
        .unwrap();
    drop(db);
    assert!(holds(&std::fs::read(&path).unwrap(), &seed.0));
    for _ in 0..2 {
        let vault = Vault::open(path.parent().unwrap()).unwrap();
        assert!(*vault.node_seed() == seed);
        vault.put_secret("searx", 1, "value").unwrap();
    }
    for file in std::fs::read_dir(path.parent().unwrap()).unwrap() {
        let bytes = std::fs::read(file.unwrap().path()).unwrap();
        assert!(!holds(&bytes, &seed.0));
    }
}

fn holds(bytes: &[u8], part: &[u8]) -> bool {
    bytes.windows(part.len()).any(|window| window == part)
}

#[test]
fn a_browser_is_told_as_long_as_it_is_signed_in() {
    let (dir, vault) = vault();
    let address = |endpoint: &str| PushAddress {
        endpoint: endpoint.to_owned(),
        key: vec![4; 65],
        auth: vec![7; 16],
        words: false,
        by: None,
    };
    let signed = |who| vault.sign_in(who, "", None, NOW).unwrap().browser.id;
    let other = ParticipantId(id(2));
    let (phone, desk, theirs) = (signed(someone()), signed(someone()), signed(other));
    let at = "https://push.example/one";
    assert!(vault.put_push(someone(), phone, &address(at), NOW).unwrap());
    assert!(vault.put_push(someone(), desk, &address(at), NOW).unwrap());
    // Nobody has another one's browser told.
    assert!(
        !vault
            .put_push(someone(), theirs, &address(at), NOW)
            .unwrap()
    );
    assert!(!vault.end_push(other, phone).unwrap());
    assert_eq!(vault.other_pushes(someone(), phone, NOW).unwrap(), 1);
    let key = vault.push_key().unwrap().public;
    let vault = again(&dir, vault);
    assert_eq!(vault.push_key().unwrap().public, key);
    let told = |vault: &Vault, now| -> Vec<u64> {
        let found = vault.pushes(Some(someone()), now).unwrap();
        found.iter().map(|one| one.browser).collect()
    };
    assert_eq!(told(&vault, NOW), [phone, desk]);
    assert_eq!(vault.pushes(None, NOW).unwrap()[0].address, address(at));
    assert_eq!(told(&vault, NOW.plus(COOKIE_MS)), [0_u64; 0]);
    vault.sign_out(someone(), phone).unwrap();
    assert_eq!(told(&vault, NOW), [desk]);
    assert!(vault.end_push(someone(), desk).unwrap());
    assert_eq!(told(&vault, NOW), [0_u64; 0]);
    // The address is nowhere in the file as it is.
    let file = std::fs::read(vault.path()).unwrap();
    assert!(!file.windows(at.len()).any(|part| part == at.as_bytes()));
}

#[test]
fn what_somebody_wants_to_hear_survives_a_restart() {
    let (dir, vault) = vault();
    assert_eq!(vault.attention(someone()).unwrap(), None);
    vault
        .put_attention(someone(), r#"{"urgent":true}"#)
        .unwrap();
    let vault = again(&dir, vault);
    let kept = vault.attention(someone()).unwrap();
    assert_eq!(kept.as_deref(), Some(r#"{"urgent":true}"#));
}
