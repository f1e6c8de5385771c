//! What is understood in German. The first phrase of each is the one that is named when it may have been meant.

use super::Want;

pub(super) const PHRASES: &[(Want, &[&str])] = &[
    (
        Want::Status,
        &[
            "wie steht es",
            "wie ist der status|stand",
            "wie stehts",
            "was ist los",
            "wie lauft es",
            "wer ist da|online",
        ],
    ),
    (
        Want::Running,
        &[
            "was lauft [gerade]",
            "aufgaben",
            "welche aufgaben laufen [gerade]",
            "was machen|tun die agenten [gerade]",
            "woran wird [gerade] gearbeitet",
            "wer arbeitet [gerade] [woran]",
        ],
    ),
    (
        Want::Waiting,
        &[
            "was wartet [auf mich]",
            "wartet etwas|was [auf mich]",
            "was muss ich tun|entscheiden|beantworten",
            "braucht ihr mich",
            "braucht mich jemand",
            "was ist blockiert",
        ],
    ),
    (
        Want::Pending,
        &[
            "welche freigaben sind offen",
            "welche freigaben warten",
            "was ist freizugeben",
            "offene freigaben",
            "was muss ich freigeben",
        ],
    ),
    (
        Want::Costs,
        &[
            "wie viel haben wir heute ausgegeben",
            "kosten",
            "wie viel habe ich heute ausgegeben",
            "was haben wir heute ausgegeben",
            "was hat [das|es] heute gekostet",
            "was hat der tag gekostet",
            "wie viel hat [das|es] heute gekostet",
        ],
    ),
    (
        Want::Finished,
        &[
            "was ist fertig [geworden]",
            "zusammenfassung",
            "was wurde [heute] erledigt|geschafft|fertig",
        ],
    ),
    (
        Want::MostFailing,
        &[
            "welcher agent scheitert am haufigsten|meisten",
            "wer scheitert am haufigsten|meisten",
        ],
    ),
    (
        Want::DoneToday,
        &["wie viele aufgaben hat {agent} heute erledigt|geschafft|gemacht"],
    ),
    (
        Want::DoneWeek,
        &["wie viele aufgaben hat {agent} [diese] [woche] erledigt|geschafft|gemacht"],
    ),
    (
        Want::DoneMonth,
        &["wie viele aufgaben hat {agent} diesen monat erledigt|geschafft|gemacht"],
    ),
    (
        Want::Pause,
        &[
            "pausiere {agent}",
            "{agent} pausieren|anhalten",
            "halte|halt {agent} an",
            "lass {agent} pausieren|ruhen",
            "gib {agent} keine arbeit [mehr]",
        ],
    ),
    (
        Want::Drain,
        &["nimm {agent} offline", "{agent} offline nehmen"],
    ),
    (
        Want::Resume,
        &[
            "setze {agent} fort",
            "{agent} fortsetzen",
            "lass {agent} weiterarbeiten",
            "lass {agent} wieder arbeiten",
            "gib {agent} wieder arbeit",
            "bring {agent} zuruck",
        ],
    ),
    (
        Want::StopAll,
        &[
            "halte|halt alles|alle an",
            "alles anhalten|stoppen|pausieren",
            "alle [agenten] anhalten|stoppen|pausieren",
            "pausiere alles|alle [agenten]",
            "stopp|stoppe alles|alle",
            "stoppe die verteilung",
            "stoppe alle agenten",
        ],
    ),
    (
        Want::ResumeAll,
        &[
            "setze alles fort",
            "alles fortsetzen",
            "alle [agenten] fortsetzen",
            "verteilung fortsetzen",
            "lass alle weiterarbeiten",
        ],
    ),
    (
        Want::Approve,
        &[
            "genehmige [das|es]",
            "genehmigen",
            "freigeben",
            "gib [das|es] frei",
            "genehmige [die] anfrage|frage von {agent}",
            "gib [die] anfrage|frage von {agent} frei",
            "genehmige {agent}",
        ],
    ),
    (
        Want::Reject,
        &[
            "lehne [das|es] ab",
            "ablehnen",
            "lehne [die] anfrage|frage von {agent} ab",
            "lehne {agent} ab",
        ],
    ),
    (
        Want::Cancel,
        &[
            "brich [die] aufgabe von {agent} ab",
            "[die] aufgabe von {agent} abbrechen",
            "brich ab was {agent} macht|tut",
            "brich die [laufende] aufgabe ab",
            "{agent} aufgabe abbrechen",
        ],
    ),
    (
        Want::Task,
        &[
            "sag|sage {agent} [dass] {text}",
            "bitte {agent} [darum] {text}",
            "lass|lasse {agent} {text}",
            "{agent} soll|muss {text}",
            "gib {agent} die aufgabe {text}",
            "frag|frage {agent} {text}",
        ],
    ),
    (
        Want::AnyTask,
        &[
            "jemand soll|muss {text}",
            "lass jemanden {text}",
            "bitte jemanden [darum] {text}",
        ],
    ),
];
