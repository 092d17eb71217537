//! What changes an import's tables.

mod finish_file;
mod receive;
mod write_chunk;

pub(super) use finish_file::FinishFile;
pub(super) use receive::JobInput;
pub use receive::{ReceiveFile, receive};
pub(super) use write_chunk::{Position, WriteChunk};
