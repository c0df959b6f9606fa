//! Queries of `inkling_uses::few_labels`.
