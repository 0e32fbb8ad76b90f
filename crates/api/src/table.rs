//! The routes, as the OpenAPI document tells them: which methods an address takes, and which
//! schema its body has.

use actix_web::dev::ResourceDef;
use actix_web::http::Method;
use omicron_schema::Schema;
use serde_json::Value;

/// Every address and what it takes.
pub(crate) struct RouteTable(Vec<Entry>);

/// One address.
pub(crate) struct Entry {
    pattern: ResourceDef,
    /// What it takes, as an `Allow` header says it.
    pub(crate) allow: String,
    /// The methods that take a body, and its schema.
    bodies: Vec<(String, &'static Schema)>,
}

impl RouteTable {
    /// Reads the table off the document; v1's addresses stand in it twice, since they are served
    /// without their prefix, too.
    pub(crate) fn new(document: &Value) -> Self {
        let paths = document["paths"].as_object().into_iter().flatten();
        let mut entries = Vec::new();
        for (path, operations) in paths {
            entries.extend(Entry::new(path, operations));
            if let Some(short) = path.strip_prefix(crate::routes::PREFIX) {
                entries.extend(Entry::new(short, operations));
            }
        }
        // Served beside the document.
        for path in ["/openapi.json", "/docs/{path}"] {
            entries.extend(Entry::new(path, &serde_json::json!({"get": {}})));
        }
        Self(entries)
    }

    /// What is known of an address.
    pub(crate) fn find(&self, path: &str) -> Option<&Entry> {
        self.0.iter().find(|entry| entry.pattern.is_match(path))
    }
}

impl Entry {
    fn new(path: &str, operations: &Value) -> Option<Self> {
        let operations = operations.as_object()?;
        let mut methods: Vec<_> = operations.keys().map(|name| name.to_uppercase()).collect();
        if methods.iter().any(|method| method == Method::GET.as_str()) {
            methods.push(Method::HEAD.to_string());
        }
        methods.push(Method::OPTIONS.to_string());
        let body = |(method, operation): (&String, &Value)| {
            Some((method.to_uppercase(), body_schema(operation)?))
        };
        let bodies = operations.iter().filter_map(body).collect();
        // Static files may lie in folders.
        let pattern = path.replace("{path}", "{path:.*}");
        Some(Self { pattern: ResourceDef::new(pattern), allow: methods.join(", "), bodies })
    }
}

impl Entry {
    /// The schema that belongs to the address: of the body that it takes, whatever the method.
    pub(crate) fn schema(&self) -> Option<&'static Schema> {
        self.bodies.first().map(|(_, schema)| *schema)
    }

    /// The schema of the body that this method takes here; a GET asks for that of the address.
    pub(crate) fn schema_for(&self, method: &Method) -> Option<&'static Schema> {
        if *method == Method::GET {
            return self.schema();
        }
        self.bodies.iter().find(|(name, _)| name == method.as_str()).map(|(_, schema)| *schema)
    }
}

fn body_schema(operation: &Value) -> Option<&'static Schema> {
    let reference = &operation["requestBody"]["content"]["application/json"]["schema"]["$ref"];
    omicron_schema::embedded().get(reference.as_str()?.rsplit('/').next()?)
}
