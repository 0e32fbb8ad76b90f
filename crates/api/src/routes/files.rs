//! Static files: those below the folder, and nothing else.

use crate::problem::Problem;
use crate::state::State;
use actix_files::NamedFile;
use actix_web::{HttpRequest, HttpResponse, get, web};
use std::path::{Component, Path, PathBuf};

/// A static file.
#[utoipa::path(
    tag = "server",
    params(("path" = String, Path, description = "Where the file lies below the static folder")),
    responses(
        (status = 200, description = "The file", content_type = "application/octet-stream"),
        (status = 206, description = "The part of it that was asked for", content_type = "application/octet-stream"),
        (status = 304, description = "The client has it already"),
        (status = 412, description = "It is not what the client thinks"),
        (status = 416, description = "It has no such part"),
    ),
)]
#[get("/static/{path:.*}")]
pub(super) async fn file(
    request: HttpRequest,
    path: web::Path<String>,
    state: State,
) -> Result<HttpResponse, Problem> {
    let path = below(&state.settings.static_directory, &path).ok_or_else(Problem::not_found)?;
    let file = NamedFile::open(path).map_err(|_| Problem::not_found())?;
    Ok(file.into_response(&request))
}

/// The regular file of this name below the folder, wherever links in it lead. What is hidden, such as
/// the folder of a version control system, stays so.
fn below(folder: &Path, name: &str) -> Option<PathBuf> {
    let name = Path::new(name);
    let plain = |part: Component<'_>| match part {
        Component::Normal(part) => {
            let part = part.to_string_lossy();
            !part.starts_with('.') && !part.contains(['\\', '\0'])
        }
        _ => false,
    };
    if !name.components().all(plain) {
        return None;
    }
    let folder = folder.canonicalize().ok()?;
    let path = folder.join(name).canonicalize().ok()?;
    (path.starts_with(&folder) && path.is_file()).then_some(path)
}
