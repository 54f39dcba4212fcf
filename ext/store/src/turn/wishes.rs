//! What the claims of a turn look for, and the stored steps that may serve them.

use std::collections::BTreeMap;

use tasker_domain::command::{Claim, Command, Scope};
use tasker_domain::queue;
use tasker_domain::rows::StepRow;
use tasker_domain::rules::claim::{self, Rank};
use tasker_domain::working::Working;

use crate::tx::{Found, Source, Tx};

/// How many steps are wanted from each scope.
pub(crate) struct Wishes<'a> {
    wants: BTreeMap<&'a Scope, u32>,
    /// From all scopes together.
    all: u32,
    /// From those that are more than one task.
    wide: u32,
}

impl<'a> Wishes<'a> {
    pub(crate) fn of(commands: &'a [Command]) -> Wishes<'a> {
        let mut wishes = Wishes {
            wants: BTreeMap::new(),
            all: 0,
            wide: 0,
        };
        for command in commands {
            let Command::Claim(Claim { scope, want }) = command else {
                continue;
            };
            let own = wishes.wants.entry(scope).or_default();
            let wide = match scope {
                Scope::Any | Scope::Namespaces(_) => Some(&mut wishes.wide),
                Scope::Task(_) => None,
            };
            for sum in [own, &mut wishes.all].into_iter().chain(wide) {
                *sum = sum.saturating_add(*want);
            }
        }
        wishes
    }

    pub(super) fn is_empty(&self) -> bool {
        self.wants.is_empty()
    }

    /// Every scope, and how many steps it takes to serve it beside all others; none where it wants none.
    pub(crate) fn wanted(&self) -> impl Iterator<Item = (&'a Scope, u32)> + '_ {
        self.wants.iter().map(|(scope, want)| {
            let wanted = match scope {
                _ if *want == 0 => 0,
                // No other task's claim takes from this one.
                Scope::Task(_) => want.saturating_add(self.wide),
                Scope::Any | Scope::Namespaces(_) => self.all,
            };
            (*scope, wanted)
        })
    }

    /// The stored steps that may serve these claims, some perhaps twice. For each scope there are as many as it wants
    /// beside those that others may take from it, and those that the turn itself has withdrawn.
    pub(super) fn candidates<T: Tx>(&self, tx: &mut T, work: &Working) -> Found<Vec<StepRow>> {
        let withdrawn = work.withdrawn();
        let woken = Woken::of(work);
        let mut candidates = Vec::new();
        for (scope, wanted) in self.wanted() {
            if wanted == 0 || is_at_rest(work, scope) {
                continue;
            }
            let limit = wanted.saturating_add(withdrawn);
            candidates.append(&mut match scope {
                Scope::Any => woken.completed(tx, limit)?,
                Scope::Task(task) => tx.claimable(Source::Task(*task), limit)?,
                Scope::Namespaces(names) => tx.claimable(Source::Queues(&queues(names)), limit)?,
            });
        }
        Ok(candidates)
    }
}

/// What became claimable in the turn itself, and can serve any claim.
struct Woken {
    count: u32,
    /// The rank of the one that goes last.
    last: Option<Rank>,
}

impl Woken {
    fn of(work: &Working) -> Woken {
        let ranks = || {
            let woken = work.woken.iter();
            let claimable = woken.filter(|step| claim::is_claimable(work, **step));
            claimable.filter_map(|step| work.step(*step).map(claim::rank))
        };
        Woken {
            count: u32::try_from(ranks().count()).unwrap_or(u32::MAX),
            last: ranks().max(),
        }
    }

    /// The stored steps with which these are the first `limit` of all, and perhaps more. Mostly these go first, and so few
    /// stored ones are looked at and, on PostgreSQL, locked; only where one goes before some of these, there may be more
    /// such.
    fn completed<T: Tx>(&self, tx: &mut T, limit: u32) -> Found<Vec<StepRow>> {
        let fewer = limit.saturating_sub(self.count).max(1);
        let rows = tx.claimable(Source::Any, fewer)?;
        let may_go_on = rows.len() >= fewer as usize;
        let last = rows.iter().map(claim::rank).max();
        if fewer < limit && may_go_on && last < self.last {
            return tx.claimable(Source::Any, limit);
        }
        Ok(rows)
    }
}

/// Whether the scope is one task that gives no steps now, or isn't there.
fn is_at_rest(work: &Working, scope: &Scope) -> bool {
    match scope {
        Scope::Task(task) => work
            .task(*task)
            .is_none_or(|row| !row.state.is_live() || row.paused),
        Scope::Any | Scope::Namespaces(_) => false,
    }
}

/// The queues of these namespaces, each once.
pub(crate) fn queues(names: &[String]) -> Vec<i64> {
    let mut queues: Vec<_> = names.iter().map(|name| queue::of(name)).collect();
    queues.sort_unstable();
    queues.dedup();
    queues
}
