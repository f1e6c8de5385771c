//! The weights: a number for each feature of a window of words, and one for each signal.
//!
//! The file is little-endian: `MGW1`, version, bits of a feature's number, number of signals, scale and bias of the window's
//! model, bias of the sum, a weight for each signal (all `f32` or `u32`), then one signed byte for each feature.

use std::sync::LazyLock;

use crate::features::{FEATURE_BITS, Sink, visit};

static WEIGHTS: &[u8] = include_bytes!("../weights/guard-1.bin");
const HEADER: usize = 28;

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

/// What the window's model thinks of a text.
#[derive(Debug, Clone, Copy)]
pub struct Reading {
    /// The highest value of a window, and its place in the view.
    pub worst: f32,
    pub start: usize,
    pub end: usize,
    /// The value of the text as one window.
    pub whole: f32,
    pub blocks: u32,
}

/// Reads a folded text through windows of one block and of two.
pub fn read(text: &str) -> Reading {
    let mut windows = Windows {
        model: &MODEL,
        now: (0.0, 0.0),
        before: (0.0, 0.0),
        all: (0.0, 0.0),
        starts: (0, 0),
        reading: Reading {
            worst: f32::MIN,
            start: 0,
            end: 0,
            whole: 0.0,
            blocks: 0,
        },
    };
    visit(text, &mut windows);
    let mut reading = windows.reading;
    reading.whole = windows.value(windows.all);
    if reading.blocks == 0 {
        reading.worst = reading.whole;
    }
    reading
}

struct Windows {
    model: &'static Model,
    /// Sum of the weights and number of the features in this block, in the one before, and in all.
    now: (f32, f32),
    before: (f32, f32),
    all: (f32, f32),
    /// Where the block before and this one begin.
    starts: (usize, usize),
    reading: Reading,
}

impl Windows {
    fn value(&self, (sum, count): (f32, f32)) -> f32 {
        self.model.bias + sum * self.model.scale / count.max(1.0).sqrt()
    }
}

impl Sink for Windows {
    fn feature(&mut self, index: usize) {
        self.now.0 += f32::from(self.model.features[index].cast_signed());
        self.now.1 += 1.0;
    }

    fn block(&mut self, end: usize) {
        let both = (self.now.0 + self.before.0, self.now.1 + self.before.1);
        for (sums, start) in [(both, self.starts.0), (self.now, self.starts.1)] {
            let value = self.value(sums);
            if value > self.reading.worst {
                self.reading.worst = value;
                self.reading.start = start;
                self.reading.end = end;
            }
        }
        self.reading.blocks += 1;
        self.all = (self.all.0 + self.now.0, self.all.1 + self.now.1);
        self.before = std::mem::take(&mut self.now);
        self.starts = (self.starts.1, end);
    }
}
