//! A disk that is full: a file system of 4 MB, which only root can make.

use std::path::Path;
use std::process::Command as Program;

use tasker_domain::command::{Scope, Submission};
use tasker_store::{Options, StoreError, Target, TurnOutput};

use crate::driver::{Driver, claim, diamond, file, flow, open, steps};

/// A small file system that is gone when this is dropped.
struct SmallDisk {
    folder: tempfile::TempDir,
}

impl SmallDisk {
    fn new(options: &str) -> Option<SmallDisk> {
        let folder = tempfile::tempdir().expect("a folder");
        let mounted = Program::new("mount")
            .args(["-t", "tmpfs", "-o", options, "tmpfs"])
            .arg(folder.path())
            .status();
        mounted
            .is_ok_and(|status| status.success())
            .then_some(SmallDisk { folder })
    }

    fn path(&self) -> &Path {
        self.folder.path()
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        let unmounted = Program::new("umount").arg(self.path()).status();
        assert!(unmounted.is_ok_and(|status| status.success()));
    }
}

fn submit(driver: &mut Driver<'_>, payload: &str) -> Result<TurnOutput, StoreError> {
    let submission = Submission {
        context: format!("{{\"x\":\"{payload}\"}}"),
        ..flow()
    };
    driver.try_turn(&[tasker_domain::command::Command::Submit(vec![submission])])
}

#[test]
fn a_full_disk_is_told_nothing_is_half_written_and_room_is_used_again() {
    let Some(disk) = SmallDisk::new("size=4m") else {
        eprintln!("SKIPPED: a test of a full disk needs root, to mount a file system of 4 MB");
        return;
    };
    let ballast = disk.path().join("ballast");
    std::fs::write(&ballast, vec![1; 2_000_000]).unwrap();
    let target = Target::SqliteFile(disk.path().join("tasker.sqlite3"));
    let mut store = crate::driver::open(&target);
    let mut driver = Driver::new(store.as_mut());
    driver.register(&steps(&[("a", &[])]));
    let payload = "x".repeat(100_000);
    let mut stored = 0;
    let error = loop {
        match submit(&mut driver, &payload) {
            Ok(_) => stored += 1,
            Err(error) => break error,
        }
        assert!(stored < 100, "4 MB hold more than 10 MB");
    };
    assert!(matches!(error, StoreError::Full), "{error:?}");
    let active = driver.ask(&tasker_store::view::Question::Active);
    assert_eq!(active["active_tasks"], stored, "nothing is half-written");
    assert!(submit(&mut driver, &payload).is_err());

    std::fs::remove_file(&ballast).unwrap();
    submit(&mut driver, &payload).expect("there is room again");
    assert_eq!(driver.take(1_000).len(), stored + 1);
    drop(store);
}

#[test]
fn a_file_system_that_can_not_be_written_is_told_as_that() {
    let Some(disk) = SmallDisk::new("size=4m") else {
        eprintln!("SKIPPED: a test of a read-only disk needs root, to mount one");
        return;
    };
    let target = Target::SqliteFile(disk.path().join("tasker.sqlite3"));
    drop(crate::driver::open(&target));
    let again = Program::new("mount")
        .args(["-o", "remount,ro"])
        .arg(disk.path())
        .status();
    assert!(again.is_ok_and(|status| status.success()));
    let refused = tasker_store::open(&target, &Options::default());
    let said = refused.err().map(|error| error.to_string());
    assert!(
        said.as_deref().is_some_and(
            |said| said.contains("read-only") || said.contains("can be read and written")
        ),
        "{said:?}"
    );
    let missing = Target::SqliteFile(disk.path().join("new.sqlite3"));
    assert!(matches!(
        tasker_store::open(&missing, &Options::default()),
        Err(StoreError::Open { .. })
    ));
}

#[test]
fn a_turn_on_a_file_that_was_removed_or_replaced_fails_until_it_is_back() {
    let folder = tempfile::tempdir().unwrap();
    let target = file(&folder);
    let mut store = open(&target);
    let mut driver = Driver::new(store.as_mut());
    let task = driver.start(&diamond());
    let (path, aside) = (
        folder.path().join("tasker.sqlite3"),
        folder.path().join("aside"),
    );
    std::fs::rename(&path, &aside).unwrap();
    let gone = driver.try_turn(&[claim(Scope::Any, 1)]);
    assert!(matches!(gone, Err(StoreError::Gone { .. })), "{gone:?}");
    std::fs::copy(&aside, &path).unwrap();
    let replaced = driver.try_turn(&[claim(Scope::Any, 1)]);
    assert!(
        matches!(replaced, Err(StoreError::Gone { .. })),
        "{replaced:?}"
    );
    std::fs::rename(&aside, &path).unwrap();
    driver.run();
    assert_eq!(driver.status(task), "complete");
}
