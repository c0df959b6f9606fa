use std::io::{self, BufRead, ErrorKind, Read};

use flate2::bufread::MultiGzDecoder;

use super::header::{self, IMAGES, Kind, MAGIC_BYTES};
use crate::error::DataError;

/// Bytes that are unpacked, and bytes that are copied, at a time.
const CHUNK: usize = 1 << 16;

const GZIP: [u8; 2] = [0x1f, 0x8b];

/// Grey images of 28x28 pixels.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Images {
    /// `[count, 784]`, row-major from the top left, 0 for paper and 255 for ink.
    pub pixels: Vec<u8>,
    /// Number of images.
    pub count: usize,
}

/// What an IDX file holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Content {
    /// That many images.
    Images(usize),
    /// That many labels.
    Labels(usize),
}

/// Takes an IDX file, gzipped or not, as it arrives. It is refused with the first chunk that shows
/// what is wrong: a header that announces more than [`MAX_ITEMS`](header::MAX_ITEMS) items, bytes
/// behind the last one. A gzip file is unpacked no further than that.
#[derive(Debug)]
pub struct Reader {
    source: Source,
    items: Items,
    failed: Option<DataError>,
}

/// A whole IDX file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Contents {
    /// What it holds.
    pub content: Content,
    /// Its items, without the header. Empty after [`Reader::checking`].
    pub bytes: Vec<u8>,
}

impl Reader {
    /// Checks a file and keeps nothing of it, whatever its length.
    pub fn checking() -> Self {
        Self::new(None, false)
    }

    /// Keeps the items. Its memory grows as they arrive, never on the word of a header.
    pub fn keeping() -> Self {
        Self::new(None, true)
    }

    /// Keeps the items of a file of this kind, and refuses the other one.
    pub(super) fn wanting(kind: &'static Kind) -> Self {
        Self::new(Some(kind), true)
    }

    fn new(wanted: Option<&'static Kind>, keep: bool) -> Self {
        let items =
            Items { wanted, keep, header: vec![], layout: None, seen: 0, bytes: Vec::new() };
        Self { source: Source::Unknown(vec![]), items, failed: None }
    }

    /// Takes the next bytes of the file, any number of them.
    ///
    /// # Errors
    /// The [`DataError`] that says what is wrong with the file. Nothing is kept of it then, and
    /// every later call fails with the same error.
    pub fn push(&mut self, bytes: &[u8]) -> Result<(), DataError> {
        for chunk in bytes.chunks(CHUNK) {
            self.attempt(|reader| reader.take(chunk))?;
        }
        Ok(())
    }

    /// The file's content, after its last byte.
    ///
    /// # Errors
    /// Those of [`Self::push`], and those that tell a file which is cut short.
    pub fn finish(mut self) -> Result<Contents, DataError> {
        self.attempt(Self::end)?;
        self.items.finish()
    }

    /// The bytes of memory that are set aside for items.
    pub fn held(&self) -> usize {
        self.items.bytes.capacity()
    }

    fn attempt(
        &mut self,
        work: impl FnOnce(&mut Self) -> Result<(), DataError>,
    ) -> Result<(), DataError> {
        if let Some(error) = &self.failed {
            return Err(error.clone());
        }
        work(self).inspect_err(|error| {
            self.failed = Some(error.clone());
            self.items.bytes = Vec::new();
        })
    }

    fn take(&mut self, chunk: &[u8]) -> Result<(), DataError> {
        match &mut self.source {
            Source::Unknown(start) => {
                start.extend_from_slice(chunk);
                if start.len() < GZIP.len() {
                    return Ok(());
                }
                let start = std::mem::take(start);
                self.begin(&start)
            }
            Source::Plain => self.items.take(chunk),
            Source::Gzip(decoder) => {
                decoder.get_mut().refill(chunk);
                self.items.drain(decoder)
            }
        }
    }

    fn begin(&mut self, start: &[u8]) -> Result<(), DataError> {
        if !start.starts_with(&GZIP) {
            self.source = Source::Plain;
            return self.items.take(start);
        }
        let mut feed = Feed::default();
        feed.refill(start);
        // Several members after one another are one valid gzip file (RFC 1952, 2.2).
        let mut decoder = Box::new(MultiGzDecoder::new(feed));
        let drained = self.items.drain(&mut decoder);
        self.source = Source::Gzip(decoder);
        drained
    }

    fn end(&mut self) -> Result<(), DataError> {
        match &mut self.source {
            Source::Unknown(start) => self.items.take(start),
            Source::Plain => Ok(()),
            // What is left to check is the checksum.
            Source::Gzip(decoder) => {
                decoder.get_mut().ended = true;
                self.items.drain(decoder)
            }
        }
    }
}

impl Contents {
    /// The images.
    ///
    /// # Errors
    /// [`DataError::LabelsNotImages`].
    pub fn images(self) -> Result<Images, DataError> {
        match self.content {
            Content::Images(count) => Ok(Images { pixels: self.bytes, count }),
            Content::Labels(_) => Err(DataError::LabelsNotImages),
        }
    }

    /// The labels.
    ///
    /// # Errors
    /// [`DataError::ImagesNotLabels`].
    pub fn labels(self) -> Result<Vec<u8>, DataError> {
        match self.content {
            Content::Labels(_) => Ok(self.bytes),
            Content::Images(_) => Err(DataError::ImagesNotLabels),
        }
    }
}

#[derive(Debug)]
enum Source {
    /// Too few bytes so far to tell.
    Unknown(Vec<u8>),
    Plain,
    Gzip(Box<MultiGzDecoder<Feed>>),
}

/// The packed bytes that are there. Where they end before the file does, reading fails with
/// `WouldBlock`, after which the decoder goes on where it was.
#[derive(Debug, Default)]
struct Feed {
    bytes: Vec<u8>,
    at: usize,
    ended: bool,
}

impl Feed {
    fn refill(&mut self, bytes: &[u8]) {
        self.bytes.clear();
        self.bytes.extend_from_slice(bytes);
        self.at = 0;
    }
}

impl BufRead for Feed {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        match self.bytes.get(self.at..) {
            Some(left) if !left.is_empty() => Ok(left),
            _ if self.ended => Ok(&[]),
            _ => Err(ErrorKind::WouldBlock.into()),
        }
    }

    fn consume(&mut self, amount: usize) {
        self.at += amount;
    }
}

impl Read for Feed {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let read = self.fill_buf()?.read(into)?;
        self.consume(read);
        Ok(read)
    }
}

/// The unpacked side: the header, then items, no more than the header announces.
#[derive(Debug)]
struct Items {
    wanted: Option<&'static Kind>,
    keep: bool,
    header: Vec<u8>,
    layout: Option<Layout>,
    /// Bytes of items so far.
    seen: usize,
    bytes: Vec<u8>,
}

/// What a header announces.
#[derive(Clone, Copy, Debug)]
struct Layout {
    kind: &'static Kind,
    count: usize,
}

impl Layout {
    /// At most `MAX_ITEMS` images: under 2^28 bytes, so this cannot overflow in wasm either.
    fn bytes(self) -> usize {
        self.count * self.kind.item_bytes
    }
}

impl Items {
    /// Takes all that can be unpacked now.
    fn drain(&mut self, source: &mut dyn Read) -> Result<(), DataError> {
        let mut unpacked = vec![0; CHUNK];
        loop {
            match source.read(&mut unpacked) {
                Ok(0) => return Ok(()),
                Ok(count) => self.take(&unpacked[..count])?,
                Err(error) => match error.kind() {
                    ErrorKind::WouldBlock => return Ok(()),
                    ErrorKind::Interrupted => {}
                    ErrorKind::UnexpectedEof => return Err(DataError::GzipTruncated),
                    _ => return Err(DataError::GzipDamaged),
                },
            }
        }
    }

    fn take(&mut self, mut bytes: &[u8]) -> Result<(), DataError> {
        if self.layout.is_none() {
            bytes = self.take_header(bytes)?;
        }
        let Some(layout) = self.layout else { return Ok(()) };
        if bytes.len() > layout.bytes() - self.seen {
            let Layout { kind: Kind { items, .. }, count: expected } = layout;
            return Err(DataError::TrailingBytes { items, expected });
        }
        self.seen += bytes.len();
        if self.keep {
            self.make_room(bytes.len(), layout.bytes())?;
            self.bytes.extend_from_slice(bytes);
        }
        Ok(())
    }

    /// What follows the header in `bytes`: nothing, as long as the header is not complete.
    fn take_header<'a>(&mut self, bytes: &'a [u8]) -> Result<&'a [u8], DataError> {
        let bytes = self.fill_header(bytes, MAGIC_BYTES);
        if self.header.len() < MAGIC_BYTES {
            return Ok(bytes);
        }
        let kind = header::kind_of(&self.header[..MAGIC_BYTES], self.wanted)?;
        let bytes = self.fill_header(bytes, kind.header_bytes());
        if self.header.len() == kind.header_bytes() {
            let count = header::count_of(&self.header[MAGIC_BYTES..], kind)?;
            self.layout = Some(Layout { kind, count });
        }
        Ok(bytes)
    }

    /// Moves bytes to the header until it has `length`; returns the others.
    fn fill_header<'a>(&mut self, bytes: &'a [u8], length: usize) -> &'a [u8] {
        let missing = length.saturating_sub(self.header.len()).min(bytes.len());
        let (taken, left) = bytes.split_at(missing);
        self.header.extend_from_slice(taken);
        left
    }

    /// Room for `more` bytes: twice as much each time, but never more than `most`.
    fn make_room(&mut self, more: usize, most: usize) -> Result<(), DataError> {
        let needed = self.bytes.len() + more;
        if needed <= self.bytes.capacity() {
            return Ok(());
        }
        let room = needed.max(2 * self.bytes.capacity()).min(most);
        let extra = room - self.bytes.len();
        self.bytes.try_reserve_exact(extra).map_err(|_| DataError::OutOfMemory)
    }

    fn finish(self) -> Result<Contents, DataError> {
        let Some(layout) = self.layout else {
            header::kind_of(self.header.get(..MAGIC_BYTES).unwrap_or(&self.header), self.wanted)?;
            return Err(DataError::HeaderTruncated { found: self.header.len() });
        };
        let Layout { kind, count } = layout;
        if self.seen < layout.bytes() {
            let found = self.seen / kind.item_bytes;
            return Err(DataError::Truncated { items: kind.items, expected: count, found });
        }
        let content = if kind == &IMAGES { Content::Images(count) } else { Content::Labels(count) };
        Ok(Contents { content, bytes: self.bytes })
    }
}
