//! One line of text to what was understood of it: "Pay rent every month on the last day #home
//! !high at 9:00" is a title, a rule, a tag, a priority and a time.
//!
//! The app, the chat and MCP all ask [`parse`], so a line means the same everywhere.
//! [`parse_due`] reads a date alone, for commands such as "move it to friday". Nothing here
//! reads a clock or a database: `now` brings the time and the user's zone.
//!
//! Eagerness is the known fault of such parsers ("paprika" is not 1 April), so the rule is: when
//! in doubt it stays in the title. What was understood is echoed as [`Span`]s, so that a person
//! sees it before saving.
//!
//! # What is understood (English, in upper or lower case)
//!
//! - **Signs.** `#home` is a tag: letters, digits, `_` and `-`, at least one letter; what is more
//!   than a task takes stays in the title. `+Work` or
//!   `+"My project"` is a project, as in Vikunja and todo.txt (Todoist's `#` is our tag, and
//!   `/` is in too many titles). `!urgent !high !medium !low !none`, `!1` to `!4` and `p1` to
//!   `p4` are the priority; 1 is urgent, 4 is low.
//! - **Days.** today, tonight, tomorrow (tmr, tmrw), the day after tomorrow; weekdays, "this" and
//!   "next" with weekday, weekend, week, month, year; "in 3 days", "2 weeks from now"; 27 jan,
//!   jan 27th, 27 jan 2027, the 27th; 2027-01-27; end of month, end of next year.
//!   27/1/2027, 1/27/2027 and 27/1 only where one reading is possible; 3/4 stays in the title.
//!   27.1.2027 has the day first.
//! - **Times.** 9am, 9:30pm, at 9, at 9:00, 21:00, at noon, at midnight, 9 o'clock, in the
//!   morning (9:00), in the afternoon (14:00), in the evening (18:00), at night (20:00);
//!   an IANA zone right after the time ("9:00 Europe/Berlin") makes it a zoned due.
//! - **Recurrence.** every day, daily, every weekday, every mon, wed and fri, every other week,
//!   every 2 weeks on monday, every month on the 15th, every last friday, every 3rd friday,
//!   the 1st of every month, every jan 27, quarterly, on mondays. "every! 3 days" and
//!   "3 days after completion" count from completion. Right behind it: "until 3 may",
//!   "for 5 weeks", "10 times", "starting monday", "from monday".
//! - **Reminders.** "remind me 30 minutes before", "remind me 1 day and 2 hours before"; only
//!   beside a due, and as many and as early as a task takes.
//!
//! # How doubt is settled
//!
//! - A backslash keeps a word from being understood (`\today`), double quotes several words; the
//!   quotes stay in the title, the backslash goes.
//! - Words that mean something else in other places (a bare weekday, "daily", "at 9", "next
//!   week") count only where they stand apart: at the end of the line, before a comma or colon,
//!   before a word such as "with" or "about", or beside another date or time; a time in figures
//!   and "next week" also at the beginning. So "Monday meeting notes" and "look at 3 houses" are
//!   titles. `sun`, `sat` and `wed` also want a preposition or a time.
//! - After "the", "before", "for", "about" and the like a date is part of what is to be done.
//! - A range or a list ("monday to friday", "8am and 8pm") is not one day or time: it stays in the
//!   title, except behind "every".
//! - Of two for one field the last counts, the others stay in the title.
//! - A weekday is the next one, never today; "this friday" may be today; "next friday" is that of
//!   next week. Weeks begin on Monday. A day without a year is the next one, which may be today.
//! - A time without a day is its next occurrence. A named day stays, even if the time has passed.
//! - Hours without am or pm are of 24, unless tonight or a part of the day says otherwise ("at 9
//!   in the evening"); only a bare "at 1" to "at 5" is of the afternoon. Midnight begins the day
//!   it is named with; of today, it ends it.
//! - "every second monday" is that of the month; each other one is "every other monday".
//! - A recurrence without a day is due the first time it falls, from today on and not in the past.
//! - Values are civil: a time is a wall time, whatever the clocks do in between.

mod choose;
mod cursor;
mod line;
mod parse;
mod pattern;
mod phrase;
mod resolve;
mod sign;
mod title;
mod understood;
mod vocabulary;

pub use parse::{MAX_CHARS, TooLong, parse, parse_due};
pub use understood::{Kind, QuickAdd, Recurrence, Span};
