//! Finishing a digit: the codes that explain its visible pixels best.
