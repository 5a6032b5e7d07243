//! Takes out of the style sheet what only its authors read: comments, indentation, and spaces that mean nothing.

use std::error::Error;
use std::path::Path;
use std::{env, fs};

const SOURCE: &str = "src/ui/style.css";

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed={SOURCE}");
    let css = fs::read_to_string(SOURCE)?;
    let out = env::var_os("OUT_DIR").ok_or("cargo says where built files go")?;
    fs::write(Path::new(&out).join("style.css"), minified(&css))?;
    Ok(())
}

fn minified(css: &str) -> String {
    let mut rest = css;
    let mut plain = String::new();
    while let Some((before, after)) = rest.split_once("/*") {
        plain.push_str(before);
        rest = after.split_once("*/").map_or("", |(_, after)| after);
    }
    plain.push_str(rest);
    let mut css = plain.split_whitespace().collect::<Vec<_>>().join(" ");
    // A space before a colon tells `a :hover` from `a:hover`, and those around an operator belong to calc(); none of
    // these does.
    for (spaced, tight) in [
        (" {", "{"),
        ("{ ", "{"),
        (" }", "}"),
        ("} ", "}"),
        ("; ", ";"),
        (": ", ":"),
        (", ", ","),
        (" > ", ">"),
        (";}", "}"),
    ] {
        css = css.replace(spaced, tight);
    }
    css
}
