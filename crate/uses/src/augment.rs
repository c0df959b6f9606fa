//! More data: labelled digits that a conditional model writes, and what they teach a classifier.
