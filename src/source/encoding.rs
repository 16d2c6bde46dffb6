//! Which encoding a text file has, and decoding it as a stream.
//!
//! Order of the tests: byte-order mark, strict UTF-8, the look of UTF-16, the share of double-byte pairs that fall into
//! the common characters of GB2312, Big5 or Shift-JIS, and at last a statistical detector. Short Chinese files (a row of
//! headings) defeat statistics alone, which is why the byte rule stands before it. Everything but a mark or clean UTF-8
//! is a guess and is shown as one.

use std::io::{self, Read};

use encoding_rs::{
    BIG5, CoderResult, Decoder, DecoderResult, Encoding, GB18030, SHIFT_JIS, UTF_8, UTF_16BE,
    UTF_16LE,
};

/// Share of pairs among common characters from which the byte rule believes an encoding.
const COMMON_SHARE: f64 = 0.6;

/// What the error says when bytes cannot be decoded.
pub(super) const UNDECODABLE: &str = "undecodable";

/// An encoding and how it was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Detected {
    /// The encoding.
    pub encoding: &'static Encoding,
    /// Bytes of the byte-order mark.
    pub mark: usize,
    /// Whether it is a guess.
    pub guessed: bool,
}

/// Finds the encoding of a file from its first bytes; `complete` says whether they are the whole file.
#[must_use]
pub fn detect(sample: &[u8], complete: bool) -> Detected {
    if let Some((encoding, mark)) = Encoding::for_bom(sample) {
        return Detected { encoding, mark, guessed: false };
    }
    if is_utf8(sample, complete) {
        return Detected { encoding: UTF_8, mark: 0, guessed: false };
    }
    let encoding = utf16(sample)
        .or_else(|| by_common_characters(sample))
        .unwrap_or_else(|| statistical(sample));
    Detected { encoding, mark: 0, guessed: true }
}

/// The encoding that a label such as `gbk` or `windows-1252` names.
#[must_use]
pub fn from_label(label: &str) -> Option<&'static Encoding> {
    let encoding = Encoding::for_label(label.trim().as_bytes())?;
    Some(if encoding == encoding_rs::GBK { GB18030 } else { encoding })
}

fn is_utf8(sample: &[u8], complete: bool) -> bool {
    match std::str::from_utf8(sample) {
        Ok(text) => !text.contains('\0') || utf16(sample).is_none(),
        Err(error) => {
            !complete && error.error_len().is_none() && !sample[..error.valid_up_to()].contains(&0)
        }
    }
}

/// UTF-16 without a mark: delimiters, digits and line ends have a zero byte on the same side.
fn utf16(sample: &[u8]) -> Option<&'static Encoding> {
    let pairs = sample.len() / 2;
    let plain = |byte: u8| matches!(byte, b'\t' | b'\n' | b'\r' | b' '..=b'~');
    let little = sample.chunks_exact(2).filter(|pair| pair[1] == 0 && plain(pair[0])).count();
    let big = sample.chunks_exact(2).filter(|pair| pair[0] == 0 && plain(pair[1])).count();
    let enough = |count: usize| count >= 2 && count * 10 >= pairs;
    match (enough(little), enough(big)) {
        (true, false) => Some(UTF_16LE),
        (false, true) => Some(UTF_16BE),
        _ => None,
    }
}

fn by_common_characters(sample: &[u8]) -> Option<&'static Encoding> {
    let common_gb = |lead: u8, trail: u8| {
        matches!(lead, 0xB0..=0xD7 | 0xA1..=0xA3) && matches!(trail, 0xA1..=0xFE)
    };
    let common_big5 = |lead: u8, trail: u8| {
        matches!(lead, 0xA4..=0xC6) && matches!(trail, 0x40..=0x7E | 0xA1..=0xFE)
    };
    let common_sjis = |lead: u8, trail: u8| match lead {
        0x82 => matches!(trail, 0x9F..=0xF1),
        0x83 => matches!(trail, 0x40..=0x96),
        0x88..=0x97 => matches!(trail, 0x40..=0x7E | 0x80..=0xFC),
        _ => false,
    };
    let lead_high = |byte: u8| byte >= 0x81;
    let lead_sjis = |byte: u8| matches!(byte, 0x81..=0x9F | 0xE0..=0xFC);
    [
        (GB18030, share_of_pairs(sample, lead_high, common_gb)),
        (BIG5, share_of_pairs(sample, lead_high, common_big5)),
        (SHIFT_JIS, share_of_pairs(sample, lead_sjis, common_sjis)),
    ]
    .into_iter()
    .filter(|(encoding, share)| *share > COMMON_SHARE && decodes(encoding, sample))
    .reduce(|best, next| if next.1 > best.1 { next } else { best })
    .map(|(encoding, _)| encoding)
}

fn share_of_pairs(
    sample: &[u8],
    lead: impl Fn(u8) -> bool,
    common: impl Fn(u8, u8) -> bool,
) -> f64 {
    let (mut pairs, mut hits, mut at) = (0_u32, 0_u32, 0);
    while at + 1 < sample.len() {
        if lead(sample[at]) {
            pairs += 1;
            hits += u32::from(common(sample[at], sample[at + 1]));
            at += 2;
        } else {
            at += 1;
        }
    }
    if pairs == 0 { 0.0 } else { f64::from(hits) / f64::from(pairs) }
}

/// Whether the sample decodes without an error before its last three bytes, where it may have been cut.
fn decodes(encoding: &'static Encoding, sample: &[u8]) -> bool {
    let kept = sample.len().saturating_sub(3);
    let cut =
        sample[kept..].iter().position(|byte| *byte < 0x30).map_or(sample.len(), |at| kept + at);
    let mut decoder = encoding.new_decoder_without_bom_handling();
    let mut out = String::with_capacity(decoder.max_utf8_buffer_length(cut).unwrap_or(0));
    let (_, _, replaced) = decoder.decode_to_string(&sample[..cut], &mut out, false);
    !replaced
}

fn statistical(sample: &[u8]) -> &'static Encoding {
    let mut detector = chardetng::EncodingDetector::new(chardetng::Iso2022JpDetection::Deny);
    detector.feed(sample, true);
    let encoding = detector.guess(None, chardetng::Utf8Detection::Deny);
    if encoding == encoding_rs::GBK { GB18030 } else { encoding }
}

/// Bytes that are not of the encoding that a text was thought to have.
pub(super) struct Fault {
    /// The line that they stand on, from 1, as far as line ends outside quotes tell.
    pub line: u64,
    /// The first few of them.
    pub bytes: Vec<u8>,
    /// Whether all text before them is plain ASCII.
    pub after_ascii: bool,
    /// The encoding that they and what follows seem to have.
    pub found: &'static Encoding,
}

/// Bytes of a fault that are shown.
const SHOWN: usize = 4;
/// Bytes from a fault on that are looked at.
const AROUND: u64 = 256 * 1024;

/// Finds the first bytes of a stream (without its byte-order mark) that are not of an encoding.
pub(super) fn first_fault(
    mut stream: impl Read,
    encoding: &'static Encoding,
) -> io::Result<Option<Fault>> {
    let mut decoder = encoding.new_decoder_without_bom_handling();
    let (mut line, mut quoted, mut after_ascii) = (1, false, true);
    // What was read last stays before what is read next: a character may begin there.
    let (mut bytes, mut kept) = (Vec::new(), 0);
    let mut text = String::with_capacity(256 * 1024);
    loop {
        bytes.drain(..bytes.len() - kept);
        (&mut stream).take(64 * 1024).read_to_end(&mut bytes)?;
        let last = bytes.len() == kept;
        let mut at = kept;
        let bad = loop {
            text.clear();
            let (result, read) =
                decoder.decode_to_string_without_replacement(&bytes[at..], &mut text, last);
            at += read;
            after_ascii &= text.is_ascii();
            for byte in text.bytes() {
                quoted ^= byte == b'"';
                line += u64::from(byte == b'\n' && !quoted);
            }
            match result {
                DecoderResult::InputEmpty => break None,
                DecoderResult::OutputFull => {}
                DecoderResult::Malformed(length, after) => {
                    break Some(at.saturating_sub(usize::from(length) + usize::from(after)));
                }
            }
        };
        if let Some(bad) = bad {
            let mut around = bytes.split_off(bad);
            stream.take(AROUND).read_to_end(&mut around)?;
            let found = detect(&around, (around.len() as u64) < AROUND).encoding;
            around.truncate(SHOWN);
            return Ok(Some(Fault { line, bytes: around, after_ascii, found }));
        }
        if last {
            return Ok(None);
        }
        kept = bytes.len().min(SHOWN);
    }
}

/// Decodes a byte stream to UTF-8 as it is read, and remembers whether anything could not be decoded.
pub struct Decoding<R> {
    inner: R,
    decoder: Decoder,
    raw: Vec<u8>,
    ready: Vec<u8>,
    taken: usize,
    finished: bool,
    replaced: bool,
}

impl<R: Read> Decoding<R> {
    /// Decodes `inner` (without its byte-order mark) from `encoding`.
    pub fn new(inner: R, encoding: &'static Encoding) -> Self {
        Self {
            inner,
            decoder: encoding.new_decoder_without_bom_handling(),
            raw: vec![0; 64 * 1024],
            ready: Vec::new(),
            taken: 0,
            finished: false,
            replaced: false,
        }
    }

    fn refill(&mut self) -> io::Result<()> {
        let count = self.inner.read(&mut self.raw)?;
        let last = count == 0;
        let room = self.decoder.max_utf8_buffer_length(count).unwrap_or(4 * count + 16);
        self.ready.resize(room, 0);
        let (mut from, mut to) = (0, 0);
        loop {
            let (result, read, written, replaced) =
                self.decoder.decode_to_utf8(&self.raw[from..count], &mut self.ready[to..], last);
            from += read;
            to += written;
            self.replaced |= replaced;
            if result == CoderResult::InputEmpty {
                break;
            }
            self.ready.resize(to + room, 0);
        }
        self.ready.truncate(to);
        self.taken = 0;
        self.finished = last;
        Ok(())
    }
}

impl<R: Read> Read for Decoding<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        while self.taken == self.ready.len() {
            if self.finished {
                return Ok(0);
            }
            self.refill()?;
            if self.replaced {
                return Err(io::Error::new(io::ErrorKind::InvalidData, UNDECODABLE));
            }
        }
        let count = out.len().min(self.ready.len() - self.taken);
        out[..count].copy_from_slice(&self.ready[self.taken..self.taken + count]);
        self.taken += count;
        Ok(count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn encoded(encoding: &'static Encoding, text: &str) -> Vec<u8> {
        if encoding == UTF_16LE {
            return text.encode_utf16().flat_map(u16::to_le_bytes).collect();
        }
        if encoding == UTF_16BE {
            return text.encode_utf16().flat_map(u16::to_be_bytes).collect();
        }
        encoding.encode(text).0.into_owned()
    }

    #[test]
    fn tells_the_encodings_of_short_exports() {
        let zh = "客户编号,客户名称,金额\nC001,上海测试有限公司,1200\n";
        let traditional = "客戶編號,客戶名稱,金額\nC001,臺北測試有限公司,1200\n";
        for (encoding, text) in [
            (UTF_8, zh),
            (GB18030, zh),
            (BIG5, traditional),
            (UTF_16LE, zh),
            (UTF_16BE, zh),
            (SHIFT_JIS, "おきゃくさま,なまえ,きんがく\nC001,テスト,1200\n"),
            (encoding_rs::WINDOWS_1252, "Kunde;Betrag\nMüller GmbH;12\nCafé Zoë;9\n"),
        ] {
            let bytes = encoded(encoding, text);
            let found = detect(&bytes, true);
            assert_eq!(found.encoding, encoding);
            assert_eq!(found.guessed, encoding != UTF_8);
            let mut back = String::new();
            Decoding::new(bytes.as_slice(), found.encoding)
                .read_to_string(&mut back)
                .expect("decodes");
            assert_eq!(back, text);
        }
    }

    #[test]
    fn a_sample_may_end_inside_a_character() {
        let bytes = "客户".as_bytes();
        assert_eq!(
            detect(&bytes[..5], false),
            Detected { encoding: UTF_8, mark: 0, guessed: false }
        );
        assert!(detect(&bytes[..5], true).guessed);
    }

    #[test]
    fn what_is_not_of_the_encoding_is_found_with_its_line() {
        let plain = "a,\"b\nc\"\n".repeat(20_000);
        for before in ["", "x\n", &plain] {
            let lines = 1 + u64::from(before == "x\n") + if before == plain { 20_000 } else { 0 };
            let mut bytes = before.as_bytes().to_vec();
            bytes.extend(encoded(GB18030, "客户名称,上海测试有限公司\n"));
            let fault = first_fault(bytes.as_slice(), UTF_8).expect("memory").expect("a fault");
            assert_eq!((fault.line, fault.after_ascii, fault.found), (lines, true, GB18030));
            assert_eq!(fault.bytes, encoded(GB18030, "客户"));
        }
        let mixed = [encoded(UTF_8, "客户\n"), encoded(GB18030, "客户\n")].concat();
        let fault = first_fault(mixed.as_slice(), UTF_8).expect("memory").expect("a fault");
        assert_eq!((fault.line, fault.after_ascii), (2, false));
        // A character that the end of a part cuts is none, one that the end of the text cuts is.
        let long = format!("{}客户", "x".repeat(64 * 1024 - 1));
        assert!(first_fault(long.as_bytes(), UTF_8).expect("memory").is_none());
        let fault = first_fault(&long.as_bytes()[..long.len() - 1], UTF_8);
        assert_eq!(fault.expect("memory").expect("a fault").bytes, &"户".as_bytes()[..2]);
    }

    #[test]
    fn undecodable_bytes_are_an_error() {
        let mut out = Vec::new();
        assert!(Decoding::new(&b"a\xFF\xFFb"[..], GB18030).read_to_end(&mut out).is_err());
    }
}
