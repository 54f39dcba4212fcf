//! The thread that reads PostgreSQL, on several connections at once; made when there is a question to answer.

use std::thread::JoinHandle;

use tasker_store::postgres::{Address, ReaderPool};
use tasker_store::{Options, StoreError};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

use crate::failure::Failure;
use crate::jobs::Asking;
use crate::quiet;

/// Gives questions to a pool of connections. The channel needs no bound: each question has a caller who waits.
pub(crate) struct Pool {
    address: Address,
    options: Options,
    size: usize,
    started: Option<(UnboundedSender<Asking>, JoinHandle<()>)>,
}

impl Pool {
    pub(super) fn new(address: Address, options: Options, size: usize) -> Pool {
        Pool {
            address,
            options,
            size,
            started: None,
        }
    }

    pub(super) fn ask(&mut self, asking: Asking) {
        if self.started.is_none() {
            match self.start() {
                Ok(started) => self.started = Some(started),
                Err(failure) => {
                    asking.answer(Err(failure));
                    return;
                }
            }
        }
        if let Some((questions, _)) = &self.started {
            // A thread that is gone drops the question, which tells the caller.
            drop(questions.send(asking));
        }
    }

    pub(super) fn into_threads(self) -> Vec<JoinHandle<()>> {
        self.started.into_iter().map(|(_, thread)| thread).collect()
    }

    fn start(&self) -> Result<(UnboundedSender<Asking>, JoinHandle<()>), Failure> {
        let (questions, waiting) = unbounded_channel();
        let (address, options, size) = (self.address.clone(), self.options.clone(), self.size);
        let thread = std::thread::Builder::new()
            .name("tasker-reader".into())
            .spawn(move || run(&address, &options, size, waiting))
            .map_err(|error| {
                log::error!("a thread for reading can't be started: {error}");
                Failure::internal("a thread for reading can't be started; details are in the log")
            })?;
        Ok((questions, thread))
    }
}

fn run(address: &Address, options: &Options, size: usize, mut waiting: UnboundedReceiver<Asking>) {
    let pool = match ReaderPool::new(address, options, size) {
        Ok(pool) => pool,
        Err(error) => return refuse(&error, waiting),
    };
    pool.run(async {
        while let Some(asking) = waiting.recv().await {
            let busy = quiet::busy();
            pool.answering(asking.question.clone(), move |answer| {
                asking.answer(answer.map_err(Failure::from));
                drop(busy);
            });
        }
    });
    let _busy = quiet::busy();
    pool.finish();
}

fn refuse(error: &StoreError, mut waiting: UnboundedReceiver<Asking>) {
    log::error!("no connections for reading: {error}");
    while let Some(asking) = waiting.blocking_recv() {
        asking.answer(Err(Failure::internal(
            "no connections for reading can be made; details are in the log",
        )));
    }
}
