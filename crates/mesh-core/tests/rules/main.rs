//! The rules, told as small stories in `*.txt`: who does what, and what comes of it.
//!
//! Each story begins on a mesh with its owner, `#general` and `#broadcast`. A line is
//! `ACTOR VERB ARGUMENTS`, where the actor is `owner` (the owner's token), `node`, `invite:NAME`, a
//! user's handle, or another handle, which acts by the credential of the same name (`rex/key` acts
//! by the credential `key`). A line may end in what is expected:
//!
//! ```text
//! -> room.created message.posted     these events, in this order
//! -> -                               it is so already: no event
//! -> ! name_taken                    a refusal with this code
//! -> yes | no | all | …              the answer to a question
//! ```
//!
//! Without an expectation the line must not be refused. At the end of each story the log is
//! encoded, decoded and replayed, and a snapshot is written and read: all three states must be
//! the same.

mod governance;
mod script;
mod world;

macro_rules! stories {
    ($($name:ident)*) => {$(
        #[test]
        fn $name() {
            script::run(include_str!(concat!(stringify!($name), ".txt")));
        }
    )*};
}

stories! {
    credentials
    event_types
    execution
    groups
    guard
    identity
    invites
    labels
    mesh
    messages
    moderation
    participants
    permissions
    policy
    rooms
    sessions
    users
    visibility
}

/// A snapshot of another shape must have another fingerprint. If this fails because a stored type
/// changed, raise `FINGERPRINT` and accept the new file beside the old one's removal.
#[test]
fn the_shape_of_snapshots_goes_with_the_fingerprint() {
    let world = script::world_after(
        r#"owner agent rex
         owner user ana viewer
         owner group devs
         owner room dev private with=rex key=1
         owner let dev rex speak,listen
         rex direct rex+owner
         rex open s1
         owner invite code room=general expires=5000
         invite:code redeem code tom
         owner type build
         owner post general as=m key=2
         owner delete m
         owner register cub
         owner disable cub
         owner revoke tom
         owner policy dev {"rules":[{"name":"quiet","effect":"deny","to":{"groups":["devs"]},"capabilities":["speak"],"when":{"hours":[{"from":"22:00","to":"06:00"}]}}],"limits":[{"name":"pace","rate":{"count":3,"seconds":60}}],"execution":{"peers":["rex"]},"data":{"leave":{"rooms":["general"]}}}
         owner post dev
         owner mute dev rex 5000
         owner slow dev 5
         owner addkey owner 9
         owner agent guest
         owner trust guest untrusted
         owner add dev guest
         guest post dev score=90
         owner secret searx
         owner limits 7"#,
    );
    let name = mesh_core::FINGERPRINT.replace('/', "-");
    insta::assert_json_snapshot!(name, world.state);
}
