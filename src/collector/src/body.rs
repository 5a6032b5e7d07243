//! Reads a request's body: bounded in size, in time and, over all requests together, in memory and in number.

use std::io::Read as _;
use std::sync::Arc;
use std::time::Duration;

use axum::body::{Body, Bytes};
use banso_model::wire::limits;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use flate2::bufread::MultiGzDecoder;
use http_body_util::BodyExt as _;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::error::Refusal;

/// What gzip begins with (RFC 1952, section 2.3.1).
const GZIP: [u8; 2] = [0x1f, 0x8b];
/// Bytes that one permit of the budget stands for.
const GRAIN: usize = 1024;
/// Bytes of a body that are about as much work as a request itself.
const WORK: usize = 4096;
/// No body takes more than this part of all seats.
const PART: usize = 16;
/// How many times larger than it was sent a compressed body is, about.
const PACKED: usize = 8;

/// How long a body may take to arrive, how much memory those of all requests may take together, and how many may be
/// worked on at a time. Neither is ever waited for: a request that finds none is refused and can be sent again, so a
/// flood costs refusals and not memory, and what is taken is not kept waiting by what came too much.
#[derive(Clone, Debug)]
pub struct Budget {
    memory: Arc<Semaphore>,
    seats: Arc<Semaphore>,
    /// All seats.
    bodies: usize,
    patience: Duration,
}

/// Of the bodies of all requests together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Room {
    /// Most bytes.
    pub bytes: usize,
    /// Most bodies that have arrived and whose requests are not answered yet; each 4 KB of one count as another.
    pub bodies: usize,
}

impl Budget {
    /// A budget of so much room, and so much time for each body.
    #[must_use]
    pub fn new(room: Room, patience: Duration) -> Self {
        Self {
            memory: Arc::new(Semaphore::new(room.bytes / GRAIN)),
            seats: Arc::new(Semaphore::new(room.bodies)),
            bodies: room.bodies,
            patience,
        }
    }

    /// Seats for a body, as many as it is work.
    fn seat(&self, sent: &[u8]) -> Result<OwnedSemaphorePermit, Refusal> {
        let packed = if sent.starts_with(&GZIP) { PACKED } else { 1 };
        let seats = (1 + sent.len() * packed / WORK).min((self.bodies / PART).max(1));
        Arc::clone(&self.seats)
            .try_acquire_many_owned(u32::try_from(seats).unwrap_or(u32::MAX))
            .map_err(|_| Refusal::Overloaded { retry_after: 1 })
    }

    fn is_crowded(&self) -> bool {
        self.seats.available_permits() < self.bodies / 2
    }

    fn take(&self, bytes: usize, share: &mut Option<OwnedSemaphorePermit>) -> Result<(), Refusal> {
        let have = share.as_ref().map_or(0, OwnedSemaphorePermit::num_permits);
        let want = bytes.div_ceil(GRAIN);
        if want <= have {
            return Ok(());
        }
        let overloaded = Refusal::Overloaded { retry_after: 1 };
        let more = u32::try_from(want - have).map_err(|_| overloaded.clone())?;
        let more = Arc::clone(&self.memory)
            .try_acquire_many_owned(more)
            .map_err(|_| overloaded)?;
        match share {
            Some(share) => share.merge(more),
            None => *share = Some(more),
        }
        Ok(())
    }
}

/// A body as text, with its share of the budget, which it gives back when it is dropped.
#[derive(Debug)]
pub struct Text {
    text: String,
    share: Option<OwnedSemaphorePermit>,
    /// Kept until the request is answered.
    _seat: OwnedSemaphorePermit,
}

impl std::ops::Deref for Text {
    type Target = str;

    fn deref(&self) -> &str {
        &self.text
    }
}

/// How large a body may be.
#[derive(Clone, Copy, Debug)]
pub struct Sizes {
    /// As sent, in bytes.
    pub sent: usize,
    /// Once decompressed, in bytes.
    pub text: usize,
}

impl Sizes {
    /// What a browser or a server may send.
    pub const WIRE: Self = Self {
        sent: limits::BODY,
        text: limits::DECOMPRESSED,
    };
}

/// Reads a body to its end. Its first bytes tell gzip from plain text, so that no request needs a header for it.
///
/// # Errors
/// When it is too large, too slow, not UTF-8, not whole, or there is no room for it or too much under way.
pub async fn read(body: Body, sizes: Sizes, budget: &Budget) -> Result<Text, Refusal> {
    let mut share = None;
    let sent = tokio::time::timeout(
        budget.patience,
        collect(body, sizes.sent, budget, &mut share),
    )
    .await
    .map_err(|_| Refusal::BodyTooSlow {
        seconds: budget.patience.as_secs(),
    })??;
    let text = unpack(sent, sizes.text, budget, share)?;
    if text.len() > WORK && budget.is_crowded() {
        // Whoever is to be refused is told first: to read and judge what was taken costs ten times as much.
        tokio::task::yield_now().await;
    }
    Ok(text)
}

/// A body that has arrived, as text: decompressed when its first bytes say gzip, and no larger than `limit` then.
///
/// # Errors
/// When it is too large, not UTF-8, not whole, or there is no room for it.
pub fn unpack(
    sent: Vec<u8>,
    limit: usize,
    budget: &Budget,
    mut share: Option<OwnedSemaphorePermit>,
) -> Result<Text, Refusal> {
    // Before anything is made of it: that is what costs.
    let seat = budget.seat(&sent)?;
    let text = if sent.starts_with(&GZIP) {
        decompress(&sent, limit, budget, &mut share)?
    } else {
        sent
    };
    Ok(Text {
        text: utf8(text)?,
        share,
        _seat: seat,
    })
}

/// Reads the body of another vendor's client, whatever its headers call it: as [`read`] does, and the field `data` of
/// a form, which is JSON, or base64 of JSON, plain or compressed.
///
/// # Errors
/// As [`read`].
pub async fn read_foreign(body: Body, sizes: Sizes, budget: &Budget) -> Result<Text, Refusal> {
    let mut read = read(body, sizes, budget).await?;
    if !read.text.starts_with("data=") {
        return Ok(read);
    }
    let data = form_urlencoded::parse(read.text.as_bytes())
        .find_map(|(name, value)| (name == "data").then(|| value.into_owned()))
        .unwrap_or_default();
    if data.trim_start().starts_with(['{', '[']) {
        read.text = data;
        return Ok(read);
    }
    // A plus sign that was not escaped reads as a space in a form.
    let bytes = STANDARD
        .decode(data.replace(' ', "+"))
        .map_err(|_| Refusal::Malformed("its form's data is neither JSON nor base64".to_owned()))?;
    let bytes = if bytes.starts_with(&GZIP) {
        decompress(&bytes, sizes.text, budget, &mut read.share)?
    } else {
        bytes
    };
    read.text = utf8(bytes)?;
    Ok(read)
}

fn utf8(bytes: Vec<u8>) -> Result<String, Refusal> {
    String::from_utf8(bytes)
        .map_err(|error| Refusal::Malformed(format!("it is not UTF-8: {}", error.utf8_error())))
}

async fn collect(
    mut body: Body,
    limit: usize,
    budget: &Budget,
    share: &mut Option<OwnedSemaphorePermit>,
) -> Result<Vec<u8>, Refusal> {
    let mut sent = Vec::new();
    while let Some(frame) = body.frame().await {
        let frame =
            frame.map_err(|error| Refusal::Malformed(format!("it ended early: {error}")))?;
        let Ok(data): Result<Bytes, _> = frame.into_data() else {
            continue;
        };
        if sent.len() + data.len() > limit {
            return Err(Refusal::BodyTooLarge { limit });
        }
        budget.take(sent.len() + data.len(), share)?;
        sent.extend_from_slice(&data);
    }
    Ok(sent)
}

fn decompress(
    sent: &[u8],
    limit: usize,
    budget: &Budget,
    share: &mut Option<OwnedSemaphorePermit>,
) -> Result<Vec<u8>, Refusal> {
    let mut reader = MultiGzDecoder::new(sent);
    let mut text = Vec::new();
    loop {
        budget.take(sent.len() + text.len() + 64 * GRAIN, share)?;
        let read = reader
            .by_ref()
            .take(64 * GRAIN as u64)
            .read_to_end(&mut text)
            .map_err(|error| Refusal::Malformed(format!("it is not whole gzip: {error}")))?;
        if text.len() > limit {
            return Err(Refusal::BodyTooLarge { limit });
        }
        if read == 0 {
            return Ok(text);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use flate2::Compression;
    use flate2::write::GzEncoder;
    use std::io::Write as _;

    fn gzip(text: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
        encoder.write_all(text).expect("memory takes it");
        encoder.finish().expect("memory takes it")
    }

    const PATIENCE: Duration = Duration::from_secs(10);
    const SIZES: Sizes = Sizes {
        sent: 1000,
        text: 100_000,
    };

    fn budget(bytes: usize) -> Budget {
        Budget::new(Room { bytes, bodies: 2 }, PATIENCE)
    }

    async fn check(sent: Vec<u8>, budget: &Budget, expected: Result<&str, &str>) {
        let read = read(Body::from(sent), SIZES, budget).await;
        let read = read.as_deref().map_err(|refusal| refusal.code());
        assert_eq!(read, expected);
    }

    #[tokio::test]
    async fn bodies_are_sniffed_and_bounded() {
        let budget = budget(1_000_000);
        let text = "あ".repeat(30_000);
        check(b"plain".to_vec(), &budget, Ok("plain")).await;
        check(Vec::new(), &budget, Ok("")).await;
        check(gzip(text.as_bytes()), &budget, Ok(&text)).await;
        let mut twice = gzip(b"one ");
        twice.extend(gzip(b"two"));
        check(twice, &budget, Ok("one two")).await;
        check(vec![b'x'; 1000], &budget, Ok(&"x".repeat(1000))).await;
        check(vec![b'x'; 1001], &budget, Err("body_too_large")).await;
        check(gzip(&vec![b'x'; 100_001]), &budget, Err("body_too_large")).await;
        check(vec![0xff, 0xfe], &budget, Err("malformed")).await;
        check(gzip(&[0xff, 0xfe]), &budget, Err("malformed")).await;
        let mut cut = gzip(text.as_bytes());
        cut.truncate(cut.len() - 4);
        check(cut, &budget, Err("malformed")).await;
        check(vec![0x1f, 0x8b], &budget, Err("malformed")).await;
    }

    #[tokio::test(start_paused = true)]
    async fn nobody_is_waited_for_without_end() {
        let never = futures::stream::pending::<Result<Bytes, std::io::Error>>();
        let read = read(Body::from_stream(never), SIZES, &budget(100_000)).await;
        let refusal = read.map(|text| text.text).expect_err("there is no end");
        assert_eq!(refusal, Refusal::BodyTooSlow { seconds: 10 });
    }

    #[tokio::test]
    async fn memory_is_given_back() {
        let budget = budget(100_000);
        for _ in 0..10 {
            check(gzip(&vec![b'x'; 60_000]), &budget, Err("overloaded")).await;
            check(vec![b'x'; 1000], &budget, Ok(&"x".repeat(1000))).await;
        }
        let held = read(Body::from(vec![b'x'; 1000]), SIZES, &budget).await;
        assert_eq!(budget.memory.available_permits(), 96);
        drop(held);
        assert_eq!(budget.memory.available_permits(), 97);
    }
    #[tokio::test]
    async fn only_so_many_are_worked_on() {
        let budget = budget(100_000);
        let mut held = Vec::new();
        for _ in 0..2 {
            held.push(read(Body::from("x"), SIZES, &budget).await);
            assert!(held.iter().all(Result::is_ok));
        }
        check(b"y".to_vec(), &budget, Err("overloaded")).await;
        assert_eq!(
            budget.memory.available_permits(),
            95,
            "a refusal keeps none"
        );
        held.pop();
        check(b"y".to_vec(), &budget, Ok("y")).await;
    }

    #[tokio::test]
    async fn a_large_body_counts_as_several() {
        let room = Room {
            bytes: 100_000,
            bodies: 64,
        };
        let budget = Budget::new(room, PATIENCE);
        let large = Sizes {
            sent: 100_000,
            ..SIZES
        };
        for (length, left) in [(10, 63), (4096, 62), (10_000, 61), (50_000, 60)] {
            let held = read(Body::from(vec![b'x'; length]), large, &budget).await;
            assert_eq!(budget.seats.available_permits(), left, "{length}");
            drop(held);
        }
    }
}
