//! The sentences that are answered, in three languages. Pure.

use mesh_model::Told;
use mesh_model::api::VoiceLocale::{self, De, En, Es};

/// Characters of what is spoken: what is longer nobody listens to. What needs a yes and does not fit is not offered by voice.
pub(crate) const SPOKEN_CHARS_MAX: usize = 200;
/// Characters of a title among others.
const TITLE_CHARS_MAX: usize = 60;

/// One of three sentences.
pub(crate) fn of(locale: VoiceLocale, en: &str, de: &str, es: &str) -> String {
    let sentence = match locale {
        En => en,
        De => de,
        Es => es,
    };
    sentence.to_owned()
}

/// A number with its noun: `(one, many)` in each language.
pub(crate) fn count(
    locale: VoiceLocale,
    number: u64,
    en: (&str, &str),
    de: (&str, &str),
    es: (&str, &str),
) -> String {
    let (one, many) = match locale {
        En => en,
        De => de,
        Es => es,
    };
    format!("{number} {}", if number == 1 { one } else { many })
}

/// Words that can be spoken: on one line, without markup and what is not seen; shortened if they are longer.
pub(crate) fn plain(text: &str, most: usize) -> String {
    let shown = text.chars().map(|c| if is_markup(c) { ' ' } else { c });
    let shown: String = shown.filter(|c| !is_hidden(*c)).collect();
    let words: Vec<&str> = shown.split_whitespace().collect();
    let line = words.join(" ");
    match line.char_indices().nth(most) {
        None => line,
        Some(_) => {
            let head: String = line.chars().take(most.saturating_sub(1)).collect();
            format!("{}…", head.trim_end())
        }
    }
}

fn is_markup(c: char) -> bool {
    c.is_control()
        || matches!(
            c,
            '*' | '_' | '`' | '#' | '<' | '>' | '[' | ']' | '|' | '~' | '\\' | '{' | '}'
        )
}

fn is_hidden(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{e0000}'..='\u{e0fff}')
}

/// The words if all of them can be heard: nothing in them is left out, and no sign is one that is read in several ways.
pub(crate) fn whole(text: &str) -> Option<String> {
    let heard =
        |c: char| c.is_alphanumeric() || c.is_whitespace() || ".,:;?!'’-/()\"%+@&¿¡".contains(c);
    let plain = plain(text, SPOKEN_CHARS_MAX);
    let fits = text.chars().count() <= SPOKEN_CHARS_MAX;
    (fits && !text.trim().is_empty() && text.chars().all(heard)).then_some(plain)
}

/// A sentence as it leaves.
pub(crate) fn sentence(text: &str) -> String {
    plain(text, SPOKEN_CHARS_MAX)
}

/// A title among others.
pub(crate) fn title(locale: VoiceLocale, title: Option<&Told>) -> String {
    match title {
        Some(title) if title.is_enveloped() => of(
            locale,
            "something in a stranger's words",
            "etwas in fremden Worten",
            "algo en palabras de un extraño",
        ),
        Some(title) if !plain(title, 1).is_empty() => plain(title, TITLE_CHARS_MAX),
        Some(_) => of(
            locale,
            "something without a title",
            "etwas ohne Titel",
            "algo sin título",
        ),
        None => of(
            locale,
            "something erased",
            "etwas Gelöschtes",
            "algo borrado",
        ),
    }
}

/// As many of these as fit behind a beginning.
pub(crate) fn list(locale: VoiceLocale, head: &str, items: &[String]) -> String {
    let more = |left: usize| match locale {
        En => format!(", and {left} more"),
        De => format!(", und {left} weitere"),
        Es => format!(", y {left} más"),
    };
    let mut said = head.to_owned();
    for (at, item) in items.iter().enumerate() {
        let next = format!("{said}{}{item}", if at == 0 { ": " } else { ", " });
        let tail = more(items.len() - at - 1);
        if next.chars().count() + tail.chars().count() >= SPOKEN_CHARS_MAX {
            return format!(
                "{said}{}.",
                if at == 0 {
                    String::new()
                } else {
                    more(items.len() - at)
                }
            );
        }
        said = next;
    }
    format!("{said}.")
}

/// Names and phrases with an "or" before the last.
fn either(locale: VoiceLocale, items: &[String]) -> String {
    let or = match locale {
        En => "or",
        De => "oder",
        Es => "o",
    };
    match items {
        [] => String::new(),
        [one] => one.clone(),
        [all @ .., last] => format!("{} {or} {last}", all.join(", ")),
    }
}

/// It was not understood.
pub(crate) fn unclear(locale: VoiceLocale, candidates: &[String]) -> String {
    if candidates.is_empty() {
        return of(
            locale,
            "I did not understand that; ask for example: what is running?",
            "Das habe ich nicht verstanden; frag zum Beispiel: was läuft?",
            "No he entendido; pregunta por ejemplo: ¿qué está en marcha?",
        );
    }
    let shown: Vec<String> = candidates.iter().map(|one| plain(one, 50)).collect();
    let meant = either(locale, &shown);
    match locale {
        En => format!("I am not sure; did you mean {meant}?"),
        De => format!("Ich bin nicht sicher; meintest du {meant}?"),
        Es => format!("No estoy seguro; ¿querías decir {meant}?"),
    }
}

/// A template lacks something.
pub(crate) fn missing(locale: VoiceLocale, name: &str, blanks: &[String]) -> String {
    if blanks.is_empty() {
        return match locale {
            En => format!(
                "{name} takes nothing more than its name; say it once more without the rest."
            ),
            De => format!(
                "{name} nimmt nichts weiter als seinen Namen; sag es noch einmal ohne den Rest."
            ),
            Es => format!("{name} no admite nada más que su nombre; dilo otra vez sin el resto."),
        };
    }
    let blanks = blanks.join(", ");
    match locale {
        En => format!("For {name} I need: {blanks}; say the name and then what it is."),
        De => format!("Für {name} brauche ich: {blanks}; sag den Namen und dann den Wert."),
        Es => format!("Para {name} necesito: {blanks}; di el nombre y después el valor."),
    }
}

/// In which room?
pub(crate) fn which_room(locale: VoiceLocale, rooms: &[String]) -> String {
    let rooms = either(locale, rooms);
    match (locale, rooms.is_empty()) {
        (En, true) => "I know of no room for that; name one with the request.".to_owned(),
        (De, true) => "Ich kenne keinen Raum dafür; nenne einen mit der Anfrage.".to_owned(),
        (Es, true) => "No conozco ninguna sala para eso; indica una con la petición.".to_owned(),
        (En, false) => format!("In which room: {rooms}?"),
        (De, false) => format!("In welchem Raum: {rooms}?"),
        (Es, false) => format!("¿En qué sala: {rooms}?"),
    }
}

/// Nothing is taken away by voice.
pub(crate) fn no_removing(locale: VoiceLocale) -> String {
    of(
        locale,
        "By voice nothing is removed; do that on the page.",
        "Per Sprache wird nichts entfernt; das geht auf der Seite.",
        "Por voz no se elimina nada; hazlo en la página.",
    )
}

/// It is typed and not spoken.
pub(crate) fn typed(locale: VoiceLocale) -> String {
    of(
        locale,
        "That is a command to be typed, in the room or with mesh do.",
        "Das ist ein Befehl zum Tippen, im Raum oder mit mesh do.",
        "Eso es una orden para escribir, en la sala o con mesh do.",
    )
}

/// What a yes would do cannot be said whole.
pub(crate) fn too_long(locale: VoiceLocale) -> String {
    of(
        locale,
        "What that would do cannot be said whole; please look at it on the page.",
        "Was das täte, lässt sich nicht ganz vorlesen; bitte sieh es auf der Seite an.",
        "Lo que eso haría no se puede decir entero; míralo en la página, por favor.",
    )
}

/// The full stop, unless words of somebody's own have one.
fn stop(clause: &str) -> &'static str {
    if clause.ends_with(['.', '!', '?', '…']) {
        ""
    } else {
        "."
    }
}

/// What a yes would do.
pub(crate) fn would(locale: VoiceLocale, clause: &str) -> String {
    let stop = stop(clause);
    match locale {
        En => format!("Say yes, and {clause}{stop}"),
        De => format!("Sag ja, und {clause}{stop}"),
        Es => format!("Di que sí, y {clause}{stop}"),
    }
}

/// It is done.
pub(crate) fn done(locale: VoiceLocale, clause: &str) -> String {
    let stop = stop(clause);
    match locale {
        En => format!("Done: {clause}{stop}"),
        De => format!("Erledigt: {clause}{stop}"),
        Es => format!("Hecho: {clause}{stop}"),
    }
}

/// The yes did not come in time, or for the second time.
pub(crate) fn late(locale: VoiceLocale) -> String {
    of(
        locale,
        "That yes came too late or for the second time; say again what you want.",
        "Das Ja kam zu spät oder zum zweiten Mal; sag noch einmal, was du willst.",
        "Ese sí llegó tarde o por segunda vez; di otra vez lo que quieres.",
    )
}

/// It was no yes.
pub(crate) fn declined(locale: VoiceLocale) -> String {
    of(
        locale,
        "Then nothing is done.",
        "Dann geschieht nichts.",
        "Entonces no se hace nada.",
    )
}

/// Millionths as a sum with two places.
pub(crate) fn money(locale: VoiceLocale, micros: u64) -> String {
    if micros > 0 && micros < 10_000 {
        return of(
            locale,
            "less than 0.01",
            "weniger als 0,01",
            "menos de 0,01",
        );
    }
    let cents = micros / 10_000;
    let point = if locale == En { '.' } else { ',' };
    format!("{}{point}{:02}", cents / 100, cents % 100)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_spoken_has_no_markup_and_an_end() {
        assert_eq!(plain("a *b*\n[c](d) `e`\u{200b}f", 80), "a b c (d) e f");
        assert_eq!(plain(&"x".repeat(9), 4), "xxx…");
        let long = vec!["y".repeat(50); 9];
        let said = list(En, "9 tasks run", &long);
        assert!(said.chars().count() <= SPOKEN_CHARS_MAX, "{said}");
        assert!(said.ends_with("more."), "{said}");
        assert_eq!(list(De, "Nichts", &[]), "Nichts.");
    }

    #[test]
    fn only_what_can_be_heard_whole_is_whole() {
        assert_eq!(
            whole("May I push to main?").as_deref(),
            Some("May I push to main?")
        );
        for text in [
            "rm *",
            "echo `x`",
            "a\u{200b}b",
            "a > b",
            "",
            "  ",
            "$HOME",
            "a;b\u{0}",
        ] {
            assert_eq!(whole(text), None, "{text}");
        }
        assert!(whole(&"x".repeat(SPOKEN_CHARS_MAX)).is_some());
        assert_eq!(whole(&"x".repeat(SPOKEN_CHARS_MAX + 1)), None);
    }

    #[test]
    fn sums_have_two_places() {
        assert_eq!(money(En, 1_234_567), "1.23");
        assert_eq!(money(De, 20_000_000), "20,00");
        assert_eq!(money(En, 5), "less than 0.01");
        assert_eq!(money(En, 0), "0.00");
    }
}
