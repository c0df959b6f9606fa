//! Compression: the bits that a model needs for an image, beside those of PNG and gzip.
