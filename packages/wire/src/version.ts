/**
 * The version of the protocol.
 *
 * 1: the first one.
 */
export const protocolVersion = 1
