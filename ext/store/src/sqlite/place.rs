//! Where the file of a database is, so that one that was removed or replaced is noticed.
//!
//! An open file that was removed can still be written: what a turn acknowledged would be in no file that anybody can
//! open again.

use std::fs::Metadata;
use std::path::{Path, PathBuf};

use crate::StoreError;

/// The file that was opened; none for a database in memory.
pub(super) struct Place {
    file: Option<(PathBuf, Identity)>,
}

/// What tells one file from another of the same path.
type Identity = Option<(u64, u64)>;

impl Place {
    /// Notes where the file of an opened database is. The path is made whole: a program may change its folder.
    pub(super) fn of(file: Option<&Path>) -> Place {
        let file = file
            .and_then(|path| path.canonicalize().ok())
            .and_then(|path| {
                let identity = identity(&path.metadata().ok()?);
                Some((path, identity))
            });
        Place { file }
    }

    /// Makes sure that the file is still there.
    ///
    /// # Errors
    /// [`StoreError::Gone`] when it was removed or replaced.
    pub(super) fn check(&self) -> Result<(), StoreError> {
        let Some((path, opened)) = &self.file else {
            return Ok(());
        };
        match path.metadata() {
            Ok(found) if identity(&found) == *opened => Ok(()),
            // Anything else than its absence proves nothing.
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => Ok(()),
            Ok(_) | Err(_) => Err(StoreError::Gone {
                path: path.display().to_string(),
            }),
        }
    }
}

#[cfg(unix)]
fn identity(metadata: &Metadata) -> Identity {
    use std::os::unix::fs::MetadataExt;
    Some((metadata.dev(), metadata.ino()))
}

#[cfg(not(unix))]
fn identity(_: &Metadata) -> Identity {
    None
}
