// The device's store in a browser.
export {}
