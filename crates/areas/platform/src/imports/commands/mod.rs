//! What changes an import's tables.

mod finish_file;
mod receive;
mod write_chunk;

pub(super) use finish_file::FinishFile;
pub use receive::{Ask, Incoming, ask, receive};
pub(super) use receive::{HEAD, JobInput, SaveMapping, header_of};
pub(super) use write_chunk::{Chunked, Position, WriteChunk};
