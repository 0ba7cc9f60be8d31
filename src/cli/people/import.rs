//! `people import`: what the admin chose, checked row by row and taken over.

mod check;
mod stay;
mod told_rows;

use self::check::Check;
use self::stay::Stay;
use super::{PeopleImportArgs, offline, refresh, workbook};
use crate::cli::args::Common;
use crate::cli::hint::Tell;
use crate::cli::session::{Session, again, runtime};
use crate::cli::sheet::Sheet;
use crate::cli::words::counted;
use crate::cli::{Exit, choices, folder, json_line, print, told};
use crate::clock::SystemClock;
use crate::ledger::Choices;

pub(super) fn import(common: &Common, args: &PeopleImportArgs) -> anyhow::Result<Exit> {
    let runtime = runtime()?;
    let _inside = runtime.enter();
    let opened = folder::resume(common, args.target.settings(), &SystemClock)?;
    let session = Session::begin("people", common, opened)?;
    let mut ledger = session.ledger()?;
    let path = workbook(&session, args.file.as_deref());
    let bytes = std::fs::read(&path).tell(
        Exit::Refused,
        format!("{} can't be read: write it with `chatferry people export`", path.display()),
    )?;
    let sheet = Sheet::read(&bytes).tell(Exit::Refused, HINT)?;
    refresh(&session, &mut ledger, args.offline)?;
    let offline = offline(&session, &ledger)?;
    let (listed, before) = (ledger.directory()?, ledger.choices()?);
    let told_rows = Check::new(&sheet, &offline, &listed, &before).all()?;
    session.watch.end();
    let taken = told_rows.wrong.is_empty() || args.partial;
    let mut stay = Stay::default();
    if taken {
        let changes = told_rows.changes.iter();
        let people = changes.map(|change| (change.id.clone(), change.after.clone())).collect();
        let chosen = Choices { people, ..Choices::default() };
        choices::keep(&session.opened.work, &mut ledger, &chosen)?;
        stay = Stay::of(&session, &mut ledger, &offline, &told_rows.changes)?;
    }
    if session.json() {
        print(&(json_line(&told_rows.json(taken, &stay)) + "\n"))?;
    } else {
        print(&told_rows.text(taken, &stay, &|words| again(common, words)))?;
    }
    if told_rows.wrong.is_empty() {
        return Ok(Exit::Done);
    }
    let wrong = counted(told_rows.wrong.len() as u64, "row is wrong", "rows are wrong");
    let rest = if taken { "the others were taken over" } else { "nothing was taken over" };
    Err(told(
        Exit::Refused,
        format!("{}: {wrong}, {rest}", path.display()),
        "mend these rows and import again; --partial takes over the others",
    ))
}

const HINT: &str = "it is the CSV that `chatferry people export` wrote, with the columns slack_id, account and policy";
