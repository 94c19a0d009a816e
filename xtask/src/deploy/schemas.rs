//! Rendered objects against the schemas of their kinds, where no field is unknown.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use std::rc::Rc;

use anyhow::{Context, Result, bail};
use jsonschema::Validator;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::chart::title;

const METADATA: &str = "io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta";
const QUANTITY: &str = "io.k8s.apimachinery.pkg.api.resource.Quantity";

/// What Kubernetes, Dapr and the Prometheus operator say of their kinds.
pub(super) struct Schemas {
    definitions: Map<String, Value>,
    /// By `apiVersion` and `kind`.
    kinds: BTreeMap<(String, String), Value>,
    /// The annotations that Dapr's injector understands; it overlooks all others.
    annotations: BTreeSet<String>,
    compiled: RefCell<BTreeMap<(String, String), Rc<Validator>>>,
}

impl Schemas {
    /// From the folder that [`install::schemas`](crate::install::schemas) gives.
    pub(super) fn read(folder: &Path) -> Result<Self> {
        let swagger: Value = serde_json::from_slice(&fs::read(folder.join("swagger.json"))?)?;
        let mut definitions = Map::new();
        let mut kinds = BTreeMap::new();
        for (name, schema) in swagger["definitions"].as_object().into_iter().flatten() {
            for kind in list(&schema["x-kubernetes-group-version-kind"]) {
                let key = key(&kind["group"], &kind["version"], &kind["kind"]);
                kinds.insert(key, json!({ "$ref": format!("#/definitions/{name}") }));
            }
            definitions.insert(name.clone(), strict(schema));
        }
        for entry in fs::read_dir(folder.join("crds"))? {
            let text = fs::read_to_string(entry?.path())?;
            for document in serde_norway::Deserializer::from_str(&text) {
                add_custom_kinds(&Value::deserialize(document)?, &mut kinds);
            }
        }
        let annotations = fs::read_to_string(folder.join("annotations.go"))?;
        Ok(Self {
            definitions,
            kinds,
            annotations: annotations
                .split('"')
                .filter(|text| text.starts_with("dapr.io/"))
                .map(ToOwned::to_owned)
                .collect(),
            compiled: RefCell::default(),
        })
    }

    /// Fails with everything in `object` that its kind does not know.
    pub(super) fn check(&self, object: &Value) -> Result<()> {
        let validator = self.validator(object)?;
        let mut complaints: Vec<String> = validator
            .iter_errors(object)
            .map(|error| format!("  {}: {error}", error.instance_path()))
            .collect();
        let pod = &object["spec"]["template"]["metadata"]["annotations"];
        for name in pod.as_object().into_iter().flat_map(Map::keys) {
            if name.starts_with("dapr.io/") && !self.annotations.contains(name) {
                complaints.push(format!("  Dapr does not know the annotation {name}"));
            }
        }
        if !complaints.is_empty() {
            bail!("{}:\n{}", title(object), complaints.join("\n"));
        }
        Ok(())
    }

    fn validator(&self, object: &Value) -> Result<Rc<Validator>> {
        let text = |field: &str| object[field].as_str().unwrap_or_default().to_owned();
        let key = (text("apiVersion"), text("kind"));
        if let Some(known) = self.compiled.borrow().get(&key) {
            return Ok(Rc::clone(known));
        }
        let schema = self.kinds.get(&key);
        let schema = schema.with_context(|| format!("there is no kind {} {}", key.0, key.1))?;
        let mut reached = Map::new();
        self.collect(schema, &mut reached);
        let validator = jsonschema::draft7::new(&json!({
            "allOf": [schema],
            "definitions": reached,
        }))?;
        let validator = Rc::new(validator);
        self.compiled
            .borrow_mut()
            .insert(key, Rc::clone(&validator));
        Ok(validator)
    }

    /// The definitions that `schema` refers to, and those that they do.
    fn collect(&self, schema: &Value, reached: &mut Map<String, Value>) {
        match schema {
            Value::Array(items) => items.iter().for_each(|item| self.collect(item, reached)),
            Value::Object(fields) => {
                let name = fields.get("$ref").and_then(Value::as_str);
                let name = name.and_then(|path| path.strip_prefix("#/definitions/"));
                if let Some(name) = name
                    && let Some(definition) = self.definitions.get(name)
                    && !reached.contains_key(name)
                {
                    reached.insert(name.to_owned(), definition.clone());
                    self.collect(definition, reached);
                }
                fields
                    .values()
                    .for_each(|field| self.collect(field, reached));
            }
            _ => {}
        }
    }
}

fn add_custom_kinds(resource: &Value, kinds: &mut BTreeMap<(String, String), Value>) {
    let spec = &resource["spec"];
    for version in list(&spec["versions"]) {
        let mut schema = strict(&version["schema"]["openAPIV3Schema"]);
        schema["properties"]["metadata"] = json!({ "$ref": format!("#/definitions/{METADATA}") });
        let key = key(&spec["group"], &version["name"], &spec["names"]["kind"]);
        kinds.insert(key, schema);
    }
}

fn key(group: &Value, version: &Value, kind: &Value) -> (String, String) {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let api = match text(group).as_str() {
        "" => text(version),
        group => format!("{group}/{}", text(version)),
    };
    (api, text(kind))
}

fn list(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

/// An OpenAPI schema as a JSON schema that refuses unknown fields.
fn strict(node: &Value) -> Value {
    match node {
        Value::Array(items) => items.iter().map(strict).collect(),
        Value::Object(fields) => strict_object(fields),
        other => other.clone(),
    }
}

fn strict_object(fields: &Map<String, Value>) -> Value {
    if fields.get("format").is_some_and(|it| it == "int-or-string")
        || fields.contains_key("x-kubernetes-int-or-string")
    {
        return json!({ "type": ["integer", "string"] });
    }
    if let Some(path) = fields.get("$ref").and_then(Value::as_str) {
        return if path.ends_with(QUANTITY) {
            json!({ "type": ["number", "string"] })
        } else {
            json!({ "$ref": path })
        };
    }
    let mut strict_fields = Map::new();
    for (name, value) in fields {
        match name.as_str() {
            // Its keys are names of fields, not keywords.
            "properties" => {
                let properties = value.as_object().into_iter().flatten();
                let properties = properties.map(|(name, schema)| (name.clone(), strict(schema)));
                strict_fields.insert(name.clone(), properties.collect());
            }
            "format" | "description" => {}
            // Go's way to ignore case, which JSON schemas do not have.
            "pattern" if value.as_str().is_some_and(|it| it.contains("(?i)")) => {}
            extension if extension.starts_with("x-kubernetes-") => {}
            _ => {
                strict_fields.insert(name.clone(), strict(value));
            }
        }
    }
    let open = fields.contains_key("x-kubernetes-preserve-unknown-fields");
    if strict_fields.contains_key("properties") && !open {
        strict_fields
            .entry("additionalProperties")
            .or_insert(Value::Bool(false));
    }
    Value::Object(strict_fields)
}
