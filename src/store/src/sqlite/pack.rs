//! Records compressed together: a version byte, the length they had, zstd.

use std::io;

use crate::codec::{Bytes, Malformed, Put};
use crate::record;

/// The level of what stays: what repeats within a batch is found at the lowest level too.
pub const LOG: i32 = 1;

/// The level of what is dropped again within seconds.
pub const JOURNAL: i32 = -3;

/// No segment is larger than this when it is unpacked; a broken length allocates no more.
const LARGEST: usize = 1 << 30;

/// Compresses with buffers of its own.
pub struct Packer(zstd::bulk::Compressor<'static>);

impl Packer {
    /// A packer of a level of zstd.
    ///
    /// # Errors
    /// When its buffers cannot be had.
    pub fn new(level: i32) -> io::Result<Self> {
        zstd::bulk::Compressor::new(level).map(Self)
    }

    /// Puts `records` into `out`, which is emptied before.
    ///
    /// # Errors
    /// When zstd reports one.
    pub fn pack(&mut self, records: &[u8], out: &mut Vec<u8>) -> io::Result<()> {
        out.clear();
        out.push(record::VERSION);
        head(records, out, |records, room| {
            self.0.compress_to_buffer(records, room)
        })
    }
}

/// Appends the length of `records` and what `compress` makes of them.
///
/// # Errors
/// That of `compress`.
pub fn head(
    records: &[u8],
    out: &mut Vec<u8>,
    compress: impl FnOnce(&[u8], &mut [u8]) -> io::Result<usize>,
) -> io::Result<()> {
    out.put_number(records.len() as u64);
    let head = out.len();
    out.resize(head + zstd::zstd_safe::compress_bound(records.len()), 0);
    let length = compress(records, &mut out[head..])?;
    out.truncate(head + length);
    Ok(())
}

/// Reads the length that records had.
///
/// # Errors
/// [`Malformed`] when it cannot be one.
pub fn length(from: &mut Bytes<'_>) -> Result<usize, Malformed> {
    usize::try_from(from.number()?)
        .ok()
        .filter(|length| *length <= LARGEST)
        .ok_or(Malformed::Overlong)
}

/// The records of a packed segment.
///
/// # Errors
/// [`Malformed`] when it is broken or of a later version.
pub fn unpack(packed: &[u8]) -> Result<Vec<u8>, Malformed> {
    let mut from = Bytes(packed);
    let version = from.byte()?;
    if version != record::VERSION {
        return Err(Malformed::Tag(version));
    }
    let length = length(&mut from)?;
    zstd::bulk::decompress(from.0, length)
        .ok()
        .filter(|records| records.len() == length)
        .ok_or(Malformed::Compressed)
}
