//! What is found by what.

use proptest::prelude::*;

use super::query::Query;
use super::{found_in, loosely, terms};

fn terms_of(text: &str) -> Vec<String> {
    let mut all = Vec::new();
    terms(text, |term| all.push(term.to_owned()));
    all
}

/// Whether an index of the text would name it, and the text then has it.
fn finds(text: &str, query: &str) -> bool {
    let (terms, query) = (terms_of(text), Query::new(query, 16));
    let has = |sought: &super::Sought| {
        terms.iter().any(|term| {
            if sought.beginning {
                term.starts_with(&sought.term)
            } else {
                *term == sought.term
            }
        })
    };
    let named = !query.is_empty()
        && query
            .lookups()
            .all(|any| any.iter().any(|all| all.iter().all(has)));
    named && found_in(text, &query).is_some()
}

/// `finds`, with the word first and last in the query.
fn finds_both(text: &str, word: &str) -> bool {
    let end = text.split_whitespace().next_back().unwrap_or_default();
    finds(text, word) && finds(text, &format!("{word} {end}"))
}

#[test]
fn what_people_see_is_found() {
    for (text, word) in [
        ("发现了三条悬空引用，需要修复。", "悬空"),
        ("昨日しりとりをした", "しりとり"),
        ("请看API配置文件", "配置"),
        ("请看API配置文件", "API"),
        ("请看API配置文件", "API配置"),
        ("运行gen-itgc脚本", "gen-itgc"),
        ("die Straße hinab", "strasse"),
        ("die Strasse hinab", "Straße"),
        ("DIE STRAẞE HINAB", "straße"),
        ("see getUserById for it", "ById"),
        ("see getUserById for it", "user"),
        ("see getUserById for it", "getuserbyid"),
        ("see get_user_by_id for it", "ById"),
        ("an HTTPServer here", "server"),
        ("an HTTPServer here", "http"),
        ("see parse-log-line2 there", "line2"),
        ("ok go on", "go"),
        ("see w4711 there", "4711"),
        ("ไปโรงเรียนทุกวัน", "โรงเรียน"),
        ("ខ្ញុំទៅសាលារៀន", "សាលា"),
        ("ខ្ញុំ\u{200B}ទៅ\u{200B}សាលារៀន", "ទៅសាលា"),
        ("서버를 다시 배포했다", "배포"),
        ("これはﾃﾞｰﾀです", "データ"),
        ("Crème brûlée von Łódź", "creme"),
        ("Crème brûlée von Łódź", "lodz"),
        ("ｆｕｌｌ ｗｉｄｔｈ", "width"),
        ("ΟΔΟΣ and ὁδός", "οδοσ"),
        ("हिन्दी में लिखा", "हिन्दी"),
        ("e\u{301}tude in files of a Mac", "étude"),
        ("İstanbul'da", "istanbul"),
        ("猫が好き", "猫"),
        ("私は猫", "猫"),
    ] {
        assert!(finds_both(text, word), "{word} in {text}");
    }
}

#[test]
fn what_is_not_there_is_not_found() {
    for (text, word) in [
        ("see getUserById for it", "serby x"),
        ("see by the id for it", "getById"),
        ("空引用悬", "悬空"),
        ("ab空悬 空引", "悬空引"),
        ("alphabet", "alpha x"),
        ("plain words", ""),
        ("plain words", "\u{E000}r1"),
        ("がき", "かき"),
    ] {
        assert!(!finds(text, word), "{word} in {text}");
    }
}

#[test]
fn the_last_word_may_be_a_beginning() {
    assert!(finds("the alphabet", "the alph"));
    assert!(!finds("the alphabet", "alph the"));
    assert!(finds("call getUserById", "call userB") && finds("call getUserById", "userby"));
}

#[test]
fn a_hash_is_found_whole_and_by_its_beginning_alone() {
    let hash = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08";
    assert_eq!(terms_of(hash), [hash]);
    assert!(finds_both(hash, hash) && finds(hash, "9f86d081"));
    let long = "a".repeat(500);
    assert!(finds(&long, &long) && terms_of(&long)[0].len() == 64);
}

#[test]
fn the_stretch_shows_the_words_as_they_were_written() {
    let shown = |text, query| found_in(text, &Query::new(query, 16));
    assert_eq!(
        shown("Die Straße und getUserById.", "strasse byid").as_deref(),
        Some("Die ⟦Straße⟧ und getUser⟦ById⟧.")
    );
    assert_eq!(
        shown("三条悬空引用", "悬空").as_deref(),
        Some("三条⟦悬空⟧引用")
    );
    let long = format!("{} needle {}", "hay ".repeat(60), "straw ".repeat(60));
    let shown = shown(&long, "needle").unwrap();
    assert!(shown.starts_with("…hay") && shown.ends_with("straw…"));
    assert!(shown.contains(" ⟦needle⟧ ") && shown.split_whitespace().count() <= 25);
}

#[test]
fn any_of_the_words_may_be_asked_for() {
    let mut asked = Vec::new();
    loosely("猫 悬空引 ById", |term, beginning| {
        asked.push((term.to_owned(), beginning))
    });
    let asked: Vec<(&str, bool)> = asked.iter().map(|(t, b)| (&t[..], *b)).collect();
    assert_eq!(
        asked,
        [
            ("猫", true),
            ("悬空", false),
            ("空引", false),
            ("byid", false),
            ("by", false),
            ("id", false)
        ]
    );
}

#[test]
fn every_letter_finds_itself() {
    // Of the thousands of Chinese and Korean ones some stand for all.
    let all = (0..0x3400)
        .chain((0x3400..0xF900).step_by(97))
        .chain(0xF900..0x2_0000);
    for c in all
        .filter_map(char::from_u32)
        .filter(|c| c.is_alphanumeric())
    {
        let text = format!("x {c}a{c} y");
        for term in terms_of(&text) {
            assert!(finds(&text, &term), "{term:?} of {:x}", u32::from(c));
        }
    }
}

proptest! {
    #[test]
    fn every_term_of_a_text_finds_it(text in "(\\PC|[a-zA-Z0-9_ -]|[ก-๛]|[ぁ-ヿ]|[가-힣ᄀ-ᇿ]|[\u{300}-\u{36f}]|[一-龥]|[ａ-ｚ]){0,60}") {
        for term in terms_of(&text) {
            prop_assert!(finds(&text, &term), "{term:?}");
        }
    }

    #[test]
    fn no_text_and_no_query_is_wrong(text in any::<String>(), query in any::<String>()) {
        let query = Query::new(&query, 16);
        if let Some(shown) = found_in(&text, &query) {
            let plain = shown.replace(['⟦', '⟧', '…'], "");
            prop_assert!(text.replace(['⟦', '⟧', '…'], "").contains(&plain));
        }
    }

    #[test]
    fn a_text_is_found_by_each_of_its_words(words in prop::collection::vec("[a-zA-Z0-9]{1,9}|[一-龥]{1,5}|[а-яё]{2,6}", 1..9)) {
        let text = words.join(" ");
        for word in &words {
            prop_assert!(finds(&text, word) && finds(&text, &format!("{word} {}", words[0])), "{word}");
        }
    }

    #[test]
    fn what_an_index_holds_grows_with_the_text_alone(text in "[a-zA-Z0-9]{0,400}") {
        let bytes: usize = terms_of(&text).iter().map(String::len).sum();
        prop_assert!(bytes <= 64 * (text.len() + 1));
    }
}
