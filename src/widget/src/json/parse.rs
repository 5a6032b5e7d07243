//! From text to values.

use banso_model::value::{Value, Values};

/// Deeper nesting is refused: it could only be meant to break something.
const DEEPEST: u32 = 100;

/// The value a text holds; `None` when it is no JSON.
pub fn parse(text: &str) -> Option<Value> {
    let mut parser = Parser {
        rest: text,
        depth: 0,
    };
    let value = parser.value()?;
    parser.peek().is_none().then_some(value)
}

/// A place in a text.
struct Parser<'a> {
    rest: &'a str,
    depth: u32,
}

impl<'a> Parser<'a> {
    /// The next byte that is not white space.
    fn peek(&mut self) -> Option<u8> {
        self.run(|byte| matches!(byte, b' ' | b'\n' | b'\r' | b'\t'))?;
        self.rest.bytes().next()
    }

    /// One character, of those that are one byte.
    fn next(&mut self) -> Option<u8> {
        let (first, rest) = self.rest.split_at_checked(1)?;
        self.rest = rest;
        first.bytes().next()
    }

    /// What comes before the first byte that is none of these. Text is taken in pieces, none of which need be checked to be
    /// text: that would be half a kilobyte of the widget.
    fn run(&mut self, is_of: fn(u8) -> bool) -> Option<&'a str> {
        let length = self.rest.bytes().take_while(|byte| is_of(*byte)).count();
        let (run, rest) = self.rest.split_at_checked(length)?;
        self.rest = rest;
        Some(run)
    }

    fn takes(&mut self, wanted: u8) -> bool {
        let is = self.peek() == Some(wanted);
        if is {
            self.next();
        }
        is
    }

    fn word(&mut self, word: &str, value: Value) -> Option<Value> {
        self.rest = self.rest.strip_prefix(word)?;
        Some(value)
    }

    fn value(&mut self) -> Option<Value> {
        match self.peek()? {
            b'"' => self.text().map(Value::Text),
            b'{' => self.nested(Self::members),
            b'[' => self.nested(Self::items),
            b'n' => self.word("null", Value::Null),
            b't' => self.word("true", Value::Bool(true)),
            b'f' => self.word("false", Value::Bool(false)),
            _ => self.number().map(Value::Number),
        }
    }

    fn nested(&mut self, read: fn(&mut Self) -> Option<Value>) -> Option<Value> {
        self.next();
        self.depth += 1;
        if self.depth > DEEPEST {
            return None;
        }
        let value = read(self)?;
        self.depth -= 1;
        Some(value)
    }

    fn items(&mut self) -> Option<Value> {
        let mut items = Vec::new();
        while !self.takes(b']') {
            if !items.is_empty() && !self.takes(b',') {
                return None;
            }
            items.push(self.value()?);
        }
        Some(Value::List(items))
    }

    fn members(&mut self) -> Option<Value> {
        let mut members = Values::default();
        let mut first = true;
        while !self.takes(b'}') {
            if !std::mem::take(&mut first) && !self.takes(b',') {
                return None;
            }
            self.peek();
            let name = self.text()?;
            if !self.takes(b':') {
                return None;
            }
            members.insert(name, self.value()?);
        }
        Some(Value::Map(members))
    }

    fn text(&mut self) -> Option<String> {
        if self.next() != Some(b'"') {
            return None;
        }
        let mut text = String::new();
        loop {
            text.push_str(self.run(|byte| !matches!(byte, b'"' | b'\\'))?);
            if self.next()? == b'"' {
                return Some(text);
            }
            text.push(self.escaped()?);
        }
    }

    fn escaped(&mut self) -> Option<char> {
        Some(match self.next()? {
            b'n' => '\n',
            b'r' => '\r',
            b't' => '\t',
            b'b' => '\u{8}',
            b'f' => '\u{c}',
            b'u' => {
                let mut code = self.hex()?;
                if (0xd800..0xdc00).contains(&code)
                    && let Some(rest) = self.rest.strip_prefix("\\u")
                {
                    self.rest = rest;
                    let low = self.hex()?.wrapping_sub(0xdc00) & 0x3ff;
                    code = 0x1_0000 + ((code - 0xd800) << 10) + low;
                }
                // Half a character is no text; JavaScript may hold it all the same.
                char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER)
            }
            other => char::from(other),
        })
    }

    fn hex(&mut self) -> Option<u32> {
        let mut code = 0;
        for _ in 0..4 {
            code = code * 16 + char::from(self.next()?).to_digit(16)?;
        }
        Some(code)
    }

    fn number(&mut self) -> Option<f64> {
        let number =
            self.run(|byte| matches!(byte, b'0'..=b'9' | b'-' | b'+' | b'.' | b'e' | b'E'))?;
        let (digits, sign) = match number.as_bytes().split_first() {
            Some((b'-', digits)) => (digits, -1.0),
            _ => (number.as_bytes(), 1.0),
        };
        if (1..=15).contains(&digits.len()) && digits.iter().all(u8::is_ascii_digit) {
            // Fifteen digits are exact.
            let whole = digits
                .iter()
                .fold(0.0, |sum, digit| sum * 10.0 + f64::from(digit - b'0'));
            return Some(sign * whole);
        }
        broken(number)
    }
}

/// A number with a fraction, an exponent or many digits: the browser reads it, which it can anyway.
#[cfg(target_arch = "wasm32")]
fn broken(text: &str) -> Option<f64> {
    js_sys::JSON::parse(text).ok()?.as_f64()
}

#[cfg(not(target_arch = "wasm32"))]
fn broken(text: &str) -> Option<f64> {
    text.parse().ok().filter(|number: &f64| number.is_finite())
}
