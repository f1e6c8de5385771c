//! The list of nouns: what each has of API types (`api`), operations (`ops`), commands
//! (`command`) and events (`events`), in a folder of its own. A new noun is a line here and its
//! `mod` in `lib.rs`.

/// Calls `callback! { noun: part part …; … }` with every noun. The order is that of the reference.
macro_rules! nouns {
    ($callback:ident) => {
        $callback! {
            mesh: api ops events;
            log: api ops;
            login: api ops;
            user: api ops events;
            credential: api ops events;
            invite: api ops events;
            participant: api ops events;
            presence: api ops;
            session: api ops events;
            group: api ops events;
            room: api ops events;
            message: api ops events;
            inbox: api ops;
            event_type: api ops events;
            policy: api ops events;
            quarantine: api ops events;
            guard: api ops events;
            identity: api ops events;
            secret: api ops events;
            task: api ops events;
            worker: api ops events;
            dispatch: ops events;
            budget: api ops events;
            approval: api ops events;
            template: api ops events;
            context: api ops events;
            memory: api ops events;
            tool: api ops events;
            chat: api ops;
        }
    };
}
pub(crate) use nouns;
