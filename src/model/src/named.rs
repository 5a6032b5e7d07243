//! Things by their names, in the order of the names.
//!
//! With the feature `config` this is the standard library's map. The widget, which every page downloads, takes a sorted
//! list that does the same: a tree is compiled anew for each type it holds, and those add up to a quarter of the widget.

/// Things by their names, in the order of the names.
#[cfg(feature = "config")]
pub type Named<T> = std::collections::BTreeMap<String, T>;

#[cfg(not(feature = "config"))]
pub use flat::Named;

#[cfg(any(test, not(feature = "config")))]
mod flat {
    use std::fmt;
    use std::marker::PhantomData;

    use serde::de::{MapAccess, Visitor};
    use serde::ser::SerializeMap;
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    /// Things by their names, in the order of the names. The names are a list of their own, so that what looks for one
    /// is compiled once and not anew for every type of thing.
    #[derive(Clone, PartialEq, Eq)]
    pub struct Named<T> {
        names: Vec<String>,
        things: Vec<T>,
    }

    /// Where a name is, or belongs.
    #[inline(never)]
    fn place(names: &[String], name: &str) -> Result<usize, usize> {
        names.binary_search_by(|known| known.as_str().cmp(name))
    }

    /// Where a name is, which is put there when it is new.
    #[inline(never)]
    fn put(names: &mut Vec<String>, name: String) -> Result<usize, usize> {
        let place = place(names, &name);
        if let Err(new) = place {
            names.insert(new, name);
        }
        place
    }

    /// Takes a name out and says where it was.
    #[inline(never)]
    fn take(names: &mut Vec<String>, name: &str) -> Option<usize> {
        let place = place(names, name).ok()?;
        names.remove(place);
        Some(place)
    }

    impl<T> Named<T> {
        /// None yet.
        #[must_use]
        pub const fn new() -> Self {
            Self {
                names: Vec::new(),
                things: Vec::new(),
            }
        }

        /// How many there are.
        #[must_use]
        pub fn len(&self) -> usize {
            self.names.len()
        }

        /// Whether there is none.
        #[must_use]
        pub fn is_empty(&self) -> bool {
            self.names.is_empty()
        }

        /// The thing of that name.
        #[must_use]
        pub fn get(&self, name: &str) -> Option<&T> {
            self.things.get(place(&self.names, name).ok()?)
        }

        /// The thing of that name, to be changed.
        pub fn get_mut(&mut self, name: &str) -> Option<&mut T> {
            self.things.get_mut(place(&self.names, name).ok()?)
        }

        /// Whether there is a thing of that name.
        #[must_use]
        pub fn contains_key(&self, name: &str) -> bool {
            place(&self.names, name).is_ok()
        }

        /// Puts a thing under a name. Returns what was there before.
        pub fn insert(&mut self, name: String, thing: T) -> Option<T> {
            match put(&mut self.names, name) {
                Ok(place) => {
                    let known = self.things.get_mut(place)?;
                    Some(std::mem::replace(known, thing))
                }
                Err(place) => {
                    self.things.insert(place, thing);
                    None
                }
            }
        }

        /// Takes the thing of that name out.
        pub fn remove(&mut self, name: &str) -> Option<T> {
            let place = take(&mut self.names, name)?;
            Some(self.things.remove(place))
        }

        /// Takes out whatever `keep` does not keep.
        pub fn retain(&mut self, mut keep: impl FnMut(&String, &mut T) -> bool) {
            let mut at = 0;
            while let (Some(name), Some(thing)) = (self.names.get(at), self.things.get_mut(at)) {
                if keep(name, thing) {
                    at += 1;
                } else {
                    self.names.remove(at);
                    self.things.remove(at);
                }
            }
        }

        /// Takes everything out.
        pub fn clear(&mut self) {
            self.names.clear();
            self.things.clear();
        }

        /// Every name and thing.
        pub fn iter(&self) -> Iter<'_, T> {
            self.names.iter().zip(&self.things)
        }

        /// Every name.
        pub fn keys(&self) -> impl Iterator<Item = &String> {
            self.names.iter()
        }

        /// Every thing.
        pub fn values(&self) -> impl Iterator<Item = &T> {
            self.things.iter()
        }

        /// Every thing, to be changed.
        pub fn values_mut(&mut self) -> impl Iterator<Item = &mut T> {
            self.things.iter_mut()
        }
    }

    type Iter<'a, T> = std::iter::Zip<std::slice::Iter<'a, String>, std::slice::Iter<'a, T>>;

    impl<T> Default for Named<T> {
        fn default() -> Self {
            Self::new()
        }
    }

    impl<T: fmt::Debug> fmt::Debug for Named<T> {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.debug_map().entries(self.iter()).finish()
        }
    }

    impl<T> Extend<(String, T)> for Named<T> {
        fn extend<I: IntoIterator<Item = (String, T)>>(&mut self, things: I) {
            for (name, thing) in things {
                self.insert(name, thing);
            }
        }
    }

    impl<T> FromIterator<(String, T)> for Named<T> {
        fn from_iter<I: IntoIterator<Item = (String, T)>>(things: I) -> Self {
            let mut named = Self::new();
            named.extend(things);
            named
        }
    }

    impl<T, const N: usize> From<[(String, T); N]> for Named<T> {
        fn from(things: [(String, T); N]) -> Self {
            things.into_iter().collect()
        }
    }

    impl<T> IntoIterator for Named<T> {
        type Item = (String, T);
        type IntoIter = std::iter::Zip<std::vec::IntoIter<String>, std::vec::IntoIter<T>>;

        fn into_iter(self) -> Self::IntoIter {
            self.names.into_iter().zip(self.things)
        }
    }

    impl<'a, T> IntoIterator for &'a Named<T> {
        type Item = (&'a String, &'a T);
        type IntoIter = Iter<'a, T>;

        fn into_iter(self) -> Iter<'a, T> {
            self.iter()
        }
    }

    impl<T: Serialize> Serialize for Named<T> {
        fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            let mut map = serializer.serialize_map(Some(self.len()))?;
            for (name, thing) in self {
                map.serialize_entry(name, thing)?;
            }
            map.end()
        }
    }

    impl<'de, T: Deserialize<'de>> Deserialize<'de> for Named<T> {
        fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
            struct Things<T>(PhantomData<T>);
            impl<'de, T: Deserialize<'de>> Visitor<'de> for Things<T> {
                type Value = Named<T>;
                fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                    f.write_str("an object")
                }
                fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Named<T>, A::Error> {
                    let mut named = Named::new();
                    while let Some((name, thing)) = map.next_entry()? {
                        named.insert(name, thing);
                    }
                    Ok(named)
                }
            }
            deserializer.deserialize_map(Things(PhantomData))
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::flat::Named;

    proptest! {
        #[test]
        fn it_does_what_a_tree_does(acts in prop::collection::vec((any::<bool>(), "[a-d]{0,2}", 0..9_u8), 0..40)) {
            let mut named = Named::new();
            let mut tree = BTreeMap::new();
            for (put, name, thing) in acts {
                if put {
                    prop_assert_eq!(named.insert(name.clone(), thing), tree.insert(name.clone(), thing));
                } else {
                    prop_assert_eq!(named.remove(&name), tree.remove(&name));
                }
                prop_assert_eq!(named.get(&name), tree.get(&name));
                prop_assert_eq!(named.contains_key(&name), tree.contains_key(&name));
                prop_assert_eq!(named.get_mut(&name), tree.get_mut(&name));
                prop_assert_eq!((named.len(), named.is_empty()), (tree.len(), tree.is_empty()));
                prop_assert!(named.iter().eq(tree.iter()) && named.keys().eq(tree.keys()));
                if thing == 0 {
                    named.retain(|name, thing| name.len() > 1 && *thing > 3);
                    tree.retain(|name, thing| name.len() > 1 && *thing > 3);
                }
                prop_assert!(named.values().eq(tree.values()) && named.values_mut().eq(tree.values_mut()));
            }
            let text = serde_json::to_string(&named).expect("JSON");
            prop_assert_eq!(&text, &serde_json::to_string(&tree).expect("JSON"));
            prop_assert_eq!(serde_json::from_str::<Named<u8>>(&text).expect("JSON"), named.clone());
            prop_assert_eq!(named.clone().into_iter().collect::<Named<u8>>(), named);
        }
    }
}
