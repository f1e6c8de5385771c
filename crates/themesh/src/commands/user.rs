//! Users who sign in with a password.

use clap::Subcommand;
use mesh_model::api::{NoInput, UserCreateInput, UserRefInput, UserUpdateInput};
use mesh_model::ops::{UserCreate, UserDisable, UserList, UserUpdate};

use crate::context::Context;
use crate::failure::Outcome;
use crate::input::{parse, text_or_stdin};
use crate::output::{line, printed_json, table};

/// Create, list and change users who sign in with a password
#[derive(Debug, Subcommand)]
#[command(after_help = "Example: mesh user create ana --role user")]
pub enum UserVerb {
    /// Create a user; the password is read from standard input
    #[command(after_help = "Example: mesh user create ana --role user < password-file")]
    Create {
        /// The handle
        username: String,
        /// admin, user or viewer
        #[arg(long, default_value = "user")]
        role: String,
    },
    /// List users
    #[command(after_help = "Example: mesh user list")]
    List,
    /// Reset a password, read from standard input; signs the user out everywhere
    #[command(after_help = "Example: mesh user password ana < password-file")]
    Password {
        /// The handle
        username: String,
    },
    /// Change a role
    #[command(after_help = "Example: mesh user role ana viewer")]
    Role {
        /// The handle
        username: String,
        /// admin, user or viewer
        role: String,
    },
    /// Disable a user
    #[command(after_help = "Example: mesh user disable ana   (undo: mesh user enable ana)")]
    Disable {
        /// The handle
        username: String,
    },
    /// Enable a user again
    #[command(after_help = "Example: mesh user enable ana")]
    Enable {
        /// The handle
        username: String,
    },
}

const ROLES: &str = "roles: admin, user, viewer";

/// `mesh user …`
pub fn user(context: &Context, verb: UserVerb) -> Outcome<()> {
    let change = |user: String| UserUpdateInput {
        user,
        role: None,
        password: None,
        disabled: None,
    };
    match verb {
        UserVerb::Create { username, role } => {
            let role = parse(&role, ROLES)?;
            let password = text_or_stdin(&[])?;
            let input = UserCreateInput {
                username,
                password,
                role,
                display_name: String::new(),
            };
            let made = context.http()?.call::<UserCreate>(input)?;
            if !printed_json(context, &made)? {
                line(&format!("@{} can sign in", made.handle));
            }
            Ok(())
        }
        UserVerb::List => list(context),
        UserVerb::Password { username } => {
            let password = Some(text_or_stdin(&[])?);
            update(
                context,
                UserUpdateInput {
                    password,
                    ..change(username)
                },
                "password reset; signed out everywhere",
            )
        }
        UserVerb::Role { username, role } => {
            let role = Some(parse(&role, ROLES)?);
            update(
                context,
                UserUpdateInput {
                    role,
                    ..change(username)
                },
                "role changed",
            )
        }
        UserVerb::Disable { username } => {
            let done = context
                .http()?
                .call::<UserDisable>(UserRefInput { user: username })?;
            if !printed_json(context, &done)? {
                line("disabled; what was said stays");
            }
            Ok(())
        }
        UserVerb::Enable { username } => update(
            context,
            UserUpdateInput {
                disabled: Some(false),
                ..change(username)
            },
            "enabled",
        ),
    }
}

fn update(context: &Context, input: UserUpdateInput, done: &str) -> Outcome<()> {
    let answer = context.http()?.call::<UserUpdate>(input)?;
    if !printed_json(context, &answer)? {
        line(done);
    }
    Ok(())
}

fn list(context: &Context) -> Outcome<()> {
    let users = context.http()?.call::<UserList>(NoInput {})?;
    if printed_json(context, &users)? {
        return Ok(());
    }
    if users.items.is_empty() {
        line(
            "No users yet; the owner signs in by the link that `mesh up` prints. Add one: mesh user create NAME",
        );
        return Ok(());
    }
    let rows: Vec<_> = users
        .items
        .iter()
        .map(|user| {
            let state = if user.disabled { "disabled" } else { "active" };
            vec![
                format!("@{}", user.participant.handle),
                user.role.name().to_owned(),
                state.to_owned(),
            ]
        })
        .collect();
    table(&["user", "role", "state"], &rows);
    Ok(())
}
