//! Who this coordinator is, so that another one on the same machine can tell whether it is still there.
//!
//! A name is `host:pid:n|boot|space|start`: for people the host, the pid and a number within the process; after the
//! bar which boot of the machine, which pid namespace, and when the process started. Only within one boot and one
//! pid namespace does a missing pid prove anything; elsewhere the lease has to lapse.

use std::sync::atomic::{AtomicU64, Ordering};

static COUNT: AtomicU64 = AtomicU64::new(0);

/// A name for a new coordinator of this process.
pub(crate) fn name(given: Option<&str>) -> String {
    let pid = std::process::id();
    let number = COUNT.fetch_add(1, Ordering::Relaxed) + 1;
    let host = read("/proc/sys/kernel/hostname").unwrap_or_else(|| "localhost".to_owned());
    let label = given.map_or_else(
        || host.replace([':', '|'], "-"),
        |given| given.replace(['|', ':'], "-"),
    );
    let start = started(pid).unwrap_or_default();
    format!("{label}:{pid}:{number}|{}|{}|{start}", boot(), space())
}

/// The part of a name that is for people.
pub(crate) fn label(name: &str) -> &str {
    name.split('|').next().unwrap_or(name)
}

/// Whether the coordinator of this name is certainly gone: same boot, same pid namespace, and its process is not
/// there any more or is another one.
pub(crate) fn is_gone(name: &str) -> bool {
    let Some((pid, boot_then, space_then, start)) = parts(name) else {
        return false;
    };
    if boot_then.is_empty() || space_then.is_empty() || start.is_empty() {
        return false;
    }
    if boot_then != boot() || space_then != space() {
        return false;
    }
    started(pid).is_none_or(|now| now != start)
}

fn parts(name: &str) -> Option<(u32, &str, &str, &str)> {
    let mut fields = name.split('|');
    let pid = fields.next()?.rsplit(':').nth(1)?.parse().ok()?;
    Some((pid, fields.next()?, fields.next()?, fields.next()?))
}

fn boot() -> String {
    read("/proc/sys/kernel/random/boot_id").unwrap_or_default()
}

/// The pid namespace, such as `pid:[4026531836]`.
fn space() -> String {
    let link = std::fs::read_link("/proc/self/ns/pid");
    link.ok()
        .and_then(|path| path.to_str().map(str::to_owned))
        .unwrap_or_default()
}

/// When the process started, in clock ticks since boot: field 22 of proc(5)'s stat. A zombie is as good as gone.
fn started(pid: u32) -> Option<String> {
    let stat = read(&format!("/proc/{pid}/stat"))?;
    let after_name = stat.rsplit_once(')')?.1;
    let mut fields = after_name.split_whitespace();
    let state = fields.next()?;
    if matches!(state, "Z" | "X") {
        return None;
    }
    fields.nth(18).map(str::to_owned)
}

fn read(path: &str) -> Option<String> {
    std::fs::read_to_string(path)
        .ok()
        .map(|text| text.trim().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_living_process_is_not_gone() {
        assert!(!is_gone(&name(None)));
        assert!(!is_gone("somebody"));
        assert!(!is_gone(""));
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_process_that_ended_is_gone() {
        let mut child = std::process::Command::new("true").spawn().unwrap();
        let pid = child.id();
        child.wait().unwrap();
        assert!(is_gone(&format!("here:{pid}:1|{}|{}|1", boot(), space())));
    }

    #[test]
    fn a_process_of_another_boot_or_namespace_is_left_to_its_lease() {
        assert!(!is_gone(&format!(
            "here:999999:1|another-boot|{}|1",
            space()
        )));
        assert!(!is_gone(&format!("here:999999:1|{}|pid:[1]|1", boot())));
    }
}
