//! A person's settings on their way back.

use serde_json::{Map, Value};

use super::{
    merge::{Merge, Since},
    report::{Kind, Report, Subject},
    sets::{self, Deed},
    undone::Undone,
};
use crate::{error::ApiError, profile, projection::at, write::Write};

pub(super) async fn undo(
    write: &mut Write,
    deed: &Deed,
    undone: &Undone,
    report: &mut Report,
) -> Result<(), ApiError> {
    let user = write.ctx.user;
    let (start, end) = deed.span();
    let subject = Subject {
        kind: Kind::Profile,
        id: user.0,
        name: "settings".to_owned(),
    };
    let is_settings = |event: &events::Event| !event.payload.changed_fields().is_empty();
    let is_ours = deed.events.iter().any(is_settings) && start > 0;
    let after = at::profile(write.tx(), user, end).await?;
    let before = if is_ours {
        at::profile(write.tx(), user, start).await?
    } else {
        after.clone()
    };
    if (&before.time_zone, &before.settings) == (&after.time_zone, &after.settings) {
        // The log does not know names and addresses, on purpose.
        report.skip(
            &subject,
            Vec::new(),
            "account data are not in the log",
            None,
        );
        return Ok(());
    }
    let events = sets::since(write.tx(), user, deed.aggregate_id, end).await?;
    let since = Since::of(&events, undone);
    let mut merge = Merge::new(&since);
    let found = profile::find(write.tx(), user).await?;
    let mut back = found.profile.clone();
    merge.field(
        "time_zone",
        &before.time_zone,
        &after.time_zone,
        &mut back.time_zone,
    );
    let [before, after] = [before.settings, after.settings].map(fields);
    merge.field("settings", &before, &after, &mut back.settings);
    profile::save(write, found, &back).await?;
    merge.report_kept(&subject, report);
    report.undo(&subject, merge.changes);
    Ok(())
}

fn fields(settings: Value) -> Map<String, Value> {
    match settings {
        Value::Object(fields) => fields,
        _ => Map::new(),
    }
}
