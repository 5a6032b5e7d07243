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
    ($(#[$doc:meta])* $name:ident => $latest:ident { $($version:ident($number:literal, $type:ty)),+ }) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq)]
        pub enum $name {
            $(
                #[doc = concat!("Version ", stringify!($number), ".")]
                $version(Box<$type>)
            ),+
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                use serde::de::Error;
                let json = serde_json::Value::deserialize(deserializer)?;
                match json.get("version").and_then(serde_json::Value::as_u64) {
                    $(Some($number) => serde_json::from_value(json).map(Self::$version).map_err(D::Error::custom),)+
                    Some(other) => Err(D::Error::custom(format_args!("version {other} is not known"))),
                    None => Err(D::Error::missing_field("version")),
                }
            }
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
