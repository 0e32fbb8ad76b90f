//! Links between pages.

use crate::{path, text};
use std::fs;
use std::path::{Path, PathBuf};

#[test]
fn every_link_leads_somewhere() {
    let mut broken = Vec::new();
    for page in pages() {
        let text = fs::read_to_string(&page).unwrap();
        for target in links(&text) {
            let (file, anchor) = target.split_once('#').unwrap_or((target, ""));
            let file =
                if file.is_empty() { page.clone() } else { page.parent().unwrap().join(file) };
            if !file.exists() || !has_heading(&file, anchor) {
                broken.push(format!("{} → {target}", page.display()));
            }
        }
    }
    assert!(broken.is_empty(), "{broken:#?}");
}

#[test]
fn every_page_stands_in_the_summary() {
    let summary = text("docs/SUMMARY.md");
    let docs = path("docs");
    for page in pages().into_iter().filter(|page| page.starts_with(&docs)) {
        let name = page.strip_prefix(&docs).unwrap().to_string_lossy().into_owned();
        assert!(name == "SUMMARY.md" || summary.contains(&format!("({name})")), "{name}");
    }
}

fn pages() -> Vec<PathBuf> {
    let mut pages = vec![path("README.md")];
    let mut folders = vec![path("docs")];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let entry = entry.unwrap().path();
            if entry.is_dir() {
                folders.push(entry);
            } else if entry.extension().is_some_and(|extension| extension == "md") {
                pages.push(entry);
            }
        }
    }
    pages
}

/// The targets of links to other files of the source tree.
fn links(page: &str) -> impl Iterator<Item = &str> {
    let targets = page.split("](").skip(1).filter_map(|rest| Some(rest.split_once(')')?.0));
    targets.filter(|target| !target.contains("://"))
}

/// Whether a page has the heading that an anchor names.
fn has_heading(page: &Path, anchor: &str) -> bool {
    if anchor.is_empty() {
        return true;
    }
    let text = fs::read_to_string(page).unwrap();
    let headings = text.lines().filter(|line| line.starts_with('#'));
    let plain = |c: char| c.is_alphanumeric() || matches!(c, ' ' | '-' | '_');
    headings.map(|line| line.trim_start_matches('#').trim().to_lowercase()).any(|line| {
        line.chars().filter(|&c| plain(c)).collect::<String>().replace(' ', "-") == anchor
    })
}
