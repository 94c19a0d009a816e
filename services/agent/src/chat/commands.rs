//! The built-in command reader, for when there is no language model. It asks for the same tools,
//! and says that it is none.

use serde_json::{Value, json};

use super::model::{Asked, Prompt, Reply, Said};

/// What it understands, for people.
const HELP: &str = "I am TaskFlow's built-in command reader, not a language model. I understand:\n\
    - `add Pay rent every month on the 1st #home !high at 9:00`\n\
    - `list`, `list overdue`, `list today`, `list completed`, `list #home`, `find milk`\n\
    - `complete Buy milk`, `reopen Buy milk`\n\
    - `move Buy milk to friday 9am`\n\
    - `delete Buy milk`\n\
    - `undo`";

/// What comes first in a conversation.
const GREETING: &str = "(No language model is set up: I read plain commands. `help` lists them.)";

/// What a line asks for.
#[derive(Debug, PartialEq)]
enum Wish {
    Call(&'static str, Value),
    Help,
    /// To have taken back what there is not.
    NothingToUndo,
    /// Nothing that is understood.
    Unclear,
}

/// The next thing to say or do: first the call that the message asks for, then what came of it.
pub(super) fn answer(prompt: &Prompt<'_>) -> Reply {
    let of_turn = &prompt.said[prompt.before..];
    let text = match of_turn.last() {
        Some(Said::User(message)) => match read(message, prompt) {
            Wish::Call(tool, input) => {
                return Reply {
                    calls: vec![Asked {
                        id: "command".to_owned(),
                        tool: tool.to_owned(),
                        input: input.to_string(),
                    }],
                    ..Reply::default()
                };
            }
            Wish::Help => HELP.to_owned(),
            Wish::NothingToUndo => "There is nothing to undo in this conversation.".to_owned(),
            Wish::Unclear => format!("I did not understand that. {HELP}"),
        },
        Some(Said::Tool {
            value, sentence, ..
        }) => outcome(value, sentence),
        _ => HELP.to_owned(),
    };
    let is_first = prompt.before == 0 && !text.contains(HELP);
    Reply {
        text: if is_first {
            format!("{text}\n\n{GREETING}")
        } else {
            text
        },
        ..Reply::default()
    }
}

fn read(message: &str, prompt: &Prompt<'_>) -> Wish {
    let line = message.trim().trim_end_matches(['.', '!', '?']);
    let line = line.strip_prefix("please ").unwrap_or(line).trim();
    let (verb, rest) = match line.split_once(char::is_whitespace) {
        Some((verb, rest)) => (verb.to_lowercase(), rest.trim()),
        None => (line.to_lowercase(), ""),
    };
    let of_task = |tool, more: Value| {
        let named = unquoted(rest.strip_prefix("task ").unwrap_or(rest));
        if named.is_empty() {
            return Wish::Unclear;
        }
        let mut input = json!({"task_id": named});
        if let (Value::Object(input), Value::Object(more)) = (&mut input, more) {
            input.extend(more);
        }
        Wish::Call(tool, input)
    };
    match verb.as_str() {
        // What follows is quick add's to read, so the end of the line stays.
        "add" | "create" | "new" | "todo" => add(message),
        "remember" | "remind" if rest.contains(' ') => add(message),
        "list" | "show" | "tasks" | "what" | "what's" | "what’s" | "whats" | "which" => {
            list(line)
        }
        "find" | "search" if !rest.is_empty() => {
            Wish::Call("search_tasks", json!({"query": unquoted(rest)}))
        }
        "complete" | "done" | "finish" | "check" | "tick" => of_task("complete_task", json!({})),
        "reopen" | "uncomplete" | "uncheck" => {
            of_task("complete_task", json!({"completed": false}))
        }
        "delete" | "remove" => of_task("delete_task", json!({})),
        "move" | "reschedule" | "postpone" | "defer" => put_off(rest),
        "undo" | "revert" => last_change(prompt),
        "help" | "hi" | "hello" | "" => Wish::Help,
        _ => Wish::Unclear,
    }
}

fn add(message: &str) -> Wish {
    let line = message.trim();
    let rest = line.split_once(char::is_whitespace).map_or("", |it| it.1);
    let starts = [
        "a task to ",
        "a task ",
        "task to ",
        "task ",
        "me to ",
        "to ",
    ];
    let rest = rest.trim();
    let title = starts
        .iter()
        .find_map(|start| rest.strip_prefix(start))
        .unwrap_or(rest)
        .trim_start_matches(':')
        .trim();
    if title.is_empty() {
        return Wish::Unclear;
    }
    Wish::Call("add_task", json!({"title": title, "quick": true}))
}

/// The list, if the line asks for it: it names tasks, or it is made of words alone that ask for
/// them. What else people ask ("what is the weather") often begins the same.
fn list(line: &str) -> Wish {
    let mut input = json!({"sort": "due"});
    let (mut names_tasks, mut asks, mut says_more) = (false, false, false);
    for word in line.to_lowercase().split_whitespace() {
        match word {
            "overdue" => {
                input["overdue"] = true.into();
                names_tasks = true;
            }
            "tasks" | "todos" | "todo" | "due" => names_tasks = true,
            "late" => input["overdue"] = true.into(),
            "today" => input["due_before"] = "tomorrow".into(),
            "completed" | "done" | "finished" => input["status"] = "completed".into(),
            "all" | "everything" => input["status"] = "all".into(),
            word if word.len() > 1 && word.starts_with('#') => {
                input["tags"] = json!([&word[1..]]);
            }
            word if word.len() > 1 && word.starts_with('+') => {
                input["project"] = word[1..].into();
            }
            "list" | "show" | "task" | "things" | "do" | "have" | "on" | "left" | "open"
            | "pending" | "next" => {}
            "what" | "what's" | "what’s" | "whats" | "which" | "is" | "are" | "i" | "me" | "my"
            | "the" | "to" | "for" | "of" | "in" | "this" | "should" | "must" | "need"
            | "still" | "now" | "tomorrow" | "week" | "month" => continue,
            _ => {
                says_more = true;
                continue;
            }
        }
        asks = true;
    }
    if names_tasks || (asks && !says_more) {
        Wish::Call("list_tasks", input)
    } else {
        Wish::Unclear
    }
}

fn put_off(rest: &str) -> Wish {
    let rest = rest.strip_prefix("task ").unwrap_or(rest);
    // The last one: titles have words of their own.
    let lower = rest.to_lowercase();
    let separators = [" to ", " until ", " by "];
    let split = separators
        .iter()
        .filter_map(|separator| Some((lower.rfind(separator)?, separator.len())))
        .max();
    match split {
        // Lower case may have another length; then there is no telling where it was.
        Some((at, length)) if lower.len() == rest.len() => Wish::Call(
            "update_task",
            json!({"task_id": unquoted(&rest[..at]), "due_date": rest[at + length..].trim()}),
        ),
        _ => Wish::Unclear,
    }
}

/// The newest change-set of this conversation that is no undo itself.
fn last_change(prompt: &Prompt<'_>) -> Wish {
    let mut undone = Vec::new();
    let mut last = None;
    for said in prompt.said {
        match said {
            Said::Assistant(_, calls) => last = calls.last(),
            Said::Tool { value, .. } => {
                let value: Value = serde_json::from_str(value).unwrap_or_default();
                let Some(id) = value["change_set_id"].as_str() else {
                    continue;
                };
                if last.is_some_and(|call| call.tool == "undo") {
                    undone.pop();
                } else {
                    undone.push(id.to_owned());
                }
            }
            Said::User(_) => {}
        }
    }
    match undone.pop() {
        Some(id) => Wish::Call("undo", json!({"change_set_id": id})),
        None => Wish::NothingToUndo,
    }
}

fn unquoted(text: &str) -> &str {
    text.trim().trim_matches(['"', '“', '”', '\'']).trim()
}

/// A tool's result for a person: the sentence, and the tasks if there are any.
fn outcome(value: &str, sentence: &str) -> String {
    let value: Value = serde_json::from_str(value).unwrap_or_default();
    let Some(tasks) = value["tasks"].as_array() else {
        return if sentence.is_empty() {
            "Done.".to_owned()
        } else {
            escaped(sentence)
        };
    };
    if tasks.is_empty() {
        return "No tasks match.".to_owned();
    }
    let lines = tasks.iter().map(|task| {
        let title = task["title"].as_str().unwrap_or_default();
        let tick = if task["completed"] == true { "x" } else { " " };
        match task["due"].as_str() {
            Some(due) => format!("- [{tick}] {} ({due})", escaped(title)),
            None => format!("- [{tick}] {}", escaped(title)),
        }
    });
    let mut lines: Vec<String> = lines.collect();
    if value["next_cursor"].is_string() {
        lines.push("- …".to_owned());
    }
    lines.join("\n")
}

/// What people write is text, whatever Markdown would make of it.
fn escaped(title: &str) -> String {
    let mut text = String::with_capacity(title.len());
    for c in title.chars() {
        if "\\`*_[]<>#|~".contains(c) {
            text.push('\\');
        }
        text.push(c);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wish(line: &str, said: &[Said]) -> Wish {
        let now = "2026-11-21T09:00[Europe/Berlin]".parse().unwrap();
        let prompt = Prompt {
            said,
            before: 0,
            tools: &[],
            now: &now,
            must_answer: false,
        };
        read(line, &prompt)
    }

    #[test]
    fn a_line_asks_for_a_tool() {
        for (line, tool, input) in [
            (
                "add buy milk tomorrow!",
                "add_task",
                json!({"title": "buy milk tomorrow!", "quick": true}),
            ),
            (
                "Add a task to call Bob",
                "add_task",
                json!({"title": "call Bob", "quick": true}),
            ),
            ("list", "list_tasks", json!({"sort": "due"})),
            (
                "show my overdue tasks",
                "list_tasks",
                json!({"sort": "due", "overdue": true}),
            ),
            ("find \"milk\"", "search_tasks", json!({"query": "milk"})),
            (
                "complete Buy milk.",
                "complete_task",
                json!({"task_id": "Buy milk"}),
            ),
            (
                "reopen Buy milk",
                "complete_task",
                json!({"task_id": "Buy milk", "completed": false}),
            ),
            (
                "please delete task “Buy milk”",
                "delete_task",
                json!({"task_id": "Buy milk"}),
            ),
            (
                "move Go to the bank to friday 9am",
                "update_task",
                json!({"task_id": "Go to the bank", "due_date": "friday 9am"}),
            ),
        ] {
            assert_eq!(wish(line, &[]), Wish::Call(tool, input), "{line}");
        }
        for unclear in ["delete", "move it", "sing a song", "add", "find"] {
            assert_eq!(wish(unclear, &[]), Wish::Unclear, "{unclear}");
        }
        assert_eq!(wish("hello!", &[]), Wish::Help);
    }

    #[test]
    fn a_question_is_for_the_list_only_if_it_is_about_tasks() {
        let (all, today) = (json!({}), json!({"due_before": "tomorrow"}));
        let overdue = json!({"overdue": true});
        for (line, filters) in [
            ("tasks", &all),
            ("what is due?", &all),
            ("What’s due this week?", &all),
            ("which high priority tasks are there", &all),
            ("what do I have to do?", &all),
            ("what's next?", &all),
            ("show me the list", &all),
            ("show my tasks", &all),
            ("what's due today", &today),
            ("What's on today?", &today),
            ("what do I have today", &today),
            ("show me overdue tasks", &overdue),
            ("what is overdue?", &overdue),
            ("what is done", &json!({"status": "completed"})),
            ("list #home", &json!({"tags": ["home"]})),
            (
                "show all +work",
                &json!({"status": "all", "project": "work"}),
            ),
        ] {
            let Wish::Call("list_tasks", mut input) = wish(line, &[]) else {
                panic!("{line}");
            };
            input.as_object_mut().unwrap().remove("sort");
            assert_eq!(input, *filters, "{line}");
        }
        for line in [
            "what is the weather",
            "what is the weather today?",
            "what is 2+2?",
            "what is this",
            "what",
            "what's up?",
            "what can you do?",
            "which one",
            "show me the money",
            "tell me a joke",
        ] {
            assert_eq!(wish(line, &[]), Wish::Unclear, "{line}");
        }
    }

    #[test]
    fn undo_takes_the_last_change_that_stands() {
        let call = |tool: &str| {
            let asked = Asked {
                id: String::new(),
                tool: tool.to_owned(),
                input: String::new(),
            };
            Said::Assistant(String::new(), vec![asked])
        };
        let wrote = |id: &str| Said::Tool {
            call: String::new(),
            value: json!({"change_set_id": id}).to_string(),
            sentence: String::new(),
        };
        let said = [call("add_task"), wrote("1"), call("add_task"), wrote("2")];
        let undo = |id: &str| Wish::Call("undo", json!({"change_set_id": id}));
        assert_eq!(wish("undo", &[]), Wish::NothingToUndo);
        assert_eq!(wish("undo", &said), undo("2"));
        let undone = [&said[..], &[call("undo"), wrote("3")]].concat();
        assert_eq!(wish("undo", &undone), undo("1"));
        let all_undone = [&undone[..], &[call("undo"), wrote("4")]].concat();
        assert_eq!(wish("undo", &all_undone), Wish::NothingToUndo);
    }

    #[test]
    fn titles_are_text() {
        let value = json!({"tasks": [{"title": "![x](http://evil)", "completed": false}]});
        let shown = outcome(&value.to_string(), "");
        assert_eq!(shown, "- [ ] !\\[x\\](http://evil)");
        let shown = outcome("{}", "Completed “[x](http://evil)”.");
        assert_eq!(shown, "Completed “\\[x\\](http://evil)”.");
    }
}
