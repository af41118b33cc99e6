// Frames, their codec, the protocol version, error codes and limits.
export {}
