//! What the training script needs: features and signals as numbers. No part of the promised interface.

use crate::features::{Sink, visit};
use crate::signals::{self, Signals};
use crate::view::View;

/// A window of one block or two: its features, and the part of the original that it shows.
#[derive(Debug, Default, Clone)]
pub struct Window {
    pub features: Vec<u32>,
    pub span: (usize, usize),
}

/// The windows of a text, in order.
#[must_use]
pub fn windows(text: &str) -> Vec<Window> {
    #[derive(Default)]
    struct Blocks {
        now: Vec<u32>,
        all: Vec<(Vec<u32>, usize)>,
    }
    impl Sink for Blocks {
        fn feature(&mut self, index: usize) {
            self.now.extend(u32::try_from(index));
        }
        fn block(&mut self, end: usize) {
            self.all.push((std::mem::take(&mut self.now), end));
        }
    }
    let (view, _) = View::fold(text);
    let mut blocks = Blocks::default();
    visit(&view.text, &mut blocks);
    let mut windows = Vec::new();
    for (at, (features, end)) in blocks.all.iter().enumerate() {
        let start = if at >= 2 { blocks.all[at - 2].1 } else { 0 };
        let before = if at >= 1 {
            blocks.all[at - 1].0.clone()
        } else {
            Vec::new()
        };
        if at >= 1 {
            let middle = blocks.all[at - 1].1;
            windows.push(Window {
                features: features.clone(),
                span: view.span(middle, *end),
            });
        }
        windows.push(Window {
            features: before.into_iter().chain(features.iter().copied()).collect(),
            span: view.span(start, *end),
        });
    }
    windows
}

/// The names of the signals with the weights that training starts from, in the order of their weights.
pub fn signal_names() -> Vec<(&'static str, f32)> {
    signals::names().zip(signals::priors()).collect()
}

/// The signals of a text, in the order of their weights.
#[must_use]
pub fn signal_values(text: &str) -> Vec<f32> {
    Signals::of(text).values
}
