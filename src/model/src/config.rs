//! Configuration as people write it: a folder of JSON files.
//!
//! `banso.json` is the [`Workspace`], `guides/*.json` are [`Guide`]s and `help/*.json` are [`Article`]s. Each file
//! states its version; a file is read as the enum of its versions and brought to the latest.

pub mod folder;
pub mod guide;
pub mod health;
pub mod help;
pub mod hub;
pub mod media;
pub mod question;
pub mod text;
pub mod union;
pub mod version;
pub mod workspace;

pub use folder::{File, Folder};
pub use guide::Guide;
pub use help::Article;
pub use text::Text;
pub use workspace::Workspace;

version::versions! {
    /// `banso.json` in any version.
    WorkspaceFile => Workspace { V1(1, Workspace) }
}
version::versions! {
    /// `guides/*.json` in any version.
    GuideFile => Guide { V1(1, Guide) }
}
version::versions! {
    /// `help/*.json` in any version.
    ArticleFile => Article { V1(1, Article) }
}
