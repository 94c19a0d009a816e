//! The registry itself.

use agent::tool::{Effect, registry};
use serde_json::Value;

#[test]
fn every_tool_is_described_and_its_schemas_are_schemas() {
    let mut names = std::collections::BTreeSet::new();
    for tool in registry::all() {
        let name = tool.about.name;
        assert!(names.insert(name), "{name} twice");
        for schema in [&tool.input, &tool.output] {
            let schema = Value::Object((**schema).clone());
            jsonschema::draft202012::meta::validate(&schema).unwrap();
            assert_eq!(schema["type"], "object", "{name}");
            let mut fields = schema["properties"].as_object().unwrap().values();
            assert!(fields.all(Value::is_object), "{name}: {schema}");
        }
        let arguments = tool.input["properties"].as_object().unwrap();
        assert!(!arguments.contains_key("user_id"), "{name}");
        assert!(!arguments.contains_key("confirm"), "{name}");
        let writes = tool.about.effect != Effect::Reads;
        for control in ["idempotency_key", "dry_run"] {
            assert_eq!(arguments.contains_key(control), writes, "{name} {control}");
        }
        assert_eq!(tool.input["additionalProperties"], false, "{name}");
    }
    for expected in [
        "add_task",
        "list_tasks",
        "update_task",
        "complete_task",
        "delete_task",
        "get_context",
        "search_tasks",
        "get_task",
        "batch_tasks",
        "reschedule_tasks",
        "set_recurrence",
        "set_reminder",
        "list_projects",
        "save_project",
        "get_changes",
        "undo",
    ] {
        assert!(names.contains(expected), "no {expected}");
    }
}
