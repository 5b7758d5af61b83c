//! Python's sets of whole numbers: the one kind whose order is the same in each run.
//!
//! Source: CPython's Objects/setobject.c.

use crate::import::ansible::value::Value;

const PROBES: usize = 9;

/// A table of numbers by hash, which is the number itself.
#[derive(Clone, Debug)]
pub(super) struct HashSet {
    slots: Vec<Slot>,
    used: usize,
    /// Slots that are or were taken.
    fill: usize,
}

#[derive(Clone, Debug)]
enum Slot {
    Empty,
    Gone,
    Taken(i64, Value),
}

impl HashSet {
    /// Makes a set of a list's items; `None` where they are not all whole numbers.
    pub(super) fn of(items: &[Value]) -> Option<HashSet> {
        let mut set = HashSet::new();
        for item in items {
            set.add(item.as_int()?, item);
        }
        Some(set)
    }

    fn new() -> HashSet {
        HashSet {
            slots: vec![Slot::Empty; 8],
            used: 0,
            fill: 0,
        }
    }

    pub(super) fn values(&self) -> Vec<Value> {
        self.taken().map(|(_, value)| value.clone()).collect()
    }

    fn taken(&self) -> impl Iterator<Item = (i64, &Value)> {
        self.slots.iter().filter_map(|slot| match slot {
            Slot::Taken(number, value) => Some((*number, value)),
            Slot::Empty | Slot::Gone => None,
        })
    }

    /// Returns the slot that a number has, or else the one where it would go: the first that another one left.
    fn place(&self, number: i64) -> (usize, bool) {
        let mask = self.slots.len() - 1;
        let mut perturb = hash(number);
        let mut start = low(perturb) & mask;
        let mut left = None;
        loop {
            let probes = if start + PROBES <= mask { PROBES } else { 0 };
            for at in start..=start + probes {
                match &self.slots[at] {
                    Slot::Empty => return (left.unwrap_or(at), false),
                    Slot::Taken(known, _) if *known == number => return (at, true),
                    Slot::Taken(..) => {}
                    Slot::Gone => left = left.or(Some(at)),
                }
            }
            perturb >>= 5;
            start = start
                .wrapping_mul(5)
                .wrapping_add(1)
                .wrapping_add(low(perturb))
                & mask;
        }
    }

    fn add(&mut self, number: i64, value: &Value) {
        let (at, is_there) = self.place(number);
        if is_there {
            return;
        }
        let is_new = matches!(self.slots[at], Slot::Empty);
        self.slots[at] = Slot::Taken(number, value.clone());
        self.used += 1;
        if !is_new {
            return;
        }
        self.fill += 1;
        if self.fill * 5 >= (self.slots.len() - 1) * 3 {
            let wanted = if self.used > 50_000 {
                self.used * 2
            } else {
                self.used * 4
            };
            self.resize(wanted);
        }
    }

    fn resize(&mut self, wanted: usize) {
        let mut size = 8;
        while size <= wanted {
            size <<= 1;
        }
        let slots = std::mem::replace(&mut self.slots, vec![Slot::Empty; size]);
        for slot in slots {
            if let Slot::Taken(number, _) = &slot {
                let (at, _) = self.place(*number);
                self.slots[at] = slot;
            }
        }
        self.fill = self.used;
    }

    fn has(&self, number: i64) -> bool {
        self.place(number).1
    }

    fn discard(&mut self, number: i64) -> bool {
        let (at, is_there) = self.place(number);
        if is_there {
            self.slots[at] = Slot::Gone;
            self.used -= 1;
        }
        is_there
    }

    fn merge(&mut self, other: &HashSet) {
        if (self.fill + other.used) * 5 >= (self.slots.len() - 1) * 3 {
            self.resize((self.used + other.used) * 2);
        }
        let is_copy =
            self.fill == 0 && self.slots.len() == other.slots.len() && other.fill == other.used;
        if is_copy {
            self.clone_from(other);
            return;
        }
        for (number, value) in other.taken() {
            self.add(number, value);
        }
    }

    fn copied(&self) -> HashSet {
        let mut copy = HashSet::new();
        copy.merge(self);
        copy
    }

    pub(super) fn union(&self, other: &HashSet) -> HashSet {
        let mut all = self.copied();
        all.merge(other);
        all
    }

    pub(super) fn intersection(&self, other: &HashSet) -> HashSet {
        let (larger, smaller) = if other.used > self.used {
            (other, self)
        } else {
            (self, other)
        };
        smaller.kept(|number| larger.has(number))
    }

    pub(super) fn difference(&self, other: &HashSet) -> HashSet {
        if self.used >> 2 > other.used {
            let mut rest = self.copied();
            for (number, _) in other.taken() {
                rest.discard(number);
            }
            // Many gone slots are cleared away.
            if rest.fill - rest.used > (rest.slots.len() - 1) / 5 {
                let wanted = if rest.used > 50_000 {
                    rest.used * 2
                } else {
                    rest.used * 4
                };
                rest.resize(wanted);
            }
            return rest;
        }
        self.kept(|number| !other.has(number))
    }

    pub(super) fn symmetric_difference(&self, other: &HashSet) -> HashSet {
        let mut either = other.copied();
        for (number, value) in self.taken() {
            if !either.discard(number) {
                either.add(number, value);
            }
        }
        either
    }

    fn kept(&self, keeps: impl Fn(i64) -> bool) -> HashSet {
        let mut kept = HashSet::new();
        for (number, value) in self.taken() {
            if keeps(number) {
                kept.add(number, value);
            }
        }
        kept
    }
}

/// Python's hash of a whole number, as bits.
fn hash(number: i64) -> u64 {
    const MODULUS: i64 = (1 << 61) - 1;
    let hash = number % MODULUS;
    (if hash == -1 { -2 } else { hash }).cast_unsigned()
}

fn low(bits: u64) -> usize {
    usize::try_from(bits & 0xffff_ffff_ffff).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::{HashSet, Value};

    #[test]
    fn numbers_come_in_the_order_of_python() {
        let list =
            |numbers: &[i64]| -> Vec<Value> { numbers.iter().map(|it| Value::Int(*it)).collect() };
        let check = |join: fn(&HashSet, &HashSet) -> HashSet, a: &[i64], b: &[i64], due: &[i64]| {
            let made = join(
                &HashSet::of(&list(a)).unwrap(),
                &HashSet::of(&list(b)).unwrap(),
            );
            let numbers = made.values();
            let numbers: Vec<i64> = numbers.iter().filter_map(Value::as_int).collect();
            assert_eq!(numbers, due);
        };
        check(HashSet::union, &[3, 1, 2], &[5, 4], &[1, 2, 3, 4, 5]);
        check(HashSet::union, &[8080, 443], &[80, 22], SETS[0]);
        check(HashSet::intersection, &[9, 1, 17], &[17, 9], SETS[1]);
        check(HashSet::difference, &[-1, -2, 100, 50], &[50], SETS[2]);
        check(
            HashSet::symmetric_difference,
            &[64, 8, 16],
            &[8, 24, 32],
            SETS[3],
        );
    }

    /// What Python 3.11 made of them.
    const SETS: [&[i64]; 4] = [
        &[8080, 80, 443, 22],
        &[17, 9],
        &[100, -1, -2],
        &[16, 24, 32, 64],
    ];
}
