//! Threads that read SQLite, each on a connection of its own; made when there are questions to answer.

use std::thread::JoinHandle;

use crossbeam_channel::{Receiver, Sender, unbounded};
use tasker_store::view::Question;
use tasker_store::{Options, Reader, StoreError, Target};

use crate::failure::Failure;
use crate::jobs::{Asking, Job};

/// Gives questions to readers.
pub(crate) struct Threads {
    target: Target,
    options: Options,
    most: usize,
    writer: Sender<Job>,
    questions: Sender<Asking>,
    waiting: Receiver<Asking>,
    threads: Vec<JoinHandle<()>>,
}

impl Threads {
    /// `most` connections for reading; with none, the writer's answers.
    pub(super) fn new(
        target: Target,
        options: Options,
        most: usize,
        writer: Sender<Job>,
    ) -> Threads {
        let most = if matches!(target, Target::SqliteMemory | Target::Postgres(_)) {
            0
        } else {
            most
        };
        let (questions, waiting) = unbounded();
        Threads {
            target,
            options,
            most,
            writer,
            questions,
            waiting,
            threads: Vec::new(),
        }
    }

    /// Passes a question on. Another reader is started where questions wait and there may be one more.
    pub(super) fn ask(&mut self, asking: Asking) {
        if self.most == 0 {
            drop(self.writer.send(Job::Ask(asking)));
            return;
        }
        if self.threads.is_empty() || (!self.questions.is_empty() && self.threads.len() < self.most)
        {
            match self.start() {
                Ok(thread) => self.threads.push(thread),
                Err(error) if self.threads.is_empty() => {
                    asking.answer(Err(error));
                    return;
                }
                Err(error) => log::warn!("no further reader could be started: {}", error.message),
            }
        }
        drop(self.questions.send(asking));
    }

    /// The threads, to be joined after this end of the channel is dropped.
    pub(super) fn into_threads(self) -> Vec<JoinHandle<()>> {
        self.threads
    }

    fn start(&self) -> Result<JoinHandle<()>, Failure> {
        let reader = {
            let _busy = crate::quiet::busy();
            tasker_store::open_reader(&self.target, &self.options)?
        };
        let Some(mut reader) = reader else {
            return Err(Failure::internal(
                "a database that only its writer sees has no readers",
            ));
        };
        let waiting = self.waiting.clone();
        let (target, options) = (self.target.clone(), self.options.clone());
        let run = move || {
            for asking in waiting {
                let _busy = crate::quiet::busy();
                let answer = answer(&mut reader, &asking.question, &target, &options);
                asking.answer(answer.map_err(Failure::from));
            }
            let _busy = crate::quiet::busy();
            drop(reader);
        };
        std::thread::Builder::new()
            .name("tasker-reader".into())
            .spawn(run)
            .map_err(|error| {
                log::error!("a thread for reading can't be started: {error}");
                Failure::internal("a thread for reading can't be started; details are in the log")
            })
    }
}

/// Answers; a connection that failed for a reason of the database's is made anew, for the next question.
fn answer(
    reader: &mut Box<dyn Reader>,
    question: &Question,
    target: &Target,
    options: &Options,
) -> Result<String, StoreError> {
    let answer = reader.answer(question);
    if matches!(answer, Err(StoreError::Database(_)))
        && let Ok(Some(fresh)) = tasker_store::open_reader(target, options)
    {
        *reader = fresh;
    }
    answer
}
