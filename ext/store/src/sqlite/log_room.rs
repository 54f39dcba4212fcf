//! Room at the end of the write-ahead log.
//!
//! A commit that makes the log's file longer waits until the file system has noted the new length as well, which takes about
//! as long again as the data. So a log that has grown is made longer at once for many commits to come: they write over what
//! is there. SQLite begins it anew from its front once it has carried over what the log holds, and never shortens it.

use std::fs::OpenOptions;
use std::io::{Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

/// How much room is made at once: some ten small commits use it up.
const STEP: u64 = 256 * 1024;

/// As long as a log becomes before it is begun anew, which SQLite does after 1,000 pages.
const ENOUGH: u64 = 4 * 1024 * 1024;

/// The log of an opened file; none for a database in memory.
pub(super) struct LogRoom {
    path: Option<PathBuf>,
    /// How long the file was when it was last looked at.
    length: u64,
}

impl LogRoom {
    /// Notes where the log of an opened database is. The path is made whole: a program may change its folder.
    pub(super) fn of(file: Option<&Path>) -> LogRoom {
        let path = file.and_then(|path| path.canonicalize().ok()).map(|path| {
            let mut name = path.into_os_string();
            name.push("-wal");
            PathBuf::from(name)
        });
        LogRoom { path, length: 0 }
    }

    /// Makes room where the log has grown since it was last looked at.
    ///
    /// To be called with the database's write lock held: nobody else writes to the log then. What is added is no frame of
    /// the log, as it bears none of its marks. Nothing depends on it: where it fails, the log grows with each commit.
    pub(super) fn make(&mut self) {
        let Some(path) = &self.path else { return };
        if self.length >= ENOUGH {
            return;
        }
        let Ok(length) = path.metadata().map(|found| found.len()) else {
            return;
        };
        let grown = length > self.length;
        self.length = if grown {
            lengthened(path, length)
        } else {
            length
        };
    }
}

/// How long the file is now. On a disk that is full it is left as it was: what is free belongs to the data.
fn lengthened(path: &Path, length: u64) -> u64 {
    let Ok(mut file) = OpenOptions::new().write(true).open(path) else {
        return length;
    };
    let zeros = vec![0; STEP as usize];
    let wrote = file
        .seek(SeekFrom::Start(length))
        .and_then(|_| file.write_all(&zeros));
    match wrote {
        Ok(()) => length + STEP,
        Err(error) => {
            let cut = file.set_len(length);
            log::debug!("no room was made in the log: {error}; given back: {cut:?}");
            length
        }
    }
}
