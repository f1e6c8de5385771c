//! The weights: a number for each feature of a window of sentences, and one for each signal.
//!
//! The file is little-endian: `MGW1`, version, bits of a feature's number, number of signals, scale and bias of the window's
//! model, bias of the sum, a weight for each signal (all `f32` or `u32`), then one signed byte for each feature.

use std::sync::LazyLock;

use crate::features::{FEATURE_BITS, Sink};

static WEIGHTS: &[u8] = include_bytes!("../weights/guard-2.bin");
const HEADER: usize = 28;
/// Windows of fewer features of wording, and of meaning, are judged as if they had so many: few words say little.
pub const WORDS_MIN: f32 = 40.0;
pub const MEANINGS_MIN: f32 = 10.0;

/// The weights as they are read.
pub struct Model {
    scale: f32,
    bias: f32,
    pub sum_bias: f32,
    pub signals: Vec<f32>,
    features: &'static [u8],
}

pub static MODEL: LazyLock<Model> = LazyLock::new(|| {
    let word = |at: usize| {
        let bytes = WEIGHTS
            .get(at..at + 4)
            .and_then(|bytes| bytes.try_into().ok());
        u32::from_le_bytes(bytes.unwrap_or_default())
    };
    let number = |at: usize| f32::from_bits(word(at));
    let signals = word(12) as usize;
    let table = HEADER + 4 * signals;
    assert!(
        WEIGHTS.starts_with(b"MGW1")
            && word(4) == crate::VERSION
            && word(8) == FEATURE_BITS
            && WEIGHTS.len() == table + (1 << FEATURE_BITS),
        "the weights in the program are not those of its features"
    );
    Model {
        scale: number(16),
        bias: number(20),
        sum_bias: number(24),
        signals: (0..signals).map(|at| number(HEADER + 4 * at)).collect(),
        features: &WEIGHTS[table..],
    }
});

/// Sums of the weights and numbers of the features of a piece, or of several together.
#[derive(Debug, Clone, Copy)]
pub struct Sums {
    table: &'static [u8],
    words: f32,
    words_count: f32,
    meanings: f32,
    meanings_count: f32,
}

impl Default for Sums {
    fn default() -> Self {
        Self {
            table: MODEL.features,
            words: 0.0,
            words_count: 0.0,
            meanings: 0.0,
            meanings_count: 0.0,
        }
    }
}

impl Sink for Sums {
    fn word(&mut self, index: usize) {
        self.words += f32::from(self.table[index].cast_signed());
        self.words_count += 1.0;
    }

    fn meaning(&mut self, index: usize) {
        self.meanings += f32::from(self.table[index].cast_signed());
        self.meanings_count += 1.0;
    }
}

impl Sums {
    pub fn add(&mut self, other: &Sums) {
        self.words += other.words;
        self.words_count += other.words_count;
        self.meanings += other.meanings;
        self.meanings_count += other.meanings_count;
    }

    /// What the model thinks of a window with these sums.
    pub fn value(&self) -> f32 {
        let words = self.words / self.words_count.max(WORDS_MIN).sqrt();
        let meanings = self.meanings / self.meanings_count.max(MEANINGS_MIN).sqrt();
        MODEL.bias + MODEL.scale * (words + meanings)
    }
}
