//! All classes in one hand: a digit written as every other, and how well the hand is kept.
