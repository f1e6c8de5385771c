//! A map within a bound: what was not touched for longest is forgotten first.

use std::collections::BTreeMap;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// At most `MOST` things that were met lately.
#[derive(Debug, Clone)]
pub struct Lately<K, V, const MOST: usize> {
    held: BTreeMap<K, (u64, V)>,
    order: BTreeMap<u64, K>,
    next: u64,
}

impl<K, V, const MOST: usize> Default for Lately<K, V, MOST> {
    fn default() -> Self {
        Lately {
            held: BTreeMap::new(),
            order: BTreeMap::new(),
            next: 0,
        }
    }
}

impl<K: Ord + Clone, V, const MOST: usize> Lately<K, V, MOST> {
    /// What is held under a name.
    pub fn get(&self, name: &K) -> Option<&V> {
        self.held.get(name).map(|(_, value)| value)
    }

    /// The same, to change it; that does not count as touching.
    pub fn get_mut(&mut self, name: &K) -> Option<&mut V> {
        self.held.get_mut(name).map(|(_, value)| value)
    }

    /// What is held under a name, made if there is nothing; it is the newest from here on.
    pub fn touch(&mut self, name: K, fresh: impl FnOnce() -> V) -> &mut V {
        match self.held.get(&name) {
            Some((at, _)) => drop(self.order.remove(at)),
            None => drop(self.make_room()),
        }
        self.next += 1;
        self.order.insert(self.next, name.clone());
        let (at, value) = self.held.entry(name).or_insert_with(|| (0, fresh()));
        *at = self.next;
        value
    }

    /// Holds something new under a name.
    pub fn put(&mut self, name: K, value: V) {
        self.remove(&name);
        self.touch(name, || value);
    }

    /// Forgets the oldest, if there is no room for one more; gives what was forgotten.
    pub fn make_room(&mut self) -> Option<(K, V)> {
        if self.held.len() < MOST {
            return None;
        }
        let (_, name) = self.order.pop_first()?;
        let (_, value) = self.held.remove(&name)?;
        Some((name, value))
    }

    /// Forgets one.
    pub fn remove(&mut self, name: &K) -> Option<V> {
        let (at, value) = self.held.remove(name)?;
        self.order.remove(&at);
        Some(value)
    }

    /// All, by name.
    pub fn iter(&self) -> impl Iterator<Item = (&K, &V)> {
        self.held.iter().map(|(name, (_, value))| (name, value))
    }

    /// All, by name, to change them.
    pub fn iter_mut(&mut self) -> impl Iterator<Item = (&K, &mut V)> {
        self.held.iter_mut().map(|(name, (_, value))| (name, value))
    }

    /// Forgets what is not wanted.
    pub fn retain(&mut self, mut wanted: impl FnMut(&K, &mut V) -> bool) {
        let order = &mut self.order;
        self.held.retain(|name, (at, value)| {
            let stays = wanted(name, value);
            if !stays {
                order.remove(at);
            }
            stays
        });
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.held.len()
    }
}

impl<K: Ord + Clone + Serialize, V: Serialize, const MOST: usize> Serialize for Lately<K, V, MOST> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let oldest_first = self.order.values();
        to.collect_seq(oldest_first.filter_map(|name| Some((name, self.get(name)?))))
    }
}

impl<'de, K, V, const MOST: usize> Deserialize<'de> for Lately<K, V, MOST>
where
    K: Ord + Clone + DeserializeOwned,
    V: DeserializeOwned,
{
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let mut lately = Lately::default();
        for (name, value) in Vec::<(K, V)>::deserialize(from)? {
            lately.put(name, value);
        }
        Ok(lately)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_not_touched_goes_first_and_a_copy_forgets_alike() {
        let mut lately: Lately<u8, &str, 2> = Lately::default();
        lately.put(1, "one");
        lately.put(2, "two");
        lately.touch(1, || "never");
        let text = serde_json::to_string(&lately).unwrap();
        let mut copy: Lately<u8, String, 2> = serde_json::from_str(&text).unwrap();
        lately.put(3, "three");
        copy.put(3, "three".to_owned());
        let names = |all: Vec<&u8>| all.into_iter().copied().collect::<Vec<_>>();
        assert_eq!(names(lately.iter().map(|(name, _)| name).collect()), [1, 3]);
        assert_eq!(names(copy.iter().map(|(name, _)| name).collect()), [1, 3]);
        lately.remove(&3);
        lately.retain(|_, _| false);
        assert_eq!((lately.len(), lately.make_room()), (0, None));
    }
}
