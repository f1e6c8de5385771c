//! `mesh connect mail`: what waits for a person by mail, or a room and those who write to a mailbox.

use std::io::Read;
use std::path::PathBuf;

use clap::Args;
use mesh_connect::mail::{self, BadHost, Host, Security, Speaks};
use mesh_connect::{BadSecret, Secret};

use super::purpose::PurposeArgs;
use super::{Service, print, run, stopped};
use crate::context::Context;
use crate::failure::{Effect, Failure, Outcome};
use crate::output::clean;

/// Answer what waits for you by mail, or bridge a room with a mailbox or a mailing list
#[derive(Debug, Args)]
#[command(
    after_help = "Examples: mesh connect mail --mine --imap imap.example.org --smtp smtp.example.org --user bot@example.org --password-file ~/mail.password\n          mesh connect mail --room ops --as mail --yes --to team@lists.example.org --imap imap.example.org --smtp smtp.example.org --user bot@example.org --password-file ~/mail.password\n\nThe mailbox is the connector's alone. Its password is read from the file ('-': from standard input), or from\nMESH_MAIL_PASSWORD. TLS is used from the first byte unless told otherwise."
)]
pub struct MailArgs {
    #[command(flatten)]
    pub purpose: PurposeArgs,
    /// The server from which mail is fetched, with a port if it is another than 993
    #[arg(long, value_name = "HOST[:PORT]")]
    pub imap: String,
    /// The server by which mail is sent, with a port if it is another than 465
    #[arg(long, value_name = "HOST[:PORT]")]
    pub smtp: String,
    /// Who signs in at both
    #[arg(long, value_name = "NAME")]
    pub user: String,
    /// The address of the mailbox, if it is not the name that signs in
    #[arg(long, value_name = "ADDRESS")]
    pub address: Option<String>,
    /// The file with the password; '-' reads it from standard input
    #[arg(long, value_name = "FILE")]
    pub password_file: Option<PathBuf>,
    /// The mailbox that is read
    #[arg(long, value_name = "NAME", default_value = "INBOX")]
    pub mailbox: String,
    /// Both servers begin TLS after a word (ports 143 and 587)
    #[arg(long, conflicts_with = "plain")]
    pub starttls: bool,
    /// Both servers are on this machine and have no TLS
    #[arg(long)]
    pub plain: bool,
    /// Answers go to addresses of their own (bot+…@example.org), for servers that change the ids of mails
    #[arg(long)]
    pub tags: bool,
    /// With --mine: a yes to a question is taken by mail too, not only a no
    #[arg(long, requires = "mine")]
    pub approve: bool,
    /// With --mine: take answers only of which this server says that they are of whom they name (Authentication-Results)
    #[arg(long, value_name = "SERVER", requires = "mine")]
    pub results_of: Option<String>,
    /// With --room: an address to which the room's words go and whose mail is taken; a list, or once for each person
    #[arg(long, value_name = "ADDRESS", requires = "room")]
    pub to: Vec<String>,
    /// With --room: take mail of anybody
    #[arg(long, requires = "room")]
    pub anyone: bool,
    /// With --room: put what is attached to mails into the room's files
    #[arg(long, requires = "room")]
    pub files: bool,
}

const PASSWORD: &str = "MESH_MAIL_PASSWORD";
/// Of standard input no more is read.
const PASSWORD_BYTES_MAX: u64 = 8 * 1024;

fn service(files: bool) -> Service {
    Service {
        name: "Mail",
        verb: "mail",
        pair: |_, there| {
            format!(
                "A mail to {there} with nothing in it but this, from your own address, does it."
            )
        },
        token: "Many providers want a password for programs, which is made in the account's settings",
        files,
    }
}

/// Runs it.
pub(super) fn connect(context: &Context, args: &MailArgs) -> Outcome<()> {
    let usage = |what: String, hint: &str| Failure::usage(what, hint).so(Effect::NothingSent);
    if args.purpose.chat.is_some() {
        let what = "a mailbox has no chats".to_owned();
        return Err(usage(
            what,
            "name those to whom the room's words go with --to",
        ));
    }
    if args.purpose.room.is_some() && args.to.is_empty() && !args.anyone {
        let what = "nobody is named whose mail is taken".to_owned();
        return Err(usage(
            what,
            "name a list or people with --to, or take mail of anybody with --anyone",
        ));
    }
    let security = match (args.starttls, args.plain) {
        (true, _) => Security::StartTls,
        (_, true) => Security::Plain,
        _ => Security::Tls,
    };
    let host = |text: &str, speaks| {
        Host::new(text, speaks, security).map_err(|why| {
            let hint = match &why {
                BadHost::Form(_) => "for example --imap imap.example.org",
                BadHost::Plain(_) => "leave --plain out, or use --starttls",
            };
            usage(why.to_string(), hint)
        })
    };
    let address = |text: &str| {
        text.parse().map_err(|_| {
            usage(
                format!("'{}' is no address for mail", clean(text)),
                "for example bot@example.org; --address names the mailbox's, if --user does not",
            )
        })
    };
    let (imap, smtp) = (
        host(&args.imap, Speaks::Imap)?,
        host(&args.smtp, Speaks::Smtp)?,
    );
    let own = address(args.address.as_deref().unwrap_or(&args.user))?;
    let to = args.to.iter().map(|to| address(to));
    let to = to.collect::<Outcome<Vec<_>>>()?;
    let password = password(args)?;
    let service = service(args.files);
    let settings = mail::Settings {
        purpose: args.purpose.purpose(context, &service)?,
        imap,
        smtp,
        user: args.user.clone(),
        password,
        mailbox: args.mailbox.clone(),
        address: own,
        tags: args.tags,
        approve: args.approve,
        results: args.results_of.clone(),
        to,
        anyone: args.anyone,
        files: args.files,
    };
    let json = context.json;
    let ended = mail::run(settings, stopped(), |said| print(json, &service, &said));
    run(&service, ended)
}

/// The password from a file, standard input or the environment: on a command line others of this machine would read it.
fn password(args: &MailArgs) -> Outcome<Secret> {
    let bad = |why: BadSecret, whence: &str| {
        Failure::usage(
            why.to_string().replace("token", "password"),
            format!("look at {whence}"),
        )
        .so(Effect::NothingSent)
    };
    match &args.password_file {
        Some(file) if file.as_os_str() == "-" => {
            let mut text = String::new();
            let mut input = std::io::stdin().take(PASSWORD_BYTES_MAX);
            let read = input.read_to_string(&mut text);
            read.map_err(|why| {
                Failure::usage(
                    format!("standard input cannot be read: {why}"),
                    "write the password there",
                )
                .so(Effect::NothingSent)
            })?;
            Secret::password(&text).map_err(|why| bad(why, "what was written to standard input"))
        }
        Some(file) => {
            super::is_open(file, "password");
            Secret::read_password(file).map_err(|why| bad(why, &file.display().to_string()))
        }
        None => {
            let text = std::env::var(PASSWORD).map_err(|_| {
                Failure::usage(
                    "the mailbox's password is not named",
                    format!("put it into a file that only you can read, and name it with --password-file, or set {PASSWORD}"),
                )
                .so(Effect::NothingSent)
            })?;
            Secret::password(&text).map_err(|why| bad(why, PASSWORD))
        }
    }
}
