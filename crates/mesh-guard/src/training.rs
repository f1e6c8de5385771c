//! What the training script needs: features and signals as numbers. No part of the promised interface.

use crate::features::{Sink, visit};
use crate::reading::hits_of;
use crate::signals::{self, Readings};

/// The features of a piece: of its wording, and of its meaning.
#[derive(Debug, Default, Clone)]
pub struct Piece {
    pub words: Vec<u32>,
    pub meanings: Vec<u32>,
}

impl Sink for Piece {
    fn word(&mut self, index: usize) {
        self.words.extend(u32::try_from(index));
    }

    fn meaning(&mut self, index: usize) {
        self.meanings.extend(u32::try_from(index));
    }
}

/// A window: the pieces from one to another, the part of the original that it shows, and those of its signals that are not 0,
/// by their number, without what the model thinks of it.
#[derive(Debug, Clone)]
pub struct Window {
    pub pieces: (usize, usize),
    pub span: (usize, usize),
    pub signals: Vec<(usize, f32)>,
}

/// All pieces and windows of a text, as it stands and as it is meant.
#[must_use]
pub fn read(text: &str) -> (Vec<Piece>, Vec<Window>) {
    let readings = Readings::of(text);
    let open = readings.open_rules();
    let (mut pieces, mut windows) = (Vec::new(), Vec::new());
    for (reading, hidden) in readings.readings() {
        let (from, mut at) = (pieces.len(), 0);
        for piece in &reading.pieces {
            let mut features = Piece::default();
            visit(
                &reading.view.text,
                piece,
                hits_of(&reading.hits, piece, &mut at),
                &mut features,
            );
            pieces.push(features);
        }
        for window in reading.windows() {
            let all = readings.signals(reading, hidden, &window, open);
            let named = all.values.iter().copied().enumerate().zip(signals::names());
            windows.push(Window {
                pieces: (from + window.first, from + window.last),
                span: reading.span(&window),
                signals: named
                    .filter(|((_, value), name)| *value != 0.0 && *name != "wording")
                    .map(|(signal, _)| signal)
                    .collect(),
            });
        }
    }
    (pieces, windows)
}

/// The names of the signals with the weights that training starts from, in the order of their weights.
pub fn signal_names() -> Vec<(&'static str, f32)> {
    signals::names().zip(signals::priors()).collect()
}
