//! `lantoa families`: the software that portals run on, as files that operators read, edit and add.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Result, bail};
use serde::Serialize;

use super::explain::{self, Detail, put, short};
use super::{extract, print_json, println_or_quit};
use crate::app;
use crate::clock::Clock;
use crate::config::Config;
use crate::extract::{Extracted, Families, Family, Hints, Hit, article_of, hits};

/// What to do with the families.
#[derive(Debug, clap::Subcommand)]
pub(super) enum Args {
    /// List the families: those carried with lantoa and those of the folder extract.families
    List,
    /// Print a family as a file to start from: `lantoa families show NukeViet > families/nukeviet.toml`
    Show {
        /// Its name
        name: String,
    },
    /// Prove a family's file before it is put into the folder
    Check {
        /// The file
        file: PathBuf,
        /// Saved page to try it on
        #[arg(long, value_name = "HTML")]
        page: Option<PathBuf>,
        /// Where that page is
        #[arg(long, requires = "page")]
        url: Option<String>,
    },
}

pub(super) fn run(args: &Args, config: &Config, json: bool) -> Result<ExitCode> {
    let (families, problems) = app::families(&config.extract);
    match args {
        Args::List => list(&families, &problems, json),
        Args::Show { name } => show(&families, name, json),
        Args::Check { file, page, url } => check(file, page.as_deref(), url.as_deref(), config, json),
    }
}

#[derive(Serialize)]
struct Listed<'a> {
    name: &'a str,
    file: Option<&'a str>,
    replaces: bool,
    on: &'a str,
    detect: &'a [String],
}

fn list(families: &Families, problems: &[String], json: bool) -> Result<ExitCode> {
    for problem in problems {
        eprintln!("error: {problem}");
    }
    let listed = families.all().iter().map(|family| Listed {
        name: &family.name,
        file: family.file.as_deref(),
        replaces: family.replaces,
        on: &family.on,
        detect: &family.detect,
    });
    if json {
        let families: Vec<_> = listed.collect();
        print_json(&serde_json::json!({ "families": families, "problems": problems }))?;
    } else {
        for family in listed {
            let place = match family.file {
                None => "carried".to_owned(),
                Some(file) if family.replaces => format!("{file}, in place of the carried one"),
                Some(file) => file.to_owned(),
            };
            let on = if family.on.is_empty() { String::new() } else { format!(", built upon {}", family.on) };
            println_or_quit(&format!("{:24}{place}{on}", family.name))?;
        }
        println_or_quit(&format!("{} families (lantoa families show NAME prints one)", families.all().len()))?;
    }
    Ok(if problems.is_empty() { ExitCode::SUCCESS } else { ExitCode::from(1) })
}

fn show(families: &Families, name: &str, json: bool) -> Result<ExitCode> {
    let Some(family) = families.find(name) else {
        let names: Vec<&str> = families.all().iter().map(|family| family.name.as_str()).collect();
        bail!("cannot show `{name}`: there is no such family (one of {})", names.join(", "));
    };
    if json {
        let file = toml::from_str::<serde_json::Value>(&family.text).unwrap_or_default();
        print_json(&file)?;
    } else {
        println_or_quit(family.text.trim_end())?;
    }
    Ok(ExitCode::SUCCESS)
}

/// How a family's file did.
#[derive(Serialize)]
struct Checked<'a> {
    file: String,
    ok: bool,
    problems: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    page: Option<Tried<'a>>,
}

/// How a family did on one page.
#[derive(Serialize)]
struct Tried<'a> {
    /// Its marks that stand in the page.
    marks: Vec<&'a str>,
    /// Every family recognised, the surest first.
    families: Vec<&'a str>,
    hits: Vec<Hit>,
    article: extract::Line<'a>,
}

fn check(file: &Path, page: Option<&Path>, url: Option<&str>, config: &Config, json: bool) -> Result<ExitCode> {
    let name = file.display().to_string();
    let text = app::read_family(file).map_err(|cause| anyhow::anyhow!("cannot read {name}: {cause}"))?;
    let family = match Family::read(&text, Some(&name)) {
        Ok(family) => family,
        Err(problem) => {
            if json {
                print_json(&Checked { file: name, ok: false, problems: vec![problem], page: None })?;
            } else {
                eprintln!("error: {problem}");
            }
            return Ok(ExitCode::from(1));
        }
    };
    // The file is tried beside those it will stand beside.
    let (families, mut problems) = app::families(&config.extract.clone());
    problems.clear();
    let beside = families.all().iter().filter_map(|known| Some((known.file.clone()?, known.text.clone())));
    let beside = beside.filter(|(_, known)| *known != text && !same_name(known, &family));
    let files: Vec<_> = beside.chain([(name.clone(), text.clone())]).collect();
    let (families, found) = Families::with(&files);
    problems.extend(found.into_iter().filter(|problem| problem.starts_with(&name)));

    let selectors: usize = family.rules.lists().iter().map(|(_, list)| list.len()).sum();
    let Some(page) = page else {
        let ok = problems.is_empty();
        if json {
            print_json(&Checked { file: name, ok, problems, page: None })?;
        } else {
            print_problems(&problems);
            let line = format!(
                "{name}: family {}, {} marks and {selectors} selectors can be used",
                family.name,
                family.detect.len()
            );
            println_or_quit(&line)?;
        }
        return Ok(if ok { ExitCode::SUCCESS } else { ExitCode::from(1) });
    };
    let url = extract::address(url)?;
    let (html, doubt) = extract::saved(page, config)?;
    let mut read = article_of(&html, &url, &Hints::default(), None, &families, Clock::System.now());
    read.problems.extend(doubt);
    let marks: Vec<&str> = family.detect.iter().map(String::as_str).filter(|mark| html.contains(mark)).collect();
    if marks.is_empty() {
        problems.push(format!("{name}: key detect: none of its marks stands in {}", page.display()));
    }
    let hits = hits(&html, &family.rules);
    if !hits.iter().any(|hit| hit.key == "content" && hit.count > 0) {
        problems.push(format!("{name}: key rules.content: finds no body in {}", page.display()));
    }
    let ok = problems.is_empty();
    if json {
        let article = extract::line(None, None, &read);
        let tried = Tried { marks, families: families.names_on(&html), hits, article };
        print_json(&Checked { file: name, ok, problems, page: Some(tried) })?;
    } else {
        print_tried(&family, &marks, &families.names_on(&html), &hits, &read)?;
        print_problems(&problems);
    }
    Ok(if ok { ExitCode::SUCCESS } else { ExitCode::from(1) })
}

fn same_name(text: &str, family: &Family) -> bool {
    Family::read(text, None).is_ok_and(|known| known.name.to_lowercase() == family.name.to_lowercase())
}

fn print_problems(problems: &[String]) {
    for problem in problems {
        eprintln!("error: {problem}");
    }
}

fn print_tried(family: &Family, marks: &[&str], names: &[&str], hits: &[Hit], read: &Extracted) -> Result<()> {
    let mut out = Vec::new();
    put(
        &mut out,
        "family",
        &format!("{}, {} of {} marks: {}", family.name, marks.len(), family.detect.len(), marks.join(", ")),
    );
    put(&mut out, "recognised", &if names.is_empty() { "no family".to_owned() } else { names.join(", ") });
    out.push("\nwhat its selectors find".to_owned());
    out.extend(found(hits));
    out.push("\nwhat is read".to_owned());
    out.extend(explain::lines(read, Detail::Full));
    println_or_quit(&out.join("\n"))
}

/// One line for each selector that finds something, and one for those of a list that find nothing.
fn found(hits: &[Hit]) -> Vec<String> {
    let mut out = Vec::new();
    for list in hits.chunk_by(|a, b| a.key == b.key) {
        let name = list[0].key;
        let mut shown = name;
        for hit in list.iter().filter(|hit| hit.count > 0) {
            let times = if hit.count > 1 { format!("{} times ", hit.count) } else { String::new() };
            put(&mut out, shown, &format!("{} {times}“{}”", hit.selector, short(&hit.first, 50)));
            shown = "";
        }
        if list.iter().all(|hit| hit.count == 0) {
            put(&mut out, shown, "nothing");
        }
    }
    out
}
