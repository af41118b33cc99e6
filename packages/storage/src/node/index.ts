// The device's store in Node.
export {}
