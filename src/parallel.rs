//! Work side by side, where there is enough of it: to start the threads takes as long as a small translation.

use rayon::prelude::{IntoParallelRefIterator, ParallelIterator};

/// Returns what `work` makes of each thing, in their order; side by side from `enough` things on.
pub(crate) fn map<'a, T: Sync, R: Send>(
    things: &'a [T],
    enough: usize,
    work: impl Fn(&'a T) -> R + Sync + Send,
) -> Vec<R> {
    if things.len() < enough {
        things.iter().map(work).collect()
    } else {
        things.par_iter().map(work).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::map;

    #[test]
    fn the_order_stays() {
        let things: Vec<usize> = (0..100).collect();
        for enough in [1, 1000] {
            assert_eq!(map(&things, enough, |it| it + 1)[99], 100);
        }
    }
}
