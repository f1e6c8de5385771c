//! Mails as strangers write them.

use proptest::prelude::*;

use super::*;

fn read(text: &str) -> Letter {
    Letter::read(text.replace('\n', "\r\n").as_bytes(), true)
}

const HEAD: &str = "From: Ana <Ana@Example.org>\nTo: bot@example.org\nMessage-ID: <1@example.org>\nSubject: Hello\n";

#[test]
fn a_mail_is_its_words() {
    let letter = read(&format!(
        "{HEAD}In-Reply-To: <b@x>\nReferences: <a@x> <b@x>\nContent-Type: text/plain; charset=iso-8859-1\n\
         Content-Transfer-Encoding: quoted-printable\n\nGr=FC=DFe\n\nOn 1 Dec, Mesh wrote:\n> Hi\n"
    ));
    assert_eq!(
        (
            letter.id.as_str(),
            letter.from.as_str(),
            letter.name.as_str()
        ),
        ("1@example.org", "ana@example.org", "Ana")
    );
    assert_eq!(
        (letter.text.as_str(), letter.subject.as_str()),
        ("Grüße", "Hello")
    );
    assert_eq!(letter.before, ["b@x", "a@x"]);
    assert_eq!(letter.to, ["bot@example.org"]);
    assert_eq!((letter.wrote, letter.left), (Wrote::Person, 0));
}

#[test]
fn html_is_text_and_nothing_else() {
    let letter = read(&format!(
        "{HEAD}Content-Type: text/html; charset=utf-8\n\n<head><title>no</title><style>p {{}}</style></head>\
         <p>Yes &amp; <b>no</b> &lt;b&gt;<br>two<script>alert(1)</script><img src=http://track.example/x>\
         <blockquote>you wrote this</blockquote>"
    ));
    assert_eq!(letter.text, "Yes & no <b>\ntwo");
    let deep = format!(
        "{HEAD}Content-Type: text/html\n\n{}x",
        "<div><table><tr><td>".repeat(3000)
    );
    let deep = read(&deep);
    assert!(deep.text.contains('x') || deep.text.contains("cannot be read"));
}

#[test]
fn names_of_files_are_names() {
    for (name, is) in [
        ("../../etc/passwd", "passwd"),
        ("C:\\Windows\\con.txt", "con.txt"),
        (".bashrc", "bashrc"),
        ("invoice\u{202e}fdp.exe", "invoice_fdp.exe"),
        ("a b\r\nc.txt", "a_b__c.txt"),
        ("", "file"),
        ("...", "file"),
        ("plan.pdf", "plan.pdf"),
    ] {
        assert_eq!(file_name(name), is, "{name:?}");
    }
    let long = file_name(&format!("{}.pdf", "x".repeat(300)));
    assert!(long.len() == NAME_CHARS_MAX && long.ends_with(".pdf"));
}

#[test]
fn files_come_along_and_a_mail_in_a_mail_is_one() {
    let letter = read(&format!(
        "{HEAD}Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: text/plain\n\nlook\n--b\n\
         Content-Type: application/pdf; name=\"../plan.pdf\"\nContent-Disposition: attachment\n\
         Content-Transfer-Encoding: base64\n\nJVBERg==\n--b--\n"
    ));
    assert_eq!(letter.text, "look");
    assert_eq!(letter.files.len(), 1);
    assert_eq!(letter.files[0].name, "plan.pdf");
    assert_eq!(letter.files[0].bytes, b"%PDF");
    assert!(!letter.passed_on);
    let letter = read(&format!(
        "{HEAD}Content-Type: multipart/mixed; boundary=b\n\n--b\n\napprove\n--b\nContent-Type: message/rfc822\n\n\
         From: eve@x.org\nSubject: do\n\nbody\n--b--\n"
    ));
    assert!(letter.passed_on);
}

#[test]
fn who_sent_it_is_one_or_nobody() {
    for from in [
        "From: a@x.org, b@x.org",
        "From: a@x.org\nFrom: b@x.org",
        "From: Nobody",
        "From: <>",
        "X-From: a@x.org",
    ] {
        assert_eq!(read(&format!("{from}\n\nhi")).from, "", "{from}");
    }
    assert_eq!(read("From: \"b@x.org\" <a@x.org>\n\nhi").from, "a@x.org");
}

#[test]
fn programs_are_known_by_what_they_say() {
    for sign in [
        "Auto-Submitted: auto-replied",
        "Auto-Submitted: Auto-Generated; type=x",
        "X-Mesh-Loop: 1",
        "x-autoreply: yes",
        "Precedence: auto_reply",
        "Return-Path: <>",
        "Content-Type: multipart/report; report-type=disposition-notification; boundary=b",
    ] {
        assert_eq!(
            read(&format!("{sign}\n{HEAD}\nhi")).wrote,
            Wrote::Program,
            "{sign}"
        );
    }
    assert_eq!(
        read("From: MAILER-DAEMON@x.org\n\nhi").wrote,
        Wrote::Program
    );
    for sign in [
        "Auto-Submitted: no",
        "Precedence: first-class",
        "Return-Path: <a@x.org>",
    ] {
        assert_eq!(
            read(&format!("{sign}\n{HEAD}\nhi")).wrote,
            Wrote::Person,
            "{sign}"
        );
    }
    let list = read(&format!(
        "List-Post: <mailto:Team@lists.example.org>\nPrecedence: list\n{HEAD}\nhi"
    ));
    assert!(list.bulk && list.lists.contains(&"team@lists.example.org".to_owned()));
}

#[test]
fn a_mail_that_came_back_says_which_and_why() {
    let letter = read(
        "Return-Path: <>\nFrom: Mail Delivery <MAILER-DAEMON@x.org>\nContent-Type: multipart/report; \
         report-type=delivery-status; boundary=b\n\n--b\n\nSorry.\n--b\nContent-Type: message/delivery-status\n\n\
         Final-Recipient: rfc822; ana@x.org\nStatus: 5.1.1\nDiagnostic-Code: smtp; 550 no such user\n\n--b\n\
         Content-Type: text/rfc822-headers\n\nMessage-ID: <mesh-t12@x.org>\n--b--\n",
    );
    let Wrote::Server { of, why } = letter.wrote else {
        panic!("{:?}", letter.wrote);
    };
    assert_eq!(of, ["mesh-t12@x.org"]);
    assert_eq!(why, "rfc822; ana@x.org 5.1.1 smtp; 550 no such user");
}

proptest! {
    #[test]
    fn whatever_comes_is_read(
        bytes in prop::collection::vec(any::<u8>(), 0..2000),
        parts in prop::collection::vec(
            prop::sample::select(vec![
                "From: a@b\r\n", "Content-Type: multipart/mixed; boundary=b\r\n", "\r\n", "--b\r\n", "--b--\r\n",
                "Content-Type: text/html\r\n", "<div>", "</td>", "<!--", "&#x;", "=?utf-8?b?", "?=", "Content-Type: message/rfc822\r\n",
                "Content-Transfer-Encoding: base64\r\n", "References: <a@b", ">", "\u{e4}", "Content-Disposition: attachment; filename*0=\"",
                "Message-ID: <x>\r\n", "References: ",
            ]), 0..60),
        whole in any::<bool>(),
    ) {
        let mut mail = parts.concat().into_bytes();
        mail.extend(&bytes);
        for mail in [&mail, &bytes] {
            let letter = Letter::read(mail, whole);
            prop_assert!(!letter.id.is_empty() && letter.id.len() <= ID_BYTES_MAX);
            prop_assert!(letter.text.len() <= TEXT_BYTES_MAX);
            prop_assert!(!letter.subject.contains(['\r', '\n']));
            prop_assert!(letter.before.len() <= BEFORE_MAX);
            for file in &letter.files {
                let plain = |c: char| c.is_ascii_alphanumeric() || ".-_".contains(c);
                prop_assert!(file.name.chars().all(plain) && !file.name.starts_with('.'));
            }
        }
    }
}
