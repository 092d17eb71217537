//! What changes an import's tables.

mod finish_file;
mod receive;
mod write_chunk;

pub(super) use finish_file::FinishFile;
pub use receive::{Ask, Incoming, ask};
pub(super) use receive::{HEAD, JobInput, SaveMapping, header_of, receive};
pub(super) use write_chunk::{Chunked, Position, WriteChunk};
