//! A terminal for a real program that wants one.

use std::fs::File;
use std::process::Stdio;

use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use rustix::termios::{Winsize, tcsetwinsize};

/// Both sides of a terminal.
pub struct Pty {
    /// What is typed goes in here, what is shown comes out.
    pub own: File,
    name: String,
}

impl Pty {
    /// One of 120 columns and 40 rows.
    pub fn open() -> Pty {
        Pty::of(120, 40)
    }

    /// One of so many columns and rows.
    pub fn of(columns: u16, rows: u16) -> Pty {
        let own = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).unwrap();
        grantpt(&own).unwrap();
        unlockpt(&own).unwrap();
        let size = Winsize {
            ws_row: rows,
            ws_col: columns,
            ws_xpixel: 0,
            ws_ypixel: 0,
        };
        tcsetwinsize(&own, size).unwrap();
        let name = ptsname(&own, Vec::new()).unwrap();
        Pty {
            name: name.into_string().unwrap(),
            own: File::from(own),
        }
    }

    /// The program's side, once more.
    pub fn theirs(&self) -> Stdio {
        let mut options = File::options();
        let file = options.read(true).write(true).open(&self.name);
        Stdio::from(file.unwrap())
    }
}
