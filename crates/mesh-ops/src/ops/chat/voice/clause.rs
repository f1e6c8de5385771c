//! What a deed does, as part of a sentence: after "say yes, and" and after "done:". Pure.

use mesh_model::api::VoiceLocale::{self, De, En, Es};

use super::phrases::Want;
use super::say;

/// Work for everybody, or for nobody.
pub(super) fn dispatch(locale: VoiceLocale, on: bool) -> String {
    if on {
        return say::of(
            locale,
            "work is given out again",
            "es wird wieder Arbeit vergeben",
            "se vuelve a repartir trabajo",
        );
    }
    say::of(
        locale,
        "nobody gets new work, and what is under way goes on",
        "niemand bekommt neue Arbeit, und was läuft, läuft weiter",
        "nadie recibe trabajo nuevo, y lo que está en marcha sigue",
    )
}

/// A worker's work.
pub(super) fn mode(locale: VoiceLocale, want: Want, who: &str) -> String {
    match (want, locale) {
        (Want::Pause, En) => format!("{who} gets no more work and finishes what it has"),
        (Want::Pause, De) => format!("{who} bekommt keine Arbeit mehr und macht fertig, was läuft"),
        (Want::Pause, Es) => format!("{who} no recibe más trabajo y termina lo que tiene"),
        (Want::Drain, En) => format!("{who} gets no more work and hands on what it has"),
        (Want::Drain, De) => format!("{who} bekommt keine Arbeit mehr und gibt ab, was läuft"),
        (Want::Drain, Es) => format!("{who} no recibe más trabajo y cede lo que tiene"),
        (_, En) => format!("{who} gets work again"),
        (_, De) => format!("{who} bekommt wieder Arbeit"),
        (_, Es) => format!("{who} vuelve a recibir trabajo"),
    }
}

/// A task for somebody.
pub(super) fn task(locale: VoiceLocale, who: &str, text: &str) -> String {
    match locale {
        En => format!("{who} gets the task: {text}"),
        De => format!("{who} bekommt die Aufgabe: {text}"),
        Es => format!("{who} recibe la tarea: {text}"),
    }
}

/// A task for whoever fits, or a goal.
pub(super) fn open(locale: VoiceLocale, want: Want, text: &str) -> String {
    match (want, locale) {
        (Want::Auto, En) => format!("an agent takes this goal apart into tasks: {text}"),
        (Want::Auto, De) => format!("ein Agent zerlegt dieses Ziel in Aufgaben: {text}"),
        (Want::Auto, Es) => format!("un agente divide este objetivo en tareas: {text}"),
        (_, En) => format!("whoever fits best gets the task: {text}"),
        (_, De) => format!("wer am besten passt, bekommt die Aufgabe: {text}"),
        (_, Es) => format!("quien mejor encaje recibe la tarea: {text}"),
    }
}

/// A task from a template.
pub(super) fn template(locale: VoiceLocale, name: &str, values: &[(String, String)]) -> String {
    let values: Vec<String> = values
        .iter()
        .map(|(blank, value)| format!("{blank} {value}"))
        .collect();
    let values = values.join(", ");
    match (locale, values.is_empty()) {
        (En, true) => format!("{name} starts"),
        (De, true) => format!("{name} beginnt"),
        (Es, true) => format!("{name} empieza"),
        (En, false) => format!("{name} starts with {values}"),
        (De, false) => format!("{name} beginnt mit {values}"),
        (Es, false) => format!("{name} empieza con {values}"),
    }
}

/// The end of a task.
pub(super) fn cancel(locale: VoiceLocale, title: &str) -> String {
    match locale {
        En => format!("this task is cancelled: {title}"),
        De => format!("diese Aufgabe wird abgebrochen: {title}"),
        Es => format!("se cancela esta tarea: {title}"),
    }
}

/// An answer to somebody who asks.
pub(super) fn decide(locale: VoiceLocale, approve: bool, who: &str, question: &str) -> String {
    match (approve, locale) {
        (true, En) => format!("this is approved for {who}: {question}"),
        (true, De) => format!("für {who} wird genehmigt: {question}"),
        (true, Es) => format!("se aprueba para {who}: {question}"),
        (false, En) => format!("this is refused to {who}: {question}"),
        (false, De) => format!("für {who} wird abgelehnt: {question}"),
        (false, Es) => format!("se rechaza para {who}: {question}"),
    }
}
