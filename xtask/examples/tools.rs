//! Prints the document of the agent's tools, from the registry that feeds MCP and the chat. A
//! program of its own, as the backend's OpenAPI document is.

use std::{
    fmt::{self, Write as _},
    io::Write as _,
};

use agent::tool::{Effect, Tool, registry};
use serde_json::Value;

const HEAD: &str = "# Tools of the agent\n\n\
    <!-- GENERATED from services/agent/src/tool by `cargo xtask generate`. Do not edit. -->\n\n\
    What programs can do over MCP, and the model in the chat. Every argument that has a star is \
    needed. A `user_id` is never one: whose tasks these are, the token says.\n";

fn main() -> anyhow::Result<()> {
    let mut document = HEAD.to_owned();
    for tool in registry::all() {
        describe(&mut document, tool)?;
    }
    std::io::stdout().write_all(document.as_bytes())?;
    Ok(())
}

fn describe(document: &mut String, tool: &Tool) -> fmt::Result {
    let about = &tool.about;
    let effect = match about.effect {
        Effect::Reads => "It changes nothing.",
        Effect::Adds => "It adds.",
        Effect::Changes => "It changes what is there.",
        Effect::Removes => {
            "It takes away what is there; more than 5 tasks wait for the user's own yes."
        }
    };
    let (name, title, description) = (about.name, about.title, about.description);
    write!(
        document,
        "\n## `{name}`\n**{title}.** {description} {effect}\n"
    )?;
    let input = Value::Object((*tool.input).clone());
    if input["properties"]
        .as_object()
        .is_some_and(|it| !it.is_empty())
    {
        document.push_str("\n| argument | | |\n|---|---|---|\n");
        arguments(document, "", &input)?;
    }
    let output = tool.output.get("properties").and_then(Value::as_object);
    let answer = output.into_iter().flat_map(|fields| fields.keys());
    let answer: Vec<String> = answer.map(|field| format!("`{field}`")).collect();
    writeln!(document, "\nAnswers with {}.", answer.join(", "))
}

/// A line for each, and below a list those of its items.
fn arguments(document: &mut String, above: &str, schema: &Value) -> fmt::Result {
    let needed = schema["required"].as_array();
    for (name, argument) in schema["properties"].as_object().into_iter().flatten() {
        let is_needed = needed.is_some_and(|needed| needed.iter().any(|it| it == name));
        let star = if is_needed { " *" } else { "" };
        let kind = kind(argument);
        let words = argument["description"].as_str().unwrap_or_default();
        let words = words.replace('\n', " ").replace('|', "\\|");
        writeln!(document, "| `{above}{name}`{star} | {kind} | {words} |")?;
        arguments(document, &format!("{above}{name}[]."), &argument["items"])?;
    }
    Ok(())
}

fn kind(schema: &Value) -> String {
    let choices = choices(schema);
    if !choices.is_empty() {
        return choices.join(", ");
    }
    match &schema["type"] {
        Value::String(kind) => kind.clone(),
        Value::Array(kinds) => {
            let kinds = kinds.iter().filter_map(Value::as_str);
            kinds.collect::<Vec<_>>().join(" or ")
        }
        _ => "any".to_owned(),
    }
}

/// The values of an enumeration, however its schema lists them.
fn choices(schema: &Value) -> Vec<String> {
    let list = |name: &str| schema[name].as_array().into_iter().flatten();
    let constant = schema["const"].as_str();
    let own = list("enum").filter_map(Value::as_str).chain(constant);
    let own = own.map(|value| format!("`{value}`"));
    let inner = ["oneOf", "anyOf"].into_iter();
    let inner = inner.flat_map(|name| list(name).flat_map(choices));
    own.chain(inner).collect()
}
