//! The table of `docs/fidelity.md` is what the program counts on the real exports, and every message
//! of them is either sent or left out by rule.

use assert_cmd::Command;
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::Path;

const EXPORTS: [&str; 3] = ["houston-2016", "haskell-jp", "bot-cards"];

/// The loss account as `inspect --json` prints it; none where the export is not at hand.
#[expect(clippy::print_stdout, reason = "a skipped test says so")]
fn account(name: &str) -> Option<Value> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let path = root.join("../shared/exports").join(name).with_extension("zip");
    if !path.exists() {
        println!("skipped: {} is not here", path.display());
        return None;
    }
    let run = Command::cargo_bin("chatferry")
        .expect("the program")
        .arg("inspect")
        .arg(path)
        .arg("--json")
        .output();
    let whole: Value = serde_json::from_slice(&run.expect("it runs").stdout).expect("JSON");
    let sum = |counts: &Value| -> u64 {
        counts.as_object().into_iter().flatten().filter_map(|(_, count)| count.as_u64()).sum()
    };
    let told = sum(&whole["loss_account"]["messages"]) + sum(&whole["left_out"]);
    assert_eq!(whole["messages"]["total"], told, "{name}: sent and left out");
    Some(whole["loss_account"].clone())
}

fn table(accounts: &[Value]) -> String {
    let weights = ["none", "cosmetic", "content", "whole"];
    let sums = |weight: &str| -> Vec<String> {
        accounts.iter().map(|one| one["messages"][weight].to_string()).collect()
    };
    let mut rows = vec![
        format!("| | | {} |", EXPORTS.join(" | ")),
        format!("|---|---|{}", "--:|".repeat(EXPORTS.len())),
    ];
    let sums = |weight| format!("| messages | {weight} | {} |", sums(weight).join(" | "));
    rows.extend(weights.map(sums));
    let mut kinds: BTreeMap<(String, String), Vec<String>> = BTreeMap::new();
    for (at, one) in accounts.iter().enumerate() {
        for kind in one["kinds"].as_array().expect("kinds") {
            let cell = |key: &str| kind[key].as_str().expect("a word").to_owned();
            let row = kinds
                .entry((cell("weight"), cell("code")))
                .or_insert_with(|| vec![String::new(); accounts.len()]);
            row[at] = format!("{} in {}", kind["count"], kind["items"]);
        }
    }
    let losses = kinds.into_iter();
    rows.extend(
        losses
            .map(|((weight, code), row)| format!("| `{code}` | {weight} | {} |", row.join(" | "))),
    );
    rows.join("\n") + "\n"
}

#[test]
fn the_table_of_losses_over_the_real_exports_is_true() {
    let accounts: Option<Vec<Value>> = EXPORTS.into_iter().map(account).collect();
    let Some(accounts) = accounts else { return };
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/fidelity.md");
    let document = std::fs::read_to_string(path).expect("docs/fidelity.md");
    let want = table(&accounts);
    assert!(document.contains(&want), "docs/fidelity.md should hold\n{want}");
    for unknown in ["unknown_element", "unknown_block", "unknown_subtype", "blocks_unreadable"] {
        assert!(!want.contains(unknown), "{unknown} occurs in a real export");
    }
}
