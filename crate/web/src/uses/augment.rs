//! Queries of `inkling_uses::augment`.
