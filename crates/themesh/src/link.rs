//! Links that people open elsewhere: whole addresses, and pictures of them for the camera of a phone.

use qrcode::QrCode;
use qrcode::render::unicode::Dense1x2;

use crate::failure::{Failure, Outcome};
use crate::output::{Colour, line, paint};

/// The address that leads to a path of the node.
pub fn whole(url: &str, path: &str) -> String {
    format!("{}{path}", url.trim_end_matches('/'))
}

/// Draws the link, and says so if whoever looks at it from elsewhere cannot follow it.
pub fn draw(url: &str, link: &str) -> Outcome<()> {
    line(&drawn(link)?);
    if here_only(url) {
        line(&paint(
            Colour::Warning,
            "That address is this machine's own, and a phone does not reach it: name the node's with --at.",
        ));
    }
    Ok(())
}

/// Two rows of squares a line, with the quiet zone that cameras look for, dark on light on any terminal.
fn drawn(link: &str) -> Outcome<String> {
    let code = QrCode::new(link).map_err(|why| {
        Failure::here(
            format!("the link cannot be drawn: {why}; it works as it is printed"),
            "leave out --qr",
        )
    })?;
    // Terminals are mostly dark: what is light in the picture is what the terminal paints.
    Ok(code
        .render::<Dense1x2>()
        .dark_color(Dense1x2::Light)
        .light_color(Dense1x2::Dark)
        .build())
}

/// Whether only this machine reaches the address.
pub fn here_only(url: &str) -> bool {
    ["://127.", "://localhost", "://[::1]"]
        .iter()
        .any(|local| url.contains(local))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_picture_is_square_and_bounded() {
        let picture = drawn("http://127.0.0.1:7770/login?link=abcdefghijklmnopqrstuvwxyz").unwrap();
        let lines: Vec<_> = picture.lines().collect();
        let width = lines[0].chars().count();
        assert!(lines.iter().all(|line| line.chars().count() == width));
        assert_eq!(lines.len(), width.div_ceil(2));
        assert!(width <= 60, "it fits a terminal of 80 columns: {width}");
    }

    #[test]
    fn what_a_phone_does_not_reach_is_known() {
        assert!(here_only("http://127.0.0.1:7770") && here_only("http://[::1]:7770"));
        assert!(!here_only("https://mesh.example.org") && !here_only("http://192.168.1.7:7770"));
    }

    #[test]
    fn an_address_has_one_stroke_before_its_path() {
        assert_eq!(whole("http://a:1/", "/i/x"), "http://a:1/i/x");
    }
}
