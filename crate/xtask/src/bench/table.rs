//! What the benchmark has measured, as a table.

use std::{collections::BTreeMap, fmt::Write};

use serde_json::Value;

use super::{on_cpu, ours, text};

/// Headings, and the JSON pointer to each number. The columns before "dispatch" come from mode
/// `time`, the others from mode `count`.
const COLUMNS: [(&str, &str); 12] = [
    ("steps/s", "/steps_per_s"),
    ("cores", "/cores"),
    ("init ms", "/ms_init"),
    ("1st step", "/ms_first_step"),
    ("decode 1", "/decode_1_ms"),
    ("256, ms", "/decode_256_ms"),
    ("dispatch", "/per_step/dispatch"),
    ("submit", "/per_step/submit"),
    ("groups", "/per_step/create_bind_group"),
    ("buffers", "/per_step/create_buffer"),
    ("writes", "/per_step/write_buffer"),
    ("pipelines", "/total_pipelines"),
];

/// All turns of one page with one workload.
type Lines<'a> = Vec<&'a Value>;

/// One row per workload and page with the results of both modes: medians over the turns.
pub(super) fn of(lines: &[Value]) -> String {
    let mut all: BTreeMap<(String, bool, String), Lines<'_>> = BTreeMap::new();
    for line in lines {
        let page = text(line, "page");
        all.entry((text(line, "workload"), on_cpu(&page), page)).or_default().push(line);
    }
    let mut table = format!("    {:<2} {:<20}{:>10}", "", "", "ours / it");
    for (heading, _) in COLUMNS {
        let _ = write!(table, "{heading:>10}");
    }
    table.push('\n');
    for ((workload, cpu, page), lines) in &all {
        let same = |(key, _): &(&(String, bool, String), _)| {
            (&key.0, &key.1) == (workload, cpu) && ours(&key.2)
        };
        let beside = all.iter().find(same).map(|(_, lines)| lines);
        let ratio = beside.filter(|_| !ours(page)).and_then(|ours| ratio(ours, lines));
        let ratio = ratio.map_or("-".into(), short);
        let _ = write!(table, "    {workload:<2} {page:<20}{ratio:>10}");
        for (_, place) in COLUMNS {
            let _ = write!(table, "{:>10}", cell(lines, place));
        }
        table.push('\n');
    }
    for note in levels(lines) {
        let _ = writeln!(table, "    {note}");
    }
    table
        + "    Medians over the turns; ours / it: median of the ratios of steps/s within each turn."
        + " Times in ms;\n    dispatch to writes: calls per training step, without reading the "
        + "loss.\n"
}

fn cell(lines: &Lines<'_>, place: &str) -> String {
    let counts = place.starts_with("/per_step");
    let counted = counts || place == "/total_pipelines";
    let lines: Vec<_> = lines.iter().filter(|line| (line["mode"] == "count") == counted).collect();
    let found = lines.iter().filter_map(|line| line.pointer(place)?.as_f64()).collect();
    match median(found) {
        Some(number) => short(number),
        // Calls that a page never makes are missing from its counts.
        None if counts && lines.iter().any(|line| !line["per_step"].is_null()) => "0".into(),
        None if lines.is_empty() => String::new(),
        None => "-".into(),
    }
}

/// How many times as fast the first page is, where both were measured in the same turn.
fn ratio(ours: &Lines<'_>, theirs: &Lines<'_>) -> Option<f64> {
    let speed = |line: &Value| line["steps_per_s"].as_f64().filter(|&speed| speed > 0.0);
    let ratios = theirs.iter().filter_map(|line| {
        let turn = ours.iter().find(|ours| ours["rep"] == line["rep"] && speed(ours).is_some())?;
        Some(speed(turn)? / speed(line)?)
    });
    median(ratios.collect())
}

fn median(mut numbers: Vec<f64>) -> Option<f64> {
    numbers.sort_by(f64::total_cmp);
    let upper = *numbers.get(numbers.len() / 2)?;
    let lower = numbers[(numbers.len() - 1) / 2];
    Some(f64::midpoint(lower, upper))
}

/// What our page computes with on the CPU, once for each answer.
fn levels(lines: &[Value]) -> Vec<String> {
    let mut found: Vec<String> = lines
        .iter()
        .filter(|line| ours(&text(line, "page")) && line["simd"].is_string())
        .map(|line| {
            let [cores, there] = ["cores", "hw_threads"].map(|name| line[name].to_string());
            format!("ours on the CPU: {cores} of {there} cores, {}", text(line, "simd"))
        })
        .collect();
    found.sort();
    found.dedup();
    found
}

/// Rounds to about three significant digits.
fn short(number: f64) -> String {
    match number {
        n if n.fract() == 0.0 || n >= 100.0 => format!("{n:.0}"),
        n if n >= 10.0 => format!("{n:.1}"),
        n => format!("{n:.2}"),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn rows(lines: &[Value]) -> Vec<Vec<String>> {
        let words = |line: &str| line.split_whitespace().map(str::to_owned).collect();
        of(lines).lines().map(words).collect()
    }

    #[test]
    fn a_row_joins_what_both_modes_measured() {
        let rows = rows(&[
            json!({"page": "ours", "workload": "M", "mode": "time",
                "steps_per_s": 312.4, "decode_1_ms": 2.345}),
            json!({"page": "ours", "workload": "M", "mode": "count",
                "per_step": {"dispatch": 25}, "total_pipelines": 24}),
            json!({"page": "jax-webgpu", "workload": "M", "mode": "time", "error": "no result"}),
        ]);
        assert_eq!(rows[1], ["M", "jax-webgpu", "-", "-", "-", "-", "-", "-", "-"]);
        assert_eq!(rows[2][..9], ["M", "ours", "-", "312", "-", "-", "-", "2.35", "-"]);
        assert_eq!(rows[2][9..], ["25", "0", "0", "0", "0", "24"]);
    }

    #[test]
    fn ratios_are_taken_within_a_turn_and_on_the_same_device() {
        let line = |page: &str, rep: u32, steps_per_s: f64| {
            json!({"page": page, "workload": "M", "mode": "time", "rep": rep,
                "steps_per_s": steps_per_s, "cores": 2, "hw_threads": 4, "simd": "simd128"})
        };
        let jax = "jax-webgpu@dev:wasm";
        let rows = rows(&[
            line("ours@device:cpu", 0, 20.0),
            line(jax, 0, 10.0),
            // The machine was busy here: both fell.
            line("ours@device:cpu", 1, 9.0),
            line(jax, 1, 3.0),
            line("ours@device:cpu", 2, 40.0),
            line(jax, 2, 10.0),
            line("ours", 0, 900.0),
        ]);
        let starts: Vec<_> = rows[1..4].iter().map(|row| row[..4].join(" ")).collect();
        assert_eq!(
            starts,
            ["M ours - 900", "M jax-webgpu@dev:wasm 3 10", "M ours@device:cpu - 20"]
        );
        assert_eq!(rows[4].join(" "), "ours on the CPU: 2 of 4 cores, simd128");
    }
}
