//! Zip archives of files that are stored as they are.
//!
//! What goes into them here, PNG and gzip, is compressed already, so that the format comes down to
//! a few headers (PKWARE's APPNOTE 6.3, sections 4.3 and 4.4).

use flate2::Crc;
use inkling::{Error, Result};

/// Version 1.0 of the format is enough to unpack these archives.
const VERSION: u16 = 10;
/// Names are in UTF-8.
const FLAGS: u16 = 1 << 11;
const STORED: u16 = 0;
/// The format's earliest date, 1 January 1980: the same digits give the same bytes.
const DATE: u16 = 1 << 5 | 1;
const TIME: u16 = 0;

/// An archive in the making.
#[derive(Debug, Default)]
pub(super) struct Zip {
    bytes: Vec<u8>,
    directory: Vec<u8>,
    files: u16,
}

impl Zip {
    /// Adds a file. More than 65,535 of them, or 4 GB, are an error: they would need Zip64.
    pub(super) fn add(&mut self, name: &str, bytes: &[u8]) -> Result<()> {
        let mut sum = Crc::new();
        sum.update(bytes);
        let (offset, size) = (small(self.bytes.len())?, small(bytes.len())?);
        let length = u16::try_from(name.len()).map_err(|_| too_large())?;
        self.files = self.files.checked_add(1).ok_or_else(too_large)?;
        let mut shared = vec![];
        for number in [VERSION, FLAGS, STORED, TIME, DATE] {
            shared.extend(number.to_le_bytes());
        }
        for number in [sum.sum(), size, size] {
            shared.extend(number.to_le_bytes());
        }
        // The length of the name, and that of extra fields.
        shared.extend(length.to_le_bytes());
        shared.extend([0; 2]);

        self.bytes.extend(b"PK\x03\x04");
        self.bytes.extend(&shared);
        self.bytes.extend(name.as_bytes());
        self.bytes.extend(bytes);

        self.directory.extend(b"PK\x01\x02");
        self.directory.extend(VERSION.to_le_bytes());
        self.directory.extend(&shared);
        // No comment; on the first disk; no attributes.
        self.directory.extend([0; 10]);
        self.directory.extend(offset.to_le_bytes());
        self.directory.extend(name.as_bytes());
        Ok(())
    }

    /// The archive.
    pub(super) fn finish(self) -> Result<Vec<u8>> {
        let Self { mut bytes, directory, files } = self;
        let (offset, size) = (small(bytes.len())?, small(directory.len())?);
        bytes.extend(directory);
        bytes.extend(b"PK\x05\x06");
        bytes.extend([0; 4]);
        bytes.extend(files.to_le_bytes());
        bytes.extend(files.to_le_bytes());
        bytes.extend(size.to_le_bytes());
        bytes.extend(offset.to_le_bytes());
        bytes.extend([0; 2]);
        Ok(bytes)
    }
}

fn small(size: usize) -> Result<u32> {
    u32::try_from(size).map_err(|_| too_large())
}

fn too_large() -> Error {
    Error::Internal("too much for a zip archive")
}

#[cfg(test)]
pub(super) mod tests {
    use std::collections::BTreeMap;

    use super::*;

    fn number(bytes: &[u8], at: usize, size: usize) -> usize {
        bytes[at..at + size].iter().rev().fold(0, |sum, &byte| sum << 8 | usize::from(byte))
    }

    /// The files of an archive by its directory, as programs read it, each checked.
    pub(in super::super) fn unpacked(zip: &[u8]) -> BTreeMap<String, Vec<u8>> {
        let end = zip.len() - 22;
        assert_eq!(&zip[end..end + 4], b"PK\x05\x06");
        let (count, mut at) = (number(zip, end + 10, 2), number(zip, end + 16, 4));
        let mut files = BTreeMap::new();
        for _ in 0..count {
            assert_eq!(&zip[at..at + 4], b"PK\x01\x02");
            let (size, length) = (number(zip, at + 24, 4), number(zip, at + 28, 2));
            let name = String::from_utf8(zip[at + 46..][..length].to_vec()).expect("UTF-8");
            let local = number(zip, at + 42, 4);
            assert_eq!(&zip[local..local + 4], b"PK\x03\x04");
            // Both headers say the same, from the version needed to the lengths.
            assert_eq!(zip[local + 4..local + 30], zip[at + 6..at + 32]);
            let start = local + 30 + number(zip, local + 26, 2) + number(zip, local + 28, 2);
            let bytes = zip[start..start + size].to_vec();
            let mut sum = Crc::new();
            sum.update(&bytes);
            assert_eq!(sum.sum() as usize, number(zip, at + 16, 4));
            files.insert(name, bytes);
            at += 46 + length;
        }
        assert_eq!(at, end, "the directory ends where the end begins");
        files
    }

    #[test]
    fn files_come_out_as_they_went_in() {
        let mut zip = Zip::default();
        zip.add("a/b.txt", b"some bytes").expect("small");
        zip.add("empty", b"").expect("small");
        let files = unpacked(&zip.finish().expect("small"));
        assert_eq!(files["a/b.txt"], b"some bytes");
        assert_eq!(files["empty"], b"");
        assert_eq!(files.len(), 2);
        assert!(unpacked(&Zip::default().finish().expect("small")).is_empty());
    }
}
