//! Event ids: UUID version 7, ascending within a page.

/// Random bytes an id needs.
pub const RANDOM: usize = 10;

/// Makes ids; each is greater than the one before, as long as it lives.
#[derive(Clone, Debug, Default)]
pub struct Ids {
    ms: u64,
    count: u16,
}

impl Ids {
    /// The next id at `now_ms` since the epoch. A clock that stands or goes back is taken to stand, and a counter in the
    /// twelve bits after the time keeps the order.
    pub fn next(&mut self, now_ms: i64, random: [u8; RANDOM]) -> String {
        let now = u64::try_from(now_ms).unwrap_or(0);
        if now > self.ms {
            self.ms = now;
            self.count = u16::from(random[0]);
        } else if self.count == 0xfff {
            self.ms += 1;
            self.count = 0;
        } else {
            self.count += 1;
        }
        let [_, _, tail @ ..] = random;
        let high = (u128::from(self.ms & 0xffff_ffff_ffff) << 80)
            | (0x7 << 76)
            | (u128::from(self.count) << 64);
        let low = (u64::from_be_bytes(tail) & 0x3fff_ffff_ffff_ffff) | 0x8000_0000_0000_0000;
        written(high | u128::from(low))
    }
}

fn written(id: u128) -> String {
    let mut text = String::with_capacity(36);
    for place in (0..32).rev() {
        if matches!(place, 23 | 19 | 15 | 11) {
            text.push('-');
        }
        let digit = (id >> (place * 4)) as u32 & 0xf;
        text.push(char::from_digit(digit, 16).unwrap_or('0'));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_a_uuid_of_version_7() {
        let id = Ids::default().next(0x0199_aabb_ccdd, [0xff; RANDOM]);
        assert_eq!(id, "0199aabb-ccdd-70ff-bfff-ffffffffffff");
    }

    #[test]
    fn ids_ascend_whatever_the_clock_does() {
        let mut ids = Ids::default();
        let mut last = String::new();
        for now in [5, 5, 5, 4, 0, 6, -3]
            .into_iter()
            .chain(std::iter::repeat_n(6, 5000))
        {
            let id = ids.next(now, [0xee; RANDOM]);
            assert!(id > last, "{id} after {last}");
            last = id;
        }
    }
}
