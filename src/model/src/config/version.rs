//! The version every file states, so that later formats can read earlier ones.

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// The number 1, and nothing else.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct One;

impl Serialize for One {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_u8(1)
    }
}

impl<'de> Deserialize<'de> for One {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match u64::deserialize(deserializer)? {
            1 => Ok(Self),
            other => Err(serde::de::Error::custom(format_args!(
                "version {other} is not known, the latest is 1"
            ))),
        }
    }
}

impl JsonSchema for One {
    fn inline_schema() -> bool {
        true
    }
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "One".into()
    }
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "const": 1 })
    }
}

/// Declares the file of a kind as the enum of its versions, oldest first, with its way to the latest.
macro_rules! versions {
    ($(#[$doc:meta])* $name:ident => $latest:ident { $($version:ident($type:ty)),+ }) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
        #[serde(untagged)]
        pub enum $name {
            $(
                #[doc = concat!("Version ", stringify!($version), ".")]
                $version(Box<$type>)
            ),+
        }

        impl From<$name> for $latest {
            fn from(file: $name) -> Self {
                match file {
                    $($name::$version(written) => (*written).into()),+
                }
            }
        }
    };
}

pub(super) use versions;
