//! The program that runs a PostgreSQL for tests, `test/support/postgres_server.rb`: it ends when its standard input is
//! closed, and that happens when this program ends, however it ends.

use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdout, Command, Stdio};

/// A server of its own.
pub struct Program {
    url: String,
    child: Child,
    answers: BufReader<ChildStdout>,
}

impl Program {
    /// Starts a server of its own, with the options of `test/support/postgres_server.rb`.
    pub fn start(options: &[impl AsRef<std::ffi::OsStr>]) -> Program {
        let root = concat!(env!("CARGO_MANIFEST_DIR"), "/../..");
        let mut child = Command::new("ruby")
            .arg("test/support/postgres_server.rb")
            .args(options)
            .current_dir(root)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("Ruby, which bin/setup installs");
        let mut answers = BufReader::new(child.stdout.take().expect("an output"));
        let mut url = String::new();
        answers.read_line(&mut url).expect("a line");
        assert!(
            url.starts_with("postgres"),
            "PostgreSQL can't be started; run bin/setup"
        );
        Program {
            url: url.trim().to_owned(),
            child,
            answers,
        }
    }

    /// The URL of its database.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Has it do something, and gives what it answers.
    pub fn tell(&mut self, order: &str) -> String {
        let input = self.child.stdin.as_mut().expect("an input");
        writeln!(input, "{order}").expect("an open input");
        let mut answer = String::new();
        self.answers.read_line(&mut answer).expect("an answer");
        let answer = answer.trim();
        let said = answer.strip_prefix("ok").map(str::trim);
        said.unwrap_or_else(|| panic!("{order}: {answer}"))
            .to_owned()
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        drop(self.child.stdin.take());
        drop(self.child.wait());
    }
}
