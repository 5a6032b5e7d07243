//! The packed form of the log's segments. Small ones are packed with a dictionary that the store learns once from its
//! own first small ones: by itself a single event has nothing that repeats.

use rusqlite::Connection;
use rustc_hash::FxHashMap;
use zstd::bulk::{Compressor, Decompressor};

use super::fold::FoldError;
use super::nameless::nameless;
use super::pack::{LOG, Packer, head, length, unpack};
use crate::codec::{Bytes, Malformed, Put};

/// The first byte of a segment that is packed with a dictionary; the dictionary's number follows.
const LEARNED: u8 = 2;

/// Larger segments do without a dictionary.
const SMALL: usize = 4096;

/// From so many small segments the dictionary is learned.
const SAMPLES: usize = 4000;

/// Bytes of the dictionary.
const SIZE: usize = 16 << 10;

/// Packs and unpacks segments.
pub struct Segments {
    plain: Packer,
    learned: Option<(i64, Compressor<'static>)>,
    dictionaries: FxHashMap<i64, Decompressor<'static>>,
    /// Small segments to learn from, one after the other, and the length of each.
    samples: (Vec<u8>, Vec<usize>),
}

impl Segments {
    /// Reads the dictionaries.
    ///
    /// # Errors
    /// [`FoldError`].
    pub fn load(tables: &Connection) -> Result<Self, FoldError> {
        let mut segments = Self {
            plain: Packer::new(LOG)?,
            learned: None,
            dictionaries: FxHashMap::default(),
            samples: Default::default(),
        };
        let mut statement =
            tables.prepare("SELECT dictionary, data FROM dictionaries ORDER BY dictionary")?;
        let mut rows = statement.query(())?;
        while let Some(row) = rows.next()? {
            let data = row.get_ref(1)?.as_blob().map_err(rusqlite::Error::from)?;
            segments.add(row.get(0)?, data)?;
        }
        Ok(segments)
    }

    fn add(&mut self, number: i64, data: &[u8]) -> Result<(), FoldError> {
        self.learned = Some((number, Compressor::with_dictionary(LOG, data)?));
        self.dictionaries
            .insert(number, Decompressor::with_dictionary(data)?);
        Ok(())
    }

    /// Puts `records` into `out`, which is emptied before.
    ///
    /// # Errors
    /// When zstd reports one.
    pub fn pack(&mut self, records: &[u8], out: &mut Vec<u8>) -> std::io::Result<()> {
        let Some((number, compressor)) = self.learned.as_mut().filter(|_| records.len() < SMALL)
        else {
            return self.plain.pack(records, out);
        };
        out.clear();
        out.push(LEARNED);
        out.put_number(*number as u64);
        head(records, out, |records, room| {
            compressor.compress_to_buffer(records, room)
        })
    }

    /// The records of a packed segment.
    ///
    /// # Errors
    /// [`Malformed`] when it is broken, of a later version, or its dictionary is not there.
    pub fn unpack(&mut self, packed: &[u8]) -> Result<Vec<u8>, Malformed> {
        if packed.first() != Some(&LEARNED) {
            return unpack(packed);
        }
        let mut from = Bytes(&packed[1..]);
        let number = from.number()? as i64;
        let length = length(&mut from)?;
        self.dictionaries
            .get_mut(&number)
            .ok_or(Malformed::Tag(LEARNED))?
            .decompress(from.0, length)
            .ok()
            .filter(|records| records.len() == length)
            .ok_or(Malformed::Compressed)
    }

    /// Learns from a segment until there is a dictionary.
    ///
    /// # Errors
    /// [`FoldError`]; the transaction must be rolled back then, and this be loaded anew.
    pub fn learn(&mut self, tables: &Connection, records: &[u8]) -> Result<(), FoldError> {
        if self.learned.is_some() || records.len() >= SMALL {
            return Ok(());
        }
        self.samples.0.extend_from_slice(records);
        self.samples.1.push(records.len());
        if self.samples.1.len() < SAMPLES {
            return Ok(());
        }
        let (bytes, sizes) = std::mem::take(&mut self.samples);
        let (bytes, sizes) = nameless(&bytes, &sizes)?;
        match zstd::dict::from_continuous(&bytes, &sizes, SIZE) {
            Ok(data) => {
                tables.execute("INSERT INTO dictionaries VALUES (1, ?1)", [&data])?;
                self.add(1, &data)
            }
            Err(error) => {
                // Samples that are all alike teach nothing; the next may.
                tracing::debug!(%error, "no dictionary was learned");
                Ok(())
            }
        }
    }
}

/// Packs again, each by itself, what was packed with a dictionary, and forgets the dictionaries: those of version 1 were
/// learned from segments as they are, and what a dictionary has of somebody cannot be erased.
///
/// # Errors
/// [`FoldError`]; what was packed again stays so, and the rest is packed when this is tried again.
pub fn unlearn(tables: &mut Connection) -> Result<(), FoldError> {
    let mut segments = Segments::load(tables)?;
    if segments.dictionaries.is_empty() {
        return Ok(());
    }
    tracing::info!("segments of the log are packed again; this is done once");
    let (mut after, mut packed) = (i64::MIN, Vec::new());
    loop {
        let transaction = tables.transaction()?;
        let some: Vec<(i64, Vec<u8>)> = transaction
            .prepare_cached("SELECT seq, data FROM log WHERE seq > ?1 ORDER BY seq LIMIT 2000")?
            .query_map([after], |row| Ok((row.get(0)?, row.get(1)?)))?
            .collect::<rusqlite::Result<_>>()?;
        let Some((last, _)) = some.last() else {
            transaction.execute("DELETE FROM dictionaries", ())?;
            return Ok(transaction.commit()?);
        };
        after = *last;
        for (seq, data) in some {
            if data.first() == Some(&LEARNED) {
                let records = segments.unpack(&data)?;
                segments.plain.pack(&records, &mut packed)?;
                transaction
                    .prepare_cached("UPDATE log SET data = ?2 WHERE seq = ?1")?
                    .execute((seq, &packed))?;
            }
        }
        transaction.commit()?;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::contract::Sample;
    use crate::record;
    use crate::sqlite::schema;

    fn records(n: u64) -> Vec<u8> {
        let user = format!("user-{}", n.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 40);
        let account = format!("account-{}", n % 977);
        let mut sample = Sample::of(&account, &user).uses("report.create", n, 0);
        sample.0.events[0].props = format!(r#"{{"source":"menu","rows":{}}}"#, n * 7919 % 997);
        let mut bytes = Vec::new();
        record::encode(&sample.0, &[true], &mut bytes);
        bytes
    }

    #[test]
    fn what_was_packed_before_and_after_learning_is_unpacked() {
        let tables = Connection::open_in_memory().expect("memory opens");
        tables
            .execute_batch(&schema::MIGRATIONS.concat())
            .expect("tables are made");
        let mut segments = Segments::load(&tables).expect("it loads");
        let mut sizes = Vec::new();
        let mut packed = Vec::new();
        let mut before = Vec::new();
        segments
            .pack(&records(0), &mut before)
            .expect("it is packed");
        for n in 0..SAMPLES as u64 + 10 {
            let bytes = records(n);
            segments.learn(&tables, &bytes).expect("it learns");
            segments.pack(&bytes, &mut packed).expect("it is packed");
            assert_eq!(segments.unpack(&packed).expect("it is unpacked"), bytes);
            sizes.push(packed.len());
        }
        assert!(
            sizes[sizes.len() - 1] * 5 < sizes[0] * 4,
            "a dictionary saves a fifth: {} after {}",
            sizes[sizes.len() - 1],
            sizes[0]
        );
        let mut again = Segments::load(&tables).expect("it loads");
        assert_eq!(again.unpack(&before), Ok(records(0)));
        assert_eq!(again.unpack(&packed), Ok(records(SAMPLES as u64 + 9)));
        let large = vec![7; SMALL];
        again.pack(&large, &mut packed).expect("it is packed");
        assert_eq!(unpack(&packed), Ok(large), "large ones need no dictionary");
        for cut in 0..packed.len() {
            assert!(again.unpack(&packed[..cut]).is_err());
        }
    }

    #[test]
    fn a_dictionary_of_version_1_is_forgotten() {
        let mut tables = Connection::open_in_memory().expect("memory opens");
        tables
            .execute_batch(schema::MIGRATIONS[0])
            .expect("tables are made");
        let samples: Vec<Vec<u8>> = (0..2000).map(records).collect();
        let data = zstd::dict::from_samples(&samples, SIZE).expect("a dictionary is learned");
        tables
            .execute("INSERT INTO dictionaries VALUES (1, ?1)", [&data])
            .expect("it is kept");
        let mut segments = Segments::load(&tables).expect("it loads");
        let mut packed = Vec::new();
        for n in 0..2500 {
            segments
                .pack(&records(n), &mut packed)
                .expect("it is packed");
            tables
                .execute(
                    "INSERT INTO log (owner, received, events, data) VALUES (1, 0, 1, ?1)",
                    [&packed],
                )
                .expect("it is kept");
        }
        for _ in 0..2 {
            unlearn(&mut tables).expect("all is packed again");
            let mut statement = tables
                .prepare("SELECT data FROM log ORDER BY seq")
                .expect("the log is read");
            let all = statement
                .query_map((), |row| row.get::<_, Vec<u8>>(0))
                .expect("the log is read");
            for (n, packed) in (0..).zip(all) {
                let packed = packed.expect("a segment is read");
                assert_eq!(unpack(&packed), Ok(records(n)), "segment {n}");
            }
        }
        let left: i64 = tables
            .query_row("SELECT count(*) FROM dictionaries", (), |row| row.get(0))
            .expect("they are counted");
        assert_eq!(left, 0);
    }
}
