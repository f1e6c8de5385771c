//! What is understood in Spanish. The first phrase of each is the one that is named when it may have been meant.

use super::Want;

pub(super) const PHRASES: &[(Want, &[&str])] = &[
    (
        Want::Status,
        &[
            "como va [todo|eso]",
            "estado",
            "cual es el estado",
            "que pasa",
            "como estamos",
            "quien esta [aqui|ahi|conectado]",
        ],
    ),
    (
        Want::Running,
        &[
            "que esta en marcha|curso",
            "tareas",
            "que esta corriendo|funcionando",
            "que se esta haciendo|ejecutando",
            "que tareas estan en marcha|curso",
            "que hacen los agentes",
            "que estan haciendo los agentes",
        ],
    ),
    (
        Want::Waiting,
        &[
            "que me espera",
            "que espera por mi",
            "que esta esperando [por] [mi]",
            "hay algo [esperando] para mi",
            "que tengo que hacer|decidir|responder",
            "que esta bloqueado",
        ],
    ),
    (
        Want::Pending,
        &[
            "que aprobaciones hay|faltan",
            "aprobaciones pendientes",
            "que hay que aprobar",
            "que tengo que aprobar",
        ],
    ),
    (
        Want::Costs,
        &[
            "cuanto hemos gastado hoy",
            "costes|costos|gastos",
            "cuanto gastamos hoy",
            "cuanto he gastado hoy",
            "cuanto ha costado hoy",
            "que hemos gastado hoy",
        ],
    ),
    (
        Want::Finished,
        &[
            "que esta hecho|listo|terminado",
            "resumen",
            "que se ha hecho|terminado [hoy]",
        ],
    ),
    (
        Want::MostFailing,
        &["que agente falla mas", "quien falla mas"],
    ),
    (
        Want::DoneToday,
        &["cuantas tareas ha hecho|terminado {agent} hoy"],
    ),
    (
        Want::DoneWeek,
        &["cuantas tareas ha hecho|terminado {agent} [esta] [semana]"],
    ),
    (
        Want::DoneMonth,
        &["cuantas tareas ha hecho|terminado {agent} este mes"],
    ),
    (
        Want::Pause,
        &[
            "pausa [a] {agent}",
            "pon [a] {agent} en pausa",
            "no des mas trabajo a {agent}",
        ],
    ),
    (
        Want::Drain,
        &["desconecta [a] {agent}", "pon [a] {agent} fuera de linea"],
    ),
    (
        Want::Resume,
        &[
            "reanuda [a] {agent}",
            "que {agent} siga [trabajando]",
            "que {agent} vuelva a trabajar",
        ],
    ),
    (
        Want::StopAll,
        &[
            "pausa todo",
            "para|deten todo",
            "para|pausa|deten [a] todos [los] [agentes]",
        ],
    ),
    (
        Want::ResumeAll,
        &[
            "reanuda todo",
            "reanuda [a] todos [los] [agentes]",
            "continua|sigue con todo",
        ],
    ),
    (
        Want::Approve,
        &[
            "aprueba [eso|esto]",
            "apruebalo",
            "aprobar",
            "aprueba [la] solicitud|pregunta de {agent}",
            "aprueba lo de {agent}",
        ],
    ),
    (
        Want::Reject,
        &[
            "rechaza [eso|esto]",
            "rechazalo",
            "rechazar",
            "rechaza [la] solicitud|pregunta de {agent}",
            "rechaza lo de {agent}",
        ],
    ),
    (
        Want::Cancel,
        &[
            "cancela [la] tarea de {agent}",
            "cancela lo que hace {agent}",
            "cancela la tarea",
        ],
    ),
    (
        Want::Task,
        &[
            "dile|di [a] {agent} [que] {text}",
            "pide|pidele [a] {agent} [que] {text}",
            "que {agent} {text}",
            "{agent} debe|tiene que {text}",
        ],
    ),
    (
        Want::AnyTask,
        &["que alguien {text}", "pide a alguien [que] {text}"],
    ),
];
