//! The threads that read: each has a connection of its own, and they share a queue.

use std::path::PathBuf;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;

use rusqlite::Connection;
use tokio::sync::oneshot;

use super::damage::Damage;
use super::files::{Files, unavailable};
use super::fold::FoldError;
use crate::error::StoreError;

type Job = Box<dyn FnOnce(&mut Connection) + Send>;

/// A pool of threads that read.
#[derive(Debug)]
pub struct Readers {
    place: PathBuf,
    damage: Arc<Damage>,
    queue: Mutex<Option<Sender<Job>>>,
    threads: Mutex<Vec<JoinHandle<()>>>,
}

impl Readers {
    /// Starts `count` threads.
    ///
    /// # Errors
    /// [`StoreError::Unusable`] when the tables cannot be opened or a thread not started.
    pub fn start(files: &Files, count: usize, damage: &Arc<Damage>) -> Result<Self, StoreError> {
        let (queue, jobs) = channel::<Job>();
        let jobs = Arc::new(Mutex::new(jobs));
        let threads = (0..count.max(1))
            .map(|_| {
                let connection = files.open_reader()?;
                let jobs = Arc::clone(&jobs);
                super::spawn("banso-read", &files.tables(), move || {
                    work(connection, &jobs);
                })
            })
            .collect::<Result<_, _>>()?;
        Ok(Self {
            place: files.tables(),
            damage: Arc::clone(damage),
            queue: Mutex::new(Some(queue)),
            threads: Mutex::new(threads),
        })
    }

    /// Runs `read` on one of the threads, in one transaction: all it reads is from one moment.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] with what `read` reports, or when the store was closed.
    pub async fn read<T: Send + 'static>(
        &self,
        read: impl FnOnce(&Connection) -> Result<T, FoldError> + Send + 'static,
    ) -> Result<T, StoreError> {
        let (answer, answered) = oneshot::channel();
        let job: Job = Box::new(move |connection| {
            let found = connection
                .transaction()
                .map_err(FoldError::from)
                .and_then(|transaction| read(&transaction));
            // Whoever asked may have stopped waiting.
            drop(answer.send(found));
        });
        let closed = || unavailable(&self.place, &"it was closed");
        let sent = self
            .queue
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .as_ref()
            .is_some_and(|queue| queue.send(job).is_ok());
        if !sent {
            return Err(closed());
        }
        answered.await.map_err(|_| closed())?.map_err(|error| {
            self.damage.note(&self.place, &error);
            unavailable(&self.place, &error)
        })
    }

    /// Finishes what was asked and ends the threads.
    pub fn close(&self) -> Vec<JoinHandle<()>> {
        drop(
            self.queue
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .take(),
        );
        std::mem::take(&mut self.threads.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

fn work(mut connection: Connection, jobs: &Mutex<Receiver<Job>>) {
    loop {
        let next = jobs.lock().unwrap_or_else(PoisonError::into_inner).recv();
        match next {
            Ok(job) => job(&mut connection),
            Err(_) => return,
        }
    }
}
