//! What changes an import's tables.

mod receive;
mod write_chunk;

pub(super) use receive::JobInput;
pub use receive::{ReceiveFile, receive};
pub(super) use write_chunk::{Position, WriteChunk};
