//! Filters of chance: what no seed decides is not known; with a seed, Python's generator is run.
//!
//! Manual: <https://docs.python.org/3/library/random.html>; the generator is MT19937, seeded as `Random(seed)` does it.

use sha2::{Digest, Sha512};

use super::{Filter, NAMED, Takes, builtin, filter, items};
use crate::import::ansible::jinja::args::Args;
use crate::import::ansible::jinja::catalog::Collection;
use crate::import::ansible::jinja::{Env, Eval, ops};
use crate::import::ansible::scope::Failure;
use crate::import::ansible::value::{Truth, Value};

pub(super) const FILTERS: &[Filter] = &[
    builtin("random", Takes::Items, random),
    builtin("shuffle", Takes::Items, shuffle),
    filter(
        Collection::General,
        "random_mac",
        Takes::Items,
        |env, _, _| Ok(Value::unknown("a random address", Some(env.here()))),
    ),
];

fn random(env: &mut Env<'_, '_>, value: Value, args: &Args) -> Eval<Value> {
    let number = |place, name| -> Eval<Option<i64>> {
        Ok(args.int(place, name)?.filter(|number| *number != 0))
    };
    let (start, step) = (number(0, "start")?, number(1, "step")?);
    let seed = args.get(2, "seed");
    let by_chance = |env: &Env<'_, '_>| Ok(Value::unknown("a random choice", Some(env.here())));
    if let Some(end) = value.as_int() {
        let (start, step) = (start.unwrap_or(0), step.unwrap_or(1));
        let width = end.saturating_sub(start);
        let count = if step > 0 {
            width.saturating_add(step - 1) / step
        } else {
            width.saturating_add(step + 1) / step
        };
        let count = u64::try_from(count).ok().filter(|count| *count > 0);
        let Some(count) = count else {
            return Err(Failure::failed("`random` has an empty range"));
        };
        let picked = match Twister::seeded(seed) {
            Some(mut twister) => twister.below(count),
            None if count == 1 => 0,
            None => return by_chance(env),
        };
        let picked = i64::try_from(picked).unwrap_or(i64::MAX);
        return Ok(Value::Int(
            start.saturating_add(step.saturating_mul(picked)),
        ));
    }
    let list = match &value {
        Value::Str(_) | Value::List(_) => items(&value)?,
        other => {
            return Err(Failure::failed(format!(
                "`random` needs a list or a whole number, not a {}",
                other.type_name()
            )));
        }
    };
    if start.is_some() || step.is_some() {
        return Err(Failure::failed(
            "`random` has a start or step only for numbers",
        ));
    }
    if list.is_empty() {
        return Err(Failure::failed("`random` has nothing to choose from"));
    }
    if all_same(&list) {
        return Ok(list.into_iter().next().unwrap_or(Value::None));
    }
    let Some(mut twister) = Twister::seeded(seed) else {
        return by_chance(env);
    };
    let at = twister.below(list.len() as u64);
    let at = usize::try_from(at).unwrap_or(0);
    Ok(list.get(at).cloned().unwrap_or(Value::None))
}

fn shuffle(env: &mut Env<'_, '_>, value: Value, args: &Args) -> Eval<Value> {
    // Ansible gives back what it cannot shuffle.
    let Some(mut list) = value.iterate() else {
        return Ok(value);
    };
    if all_same(&list) {
        return Ok(Value::list(list));
    }
    let seed = args.get(0, "seed").or_else(|| args.get(NAMED, "seed"));
    let seed = seed.filter(|it| matches!(it.truth(), Some(Truth::Yes)));
    let Some(mut twister) = Twister::seeded(seed) else {
        return Ok(Value::unknown("a random order", Some(env.here())));
    };
    for at in (1..list.len()).rev() {
        let other = twister.below(at as u64 + 1);
        list.swap(at, usize::try_from(other).unwrap_or(0));
    }
    Ok(Value::list(list))
}

fn all_same(list: &[Value]) -> bool {
    let Some((first, rest)) = list.split_first() else {
        return true;
    };
    rest.iter()
        .all(|it| matches!(ops::equal(first, it), Truth::Yes))
}

const SIZE: usize = 624;
const SHIFT: usize = 397;

/// The generator MT19937.
struct Twister {
    state: [u32; SIZE],
    next: usize,
}

impl Twister {
    /// `Random(seed)` of a text or a whole number.
    fn seeded(seed: Option<&Value>) -> Option<Twister> {
        let seed = seed?;
        if let Some(number) = seed.as_int() {
            let number = number.unsigned_abs();
            let low = u32::try_from(number & 0xffff_ffff).unwrap_or(0);
            let high = u32::try_from(number >> 32).unwrap_or(0);
            let words = [low, high];
            return Some(Twister::of(if high == 0 { &words[..1] } else { &words }));
        }
        // A text and its digest are one large number.
        let mut bytes = seed.as_str()?.as_bytes().to_vec();
        let digest = Sha512::digest(&bytes);
        bytes.extend_from_slice(&digest);
        bytes.reverse();
        let words = bytes.chunks(4).map(|chunk| {
            let mut word = [0; 4];
            word[..chunk.len()].copy_from_slice(chunk);
            u32::from_le_bytes(word)
        });
        let mut words: Vec<u32> = words.collect();
        while words.len() > 1 && words.last() == Some(&0) {
            words.pop();
        }
        Some(Twister::of(&words))
    }

    /// `init_by_array`
    fn of(key: &[u32]) -> Twister {
        let mut state = [0u32; SIZE];
        state[0] = 19_650_218;
        for at in 1..SIZE {
            let last = state[at - 1];
            state[at] = 1_812_433_253u32
                .wrapping_mul(last ^ (last >> 30))
                .wrapping_add(u32::try_from(at).unwrap_or(0));
        }
        let (mut at, mut word) = (1, 0);
        for _ in 0..SIZE.max(key.len()) {
            let last = state[at - 1];
            let mixed = state[at] ^ (last ^ (last >> 30)).wrapping_mul(1_664_525);
            let place = u32::try_from(word).unwrap_or(0);
            state[at] = mixed.wrapping_add(key[word]).wrapping_add(place);
            at += 1;
            word = (word + 1) % key.len();
            if at >= SIZE {
                state[0] = state[SIZE - 1];
                at = 1;
            }
        }
        for _ in 1..SIZE {
            let last = state[at - 1];
            let mixed = state[at] ^ (last ^ (last >> 30)).wrapping_mul(1_566_083_941);
            state[at] = mixed.wrapping_sub(u32::try_from(at).unwrap_or(0));
            at += 1;
            if at >= SIZE {
                state[0] = state[SIZE - 1];
                at = 1;
            }
        }
        state[0] = 0x8000_0000;
        Twister { state, next: SIZE }
    }

    fn word(&mut self) -> u32 {
        if self.next >= SIZE {
            for at in 0..SIZE {
                let bits =
                    (self.state[at] & 0x8000_0000) | (self.state[(at + 1) % SIZE] & 0x7fff_ffff);
                let odd = if bits & 1 == 1 { 0x9908_b0df } else { 0 };
                self.state[at] = self.state[(at + SHIFT) % SIZE] ^ (bits >> 1) ^ odd;
            }
            self.next = 0;
        }
        let mut word = self.state[self.next];
        self.next += 1;
        word ^= word >> 11;
        word ^= (word << 7) & 0x9d2c_5680;
        word ^= (word << 15) & 0xefc6_0000;
        word ^ (word >> 18)
    }

    /// `getrandbits`, of at most 64 bits.
    fn bits(&mut self, count: u32) -> u64 {
        if count <= 32 {
            return u64::from(self.word() >> (32 - count));
        }
        let low = u64::from(self.word());
        low | u64::from(self.word() >> (64 - count)) << 32
    }

    /// A number below `limit`, which is not 0.
    fn below(&mut self, limit: u64) -> u64 {
        let count = u64::BITS - limit.leading_zeros();
        loop {
            let found = self.bits(count);
            if found < limit {
                return found;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Twister;
    use crate::import::ansible::value::Value;

    #[test]
    fn seeds_give_what_python_gives() {
        // `random.Random(seed).randrange(limit)`
        let check = |seed: Value, limit: u64, expected: u64| {
            let found = Twister::seeded(Some(&seed)).unwrap().below(limit);
            assert_eq!(found, expected);
        };
        check(Value::str("web01"), 59, 22);
        check(Value::str("localhost"), 1_000_000, 702_844);
        check(Value::Int(42), 10, 1);
        check(Value::str(""), 24, 14);
    }
}
