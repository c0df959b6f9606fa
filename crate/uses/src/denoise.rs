//! Denoising: three kinds of noise, and what is left of it after a reconstruction.
